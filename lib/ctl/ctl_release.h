/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Repairing what a daemon that was killed left of the interfaces that it had. Thread: any, without a
 * daemon's. */
#include <stdbool.h>
#include <stdio.h>

/*
 * Gives back the interface, or all when NULL, and prints what was done, as lines or as one document. What a
 * running daemon has is left alone. False: something could not be given back.
 */
bool ctl_release(const char *interface, bool is_json, FILE *out);
