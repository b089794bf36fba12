/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One table of options; each subcommand names the ones it takes. Values are checked here, once.
 */
#include "bench_args.h"

#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_run.h"
#include "bench_stat.h"

static const struct option options[] = {
    {"sizes", 1, 0, 's'},   {"sas", 1, 0, 'n'},       {"bits", 1, 0, 'b'},    {"runs", 1, 0, 'r'},
    {"windows", 1, 0, 'w'}, {"packets", 1, 0, 'p'},   {"core", 1, 0, 'c'},    {"json", 0, 0, 'j'},
    {"frames", 0, 0, 'f'},  {"direction", 1, 0, 'd'}, {"esp", 0, 0, 'e'},     {"rate", 1, 0, 'a'},
    {"help", 0, 0, 'h'},    {"verbose", 0, 0, 'v'},   {"no-huge", 0, 0, 'u'}, {"workers", 1, 0, 'k'},
    {"cores", 1, 0, 'l'},   {"handoff", 0, 0, 't'},   {"tunnel", 0, 0, 'o'},  {"csv", 0, 0, 'x'},
    {"rounds", 1, 0, 'R'},  {"wait", 1, 0, 'W'},      {"slow", 1, 0, 'S'},    {"out", 1, 0, 'O'},
    {"add", 1, 0, 'A'},     {"quick", 0, 0, 'Q'},     {"no-run", 0, 0, 'N'},  {"limit", 1, 0, 'L'},
    {NULL, 0, 0, 0}};

/* "1,1000" into out. Returns how many, 0 if not a list of numbers from min to max. */
static uint32_t list_parse(const char *text, uint32_t *out, uint32_t cap, uint32_t min, uint32_t max)
{
    uint32_t n = 0;
    while (*text && n < cap) {
        char *end;
        unsigned long v = strtoul(text, &end, 10);
        if (end == text || v < min || v > max || (*end && *end != ','))
            return 0;
        out[n++] = (uint32_t)v;
        text = *end ? end + 1 : end;
    }
    return *text ? 0 : n;
}

static bool direction_parse(struct bench_args *a, const char *text)
{
    a->is_in = !strcmp(text, "in") || !strcmp(text, "both");
    a->is_out = !strcmp(text, "out") || !strcmp(text, "both");
    return a->is_in || a->is_out;
}

static bool bits_parse(struct bench_args *a, const char *text)
{
    a->bits_count = list_parse(text, a->bits, BENCH_LIST, 1, 256);
    for (uint32_t i = 0; i < a->bits_count; i++)
        if (a->bits[i] != 128 && a->bits[i] != 256)
            return false;
    return a->bits_count;
}

/* Options of `report` and `plot`. */
static bool report_take(struct bench_args *a, int o, const char *value)
{
    switch (o) {
    case 'O':
        a->out = value;
        return *value;
    case 'A':
        return a->add_count < BENCH_FILES && (a->add[a->add_count++] = value);
    case 'Q':
        a->is_quick = true;
        break;
    case 'N':
        a->is_idle = true;
        break;
    }
    return true;
}

/* Options of bench_run.h's rounds. */
static bool rounds_take(struct bench_args *a, int o, const char *value)
{
    switch (o) {
    case 'R':
        return list_parse(value, &a->rounds, 1, 1, BENCH_ROUNDS_MAX / BENCH_PATIENCE);
    case 'W':
        return list_parse(value, &a->wait, 1, 0, 3600);
    case 'L':
        return list_parse(value, &a->limit, 1, 1, 86400);
    default:
        return report_take(a, o, value);
    }
}

static bool value_take(struct bench_args *a, int o, const char *value)
{
    switch (o) {
    case 's':
        return (a->size_count = bench_mix_parse(value, a->sizes));
    case 'n':
        return (a->sas_count = list_parse(value, a->sas, BENCH_LIST, 1, 131072));
    case 'b':
        return bits_parse(a, value);
    case 'd':
        return direction_parse(a, value);
    case 'r':
        return list_parse(value, &a->runs, 1, 1, BENCH_RUNS_MAX - 1);
    case 'w':
        return list_parse(value, &a->windows, 1, 1, BENCH_WINDOWS_MAX);
    case 'p':
        return list_parse(value, &a->pkts, 1, 1, 1000000000);
    case 'a':
        return list_parse(value, &a->rate, 1, 1, 1000000);
    case 'k':
        return list_parse(value, &a->workers, 1, 2, BENCH_WORKERS_MAX);
    case 'l':
        return (a->cores_count = list_parse(value, a->cores, BENCH_WORKERS_MAX, 0, CPU_SETSIZE - 1));
    case 'c':
        a->core = (uint32_t)strtoul(value, NULL, 10);
        break;
    case 'j':
        a->is_json = true;
        break;
    case 'f':
        a->is_frame = true;
        break;
    case 'e':
        a->is_plain_esp = true;
        break;
    case 't':
        a->is_handoff = true;
        break;
    case 'o':
        a->is_tunnel = true;
        break;
    case 'u':
        a->is_small_paged = true;
        break;
    case 'x':
        a->is_csv = true;
        break;
    case 'S':
        a->slow = value;
        break;
    case 'v':
        a->is_verbose = true;
        break;
    default:
        return rounds_take(a, o, value);
    }
    return true;
}

int bench_args_parse(struct bench_args *a, int argc, char **argv, const char *accepts, const char *help)
{
    int o, at;
    a->core = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN) - 1;
    if (!a->rounds)
        a->rounds = BENCH_ROUNDS;
    a->wait = BENCH_WAIT_S;
    while ((o = getopt_long(argc, argv, "", options, &at)) != -1) {
        if (o == 'h') {
            fputs(help, stdout);
            exit(0);
        }
        if (o == '?')
            return -1;
        if (!strchr(accepts, o)) {
            fprintf(stderr, "culvert-bench %s: it has no option --%s, see --help\n", argv[0],
                    options[at].name);
            return -1;
        }
        if (!value_take(a, o, optarg)) {
            fprintf(stderr, "culvert-bench %s: --%s %s makes no sense, see --help\n", argv[0],
                    options[at].name, optarg);
            return -1;
        }
    }
    a->form = a->is_csv ? BENCH_FORM_CSV : a->is_json ? BENCH_FORM_JSON : BENCH_FORM_TABLE;
    if (a->is_csv && a->is_json) {
        fprintf(stderr, "culvert-bench %s: --csv or --json, not both\n", argv[0]);
        return -1;
    }
    if (strchr(accepts, '*')) {
        a->files = argv + optind;
        a->file_count = (uint32_t)(argc - optind);
        return 0;
    }
    if (optind < argc)
        fprintf(stderr, "culvert-bench %s: what is \"%s\"? see --help\n", argv[0], argv[optind]);
    return optind < argc ? -1 : 0;
}
