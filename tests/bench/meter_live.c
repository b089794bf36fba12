/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The phases of a live measurement. The clock runs in the feeding phase only; whatever this file and the wire
 * take is inside of the driver's calls and not on it.
 */
#include "meter_live.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "meter_frame.h"

#define WIRE_PKTS    64u   /* frames from the wire in one receive call */
#define LOOK_EVERY   256u  /* receive calls between two looks for the start file */
#define DRAIN_TURNS  512u  /* receive calls without a packet after which the gateway is empty */
#define SAMPLE_EVERY 1021u /* packets; a prime, so that samples meet all sizes of a mix */
#define SAMPLES      1024u
#define SAMPLE_TSC   400000u /* between two samples on the wire, which a peer in software must keep up with */

int meter_live_open(struct meter_live *l, struct meter_live_port *p, struct meter_port *port,
                    const char *interface, uint32_t hold)
{
    uint32_t i = 0;
    memset(p, 0, sizeof(*p));
    p->port = port;
    p->relay.fd = -1;
    while (i < METER_LIVE_PORTS && l->ports[i])
        i++;
    if (i == METER_LIVE_PORTS) {
        fprintf(stderr, "meter: no more than %d ports have a relay\n", METER_LIVE_PORTS);
        return -EINVAL;
    }
    l->ports[i] = p;
    p->is_holding = hold;
    p->is_feeder = hold || port->flow.kind != METER_SINK;
    if (hold) {
        port->next = meter_hold_next;
        port->next_ctx = &p->hold;
    }
    int rc = meter_hold_init(&p->hold, hold ? hold : SAMPLES);
    if (rc)
        fprintf(stderr, "meter: no memory for %u frames\n", hold);
    return !rc && interface ? meter_relay_open(&p->relay, interface) : rc;
}

void meter_live_close(struct meter_live *l, struct meter_live_port *p)
{
    for (uint32_t i = 0; i < METER_LIVE_PORTS; i++)
        if (l->ports[i] == p)
            l->ports[i] = NULL;
    meter_relay_close(&p->relay);
    meter_hold_fini(&p->hold);
}

/* The file's appearance begins the measurement. */
static void start_look(struct meter_live *l, const struct meter_live_port *p)
{
    if (!p->is_feeder || l->turn++ % LOOK_EVERY)
        return;
    int fd = open(l->start, O_RDWR | O_CLOEXEC);
    struct stat is = {0};
    void *at = MAP_FAILED;
    if (fd >= 0 && !fstat(fd, &is) && is.st_size >= (off_t)sizeof(*l->progress))
        at = mmap(NULL, sizeof(*l->progress), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (at == MAP_FAILED)
        return;
    l->progress = at;
    __atomic_store_n(&l->progress->is_seen, 1, __ATOMIC_RELAXED); /* for another process */
    l->phase = p->is_holding ? METER_HOLD : METER_FEED;
}

/* Frames that were kept are handed out to the last one, since each was sent once; packets of the port's own
 * making as long as the clock runs. */
static bool feed_is_over(const struct meter_live_port *p, struct meter_clock *clock)
{
    if (p->is_holding)
        return p->port->is_dry && p->port->head == p->port->tail;
    return !clock || atomic_load_explicit(&clock->is_finished, memory_order_relaxed);
}

/* Samples of what the gateway sealed go to the peer, which has the keys to judge them. */
static void sample_send(struct meter_live_port *p)
{
    uint8_t data[METER_PKT_MAX];
    uint64_t now = bench_tsc();
    if (p->is_feeder || now - p->sample_tsc < SAMPLE_TSC)
        return;
    uint32_t bytes = meter_hold_next(&p->hold, data);
    if (bytes)
        meter_relay_send(&p->relay, data, bytes);
    p->sample_tsc = now;
}

static void phase_step(struct meter_live *l, struct meter_live_port *p, struct meter_clock *clock)
{
    switch (l->phase) {
    case METER_PASS:
        start_look(l, p);
        break;
    case METER_HOLD:
        if (p->is_holding && p->hold.count == p->hold.cap)
            l->phase = METER_FEED;
        break;
    case METER_FEED:
        l->turn = 0;
        if (p->is_feeder && feed_is_over(p, clock))
            l->phase = METER_DRAIN;
        break;
    case METER_DRAIN:
        if (++l->turn > DRAIN_TURNS)
            l->phase = METER_DONE;
        break;
    case METER_DONE:
        sample_send(p);
        break;
    }
}

static bool frame_keep(struct meter_live *l, struct meter_live_port *p, const uint8_t *data, uint32_t bytes)
{
    if (l->phase != METER_HOLD || !p->is_holding || !meter_frame_esp(data, bytes) ||
        !meter_hold_add(&p->hold, data, bytes))
        return false;
    l->held++;
    __atomic_store_n(&l->progress->held, l->held, __ATOMIC_RELAXED);
    return true;
}

static struct rte_mbuf *frame_copy(const struct meter_port *port, const uint8_t *data, uint32_t bytes)
{
    struct rte_mbuf *pkt = rte_pktmbuf_alloc(port->pool);
    char *to = pkt ? rte_pktmbuf_append(pkt, (uint16_t)bytes) : NULL;
    if (!to) {
        rte_pktmbuf_free(pkt);
        return NULL;
    }
    memcpy(to, data, bytes);
    pkt->port = port->port_id;
    return pkt;
}

/* Hands out what came from the wire, as far as it is not kept. */
static uint16_t wire_take(struct meter_live *l, struct meter_live_port *p, struct rte_mbuf **pkts, uint16_t n)
{
    uint16_t given = 0;
    uint32_t bytes;
    const uint8_t *data;
    for (uint32_t i = 0; i < WIRE_PKTS && given < n && (data = meter_relay_peek(&p->relay, &bytes)); i++) {
        struct rte_mbuf *pkt = frame_keep(l, p, data, bytes) ? NULL : frame_copy(p->port, data, bytes);
        if (pkt)
            pkts[given++] = pkt;
        meter_relay_pop(&p->relay);
    }
    return given;
}

uint16_t meter_live_rx(struct meter_live *l, struct meter_live_port *p, struct meter_clock *clock,
                       struct rte_mbuf **pkts, uint16_t n)
{
    struct meter_clock *running = l->phase == METER_FEED ? clock : NULL;
    uint16_t fed = 0;
    if (running)
        meter_clock_begin(running);
    phase_step(l, p, clock);
    uint16_t given = wire_take(l, p, pkts, n);
    if (l->phase == METER_FEED && p->is_feeder)
        fed = meter_port_give(p->port, pkts + given, (uint16_t)(n - given));
    l->fed += fed;
    if (running)
        meter_clock_rx_end(running, fed);
    return (uint16_t)(given + fed);
}

/* Whether a frame that the gateway sends is of the flow under measurement, and if it is ESP, whether it is in
 * its order. */
static bool is_of_flow(struct meter_live *l, struct meter_live_port *p, const struct rte_mbuf *pkt)
{
    const uint8_t *data = rte_pktmbuf_mtod(pkt, const uint8_t *);
    const uint8_t *esp = meter_frame_esp(data, pkt->data_len);
    if (!esp)
        return meter_frame_is_clear(data, pkt->data_len);
    l->seq_wrong += p->seq && meter_frame_seq(esp) != p->seq + 1;
    p->seq = meter_frame_seq(esp);
    if (p->turn++ % SAMPLE_EVERY == 0)
        l->samples += meter_hold_add(&p->hold, data, pkt->data_len);
    return true;
}

void meter_live_tx(struct meter_live *l, struct meter_live_port *p, struct meter_clock *clock,
                   struct rte_mbuf **pkts, uint16_t n)
{
    struct meter_clock *running = l->phase == METER_FEED ? clock : NULL;
    bool is_taking = !p->is_feeder && (l->phase == METER_FEED || l->phase == METER_DRAIN);
    uint16_t of_flow = 0;
    if (running)
        meter_clock_begin(running);
    for (uint16_t i = 0; i < n; i++) {
        if (is_taking && is_of_flow(l, p, pkts[i])) {
            pkts[of_flow++] = pkts[i];
            continue;
        }
        meter_relay_send(&p->relay, rte_pktmbuf_mtod(pkts[i], const uint8_t *), pkts[i]->data_len);
        rte_pktmbuf_free(pkts[i]);
    }
    /* Clear packets are judged by their bytes; for sealed ones nobody here has a key. */
    p->port->check = l->held ? &p->port->flow : NULL;
    struct meter_taken t = meter_port_take(p->port, pkts, of_flow);
    l->taken += t.pkts;
    l->checked += t.checked;
    l->good += t.good;
    if (t.pkts)
        l->turn = 0;
    if (running)
        meter_clock_tx_end(running, t.pkts, t.checked, t.good);
}

void meter_live_print(const struct meter_live *l, const char *label, FILE *out)
{
    static const char *const phases[] = {"pass", "hold", "feed", "drain", "done"};
    uint64_t lost = 0;
    for (uint32_t i = 0; i < METER_LIVE_PORTS; i++)
        lost += l->ports[i] ? meter_relay_lost(&l->ports[i]->relay) : 0;
    fprintf(out,
            "{\"case\":\"live\",\"label\":\"%s\",\"phase\":\"%s\",\"held\":%lu,\"fed\":%lu,"
            "\"taken\":%lu,\"checked\":%lu,\"good\":%lu,\"samples\":%lu,\"seq_wrong\":%lu,"
            "\"wire_lost\":%lu}\n",
            label, phases[l->phase], l->held, l->fed, l->taken, l->checked, l->good, l->samples, l->seq_wrong,
            lost);
}
