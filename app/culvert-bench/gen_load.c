/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scenarios of honest load: steady, swept, mixed, by many SAs, its latency, through rekeyings.
 */
#include "gen_load.h"

#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <rte_cycles.h>

#include "gen_ready.h"
#include "gen_scenario.h"

extern char **environ;

struct gen_load gen_load_make(const struct gen_bench *b, uint32_t size, double pps, double seconds)
{
    struct gen_load load = {.what = b->args->scenario, .seconds = seconds, .size = size};
    const bool sends[GEN_FLOOD] = {b->args->is_from_a, b->args->is_from_b};
    for (uint32_t i = 0; i < GEN_FLOOD; i++) {
        load.send[i] = sends[i] ? GEN_FRESH : GEN_NOTHING;
        load.pps[i] = pps;
    }
    return load;
}

double gen_load_pps(const struct gen_rate *r, uint32_t size)
{
    return gen_rate_pps(r, bench_mix_frame_mean(size));
}

double gen_load_tolerance(const struct gen_args *a, double otherwise)
{
    return a->tolerance_count ? a->tolerances[0] : otherwise;
}

bool gen_load_trial(struct gen_bench *b, const struct gen_load *load, struct gen_outcome *o,
                    struct gen_rounds *rounds, struct gen_verdict *v)
{
    gen_trial_run(b, load, o);
    if (*b->is_interrupted)
        return gen_verdict_set(v, false, "interrupted");
    if (!gen_ready_arrived(b, o, v))
        return false;
    if (o->duplicates)
        return gen_verdict_set(v, false, "%lu packets came out twice", o->duplicates);
    if (rounds)
        gen_rounds_add(rounds, b, o);
    return true;
}

bool gen_load_rounds(struct gen_bench *b, const struct gen_load *load, const char *scenario, double tolerance,
                     double *worst, struct gen_verdict *v)
{
    static struct gen_outcome o;
    static struct gen_rounds rounds;
    memset(&rounds, 0, sizeof(rounds));
    double lost = 0;
    for (uint32_t i = 0; i < b->args->rounds; i++) {
        if (!gen_load_trial(b, load, &o, &rounds, v))
            return false;
        lost = gen_trial_loss(&o) > lost ? gen_trial_loss(&o) : lost;
    }
    *worst = lost > *worst ? lost : *worst;
    gen_rounds_write(&rounds, b, scenario, load->size);
    if (lost > tolerance)
        return gen_verdict_set(v, false, "%s: a share of %.6f was lost, more than %g", scenario, lost,
                               tolerance);
    return true;
}

/* The rate with each of the sizes. *worst: the greatest share that was lost. */
static bool sizes_run(struct gen_bench *b, double *worst, struct gen_verdict *v)
{
    for (uint32_t i = 0; i < b->args->size_count; i++) {
        const uint32_t size = b->args->sizes[i];
        struct gen_load load =
            gen_load_make(b, size, gen_load_pps(&b->args->rates[0], size), b->args->seconds);
        if (!gen_load_rounds(b, &load, b->args->scenario, gen_load_tolerance(b->args, 1), worst, v))
            return false;
    }
    return true;
}

bool gen_scenario_flow(struct gen_bench *b, struct gen_verdict *v)
{
    double worst = 0;
    if (!sizes_run(b, &worst, v))
        return false;
    return gen_verdict_set(
        v, true, "a rate of %s%s for %g s, a share of %.6f was lost at most", b->args->rates[0].text,
        b->args->is_from_a && b->args->is_from_b ? " each way" : "", b->args->seconds, worst);
}

bool gen_scenario_soak(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_outcome o;
    static struct gen_rounds rounds;
    const double tolerance = gen_load_tolerance(b->args, 0.001);
    const uint32_t size = b->args->sizes[0];
    uint32_t minute = 0;
    for (double left = b->args->seconds; left > 0; left -= 60) {
        char scenario[32];
        struct gen_load load =
            gen_load_make(b, size, gen_load_pps(&b->args->rates[0], size), left < 60 ? left : 60);
        snprintf(scenario, sizeof(scenario), "soak/%u", ++minute);
        memset(&rounds, 0, sizeof(rounds));
        if (!gen_load_trial(b, &load, &o, &rounds, v))
            return false;
        gen_rounds_write(&rounds, b, scenario, size);
        if (gen_trial_loss(&o) > tolerance)
            return gen_verdict_set(v, false, "in minute %u a share of %.6f was lost, more than %g", minute,
                                   gen_trial_loss(&o), tolerance);
    }
    return gen_verdict_set(v, true, "%u minutes, none of which lost more than a share of %g", minute,
                           tolerance);
}

bool gen_scenario_sweep(struct gen_bench *b, struct gen_verdict *v)
{
    double worst = 0;
    for (uint32_t i = 0; i < b->args->size_count; i++) {
        for (uint32_t r = 0; r < b->args->rate_count; r++) {
            const uint32_t size = b->args->sizes[i];
            char scenario[32];
            struct gen_load load =
                gen_load_make(b, size, gen_load_pps(&b->args->rates[r], size), b->args->seconds);
            snprintf(scenario, sizeof(scenario), "sweep/%s", b->args->rates[r].text);
            if (!gen_load_rounds(b, &load, scenario, gen_load_tolerance(b->args, 1), &worst, v))
                return false;
        }
    }
    return gen_verdict_set(v, true, "%u rates of %u sizes", b->args->rate_count, b->args->size_count);
}

bool gen_scenario_imix(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_outcome o;
    double worst = 0;
    struct gen_load load =
        gen_load_make(b, BENCH_IMIX, gen_load_pps(&b->args->rates[0], BENCH_IMIX), b->args->seconds);
    if (!gen_load_rounds(b, &load, "imix", gen_load_tolerance(b->args, 1), &worst, v) ||
        !gen_load_trial(b, &load, &o, NULL, v))
        return false;
    /* What is lost at random leaves the mix as it is. */
    double sent = (double)o.sent_bits / 8 / (double)o.sent;
    double received = (double)o.received_bits / 8 / (double)o.received;
    if (b->args->way == GEN_BOTH && (received > 1.02 * sent || received < 0.98 * sent))
        return gen_verdict_set(v, false,
                               "what arrives is another mix: %.1f bytes on average, and %.1f were sent: "
                               "one of the sizes is lost (MTU?)",
                               received, sent);
    return gen_verdict_set(v, true, "7:4:1 of 64, 570 and 1420 bytes, a share of %.6f was lost at most",
                           worst);
}

/* Each SA a few times, slowly: who has no tunnel is told. */
static bool sas_check(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_outcome o;
    struct gen_load load = gen_load_make(b, b->args->sizes[0], 20000, 0);
    load.is_in_turn = true;
    for (uint32_t i = 0; i < GEN_FLOOD; i++)
        load.limit[i] = 3ull * b->args->sas;
    if (!gen_load_trial(b, &load, &o, NULL, v))
        return false;
    const uint64_t wanted = (uint64_t)(b->args->is_from_a + b->args->is_from_b) * load.limit[0];
    if (o.sent < wanted)
        return gen_ready_refused(&o, wanted, v);
    const uint32_t silent = gen_seq_silent(&b->meter[gen_ready_receiver(b)].seq);
    if (b->args->way != GEN_OUT && silent)
        return gen_verdict_set(v, false,
                               "by %u of %u SAs nothing arrived, three packets each: are all tunnels up "
                               "(culvertctl show sas), and is there a route to all?",
                               silent, b->args->sas);
    return true;
}

bool gen_scenario_sas(struct gen_bench *b, struct gen_verdict *v)
{
    double worst = 0;
    if (!sas_check(b, v) || !sizes_run(b, &worst, v))
        return false;
    return gen_verdict_set(v, true, "by %u SAs, a share of %.6f was lost at most", b->args->sas, worst);
}

bool gen_scenario_latency(struct gen_bench *b, struct gen_verdict *v)
{
    static const double usual[] = {10, 50, 90};
    const double *shares = b->args->share_count ? b->args->shares : usual;
    const uint32_t n = b->args->share_count ? b->args->share_count : 3;
    double worst = 0;
    for (uint32_t i = 0; i < b->args->size_count; i++) {
        for (uint32_t k = 0; k < n; k++) {
            const uint32_t size = b->args->sizes[i];
            char scenario[32];
            double pps = gen_load_pps(&b->args->rates[0], size) * shares[k] / 100;
            struct gen_load load = gen_load_make(b, size, pps, b->args->seconds);
            snprintf(scenario, sizeof(scenario), "latency/%g", shares[k]);
            if (!gen_load_rounds(b, &load, scenario, gen_load_tolerance(b->args, 1), &worst, v))
                return false;
        }
    }
    return gen_verdict_set(v, true, "%u loads of %u sizes measured", n, b->args->size_count);
}

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
