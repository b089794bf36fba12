/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that links this room ends with a sentence where the CPU lacks something that the build uses. That
 * is before main(), which may already hold such an instruction. Compiled for every x86-64, as guard_cpu.c is.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "about_version.h"
#include "guard_cpu.h"

#define EXIT_CPU 69 /* of the program, for a CPU that cannot run it */

__attribute__((constructor(101))) static void guard_check(void)
{
    struct guard_cpu cpu;
    char missing[512];
    guard_cpu_read(&cpu);
    if (guard_cpu_missing(&cpu, about_wanted, about_wanted_count, missing, sizeof missing) == 0)
        return;
    fprintf(stderr,
            "%s: this build is for a CPU like \"%s\", and the one here lacks %s. "
            "Build for this CPU, or for most with meson setup -Dcpu=generic.\n",
            program_invocation_short_name, about_build.cpu, missing);
    _exit(EXIT_CPU);
}
