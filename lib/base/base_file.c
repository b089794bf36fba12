/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that are read whole, and whether one of them is kept from others. */
#include "base_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base_secret.h"

/* 0, or -EACCES and why. */
static int file_judge(const char *path, const struct stat *st, struct base_text *why)
{
    if (st->st_mode & (S_IRWXO | S_IWGRP))
        base_text_add(why, "%s can be read or changed by %s (mode %04o); run: chmod 600 %s", path,
                      st->st_mode & S_IRWXO ? "every user" : "its group", st->st_mode & 07777u, path);
    else if (st->st_uid != 0 && st->st_uid != geteuid())
        base_text_add(why, "%s belongs to user %u, who can change it; run: chown %u %s", path,
                      (unsigned)st->st_uid, (unsigned)geteuid(), path);
    else
        return 0;
    return -EACCES;
}

/* What is open as fd, to its end. 0, or a negative errno. */
static int file_fill(int fd, size_t max, struct base_file *out)
{
    const size_t cap = max + 1; /* one byte more tells that it is larger */
    ssize_t got = 0;
    out->bytes = out->is_secret ? base_secret_new(cap) : malloc(cap);
    if (!out->bytes)
        return -ENOMEM;
    while (out->len < cap && (got = read(fd, out->bytes + out->len, cap - out->len)) > 0)
        out->len += (size_t)got;
    if (got < 0)
        return -errno;
    return out->len == cap ? -EFBIG : 0;
}

size_t base_file_mark(struct base_span text)
{
    static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};
    return text.len >= sizeof mark && memcmp(text.ptr, mark, sizeof mark) == 0 ? sizeof mark : 0;
}

static void file_cut_mark(struct base_file *out)
{
    const size_t n = base_file_mark(base_file_span(out));
    out->len -= n;
    if (n)
        memmove(out->bytes, out->bytes + n, out->len);
}

static int file_take(const char *path, int fd, size_t max, struct base_file *out, struct base_text *why)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        base_text_add(why, "%s is not a plain file", path);
        return -EINVAL;
    }
    if (out->is_secret && file_judge(path, &st, why) < 0)
        return -EACCES;
    const bool is_larger = st.st_size < 0 || (size_t)st.st_size > max;
    const int err = is_larger ? -EFBIG : file_fill(fd, (size_t)st.st_size, out);
    if (is_larger)
        base_text_add(why, "%s is larger than %zu bytes", path, max);
    else if (err == -EFBIG)
        base_text_add(why, "%s grows while it is read", path);
    else if (err < 0)
        base_text_add(why, "cannot read %s: %s", path, strerror(-err));
    else
        file_cut_mark(out);
    return err;
}

int base_file_read(const char *path, size_t max, bool is_secret, struct base_file *out, struct base_text *why)
{
    *out = (struct base_file){.is_secret = is_secret};
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        const int err = -errno;
        base_text_add(why, "cannot open %s: %s", path, strerror(-err));
        return err;
    }
    const int err = file_take(path, fd, max, out, why);
    close(fd);
    if (err < 0)
        base_file_free(out);
    return err;
}

void base_file_free(struct base_file *file)
{
    if (file->is_secret)
        base_secret_free(file->bytes);
    else
        free(file->bytes);
    *file = (struct base_file){0};
}
