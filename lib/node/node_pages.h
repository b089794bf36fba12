/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The machine's hugepages: what is free, and how many to ask the kernel for. Thread: any. */
#include <stdint.h>

struct node_pages {
    uint64_t free_mb; /* in free pages of all sizes */
    uint64_t size_kb; /* of the pages that vm.nr_hugepages counts; 0: the kernel has none */
    uint64_t total;   /* of these, in use or free */
};

/* Reads /sys/kernel/mm/hugepages and /proc/meminfo below a root ("" for the machine's). What cannot be read
 * is 0. */
void node_pages_read(const char *root, struct node_pages *out);

/* The value of vm.nr_hugepages with which need_mb are free: what there is, and what is missing, rounded up.
 */
uint64_t node_pages_wanted(const struct node_pages *pages, uint64_t need_mb);
