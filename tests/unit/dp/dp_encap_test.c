/* SPDX-License-Identifier: BSD-3-Clause */
/* What a packet gets around it, and which do not get so far: too large, at the end of their TTL or of their
 * SA. */
#include "dp_way.h"

static void outer_packet_is_what_the_rfcs_say(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&r, 50);
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

static void too_big_with_df_is_told_the_exact_inner_mtu(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1400);
    struct sad_stats s;
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    assert_null(rig_sealed(&r, s.inner_mtu + 1u));
    struct rte_mbuf *m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(ip[20], 3);
    assert_int_equal(ip[21], 4);
    assert_int_equal(dp_get16(ip + 26), s.inner_mtu);
    rte_pktmbuf_free(m);
    m = rig_sealed(&r, s.inner_mtu);
    assert_non_null(m);
    assert_true(m->pkt_len - 14 <= 1400 && m->pkt_len - 14 > 1396);
    rte_pktmbuf_free(m);
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
        struct rte_mbuf *m = rig_sealed(&r, 60);
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

static void plain_esp_has_no_udp_header(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, false, false, 1500);
    struct rte_mbuf *m = rig_sealed(&r, 50);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    const uint32_t total = 20 + 8 + 8 + 52 + 16;
    assert_int_equal(m->pkt_len, 14 + total);
    assert_int_equal(dp_get16(ip + 2), total);
    assert_int_equal(ip[9], 50);
    assert_int_equal(dp_get32(ip + 20), r.spi_b);
    assert_int_equal(dp_get32(ip + 24), 1);
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* RFC 4303 2.4: padding up to four bytes, and no more. */
static void padding_is_the_least_that_aligns(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint32_t len = 28; len < 60; len++) {
        struct rte_mbuf *m = rig_sealed(&r, len);
        assert_int_equal(m->pkt_len, 14 + 20 + 8 + 8 + 8 + ((len + 2 + 3) & ~3u) + 16);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

static void each_packet_has_the_next_number_and_the_same_iv(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint32_t i = 1; i < 20; i++) {
        struct rte_mbuf *m = rig_sealed(&r, 60);
        const uint8_t *esp = rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 28;
        assert_int_equal(dp_get32(esp + 4), i);
        assert_int_equal(dp_get32(esp + 8), 0);
        assert_int_equal(dp_get32(esp + 12), i);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

static void at_the_end_of_its_ttl_a_packet_is_not_sealed_and_its_sender_told(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint8_t ttl = 0; ttl < 2; ttl++) {
        struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
        rte_pktmbuf_mtod(m, uint8_t *)[14 + 8] = ttl;
        rig_ip4_fix(m);
        rig_in(&r, &r.a, RIG_INSIDE, m);
        assert_null(rig_out(&r.a, RIG_OUTSIDE));
        m = rig_out(&r.a, RIG_INSIDE);
        assert_non_null(m);
        const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
        assert_int_equal(ip[9], 1);
        assert_int_equal(ip[20], 11);
        assert_int_equal(ip[21], 0);
        assert_int_equal(ip[28 + 8], ttl); /* the packet that it was */
        rte_pktmbuf_free(m);
    }
    assert_int_equal(rig_drops(&r.a, DP_DROP_ttl), 2);
    /* No sequence number was used for them. */
    struct rte_mbuf *m = rig_sealed(&r, 60);
    assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 32), 1);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outer_packet_is_what_the_rfcs_say),
        cmocka_unit_test(too_big_with_df_is_told_the_exact_inner_mtu),
        cmocka_unit_test(hard_limit_stops_and_is_reported),
        cmocka_unit_test(plain_esp_has_no_udp_header),
        cmocka_unit_test(padding_is_the_least_that_aligns),
        cmocka_unit_test(each_packet_has_the_next_number_and_the_same_iv),
        cmocka_unit_test(at_the_end_of_its_ttl_a_packet_is_not_sealed_and_its_sender_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
