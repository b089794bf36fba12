/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading, sorting and replacing the file of leases. */
#include "ctl_lease_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool_text.h"

#define FIRST_LINE "culvert leases 1\n"

/* The whole file in one owned block. NULL with errno. */
static char *file_take(const char *path, size_t *len)
{
    struct stat st;
    char *text = NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= (off_t)CTL_LEASE_FILE_MAX) {
        text = malloc((size_t)st.st_size + 1);
        ssize_t got = 1;
        for (*len = 0; text && *len < (size_t)st.st_size && got > 0; *len += got > 0 ? (size_t)got : 0)
            got = read(fd, text + *len, (size_t)st.st_size - *len);
    } else {
        errno = EFBIG;
    }
    close(fd);
    return text;
}

static int order_by_addr(const void *a, const void *b)
{
    const struct ctl_lease *x = a, *y = b;
    const int c = base_addr_compare(&x->record.addr, &y->record.addr);
    return c ? c : x->record.since.ns < y->record.since.ns ? -1 : 1;
}

static int order_by_since(const void *a, const void *b)
{
    const struct ctl_lease *x = a, *y = b;
    return x->since_s < y->since_s ? -1 : x->since_s > y->since_s;
}

/* Of each address the last line stays, unless it says that the lease is gone. */
static void leases_settle(struct ctl_leases_read *r)
{
    size_t kept = 0;
    qsort(r->list, r->count, sizeof *r->list, order_by_addr);
    for (size_t i = 0; i < r->count; i++) {
        const bool is_last =
            i + 1 == r->count || !base_addr_equal(&r->list[i].record.addr, &r->list[i + 1].record.addr);
        if (is_last && r->list[i].record.kind != POOL_RECORD_GONE)
            r->list[kept++] = r->list[i];
    }
    r->count = kept;
    qsort(r->list, r->count, sizeof *r->list, order_by_since);
}

/* The lines behind the first; `since` of a record is its line, for the order. */
static int lines_read(const char *text, size_t len, struct ctl_leases_read *out, char *why, size_t why_size)
{
    size_t room = 0;
    for (size_t i = 0; i < len; i++)
        room += text[i] == '\n';
    out->list = malloc((room + 1) * sizeof *out->list);
    if (!out->list)
        return -ENOMEM;
    const char *end;
    for (const char *at = text; (end = memchr(at, '\n', (size_t)(text + len - at))) != NULL; at = end + 1) {
        struct ctl_lease *l = &out->list[out->count];
        if (!pool_text_read(at, (size_t)(end - at), &l->record, &l->since_s)) {
            snprintf(why, why_size, "line %zu is damaged", out->count + 2);
            return -EBADMSG;
        }
        l->record.since.ns = out->count++;
    }
    return 0;
}

int ctl_lease_file_read(const char *path, struct ctl_leases_read *out, char *why, size_t why_size)
{
    const size_t first = strlen(FIRST_LINE);
    size_t len = 0;
    *out = (struct ctl_leases_read){0};
    char *text = file_take(path, &len);
    if (!text) {
        snprintf(why, why_size, "%s", strerror(errno));
        return -errno;
    }
    int rc = -EBADMSG;
    if (len < first || memcmp(text, FIRST_LINE, first) != 0)
        snprintf(why, why_size, "it does not begin as a file of leases does");
    else
        rc = lines_read(text + first, len - first, out, why, why_size);
    free(text);
    if (rc < 0) {
        free(out->list);
        *out = (struct ctl_leases_read){0};
        return rc;
    }
    out->lines = out->count;
    leases_settle(out);
    return 0;
}

static int file_fill(FILE *f, const struct ctl_lease *list, size_t count)
{
    char line[POOL_TEXT_MAX];
    bool ok = fputs(FIRST_LINE, f) >= 0;
    for (size_t i = 0; i < count && ok; i++) {
        const size_t n = pool_text_write(&list[i].record, list[i].since_s, line);
        ok = fwrite(line, 1, n, f) == n;
    }
    return ok && fflush(f) == 0 && fsync(fileno(f)) == 0 ? 0 : -errno;
}

/* A name is safe on the disk when its folder is. */
static void folder_sync(const char *path)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash)
        return;
    *slash = '\0';
    const int fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

int ctl_lease_file_write(const char *path, const struct ctl_lease *list, size_t count)
{
    char temporary[4096];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary)
        return -ENAMETOOLONG;
    const int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        const int rc = -errno;
        if (fd >= 0)
            close(fd);
        return rc;
    }
    int rc = file_fill(f, list, count);
    if (fclose(f) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(temporary, path) < 0)
        rc = -errno;
    if (rc < 0)
        unlink(temporary);
    else
        folder_sync(path);
    return rc;
}
