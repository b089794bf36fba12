/* SPDX-License-Identifier: BSD-3-Clause */
/* What workers hand to control: taken apart, in order, within limits. */
#include "dp_way.h"

static void ike_goes_to_control_and_answers_come_back(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct base_endpoint a = {rig_ip("192.0.2.1"), 4500}, b = {rig_ip("192.0.2.2"), 4500};
    struct dp_punt punt;
    uint8_t message[3000];
    memset(message, 0x5a, sizeof message);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, true, false, base_span(message, 900)), 0);
    dp_turn(r.a.w);
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_IKE);
    assert_true(punt.natt);
    assert_true(base_endpoint_equal(&punt.src, &a));
    assert_true(base_endpoint_equal(&punt.dst, &b));
    assert_true(base_span_equal(punt.payload, base_span(message, 900)));
    rte_pktmbuf_free(punt.mbuf);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, false, base_span(message, sizeof message)), 0);
    dp_turn(r.a.w);
    for (int i = 0; i < 3; i++) {
        struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
        assert_non_null(m);
        assert_true(m->pkt_len <= 1514);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

/* An IKE datagram to B, from a peer that has no SA. */
static struct rte_mbuf *ike_frame(uint16_t port, uint32_t len)
{
    struct rte_mbuf *m = rig_frame(0x22, "192.0.2.1", "192.0.2.2", len);
    uint8_t *udp = rte_pktmbuf_mtod(m, uint8_t *) + 14 + 20;
    dp_put16(udp + 2, port);
    memset(udp + 8, 0, 4); /* the marker, on 4500 */
    return m;
}

static void ike_on_500_has_no_marker(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    rig_in(&r, &r.b, RIG_OUTSIDE, ike_frame(500, 100));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_IKE);
    assert_int_equal(punt.port, RIG_OUTSIDE);
    assert_false(punt.natt);
    assert_int_equal(punt.src.port, 1000);
    assert_int_equal(punt.dst.port, 500);
    assert_int_equal(punt.payload.len, 72);
    rte_pktmbuf_free(punt.mbuf);
    rig_in(&r, &r.b, RIG_OUTSIDE, ike_frame(4500, 100));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_true(punt.natt);
    assert_int_equal(punt.payload.len, 68);
    rte_pktmbuf_free(punt.mbuf);
    assert_false(dp_punt_pop(r.b.dp, &punt));
    rig_free(&r);
}

static void what_is_above_the_limit_is_dropped_by_name(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    unsigned taken = 0;
    for (unsigned i = 0; i < 2100; i++) { /* 20,000 a second, of which a tenth may come at once */
        struct rte_mbuf *m = ike_frame(500, 60);
        dp_process(r.b.w, RIG_OUTSIDE, &m, 1, r.tsc);
        while (dp_punt_pop(r.b.dp, &punt)) {
            rte_pktmbuf_free(punt.mbuf);
            taken++;
        }
    }
    assert_int_equal(taken, 2000);
    assert_int_equal(rig_drops(&r.b, DP_DROP_punt_limit), 100);
    rig_free(&r);
}

/* An IKE message to B of an SA that lives: ours is the responder's SPI, or as a response the initiator's. */
static struct rte_mbuf *ike_of_sa(uint16_t port, uint64_t spi, bool is_ours_initiator)
{
    struct rte_mbuf *m = ike_frame(port, 20 + 8 + 4 + 28);
    uint8_t *ike = rte_pktmbuf_mtod(m, uint8_t *) + 14 + 20 + 8 + (port == 4500 ? 4 : 0);
    dp_put64(ike, is_ours_initiator ? spi : 0x1111);
    dp_put64(ike + 8, is_ours_initiator ? 0x2222 : spi);
    ike[19] = is_ours_initiator ? 0x20 : 0x08;
    return m;
}

static void punts_drop(struct rig *r)
{
    struct dp_punt punt;
    while (dp_punt_pop(r->b.dp, &punt))
        rte_pktmbuf_free(punt.mbuf);
}

/* Floods of strangers' IKE, ARP and ICMP errors, each beyond its limit, in the same moment. */
static void strangers_flood(struct rig *r)
{
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    for (unsigned i = 0; i < 3000; i++) {
        struct rte_mbuf *ike = ike_frame(500, 60), *arp = rig_frame(0xff, "0.0.0.0", "0.0.0.0", 46);
        struct rte_mbuf *error = rig_frame(0x22, "192.0.2.1", "192.0.2.2", 56);
        uint8_t *ip = rte_pktmbuf_mtod(error, uint8_t *) + 14;
        memcpy(rte_pktmbuf_mtod(arp, uint8_t *), everybody, 6);
        dp_put16(rte_pktmbuf_mtod(arp, uint8_t *) + 12, 0x0806);
        ip[9] = 1;
        ip[20] = 3;
        rig_ip4_fix(error);
        struct rte_mbuf *all[] = {ike, arp, error};
        dp_process(r->b.w, RIG_OUTSIDE, all, 3, r->tsc);
        punts_drop(r);
    }
}

static void ike_of_an_sa_that_lives_comes_first_whatever_else_comes(void **state)
{
    static const uint64_t spi = 0x8877665544332211;
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_counters c;
    struct dp_punt punt;
    assert_int_equal(dp_know(r.b.dp, spi, true), 0);
    strangers_flood(&r);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, ike_frame(500, 60), DP_DROP_punt_limit);
    r.tsc += RIG_HZ / 100;
    rig_in(&r, &r.b, RIG_OUTSIDE, ike_frame(500, 60));
    for (int i = 0; i < 4; i++)
        rig_in(&r, &r.b, RIG_OUTSIDE, ike_of_sa(i & 1 ? 4500 : 500, spi, i & 2));
    for (int i = 0; i < 4; i++) {
        assert_true(dp_punt_pop(r.b.dp, &punt));
        assert_int_equal(punt.reason, DP_PUNT_IKE);
        assert_int_equal(__builtin_bswap64(dp_load64(punt.payload.ptr + (i & 2 ? 0 : 8))), spi);
        rte_pktmbuf_free(punt.mbuf);
    }
    dp_counters(r.b.dp, -1, &c);
    assert_int_equal(c.punted_first, 4);
    punts_drop(&r);
    /* Once it is over, its messages are a stranger's. */
    assert_int_equal(dp_know(r.b.dp, spi, false), 0);
    rig_in(&r, &r.b, RIG_OUTSIDE, ike_of_sa(500, spi, false));
    dp_counters(r.b.dp, -1, &c);
    assert_int_equal(c.punted_first, 4);
    punts_drop(&r);
    rig_free(&r);
}

static void an_icmp_error_comes_with_its_message(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    struct rte_mbuf *m = rig_frame(0x22, "192.0.2.1", "192.0.2.2", 56);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = 1;
    ip[20] = 3;
    ip[21] = 4;
    rig_ip4_fix(m);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_ICMP_ERR);
    assert_int_equal(punt.payload.len, 36);
    assert_int_equal(punt.payload.ptr[0], 3);
    assert_int_equal(punt.payload.ptr[1], 4);
    assert_int_equal(punt.src.port, 0);
    const struct base_addr dst = rig_ip("192.0.2.2");
    assert_true(base_addr_equal(&punt.dst.addr, &dst));
    rte_pktmbuf_free(punt.mbuf);
    rig_free(&r);
}

/* Two hundred a second, and no fewer of the others. */
static void large_packets_have_a_limit_of_their_own(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    unsigned large = 0, small = 0;
    for (unsigned i = 0; i < 4000; i++) {
        struct rte_mbuf *m = dp_large_frame(rig_pool, rig_large_pool, 14 + 20000), *of = ike_frame(500, 100);
        uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
        memcpy(p, rte_pktmbuf_mtod(of, const uint8_t *), 14 + 28);
        dp_put16(p + 14 + 2, 20000);
        dp_put16(p + 14 + 24, 20000 - 20);
        rig_ip4_fix(m);
        r.tsc += RIG_HZ / 4000;
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        rig_in(&r, &r.b, RIG_OUTSIDE, of);
        while (dp_punt_pop(r.b.dp, &punt)) {
            large += punt.payload.len > 10000;
            small += punt.payload.len < 10000;
            rte_pktmbuf_free(punt.mbuf);
        }
    }
    assert_in_range(large, 200, 500);
    assert_int_equal(small, 4000);
    assert_int_equal(rig_drops(&r.b, DP_DROP_punt_limit), 4000 - large);
    rig_free(&r);
}

/* ESP that has no SA, from 192.0.2.<last> to B, in UDP to 4500. */
static struct rte_mbuf *stray_frame(unsigned last, uint32_t spi)
{
    struct rte_mbuf *m = rig_frame(0x22, "192.0.2.1", "192.0.2.2", 100);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[15] = (uint8_t)last;
    dp_put16(ip + 20 + 2, 4500);
    dp_put32(ip + 20 + 8, spi);
    rig_ip4_fix(m);
    return m;
}

static void esp_without_an_sa_is_reported_once_a_second_of_each_source(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    for (unsigned i = 0; i < 5; i++)
        rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, stray_frame(7, 0xabcdef00 + i), DP_DROP_unknown_spi);
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_UNKNOWN_SPI);
    assert_true(punt.natt);
    assert_int_equal(punt.src.addr.bytes[3], 7);
    assert_int_equal(punt.src.port, 1000);
    assert_int_equal(punt.dst.port, 4500);
    assert_int_equal(punt.payload.len, 72);
    assert_int_equal(dp_get32(punt.payload.ptr), 0xabcdef00);
    rte_pktmbuf_free(punt.mbuf);
    assert_false(dp_punt_pop(r.b.dp, &punt));
    r.tsc += RIG_HZ;
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, stray_frame(7, 0xabcdef00), DP_DROP_unknown_spi);
    assert_true(dp_punt_pop(r.b.dp, &punt));
    rte_pktmbuf_free(punt.mbuf);
    /* A flood of sources does not get more than all may have. */
    unsigned reported = 0;
    for (unsigned i = 0; i < 1000; i++)
        rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, stray_frame(i % 250, 0xabcdef00), DP_DROP_unknown_spi);
    for (; dp_punt_pop(r.b.dp, &punt); reported++)
        rte_pktmbuf_free(punt.mbuf);
    assert_in_range(reported, 5, 16);
    rig_free(&r);
}

static void esp_without_udp_is_reported_without_ports(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, false, 1500);
    struct dp_punt punt;
    struct rte_mbuf *m = rig_sealed(&r, 100);
    const uint32_t len = m->pkt_len - 14 - 20;
    assert_int_equal(sad_remove(r.b.sad, r.spi_b), 0);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, m, DP_DROP_unknown_spi);
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_false(punt.natt);
    assert_int_equal(punt.src.port, 0);
    assert_int_equal(punt.dst.port, 0);
    assert_int_equal(punt.payload.len, len);
    assert_int_equal(dp_get32(punt.payload.ptr), r.spi_b);
    rte_pktmbuf_free(punt.mbuf);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ike_goes_to_control_and_answers_come_back),
        cmocka_unit_test(ike_on_500_has_no_marker),
        cmocka_unit_test(large_packets_have_a_limit_of_their_own),
        cmocka_unit_test(what_is_above_the_limit_is_dropped_by_name),
        cmocka_unit_test(ike_of_an_sa_that_lives_comes_first_whatever_else_comes),
        cmocka_unit_test(an_icmp_error_comes_with_its_message),
        cmocka_unit_test(esp_without_an_sa_is_reported_once_a_second_of_each_source),
        cmocka_unit_test(esp_without_udp_is_reported_without_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
