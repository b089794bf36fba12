/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The preconditions, in the order in which they depend on each other. What is not so becomes a sentence that
 * names the port, what is wrong, and what to do.
 */
#include "gen_ready.h"

#include <stdio.h>
#include <string.h>

#define LINK_S      5.0
#define ASKS        8 /* times, READY_ASK_S apart */
#define READY_ASK_S 0.25
#define REST_S      0.5
#define REST_PER_S  50 /* ARP, keepalives and IKE may pass */
#define FIRST_PKTS  100
#define FIRST_PPS   2000 /* no gateway loses any of so few */
#define FIRST_S     2.0
#define FIRST_TRIES 4 /* the first may wait for an SA or a neighbour */

static bool ready_has_links(const struct gen_bench *b)
{
    for (uint32_t i = 0; i < b->n_ports; i++)
        if (!gen_port_has_link(&b->port[i]))
            return false;
    return true;
}

static bool link_check(struct gen_bench *b, struct gen_verdict *v)
{
    gen_trial_wait(b, LINK_S, ready_has_links);
    for (uint32_t i = 0; i < b->n_ports; i++)
        if (!gen_port_has_link(&b->port[i]))
            return gen_verdict_set(
                v, false,
                "port %c (%s) has no link after %.0f s: look at the cable, or start what is "
                "at the other end of the socket",
                b->port[i].label, b->port[i].device, LINK_S);
    return true;
}

static bool ready_has_gateways(const struct gen_bench *b)
{
    for (uint32_t i = 0; i < b->n_ports; i++)
        if (!atomic_load_explicit(&b->port[i].has_gateway, memory_order_acquire))
            return false;
    return true;
}

static bool neighbour_check(struct gen_bench *b, struct gen_verdict *v)
{
    char gateway[16], address[16];
    for (uint32_t n = 0; n < ASKS && !ready_has_gateways(b); n++) {
        for (uint32_t i = 0; i < b->n_ports; i++)
            gen_port_ask(&b->port[i]);
        gen_trial_wait(b, READY_ASK_S, ready_has_gateways);
    }
    for (uint32_t i = 0; i < b->n_ports; i++) {
        const struct gen_port *p = &b->port[i];
        if (!atomic_load_explicit(&p->has_gateway, memory_order_acquire))
            return gen_verdict_set(
                v, false,
                "%s does not answer ARP on port %c (%s), asked from %s: --gateway is the "
                "gateway's address on that network; is it up, on this wire, with that address?",
                gen_port_ip4(p->gateway, gateway), p->label, p->device, gen_port_ip4(p->address, address));
    }
    return true;
}

static bool rest_check(struct gen_bench *b, struct gen_verdict *v)
{
    struct gen_load nothing = {.seconds = 0};
    struct gen_outcome o;
    gen_trial_run(b, &nothing, &o); /* clears the counters */
    gen_trial_wait(b, REST_S, NULL);
    for (uint32_t i = 0; i < b->n_ports; i++) {
        const struct gen_meter *m = &b->meter[i];
        double came = (double)(m->clear + m->sealed + m->stale + m->other + m->icmp) / REST_S;
        if (came > REST_PER_S)
            return gen_verdict_set(
                v, false,
                "port %c (%s) is not at rest: it receives %.0f packets a second while nothing is "
                "sent; stop the other source, or every figure counts it",
                b->port[i].label, b->port[i].device, came);
    }
    return true;
}

bool gen_ready_check(struct gen_bench *b, struct gen_verdict *v)
{
    return link_check(b, v) && neighbour_check(b, v) && rest_check(b, v);
}

/* What can be seen from here of why nothing arrives. */
static void cause_find(const struct gen_bench *b, const struct gen_port *to, char *text, size_t size)
{
    char address[16];
    for (uint32_t i = 0; i < b->n_ports; i++) {
        const struct gen_meter *m = &b->meter[i];
        if (m->icmp) {
            snprintf(text, size, "the gateway at port %c answers with ICMP type %u code %u, %lu times",
                     b->port[i].label, m->icmp_type, m->icmp_code, m->icmp);
            return;
        }
    }
    if (to->asked_else)
        snprintf(text, size,
                 "the gateway at port %c asks by ARP for %s, %lu times, which is nobody here: --address, "
                 "--hosts and "
                 "its routes must agree",
                 to->label, gen_port_ip4(to->asked_last, address), to->asked_else);
    else
        snprintf(text, size,
                 "the gateways answer ARP, so they have the packets: look there at culvertctl show drops "
                 "(no_sa or "
                 "no_policy: the tunnel is down, or its networks are others; no_route: the way on%s)",
                 b->args->way == GEN_IN ? "; bad_icv: another key; replay: its numbers are behind, --seq"
                                        : "");
}

uint32_t gen_ready_receiver(const struct gen_bench *b)
{
    return b->args->is_from_a && b->n_ports > 1 ? 1 : 0;
}

static const struct gen_port *receiver_of(const struct gen_bench *b)
{
    return &b->port[gen_ready_receiver(b)];
}

bool gen_ready_refused(const struct gen_outcome *o, uint64_t wanted, struct gen_verdict *v)
{
    return gen_verdict_set(v, false,
                           "only %lu of %lu packets could be sent in %.1f s: the ports take no more; is what "
                           "is at their other end alive?",
                           o->sent, wanted, o->seconds);
}

bool gen_ready_arrived(const struct gen_bench *b, const struct gen_outcome *o, struct gen_verdict *v)
{
    char cause[GEN_REASON];
    if (b->stream[0].flow.is_spent)
        return gen_verdict_set(v, false,
                               "the sequence numbers of an SA are used up, and end at 4294967294 without "
                               "--esn: let the connection begin anew, and take its SPIs");
    if (!o->sent)
        return gen_verdict_set(v, false,
                               "nothing was sent in %.1f s: the ports take no packets; is what is at their "
                               "other end alive?",
                               o->seconds);
    if (o->received * 100 < o->sent) {
        cause_find(b, receiver_of(b), cause, sizeof(cause));
        return gen_verdict_set(v, false, "total loss: of %lu packets %lu arrived at port %c: %s", o->sent,
                               o->received, receiver_of(b)->label, cause);
    }
    if ((double)o->received > 1.001 * (double)o->sent + 100)
        return gen_verdict_set(
            v, false, "%lu packets arrived of the %lu that were sent: another source sends there, too",
            o->received, o->sent);
    if (o->unopened)
        return gen_verdict_set(v, false,
                               "of %lu sealed packets that were looked at %lu do not open: --key-file, "
                               "--nonce, --spi-out and --esn must be the gateway's",
                               o->opened + o->unopened, o->unopened);
    if (o->damaged)
        return gen_verdict_set(v, false, "%lu packets arrived with other bytes than they were sent with",
                               o->damaged);
    return true;
}

bool gen_ready_first(struct gen_bench *b, struct gen_verdict *v)
{
    struct gen_load load = gen_trial_load(b, b->args->sizes[0], FIRST_PPS, FIRST_S);
    const uint64_t wanted = ((uint64_t)b->args->is_from_a + b->args->is_from_b) * FIRST_PKTS;
    static struct gen_outcome o;
    load.what = NULL;
    load.is_in_turn = true;
    for (uint32_t i = 0; i < GEN_FLOOD; i++)
        load.limit[i] = FIRST_PKTS;
    for (uint32_t n = 0; n < FIRST_TRIES; n++) {
        gen_trial_run(b, &load, &o);
        if (o.received * 100 >= wanted * 98)
            return gen_ready_arrived(b, &o, v);
    }
    if (!gen_ready_arrived(b, &o, v))
        return false;
    return gen_verdict_set(
        v, false,
        "of the first %lu packets, sent slowly, only %lu arrived: this is no overload; look at "
        "culvertctl show drops before measuring",
        o.sent, o.received);
}
