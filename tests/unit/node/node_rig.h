/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A node driven by copies of bytes alone: each request, event and view crosses a buffer, as it would between
 * two processes, and whatever stays behind is overwritten. If anything pointed back, it would point at
 * garbage. The ports are loops without a wire; the worker's turns are made by the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include "dp_path.h"
#include "host_log.h"
#include "node_event.h"
#include "node_int.h"
#include "node_request.h"
#include "node_view.h"

#define RIG_OUTSIDE 0
#define RIG_INSIDE  1
#define RIG_ETH     14
#define RIG_IP      20
#define RIG_UDP     8
#define RIG_INNER   100 /* bytes of an inner packet */

static struct node *rig_node;
static struct dp_worker *rig_worker;
static base_time rig_now = {1000 * BASE_NS_PER_S};

static inline struct base_addr rig_ip(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static inline struct base_ts_list rig_network(const char *text)
{
    struct base_ts_list list = {.count = 1};
    struct base_prefix p;
    assert_int_equal(base_prefix_parse(text, &p), 0);
    base_prefix_range(&p, &list.list[0].lo, &list.list[0].hi);
    list.list[0].port_hi = UINT16_MAX;
    return list;
}

/* To the other side, by way of a buffer that belongs to neither. What it came from is garbage then. */
static inline void rig_cross(void *to, void *from, size_t size)
{
    uint8_t *between = malloc(size);
    assert_non_null(between);
    memcpy(between, from, size);
    memset(from, 0xa5, size);
    memcpy(to, between, size);
    memset(between, 0x5a, size);
    free(between);
}

static inline int rig_ask(struct node_request *here)
{
    struct node_request *there = malloc(sizeof *there);
    assert_non_null(there);
    rig_cross(there, here, sizeof *there);
    const int rc = node_do(rig_node, there);
    rig_cross(here, there, sizeof *here);
    free(there);
    return rc;
}

static inline int rig_ask_of_spi(enum node_request_type type, uint32_t spi)
{
    struct node_request r = {.type = type, .spi_in = spi};
    return rig_ask(&r);
}

static uint8_t rig_bytes[NODE_DATAGRAM_MAX]; /* of the last datagram */

static inline bool rig_next(struct node_event *here)
{
    struct node_event *there = malloc(sizeof *there);
    assert_non_null(there);
    memset(there, 1, sizeof *there); /* true where an event says nothing: it says all of its kind */
    const bool any = node_event_pop(rig_node, there, rig_bytes);
    rig_cross(here, there, sizeof *here);
    free(there);
    return any;
}

/* One second later: all events of a turn. Returns the last one of this type, type of another one: none came.
 */
static inline struct node_event rig_turn(enum node_event_type wanted)
{
    struct node_event ev, found = {.type = (enum node_event_type)99};
    rig_now = base_time_add(rig_now, BASE_NS_PER_S);
    node_turn(rig_node, rig_now);
    while (rig_next(&ev))
        if (ev.type == wanted)
            found = ev;
    return found;
}

static inline struct node_pair_view rig_pair_view(uint32_t spi)
{
    struct node_pair_view here, there;
    assert_int_equal(node_view_pair(rig_node, spi, &there), 0);
    rig_cross(&here, &there, sizeof here);
    return here;
}

static inline uint64_t rig_drops(const char *name)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_DROP);
    struct node_view here, there;
    node_view(rig_node, &there);
    rig_cross(&here, &there, sizeof here);
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->list[i].name, name) == 0)
            return telem_value(&rows->list[i], &here.counters);
    fail_msg("no drop reason %s", name);
    return 0;
}

static inline void rig_ip_sum(uint8_t *h)
{
    uint32_t sum = 0;
    h[10] = h[11] = 0;
    for (size_t i = 0; i < RIG_IP; i += 2)
        sum += (uint32_t)(h[i] << 8 | h[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    h[10] = (uint8_t)(~sum >> 8);
    h[11] = (uint8_t)~sum;
}

static inline void rig_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* A UDP datagram for the rig_node, in a frame. */
static inline struct rte_mbuf *rig_frame(uint16_t port, const char *src, const char *dst, uint16_t sport,
                                         uint16_t dport, const void *payload, uint16_t len)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_node->pool);
    assert_non_null(m);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(RIG_ETH + RIG_IP + RIG_UDP + len));
    if (!p)
        abort();
    memset(p, 0, RIG_ETH + RIG_IP + RIG_UDP);
    memcpy(p, &rig_node->ports[port].mac, 6);
    rig_put16(p + 12, 0x0800);
    uint8_t *h = p + RIG_ETH, *u = h + RIG_IP;
    h[0] = 0x45;
    rig_put16(h + 2, (uint16_t)(RIG_IP + RIG_UDP + len));
    h[8] = 64;
    h[9] = 17;
    memcpy(h + 12, rig_ip(src).bytes, 4);
    memcpy(h + 16, rig_ip(dst).bytes, 4);
    rig_ip_sum(h);
    rig_put16(u, sport);
    rig_put16(u + 2, dport);
    rig_put16(u + 4, (uint16_t)(RIG_UDP + len));
    memcpy(u + RIG_UDP, payload, len);
    return m;
}

static inline void rig_comes_in(uint16_t port, struct rte_mbuf *m)
{
    dp_process(rig_worker, port, &m, 1, rte_rdtsc());
    dp_turn(rig_worker);
}

/* The oldest frame that left by a port; NULL: none. */
static inline struct rte_mbuf *rig_went_out(uint16_t port)
{
    struct rte_mbuf *m = NULL;
    return rte_eth_rx_burst(rig_node->ports[port].id, 0, &m, 1) ? m : NULL;
}

/* A packet from an inside host for the tunnel. */
static inline void rig_host_sends(void)
{
    static const uint8_t bytes[RIG_INNER - RIG_IP - RIG_UDP];
    rig_comes_in(RIG_INSIDE, rig_frame(RIG_INSIDE, "10.2.0.9", "10.1.0.9", 1000, 2000, bytes, sizeof bytes));
}

/* The sealed packet that left comes back, as if the peer had sent it from this port. */
static inline void rig_peer_echoes(struct rte_mbuf *m, uint16_t from_port)
{
    uint8_t *h = rte_pktmbuf_mtod(m, uint8_t *) + RIG_ETH, addr[4];
    memcpy(h - RIG_ETH, &rig_node->ports[RIG_OUTSIDE].mac, 6);
    memcpy(addr, h + 12, 4);
    memcpy(h + 12, h + 16, 4);
    memcpy(h + 16, addr, 4);
    rig_put16(h + RIG_IP, from_port);
    rig_put16(h + RIG_IP + 2, 4500);
    rig_comes_in(RIG_OUTSIDE, m);
}

/* The policy's packets call for a pair under this number; 0: they do not. */
static inline void rig_policy_set(uint32_t trap)
{
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    assert_int_equal(rig_ask(&r), 0);
    r = (struct node_request){.type = NODE_POLICY_ADD,
                              .policy = {rig_network("10.0.0.0/8"), rig_network("10.0.0.0/8"), trap}};
    assert_int_equal(rig_ask(&r), 0);
    int rc;
    while ((rc = rig_ask_of_spi(NODE_POLICIES_COMMIT, 0)) > 0)
        ;
    assert_int_equal(rc, 0);
}

/* The ports keep what they have. */
static inline void rig_addrs_add(void)
{
    struct node_addrs addrs;
    for (uint16_t port = 0; port < 2; port++) {
        node_view_addrs(rig_node, port, &addrs);
        for (size_t i = 0; i < addrs.n; i++) {
            struct node_request r = {.type = NODE_ADDR_ADD, .addr = {port, addrs.list[i]}};
            assert_int_equal(rig_ask(&r), 0);
        }
    }
}

static inline void rig_tables_set(void)
{
    rig_policy_set(0);
    rig_addrs_add();
    struct node_request r = {
        .type = NODE_ROUTE_ADD,
        .route = {{rig_ip("198.51.100.0"), 24}, RIG_OUTSIDE, rig_ip("192.0.2.2")},
    };
    assert_int_equal(rig_ask(&r), 0);
    assert_int_equal(rig_ask_of_spi(NODE_ROUTES_COMMIT, 0), 0);
}

/* Both directions have one key and one SPI, so that what was sealed can be opened here. */
static inline struct esp_pair rig_pair_of(uint32_t spi)
{
    struct esp_pair p = {
        .spi_in = spi,
        .spi_out = spi,
        .encr = CRYPT_ENCR_AES_GCM_16,
        .encr_bits = 128,
        .esn = true,
        .way = ESP_WAY_UDP,
        .follow = true,
        .replay_window = 64,
        .conn = 7,
        .ike_id = 8,
        .keys_in = {.encr_len = 20, .encr = {1, 2, 3}},
        .keys_out = {.encr_len = 20, .encr = {1, 2, 3}},
        .path = {{rig_ip("192.0.2.1"), 4500}, {rig_ip("192.0.2.2"), 4500}},
        .local_ts = rig_network("10.0.0.0/8"),
        .remote_ts = rig_network("10.0.0.0/8"),
        .soft_pkts = 3,
    };
    return p;
}

static inline uint32_t rig_reserve(void)
{
    struct node_request r = {.type = NODE_SPI_RESERVE};
    assert_int_equal(rig_ask(&r), 0);
    assert_true(r.spi_in > 255);
    return r.spi_in;
}

static inline uint32_t rig_install(void)
{
    struct node_request r = {.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(rig_reserve())};
    const uint32_t spi = r.pair.spi_in;
    assert_int_equal(rig_ask(&r), 0);
    esp_pair_wipe(&r.pair);
    return spi;
}

static inline int rig_start(void **state)
{
    static struct node_params params = {
        .n_ports = 2,
        .ports =
            {{.name = "out", .device = "net_ring0", .role = NODE_ROLE_OUTSIDE, .mtu = 1500, .n_addrs = 1},
             {.name = "in", .device = "net_ring1", .role = NODE_ROLE_INSIDE, .mtu = 1500, .n_addrs = 1}},
        .control_core = NODE_CORE_AUTO,
        .hugepages = NODE_HUGEPAGES_NEVER,
        .memory_mb = 128,
        .tcp_connections = 8,
        .tcp_connections_per_address = 4,
    };
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 2};
    const struct base_addr peer = rig_ip("192.0.2.2");
    char why[1024] = "";
    host_log_set_level(HOST_ERR);
    assert_int_equal(base_prefix_parse_host("192.0.2.1/24", &params.ports[0].addrs[0]), 0);
    assert_int_equal(base_prefix_parse_host("10.1.0.1/24", &params.ports[1].addrs[0]), 0);
    rig_node = node_start(&params, why, sizeof why);
    if (!rig_node)
        fail_msg("%s", why);
    rig_worker = dp_worker(rig_node->dp, 0);
    dp_worker_online(rig_worker);
    assert_int_equal(dp_neigh_set(rig_node->dp, RIG_OUTSIDE, &peer, mac), 0);
    rig_tables_set();
    return 0;
}

static inline int rig_stop(void **state)
{
    if (rig_worker)
        dp_worker_offline(rig_worker);
    node_stop(rig_node);
    return 0;
}
