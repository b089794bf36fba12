/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes, shuffles and sends bursts.
 */
#include "gen_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen_stamp.h"

/* The payload of the flow's next packet: a stamp, and the pattern. */
static void stream_fill(void *ctx, uint8_t *payload, uint32_t bytes, uint32_t sa)
{
    struct gen_stream *s = ctx;
    s->sa = sa;
    struct gen_stamp stamp = {.trial = s->trial, .stream = s->index, .number = s->made, .tsc = s->now};
    memset(payload, METER_FILL, bytes);
    gen_stamp_write(&stamp, payload);
}

int gen_stream_init(struct gen_stream *s, struct gen_port *port, uint8_t index)
{
    s->port = port;
    s->pool = port->pool;
    s->index = index;
    s->flow.fill = stream_fill;
    s->flow.fill_ctx = s;
    s->kept = calloc(GEN_KEPT_PKTS, sizeof(*s->kept));
    s->kept_bytes = calloc(GEN_KEPT_PKTS, sizeof(*s->kept_bytes));
    s->shuffle = calloc(GEN_DEPTH_MAX, sizeof(*s->shuffle));
    s->shuffle_place = calloc(GEN_DEPTH_MAX, sizeof(*s->shuffle_place));
    int rc = gen_seq_init(&s->order, s->flow.sas);
    return rc || !s->kept || !s->kept_bytes || !s->shuffle || !s->shuffle_place ? -ENOMEM : 0;
}

void gen_stream_fini(struct gen_stream *s)
{
    free(s->kept);
    free(s->kept_bytes);
    free(s->shuffle);
    free(s->shuffle_place);
    gen_seq_fini(&s->order);
    meter_flow_fini(&s->flow);
}

void gen_stream_begin(struct gen_stream *s, uint16_t trial, double hz, double pps, uint64_t now)
{
    s->trial = trial;
    s->made = s->sent = s->sent_bytes = 0;
    if (s->is_kept)
        s->n_kept = 0;
    gen_seq_clear(&s->order);
    memcpy(s->flow.mac_dst, s->port->gateway_mac, 6);
    memcpy(s->flow.mac_src, s->port->mac, 6);
    memcpy(s->ike.mac_dst, s->port->gateway_mac, 6);
    memcpy(s->ike.mac_src, s->port->mac, 6);
    gen_pace_begin(&s->pace, hz, pps, now);
}

static void stream_keep(struct gen_stream *s, const uint8_t *data, uint32_t bytes)
{
    if (!s->is_kept || s->n_kept == GEN_KEPT_PKTS)
        return;
    memcpy(s->kept[s->n_kept], data, bytes);
    s->kept_bytes[s->n_kept++] = (uint16_t)bytes;
}

/* Returns its length; 0: the flow has none. */
static uint32_t stream_write(struct gen_stream *s, uint8_t *data)
{
    uint32_t bytes;
    if (s->what == GEN_INITS)
        return gen_ike_next(&s->ike, data);
    if (s->what == GEN_COPIES) {
        uint32_t at = s->kept_turn++ % s->n_kept;
        memcpy(data, s->kept[at], s->kept_bytes[at]);
        return s->kept_bytes[at];
    }
    bytes = meter_flow_next(&s->flow, data);
    if (!bytes)
        return 0;
    stream_keep(s, data, bytes);
    return bytes;
}

/* The next packet, NULL when there is none: no memory, the limit, or used up numbers. */
static struct rte_mbuf *stream_make(struct gen_stream *s)
{
    if (s->limit && s->made == s->limit)
        return NULL;
    struct rte_mbuf *pkt = rte_pktmbuf_alloc(s->pool);
    if (!pkt)
        return NULL;
    uint32_t bytes = stream_write(s, rte_pktmbuf_mtod(pkt, uint8_t *));
    if (!bytes) {
        rte_pktmbuf_free(pkt);
        return NULL;
    }
    pkt->data_len = (uint16_t)bytes;
    pkt->pkt_len = bytes;
    s->made++;
    return pkt;
}

/* Takes a random one of the next `depth` packets: all of those are made first, and all of them go before
 * others are made. */
static struct rte_mbuf *stream_shuffled(struct gen_stream *s)
{
    while (!s->n_shuffle || (s->n_shuffle < s->depth && s->made % s->depth)) {
        uint64_t number = s->made;
        struct rte_mbuf *pkt = stream_make(s);
        if (!pkt)
            break;
        s->shuffle[s->n_shuffle] = pkt;
        s->shuffle_place[s->n_shuffle++] = (struct gen_place){number, s->sa};
    }
    if (!s->n_shuffle)
        return NULL;
    uint32_t at = (uint32_t)rand() % s->n_shuffle;
    struct rte_mbuf *pkt = s->shuffle[at];
    gen_seq_take(&s->order, s->shuffle_place[at].number, s->shuffle_place[at].sa);
    s->shuffle[at] = s->shuffle[--s->n_shuffle];
    s->shuffle_place[at] = s->shuffle_place[s->n_shuffle];
    return pkt;
}

/* Gives the port what waits. Returns how many it took. */
static uint32_t stream_push(struct gen_stream *s)
{
    uint32_t bytes[GEN_BURST];
    for (uint32_t i = 0; i < s->n_waiting; i++)
        bytes[i] = s->waiting[i]->pkt_len;
    uint32_t went = gen_port_send(s->port, s->waiting, s->n_waiting);
    for (uint32_t i = 0; i < went; i++)
        s->sent_bytes += bytes[i];
    s->n_waiting -= went;
    memmove(s->waiting, s->waiting + went, s->n_waiting * sizeof(*s->waiting));
    s->sent += went;
    return went;
}

bool gen_stream_send(struct gen_stream *s, uint64_t now)
{
    if (s->what == GEN_NOTHING || (s->what == GEN_COPIES && !s->n_kept))
        return false;
    bool has_sent = s->n_waiting && stream_push(s);
    if (s->n_waiting)
        return has_sent;
    uint32_t due = gen_pace_due(&s->pace, now);
    s->now = now;
    while (s->n_waiting < due) {
        struct rte_mbuf *pkt = s->depth > 1 ? stream_shuffled(s) : stream_make(s);
        if (!pkt)
            break;
        s->waiting[s->n_waiting++] = pkt;
    }
    gen_pace_took(&s->pace, s->n_waiting);
    return s->n_waiting ? stream_push(s) || has_sent : has_sent;
}

bool gen_stream_is_done(const struct gen_stream *s)
{
    return s->flow.is_spent || (s->limit && s->sent == s->limit);
}

void gen_stream_end(struct gen_stream *s)
{
    for (uint32_t i = 0; i < 100 && s->n_waiting; i++)
        stream_push(s);
    rte_pktmbuf_free_bulk(s->waiting, s->n_waiting);
    rte_pktmbuf_free_bulk(s->shuffle, s->n_shuffle);
    s->n_waiting = s->n_shuffle = 0;
    s->what = GEN_NOTHING;
}
