/* SPDX-License-Identifier: BSD-3-Clause */
/* What the gateway answers for its own addresses, and what it tells senders, within limits. */
#include "dp_core.h"
#include "dp_own.h"
#include "dp_way.h"

static void echo_to_the_inside_address_is_answered_through_the_tunnel(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.1", 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = 1;
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    ip[20] = 8;
    ip[21] = 0;
    dp_put16(ip + 22, 0);
    dp_store16(ip + 22, (uint16_t)~dp_cksum_fold(wire_csum_add(0, base_span(ip + 20, 40))));
    rig_in(&r, &r.a, RIG_INSIDE, m);
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    m = rig_out(&r.b, RIG_OUTSIDE);
    assert_non_null(m);
    rig_in(&r, &r.a, RIG_OUTSIDE, m);
    m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    assert_int_equal(ip[20], 0);
    assert_int_equal(dp_cksum_fold(wire_csum_add(0, base_span(ip + 20, 40))), 0xffff);
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* A piece of an echo request to B's inside address, of which `total` bytes are behind the IP header. */
static struct rte_mbuf *echo_piece(uint8_t mac_last, uint32_t at, uint32_t total)
{
    const uint32_t n = total - at < 1400 ? total - at : 1400;
    struct rte_mbuf *m = rig_frame(mac_last, "10.1.0.9", "10.2.0.1", 20 + n);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    memset(ip + 20, 0, n);
    if (at == 0) { /* identifier 1, and all else is 0 */
        dp_put32(ip + 20, 0x0800f7fe);
        dp_put16(ip + 24, 1);
    }
    ip[9] = 1;
    dp_put16(ip + 4, (uint16_t)total);
    dp_put16(ip + 6, (uint16_t)((at + n < total ? 0x2000 : 0) | at / 8));
    rig_ip4_fix(m);
    return m;
}

static void an_echo_in_pieces_is_answered_through_the_tunnel(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m;
    for (uint32_t total = 1408; total < 65515; total += 4007) {
        uint32_t got = 0;
        for (uint32_t at = 0; at < total; at += 1400) {
            assert_null(rig_out(&r.b, RIG_OUTSIDE));
            if (at + 1400 >= total) /* what comes in clear does not make it whole */
                rig_in(&r, &r.b, RIG_OUTSIDE, echo_piece(0x22, at, total));
            assert_null(rig_out(&r.b, RIG_OUTSIDE));
            rig_in(&r, &r.a, RIG_INSIDE, echo_piece(0x11, at, total));
            while ((m = rig_out(&r.a, RIG_OUTSIDE)))
                rig_in(&r, &r.b, RIG_OUTSIDE, m);
        }
        while ((m = rig_out(&r.b, RIG_OUTSIDE)))
            rig_in(&r, &r.a, RIG_OUTSIDE, m);
        for (; (m = rig_out(&r.a, RIG_INSIDE)); got += m->data_len - 34u, rte_pktmbuf_free(m)) {
            const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
            assert_int_equal((dp_get16(ip + 6) & 0x1fffu) * 8, got);
            assert_int_equal(got ? 0 : dp_get32(ip + 20), got ? 0 : 0x0000fffe);
        }
        assert_int_equal(got, total);
    }
    rig_free(&r);
}

/* IPv6 can say that a packet has 65,575 bytes. */
static void an_echo_that_is_longer_than_a_buffer_can_say_is_refused(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint32_t at = 0, n; at < 65535; at += n) {
        n = 65535 - at < 8000 ? 65535 - at : 8000;
        struct rte_mbuf *m = rig_frame6(0x11, "fd00:1::9", "fd00:1::1", 48 + n);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        ip[6] = 44;
        dp_put16(ip + 40, 58 << 8);
        dp_put16(ip + 42, (uint16_t)(at | (at + n < 65535)));
        dp_put32(ip + 44, 1);
        dp_put16(ip + 48, 128 << 8);
        rig_in(&r, &r.a, RIG_INSIDE, m);
    }
    assert_null(rig_out(&r.a, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.a, DP_DROP_fragment), 1);
    rig_free(&r);
}

static void an_echo_from_inside_is_answered_in_clear(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.1.0.1", 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[8] = 1; /* its own TTL does not matter to the answer */
    ip[9] = 1;
    rig_ip4_fix(m);
    ip[20] = 8;
    ip[21] = 0;
    dp_put16(ip + 22, 0);
    dp_store16(ip + 22, (uint16_t)~dp_cksum_fold(wire_csum_add(0, base_span(ip + 20, 40))));
    rig_in(&r, &r.a, RIG_INSIDE, m);
    m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    const struct base_addr us = rig_ip("10.1.0.1"), them = rig_ip("10.1.0.9");
    assert_memory_equal(ip + 12, us.bytes, 4);
    assert_memory_equal(ip + 16, them.bytes, 4);
    assert_int_equal(ip[8], 64);
    assert_int_equal(ip[20], 0);
    assert_int_equal(dp_cksum_fold(wire_csum_add(0, base_span(ip + 20, 40))), 0xffff);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void an_echo_over_ip6_is_answered(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_frame6(0x11, "fd00:1::9", "fd00:1::1", 100);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    const uint64_t pseudo = __builtin_bswap16(60) + __builtin_bswap16(WIRE_PROTO_ICMP6);
    ip[6] = WIRE_PROTO_ICMP6;
    ip[40] = 128;
    ip[41] = 0;
    dp_put16(ip + 42, 0);
    dp_store16(ip + 42, (uint16_t)~dp_cksum_fold(wire_csum_add(pseudo, base_span(ip + 8, 92))));
    rig_in(&r, &r.a, RIG_INSIDE, m);
    m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    assert_int_equal(ip[40], 129);
    assert_int_equal(ip[7], 64);
    assert_int_equal(dp_cksum_fold(wire_csum_add(pseudo, base_span(ip + 8, 92))), 0xffff);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* Sends A a packet whose TTL is over; returns what its sender is told, or NULL. */
static struct rte_mbuf *ttl_error(struct rig *r, struct rte_mbuf *m)
{
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 8] = 1;
    rig_ip4_fix(m);
    rig_in(r, &r->a, RIG_INSIDE, m);
    return rig_out(&r->a, RIG_INSIDE);
}

static void an_error_quotes_no_more_than_576_bytes_allow(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint32_t len = 547; len < 550; len++) {
        struct rte_mbuf *m = ttl_error(&r, rig_frame(0x11, "10.1.0.9", "10.2.0.9", len));
        assert_non_null(m);
        const uint32_t quote = len < 548 ? len : 548;
        const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
        assert_int_equal(dp_get16(ip + 2), 28 + quote);
        assert_int_equal(dp_cksum_fold(wire_csum_add(0, base_span(ip + 20, 8 + quote))), 0xffff);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

/* RFC 1812 4.3.2.7. */
static void no_error_is_sent_about_what_must_not_be_answered(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = 1;
    ip[20] = 11; /* an error itself */
    assert_null(ttl_error(&r, m));
    m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 6, 1); /* a later fragment */
    assert_null(ttl_error(&r, m));
    m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = 1;
    ip[20] = 8; /* a question is no error */
    m = ttl_error(&r, m);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void no_more_than_a_hundred_errors_are_sent_at_once(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    unsigned told = 0;
    for (unsigned i = 0; i < 150; i++) {
        r.tsc = RIG_HZ - 1000; /* time stands still */
        struct rte_mbuf *m = ttl_error(&r, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60));
        told += m != NULL;
        rte_pktmbuf_free(m);
    }
    assert_int_equal(told, 100);
    assert_int_equal(rig_drops(&r.a, DP_DROP_ttl), 150);
    rig_free(&r);
}

static void clear_text_from_where_a_tunnel_is_due_is_not_answered(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_frame(0x22, "10.1.0.9", "10.2.0.1", 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = 1;
    ip[20] = 8;
    rig_ip4_fix(m);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, m, DP_DROP_clear_text);
    rig_free(&r);
}

/* A packet of this protocol to B's outside from somewhere in clear; is6: over IPv6. */
static struct rte_mbuf *probe(bool is6, uint8_t proto)
{
    struct rte_mbuf *m = is6 ? rig_frame6(0x22, "2001:db8:9::9", "2001:db8::2", 100)
                             : rig_frame(0x22, "203.0.113.9", "192.0.2.2", 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[is6 ? 6 : 9] = proto;
    ip[is6 ? 7 : 8] = 1; /* as traceroute's last */
    if (is6)
        dp_put16(ip + 40 + 4, 60); /* the length of UDP */
    else
        rig_ip4_fix(m);
    return m;
}

/* What B tells of a frame to its outside; NULL: nothing. It was dropped by name in any case. */
static struct rte_mbuf *refused(struct rig *r, struct rte_mbuf *m, enum dp_drop why)
{
    const uint64_t before = rig_drops(&r->b, why);
    rig_in(r, &r->b, RIG_OUTSIDE, m);
    assert_int_equal(rig_drops(&r->b, why), before + 1);
    return rig_out(&r->b, RIG_OUTSIDE);
}

/* The rig with a way back to where probes come from. */
static struct rig probed_rig(void)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_route back[2] = {{.port = RIG_OUTSIDE, .next_hop = rig_ip("192.0.2.1")},
                               {.port = RIG_OUTSIDE, .next_hop = rig_ip("2001:db8::1")}};
    assert_int_equal(base_prefix_parse("0.0.0.0/0", &back[0].prefix), 0);
    assert_int_equal(base_prefix_parse("::/0", &back[1].prefix), 0);
    assert_int_equal(dp_routes_set(r.b.dp, back, 2), 0);
    return r;
}

/* RFC 1122 4.1.3.1 and 3.2.2.1, RFC 4443 3.1 and 3.4: from the address that was asked, with the packet in it.
 */
static void who_asks_for_what_nobody_takes_is_told(void **state)
{
    static const struct {
        bool is6;
        uint8_t proto, type, code;
    } all[] = {{false, 17, 3, 3}, {false, 6, 3, 2}, {false, 47, 3, 2},
               {true, 17, 1, 4},  {true, 6, 4, 1},  {true, 47, 4, 1}};
    struct rig r = probed_rig();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct rte_mbuf *m = refused(&r, probe(all[i].is6, all[i].proto), DP_DROP_own_unhandled);
        struct rte_mbuf *sent = probe(all[i].is6, all[i].proto);
        const struct base_addr us = rig_ip(all[i].is6 ? "2001:db8::2" : "192.0.2.2");
        const uint32_t head = all[i].is6 ? 40 : 20, src = all[i].is6 ? 8 : 12;
        assert_non_null(m);
        const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
        assert_memory_equal(ip + src, us.bytes, all[i].is6 ? 16 : 4);
        assert_int_equal(ip[head], all[i].type);
        assert_int_equal(ip[head + 1], all[i].code);
        assert_int_equal(dp_get32(ip + head + 4), all[i].type == 4 ? 6 : 0);
        assert_memory_equal(ip + head + 8, rte_pktmbuf_mtod(sent, const uint8_t *) + 14, head + 8);
        rte_pktmbuf_free(m);
        rte_pktmbuf_free(sent);
    }
    struct dp_counters c;
    dp_counters(r.b.dp, -1, &c);
    assert_int_equal(c.icmp_errors, 6);
    rig_free(&r);
}

static void what_is_to_a_second_address_is_answered_from_there(void **state)
{
    struct rig r = probed_rig();
    struct dp_own_port p = dp_own_now(r.b.dp)->ports[RIG_OUTSIDE];
    const struct base_addr second = rig_ip("192.0.2.3");
    assert_int_equal(base_prefix_parse_host("192.0.2.3/24", &p.addrs[p.n_addrs++]), 0);
    assert_int_equal(dp_addrs_set(r.b.dp, RIG_OUTSIDE, p.n_addrs, p.addrs), 0);
    struct rte_mbuf *m = probe(false, 17);
    memcpy(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 16, second.bytes, 4);
    rig_ip4_fix(m);
    m = refused(&r, m, DP_DROP_own_unhandled);
    assert_non_null(m);
    assert_memory_equal(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 12, second.bytes, 4);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* RFC 1122 3.2.2, RFC 1812 4.3.2.7, RFC 4443 2.4 (e). */
static void some_are_told_nothing(void **state)
{
    struct rig r = probed_rig();
    static const struct {
        bool is6;
        uint8_t proto;
    } silent[] = {{false, 1}, {true, 58}, {true, 59}, {true, 60}};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        struct rte_mbuf *m = probe(silent[i].is6, silent[i].proto);
        rte_pktmbuf_mtod(m, uint8_t *)[14 + (silent[i].is6 ? 40 : 20)] = 200; /* of a type that is no error */
        assert_null(refused(&r, m, DP_DROP_own_unhandled));
    }
    static const char *const nobody[] = {"0.0.0.9",         "127.0.0.1",   "224.0.0.1",
                                         "255.255.255.255", "192.0.2.255", "10.2.0.0"};
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        struct rte_mbuf *m = probe(false, 17);
        const struct base_addr from = rig_ip(nobody[i]);
        memcpy(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 12, from.bytes, 4);
        rig_ip4_fix(m);
        assert_null(refused(&r, m, DP_DROP_own_unhandled));
    }
    struct rte_mbuf *m = probe(false, 17);
    memset(rte_pktmbuf_mtod(m, uint8_t *), 0xff, 6);
    assert_null(refused(&r, m, DP_DROP_multicast));
    m = probe(false, 50);
    assert_null(refused(&r, m, DP_DROP_unknown_spi));
    m = probe(false, 17);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 2, 27); /* UDP of seven bytes */
    rig_ip4_fix(m);
    assert_null(refused(&r, m, DP_DROP_malformed));
    rig_free(&r);
}

/* The ports of IKE through the tunnel, where no IKE is taken, and a piece, which waits for others. */
static void through_the_tunnel_only_a_datagram_to_a_closed_port_is_answered(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (int i = 0; i < 5; i++) {
        static const uint16_t ports[] = {33434, 500, 4500, 33434, 33434};
        struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.1", 60);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        dp_put16(ip + 22, ports[i]);
        if (i == 3)
            dp_put16(ip + 6, 2); /* a later fragment */
        if (i == 4)
            ip[9] = 50;
        rig_ip4_fix(m);
        rig_in(&r, &r.a, RIG_INSIDE, m);
        m = rig_out(&r.a, RIG_OUTSIDE);
        if (i == 3) {
            rig_in(&r, &r.b, RIG_OUTSIDE, m);
            assert_null(rig_out(&r.b, RIG_OUTSIDE));
            continue;
        }
        m = refused(&r, m, DP_DROP_own_unhandled);
        if (i > 0) {
            assert_null(m);
            continue;
        }
        assert_non_null(m);
        rig_in(&r, &r.a, RIG_OUTSIDE, m); /* protected */
        m = rig_out(&r.a, RIG_INSIDE);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        assert_int_equal(ip[20] << 8 | ip[21], 0x0303);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

static void a_scan_is_told_sixteen_times_and_takes_nothing_from_other_errors(void **state)
{
    struct rig r = probed_rig();
    unsigned told = 0;
    for (unsigned i = 0; i < 60; i++) {
        r.tsc = RIG_HZ - 1000; /* time stands still */
        struct rte_mbuf *m = refused(&r, probe(false, 17), DP_DROP_own_unhandled);
        told += m != NULL;
        rte_pktmbuf_free(m);
    }
    assert_int_equal(told, 16);
    struct dp_counters c;
    dp_counters(r.b.dp, -1, &c);
    assert_int_equal(c.icmp_limited, 44);
    struct rte_mbuf *m = rig_frame(0x12, "10.2.0.9", "10.1.0.9", 60);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 8] = 1;
    rig_ip4_fix(m);
    rig_in(&r, &r.b, RIG_INSIDE, m);
    m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m); /* time exceeded */
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void an_error_comes_from_the_address_next_to_its_reader(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static const char *const own[] = {"10.7.0.1/16", "10.0.0.1/8", "10.1.0.3/24"};
    struct base_prefix addrs[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(base_prefix_parse_host(own[i], &addrs[i]), 0);
    assert_int_equal(dp_addrs_set(r.a.dp, RIG_INSIDE, 3, addrs), 0);
    struct rte_mbuf *m = ttl_error(&r, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60));
    const struct base_addr near = rig_ip("10.1.0.3");
    assert_non_null(m);
    assert_memory_equal(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 12, near.bytes, 4);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echo_to_the_inside_address_is_answered_through_the_tunnel),
        cmocka_unit_test(an_echo_in_pieces_is_answered_through_the_tunnel),
        cmocka_unit_test(an_echo_that_is_longer_than_a_buffer_can_say_is_refused),
        cmocka_unit_test(an_echo_from_inside_is_answered_in_clear),
        cmocka_unit_test(an_echo_over_ip6_is_answered),
        cmocka_unit_test(an_error_quotes_no_more_than_576_bytes_allow),
        cmocka_unit_test(no_error_is_sent_about_what_must_not_be_answered),
        cmocka_unit_test(no_more_than_a_hundred_errors_are_sent_at_once),
        cmocka_unit_test(clear_text_from_where_a_tunnel_is_due_is_not_answered),
        cmocka_unit_test(who_asks_for_what_nobody_takes_is_told),
        cmocka_unit_test(what_is_to_a_second_address_is_answered_from_there),
        cmocka_unit_test(some_are_told_nothing),
        cmocka_unit_test(through_the_tunnel_only_a_datagram_to_a_closed_port_is_answered),
        cmocka_unit_test(a_scan_is_told_sixteen_times_and_takes_nothing_from_other_errors),
        cmocka_unit_test(an_error_comes_from_the_address_next_to_its_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
