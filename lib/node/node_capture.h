/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What DPDK and its drivers print while they start, kept so that a sentence can be made of it. Thread:
 * control. */
#include <stdbool.h>
#include <stddef.h>

struct node_capture {
    int out, err; /* copies of standard output and standard error; -1: they could not be made */
    int file;     /* what stands in their place; -1: nothing does, and text goes where it went */
};

/* From here on what the process prints is kept. */
void node_capture_begin(struct node_capture *capture);

/* Gives output its place back, and the text, cut to size and with a NUL at its end. */
void node_capture_end(struct node_capture *capture, char *text, size_t size);

/*
 * The last line of a text that holds the word, without "EAL: " or another logger's name in front of it.
 * False: there is none, and line is empty.
 */
bool node_capture_line(const char *text, const char *word, char *line, size_t size);
