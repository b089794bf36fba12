/* SPDX-License-Identifier: BSD-3-Clause */
/* What is refused behind the cipher, and what an authentic packet moves: window, path, selectors. */
#include "dp_way.h"
#include "wire_icmp.h"

static void a_flipped_bit_anywhere_in_esp_is_refused(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, false, true, 1500);
    struct rte_mbuf *m = rig_sealed(&r, 60);
    for (uint32_t at = 14 + 28; at < m->data_len; at++) {
        struct rte_mbuf *bad = rig_clone(m);
        rte_pktmbuf_mtod(bad, uint8_t *)[at] ^= 0x10;
        rig_in(&r, &r.b, RIG_OUTSIDE, bad);
        assert_null(rig_out(&r.b, RIG_INSIDE));
    }
    /* Nothing moved: the real one still arrives, once. */
    struct rte_mbuf *again = rig_clone(m);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    rig_in(&r, &r.b, RIG_OUTSIDE, again);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_replay), 1);
    rig_free(&r);
}

static void two_copies_in_one_burst_arrive_once(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&r, 80);
    struct rte_mbuf *both[2] = {m, rig_clone(m)};
    dp_process(r.b.w, RIG_OUTSIDE, both, 2, r.tsc);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 80);
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

/* B agreed to UDP port 2000 of its side alone; A sends what it likes. */
static void a_later_fragment_out_of_a_tunnel_for_a_port_is_told_so(void **state)
{
    struct rig r = {0};
    rig_eal();
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    b.local_ts.list[0].protocol = b.remote_ts.list[0].protocol = 17;
    b.local_ts.list[0].port_lo = b.local_ts.list[0].port_hi = 2000;
    rig_connect(&r, &a, &b);
    static const struct {
        uint16_t frag, port;
        uint8_t proto;
        enum dp_drop why;
    } all[] = {{2, 2000, 17, DP_DROP_fragment_ports},
               {2, 2000, 6, DP_DROP_inner_policy},
               {0x2000, 2001, 17, DP_DROP_inner_policy}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        dp_put16(ip + 6, all[i].frag);
        dp_put16(ip + 22, all[i].port);
        ip[9] = all[i].proto;
        rig_ip4_fix(m);
        rig_in(&r, &r.a, RIG_INSIDE, m);
        rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE), all[i].why);
    }
    struct sad_stats s;
    assert_int_equal(sad_stats(r.b.sad, r.spi_b, &s), 0);
    assert_int_equal(s.policy_drops, 3);
    rig_free(&r);
}

static void a_peer_that_moved_is_reported_once_and_only_if_authentic(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct sad_event ev;
    for (int i = 0; i < 3; i++) {
        struct rte_mbuf *m = rig_sealed(&r, 60);
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
    assert_int_equal(ev.moved.remote.port, 30000);
    assert_false(sad_event_pop(r.b.sad, &ev));
    /* Control moves the path: the answer goes there. */
    struct esp_path path = {{rig_ip("192.0.2.2"), 4500}, ev.moved.remote};
    assert_int_equal(sad_repath(r.b.sad, r.spi_b, &path, ESP_WAY_UDP, 1500), 0);
    rig_in(&r, &r.b, RIG_INSIDE, rig_frame(0x12, "10.2.0.9", "10.1.0.9", 60));
    struct rte_mbuf *m = rig_out(&r.b, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 22), 30000);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void what_an_sa_drops_is_counted_at_the_sa(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct sad_stats s;
    struct rte_mbuf *m = rig_sealed(&r, 60), *bad = rig_clone(m), *again = rig_clone(m);
    rte_pktmbuf_mtod(bad, uint8_t *)[60] ^= 1;
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, bad, DP_DROP_bad_icv);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, again, DP_DROP_replay);
    assert_int_equal(sad_stats(r.b.sad, r.spi_b, &s), 0);
    assert_int_equal(s.in.pkts, 1);
    assert_int_equal(s.bad_icv, 1);
    assert_int_equal(s.replay_drops, 1);
    rig_free(&r);
}

static void an_old_packet_from_elsewhere_moves_nothing(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct sad_event ev;
    struct rte_mbuf *old = rig_sealed(&r, 60), *newest = rig_sealed(&r, 60);
    rig_in(&r, &r.b, RIG_OUTSIDE, newest);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    dp_put16(rte_pktmbuf_mtod(old, uint8_t *) + 14 + 20, 30000);
    rig_in(&r, &r.b, RIG_OUTSIDE, old);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60); /* it is authentic and in the window */
    assert_false(sad_event_pop(r.b.sad, &ev));
    rig_free(&r);
}

static void an_sa_that_does_not_follow_reports_no_move(void **state)
{
    struct rig r = {.tsc = RIG_HZ};
    struct sad_event ev;
    rig_eal();
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    b.follow = false;
    rig_connect(&r, &a, &b);
    struct rte_mbuf *m = rig_sealed(&r, 60);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 20, 30000);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    assert_false(sad_event_pop(r.b.sad, &ev));
    rig_free(&r);
}

/* From 10.7.0.1, a router behind A, about a packet from the host 10.2.0.9 behind B to 10.1.0.9 behind A. */
static struct rte_mbuf *error_frame(const char *to, const char *about_to)
{
    struct rte_mbuf *m = rig_frame(0x11, "10.7.0.1", to, 100),
                    *quoted = rig_frame(0x11, "10.2.0.9", about_to, 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = WIRE_PROTO_ICMP4;
    dp_ip4_cksum_fill(ip, 20);
    memset(ip + 20, 0, 80);
    ip[20] = WIRE_ICMP4_TIME_EXCEEDED;
    memcpy(ip + 28, rte_pktmbuf_mtod(quoted, const uint8_t *) + 14, 60);
    rte_pktmbuf_free(quoted);
    return m;
}

/* Both ways: A seals it though it is in no selector, and B takes it. */
static void an_icmp_error_of_a_router_passes_where_both_ends_say_so(void **state)
{
    static const struct {
        bool a, b, is_widened; /* widened: A has selectors for it, too */
        const char *to, *about_to;
        bool is_sealed, arrives;
    } rows[] = {
        {true, true, false, "10.2.0.9", "10.1.0.9", true, true},
        {false, true, false, "10.2.0.9", "10.1.0.9", false, false},
        {true, false, false, "10.2.0.9", "10.1.0.9", true, false},
        {true, true, false, "10.2.0.9", "10.7.0.9", false, false}, /* not what A's SA carries */
        {true, true, true, "10.2.0.9", "10.7.0.9", true, false},   /* nor what B's does */
        {true, true, true, "10.2.0.8", "10.1.0.9", true, false},   /* and not to who sent it */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rig r = {0};
        rig_eal();
        r.a = rig_gateway_make(1, 1500, 1);
        r.b = rig_gateway_make(2, 1500, 1);
        struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
        struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
        a.icmp_errors = rows[i].a;
        b.icmp_errors = rows[i].b;
        if (rows[i].is_widened)
            a.local_ts = rig_ts("10.0.0.0/8");
        rig_connect(&r, &a, &b);
        rig_in(&r, &r.a, RIG_INSIDE, error_frame(rows[i].to, rows[i].about_to));
        struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
        assert_int_equal(m != NULL, rows[i].is_sealed);
        if (m)
            rig_in(&r, &r.b, RIG_OUTSIDE, m);
        m = rig_out(&r.b, RIG_INSIDE);
        assert_int_equal(m != NULL, rows[i].arrives);
        assert_int_equal(rig_drops(&r.b, DP_DROP_inner_policy), rows[i].is_sealed && !rows[i].arrives);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flipped_bit_anywhere_in_esp_is_refused),
        cmocka_unit_test(two_copies_in_one_burst_arrive_once),
        cmocka_unit_test(inner_packet_outside_of_the_selectors_is_dropped),
        cmocka_unit_test(an_icmp_error_of_a_router_passes_where_both_ends_say_so),
        cmocka_unit_test(a_later_fragment_out_of_a_tunnel_for_a_port_is_told_so),
        cmocka_unit_test(a_peer_that_moved_is_reported_once_and_only_if_authentic),
        cmocka_unit_test(what_an_sa_drops_is_counted_at_the_sa),
        cmocka_unit_test(an_old_packet_from_elsewhere_moves_nothing),
        cmocka_unit_test(an_sa_that_does_not_follow_reports_no_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
