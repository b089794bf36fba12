/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A program that cannot run on this CPU says so. */

#define GUARD_EXIT_CPU 69 /* EX_UNAVAILABLE of sysexits.h */

/*
 * Ends the program with a sentence and GUARD_EXIT_CPU where the CPU lacks something that this build uses. It
 * is a constructor: who links this room runs it before main(), which may already hold such an instruction.
 */
__attribute__((constructor(101))) void guard_check(void);
