/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a gateway must not let through, and what must go through it all the same: copies, forged packets,
 * unknown SPIs, shuffled packets, floods of IKE. That packets do not come out proves nothing by itself, so
 * good ones go before and after.
 */
#include <math.h>
#include <stdio.h>
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

/* Rounds of what must not come out. Adds to *sent, and to *out those that came out all the same. */
static bool hostile_rounds(struct gen_bench *b, const struct gen_load *load, uint64_t *sent, uint64_t *out,
                           struct gen_verdict *v)
{
    static struct gen_outcome o;
    static struct gen_rounds rounds;
    memset(&rounds, 0, sizeof(rounds));
    for (uint32_t i = 0; i < b->args->rounds; i++) {
        gen_load_apart(b, i);
        gen_trial_run(b, load, &o);
        if (*b->is_interrupted)
            return gen_verdict_set(v, false, "interrupted");
        if (!o.sent)
            return gen_verdict_set(v, false, "none of them could be sent");
        gen_rounds_add(&rounds, b, &o);
        *sent += o.sent;
        *out += hostile_came_out(b);
    }
    gen_rounds_write_one(&rounds, b, b->args->scenario, load->size, GEN_sent_rate);
    gen_figure_write(b, b->args->scenario, load->size, "came_out", "packets", (double)*out);
    return true;
}

/* Sends what must not come out, for --seconds each round, and then good packets again. */
static bool hostile_run(struct gen_bench *b, struct gen_load *load, const char *what, struct gen_verdict *v)
{
    static struct gen_outcome o;
    uint64_t sent = 0, out = 0;
    if (!hostile_rounds(b, load, &sent, &out, v))
        return false;
    if (out)
        return gen_verdict_set(v, false, "%lu of %lu %s came out, and none may", out, sent, what);
    struct gen_load good = gen_trial_load(b, load->size, 2000, 0.5);
    if (!gen_load_trial(b, &good, &o, NULL, v))
        return false;
    if (gen_trial_loss(&o) > gen_load_tolerance(b->args, 0))
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
    struct gen_load load = gen_trial_load(b, size, 20000, 0);
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
    struct gen_load load = gen_load_asked(b, size);
    load.send[0] = GEN_COPIES;
    return hostile_run(b, &load, "copies", v);
}

bool gen_scenario_icv(struct gen_bench *b, struct gen_verdict *v)
{
    const uint32_t size = b->args->sizes[0];
    struct gen_load load = gen_load_asked(b, size);
    load.is_forged = true;
    return hostile_run(b, &load, "packets with a wrong ICV", v);
}

bool gen_scenario_spi(struct gen_bench *b, struct gen_verdict *v)
{
    const uint32_t size = b->args->sizes[0];
    struct meter_flow *flow = &b->stream[0].flow;
    struct gen_load load = gen_load_asked(b, size);
    load.is_stray = true;
    for (uint32_t i = 0; i < flow->sas; i++)
        b->strays[i] = b->spis[i] ^ 0x5a5a0000; /* the same slots of a table, with other random bits */
    return hostile_run(b, &load, "packets with unknown SPIs", v);
}

/* Rounds of shuffled packets. */
struct shuffled {
    uint64_t sent, reordered, furthest;
    double loss; /* the greatest */
};

static bool shuffled_rounds(struct gen_bench *b, const char *scenario, struct shuffled *s,
                            struct gen_verdict *v)
{
    static struct gen_outcome o;
    static struct gen_rounds rounds;
    const uint32_t size = b->args->sizes[0];
    struct gen_load load = gen_load_asked(b, size);
    load.depth = b->args->depth;
    memset(&rounds, 0, sizeof(rounds));
    for (uint32_t i = 0; i < b->args->rounds; i++) {
        gen_load_apart(b, i);
        if (!gen_load_trial(b, &load, &o, &rounds, v))
            return false;
        s->sent += o.sent;
        s->reordered += o.reordered_sent;
        s->furthest = o.furthest > s->furthest ? o.furthest : s->furthest;
        s->loss = fmax(s->loss, gen_trial_loss(&o));
    }
    rounds.has_latency = false; /* the stamp is of when it was made, before it waited among `depth` others */
    gen_rounds_write(&rounds, b, scenario, size);
    gen_figure_write(b, scenario, size, "reordered_sent", "packets", (double)s->reordered);
    gen_figure_write(b, scenario, size, "furthest", "packets", (double)s->furthest);
    return true;
}

bool gen_scenario_reorder(struct gen_bench *b, struct gen_verdict *v)
{
    const struct gen_args *a = b->args;
    struct shuffled s = {0};
    char scenario[32], lost[64] = "none was lost or came twice";
    snprintf(scenario, sizeof(scenario), "reorder/%u", a->depth);
    if (!shuffled_rounds(b, scenario, &s, v))
        return false;
    if (!s.reordered)
        return gen_verdict_set(v, false, "nothing was shuffled: let it last longer (--seconds, --rate)");
    if (s.loss > gen_load_tolerance(a, 0))
        return gen_verdict_set(
            v, false,
            "shuffled over %u packets, a share of %.6f was lost: a replay window of that many "
            "loses none",
            a->depth, s.loss);
    if (s.loss > 0)
        snprintf(lost, sizeof(lost), "a share of %.6f was lost, and none came twice", s.loss);
    return gen_verdict_set(v, true, "%lu of %lu packets were sent out of order, up to %u late, and %s",
                           s.reordered, s.sent, a->depth, lost);
}

/* Rounds of a flood, and what went on for honest traffic under it, beside what that was without. */
struct flooded {
    bool has_honest;
    uint64_t sent, answers;
    double loss, loss_before; /* the greatest of honest packets */
    struct gen_rounds rounds, before;
};

/* Honest packets alone, and then beside the flood. */
static bool flooded_round(struct gen_bench *b, struct flooded *f, struct gen_verdict *v)
{
    static struct gen_outcome o;
    const struct gen_args *a = b->args;
    const uint32_t size = a->sizes[0];
    struct gen_load load = gen_load_asked(b, size);
    if (!f->has_honest)
        memset(load.send, 0, sizeof(load.send));
    else if (!gen_load_trial(b, &load, &o, &f->before, v))
        return false;
    f->loss_before = fmax(f->loss_before, f->has_honest ? gen_trial_loss(&o) : 0);
    load.send[GEN_FLOOD] = GEN_INITS;
    load.pps[GEN_FLOOD] = gen_rate_pps(&a->flood_rate, GEN_IKE_FRAME);
    gen_trial_run(b, &load, &o);
    if (*b->is_interrupted)
        return gen_verdict_set(v, false, "interrupted");
    gen_rounds_add(&f->rounds, b, &o);
    f->sent += o.flood_sent;
    f->answers += o.flood_answers;
    f->loss = fmax(f->loss, gen_trial_loss(&o));
    return !f->has_honest || gen_ready_arrived(b, &o, v);
}

/* How the flood was answered: at all, and by no more than was asked. */
static bool answers_judge(struct gen_bench *b, const struct flooded *f, struct gen_verdict *v)
{
    gen_rounds_write_one(&f->rounds, b, "ike-flood", b->args->sizes[0], GEN_flood_rate);
    gen_rounds_write_one(&f->rounds, b, "ike-flood", b->args->sizes[0], GEN_answer_rate);
    if (!f->sent)
        return gen_verdict_set(v, false, "no request could be sent");
    if (!f->answers)
        return gen_verdict_set(
            v, false,
            "no answer to %lu requests: --flood-gateway must be where the gateway listens for "
            "IKE, and it must reach the sources, which count up from --flood-address",
            f->sent);
    if ((double)f->answers > 1.01 * (double)f->sent + 100)
        return gen_verdict_set(v, false, "%lu answers to %lu requests: the gateway amplifies", f->answers,
                               f->sent);
    return true;
}

static bool honest_judge(struct gen_bench *b, const struct flooded *f, struct gen_verdict *v)
{
    const double tolerance = gen_load_tolerance(b->args, 0.5);
    gen_rounds_write(&f->rounds, b, "ike-flood/honest", b->args->sizes[0]);
    gen_rounds_write_one(&f->before, b, "ike-flood/before", b->args->sizes[0], GEN_loss);
    if (f->loss > tolerance)
        return gen_verdict_set(
            v, false,
            "of honest packets a share of %.6f was lost under the flood, more than %g (%.6f "
            "without it)",
            f->loss, tolerance, f->loss_before);
    return true;
}

bool gen_scenario_flood(struct gen_bench *b, struct gen_verdict *v)
{
    static struct flooded f;
    memset(&f, 0, sizeof(f));
    f.has_honest = b->args->device[1];
    if (f.has_honest && !gen_ready_first(b, v))
        return false;
    for (uint32_t i = 0; i < b->args->rounds; i++) {
        gen_load_apart(b, i);
        if (!flooded_round(b, &f, v))
            return false;
    }
    if (!answers_judge(b, &f, v))
        return false;
    if (!f.has_honest)
        return gen_verdict_set(v, true, "%lu answers to %lu requests", f.answers, f.sent);
    if (!honest_judge(b, &f, v) || !gen_ready_first(b, v))
        return false;
    return gen_verdict_set(
        v, true,
        "%lu answers to %lu requests; of honest packets a share of %.6f was lost meanwhile, "
        "%.6f before",
        f.answers, f.sent, f.loss, f.loss_before);
}
