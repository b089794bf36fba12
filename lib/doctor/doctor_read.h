/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Reads a machine's facts from /proc and /sys, each file within a bound. What a machine does not tell stays
 * unknown; nothing is changed. Thread: one.
 */
#include "conf.h"
#include "doctor_machine.h"

/*
 * root stands before /proc and /sys ("" for this machine; a folder in tests, where only files are read and
 * the kernel is not asked). conf: whose ports and cores are looked at; NULL: all interfaces with a device,
 * and no cores. clock_s: now.
 */
void doctor_read(const char *root, const struct conf *conf, int64_t clock_s, struct doctor_machine *out);
