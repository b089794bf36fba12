/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes in clear by a bypass, both ways, and that nothing else does. */
#include "dp_beside.h"

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

static void assert_row(const struct rig *r, uint16_t row, uint64_t pkts, uint64_t bytes)
{
    struct dp_row_counters c;
    dp_row_counters(r->a.dp, row, &c);
    assert_int_equal(c.pkts, pkts);
    assert_int_equal(c.bytes, bytes);
}

static void each_row_counts_its_own_packets(void **state)
{
    struct rig r = story();
    const struct sad_policy set[] = {{RIG_TS("10.1.0.0/24"), RIG_TS("0.0.0.0/0")},
                                     {&ours, &printers, .is_bypass = true, .row = 7},
                                     {&ours, RIG_TS("10.8.0.0/24"), .is_bypass = true, .row = 511}};
    assert_int_equal(sad_policies_set(r.a.sad, set, 3), 0);
    for (uint32_t len = 100; len < 103; len++) {
        rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, HOST, PRINTER, len));
        rte_pktmbuf_free(rig_out(&r.a, RIG_OUTSIDE));
    }
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_frame(0x21, STRANGER, HOST, 77));
    rte_pktmbuf_free(rig_out(&r.a, RIG_INSIDE));
    assert_row(&r, 7, 3, 303);
    assert_row(&r, 511, 1, 77);
    assert_row(&r, 0, 0, 0);
    assert_int_equal(bypassed(&r), 4);
    /* To an address of ours it is counted as well, and so is the answer. */
    struct rte_mbuf *m = rig_frame(0x21, PRINTER, "10.1.0.1", 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = WIRE_PROTO_ICMP4;
    rig_ip4_fix(m);
    dp_put32(ip + 20, WIRE_ICMP4_ECHO << 24);
    rig_in(&r, &r.a, RIG_OUTSIDE, m);
    rte_pktmbuf_free(rig_out(&r.a, RIG_OUTSIDE));
    assert_row(&r, 7, 5, 423);
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
        cmocka_unit_test(each_row_counts_its_own_packets),
        cmocka_unit_test(in_a_burst_each_packet_goes_its_own_way),
        cmocka_unit_test(nobody_outside_gets_more_by_it_than_answers),
        cmocka_unit_test(what_comes_out_of_a_tunnel_never_goes_on_in_clear),
        cmocka_unit_test(at_the_end_of_its_life_its_sender_is_told),
        cmocka_unit_test(what_is_too_large_is_cut_or_its_sender_told),
        cmocka_unit_test(ipv6_goes_by_as_ipv4_does),
        cmocka_unit_test(our_own_addresses_speak_in_clear_to_whom_it_names),
        cmocka_unit_test(what_the_host_sends_goes_by_with_its_own_ttl),
        cmocka_unit_test(an_address_that_a_peer_gave_never_speaks_in_clear),
        cmocka_unit_test(a_bypass_is_no_policy_that_keeps_our_own_errors_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
