/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `culvert-bench ike`: argv[0] is the word "ike". Returns the exit status. */
int bench_ike_main(int argc, char **argv);
