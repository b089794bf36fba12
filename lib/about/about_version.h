/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What this build is: its version, what it was made for and with. */
#include <stdio.h>

struct about_build {
    const char *version;
    const char *cpu;      /* argument of -march */
    const char *compiler; /* "gcc 12.2.0" */
    const char *dpdk, *ipsec_mb, *openssl;
};

extern const struct about_build about_build;

/* Versions of the libraries that run; NULL: the program has not loaded that one. */
struct about_running {
    const char *dpdk, *ipsec_mb, *openssl;
    const char *no_ml_kem; /* with openssl: why it has no ML-KEM; NULL: it has */
};

/*
 * Prints the version of a program in a few lines, the first of them "NAME VERSION". The version of a library
 * that runs is told where it is another one than that of the build. Borrows all. Thread: any.
 */
void about_version_print(FILE *out, const char *program, const struct about_running *running);

/* The same as one JSON object: program, the members of about_build, and in `running` the libraries that run.
 */
void about_version_json(FILE *out, const char *program, const struct about_running *running);
