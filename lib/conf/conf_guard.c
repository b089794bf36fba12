/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that hold secrets: nobody else may read or change them. */
#include "conf_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base_secret.h"

int conf_guard_open(struct conf_reader *r, const char *file)
{
    struct stat st;
    const int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        conf_fail(r, "cannot open %s: %s", file, strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        conf_fail(r, "%s is not a plain file", file);
    else if (st.st_mode & (S_IRWXO | S_IWGRP))
        conf_fail(r, "%s can be read or changed by %s (mode %04o); run: chmod 600 %s", file,
                  st.st_mode & S_IRWXO ? "every user" : "its group", st.st_mode & 07777u, file);
    else if (st.st_uid != 0 && st.st_uid != geteuid())
        conf_fail(r, "%s belongs to user %u, who can change it; run: chown %u %s", file, (unsigned)st.st_uid,
                  (unsigned)geteuid(), file);
    else
        return fd;
    close(fd);
    return -1;
}

/* What an open file holds. NULL: it was said why. */
static char *guard_read_open(struct conf_reader *r, const char *file, int fd, size_t max, size_t *len)
{
    struct stat st;
    ssize_t got = 1;
    *len = 0;
    if (fstat(fd, &st) < 0 || (size_t)st.st_size > max) {
        conf_fail(r, "%s is longer than %zu bytes", file, max);
        return NULL;
    }
    char *text = base_secret_new((size_t)st.st_size + 1);
    while (text && *len < (size_t)st.st_size && (got = read(fd, text + *len, (size_t)st.st_size - *len)) > 0)
        *len += (size_t)got;
    if (text && got >= 0)
        return text;
    conf_fail(r, "cannot read %s: %s", file, strerror(text ? errno : ENOMEM));
    base_secret_free(text);
    return NULL;
}

char *conf_guard_read(struct conf_reader *r, const char *name, size_t max, size_t *len)
{
    char file[CONF_PATH_MAX];
    if (!conf_file_at(r->folder, name, file)) {
        conf_fail(r, "the name is too long");
        return NULL;
    }
    const int fd = conf_guard_open(r, file);
    if (fd < 0)
        return NULL;
    char *text = guard_read_open(r, file, fd, max, len);
    close(fd);
    return text;
}
