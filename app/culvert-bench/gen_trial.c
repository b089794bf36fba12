/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop of sending and receiving. On one core both are done in turns; with two, the main thread sends.
 */
#include "gen_trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#define QUIET_S    0.25 /* so long nothing came: nothing more will */
#define STALL_S    0.01 /* who was away so long does not know that nothing came */
#define COPIES_S   0.05 /* when all have come, so long for copies */
#define SETTLE_S   2.0  /* RFC 2544 23 waits no longer */
#define AWAY_S     50e-6
#define AWAY_SHARE 0.001 /* of the time; more, and figures are the generator's own */
#define LIMIT_S    5.0   /* for ports that take nothing, where a limit and no time ends the trial */
#define PROGRESS_S 0.5

/* Time in which a thread was kept from its work, TSC cycles. */
struct trial_away {
    uint64_t all, most;
};

/* The receiving thread's share of a trial. */
struct trial_rx {
    struct gen_bench *bench;
    _Atomic uint64_t came;   /* TSC, when a packet came last */
    _Atomic uint64_t looked; /* and when somebody looked last: release-stored behind it */
    struct trial_away away;  /* while packets are sent; read when the thread has ended */
    atomic_bool is_settling; /* nothing more is sent */
    atomic_bool is_over;
};

/* A turn that began at `then` ends `now`. */
static void away_add(struct trial_away *away, double hz, uint64_t then, uint64_t now)
{
    const uint64_t turn = now - then;
    if ((double)turn < AWAY_S * hz)
        return;
    away->all += turn;
    if (turn > away->most)
        away->most = turn;
}

/* The worse of what the threads were away. */
static void outcome_away(struct gen_outcome *o, const struct trial_away *away, double hz)
{
    o->away_s = fmax(o->away_s, (double)away->all / hz);
    o->away_most_s = fmax(o->away_most_s, (double)away->most / hz);
}

static bool turn_stalled(double hz, uint64_t then, uint64_t now)
{
    return (double)(now - then) > STALL_S * hz;
}

/* Returns whether packets came that were no ARP. */
static bool rx_turn(struct gen_bench *b)
{
    struct rte_mbuf *pkts[GEN_BURST];
    bool has_come = false;
    for (uint32_t i = 0; i < b->n_ports; i++) {
        uint16_t n = rte_eth_rx_burst(b->port[i].id, 0, pkts, GEN_BURST);
        uint64_t now = rte_rdtsc();
        for (uint16_t k = 0; k < n; k++) {
            if (gen_port_arp(&b->port[i], pkts[k]))
                continue;
            gen_meter_take(&b->meter[i], rte_pktmbuf_mtod(pkts[k], uint8_t *), pkts[k]->data_len, now);
            rte_pktmbuf_free(pkts[k]);
            has_come = true;
        }
    }
    return has_come;
}

/* Somebody looked `now` for packets, and before at `then`. */
static void rx_note(struct trial_rx *rx, bool has_come, uint64_t then, uint64_t now)
{
    if (has_come || turn_stalled(rx->bench->hz, then, now))
        atomic_store_explicit(&rx->came, now, memory_order_relaxed);
    atomic_store_explicit(&rx->looked, now, memory_order_release);
}

static int rx_thread(void *arg)
{
    struct trial_rx *rx = arg;
    uint64_t then = rte_rdtsc();
    while (!atomic_load_explicit(&rx->is_over, memory_order_relaxed)) {
        const bool has_come = rx_turn(rx->bench);
        const uint64_t now = rte_rdtsc();
        rx_note(rx, has_come, then, now);
        if (!atomic_load_explicit(&rx->is_settling, memory_order_relaxed))
            away_add(&rx->away, rx->bench->hz, then, now);
        then = now;
    }
    return 0;
}

static void ports_answer(struct gen_bench *b)
{
    for (uint32_t i = 0; i < b->n_ports; i++)
        gen_port_answer(&b->port[i]);
}

void gen_trial_wait(struct gen_bench *b, double seconds, bool (*is_enough)(const struct gen_bench *b))
{
    uint64_t end = rte_rdtsc() + (uint64_t)(seconds * b->hz);
    while (rte_rdtsc() < end && !(is_enough && is_enough(b)) && !*b->is_interrupted) {
        rx_turn(b);
        ports_answer(b);
    }
}

static void trial_begin(struct gen_bench *b, const struct gen_load *load)
{
    uint64_t now = rte_rdtsc();
    b->trial = (b->trial + 1) & 0x3fff;
    for (uint32_t i = 0; i < GEN_STREAMS; i++) {
        struct gen_stream *s = &b->stream[i];
        s->what = load->send[i];
        s->limit = load->limit[i];
        s->depth = load->depth;
        s->is_kept = load->is_kept && s->what == GEN_FRESH;
        s->flow.size = load->size;
        s->flow.is_forged = load->is_forged;
        s->flow.spis = load->is_stray ? b->strays : b->spis;
        s->flow.is_in_turn = load->is_in_turn;
        if (s->port)
            gen_stream_begin(s, b->trial, b->hz, load->pps[i], now);
    }
    for (uint32_t i = 0; i < b->n_ports; i++) {
        struct gen_expect expect = b->meter[i].expect;
        expect.trial = b->trial;
        gen_meter_begin(&b->meter[i], &expect);
    }
}

static uint64_t trial_sent(const struct gen_bench *b)
{
    return b->stream[0].sent + b->stream[1].sent;
}

static uint64_t trial_received(const struct gen_bench *b)
{
    return gen_meter_received(&b->meter[0]) + gen_meter_received(&b->meter[1]);
}

static uint64_t ports_lost(const struct gen_bench *b)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < b->n_ports; i++)
        n += gen_port_lost(&b->port[i]);
    return n;
}

/* On a terminal: how far it is. */
static void trial_progress(const struct gen_bench *b, const struct gen_load *load, double seconds)
{
    if (!load->what || !isatty(STDERR_FILENO))
        return;
    double received = (double)trial_received(b), sent = (double)trial_sent(b);
    fprintf(stderr, "\r%-30.30s %4.0f of %-4.0f s  sent %11.0f/s  received %11.0f/s ", load->what, seconds,
            load->seconds, sent / seconds, received / seconds);
}

static bool streams_are_done(const struct gen_bench *b)
{
    for (uint32_t i = 0; i < GEN_STREAMS; i++)
        if (b->stream[i].what != GEN_NOTHING && !gen_stream_is_done(&b->stream[i]))
            return false;
    return true;
}

/* How long it may take. What is sent up to a limit gets twice the time that takes, and the ports some to
 * begin. */
static double trial_seconds(const struct gen_load *load)
{
    double seconds = load->seconds;
    for (uint32_t i = 0; load->seconds <= 0 && i < GEN_STREAMS; i++)
        if (load->send[i] != GEN_NOTHING)
            seconds =
                fmax(seconds, LIMIT_S + (load->pps[i] > 0 ? 2 * (double)load->limit[i] / load->pps[i] : 0));
    return seconds;
}

static bool trial_is_done(const struct gen_bench *b, const struct gen_load *load)
{
    return streams_are_done(b) || (load->is_enough && load->is_enough(b)) || *b->is_interrupted;
}

/* Sends until the time is over, all is sent, or it is enough. */
static void trial_send(struct gen_bench *b, const struct gen_load *load, bool is_alone, struct gen_outcome *o)
{
    uint64_t begin = rte_rdtsc(), now = begin, shown = begin, ticked = begin;
    const uint64_t end = begin + (uint64_t)(trial_seconds(load) * b->hz);
    struct trial_away away = {0};
    while (now < end && !trial_is_done(b, load)) {
        for (uint32_t i = 0; i < GEN_STREAMS; i++)
            gen_stream_send(&b->stream[i], now);
        if (is_alone)
            rx_turn(b);
        ports_answer(b);
        if (load->each && now - ticked > b->hz / 1000) {
            load->each(load->each_ctx);
            ticked = now;
        }
        if (now - shown > PROGRESS_S * b->hz) {
            trial_progress(b, load, (double)(now - begin) / b->hz);
            shown = now;
        }
        uint64_t then = now;
        now = rte_rdtsc();
        away_add(&away, b->hz, then, now);
    }
    outcome_away(o, &away, b->hz);
    o->seconds = (double)(now - begin) / b->hz;
    if (load->what && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%79s\r", "");
}

/* TSC cycles since `begin` in which somebody looked and nothing came; negative: nobody has looked yet. */
static int64_t rx_quiet(const struct trial_rx *rx, uint64_t begin)
{
    const uint64_t looked = atomic_load_explicit(&rx->looked, memory_order_acquire);
    const uint64_t came = atomic_load_explicit(&rx->came, memory_order_relaxed);
    return (int64_t)(looked - (came > begin ? came : begin));
}

/* Until nothing has come for a while in which somebody looked. */
static void trial_settle(struct gen_bench *b, struct trial_rx *rx, bool is_alone)
{
    const uint64_t begin = rte_rdtsc();
    uint64_t now = begin;
    double quiet = QUIET_S;
    while (now - begin < SETTLE_S * b->hz && rx_quiet(rx, begin) < quiet * b->hz) {
        const uint64_t then = now;
        const bool has_come = is_alone && rx_turn(b);
        now = rte_rdtsc();
        if (is_alone)
            rx_note(rx, has_come, then, now);
        if (is_alone && trial_received(b) >= trial_sent(b) && b->stream[GEN_FLOOD].sent == 0)
            quiet = COPIES_S;
        ports_answer(b);
    }
}

static void outcome_count(const struct gen_bench *b, struct gen_outcome *o)
{
    o->sent = trial_sent(b);
    o->received = trial_received(b);
    for (uint32_t i = 0; i < b->n_ports; i++) {
        const struct gen_meter *m = &b->meter[i];
        o->duplicates += m->seq.duplicates;
        o->reordered += m->seq.reordered;
        o->damaged += m->damaged;
        o->opened += m->opened;
        o->unopened += m->unopened;
        o->received_bits += 8 * (m->clear_bytes + m->sealed_bytes);
        o->furthest = m->seq.furthest > o->furthest ? m->seq.furthest : o->furthest;
        o->gap_s = fmax(o->gap_s, (double)m->gap / b->hz);
        gen_hist_join(&o->latency, &m->latency);
    }
    for (uint32_t i = 0; i < GEN_FLOOD; i++) {
        o->sent_bits += 8 * b->stream[i].sent_bytes;
        o->reordered_sent += b->stream[i].order.reordered;
    }
    o->flood_sent = b->stream[GEN_FLOOD].sent;
    o->flood_answers = b->meter[b->n_ports == GEN_PORTS ? GEN_FLOOD : 0].ike;
}

struct gen_load gen_trial_load(const struct gen_bench *b, uint32_t size, double pps, double seconds)
{
    struct gen_load load = {.what = b->args->scenario, .seconds = seconds, .size = size};
    const bool sends[GEN_FLOOD] = {b->args->is_from_a, b->args->is_from_b};
    for (uint32_t i = 0; i < GEN_FLOOD; i++) {
        load.send[i] = sends[i] ? GEN_FRESH : GEN_NOTHING;
        load.pps[i] = pps;
    }
    return load;
}

void gen_trial_run(struct gen_bench *b, const struct gen_load *load, struct gen_outcome *o)
{
    struct trial_rx rx = {.bench = b};
    const unsigned other = rte_get_next_lcore(-1, 1, 0);
    const bool is_alone = other == RTE_MAX_LCORE;
    memset(o, 0, sizeof(*o));
    uint64_t lost = ports_lost(b);
    trial_begin(b, load);
    if (!is_alone)
        rte_eal_remote_launch(rx_thread, &rx, other);
    trial_send(b, load, is_alone, o);
    atomic_store(&rx.is_settling, true);
    for (uint32_t i = 0; i < GEN_STREAMS; i++) {
        if (b->stream[i].what == GEN_FRESH)
            o->asked += load->pps[i] * o->seconds;
        gen_stream_end(&b->stream[i]);
    }
    trial_settle(b, &rx, is_alone);
    atomic_store(&rx.is_over, true);
    if (!is_alone)
        rte_eal_wait_lcore(other);
    outcome_away(o, &rx.away, b->hz);
    outcome_count(b, o);
    const uint64_t lost_now = ports_lost(b);
    o->own_lost = lost_now > lost ? lost_now - lost : 0;
}

double gen_trial_loss(const struct gen_outcome *o)
{
    return o->sent && o->received < o->sent ? (double)(o->sent - o->received) / (double)o->sent : 0;
}

bool gen_trial_is_away(const struct gen_outcome *o)
{
    return o->away_s > AWAY_SHARE * o->seconds;
}

bool gen_trial_is_own_loss(const struct gen_outcome *o, double tolerance)
{
    const double loss = gen_trial_loss(o), own = o->sent ? (double)o->own_lost / (double)o->sent : 0;
    return loss > tolerance && (gen_trial_is_away(o) || loss - own <= tolerance);
}

const char *gen_trial_reason(const struct gen_outcome *o, char *buf, uint32_t size)
{
    if (o->own_lost)
        snprintf(buf, size, "the generator's own ports lost %lu packets", o->own_lost);
    else if ((double)o->sent < 0.98 * o->asked)
        snprintf(
            buf, size,
            "the generator sent %.0f packets a second of the %.0f that it was asked for: it is the limit",
            (double)o->sent / o->seconds, o->asked / o->seconds);
    else
        return NULL;
    return buf;
}
