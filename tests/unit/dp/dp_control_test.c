/* SPDX-License-Identifier: BSD-3-Clause */
/* What control asks of the data path: to send, to look up, to count. */
#include "dp_way.h"

#include <errno.h>

static void a_frame_for_no_port_is_not_sent(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    assert_false(dp_tx(r.a.dp, 2, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60)));
    assert_false(dp_tx(r.a.dp, UINT16_MAX, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60)));
    assert_int_equal(rig_drops(&r.a, DP_DROP_tx_full), 2);
    rig_free(&r);
}

static void the_way_to_a_destination_is_its_address_and_mtu(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1400);
    const struct base_addr to = rig_ip("192.0.2.2"), six = rig_ip("2001:db8::5"),
                           inside = rig_ip("10.1.0.50");
    const struct base_addr nowhere = rig_ip("203.0.113.1"), ourself = rig_ip("192.0.2.1");
    struct base_addr local, want = rig_ip("192.0.2.1");
    uint16_t mtu = 0;
    assert_int_equal(dp_route_find(r.a.dp, &to, &local, &mtu), 0);
    assert_true(base_addr_equal(&local, &want));
    assert_int_equal(mtu, 1400);
    want = rig_ip("2001:db8::1");
    assert_int_equal(dp_route_find(r.a.dp, &six, &local, &mtu), 0);
    assert_true(base_addr_equal(&local, &want));
    assert_int_equal(dp_route_find(r.a.dp, &inside, &local, &mtu), 0);
    assert_int_equal(mtu, 9000);
    assert_int_equal(dp_route_find(r.a.dp, &nowhere, &local, &mtu), -ENETUNREACH);
    assert_int_equal(dp_route_find(r.a.dp, &ourself, &local, &mtu), -ENETUNREACH);
    rig_free(&r);
}

static void a_datagram_has_right_headers_and_checksums(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_endpoint a = {rig_ip("192.0.2.1"), 500}, b = {rig_ip("192.0.2.2"), 501};
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, false, base_span("abcde", 5)), 0);
    dp_turn(r.a.w);
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(dp_get16(ip + 2), 33);
    assert_int_equal(dp_get16(ip + 20), 500);
    assert_int_equal(dp_get16(ip + 22), 501);
    assert_int_equal(dp_get16(ip + 24), 13);
    assert_memory_equal(ip + 28, "abcde", 5);
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
    const uint64_t pseudo =
        wire_csum_add((uint64_t)__builtin_bswap16(13) + __builtin_bswap16(17), base_span(ip + 12, 8));
    assert_int_equal(dp_cksum_fold(wire_csum_add(pseudo, base_span(ip + 20, 13))), 0xffff);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void what_cannot_be_sent_says_why(void **state)
{
    static const uint8_t large[UINT16_MAX];
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_endpoint a = {rig_ip("192.0.2.1"), 500}, b = {rig_ip("192.0.2.2"), 500};
    const struct base_endpoint six = {rig_ip("2001:db8::2"), 500}, nowhere = {rig_ip("203.0.113.1"), 500};
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, false, base_span(large, 65508)), -EMSGSIZE);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, true, false, base_span(large, 65504)), -EMSGSIZE);
    assert_int_equal(dp_udp_send(r.a.dp, &six, &six, false, false, base_span(large, 65528)), -EMSGSIZE);
    assert_int_equal(dp_udp_send(r.a.dp, &six, &six, true, false, base_span(large, 65524)), -EMSGSIZE);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &six, false, false, base_span(large, 1)), -ENETUNREACH);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &nowhere, false, false, base_span(large, 1)), -ENETUNREACH);
    rig_free(&r);
}

/* What A sends, B puts together, with the checksum that it has. */
static void datagram_crosses(struct rig *r, bool is6, bool marker, uint32_t len)
{
    static uint8_t bytes[UINT16_MAX];
    const char *const *at =
        (const char *const[2][2]){{"192.0.2.1", "192.0.2.2"}, {"2001:db8::1", "2001:db8::2"}}[is6];
    const uint16_t port = marker ? 4500 : 500;
    const struct base_endpoint a = {rig_ip(at[0]), port}, b = {rig_ip(at[1]), port};
    struct dp_punt punt;
    struct rte_mbuf *m;
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 7 >> 2 | 1);
    assert_int_equal(dp_udp_send(r->a.dp, &a, &b, marker, false, base_span(bytes, len)), 0);
    dp_turn(r->a.w);
    while ((m = rig_out(&r->a, RIG_OUTSIDE))) {
        assert_true(m->pkt_len <= 1514);
        rig_in(r, &r->b, RIG_OUTSIDE, m);
    }
    r->tsc += RIG_HZ / 100;
    assert_true(dp_punt_pop(r->b.dp, &punt));
    assert_int_equal(punt.natt, marker);
    assert_int_equal(punt.payload.len, len);
    assert_memory_equal(punt.payload.ptr, bytes, len);
    const uint8_t *udp = punt.payload.ptr - 8 - (marker ? 4 : 0);
    const uint32_t udp_len = 8 + (marker ? 4 : 0) + len;
    const uint64_t pseudo =
        is6 ? wire_csum_pseudo6(a.addr.bytes, b.addr.bytes, 17, udp_len)
            : wire_csum_pseudo4(dp_load32(a.addr.bytes), dp_load32(b.addr.bytes), 17, (uint16_t)udp_len);
    assert_int_equal(wire_csum_fold(wire_csum_add(pseudo, base_span(udp, udp_len))), 0);
    rte_pktmbuf_free(punt.mbuf);
}

static void a_datagram_of_any_size_crosses_in_pieces(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (int is6 = 0; is6 < 2; is6++) {
        for (int marker = 0; marker < 2; marker++) {
            const uint32_t most = (is6 ? 65527u : 65507u) - (marker ? 4 : 0);
            for (uint32_t len = 1; len < most; len += len < 3000 ? 13 : 4099)
                datagram_crosses(&r, is6, marker, len);
            datagram_crosses(&r, is6, marker, most);
        }
    }
    rig_free(&r);
}

static void a_whole_packet_has_df_and_is_never_cut(void **state)
{
    static const uint8_t large[1472 + 1];
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_endpoint a = {rig_ip("192.0.2.1"), 500}, b = {rig_ip("192.0.2.2"), 500};
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, true, base_span(large, 1473)), -EMSGSIZE);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, true, true, base_span(large, 1469)), -EMSGSIZE);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, true, base_span(large, 1472)), 0);
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, false, base_span(large, 1472)), 0);
    dp_turn(r.a.w);
    for (int i = 0; i < 2; i++) {
        struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
        assert_non_null(m);
        const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
        assert_int_equal(dp_get16(ip + 2), 1500);
        assert_int_equal(dp_get16(ip + 6), i ? 0 : 0x4000);
        assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
        rte_pktmbuf_free(m);
    }
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    rig_free(&r);
}

static void to_an_unknown_neighbour_a_datagram_waits_with_the_question(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_endpoint a = {rig_ip("192.0.2.1"), 500}, b = {rig_ip("192.0.2.77"), 500};
    struct dp_punt punt;
    assert_int_equal(dp_udp_send(r.a.dp, &a, &b, false, false, base_span("abcde", 5)), 0);
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_RESOLVE);
    assert_true(base_addr_equal(&punt.next_hop, &b.addr));
    rte_pktmbuf_free(punt.mbuf);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_for_no_port_is_not_sent),
        cmocka_unit_test(the_way_to_a_destination_is_its_address_and_mtu),
        cmocka_unit_test(a_datagram_has_right_headers_and_checksums),
        cmocka_unit_test(what_cannot_be_sent_says_why),
        cmocka_unit_test(a_datagram_of_any_size_crosses_in_pieces),
        cmocka_unit_test(a_whole_packet_has_df_and_is_never_cut),
        cmocka_unit_test(to_an_unknown_neighbour_a_datagram_waits_with_the_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
