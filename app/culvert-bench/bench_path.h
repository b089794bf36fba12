/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `culvert-bench path`, `stages`, `churn` and `workers`: argv[0] is the word. Return the exit status. */
int bench_path_main(int argc, char **argv);
int bench_stages_main(int argc, char **argv);
int bench_churn_main(int argc, char **argv);
int bench_workers_main(int argc, char **argv);
int bench_traffic_main(int argc, char **argv);
