/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes the folder's lock, writes a file beside the old one and renames it. */
#include "cli_users.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base_file.h"
#include "base_secret.h"
#include "base_wipe.h"
#include "eap_users.h"

__attribute__((format(printf, 2, 3))) static int users_fail(char *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, CLI_WHY_MAX, format, args);
    va_end(args);
    return -1;
}

static char *users_read_open(const char *file, int fd, size_t *len, char *why)
{
    struct stat st;
    ssize_t got = 1;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > EAP_USERS_FILE_MAX) {
        users_fail(why, "%s is no plain file of at most %u bytes", file, EAP_USERS_FILE_MAX);
        return NULL;
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        users_fail(why,
                   "%s can be read or changed by others (mode %04o), and what stands in it is as good as "
                   "passwords; run: chmod 600 %s",
                   file, st.st_mode & 07777u, file);
        return NULL;
    }
    char *text = base_secret_new((size_t)st.st_size + 1);
    while (text && *len < (size_t)st.st_size && (got = read(fd, text + *len, (size_t)st.st_size - *len)) > 0)
        *len += (size_t)got;
    if (text && got >= 0)
        return text;
    users_fail(why, "%s cannot be read: %s", file, strerror(text ? errno : ENOMEM));
    base_secret_free(text);
    return NULL;
}

char *cli_users_read(const char *file, size_t *len, char why[CLI_WHY_MAX])
{
    *len = 0;
    const int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return base_secret_new(1);
    if (fd < 0) {
        users_fail(why, "%s cannot be opened: %s", file, strerror(errno));
        return NULL;
    }
    char *text = users_read_open(file, fd, len, why);
    close(fd);
    const size_t mark = text ? base_file_mark(base_span(text, *len)) : 0;
    *len -= mark;
    return mark ? memmove(text, text + mark, *len + 1) : text;
}

/* All rows but this user's, which becomes the last one. *found: it was there. 0: the end of w was reached. */
static bool users_edit(struct base_span text, struct base_span name, const uint8_t *hash,
                       struct base_writer *w, bool *found)
{
    struct base_reader r = base_reader(text);
    char row[EAP_USER_ROW_MAX];
    *found = false;
    while (base_reader_left(&r)) {
        const struct base_span line = base_read_line(&r);
        struct eap_user user;
        const char *why;
        const bool is_his =
            eap_user_parse(line, &user, &why) == 1 && base_span_equal(base_span(user.name, user.len), name);
        *found = *found || is_his;
        if (is_his)
            continue;
        base_write_span(w, line);
        base_write_u8(w, '\n');
    }
    if (hash)
        base_write(w, row, eap_user_print(name, hash, row));
    base_wipe(row, sizeof row);
    return !w->failed;
}

/* Writes text into a new file of this name, on disk when it returns. */
static int users_write(const char *file, struct base_span text, char *why)
{
    unlink(file);
    const int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t done = 0;
    ssize_t put = 0;
    if (fd < 0)
        return users_fail(why, "%s cannot be made: %s", file, strerror(errno));
    while (done < text.len && (put = write(fd, text.ptr + done, text.len - done)) > 0)
        done += (size_t)put;
    const bool is_written = done == text.len && fsync(fd) == 0;
    const int error = errno;
    close(fd);
    if (is_written)
        return 0;
    unlink(file);
    return users_fail(why, "%s cannot be written: %s", file, strerror(error));
}

/* With the lock: reads, edits, writes beside it, renames. */
static int users_replace(const char *file, struct base_span name, const uint8_t *hash, char *why)
{
    char fresh[PATH_MAX];
    size_t len;
    bool found = false;
    int rc = -1;
    if (snprintf(fresh, sizeof fresh, "%s.new", file) >= (int)sizeof fresh)
        return users_fail(why, "the name of the file is too long");
    char *text = cli_users_read(file, &len, why);
    const size_t room = len + EAP_USER_ROW_MAX + 1;
    char *out = text ? base_secret_new(room) : NULL;
    struct base_writer w = base_writer(out, out ? room : 0);
    if (out && users_edit(base_span(text, len), name, hash, &w, &found)) {
        rc = !hash && !found ? 0 : users_write(fresh, base_writer_span(&w), why);
        if (rc == 0 && (hash || found) && rename(fresh, file) < 0)
            rc = users_fail(why, "%s cannot be renamed: %s", fresh, strerror(errno));
    } else if (text)
        users_fail(why, "there is no memory for %s", file);
    base_secret_free(text);
    base_secret_free(out);
    return rc < 0 ? rc : found;
}

int cli_users_set(const char *file, struct base_span name, const uint8_t *hash, char why[CLI_WHY_MAX])
{
    char folder[PATH_MAX], real[PATH_MAX];
    if (realpath(file, real))
        file = real; /* what a link leads to, and not the link, becomes another file */
    if (snprintf(folder, sizeof folder, "%s", file) >= (int)sizeof folder)
        return users_fail(why, "the name of the file is too long");
    const int lock = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) < 0) {
        const int error = errno;
        if (lock >= 0)
            close(lock);
        return users_fail(why, "%s cannot be locked: %s", folder, strerror(error));
    }
    const int rc = users_replace(file, name, hash, why);
    (void)fsync(lock);
    close(lock);
    return rc;
}
