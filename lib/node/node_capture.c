/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK logs through streams of its own, its option parser and usage text by stdio, drivers by either: so the
 * descriptors themselves are turned into a file in memory.
 */
#include "node_capture.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void node_capture_begin(struct node_capture *capture)
{
    fflush(stdout);
    *capture = (struct node_capture){.out = dup(STDOUT_FILENO), .err = dup(STDERR_FILENO), .file = -1};
    if (capture->out >= 0 && capture->err >= 0)
        capture->file = memfd_create("dpdk", MFD_CLOEXEC);
    if (capture->file < 0)
        return;
    dup2(capture->file, STDOUT_FILENO);
    dup2(capture->file, STDERR_FILENO);
}

void node_capture_end(struct node_capture *capture, char *text, size_t size)
{
    ssize_t n = 0;
    fflush(stdout);
    if (capture->file >= 0) {
        dup2(capture->out, STDOUT_FILENO);
        dup2(capture->err, STDERR_FILENO);
        n = pread(capture->file, text, size - 1, 0);
        close(capture->file);
    }
    text[n > 0 ? n : 0] = '\0';
    if (capture->out >= 0)
        close(capture->out);
    if (capture->err >= 0)
        close(capture->err);
}

/* "EAL: FATAL: Invalid 'command line' arguments." -> what stands behind words with a colon. */
static const char *line_said(const char *line, const char *end)
{
    for (const char *c = line; c + 1 < end && *c != ' '; c++)
        if (c[0] == ':' && c[1] == ' ')
            return line_said(c + 2, end);
    return line;
}

bool node_capture_line(const char *text, const char *word, char *line, size_t size)
{
    line[0] = '\0';
    for (const char *at = text; *at;) {
        const char *end = at + strcspn(at, "\n"), *found = strstr(at, word);
        if (found && found < end) {
            const char *said = line_said(at, end);
            const char *stop = end > said && end[-1] == '.' ? end - 1 : end;
            snprintf(line, size, "%.*s", (int)(stop - said), said);
        }
        at = *end ? end + 1 : end;
    }
    return line[0] != '\0';
}
