/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Honest load through rekeyings: a command replaces the keys while packets go on.
 */
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

/* What the commands did, and what that cost. */
static bool rekeyings_judge(const struct rekeyings *r, const struct gen_outcome *o,
                            const struct gen_outcome *before, double tolerance, struct gen_verdict *v)
{
    if (r->failed)
        return gen_verdict_set(v, false, "%u of %u commands failed: %s", r->failed, r->started, r->command);
    if (!r->done)
        return gen_verdict_set(v, false,
                               "of %u commands that began none ended while packets went: let it last longer "
                               "(--seconds), and begin them more often (--every)",
                               r->started);
    if (gen_trial_loss(o) > tolerance)
        return gen_verdict_set(
            v, false,
            "%u rekeyings lost %lu of %lu packets, a share of %.6f; without them a share of %.6f was lost",
            r->done, o->sent - o->received, o->sent, gen_trial_loss(o), gen_trial_loss(before));
    return gen_verdict_set(
        v, true, "%u rekeyings, %lu of %lu packets lost, the longest gap was %.1f ms (%.1f ms without)",
        r->done, o->sent > o->received ? o->sent - o->received : 0, o->sent, o->gap_s * 1e3,
        before->gap_s * 1e3);
}

bool gen_scenario_rekey(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_outcome before, o;
    static struct gen_rounds rounds;
    static struct rekeyings r;
    char away[GEN_REASON];
    const struct gen_args *a = b->args;
    const double tolerance = gen_load_tolerance(a, 0), pps = gen_load_pps(&a->rates[0], a->sizes[0]);
    struct gen_load load = gen_load_make(b, a->sizes[0], pps, a->every);
    if (!a->command)
        return gen_verdict_set(v, false,
                               "--rekey is missing: the command that replaces the tunnel's keys "
                               "(\"culvertctl rekey foo\")");
    if (!gen_load_trial(b, &load, &before, NULL, v))
        return false;
    if (gen_trial_loss(&before) > tolerance)
        return gen_verdict_set(v, false,
                               "without any rekeying a share of %.6f is lost: lower --rate, so that what is "
                               "lost later is the rekeying's",
                               gen_trial_loss(&before));
    load.seconds = a->seconds;
    load.each = rekeyings_tick;
    load.each_ctx = &r;
    memset(&rounds, 0, sizeof(rounds));
    rekeyings_begin(&r, b, load.seconds);
    bool is_good = gen_load_trial(b, &load, &o, &rounds, v);
    rekeyings_end(&r);
    if (!is_good)
        return false;
    gen_rounds_write(&rounds, b, "rekey", a->sizes[0]);
    gen_figure_write(b, "rekey", a->sizes[0], "rekeyings", "number", r.done, NULL);
    gen_figure_write(b, "rekey/before", a->sizes[0], "longest_gap_ms", "ms", before.gap_s * 1e3,
                     gen_figure_spoilt(b, &before, GEN_longest_gap_ms, away));
    return rekeyings_judge(&r, &o, &before, tolerance, v);
}
