/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events out of what workers hand up (IKE; the rest of it is the node's own business), what the SA tables
 * report, and a look at the counters once a second.
 */
#include "node_event.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "node_addrs.h"
#include "node_int.h"

#define LOOK_NS BASE_NS_PER_S

static void event_fill_datagram(const struct dp_punt *punt, struct node_event *out, uint8_t *bytes)
{
    const size_t len = punt->payload.len < NODE_DATAGRAM_MAX ? punt->payload.len : NODE_DATAGRAM_MAX;
    out->type = NODE_EV_DATAGRAM;
    out->datagram = (struct node_datagram){
        .local = punt->dst, .remote = punt->src, .natt = punt->natt, .len = (uint16_t)len};
    memcpy(bytes, punt->payload.ptr, len);
}

static bool event_of_stray(struct node *node, const struct dp_punt *punt, struct node_event *out)
{
    struct base_reader r = base_reader(punt->payload);
    out->type = NODE_EV_UNKNOWN_SPI;
    out->spi_in = base_read_u32(&r);
    out->stray = (struct node_stray){punt->dst, punt->src, punt->natt, (uint16_t)punt->payload.len};
    return !sad_spi_is_reserved(node->sad, out->spi_in);
}

/* True when the packet became an event. */
static bool event_of_punt(struct node *node, struct dp_punt *punt, struct node_event *out, uint8_t *bytes)
{
    bool is_news;
    switch (punt->reason) {
    case DP_PUNT_IKE:
        event_fill_datagram(punt, out, bytes);
        rte_pktmbuf_free(punt->mbuf);
        return true;
    case DP_PUNT_UNKNOWN_SPI:
        is_news = event_of_stray(node, punt, out);
        rte_pktmbuf_free(punt->mbuf);
        return is_news;
    case DP_PUNT_ARP:
    case DP_PUNT_ND:
    case DP_PUNT_RESOLVE:
        dp_resolve_punt(node->dp, node->now, punt);
        return false;
    case DP_PUNT_TRAP:
        out->type = NODE_EV_TRAP;
        out->trap = punt->trap;
        return dp_trap_punt(node->dp, node->now, punt);
    case DP_PUNT_ICMP_ERR:
        is_news = node_pmtu_error(node, punt, out);
        node_feed_error(node, punt);
        rte_pktmbuf_free(punt->mbuf);
        return is_news;
    }
    return false;
}

static bool event_of_workers(struct node *node, struct node_event *out, uint8_t *bytes)
{
    struct dp_punt punt;
    while (node->punts_left && dp_punt_pop(node->dp, &punt)) {
        node->punts_left--;
        if (event_of_punt(node, &punt, out, bytes))
            return true;
    }
    return false;
}

static bool event_of_tables(struct node *node, struct node_event *out)
{
    static const enum node_event_type types[] = {
        [SAD_EV_SOFT] = NODE_EV_SOFT,        [SAD_EV_HARD] = NODE_EV_HARD,
        [SAD_EV_SEQ_END] = NODE_EV_HARD,     [SAD_EV_WANTED] = NODE_EV_WANTED,
        [SAD_EV_PEER_MOVED] = NODE_EV_MOVED,
    };
    struct sad_event ev;
    if (!sad_event_pop(node->sad, &ev))
        return false;
    out->type = types[ev.type];
    out->spi_in = ev.spi_in;
    if (ev.type == SAD_EV_PEER_MOVED)
        out->moved = (struct node_moved){ev.moved.remote, ev.moved.is_stream, ev.moved.local_port};
    return true;
}

static void event_begin_look(struct node *node)
{
    struct node_look *look = &node->look;
    look->since = look->tsc;
    look->tsc = rte_rdtsc();
    look->at = base_time_add(node->now, LOOK_NS);
    look->cursor = 0;
    look->is_on = true;
}

/* The pairs that carried packets since the last look: liveness and keepalives of IKE hang on it. */
static bool event_of_traffic(struct node *node, struct node_event *out)
{
    struct node_look *look = &node->look;
    struct sad_stats s;
    if (!look->is_on && !base_time_reached(look->at, node->now))
        return false;
    if (!look->is_on)
        event_begin_look(node);
    while (sad_next(node->sad, &look->cursor, &s)) {
        if (s.in.last_tsc < look->since && s.out.last_tsc < look->since)
            continue;
        out->type = NODE_EV_TRAFFIC;
        out->spi_in = s.spi_in;
        out->traffic = (struct node_traffic){node_time_of_tsc(node, s.in.last_tsc),
                                             node_time_of_tsc(node, s.out.last_tsc)};
        return true;
    }
    look->is_on = false;
    return false;
}

bool node_event_pop(struct node *node, struct node_event *out, uint8_t bytes[NODE_DATAGRAM_MAX])
{
    return event_of_workers(node, out, bytes) || node_stream_event(node, out, bytes) ||
           event_of_tables(node, out) || node_addrs_event(node, out) || event_of_traffic(node, out);
}
