/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a gateway must not let through, and what must go through it all the same: copies, forged packets,
 * unknown SPIs, shuffled packets, floods of IKE. That packets do not come out proves nothing by itself, so
 * good ones go before and after.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen_load.h"
#include "gen_ready.h"
#include "gen_scenario.h"

#define REPLAY_TRIES 3

/* Packets of the flow that came out at the inside since the trial began, of whichever trial they are. */
static uint64_t hostile_came_out(const struct gen_bench *b)
{
    const struct gen_meter *m = &b->meter[1];
    return m->clear + m->stale + m->damaged;
}

/* Sends what must not come out, for --seconds, and then good packets again. */
static bool hostile_run(struct gen_bench *b, struct gen_load *load, const char *what, struct gen_verdict *v)
{
    static struct gen_outcome o;
    const struct gen_args *a = b->args;
    gen_trial_run(b, load, &o);
    if (*b->is_interrupted)
        return gen_verdict_set(v, false, "interrupted");
    if (!o.sent)
        return gen_verdict_set(v, false, "none of them could be sent");
    const uint64_t out = hostile_came_out(b), sent = o.sent;
    gen_figure_write(b, a->scenario, load->size, "sent_rate", "packets/s", (double)sent / o.seconds, NULL);
    gen_figure_write(b, a->scenario, load->size, "came_out", "packets", (double)out, NULL);
    if (out)
        return gen_verdict_set(v, false, "%lu of %lu %s came out, and none may", out, sent, what);
    struct gen_load good = gen_load_make(b, load->size, 2000, 0.5);
    if (!gen_load_trial(b, &good, &o, NULL, v))
        return false;
    if (gen_trial_loss(&o) > gen_load_tolerance(a, 0))
        return gen_verdict_set(v, false,
                               "after %lu %s good packets no longer come through: a share of %.6f is lost",
                               sent, what, gen_trial_loss(&o));
    return gen_verdict_set(v, true, "none of %lu %s came out, and good packets did before and after", sent,
                           what);
}

/* Packets of which copies are kept, all of which must arrive: the copy of one that was lost would be new. */
static bool copies_make(struct gen_bench *b, uint32_t size, struct gen_verdict *v)
{
    static struct gen_outcome o;
    struct gen_load load = gen_load_make(b, size, 20000, 0);
    load.limit[0] = GEN_KEPT_PKTS;
    load.is_kept = true;
    for (uint32_t i = 0; i < REPLAY_TRIES; i++) {
        if (!gen_load_trial(b, &load, &o, NULL, v))
            return false;
        if (o.sent < load.limit[0])
            return gen_ready_refused(&o, load.limit[0], v);
        if (o.received == o.sent)
            return true;
    }
    return gen_verdict_set(
        v, false,
        "of %lu packets, sent slowly, %lu were lost, three times: a copy of those would be "
        "new to the gateway, so this shows nothing",
        o.sent, o.sent - o.received);
}

bool gen_scenario_replay(struct gen_bench *b, struct gen_verdict *v)
{
    const uint32_t size = b->args->sizes[0];
    if (!copies_make(b, size, v))
        return false;
    struct gen_load load = gen_load_make(b, size, gen_load_pps(&b->args->rates[0], size), b->args->seconds);
    load.send[0] = GEN_COPIES;
    return hostile_run(b, &load, "copies", v);
}

bool gen_scenario_icv(struct gen_bench *b, struct gen_verdict *v)
{
    const uint32_t size = b->args->sizes[0];
    struct gen_load load = gen_load_make(b, size, gen_load_pps(&b->args->rates[0], size), b->args->seconds);
    load.is_forged = true;
    return hostile_run(b, &load, "packets with a wrong ICV", v);
}

bool gen_scenario_spi(struct gen_bench *b, struct gen_verdict *v)
{
    const uint32_t size = b->args->sizes[0];
    struct meter_flow *flow = &b->stream[0].flow;
    struct gen_load load = gen_load_make(b, size, gen_load_pps(&b->args->rates[0], size), b->args->seconds);
    load.is_stray = true;
    for (uint32_t i = 0; i < flow->sas; i++)
        b->strays[i] = b->spis[i] ^ 0x5a5a0000; /* the same slots of a table, with other random bits */
    return hostile_run(b, &load, "packets with unknown SPIs", v);
}

/* What became of shuffled packets of which no more was lost than may be. */
static bool reorder_praise(const struct gen_bench *b, const struct gen_outcome *o, struct gen_verdict *v)
{
    char lost[64] = "none was lost or came twice";
    if (gen_trial_loss(o) > 0)
        snprintf(lost, sizeof(lost), "a share of %.6f was lost, and none came twice", gen_trial_loss(o));
    return gen_verdict_set(v, true, "%lu of %lu packets were sent out of order, up to %u late, and %s",
                           o->reordered_sent, o->sent, b->args->depth, lost);
}

bool gen_scenario_reorder(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_outcome o;
    static struct gen_rounds rounds;
    const struct gen_args *a = b->args;
    const uint32_t size = a->sizes[0];
    char scenario[32];
    struct gen_load load = gen_load_make(b, size, gen_load_pps(&a->rates[0], size), a->seconds);
    load.depth = a->depth;
    snprintf(scenario, sizeof(scenario), "reorder/%u", a->depth);
    memset(&rounds, 0, sizeof(rounds));
    if (!gen_load_trial(b, &load, &o, &rounds, v))
        return false;
    rounds.has_latency = false; /* the stamp is of when it was made, before it waited among `depth` others */
    gen_rounds_write(&rounds, b, scenario, size);
    gen_figure_write(b, scenario, size, "reordered_sent", "packets", (double)o.reordered_sent, NULL);
    gen_figure_write(b, scenario, size, "furthest", "packets", (double)o.furthest, NULL);
    if (!o.reordered_sent)
        return gen_verdict_set(v, false, "nothing was shuffled: let it last longer (--seconds, --rate)");
    if (gen_trial_loss(&o) > gen_load_tolerance(a, 0))
        return gen_verdict_set(
            v, false,
            "shuffled over %u packets, a share of %.6f was lost: a replay window of that many "
            "loses none",
            a->depth, gen_trial_loss(&o));
    return reorder_praise(b, &o, v);
}

/* What went on for honest traffic under the flood, beside what it was without. */
static bool honest_judge(struct gen_bench *b, const struct gen_load *load, const struct gen_outcome *o,
                         const struct gen_outcome *before, struct gen_verdict *v)
{
    static struct gen_rounds rounds;
    char away[GEN_REASON];
    const double tolerance = gen_load_tolerance(b->args, 0.5), loss = gen_trial_loss(o);
    memset(&rounds, 0, sizeof(rounds));
    if (!gen_ready_arrived(b, o, v))
        return false;
    gen_rounds_add(&rounds, b, o);
    gen_rounds_write(&rounds, b, "ike-flood/honest", load->size);
    gen_figure_write(b, "ike-flood/before", load->size, "loss", "share", gen_trial_loss(before),
                     gen_figure_spoilt(b, before, GEN_loss, away));
    if (loss > tolerance)
        return gen_verdict_set(
            v, false,
            "of honest packets a share of %.6f was lost under the flood, more than %g (%.6f "
            "without it)",
            loss, tolerance, gen_trial_loss(before));
    return true;
}

/* How the flood was answered: at all, and by no more than was asked. */
static bool answers_judge(struct gen_bench *b, const struct gen_outcome *o, struct gen_verdict *v)
{
    gen_figure_write(b, "ike-flood", b->args->sizes[0], "flood_rate", "packets/s",
                     (double)o->flood_sent / o->seconds, NULL);
    gen_figure_write(b, "ike-flood", b->args->sizes[0], "answer_rate", "packets/s",
                     (double)o->flood_answers / o->seconds, NULL);
    if (!o->flood_sent)
        return gen_verdict_set(v, false, "no request could be sent");
    if (!o->flood_answers)
        return gen_verdict_set(
            v, false,
            "no answer to %lu requests: --flood-gateway must be where the gateway listens for "
            "IKE, and it must reach the sources, which count up from --flood-address",
            o->flood_sent);
    if ((double)o->flood_answers > 1.01 * (double)o->flood_sent + 100)
        return gen_verdict_set(v, false, "%lu answers to %lu requests: the gateway amplifies",
                               o->flood_answers, o->flood_sent);
    return true;
}

bool gen_scenario_flood(struct gen_bench *b, struct gen_verdict *v)
{
    static struct gen_outcome before, o;
    const struct gen_args *a = b->args;
    const uint32_t size = a->sizes[0];
    struct gen_load load = gen_load_make(b, size, gen_load_pps(&a->rates[0], size), a->seconds);
    const bool has_honest = a->device[1];
    if (!has_honest)
        memset(load.send, 0, sizeof(load.send));
    else if (!gen_ready_first(b, v) || !gen_load_trial(b, &load, &before, NULL, v))
        return false;
    load.send[GEN_FLOOD] = GEN_INITS;
    load.pps[GEN_FLOOD] = gen_rate_pps(&a->flood_rate, GEN_IKE_FRAME);
    gen_trial_run(b, &load, &o);
    if (*b->is_interrupted)
        return gen_verdict_set(v, false, "interrupted");
    if (!answers_judge(b, &o, v))
        return false;
    if (!has_honest)
        return gen_verdict_set(v, true, "%lu answers to %lu requests", o.flood_answers, o.flood_sent);
    if (!honest_judge(b, &load, &o, &before, v) || !gen_ready_first(b, v))
        return false;
    return gen_verdict_set(
        v, true,
        "%lu answers to %lu requests; of honest packets a share of %.6f was lost meanwhile, "
        "%.6f before",
        o.flood_answers, o.flood_sent, gen_trial_loss(&o), gen_trial_loss(&before));
}
