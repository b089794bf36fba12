/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The highest rate whose loss is no more than a tolerance (RFC 2544 26.1), and the latency at a share of it
 * (26.2), for each size and tolerance.
 */
#include <stdio.h>
#include <string.h>

#include "gen_load.h"
#include "gen_ready.h"
#include "gen_scenario.h"
#include "gen_search.h"

#define TRIAL_S 60 /* RFC 2544 24 */
#define TRIES   3  /* of a trial whose loss may be the generator's own */

/* One search. */
struct ndr {
    uint32_t size;
    double tolerance;
    double top;           /* packets per second */
    double rate;          /* that was found; 0: none */
    struct gen_outcome o; /* of the trial that confirmed it */
    uint32_t own;         /* rates that were given up though the loss may be the generator's own */
};

/* The rate to search from: the one that was asked for, or what the generator can send. */
static bool top_find(struct gen_bench *b, struct ndr *n, struct gen_verdict *v)
{
    const struct gen_rate *r = &b->args->rates[0];
    n->top = gen_load_pps(r, n->size);
    if (r->value > 0)
        return true;
    struct gen_load load = gen_trial_load(b, n->size, 0, b->args->seconds);
    if (!gen_load_trial(b, &load, &n->o, NULL, v))
        return false;
    uint32_t senders = (uint32_t)b->args->is_from_a + b->args->is_from_b;
    n->top = (double)n->o.sent / n->o.seconds / senders;
    return true;
}

/* A trial of a search: whether the rate is good. Nothing arrives, and that is a loss here: the first hundred
 * did. Nothing could be sent, and that is no rate. */
static bool ndr_try(struct gen_bench *b, struct ndr *n, const struct gen_load *load)
{
    for (uint32_t i = 0; i < TRIES && !*b->is_interrupted; i++) {
        gen_trial_run(b, load, &n->o);
        if (n->o.sent && gen_trial_loss(&n->o) <= n->tolerance)
            return true;
        if (!gen_trial_is_own_loss(&n->o, n->tolerance))
            return false;
    }
    n->own++;
    return false;
}

static bool ndr_search(struct gen_bench *b, struct ndr *n, struct gen_verdict *v)
{
    struct gen_search s;
    double rate;
    bool is_long;
    gen_search_begin(&s, n->top, n->top * b->args->resolution / 100, b->args->repeats);
    while (gen_search_next(&s, &rate, &is_long)) {
        struct gen_load load =
            gen_trial_load(b, n->size, rate, is_long ? b->args->confirm : b->args->seconds);
        const bool is_good = ndr_try(b, n, &load);
        if (*b->is_interrupted)
            return gen_verdict_set(v, false, "interrupted");
        if (b->stream[0].flow.is_spent)
            return gen_ready_arrived(b, &n->o, v);
        gen_search_tell(&s, is_good);
    }
    n->rate = s.found;
    return true;
}

/* Why what `found` searches found is not to be quoted as the no-drop rate. "": it is. */
static void ndr_star(const struct gen_bench *b, const struct ndr *n, uint32_t found, char *text, size_t size)
{
    if (found < b->args->rounds)
        snprintf(text, size, "%u of %u searches found no rate", b->args->rounds - found, b->args->rounds);
    else if (n->own)
        snprintf(text, size,
                 "%u rates were given up though their loss may be the generator's own, %u times each: the "
                 "gateway's limit may be higher",
                 n->own, TRIES);
    else if (n->rate >= n->top)
        snprintf(text, size,
                 "no more was lost at %.0f packets/s, the most that was asked for: the gateway's limit is "
                 "higher",
                 n->top);
    else if (b->args->confirm < TRIAL_S)
        snprintf(text, size, "confirmed by a trial of %g s, and RFC 2544 24 wants %d", b->args->confirm,
                 TRIAL_S);
}

/* Latency at shares of the rate. */
static bool shares_measure(struct gen_bench *b, const struct ndr *n, const char *scenario,
                           struct gen_verdict *v)
{
    static const double usual[] = {50};
    const double *shares = b->args->share_count ? b->args->shares : usual;
    const uint32_t count = b->args->share_count ? b->args->share_count : 1;
    double worst = 0;
    for (uint32_t k = 0; k < count; k++) {
        char name[48];
        struct gen_load load = gen_trial_load(b, n->size, n->rate * shares[k] / 100, b->args->seconds);
        snprintf(name, sizeof(name), "%s/%g", scenario, shares[k]);
        if (!gen_load_rounds(b, &load, name, 1, &worst, v))
            return false;
    }
    return true;
}

/* All rounds of one size and tolerance. Adds to *found how many of them found a rate, and to *empty 1 when
 * none did. */
static bool ndr_rounds(struct gen_bench *b, struct ndr *n, struct gen_verdict *v, uint32_t *found,
                       uint32_t *empty)
{
    static struct gen_rounds rounds;
    char scenario[32], reason[GEN_REASON];
    memset(&rounds, 0, sizeof(rounds));
    n->own = 0;
    snprintf(scenario, sizeof(scenario), "ndr/%g", n->tolerance);
    for (uint32_t i = 0; i < b->args->rounds; i++) {
        if (!top_find(b, n, v) || !ndr_search(b, n, v))
            return false;
        if (n->rate > 0)
            gen_rounds_add(&rounds, b, &n->o);
    }
    *found += rounds.n;
    *empty += !rounds.n;
    if (rounds.n) {
        ndr_star(b, n, rounds.n, rounds.reason, sizeof(rounds.reason));
        gen_rounds_write(&rounds, b, scenario, n->size);
        return n->rate > 0 ? shares_measure(b, n, scenario, v) : true;
    }
    snprintf(reason, sizeof(reason), "no rate down to %.0f packets/s had a loss of %g or less",
             n->top * b->args->resolution / 100, n->tolerance);
    gen_figure_none(b, scenario, n->size, "received_rate", "packets/s", reason);
    return true;
}

bool gen_scenario_ndr(struct gen_bench *b, struct gen_verdict *v)
{
    static struct ndr n;
    static const double usual[] = {0, 0.005};
    const struct gen_args *a = b->args;
    const double *tolerances = a->tolerance_count ? a->tolerances : usual;
    const uint32_t n_tolerances = a->tolerance_count ? a->tolerance_count : 2;
    uint32_t found = 0, empty = 0;
    for (uint32_t i = 0; i < a->size_count; i++) {
        for (uint32_t t = 0; t < n_tolerances; t++) {
            n.size = a->sizes[i];
            n.tolerance = tolerances[t];
            if (!ndr_rounds(b, &n, v, &found, &empty))
                return false;
        }
    }
    if (!found)
        return gen_verdict_set(
            v, false,
            "no rate of any size had a loss within --tolerance: loss at the lowest rate is "
            "no overload; look at culvertctl show drops, and on virtual machines take a "
            "tolerance");
    if (empty)
        return gen_verdict_set(v, false,
                               "for %u of %u sizes and tolerances no rate had a loss within the tolerance: "
                               "loss at the lowest rate is no overload; look at culvertctl show drops",
                               empty, a->size_count * n_tolerances);
    return gen_verdict_set(v, true, "%u of %u searches found a rate", found,
                           a->size_count * n_tolerances * a->rounds);
}
