/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that go by streams of TCP: out through a ring with their ends, in by the ring of a worker. */
#include "dp_stream.h"
#include "dp_way.h"

static struct esp_pair stream_pair(unsigned n)
{
    struct esp_pair p = rig_pair(n, &rig_gcm128, NULL, true, true);
    p.way = ESP_WAY_TCP;
    if (n == 1)
        p.path.local.port = 40000; /* A opened the connection */
    else
        p.path.remote.port = 40000;
    return p;
}

static struct rig stream_rig(void)
{
    struct rig r = rig_apart();
    struct esp_pair a = stream_pair(1), b = stream_pair(2);
    rig_connect(&r, &a, &b);
    return r;
}

/* What A has for a stream. */
static struct rte_mbuf *out_of_a(struct rig *r, uint32_t len, struct dp_stream_packet *packet)
{
    assert_null(rig_sealed(r, len));
    return dp_stream_pop(r->a.dp, packet);
}

/* Gives ESP to B as if it had come between these ends. */
static void into_b(struct rig *r, const struct base_endpoint *local, const struct base_endpoint *remote,
                   struct base_span esp)
{
    r->tsc += 1000;
    assert_true(dp_stream_give(r->b.dp, local, remote, esp));
    dp_turn(r->b.w);
}

static void a_packet_goes_from_ring_to_ring(void **state)
{
    struct rig r = stream_rig();
    struct dp_stream_packet packet;
    for (uint32_t len = 60; len <= 1400; len += 67) {
        struct rte_mbuf *m = out_of_a(&r, len, &packet);
        assert_non_null(m);
        const struct base_endpoint near = rig_endpoint("192.0.2.1", 40000),
                                   far = rig_endpoint("192.0.2.2", 4500);
        assert_true(base_endpoint_equal(&packet.local, &near) && base_endpoint_equal(&packet.remote, &far));
        into_b(&r, &far, &near, packet.esp);
        rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), len);
        rte_pktmbuf_free(m);
    }
    struct sad_event ev;
    assert_false(sad_event_pop(r.b.sad, &ev));
    rig_free(&r);
}

/* The same ends, and yet another path: it moves only what authentic, newest packets move. */
static void a_packet_by_udp_or_by_another_stream_is_from_elsewhere(void **state)
{
    const struct {
        uint16_t port;
        bool by_udp;
    } all[] = {{40001, false}, {40000, true}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct rig r = stream_rig();
        struct dp_stream_packet packet;
        struct sad_event ev;
        struct rte_mbuf *m = out_of_a(&r, 60, &packet);
        const struct base_endpoint far = rig_endpoint("192.0.2.2", 4500),
                                   from = rig_endpoint("192.0.2.1", all[i].port);
        if (all[i].by_udp) {
            struct rte_mbuf *frame =
                rig_frame(0x22, "192.0.2.1", "192.0.2.2", (uint32_t)(28 + packet.esp.len));
            uint8_t *udp = rte_pktmbuf_mtod(frame, uint8_t *) + 34;
            dp_put16(udp, all[i].port);
            dp_put16(udp + 2, 4500);
            dp_put16(udp + 6, 0);
            memcpy(udp + 8, packet.esp.ptr, packet.esp.len);
            rig_in(&r, &r.b, RIG_OUTSIDE, frame);
        } else {
            into_b(&r, &far, &from, packet.esp);
        }
        rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
        assert_true(sad_event_pop(r.b.sad, &ev));
        assert_int_equal(ev.type, SAD_EV_PEER_MOVED);
        assert_int_equal(ev.moved.is_stream, !all[i].by_udp);
        assert_int_equal(ev.moved.remote.port, all[i].port);
        assert_int_equal(ev.moved.local_port, 4500);
        /* A copy of it, from wherever, is a replay. */
        into_b(&r, &far, &from, packet.esp);
        assert_null(rig_out(&r.b, RIG_INSIDE));
        assert_int_equal(rig_drops(&r.b, DP_DROP_replay), 1);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

/* An SA by UDP, on the fast path, and a stream between the same ends. */
static void a_packet_by_a_stream_is_from_elsewhere_for_udp(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct sad_event ev;
    struct rte_mbuf *m = rig_sealed(&r, 60);
    const struct base_endpoint far = rig_endpoint("192.0.2.2", 4500), near = rig_endpoint("192.0.2.1", 4500);
    into_b(&r, &far, &near, base_span(rte_pktmbuf_mtod(m, uint8_t *) + 42, m->data_len - 42));
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    assert_true(sad_event_pop(r.b.sad, &ev));
    assert_true(ev.moved.is_stream);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void what_comes_by_a_stream_and_is_nothing_is_dropped_by_name(void **state)
{
    struct rig r = stream_rig();
    const struct base_endpoint far = rig_endpoint("192.0.2.2", 4500), near = rig_endpoint("192.0.2.1", 40000);
    static uint8_t bytes[12000] = {1, 2, 3, 4};
    struct dp_punt punt;
    into_b(&r, &far, &near, base_span(bytes, 40));
    assert_int_equal(rig_drops(&r.b, DP_DROP_unknown_spi), 1);
    assert_false(dp_punt_pop(r.b.dp, &punt)); /* nobody is told by UDP */
    into_b(&r, &far, &near, base_span(bytes, 4));
    assert_int_equal(rig_drops(&r.b, DP_DROP_esp_short), 1);
    assert_false(dp_stream_give(r.b.dp, &far, &near, base_span(bytes, sizeof bytes)));
    assert_int_equal(rig_drops(&r.b, DP_DROP_stream_long), 1);
    dp_stream_lost(r.b.dp, true);
    dp_stream_lost(r.b.dp, false);
    assert_int_equal(rig_drops(&r.b, DP_DROP_stream_full), 1);
    assert_int_equal(rig_drops(&r.b, DP_DROP_stream_gone), 1);
    rig_free(&r);
}

static void nobody_takes_them_and_the_ring_is_full(void **state)
{
    struct rig r = stream_rig();
    struct dp_stream_packet packet;
    struct rte_mbuf *m;
    unsigned n = 0;
    while (rig_drops(&r.a, DP_DROP_stream_full) == 0 && n < 2000) {
        rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60));
        n++;
        if (rte_mempool_avail_count(rig_pool) < 32)
            break;
    }
    while ((m = dp_stream_pop(r.a.dp, &packet)))
        rte_pktmbuf_free(m);
    assert_true(n > 500);
    rig_free(&r);
}

/* IPv6 of the least size that every link carries goes whole, where a segment of TCP would take less. */
static void what_must_not_be_cut_is_not(void **state)
{
    struct rig r = rig_apart();
    struct esp_pair a = stream_pair(1), b = stream_pair(2);
    a.local_ts = b.remote_ts = rig_ts("fd00:1::/64");
    a.remote_ts = b.local_ts = rig_ts("fd00:2::/64");
    a.outer_mtu = b.outer_mtu = 1300;
    rig_connect(&r, &a, &b);
    struct dp_stream_packet packet;
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame6(0x11, "fd00:1::9", "fd00:2::9", 1280));
    struct rte_mbuf *m = dp_stream_pop(r.a.dp, &packet);
    assert_non_null(m);
    into_b(&r, &packet.remote, &packet.local, packet.esp);
    struct rte_mbuf *out = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(out);
    assert_int_equal(out->pkt_len, 14 + 1280);
    rte_pktmbuf_free(out);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* Their own packets are no business of policies, and nobody else's are theirs. */
static void packets_of_a_stream_itself_are_known_by_its_port(void **state)
{
    struct rig r = stream_rig();
    struct sad_flow flow = {.proto = WIRE_PROTO_TCP, .has_ports = true, .local_port = 40000};
    assert_false(dp_stream_is_own(r.a.dp, &flow));
    dp_stream_port(r.a.dp, 40000, true);
    dp_stream_port(r.a.dp, 65535, true);
    assert_true(dp_stream_is_own(r.a.dp, &flow));
    assert_false(dp_stream_is_own(r.b.dp, &flow));
    for (uint32_t port = 0; port < 65536; port++) {
        flow.local_port = (uint16_t)port;
        assert_int_equal(dp_stream_is_own(r.a.dp, &flow), port == 40000 || port == 65535);
    }
    flow.local_port = 40000;
    flow.has_ports = false;
    assert_false(dp_stream_is_own(r.a.dp, &flow));
    flow = (struct sad_flow){.proto = WIRE_PROTO_UDP, .has_ports = true, .local_port = 40000};
    assert_false(dp_stream_is_own(r.a.dp, &flow));
    dp_stream_port(r.a.dp, 40000, false);
    flow.proto = WIRE_PROTO_TCP;
    assert_false(dp_stream_is_own(r.a.dp, &flow));
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_goes_from_ring_to_ring),
        cmocka_unit_test(a_packet_by_udp_or_by_another_stream_is_from_elsewhere),
        cmocka_unit_test(a_packet_by_a_stream_is_from_elsewhere_for_udp),
        cmocka_unit_test(what_comes_by_a_stream_and_is_nothing_is_dropped_by_name),
        cmocka_unit_test(nobody_takes_them_and_the_ring_is_full),
        cmocka_unit_test(what_must_not_be_cut_is_not),
        cmocka_unit_test(packets_of_a_stream_itself_are_known_by_its_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
