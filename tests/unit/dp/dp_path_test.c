/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole ways through the data path, from one gateway to the other: what goes in comes out, byte for byte, and
 * what was touched on the way does not.
 */
#include "dp_rig.h"

#define SIZE_MAX_INNER 1400

static struct rte_mbuf *sealed_by_a(struct rig *r, uint32_t len)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", len));
    return rig_out(&r->a, RIG_OUTSIDE);
}

/* TTL went down by two; the checksum is right again; nothing else changed. */
static void assert_arrived(struct rte_mbuf *m, uint32_t len)
{
    struct rte_mbuf *want = rig_frame(0x32, "10.1.0.9", "10.2.0.9", len);
    uint8_t *p = rte_pktmbuf_mtod(want, uint8_t *);
    assert_non_null(m);
    rig_mac(p + 6, 0x12);
    dp_ip4_ttl_dec(p + 14);
    dp_ip4_ttl_dec(p + 14);
    assert_int_equal(m->pkt_len, 14 + len);
    assert_int_equal(m->data_len, 14 + len);
    assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), p, 14 + len);
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(rte_pktmbuf_mtod(m, uint8_t *) + 14)), 0xffff);
    rte_pktmbuf_free(m);
    rte_pktmbuf_free(want);
}

static void all_sizes(const struct crypt_alg *encr, bool esn, bool encap)
{
    struct rig r = rig_make(encr, NULL, esn, encap, 1500);
    for (uint32_t len = 28; len <= SIZE_MAX_INNER; len++) {
        struct rte_mbuf *m = sealed_by_a(&r, len);
        assert_non_null(m);
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        assert_arrived(rig_out(&r.b, RIG_INSIDE), len);
    }
    rig_free(&r);
}

static void every_size_makes_the_round_trip_in_udp(void **state)
{
    all_sizes(&rig_gcm128, true, true);
}

static void every_size_makes_the_round_trip_as_plain_esp(void **state)
{
    all_sizes(&rig_gcm256, false, false);
}

static void outer_packet_is_what_the_rfcs_say(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = sealed_by_a(&r, 50);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    uint32_t total = 20 + 8 + 8 + 8 + 52 + 16;
    assert_int_equal(m->pkt_len, 14 + total);
    assert_int_equal(ip[0], 0x45);
    assert_int_equal(dp_get16(ip + 2), total);
    assert_int_equal(ip[9], 17);
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
    assert_int_equal(dp_get16(ip + 20), 4500);
    assert_int_equal(dp_get16(ip + 22), 4500);
    assert_int_equal(dp_get16(ip + 24), total - 20);
    assert_int_equal(dp_get16(ip + 26), 0);
    assert_int_equal(dp_get32(ip + 28), r.spi_b);
    assert_int_equal(dp_get32(ip + 32), 1);
    assert_int_equal(dp_get32(ip + 36), 0);
    assert_int_equal(dp_get32(ip + 40), 1);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void a_flipped_bit_anywhere_in_esp_is_refused(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, false, true, 1500);
    struct rte_mbuf *m = sealed_by_a(&r, 60);
    for (uint32_t at = 14 + 28; at < m->data_len; at++) {
        struct rte_mbuf *bad = rig_clone(m);
        rte_pktmbuf_mtod(bad, uint8_t *)[at] ^= 0x10;
        rig_in(&r, &r.b, RIG_OUTSIDE, bad);
        assert_null(rig_out(&r.b, RIG_INSIDE));
    }
    /* Nothing moved: the real one still arrives, once. */
    struct rte_mbuf *again = rig_clone(m);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    rig_in(&r, &r.b, RIG_OUTSIDE, again);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_replay), 1);
    rig_free(&r);
}

static void every_truncation_is_refused(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = sealed_by_a(&r, 100);
    for (uint16_t len = 0; len < m->data_len; len++) {
        struct rte_mbuf *bad = rig_clone(m);
        bad->data_len = len;
        bad->pkt_len = len;
        rig_in(&r, &r.b, RIG_OUTSIDE, bad);
        assert_null(rig_out(&r.b, RIG_INSIDE));
    }
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    rig_free(&r);
}

static void two_copies_in_one_burst_arrive_once(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = sealed_by_a(&r, 80);
    struct rte_mbuf *both[2] = {m, rig_clone(m)};
    dp_process(r.b.w, RIG_OUTSIDE, both, 2, r.tsc);
    assert_arrived(rig_out(&r.b, RIG_INSIDE), 80);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_replay), 1);
    rig_free(&r);
}

static void inner_packet_outside_of_the_selectors_is_dropped(void **state)
{
    struct rig r = {0};
    rig_eal();
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.local_ts = rig_ts("10.0.0.0/8"); /* A thinks that it may send more than B agreed to */
    rig_connect(&r, &a, &b);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.7.0.9", "10.2.0.9", 60));
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_inner_policy), 1);
    rig_free(&r);
}

static void clear_text_passes_in_neither_direction(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    /* From outside, as if it came from the peer's hosts. */
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_frame(0x22, "10.1.0.9", "10.2.0.9", 60));
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_clear_text), 1);
    /* From outside, as if it came from our own hosts: must not be sealed. */
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_frame(0x22, "10.2.0.9", "10.1.0.9", 60));
    assert_null(rig_out(&r.b, RIG_OUTSIDE));
    /* From inside, with no SA but a policy. */
    struct sad_policy policy = {rig_ts("10.1.0.0/24"), rig_ts("10.2.0.0/24"), 0};
    assert_int_equal(sad_policies_set(r.a.sad, &policy, 1), 0);
    assert_int_equal(sad_remove(r.a.sad, r.spi_a), 0);
    assert_null(sealed_by_a(&r, 60));
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_sa), 1);
    /* From inside, to nobody's policy. */
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "192.0.2.2", 60));
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_policy), 1);
    rig_free(&r);
}

static void a_peer_that_moved_is_reported_once_and_only_if_authentic(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct sad_event ev;
    for (int i = 0; i < 3; i++) {
        struct rte_mbuf *m = sealed_by_a(&r, 60);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        dp_put16(ip + 20, 30000);
        if (i == 0)
            ip[60] ^= 1;
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        rte_pktmbuf_free(rig_out(&r.b, RIG_INSIDE));
        if (i == 0)
            assert_false(sad_event_pop(r.b.sad, &ev));
    }
    assert_true(sad_event_pop(r.b.sad, &ev));
    assert_int_equal(ev.type, SAD_EV_PEER_MOVED);
    assert_int_equal(ev.spi_in, r.spi_b);
    assert_int_equal(ev.remote.port, 30000);
    assert_false(sad_event_pop(r.b.sad, &ev));
    /* Control moves the path: the answer goes there. */
    struct esp_path path = {{rig_ip("192.0.2.2"), 4500}, ev.remote};
    assert_int_equal(sad_repath(r.b.sad, r.spi_b, &path, 1500), 0);
    rig_in(&r, &r.b, RIG_INSIDE, rig_frame(0x12, "10.2.0.9", "10.1.0.9", 60));
    struct rte_mbuf *m = rig_out(&r.b, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 22), 30000);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

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

static void too_big_with_df_is_told_the_exact_inner_mtu(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1400);
    struct sad_stats s;
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    assert_null(sealed_by_a(&r, s.inner_mtu + 1u));
    struct rte_mbuf *m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(ip[20], 3);
    assert_int_equal(ip[21], 4);
    assert_int_equal(dp_get16(ip + 26), s.inner_mtu);
    rte_pktmbuf_free(m);
    m = sealed_by_a(&r, s.inner_mtu);
    assert_non_null(m);
    assert_true(m->pkt_len - 14 <= 1400 && m->pkt_len - 14 > 1396);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void too_big_without_df_is_cut_before_sealing(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1400);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 3000);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    dp_put16(ip + 6, 0);
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    rig_in(&r, &r.a, RIG_INSIDE, m);
    uint8_t whole[3000];
    size_t seen = 20;
    while ((m = rig_out(&r.a, RIG_OUTSIDE))) {
        assert_true(m->pkt_len <= 1414);
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
        size_t at = (dp_get16(ip + 6) & 0x1fffu) * 8, n = dp_get16(ip + 2) - 20u;
        memcpy(whole + 20 + at, ip + 20, n);
        seen += n;
        rte_pktmbuf_free(m);
    }
    assert_int_equal(seen, 3000);
    for (uint32_t i = 28; i < 3000; i++)
        assert_int_equal(whole[i], (uint8_t)(i * 7));
    rig_free(&r);
}

static void hard_limit_stops_and_is_reported(void **state)
{
    struct rig r = {0};
    rig_eal();
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, false, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, false, true);
    struct sad_event ev;
    a.soft_pkts = 2;
    a.hard_pkts = 4;
    rig_connect(&r, &a, &b);
    for (int i = 0; i < 6; i++) {
        struct rte_mbuf *m = sealed_by_a(&r, 60);
        assert_true((m != NULL) == (i < 4));
        rte_pktmbuf_free(m);
    }
    assert_true(sad_event_pop(r.a.sad, &ev));
    assert_int_equal(ev.type, SAD_EV_SOFT);
    assert_true(sad_event_pop(r.a.sad, &ev));
    assert_int_equal(ev.type, SAD_EV_HARD);
    assert_false(sad_event_pop(r.a.sad, &ev));
    assert_int_equal(rig_drops(&r.a, DP_DROP_limit), 2);
    rig_free(&r);
}

static void unknown_next_hop_is_asked_for_and_the_packet_follows(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    base_time now = {1};
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.77", 60));
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_RESOLVE);
    dp_resolve_punt(r.b.dp, now, &punt);
    dp_turn(r.b.w);
    struct rte_mbuf *question = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(question);
    /* The answer, made out of the question. */
    uint8_t *p = rte_pktmbuf_mtod(question, uint8_t *);
    assert_int_equal(dp_get16(p + 12), 0x0806);
    uint8_t target[4];
    memcpy(target, p + 38, 4);
    memcpy(p, p + 6, 6);
    p[21] = 2;
    memcpy(p + 32, p + 22, 10);
    rig_mac(p + 22, 0x55);
    memcpy(p + 28, target, 4);
    rig_in(&r, &r.b, RIG_INSIDE, question);
    assert_true(dp_punt_pop(r.b.dp, &punt));
    dp_resolve_punt(r.b.dp, now, &punt);
    dp_turn(r.b.w);
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[5], 0x55);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void ike_goes_to_control_and_answers_come_back(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct base_endpoint a = {rig_ip("192.0.2.1"), 4500}, b = {rig_ip("192.0.2.2"), 4500};
    struct dp_punt punt;
    uint8_t message[3000];
    memset(message, 0x5a, sizeof message);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, true, base_span(message, 900)), 0);
    dp_turn(r.a.w);
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_IKE);
    assert_true(punt.natt);
    assert_true(base_endpoint_equal(&punt.src, &a));
    assert_true(base_endpoint_equal(&punt.dst, &b));
    assert_true(base_span_equal(punt.payload, base_span(message, 900)));
    rte_pktmbuf_free(punt.mbuf);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, base_span(message, sizeof message)), 0);
    dp_turn(r.a.w);
    for (int i = 0; i < 3; i++) {
        struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
        assert_non_null(m);
        assert_true(m->pkt_len <= 1514);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_makes_the_round_trip_in_udp),
        cmocka_unit_test(every_size_makes_the_round_trip_as_plain_esp),
        cmocka_unit_test(outer_packet_is_what_the_rfcs_say),
        cmocka_unit_test(a_flipped_bit_anywhere_in_esp_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(two_copies_in_one_burst_arrive_once),
        cmocka_unit_test(inner_packet_outside_of_the_selectors_is_dropped),
        cmocka_unit_test(clear_text_passes_in_neither_direction),
        cmocka_unit_test(a_peer_that_moved_is_reported_once_and_only_if_authentic),
        cmocka_unit_test(echo_to_the_inside_address_is_answered_through_the_tunnel),
        cmocka_unit_test(too_big_with_df_is_told_the_exact_inner_mtu),
        cmocka_unit_test(too_big_without_df_is_cut_before_sealing),
        cmocka_unit_test(hard_limit_stops_and_is_reported),
        cmocka_unit_test(unknown_next_hop_is_asked_for_and_the_packet_follows),
        cmocka_unit_test(ike_goes_to_control_and_answers_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
