/* SPDX-License-Identifier: BSD-3-Clause */
/* Options and reporting of the simulation programs. A failing case stops after a few seeds. */
#include "sim_main.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "null_crypt.h"

#define FAILURES_SHOWN 5

struct options {
    uint64_t first;
    uint64_t runs; /* 0: the case's own number */
    uint64_t part; /* an Nth of them */
    const char *only;
};

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s [--seed N | --first N --runs N] [--case NAME]\n", program);
    return 2;
}

static int parse(int argc, char **argv, struct options *o)
{
    static const struct option known[] = {
        {"seed", 1, NULL, 's'}, {"first", 1, NULL, 'f'}, {"runs", 1, NULL, 'r'}, {"case", 1, NULL, 'c'}, {0}};
    const char *runs = getenv("SIM_RUNS"), *seed = getenv("SIM_SEED"), *part = getenv("SIM_PART");
    o->part = part ? strtoull(part, NULL, 0) : 1;
    if (runs)
        o->runs = strtoull(runs, NULL, 0);
    int c;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c == 's')
            seed = optarg;
        else if (c == 'f')
            o->first = strtoull(optarg, NULL, 0);
        else if (c == 'r')
            o->runs = strtoull(optarg, NULL, 0);
        else if (c == 'c')
            o->only = optarg;
        else
            return usage(argv[0]);
    }
    if (!o->part)
        return usage(argv[0]);
    if (seed) {
        o->first = strtoull(seed, NULL, 0);
        o->runs = o->part = 1;
    }
    return 0;
}

static void save_scripts(const struct sim_world *w, const struct sim_case *c)
{
    const char *dir = getenv("SIM_CORPUS");
    char name[128];
    for (size_t i = 0; dir && i < w->n_hosts; i++) {
        if (!w->hosts[i]->script)
            continue;
        snprintf(name, sizeof name, "%s-%lu", c->name, (unsigned long)w->seed);
        for (char *p = name; *p; p++)
            if (*p == ' ' || *p == ',' || *p == ':')
                *p = '_';
        sim_script_save(w->hosts[i]->script, dir, name);
    }
}

static bool run_one(const char *program, const struct sim_case *c, uint64_t seed)
{
    uint32_t keys = null_crypt_live_keys();
    struct sim_world *w = sim_world_new(seed);
    w->row = c->row;
    c->run(w);
    save_scripts(w, c);
    bool failed = w->failed;
    if (failed)
        printf(
            "FAIL  %s\n      seed %lu at %.3f s: %s\n      again: SIM_TRACE=1 %s --case \"%s\" --seed %lu\n",
            c->name, (unsigned long)seed, (double)w->now.ns / 1e9 - 1000, w->why, program, c->name,
            (unsigned long)seed);
    sim_world_free(w);
    if (!failed && null_crypt_live_keys() != keys) {
        printf("FAIL  %s\n      seed %lu: %u key pairs were never freed\n", c->name, (unsigned long)seed,
               null_crypt_live_keys() - keys);
        failed = true;
    }
    return !failed;
}

static bool run_case(const char *program, const struct sim_case *c, const struct options *o)
{
    uint64_t runs = o->runs && (o->runs == 1 || !c->runs) ? o->runs : c->runs;
    runs = (runs + o->part - 1) / o->part;
    uint64_t failures = 0, i = 0;
    clock_t start = clock();
    for (; i < runs && failures < FAILURES_SHOWN; i++)
        failures += !run_one(program, c, o->first + i);
    for (const uint64_t *s = c->failed_once; !o->runs && s && *s && failures < FAILURES_SHOWN; s++)
        failures += !run_one(program, c, *s);
    printf("%s  %s: %lu runs from seed %lu, %lu failed, %.1f s\n", failures ? "FAIL" : "ok  ", c->name,
           (unsigned long)i, (unsigned long)o->first, (unsigned long)failures,
           (double)(clock() - start) / CLOCKS_PER_SEC);
    fflush(stdout);
    return failures == 0;
}

int sim_main(int argc, char **argv, const struct sim_case *cases, size_t n)
{
    struct options o = {.first = 1};
    if (parse(argc, argv, &o))
        return 2;
    bool good = true;
    for (size_t i = 0; i < n; i++)
        if (!o.only || strcmp(o.only, cases[i].name) == 0)
            good &= run_case(argv[0], &cases[i], &o);
    return good ? 0 : 1;
}
