/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hugepages as the kernel lists them: one folder per size. vm.nr_hugepages is an absolute number for one of
 * the sizes (Linux' Documentation/admin-guide/mm/hugetlbpage.rst), so advice has to count what others use.
 */
#include "node_pages.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define ROOT_MAX 256
#define FILE_MAX (2 * ROOT_MAX + 256)

static uint64_t pages_number(const char *dir, unsigned long kb, const char *name)
{
    char path[FILE_MAX];
    unsigned long n = 0;
    snprintf(path, sizeof path, "%s/hugepages-%lukB/%s", dir, kb, name);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%lu", &n) != 1)
        n = 0;
    if (f)
        fclose(f);
    return n;
}

/* "Hugepagesize:    2048 kB". */
static uint64_t pages_default_kb(const char *root)
{
    char path[FILE_MAX], line[128];
    unsigned long kb = 0;
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    FILE *f = fopen(path, "r");
    while (f && kb == 0 && fgets(line, sizeof line, f))
        if (sscanf(line, "Hugepagesize: %lu kB", &kb) != 1)
            kb = 0;
    if (f)
        fclose(f);
    return kb;
}

void node_pages_read(const char *root, struct node_pages *out)
{
    char dir[ROOT_MAX];
    struct dirent *e;
    snprintf(dir, sizeof dir, "%s/sys/kernel/mm/hugepages", root);
    *out = (struct node_pages){.size_kb = pages_default_kb(root)};
    DIR *d = opendir(dir);
    while (d && (e = readdir(d))) {
        unsigned long kb;
        if (sscanf(e->d_name, "hugepages-%lukB", &kb) != 1)
            continue;
        out->free_mb += pages_number(dir, kb, "free_hugepages") * kb / 1024;
        if (kb == out->size_kb)
            out->total = pages_number(dir, kb, "nr_hugepages");
    }
    if (d)
        closedir(d);
}

uint64_t node_pages_wanted(const struct node_pages *pages, uint64_t need_mb)
{
    const uint64_t size_kb = pages->size_kb ? pages->size_kb : 2048;
    const uint64_t missing_kb = need_mb > pages->free_mb ? (need_mb - pages->free_mb) * 1024 : 0;
    return pages->total + (missing_kb + size_kb - 1) / size_kb;
}
