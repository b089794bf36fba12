/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A folder of results whose files appear only when they are whole: they are written aside, in a folder of
 * their own within it, and moved to their names at the end. Thread: one.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base_text.h"

#define BENCH_ASIDE_FILES 64
#define BENCH_ASIDE_PATH  512

struct bench_aside {
    char out[BENCH_ASIDE_PATH - 64]; /* where files go */
    char dir[BENCH_ASIDE_PATH];      /* where they are written */
    char name[BENCH_ASIDE_FILES][48];
    uint32_t count; /* of the files that go out, by name */
};

/* Makes both folders, those above `out` too. 0, or a negative errno with the reason in why. */
int bench_aside_open(struct bench_aside *a, const char *out, struct base_text *why);

/* Where the file of this name is written. Whoever it is for alone goes away at the end; bench_aside_keep()
 * makes it one of the results. */
void bench_aside_path(const struct bench_aside *a, const char *name, char path[BENCH_ASIDE_PATH]);

/* Counts this file, which is whole, among the results: at most BENCH_ASIDE_FILES, others are left out. */
void bench_aside_keep(struct bench_aside *a, const char *name);

/* Moves the results to their names, over former ones. 0, or a negative errno with the reason in why; then
 * those that were not moved are lost. */
int bench_aside_commit(struct bench_aside *a, struct base_text *why);

/* Removes what is still aside. */
void bench_aside_close(struct bench_aside *a);
