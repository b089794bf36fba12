/* SPDX-License-Identifier: BSD-3-Clause */
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

#define OUTSIDE 0
#define INSIDE  1
#define ETH     14
#define IP      20
#define UDP     8
#define INNER   100 /* bytes of an inner packet */

static struct node *node;
static struct dp_worker *worker;
static base_time now = {1000 * BASE_NS_PER_S};

static struct base_addr ip(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static struct base_ts_list network(const char *text)
{
    struct base_ts_list list = {.count = 1};
    struct base_prefix p;
    assert_int_equal(base_prefix_parse(text, &p), 0);
    base_prefix_range(&p, &list.list[0].lo, &list.list[0].hi);
    list.list[0].port_hi = UINT16_MAX;
    return list;
}

/* To the other side, by way of a buffer that belongs to neither. What it came from is garbage then. */
static void cross(void *to, void *from, size_t size)
{
    uint8_t *between = malloc(size);
    assert_non_null(between);
    memcpy(between, from, size);
    memset(from, 0xa5, size);
    memcpy(to, between, size);
    memset(between, 0x5a, size);
    free(between);
}

static int ask(struct node_request *here)
{
    struct node_request *there = malloc(sizeof *there);
    assert_non_null(there);
    cross(there, here, sizeof *there);
    const int rc = node_do(node, there);
    cross(here, there, sizeof *here);
    free(there);
    return rc;
}

static int ask_of_spi(enum node_request_type type, uint32_t spi)
{
    struct node_request r = {.type = type, .spi_in = spi};
    return ask(&r);
}

static bool next(struct node_event *here)
{
    struct node_event *there = malloc(sizeof *there);
    assert_non_null(there);
    const bool any = node_event_pop(node, there);
    cross(here, there, sizeof *here);
    free(there);
    return any;
}

/* One second later: all events of a turn. Returns the last one of this type, type of another one: none came.
 */
static struct node_event turn(enum node_event_type wanted)
{
    struct node_event ev, found = {.type = (enum node_event_type)99};
    now = base_time_add(now, BASE_NS_PER_S);
    node_turn(node, now);
    while (next(&ev))
        if (ev.type == wanted)
            found = ev;
    return found;
}

static struct node_pair_view pair_view(uint32_t spi)
{
    struct node_pair_view here, there;
    assert_int_equal(node_view_pair(node, spi, &there), 0);
    cross(&here, &there, sizeof here);
    return here;
}

static uint64_t drops(const char *name)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_DROP);
    struct node_view here, there;
    node_view(node, &there);
    cross(&here, &there, sizeof here);
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->list[i].name, name) == 0)
            return telem_value(&rows->list[i], &here.counters);
    fail_msg("no drop reason %s", name);
    return 0;
}

static void ip_sum(uint8_t *h)
{
    uint32_t sum = 0;
    h[10] = h[11] = 0;
    for (size_t i = 0; i < IP; i += 2)
        sum += (uint32_t)(h[i] << 8 | h[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    h[10] = (uint8_t)(~sum >> 8);
    h[11] = (uint8_t)~sum;
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* A UDP datagram for the node, in a frame. */
static struct rte_mbuf *frame(uint16_t port, const char *src, const char *dst, uint16_t sport, uint16_t dport,
                              const void *payload, uint16_t len)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(node->pool);
    assert_non_null(m);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(ETH + IP + UDP + len));
    if (!p)
        abort();
    memset(p, 0, ETH + IP + UDP);
    memcpy(p, &node->ports[port].mac, 6);
    put16(p + 12, 0x0800);
    uint8_t *h = p + ETH, *u = h + IP;
    h[0] = 0x45;
    put16(h + 2, (uint16_t)(IP + UDP + len));
    h[8] = 64;
    h[9] = 17;
    memcpy(h + 12, ip(src).bytes, 4);
    memcpy(h + 16, ip(dst).bytes, 4);
    ip_sum(h);
    put16(u, sport);
    put16(u + 2, dport);
    put16(u + 4, (uint16_t)(UDP + len));
    memcpy(u + UDP, payload, len);
    return m;
}

static void come_in(uint16_t port, struct rte_mbuf *m)
{
    dp_process(worker, port, &m, 1, rte_rdtsc());
    dp_turn(worker);
}

/* The oldest frame that left by a port; NULL: none. */
static struct rte_mbuf *went_out(uint16_t port)
{
    struct rte_mbuf *m = NULL;
    return rte_eth_rx_burst(node->ports[port].id, 0, &m, 1) ? m : NULL;
}

/* A packet from an inside host for the tunnel. */
static void host_sends(void)
{
    static const uint8_t bytes[INNER - IP - UDP];
    come_in(INSIDE, frame(INSIDE, "10.2.0.9", "10.1.0.9", 1000, 2000, bytes, sizeof bytes));
}

/* The sealed packet that left comes back, as if the peer had sent it from this port. */
static void peer_echoes(struct rte_mbuf *m, uint16_t from_port)
{
    uint8_t *h = rte_pktmbuf_mtod(m, uint8_t *) + ETH, addr[4];
    memcpy(h - ETH, &node->ports[OUTSIDE].mac, 6);
    memcpy(addr, h + 12, 4);
    memcpy(h + 12, h + 16, 4);
    memcpy(h + 16, addr, 4);
    put16(h + IP, from_port);
    put16(h + IP + 2, 4500);
    come_in(OUTSIDE, m);
}

static void tables_set(void)
{
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    assert_int_equal(ask(&r), 0);
    r = (struct node_request){.type = NODE_POLICY_ADD,
                              .policy = {network("10.0.0.0/8"), network("10.0.0.0/8"), 7}};
    assert_int_equal(ask(&r), 0);
    r = (struct node_request){
        .type = NODE_ROUTE_ADD,
        .route = {{ip("198.51.100.0"), 24}, OUTSIDE, ip("192.0.2.2")},
    };
    assert_int_equal(ask(&r), 0);
    assert_int_equal(ask_of_spi(NODE_ROUTES_COMMIT, 0), 0);
    assert_int_equal(ask_of_spi(NODE_POLICIES_COMMIT, 0), 0);
}

/* Both directions have one key and one SPI, so that what was sealed can be opened here. */
static struct esp_pair pair_of(uint32_t spi)
{
    struct esp_pair p = {
        .spi_in = spi,
        .spi_out = spi,
        .encr = CRYPT_ENCR_AES_GCM_16,
        .encr_bits = 128,
        .esn = true,
        .encap = true,
        .follow = true,
        .replay_window = 64,
        .conn = 7,
        .ike_id = 8,
        .keys_in = {.encr_len = 20, .encr = {1, 2, 3}},
        .keys_out = {.encr_len = 20, .encr = {1, 2, 3}},
        .path = {{ip("192.0.2.1"), 4500}, {ip("192.0.2.2"), 4500}},
        .local_ts = network("10.0.0.0/8"),
        .remote_ts = network("10.0.0.0/8"),
        .soft_pkts = 3,
    };
    return p;
}

static uint32_t reserve(void)
{
    struct node_request r = {.type = NODE_SPI_RESERVE};
    assert_int_equal(ask(&r), 0);
    assert_true(r.spi_in > 255);
    return r.spi_in;
}

static uint32_t install(void)
{
    struct node_request r = {.type = NODE_PAIR_INSTALL, .pair = pair_of(reserve())};
    const uint32_t spi = r.pair.spi_in;
    assert_int_equal(ask(&r), 0);
    esp_pair_wipe(&r.pair);
    return spi;
}

static int start(void **state)
{
    static struct node_params params = {
        .n_ports = 2,
        .ports =
            {{.name = "out", .device = "net_ring0", .role = NODE_ROLE_OUTSIDE, .mtu = 1500, .n_addrs = 1},
             {.name = "in", .device = "net_ring1", .role = NODE_ROLE_INSIDE, .mtu = 1500, .n_addrs = 1}},
        .control_core = NODE_CORE_AUTO,
        .hugepages = NODE_HUGEPAGES_NEVER,
        .memory_mb = 128,
    };
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 2};
    const struct base_addr peer = ip("192.0.2.2");
    char why[1024] = "";
    host_log_set_level(HOST_ERR);
    assert_int_equal(base_prefix_parse_host("192.0.2.1/24", &params.ports[0].addrs[0]), 0);
    assert_int_equal(base_prefix_parse_host("10.1.0.1/24", &params.ports[1].addrs[0]), 0);
    node = node_start(&params, why, sizeof why);
    if (!node)
        fail_msg("%s", why);
    worker = dp_worker(node->dp, 0);
    dp_worker_online(worker);
    assert_int_equal(dp_neigh_set(node->dp, OUTSIDE, &peer, mac), 0);
    tables_set();
    return 0;
}

static int stop(void **state)
{
    if (worker)
        dp_worker_offline(worker);
    node_stop(node);
    return 0;
}

static void a_pair_seals_once_it_is_active_and_no_longer_than_it_lives(void **state)
{
    const uint32_t spi = install();
    const uint64_t before = drops("no_sa");
    host_sends();
    assert_int_equal(drops("no_sa"), before + 1);
    assert_false(pair_view(spi).is_active);
    assert_int_equal(ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    host_sends();
    struct rte_mbuf *m = went_out(OUTSIDE);
    assert_non_null(m);
    const uint8_t *esp = rte_pktmbuf_mtod(m, const uint8_t *) + ETH + IP + UDP;
    assert_int_equal(esp[0] << 24 | esp[1] << 16 | esp[2] << 8 | esp[3], (int)spi);
    rte_pktmbuf_free(m);
    assert_int_equal(ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
    host_sends();
    assert_null(went_out(OUTSIDE));
    assert_int_equal(drops("no_sa"), before + 2);
    struct node_pair_view v;
    assert_int_equal(node_view_pair(node, spi, &v), -ENOENT);
    assert_int_equal(ask_of_spi(NODE_PAIR_ACTIVATE, spi), -ENOENT);
}

static void what_becomes_of_a_pair_is_reported(void **state)
{
    const uint32_t spi = install();
    struct rte_mbuf *m[4];
    assert_int_equal(ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    (void)turn(NODE_EV_TRAFFIC);
    for (size_t i = 0; i < 4; i++) {
        host_sends();
        m[i] = went_out(OUTSIDE);
        assert_non_null(m[i]);
    }
    assert_int_equal(turn(NODE_EV_SOFT).spi_in, spi);
    peer_echoes(m[0], 4500);
    const struct node_event seen = turn(NODE_EV_TRAFFIC);
    assert_int_equal(seen.spi_in, spi);
    assert_true(seen.traffic.last_in.ns > now.ns - BASE_NS_PER_S && seen.traffic.last_in.ns <= now.ns);
    assert_true(seen.traffic.last_out.ns && seen.traffic.last_out.ns <= now.ns);
    rte_delay_us_block(25000); /* outbound, time is kept in units of some milliseconds */
    (void)turn(NODE_EV_TRAFFIC);
    assert_int_equal(turn(NODE_EV_TRAFFIC).type, 99); /* none since */
    peer_echoes(m[1], 5000);
    const struct node_event moved = turn(NODE_EV_MOVED);
    const struct base_addr peer = ip("192.0.2.2");
    assert_int_equal(moved.spi_in, spi);
    assert_true(base_addr_equal(&moved.moved_to.addr, &peer));
    assert_int_equal(moved.moved_to.port, 5000);
    const struct node_pair_view v = pair_view(spi);
    assert_int_equal(v.in.pkts, 2);
    assert_int_equal(v.in.bytes, 2 * INNER);
    assert_int_equal(v.out.pkts, 4);
    assert_int_equal(v.conn, 7);
    assert_int_equal(v.ike_id, 8);
    rte_pktmbuf_free(m[2]);
    rte_pktmbuf_free(m[3]);
    assert_int_equal(ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
}

static void a_pair_that_moves_seals_for_the_new_place(void **state)
{
    const uint32_t spi = install();
    struct node_request r = {.type = NODE_PAIR_MOVE, .move = {spi, pair_of(spi).path}};
    assert_int_equal(ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    r.move.path.remote.port = 5000;
    assert_int_equal(ask(&r), 0);
    host_sends();
    struct rte_mbuf *m = went_out(OUTSIDE);
    assert_non_null(m);
    const uint8_t *udp = rte_pktmbuf_mtod(m, const uint8_t *) + ETH + IP;
    assert_int_equal(udp[2] << 8 | udp[3], 5000);
    rte_pktmbuf_free(m);
    assert_int_equal(pair_view(spi).path.remote.port, 5000);
    r = (struct node_request){.type = NODE_PAIR_MOVE, .move = {spi ^ 0x80000000, pair_of(spi).path}};
    assert_int_equal(ask(&r), -ENOENT);
    assert_int_equal(ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
}

static void a_pair_that_is_refused_gives_its_spi_back_when_it_is_removed(void **state)
{
    const uint32_t spi = reserve();
    struct node_request r = {.type = NODE_PAIR_INSTALL, .pair = pair_of(spi)};
    r.pair.encr = 99;
    assert_int_equal(ask(&r), -ENOTSUP);
    assert_int_equal(ask_of_spi(NODE_PAIR_REMOVE, spi), -ENOENT);
    r = (struct node_request){.type = NODE_PAIR_INSTALL, .pair = pair_of(spi)};
    assert_int_equal(ask(&r), -ENOENT); /* it is not reserved any more */
}

static void datagrams_of_ike_cross_by_value(void **state)
{
    static const uint8_t natt[] = {0, 0, 0, 0, 'i', 'k', 'e'};
    come_in(OUTSIDE, frame(OUTSIDE, "198.51.100.9", "192.0.2.1", 1024, 4500, natt, sizeof natt));
    struct node_event ev = turn(NODE_EV_DATAGRAM);
    struct node_datagram *d = &ev.datagram;
    assert_int_equal(ev.type, NODE_EV_DATAGRAM);
    assert_true(d->natt);
    assert_int_equal(d->len, 3);
    assert_memory_equal(d->bytes, "ike", 3);
    assert_int_equal(d->local.port, 4500);
    assert_int_equal(d->remote.port, 1024);
    /* The answer goes back by the route of the other test, to the neighbour that is known. */
    struct node_request r = {.type = NODE_DATAGRAM_SEND,
                             .send = {.local = d->local, .remote = d->remote, .marker = true, .len = 6}};
    memcpy(r.send.bytes, "answer", 6);
    assert_int_equal(ask(&r), 0);
    dp_turn(worker);
    struct rte_mbuf *m = went_out(OUTSIDE);
    assert_non_null(m);
    assert_memory_equal(rte_pktmbuf_mtod(m, const uint8_t *) + ETH + IP + UDP, "\0\0\0\0answer", 10);
    rte_pktmbuf_free(m);
}

static void what_cannot_be_sent_comes_back_as_a_number(void **state)
{
    struct node_request r = {
        .type = NODE_DATAGRAM_SEND,
        .send = {.local = {ip("192.0.2.1"), 500}, .remote = {ip("203.0.113.1"), 500}, .len = 1},
    };
    struct base_addr local;
    assert_int_equal(ask(&r), -ENETUNREACH);
    r.send.len = NODE_SEND_MAX + 1;
    assert_int_equal(ask(&r), -EMSGSIZE);
    assert_int_equal(ask_of_spi((enum node_request_type)99, 0), -EINVAL);
    const struct base_addr far = ip("203.0.113.1"), near = ip("198.51.100.1"), own = ip("192.0.2.1");
    assert_int_equal(node_view_local(node, &far, &local), -ENETUNREACH);
    assert_int_equal(node_view_local(node, &near, &local), 0);
    assert_true(base_addr_equal(&local, &own));
}

static void tables_that_are_refused_leave_the_old_ones(void **state)
{
    const struct base_addr near = ip("198.51.100.1");
    struct base_addr local;
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    assert_int_equal(ask(&r), 0);
    r = (struct node_request){.type = NODE_ROUTE_ADD, .route = {{ip("0.0.0.0"), 0}, 9, ip("192.0.2.2")}};
    assert_int_equal(ask(&r), 0);
    assert_int_equal(ask_of_spi(NODE_ROUTES_COMMIT, 0), -EINVAL);
    assert_int_equal(node_view_local(node, &near, &local), 0);
    /* What was added is forgotten, so this commits no route at all. */
    assert_int_equal(ask_of_spi(NODE_ROUTES_COMMIT, 0), 0);
    assert_int_equal(node_view_local(node, &near, &local), -ENETUNREACH);
    tables_set();
    assert_int_equal(node_view_local(node, &near, &local), 0);
}

static void workers_ports_and_neighbours_are_shown_by_value(void **state)
{
    struct node_worker_view w;
    struct node_port_view p;
    struct node_neighbour_view n;
    uint32_t cursor = 0;
    bool has_peer = false;
    assert_true(node_view_worker(node, 0, &w));
    assert_false(node_view_worker(node, 1, &w));
    assert_true(node_view_port(node, INSIDE, &p));
    assert_int_equal(p.mtu, 1500);
    assert_int_equal(p.rx_queues, 1);
    assert_string_equal(p.driver, "net_ring");
    assert_false(node_view_port(node, 2, &p));
    while (node_view_neighbour(node, &cursor, &n)) {
        const struct base_addr peer = ip("192.0.2.2");
        has_peer |= n.port == OUTSIDE && n.is_resolved && base_addr_equal(&n.addr, &peer);
    }
    assert_true(has_peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_seals_once_it_is_active_and_no_longer_than_it_lives),
        cmocka_unit_test(what_becomes_of_a_pair_is_reported),
        cmocka_unit_test(a_pair_that_moves_seals_for_the_new_place),
        cmocka_unit_test(a_pair_that_is_refused_gives_its_spi_back_when_it_is_removed),
        cmocka_unit_test(datagrams_of_ike_cross_by_value),
        cmocka_unit_test(what_cannot_be_sent_comes_back_as_a_number),
        cmocka_unit_test(tables_that_are_refused_leave_the_old_ones),
        cmocka_unit_test(workers_ports_and_neighbours_are_shown_by_value),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
