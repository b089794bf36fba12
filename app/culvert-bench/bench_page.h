/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A report as one page of HTML that needs no other file, no script and no network. Thread: one. */
#include <stdio.h>

#include "bench_aside.h"
#include "bench_report.h"

/* The whole page; a: where SVG files are. */
void bench_page_write(FILE *f, const struct bench_report *r, const struct bench_aside *a);

/* Text as the content of an element, or as an attribute's value within double quotes. */
void bench_page_text(FILE *f, const char *text);

/* An SVG file of gnuplot as an element within a page: without what stands before it, with a title of its own,
 * and with names that no other plot has (by `number`). Whether it could be read. */
bool bench_page_svg(FILE *f, const char *path, uint32_t number, const char *title);
