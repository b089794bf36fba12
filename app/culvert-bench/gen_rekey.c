/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Honest load through rekeyings: a command replaces the keys while packets go on.
 */
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <rte_cycles.h>

#include "gen_load.h"
#include "gen_scenario.h"

extern char **environ;

/* Commands that replace keys, while packets go on. */
struct rekeyings {
    const char *command;
    const cpu_set_t *cpus;             /* that the command may use */
    uint64_t next, every;              /* TSC */
    uint64_t last;                     /* TSC; none begins later */
    pid_t pid;                         /* that runs; 0: none */
    uint32_t started, done, failed;    /* done: while packets went */
    posix_spawn_file_actions_t output; /* to standard error: rows go to standard output */
    struct sigaction child;            /* what was done about SIGCHLD before */
};

/* They run for `seconds` from now on. None begins when less than half of `every` is left. */
static void rekeyings_begin(struct rekeyings *r, const struct gen_bench *b, double seconds)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL}; /* who ignores it is told of no child's end */
    const uint64_t now = rte_rdtsc();
    *r = (struct rekeyings){.command = b->args->command, .cpus = &b->cpus};
    r->every = (uint64_t)(b->args->every * b->hz);
    r->next = now + r->every;
    r->last = now + (uint64_t)(seconds * b->hz) - r->every / 2;
    sigaction(SIGCHLD, &usual, &r->child);
    posix_spawn_file_actions_init(&r->output);
    posix_spawn_file_actions_adddup2(&r->output, STDERR_FILENO, STDOUT_FILENO);
}

static bool rekeyings_reap(struct rekeyings *r, int options)
{
    int status;
    if (!r->pid || waitpid(r->pid, &status, options) != r->pid)
        return false;
    r->pid = 0;
    r->failed += status != 0;
    return true;
}

/* This thread has a CPU of its own, which a command would take from it, and be kept from others. */
static void rekeyings_spawn(struct rekeyings *r)
{
    char *argv[] = {"sh", "-c", (char *)r->command, NULL};
    cpu_set_t own;
    const bool is_pinned = !sched_getaffinity(0, sizeof(own), &own);
    sched_setaffinity(0, sizeof(*r->cpus), r->cpus);
    r->started++;
    if (posix_spawn(&r->pid, "/bin/sh", &r->output, NULL, argv, environ)) {
        r->pid = 0;
        r->failed++;
    }
    if (is_pinned)
        sched_setaffinity(0, sizeof(own), &own);
}

static void rekeyings_tick(void *ctx)
{
    struct rekeyings *r = ctx;
    r->done += rekeyings_reap(r, WNOHANG);
    const uint64_t now = rte_rdtsc();
    if (r->pid || now < r->next || (int64_t)(r->last - now) < 0)
        return;
    r->next += r->every;
    rekeyings_spawn(r);
}

/* Waits for the one that still runs. No packet saw how that ended, so it is not counted as done. */
static void rekeyings_end(struct rekeyings *r)
{
    rekeyings_reap(r, 0);
    posix_spawn_file_actions_destroy(&r->output);
    sigaction(SIGCHLD, &r->child, NULL);
}

/* All rounds. */
struct rekey_sum {
    uint32_t started, done, failed; /* commands */
    uint64_t sent, lost;
    double loss, gap_s;               /* the greatest */
    double loss_before, gap_before_s; /* of packets that no command disturbed, too */
};

static void sum_add(struct rekey_sum *sum, const struct rekeyings *r, const struct gen_outcome *o,
                    const struct gen_outcome *before)
{
    sum->started += r->started;
    sum->done += r->done;
    sum->failed += r->failed;
    sum->sent += o->sent;
    sum->lost += o->sent > o->received ? o->sent - o->received : 0;
    sum->loss = fmax(sum->loss, gen_trial_loss(o));
    sum->gap_s = fmax(sum->gap_s, o->gap_s);
    sum->loss_before = fmax(sum->loss_before, gen_trial_loss(before));
    sum->gap_before_s = fmax(sum->gap_before_s, before->gap_s);
}

/* What the commands did, and what that cost. */
static bool sum_judge(const struct rekey_sum *sum, const struct gen_args *a, struct gen_verdict *v)
{
    if (sum->failed)
        return gen_verdict_set(v, false, "%u of %u commands failed: %s", sum->failed, sum->started,
                               a->command);
    if (!sum->done)
        return gen_verdict_set(v, false,
                               "of %u commands that began none ended while packets went: let it last longer "
                               "(--seconds), and begin them more often (--every)",
                               sum->started);
    if (sum->loss > gen_load_tolerance(a, 0))
        return gen_verdict_set(v, false,
                               "%u rekeyings lost %lu of %lu packets, a share of %.6f at most; without them "
                               "a share of %.6f was lost",
                               sum->done, sum->lost, sum->sent, sum->loss, sum->loss_before);
    return gen_verdict_set(
        v, true, "%u rekeyings, %lu of %lu packets lost, the longest gap was %.1f ms (%.1f ms without)",
        sum->done, sum->lost, sum->sent, sum->gap_s * 1e3, sum->gap_before_s * 1e3);
}

/* Packets alone, and then the same with commands. False, with a verdict, when a trial is none. */
static bool rekey_round(struct gen_bench *b, struct gen_rounds *rounds, struct gen_rounds *alone,
                        struct rekey_sum *sum, struct gen_verdict *v)
{
    static struct gen_outcome before, o;
    static struct rekeyings r;
    const struct gen_args *a = b->args;
    struct gen_load load = gen_load_asked(b, a->sizes[0]);
    load.seconds = a->every;
    if (!gen_load_trial(b, &load, &before, alone, v))
        return false;
    if (gen_trial_loss(&before) > gen_load_tolerance(a, 0))
        return gen_verdict_set(v, false,
                               "without any rekeying a share of %.6f is lost: lower --rate, so that what is "
                               "lost later is the rekeying's",
                               gen_trial_loss(&before));
    load.seconds = a->seconds;
    load.each = rekeyings_tick;
    load.each_ctx = &r;
    rekeyings_begin(&r, b, load.seconds);
    const bool is_good = gen_load_trial(b, &load, &o, rounds, v);
    rekeyings_end(&r);
    sum_add(sum, &r, &o, &before);
    return is_good;
}

bool gen_scenario_rekey(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_rounds rounds, alone;
    struct rekey_sum sum = {0};
    const struct gen_args *a = b->args;
    memset(&rounds, 0, sizeof(rounds));
    memset(&alone, 0, sizeof(alone));
    if (!a->command)
        return gen_verdict_set(v, false,
                               "--rekey is missing: the command that replaces the tunnel's keys "
                               "(\"culvertctl rekey foo\")");
    for (uint32_t i = 0; i < a->rounds; i++) {
        gen_load_apart(b, i);
        if (!rekey_round(b, &rounds, &alone, &sum, v))
            return false;
    }
    gen_rounds_write(&rounds, b, "rekey", a->sizes[0]);
    gen_figure_write(b, "rekey", a->sizes[0], "rekeyings", "number", sum.done);
    gen_rounds_write_one(&alone, b, "rekey/before", a->sizes[0], GEN_longest_gap_ms);
    return sum_judge(&sum, a, v);
}
