/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What code under test writes to a standard stream. Thread: the main one. */
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

struct bench_said {
    FILE *stream, *file;
    int before;
};

/* From here on what goes to stdout or stderr goes to a file, */
static inline struct bench_said bench_said_begin(FILE *stream)
{
    struct bench_said s = {.stream = stream, .file = tmpfile()};
    assert_non_null(s.file);
    fflush(stream);
    s.before = dup(fileno(stream));
    assert_true(dup2(fileno(s.file), fileno(stream)) >= 0);
    return s;
}

/* and up to here, which is then in text, with a NUL behind it. */
static inline void bench_said_end(struct bench_said *s, char *text, size_t size)
{
    fflush(s->stream);
    dup2(s->before, fileno(s->stream));
    close(s->before);
    rewind(s->file);
    text[fread(text, 1, size - 1, s->file)] = 0;
    fclose(s->file);
}
