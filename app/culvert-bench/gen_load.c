/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scenarios of honest load: steady, swept, mixed, by many SAs, its latency.
 */
#include "gen_load.h"

#include <stdio.h>
#include <string.h>
#include <rte_cycles.h>

#include "gen_ready.h"
#include "gen_scenario.h"

#define APART_S   1.0
#define SAS_PPS   20000
#define SAS_TIMES 3u

struct gen_load gen_load_asked(const struct gen_bench *b, uint32_t size)
{
    return gen_trial_load(b, size, gen_load_pps(&b->args->rates[0], size), b->args->seconds);
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

void gen_load_apart(struct gen_bench *b, uint32_t round)
{
    static uint64_t began;
    const double left = APART_S - (double)(rte_rdtsc() - began) / b->hz;
    if (round && left > 0)
        gen_trial_wait(b, left, NULL);
    began = rte_rdtsc();
}

bool gen_load_rounds(struct gen_bench *b, const struct gen_load *load, const char *scenario, double tolerance,
                     double *worst, struct gen_verdict *v)
{
    static struct gen_outcome o;
    static struct gen_rounds rounds;
    memset(&rounds, 0, sizeof(rounds));
    double lost = 0;
    for (uint32_t i = 0; i < b->args->rounds; i++) {
        gen_load_apart(b, i);
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
        struct gen_load load = gen_load_asked(b, size);
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
    memset(&rounds, 0, sizeof(rounds));
    rounds.is_last = true;
    for (double left = b->args->seconds; left > 0; left -= 60) {
        char scenario[32];
        struct gen_load load = gen_load_asked(b, size);
        load.seconds = left < 60 ? left : 60;
        snprintf(scenario, sizeof(scenario), "soak/%u", ++minute);
        if (!gen_load_trial(b, &load, &o, &rounds, v))
            return false;
        gen_rounds_write(&rounds, b, scenario, size);
        gen_rounds_step(&rounds);
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
                gen_trial_load(b, size, gen_load_pps(&b->args->rates[r], size), b->args->seconds);
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
    struct gen_load load = gen_load_asked(b, BENCH_IMIX);
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

/* Something came by each SA. */
static bool sas_are_heard(const struct gen_bench *b)
{
    return !b->meter[gen_ready_receiver(b)].seq.silent;
}

/* Each SA a few times, slowly, until all are heard: who has no tunnel is told. Of sealed packets nobody sees
 * by which SA they come. */
static bool sas_check(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_outcome o;
    const bool is_seen = b->args->way != GEN_OUT;
    struct gen_load load = gen_trial_load(b, b->args->sizes[0], SAS_PPS, 0);
    load.is_in_turn = true;
    load.is_enough = is_seen ? sas_are_heard : NULL;
    for (uint32_t i = 0; i < GEN_FLOOD; i++)
        load.limit[i] = (is_seen ? SAS_TIMES : 1) * (uint64_t)b->args->sas;
    if (!gen_load_trial(b, &load, &o, NULL, v))
        return false;
    if (is_seen && sas_are_heard(b))
        return true;
    const uint64_t wanted = (uint64_t)(b->args->is_from_a + b->args->is_from_b) * load.limit[0];
    if (o.sent < wanted)
        return gen_ready_refused(&o, wanted, v);
    if (!is_seen)
        return true;
    return gen_verdict_set(v, false,
                           "by %u of %u SAs nothing arrived, %u packets each: are all tunnels up "
                           "(culvertctl show sas), and is there a route to all?",
                           b->meter[gen_ready_receiver(b)].seq.silent, b->args->sas, SAS_TIMES);
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
            struct gen_load load = gen_trial_load(b, size, pps, b->args->seconds);
            snprintf(scenario, sizeof(scenario), "latency/%g", shares[k]);
            if (!gen_load_rounds(b, &load, scenario, gen_load_tolerance(b->args, 1), &worst, v))
                return false;
        }
    }
    return gen_verdict_set(v, true, "%u loads of %u sizes measured", n, b->args->size_count);
}
