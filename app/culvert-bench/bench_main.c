/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * culvert-bench: measures what the data path costs and prints it beside what it could cost at best. This file
 * only chooses the subcommand; each has a file of its own and teaches with --help.
 */
#include <stdio.h>
#include <string.h>

#include "about_version.h"
#include "bench_capture.h"
#include "bench_columns.h"
#include "bench_ike.h"
#include "bench_path.h"
#include "bench_plot.h"
#include "bench_raw.h"
#include "bench_report.h"
#include "bench_selftest.h"
#include "bench_version.h"

struct bench_command {
    const char *word;
    int (*main)(int argc, char **argv);
    const char *help;
};

static const struct bench_command commands[] = {
    {"path", bench_path_main, "the whole data path, beside raw AES-GCM: what a packet costs"},
    {"stages", bench_stages_main, "what each stage of it costs"},
    {"churn", bench_churn_main, "what installing and removing SAs costs the worker"},
    {"workers", bench_workers_main,
     "what a second worker brings, and what a hand-over between the two costs"},
    {"traffic", bench_traffic_main, "load and meter for a gateway that runs, over DPDK ports"},
    {"raw", bench_raw_main, "AES-GCM by direct intel-ipsec-mb calls: the limit"},
    {"ike", bench_ike_main, "a gateway as responder of IKEv2: handshakes a second, and what one costs it"},
    {"report", bench_report_main, "all of these as one page with plots, machine, versions and load"},
    {"plot", bench_plot_main, "figures of any of the project's tools as SVG files"},
    {"capture", bench_capture_main, "sealed packets for keys made by hand, as a pcap file"},
    {"selftest", bench_selftest_main, "proves that this harness tells the truth on this machine"},
    {"columns", bench_columns_main, "the columns that every figure of the project has"},
};

static void help_print(FILE *f)
{
    fputs("usage: culvert-bench COMMAND [options]   (culvert-bench COMMAND --help teaches)\n\n", f);
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        fprintf(f, "  %-8s %s\n", commands[i].word, commands[i].help);
    fputs("\n  --version [--json]   versions of this program and of its libraries\n"
          "  --help               this text\n",
          f);
    fputs("\nFigures but those of ike are TSC cycles per packet: medians over windows of at least 512 "
          "packets,\n"
          "then the minimum of several runs. tests/bench/table.py prints the whole comparison, DPDK's\n"
          "ipsec-secgw included.\n",
          f);
}

/* option: what stands behind --version. Returns the exit status. */
static int version_print(const char *option)
{
    const struct about_running running = bench_version_running();
    if (!strcmp(option, "--json")) {
        about_version_json(stdout, "culvert-bench", &running);
        return 0;
    }
    if (*option) {
        fprintf(stderr, "culvert-bench: --version takes --json or nothing, not \"%s\"\n", option);
        return 2;
    }
    about_version_print(stdout, "culvert-bench", &running);
    return 0;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        if (!strcmp(word, commands[i].word))
            return commands[i].main(argc - 1, argv + 1);
    if (!strcmp(word, "--version"))
        return version_print(argc > 2 ? argv[2] : "");
    if (!strcmp(word, "--help") || !strcmp(word, "help")) {
        help_print(stdout);
        return 0;
    }
    help_print(stderr);
    return 2;
}
