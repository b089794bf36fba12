/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gateway A sends all that is behind it into a tunnel, but for what a bypass says: 10.9.0.0/24, which is
 * beside B on the outside. That goes in clear, both ways, and nothing else does.
 */
#include "dp_way.h"
#include "dp_worker.h"
#include "wire_icmp.h"
#include "wire_natt.h"

#define HOST     "10.1.0.9"
#define PRINTER  "10.9.0.9"
#define STRANGER "10.8.0.9"
#define ROUTER   "198.51.100.1" /* of no selector */

static struct base_ts_list ours, printers;

/* A tunnel for all of local_ts, with routes by B to everything outside, and a bypass for it. */
static struct rig bypass_rig(const char *local_ts, const char *bypass_local, uint16_t mtu)
{
    struct rig r = {.tsc = RIG_HZ};
    rig_eal();
    r.a = rig_gateway_make(1, mtu, 1);
    r.b = rig_gateway_make(2, mtu, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.local_ts = b.remote_ts = rig_ts(local_ts);
    a.remote_ts = b.local_ts = rig_ts("0.0.0.0/0");
    rig_connect(&r, &a, &b);
    const struct dp_route out = {{.addr.family = BASE_AF_IP4}, RIG_OUTSIDE, rig_ip("192.0.2.2")};
    assert_int_equal(dp_routes_set(r.a.dp, &out, 1), 0);
    ours = rig_ts(bypass_local);
    printers = rig_ts("10.9.0.0/24");
    return r;
}

/* A policy for the tunnel, and the bypass. */
static void policies_set(struct rig *r, const char *local_ts)
{
    const struct sad_policy set[] = {{RIG_TS(local_ts), RIG_TS("0.0.0.0/0")},
                                     {&ours, &printers, .is_bypass = true}};
    assert_int_equal(sad_policies_set(r->a.sad, set, 2), 0);
}

static struct rig story(void)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 1500);
    policies_set(&r, "10.1.0.0/24");
    return r;
}

static uint64_t bypassed(const struct rig *r)
{
    struct dp_counters c;
    dp_counters(r->a.dp, -1, &c);
    return c.bypassed;
}

/* The packet of rig_frame(), one hop on. Frees m. */
static void assert_clear(struct rte_mbuf *m, const char *src, const char *dst, uint32_t len)
{
    struct rte_mbuf *want = rig_frame(0, src, dst, len);
    uint8_t *ip = rte_pktmbuf_mtod(want, uint8_t *) + 14;
    assert_non_null(m);
    dp_ip4_ttl_dec(ip);
    assert_int_equal(m->data_len, 14 + len);
    assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *) + 14, ip, len);
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(rte_pktmbuf_mtod(m, uint8_t *) + 14)), 0xffff);
    rte_pktmbuf_free(m);
    rte_pktmbuf_free(want);
}

static void assert_sealed(struct rte_mbuf *m)
{
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(ip[9], WIRE_PROTO_UDP);
    assert_int_equal(dp_get16(ip + 22), WIRE_NATT_PORT);
    rte_pktmbuf_free(m);
}

static void it_goes_in_clear_both_ways_and_all_else_in_the_tunnel(void **state)
{
    struct rig r = story();
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, HOST, PRINTER, 100));
    assert_clear(rig_out(&r.a, RIG_OUTSIDE), HOST, PRINTER, 100);
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, HOST, 100));
    assert_clear(rig_out(&r.a, RIG_INSIDE), PRINTER, HOST, 100);
    assert_int_equal(bypassed(&r), 2);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, HOST, STRANGER, 100));
    assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, STRANGER, HOST, 100), DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, "10.9.1.9", HOST, 100), DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, "10.1.1.9", 100), DP_DROP_no_policy);
    assert_int_equal(bypassed(&r), 2);
    /* The row is gone. */
    assert_int_equal(sad_policies_set(r.a.sad, NULL, 0), 0);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, HOST, PRINTER, 100));
    assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, HOST, 100), DP_DROP_clear_text);
    rig_free(&r);
}

/* A burst in which neighbours go different ways, also when an SA has a longer prefix than the bypass. */
static void in_a_burst_each_packet_goes_its_own_way(void **state)
{
    static const char *const to[] = {STRANGER, PRINTER, PRINTER,    STRANGER,
                                     STRANGER, PRINTER, "10.9.1.9", STRANGER};
    enum { COUNT = sizeof to / sizeof to[0] };
    struct rig r = story();
    for (int round = 0; round < 2; round++) {
        struct rte_mbuf *m[COUNT];
        unsigned clear = 0, sealed = 0;
        for (unsigned i = 0; i < COUNT; i++)
            m[i] = rig_frame(0x11, HOST, to[i], 100);
        dp_process(r.a.w, RIG_INSIDE, m, COUNT, r.tsc += 1000);
        for (; (m[0] = rig_out(&r.a, RIG_OUTSIDE)); rte_pktmbuf_free(m[0])) {
            const bool is_clear = rte_pktmbuf_mtod(m[0], const uint8_t *)[14 + 16] == 10;
            clear += is_clear;
            sealed += !is_clear;
        }
        assert_int_equal(clear, 3);
        assert_int_equal(sealed, COUNT - 3);
        struct esp_pair narrow = rig_pair(1, &rig_gcm128, NULL, true, true);
        assert_int_equal(sad_spi_alloc(r.a.sad, &narrow.spi_in), 0);
        narrow.spi_out = r.spi_b;
        narrow.remote_ts = rig_ts("10.9.0.8/29");
        assert_int_equal(sad_install(r.a.sad, &narrow), 0);
    }
    rig_free(&r);
}

/* Whoever is outside speaks neither to others outside, nor in our name, nor in that of a network inside. */
static void nobody_outside_gets_more_by_it_than_answers(void **state)
{
    struct rig r = bypass_rig("0.0.0.0/0", "0.0.0.0/0", 1500);
    policies_set(&r, "0.0.0.0/0");
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, HOST, 100));
    assert_clear(rig_out(&r.a, RIG_INSIDE), PRINTER, HOST, 100);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, "198.51.100.9", 100),
                       DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, HOST, PRINTER, 100), DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, "198.51.100.9", PRINTER, 100),
                       DP_DROP_clear_text);
    /* The printers are inside from now on, behind a router there. */
    const struct dp_route routes[] = {{{.addr.family = BASE_AF_IP4}, RIG_OUTSIDE, rig_ip("192.0.2.2")},
                                      {{rig_ip("10.9.0.0"), 24}, RIG_INSIDE, rig_ip(HOST)}};
    assert_int_equal(dp_routes_set(r.a.dp, routes, 2), 0);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.7", PRINTER, 100));
    assert_clear(rig_out(&r.a, RIG_INSIDE), "10.1.0.7", PRINTER, 100);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, PRINTER, HOST, 100));
    assert_clear(rig_out(&r.a, RIG_INSIDE), PRINTER, HOST, 100);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, HOST, 100), DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, "198.51.100.9", PRINTER, 100),
                       DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, HOST, PRINTER, 100), DP_DROP_clear_text);
    rig_free(&r);
}

static void what_comes_out_of_a_tunnel_never_goes_on_in_clear(void **state)
{
    struct rig r = bypass_rig("0.0.0.0/0", "0.0.0.0/0", 1500);
    policies_set(&r, "0.0.0.0/0");
    rig_in(&r, &r.b, RIG_INSIDE, rig_frame(0x12, "10.2.0.9", PRINTER, 100));
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_out(&r.b, RIG_OUTSIDE), DP_DROP_no_way_back);
    /* Not even from the bypassed network; what its SA admits for us is let in as ever. */
    rig_in(&r, &r.b, RIG_INSIDE, rig_frame(0x12, PRINTER, HOST, 100));
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_out(&r.b, RIG_OUTSIDE));
    struct rte_mbuf *m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    assert_int_equal(bypassed(&r), 0);
    rig_free(&r);
}

/* A sent an ICMP error of this type and code by a port, and nothing else. */
static void assert_error(struct rig *r, uint16_t port, const char *to, uint16_t type_code)
{
    struct rte_mbuf *m = rig_out(&r->a, port);
    const struct base_addr want = rig_ip(to);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(ip[9], WIRE_PROTO_ICMP4);
    assert_memory_equal(ip + 16, want.bytes, 4);
    assert_int_equal(dp_get16(ip + 20), type_code);
    rte_pktmbuf_free(m);
    assert_null(rig_out(&r->a, RIG_INSIDE));
    assert_null(rig_out(&r->a, RIG_OUTSIDE));
}

static struct rte_mbuf *dying(uint8_t mac, const char *src, const char *dst)
{
    struct rte_mbuf *m = rig_frame(mac, src, dst, 100);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 8] = 1;
    rig_ip4_fix(m);
    return m;
}

static void at_the_end_of_its_life_its_sender_is_told(void **state)
{
    for (int is_narrow = 0; is_narrow < 2; is_narrow++) {
        struct rig r = story();
        printers.list[0].protocol = is_narrow ? WIRE_PROTO_UDP : 0; /* the error itself is not of it then */
        policies_set(&r, "10.1.0.0/24");
        rig_in(&r, &r.a, RIG_INSIDE, dying(0x11, HOST, PRINTER));
        assert_error(&r, RIG_INSIDE, HOST, WIRE_ICMP4_TIME_EXCEEDED << 8);
        rig_in(&r, &r.a, RIG_OUTSIDE, dying(0x21, PRINTER, HOST));
        assert_error(&r, RIG_OUTSIDE, PRINTER, WIRE_ICMP4_TIME_EXCEEDED << 8);
        assert_int_equal(rig_drops(&r.a, DP_DROP_ttl), 2);
        /* A stranger is told nothing. */
        rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, dying(0x21, STRANGER, HOST), DP_DROP_clear_text);
        rig_free(&r);
    }
}

static void what_is_too_large_is_cut_or_its_sender_told(void **state)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 600);
    policies_set(&r, "10.1.0.0/24");
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, HOST, PRINTER, 601)); /* with DF */
    assert_error(&r, RIG_INSIDE, HOST, WIRE_ICMP4_UNREACHABLE << 8 | WIRE_ICMP4_FRAG_NEEDED);
    assert_int_equal(rig_drops(&r.a, DP_DROP_too_big), 1);
    struct rte_mbuf *m = rig_frame(0x11, HOST, PRINTER, 1180);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 6, 0);
    rig_ip4_fix(m);
    rig_in(&r, &r.a, RIG_INSIDE, m);
    uint32_t got = 0;
    for (; (m = rig_out(&r.a, RIG_OUTSIDE)); rte_pktmbuf_free(m)) {
        const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
        assert_true(m->data_len <= 14 + 600);
        assert_int_equal(ip[8], 63);
        assert_int_equal((dp_get16(ip + 6) & WIRE_IP4_OFFSET) * 8, got);
        got += m->data_len - 34u;
    }
    assert_int_equal(got, 1160);
    rig_free(&r);
}

/* IPv6 is cut by nobody on its way. */
static void ipv6_goes_by_as_ipv4_does(void **state)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 1400);
    const struct dp_route out = {{.addr.family = BASE_AF_IP6}, RIG_OUTSIDE, rig_ip("2001:db8::2")};
    assert_int_equal(dp_routes_set(r.a.dp, &out, 1), 0);
    const struct sad_policy set[] = {{RIG_TS("fd00:1::/64"), RIG_TS("::/0")},
                                     {RIG_TS("fd00:1::/64"), RIG_TS("fd00:9::/64"), .is_bypass = true}};
    assert_int_equal(sad_policies_set(r.a.sad, set, 2), 0);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame6(0x11, "fd00:1::9", "fd00:9::9", 1400));
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[14 + 7], 63);
    rte_pktmbuf_free(m);
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_frame6(0x21, "fd00:9::9", "fd00:1::9", 100));
    m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame6(0x21, "fd00:8::9", "fd00:1::9", 100),
                       DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, rig_frame6(0x11, "fd00:1::9", "fd00:8::9", 100), DP_DROP_no_sa);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame6(0x11, "fd00:1::9", "fd00:9::9", 1401));
    m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 40), WIRE_ICMP6_TOO_BIG << 8);
    assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 44), 1400);
    rte_pktmbuf_free(m);
    assert_int_equal(rig_drops(&r.a, DP_DROP_too_big), 1);
    rig_free(&r);
}

/* An ICMP error of this type and code to src about a packet from there to dst. */
static struct rte_mbuf *error_frame(uint8_t mac, const char *router, const char *src, const char *dst,
                                    uint16_t type_code)
{
    struct rte_mbuf *m = rig_frame(mac, router, src, 28 + 60), *quoted = rig_frame(0, src, dst, 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = WIRE_PROTO_ICMP4;
    memset(ip + 20, 0, 8);
    dp_put16(ip + 20, type_code);
    memcpy(ip + 28, rte_pktmbuf_mtod(quoted, const uint8_t *) + 14, 60);
    rte_pktmbuf_free(quoted);
    rig_ip4_fix(m);
    return m;
}

#define TOO_BIG (WIRE_ICMP4_UNREACHABLE << 8 | WIRE_ICMP4_FRAG_NEEDED)

static void an_error_of_a_router_comes_in_by_the_packet_that_it_quotes(void **state)
{
    static const struct {
        const char *router, *src, *dst;
        uint16_t type_code;
        bool is_let_in;
    } rows[] = {
        {ROUTER, HOST, PRINTER, TOO_BIG, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_UNREACHABLE << 8 | WIRE_ICMP4_HOST, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_TIME_EXCEEDED << 8, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_PARAMETER << 8, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_REDIRECT << 8, false},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_ECHO_REPLY << 8, false},
        {ROUTER, HOST, STRANGER, TOO_BIG, false},    /* about what the tunnel has */
        {"10.1.0.7", HOST, PRINTER, TOO_BIG, false}, /* in the name of somebody inside */
        {ROUTER, PRINTER, HOST, TOO_BIG, false},     /* to where it came from */
        {ROUTER, PRINTER, STRANGER, TOO_BIG, false},
    };
    struct rig r = story();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rte_mbuf *m = error_frame(0x21, rows[i].router, rows[i].src, rows[i].dst, rows[i].type_code);
        const uint64_t before = bypassed(&r);
        if (rows[i].is_let_in) {
            rig_in(&r, &r.a, RIG_OUTSIDE, m);
            assert_error(&r, RIG_INSIDE, rows[i].src, rows[i].type_code);
        } else {
            const bool is_ours = strcmp(rows[i].src, HOST) == 0;
            rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, is_ours ? DP_DROP_clear_text : DP_DROP_no_policy);
        }
        assert_int_equal(bypassed(&r), before + rows[i].is_let_in);
    }
    /* What it quotes was sent by another one than whom it is for, or cannot be told. */
    struct rte_mbuf *m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 28 + 15]++;
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 2, 28 + 19);
    rig_ip4_fix(m);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    /* With the row gone, nobody is told any more. */
    assert_int_equal(sad_policies_set(r.a.sad, NULL, 0), 0);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG),
                       DP_DROP_clear_text);
    rig_free(&r);
}

static void an_error_quotes_the_ports_of_the_row(void **state)
{
    struct rig r = story();
    printers.list[0].protocol = WIRE_PROTO_UDP;
    printers.list[0].port_lo = printers.list[0].port_hi = 2000;
    policies_set(&r, "10.1.0.0/24");
    rig_in(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG));
    assert_error(&r, RIG_INSIDE, HOST, TOO_BIG);
    struct rte_mbuf *m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 28 + 22, 2001);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 28 + 6, 2); /* a later fragment: it has no ports */
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    rig_free(&r);
}

/* Of what never left by the outside, nobody there tells anything; a router inside does. */
static void an_error_comes_from_the_side_that_its_packet_went_to(void **state)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 1500);
    policies_set(&r, "10.1.0.0/24");
    const struct dp_route routes[] = {{{.addr.family = BASE_AF_IP4}, RIG_OUTSIDE, rig_ip("192.0.2.2")},
                                      {{rig_ip("10.9.0.0"), 24}, RIG_INSIDE, rig_ip(HOST)}};
    assert_int_equal(dp_routes_set(r.a.dp, routes, 2), 0);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, "10.1.0.7", PRINTER, TOO_BIG),
                       DP_DROP_clear_text);
    rig_in(&r, &r.a, RIG_INSIDE, error_frame(0x11, "10.7.0.1", HOST, PRINTER, TOO_BIG));
    assert_error(&r, RIG_INSIDE, HOST, TOO_BIG);
    /* And outside again: of what came from there, a router inside tells its sender, */
    assert_int_equal(dp_routes_set(r.a.dp, routes, 1), 0);
    rig_in(&r, &r.a, RIG_INSIDE, error_frame(0x11, "10.7.0.1", PRINTER, HOST, TOO_BIG));
    assert_error(&r, RIG_OUTSIDE, PRINTER, TOO_BIG);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, error_frame(0x11, "10.7.0.1", PRINTER, "10.1.1.9", TOO_BIG),
                       DP_DROP_no_policy);
    assert_int_equal(bypassed(&r), 2);
    /* and by a one-armed port all of it comes in. */
    r.a.dp->ports[RIG_OUTSIDE].params.role = DP_ROLE_BOTH;
    rig_in(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG));
    assert_error(&r, RIG_INSIDE, HOST, TOO_BIG);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, STRANGER, TOO_BIG),
                       DP_DROP_clear_text);
    rig_free(&r);
}

static void an_error_to_an_address_of_ours_is_heard_of(void **state)
{
    struct rig r = bypass_rig("192.0.2.1/32", "192.0.2.1/32", 1500);
    struct dp_punt punt;
    policies_set(&r, "192.0.2.1/32");
    rig_in(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, "192.0.2.1", PRINTER, TOO_BIG));
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_ICMP_ERR);
    rte_pktmbuf_free(punt.mbuf);
    assert_int_equal(bypassed(&r), 1);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, "192.0.2.1", STRANGER, TOO_BIG),
                       DP_DROP_clear_text);
    assert_false(dp_punt_pop(r.a.dp, &punt));
    rig_free(&r);
}

static void an_error_of_ipv6_comes_in_as_one_of_ipv4(void **state)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 1500);
    const struct dp_route out = {{.addr.family = BASE_AF_IP6}, RIG_OUTSIDE, rig_ip("2001:db8::2")};
    assert_int_equal(dp_routes_set(r.a.dp, &out, 1), 0);
    const struct sad_policy set[] = {{RIG_TS("fd00:1::/64"), RIG_TS("::/0")},
                                     {RIG_TS("fd00:1::/64"), RIG_TS("fd00:9::/64"), .is_bypass = true}};
    assert_int_equal(sad_policies_set(r.a.sad, set, 2), 0);
    static const char *const about[] = {"fd00:9::9", "fd00:8::9"};
    for (int i = 0; i < 2; i++) {
        struct rte_mbuf *m = rig_frame6(0x21, "2001:db8:5::1", "fd00:1::9", 48 + 100);
        struct rte_mbuf *quoted = rig_frame6(0, "fd00:1::9", about[i], 100);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        ip[WIRE_IP6_AT_NEXT] = WIRE_PROTO_ICMP6;
        memset(ip + 40, 0, 8);
        ip[40] = WIRE_ICMP6_TOO_BIG;
        memcpy(ip + 48, rte_pktmbuf_mtod(quoted, const uint8_t *) + 14, 100);
        rte_pktmbuf_free(quoted);
        if (i) {
            rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
            continue;
        }
        rig_in(&r, &r.a, RIG_OUTSIDE, m);
        m = rig_out(&r.a, RIG_INSIDE);
        assert_non_null(m);
        assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[14 + 40], WIRE_ICMP6_TOO_BIG);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

/* A later fragment of UDP, or the first one. */
static struct rte_mbuf *piece(uint8_t mac, const char *src, const char *dst, uint16_t place)
{
    struct rte_mbuf *m = rig_frame(mac, src, dst, 100);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 6, place);
    rig_ip4_fix(m);
    return m;
}

static void a_later_fragment_goes_by_only_where_no_ports_are_named(void **state)
{
    struct rig r = story();
    rig_in(&r, &r.a, RIG_INSIDE, piece(0x11, HOST, PRINTER, 2));
    rig_in(&r, &r.a, RIG_OUTSIDE, piece(0x21, PRINTER, HOST, 2));
    assert_int_equal(bypassed(&r), 2);
    rte_pktmbuf_free(rig_out(&r.a, RIG_INSIDE));
    rte_pktmbuf_free(rig_out(&r.a, RIG_OUTSIDE));
    printers.list[0].protocol = ours.list[0].protocol = WIRE_PROTO_UDP;
    printers.list[0].port_lo = printers.list[0].port_hi = 2000;
    policies_set(&r, "10.1.0.0/24");
    rig_in(&r, &r.a, RIG_INSIDE, piece(0x11, HOST, PRINTER, WIRE_IP4_MF));
    rte_pktmbuf_free(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(bypassed(&r), 3);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, piece(0x11, HOST, PRINTER, 2), DP_DROP_fragment_ports);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, piece(0x21, PRINTER, HOST, 2), DP_DROP_fragment_ports);
    /* Of a packet for another port the first one told that it is the tunnel's. */
    struct rte_mbuf *m = piece(0x11, HOST, PRINTER, WIRE_IP4_MF);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 4, 77);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 22, 2001);
    rig_ip4_fix(m);
    rig_in(&r, &r.a, RIG_INSIDE, m);
    assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    m = piece(0x11, HOST, PRINTER, 10);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 4, 77);
    rig_ip4_fix(m);
    rig_in(&r, &r.a, RIG_INSIDE, m);
    assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, piece(0x21, STRANGER, HOST, 2), DP_DROP_clear_text);
    assert_int_equal(bypassed(&r), 3);
    rig_free(&r);
}

/* Which the tunnel has, too: an echo to the inside address is answered as it came. */
static void our_own_addresses_speak_in_clear_to_whom_it_names(void **state)
{
    struct rig r = story();
    static const char *const from[] = {PRINTER, STRANGER};
    for (int i = 0; i < 2; i++) {
        struct rte_mbuf *m = rig_frame(0x21, from[i], "10.1.0.1", 60);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        ip[9] = WIRE_PROTO_ICMP4;
        rig_ip4_fix(m);
        dp_put32(ip + 20, WIRE_ICMP4_ECHO << 24);
        rig_in(&r, &r.a, RIG_OUTSIDE, m);
        m = rig_out(&r.a, RIG_OUTSIDE);
        assert_int_equal(m != NULL, i == 0);
        if (m)
            assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[14 + 20], WIRE_ICMP4_ECHO_REPLY);
        rte_pktmbuf_free(m);
    }
    assert_int_equal(rig_drops(&r.a, DP_DROP_clear_text), 1);
    assert_int_equal(bypassed(&r), 2); /* the request and its answer */
    rig_free(&r);
}

/* The host's own programs, behind a tunnel for all. */
static void what_the_host_sends_goes_by_with_its_own_ttl(void **state)
{
    struct rig r = bypass_rig("192.0.2.1/32", "192.0.2.1/32", 1500);
    struct rte_mbuf *m;
    uint16_t port;
    policies_set(&r, "192.0.2.1/32");
    r.a.dp->ports[RIG_OUTSIDE].params.has_host = true;
    static const char *const to[] = {PRINTER, STRANGER};
    for (int i = 0; i < 2; i++) {
        m = rig_frame(0x21, "192.0.2.1", to[i], 100);
        rte_pktmbuf_adj(m, 14);
        assert_true(dp_host_send(r.a.dp, m));
        dp_turn(r.a.w);
        m = rig_out(&r.a, RIG_OUTSIDE);
        if (i) {
            assert_sealed(m);
            continue;
        }
        dp_ip4_ttl_dec(rte_pktmbuf_mtod(m, uint8_t *) + 14); /* which it did not lose */
        assert_clear(m, "192.0.2.1", PRINTER, 100);
    }
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, "192.0.2.1", 100));
    m = dp_host_pop(r.a.dp, &port);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, STRANGER, "192.0.2.1", 100),
                       DP_DROP_clear_text);
    rig_free(&r);
}

/* Nothing leaves from it but through the tunnel, whatever a bypass says. */
static void an_address_that_a_peer_gave_never_speaks_in_clear(void **state)
{
    struct rig r = bypass_rig("0.0.0.0/0", "0.0.0.0/0", 1500);
    const struct base_addr inner = rig_ip("10.3.0.7");
    policies_set(&r, "0.0.0.0/0");
    r.a.dp->ports[RIG_OUTSIDE].params.has_host = true;
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &inner), 0);
    struct rte_mbuf *m = rig_frame(0x21, "10.3.0.7", PRINTER, 100);
    rte_pktmbuf_adj(m, 14);
    assert_true(dp_host_send(r.a.dp, m));
    dp_turn(r.a.w);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(rig_drops(&r.a, DP_DROP_clear_text), 1);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, PRINTER, "10.3.0.7", 100), DP_DROP_clear_text);
    assert_int_equal(bypassed(&r), 0);
    dp_inner_remove(r.a.dp, &inner);
    /* Of IPv6 it is one of our own on its way in. */
    const struct base_addr inner6 = rig_ip("fd00:3::7");
    const struct dp_route out = {{.addr.family = BASE_AF_IP6}, RIG_OUTSIDE, rig_ip("2001:db8::2")};
    const struct sad_policy set[] = {{RIG_TS("::/0"), RIG_TS("::/0")},
                                     {RIG_TS("::/0"), RIG_TS("fd00:9::/64"), .is_bypass = true}};
    assert_int_equal(dp_routes_set(r.a.dp, &out, 1), 0);
    assert_int_equal(sad_policies_set(r.a.sad, set, 2), 0);
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &inner6), 0);
    m = rig_frame6(0x21, "fd00:9::9", "fd00:3::7", 100);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + WIRE_IP6_AT_NEXT] = WIRE_PROTO_ICMP6;
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    assert_int_equal(bypassed(&r), 0);
    dp_inner_remove(r.a.dp, &inner6);
    rig_free(&r);
}

/* Nothing protects 10.1.5.0/24, which is behind a router inside; a bypass for it changes nothing of that. */
static void a_bypass_is_no_policy_that_keeps_our_own_errors_back(void **state)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.5.0/24", 600);
    const struct dp_route routes[] = {{{.addr.family = BASE_AF_IP4}, RIG_OUTSIDE, rig_ip("192.0.2.2")},
                                      {{rig_ip("10.1.5.0"), 24}, RIG_INSIDE, rig_ip(HOST)}};
    const struct sad_policy set[] = {{RIG_TS("10.1.0.0/16"), RIG_TS("10.2.0.0/16")},
                                     {&ours, &printers, .is_bypass = true}};
    assert_int_equal(sad_remove(r.a.sad, r.spi_a), 0);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    assert_int_equal(sad_spi_alloc(r.a.sad, &a.spi_in), 0);
    a.local_ts = rig_ts("10.1.0.0/16");
    a.remote_ts = rig_ts("10.2.0.0/16");
    a.spi_out = r.spi_b;
    a.outer_mtu = 600;
    assert_int_equal(sad_install(r.a.sad, &a), 0);
    assert_int_equal(dp_routes_set(r.a.dp, routes, 2), 0);
    assert_int_equal(sad_policies_set(r.a.sad, set, 2), 0);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.5.9", "10.2.0.9", 1400));
    assert_error(&r, RIG_INSIDE, "10.1.5.9", WIRE_ICMP4_UNREACHABLE << 8 | WIRE_ICMP4_FRAG_NEEDED);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_in_clear_both_ways_and_all_else_in_the_tunnel),
        cmocka_unit_test(in_a_burst_each_packet_goes_its_own_way),
        cmocka_unit_test(nobody_outside_gets_more_by_it_than_answers),
        cmocka_unit_test(what_comes_out_of_a_tunnel_never_goes_on_in_clear),
        cmocka_unit_test(at_the_end_of_its_life_its_sender_is_told),
        cmocka_unit_test(what_is_too_large_is_cut_or_its_sender_told),
        cmocka_unit_test(ipv6_goes_by_as_ipv4_does),
        cmocka_unit_test(an_error_of_a_router_comes_in_by_the_packet_that_it_quotes),
        cmocka_unit_test(an_error_quotes_the_ports_of_the_row),
        cmocka_unit_test(an_error_comes_from_the_side_that_its_packet_went_to),
        cmocka_unit_test(an_error_to_an_address_of_ours_is_heard_of),
        cmocka_unit_test(an_error_of_ipv6_comes_in_as_one_of_ipv4),
        cmocka_unit_test(a_later_fragment_goes_by_only_where_no_ports_are_named),
        cmocka_unit_test(our_own_addresses_speak_in_clear_to_whom_it_names),
        cmocka_unit_test(what_the_host_sends_goes_by_with_its_own_ttl),
        cmocka_unit_test(an_address_that_a_peer_gave_never_speaks_in_clear),
        cmocka_unit_test(a_bypass_is_no_policy_that_keeps_our_own_errors_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
