/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The arguments of culvertd. */
#include <stdbool.h>

struct culvertd_args {
    const char *config;
    enum { RUN, CHECK, RELEASE, VERSION } what;
    bool config_only; /* CHECK: not the machine */
    bool is_json;
    const char *interface; /* RELEASE: only this one */
};

/* Reads them, and does what needs nothing else (help, schema). -1: go on with *out; otherwise the exit
 * status. */
int culvertd_args(int argc, char **argv, struct culvertd_args *out);
