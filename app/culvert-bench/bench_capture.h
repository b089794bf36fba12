/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `culvert-bench capture`: argv[0] is the word. Returns the exit status. */
int bench_capture_main(int argc, char **argv);
