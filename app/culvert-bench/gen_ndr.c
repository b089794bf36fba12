/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The highest rate whose loss is no more than a tolerance (RFC 2544 26.1), and the latency at a share of it
 * (26.2), for each size and tolerance.
 */
#include <stdio.h>
#include <string.h>

#include "gen_load.h"
#include "gen_scenario.h"
#include "gen_search.h"

#define TRIAL_S 60 /* RFC 2544 24 */

/* One search. */
struct ndr {
    uint32_t size;
    double tolerance;
    double top;           /* packets per second */
    double rate;          /* that was found; 0: none */
    struct gen_outcome o; /* of the trial that confirmed it */
};

/* The rate to search from: the one that was asked for, or what the generator can send. */
static bool top_find(struct gen_bench *b, struct ndr *n, struct gen_verdict *v)
{
    const struct gen_rate *r = &b->args->rates[0];
    n->top = gen_load_pps(r, n->size);
    if (r->value > 0)
        return true;
    struct gen_load load = gen_load_make(b, n->size, 0, b->args->seconds);
    if (!gen_load_trial(b, &load, &n->o, NULL, v))
        return false;
    uint32_t senders = (uint32_t)b->args->is_from_a + b->args->is_from_b;
    n->top = (double)n->o.sent / n->o.seconds / senders;
    return true;
}

static bool ndr_search(struct gen_bench *b, struct ndr *n, struct gen_verdict *v)
{
    struct gen_search s;
    double rate;
    bool is_long;
    gen_search_begin(&s, n->top, n->top * b->args->resolution / 100, b->args->repeats);
    while (gen_search_next(&s, &rate, &is_long)) {
        struct gen_load load = gen_load_make(b, n->size, rate, is_long ? b->args->confirm : b->args->seconds);
        gen_trial_run(b, &load, &n->o); /* that nothing arrives is a loss here: the first hundred did */
        if (*b->is_interrupted)
            return gen_verdict_set(v, false, "interrupted");
        gen_search_tell(&s, gen_trial_loss(&n->o) <= n->tolerance);
    }
    n->rate = s.found;
    return true;
}

/* Why what was found is not to be quoted as the no-drop rate. "": it is. */
static void ndr_star(const struct gen_bench *b, const struct ndr *n, char *text, size_t size)
{
    if (*text)
        return;
    if (n->rate >= n->top)
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
    double worst;
    for (uint32_t k = 0; k < count; k++) {
        char name[48];
        struct gen_load load = gen_load_make(b, n->size, n->rate * shares[k] / 100, b->args->seconds);
        snprintf(name, sizeof(name), "%s/%g", scenario, shares[k]);
        if (!gen_load_rounds(b, &load, name, 1, &worst, v))
            return false;
    }
    return true;
}

/* All rounds of one size and tolerance. *found: how many of them found a rate. */
static bool ndr_rounds(struct gen_bench *b, struct ndr *n, struct gen_verdict *v, uint32_t *found)
{
    static struct gen_rounds rounds;
    char scenario[32], reason[GEN_REASON];
    memset(&rounds, 0, sizeof(rounds));
    snprintf(scenario, sizeof(scenario), "ndr/%g", n->tolerance);
    for (uint32_t i = 0; i < b->args->rounds; i++) {
        if (!top_find(b, n, v) || !ndr_search(b, n, v))
            return false;
        if (n->rate > 0)
            gen_rounds_add(&rounds, b, &n->o);
    }
    *found += rounds.n;
    if (rounds.n) {
        ndr_star(b, n, rounds.reason, sizeof(rounds.reason));
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
    uint32_t found = 0;
    for (uint32_t i = 0; i < a->size_count; i++) {
        for (uint32_t t = 0; t < n_tolerances; t++) {
            n.size = a->sizes[i];
            n.tolerance = tolerances[t];
            if (!ndr_rounds(b, &n, v, &found))
                return false;
        }
    }
    if (!found)
        return gen_verdict_set(
            v, false,
            "no rate of any size had a loss within --tolerance: loss at the lowest rate is "
            "no overload; look at culvertctl show drops, and on virtual machines take a "
            "tolerance");
    return gen_verdict_set(v, true, "%u of %u searches found a rate", found,
                           a->size_count * n_tolerances * a->rounds);
}
