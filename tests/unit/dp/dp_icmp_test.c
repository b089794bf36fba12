/* SPDX-License-Identifier: BSD-3-Clause */
/* What the gateway answers for its own addresses, and what it tells senders, within limits. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echo_to_the_inside_address_is_answered_through_the_tunnel),
        cmocka_unit_test(an_echo_from_inside_is_answered_in_clear),
        cmocka_unit_test(an_echo_over_ip6_is_answered),
        cmocka_unit_test(an_error_quotes_no_more_than_576_bytes_allow),
        cmocka_unit_test(no_error_is_sent_about_what_must_not_be_answered),
        cmocka_unit_test(no_more_than_a_hundred_errors_are_sent_at_once),
        cmocka_unit_test(clear_text_from_where_a_tunnel_is_due_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
