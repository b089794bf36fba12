/* SPDX-License-Identifier: BSD-3-Clause */
/* Results that are written aside and renamed, which a reader never sees by half. */
#include "bench_aside.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes the folder and those above it. */
static int aside_folders(const char *path)
{
    char part[BENCH_ASIDE_PATH];
    snprintf(part, sizeof(part), "%s", path);
    for (char *p = part + 1;; p++) {
        const char at = *p;
        if (at != '/' && at != '\0')
            continue;
        *p = '\0';
        if (mkdir(part, 0777) && errno != EEXIST)
            return -errno;
        *p = at;
        if (!at)
            return 0;
    }
}

int bench_aside_open(struct bench_aside *a, const char *out, struct base_text *why)
{
    memset(a, 0, sizeof(*a));
    int err = 0;
    if (!*out || strlen(out) >= sizeof(a->out))
        err = -ENAMETOOLONG;
    if (!err) {
        memcpy(a->out, out, strlen(out) + 1);
        err = aside_folders(out);
    }
    if (!err) {
        snprintf(a->dir, sizeof(a->dir), "%s/.culvert-bench-XXXXXX", out);
        if (!mkdtemp(a->dir)) {
            err = -errno;
            a->dir[0] = '\0';
        }
    }
    if (err)
        base_text_add(why, "cannot write into the folder \"%s\": %s", out, strerror(-err));
    return err;
}

void bench_aside_path(const struct bench_aside *a, const char *name, char path[BENCH_ASIDE_PATH])
{
    snprintf(path, BENCH_ASIDE_PATH, "%.*s/%.47s", BENCH_ASIDE_PATH - 49, a->dir, name);
}

void bench_aside_keep(struct bench_aside *a, const char *name)
{
    if (a->count < BENCH_ASIDE_FILES)
        snprintf(a->name[a->count++], sizeof(a->name[0]), "%s", name);
}

int bench_aside_commit(struct bench_aside *a, struct base_text *why)
{
    for (uint32_t i = 0; i < a->count; i++) {
        char from[BENCH_ASIDE_PATH], to[BENCH_ASIDE_PATH];
        bench_aside_path(a, a->name[i], from);
        snprintf(to, sizeof(to), "%s/%s", a->out, a->name[i]);
        if (rename(from, to)) {
            const int err = -errno;
            base_text_add(why, "cannot put %s in its place: %s", to, strerror(-err));
            return err;
        }
    }
    return 0;
}

void bench_aside_close(struct bench_aside *a)
{
    DIR *dir = *a->dir ? opendir(a->dir) : NULL;
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char path[BENCH_ASIDE_PATH];
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        bench_aside_path(a, entry->d_name, path);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    if (*a->dir)
        rmdir(a->dir);
    a->dir[0] = '\0';
}
