/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inner IPv6 packets that no path may refuse, and what holds for every packet that is cut after encryption:
 * order, IDs, limits, owners, next hops, buffers.
 */
#include "dp_cut_rig.h"

static void inner_ipv6_up_to_1280_bytes_passes_a_path_of_1280(void **state)
{
    for (unsigned i = 0; i < 16; i++)
        sizes_arrive((struct shape){.outer6 = i & 1,
                                    .encap = i & 2,
                                    .cbc = i & 4,
                                    .esn = i & 8,
                                    .inner6 = true,
                                    .copy_df = i & 8,
                                    .path = 1280},
                     0, MIN6);
}

static void inner_ipv6_passes_the_smallest_ipv4_path(void **state)
{
    sizes_arrive((struct shape){.encap = true, .inner6 = true, .path = 576}, 0, MIN6);
}

/* What A tells the sender of an inner packet of this size. */
static uint32_t told(struct scene *sc, uint32_t len)
{
    rig_in(&sc->r, &sc->r.a, RIG_INSIDE, inner(sc, len));
    assert_null(rig_out(&sc->r.a, RIG_OUTSIDE));
    struct rte_mbuf *m = rig_out(&sc->r.a, RIG_INSIDE);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + L2;
    assert_int_equal(ip[6], 58);
    assert_int_equal(ip[40], 2);
    uint16_t n = dp_get16(ip + 4);
    assert_int_equal(dp_cksum_fold(wire_csum_add((uint64_t)__builtin_bswap16(n) + __builtin_bswap16(58),
                                                 base_span(ip + 8, 32 + (size_t)n))),
                     0xffff);
    const uint32_t mtu = dp_get32(ip + 44);
    rte_pktmbuf_free(m);
    return mtu;
}

/* On this path a sender is told at least 1280, and what it then sends passes. */
static void told_enough(struct scene *sc, uint16_t path)
{
    const uint64_t before = rig_drops(&sc->r.a, DP_DROP_too_big);
    struct rte_mbuf *m;
    assert_int_equal(sad_set_mtu(sc->r.a.sad, sc->r.spi_a, path), 0);
    sc->r.tsc += RIG_HZ; /* the limit of what is told */
    const uint32_t fits = inner_mtu(sc), want = fits < MIN6 ? MIN6 : fits;
    assert_int_equal(told(sc, want + 1), want);
    assert_int_equal(told(sc, 1500), want);
    assert_int_equal(rig_drops(&sc->r.a, DP_DROP_too_big) - before, 2);
    rig_in(&sc->r, &sc->r.a, RIG_INSIDE, inner(sc, want));
    while ((m = rig_out(&sc->r.a, RIG_OUTSIDE)))
        rig_in(&sc->r, &sc->r.b, RIG_OUTSIDE, m);
    arrives(sc, want);
}

static void no_sender_is_told_less_than_1280(void **state)
{
    for (int outer6 = 0; outer6 < 2; outer6++) {
        struct scene sc =
            scene_make((struct shape){.outer6 = outer6, .encap = true, .inner6 = true, .path = 1500});
        for (uint16_t path = 1280; path <= 1500; path++)
            told_enough(&sc, path);
        scene_free(&sc);
    }
}

/* The sequence number of an outer packet or its first piece; 0 for a later piece. */
static uint32_t seq_of(const struct shape *s, const struct rte_mbuf *m)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + L2;
    if (!s->outer6)
        return dp_get16(ip + 6) & 0x1fff ? 0 : dp_get32(ip + 20 + 8 + 4);
    if (ip[6] != WIRE_IP6_FRAGMENT)
        return dp_get32(ip + 40 + 8 + 4);
    return dp_get16(ip + 42) & 0xfff8 ? 0 : dp_get32(ip + 48 + 8 + 4);
}

/* In a burst of both, everything leaves in the order of its sequence numbers, and none has another's. */
static void large_and_small_packets_keep_their_order(void **state)
{
    for (int outer6 = 0; outer6 < 2; outer6++) {
        struct scene sc =
            scene_make((struct shape){.outer6 = outer6, .encap = true, .inner6 = true, .path = 1280});
        for (uint32_t round = 0, seq = 0; round < 50; round++) {
            struct rte_mbuf *burst[DP_BURST_MAX], *m;
            for (uint32_t i = 0; i < DP_BURST_MAX; i++)
                burst[i] = inner(&sc, (round * 7 + i * i) % 3 ? 100 + i : MIN6 - i);
            sc.r.tsc += 1000;
            dp_process(sc.r.a.w, RIG_INSIDE, burst, DP_BURST_MAX, sc.r.tsc);
            while ((m = rig_out(&sc.r.a, RIG_OUTSIDE))) {
                const uint32_t got = seq_of(&sc.shape, m);
                if (got)
                    assert_int_equal(got, ++seq);
                rig_in(&sc.r, &sc.r.b, RIG_OUTSIDE, m);
            }
            assert_int_equal(seq, (round + 1) * DP_BURST_MAX);
            /* B's window of 32 took all of them. */
            for (uint32_t i = 0; i < DP_BURST_MAX; i++)
                arrives(&sc, (round * 7 + i * i) % 3 ? 100 + i : MIN6 - i);
        }
        scene_free(&sc);
    }
}

static void two_tunnels_between_the_same_gateways_share_no_id(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .inner6 = true, .path = 1280});
    struct esp_pair a = pair_of(1, &sc.shape), b = pair_of(2, &sc.shape);
    static uint8_t seen[65536];
    a.remote_ts = b.local_ts = rig_ts("fd00:2:0:1::/64");
    a.outer_mtu = 1280;
    rig_connect(&sc.r, &a, &b);
    for (int i = 0; i < 100; i++) {
        struct rte_mbuf *m, *first;
        rig_in(&sc.r, &sc.r.a, RIG_INSIDE,
               rig_frame6(0x11, "fd00:1::9", i & 1 ? "fd00:2::9" : "fd00:2:0:1::9", MIN6));
        assert_non_null(first = rig_out(&sc.r.a, RIG_OUTSIDE));
        assert_non_null(m = rig_out(&sc.r.a, RIG_OUTSIDE));
        const uint16_t id = dp_get16(rte_pktmbuf_mtod(first, const uint8_t *) + L2 + 4);
        assert_int_equal(id, dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + L2 + 4));
        assert_int_equal(seen[id]++, 0);
        rte_pktmbuf_free(first);
        rte_pktmbuf_free(m);
    }
    scene_free(&sc);
}

static void limits_and_the_end_of_a_life_hold_for_large_packets(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .inner6 = true, .path = 1280});
    struct esp_pair a = pair_of(1, &sc.shape), b = pair_of(2, &sc.shape);
    a.outer_mtu = 1280;
    a.hard_pkts = 1;
    rig_connect(&sc.r, &a, &b);
    struct rte_mbuf *m = inner(&sc, MIN6);
    rte_pktmbuf_mtod(m, uint8_t *)[L2 + 7] = 1;
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, m);
    assert_null(rig_out(&sc.r.a, RIG_OUTSIDE));
    assert_int_equal(rig_drops(&sc.r.a, DP_DROP_ttl), 1);
    rte_pktmbuf_free(rig_out(&sc.r.a, RIG_INSIDE));
    for (int i = 0; i < 2; i++)
        rig_in(&sc.r, &sc.r.a, RIG_INSIDE, inner(&sc, MIN6));
    assert_int_equal(rig_drops(&sc.r.a, DP_DROP_limit), 1);
    for (int i = 0; i < 2; i++)
        rig_in(&sc.r, &sc.r.b, RIG_OUTSIDE, rig_out(&sc.r.a, RIG_OUTSIDE));
    arrives(&sc, MIN6);
    assert_null(rig_out(&sc.r.a, RIG_OUTSIDE));
    scene_free(&sc);
}

static void a_large_packet_at_another_worker_is_cut_by_the_owner(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .inner6 = true, .path = 1280, .workers = 2});
    struct dp_worker *w[2] = {dp_worker(sc.r.a.dp, 0), dp_worker(sc.r.a.dp, 1)};
    struct rte_mbuf *m = inner(&sc, MIN6);
    assert_int_equal(sad_owner_set(sc.r.a.sad, sc.r.spi_a, 1, 1), 0);
    for (unsigned i = 0; i < 8; i++) {
        dp_turn(w[i % 2]);
        sad_reclaim(sc.r.a.sad);
    }
    dp_process(w[0], RIG_INSIDE, &m, 1, sc.r.tsc);
    assert_int_equal(dp_sink_take(w[0], RIG_OUTSIDE, &m, 1), 0);
    dp_turn(w[1]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(dp_sink_take(w[1], RIG_OUTSIDE, &m, 1), 1);
        rig_in(&sc.r, &sc.r.b, RIG_OUTSIDE, m);
    }
    arrives(&sc, MIN6);
    scene_free(&sc);
}

static void pieces_wait_for_an_unknown_next_hop(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .inner6 = true, .path = 1280});
    struct base_addr hop = rig_ip("192.0.2.2");
    struct dp_punt punt;
    dp_neigh_remove(sc.r.a.dp, RIG_OUTSIDE, &hop);
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, inner(&sc, MIN6));
    assert_null(rig_out(&sc.r.a, RIG_OUTSIDE));
    for (int i = 0; i < 2; i++) {
        assert_true(dp_punt_pop(sc.r.a.dp, &punt));
        assert_int_equal(punt.reason, DP_PUNT_RESOLVE);
        rig_neighbour(sc.r.a.dp, RIG_OUTSIDE, "192.0.2.2", 0x22);
        dp_resolve_punt(sc.r.a.dp, (base_time){1}, &punt);
        dp_turn(sc.r.a.w);
        rig_in(&sc.r, &sc.r.b, RIG_OUTSIDE, rig_out(&sc.r.a, RIG_OUTSIDE));
    }
    arrives(&sc, MIN6);
    scene_free(&sc);
}

static void an_own_answer_of_1280_bytes_passes_too(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .inner6 = true, .path = 1280});
    struct rte_mbuf *m = rig_frame6(0x12, "fd00:2::9", "fd00:1::1", MIN6);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + L2;
    ip[6] = 58;
    memset(ip + 40, 0, 8);
    ip[40] = 128;
    rig_in(&sc.r, &sc.r.b, RIG_INSIDE, m);
    rig_in(&sc.r, &sc.r.a, RIG_OUTSIDE, rig_out(&sc.r.b, RIG_OUTSIDE));
    for (int i = 0; i < 2; i++)
        rig_in(&sc.r, &sc.r.b, RIG_OUTSIDE, rig_out(&sc.r.a, RIG_OUTSIDE));
    m = rig_out(&sc.r.b, RIG_INSIDE);
    assert_non_null(m);
    ip = rte_pktmbuf_mtod(m, uint8_t *) + L2;
    assert_int_equal(m->data_len, L2 + MIN6);
    assert_int_equal(ip[40], 129);
    rte_pktmbuf_free(m);
    scene_free(&sc);
}

/* Packets of A's own come from a pool of a few buffers of `room` bytes. */
static void from_a_pool_of(const char *name, unsigned count, uint16_t room, enum dp_drop why)
{
    struct rte_mempool *frames = rig_pool, *few = rte_pktmbuf_pool_create(name, count, 0, 0, room, 0);
    struct rte_mbuf *taken = NULL;
    assert_non_null(few);
    rig_pool = few;
    struct scene sc = scene_make((struct shape){.encap = true, .inner6 = true, .path = 1280});
    rig_pool = frames;
    if (why == DP_DROP_no_mbuf)
        assert_non_null(taken = rte_pktmbuf_alloc(few));
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, inner(&sc, MIN6));
    assert_int_equal(rig_drops(&sc.r.a, why), 1);
    rte_pktmbuf_free(rig_out(&sc.r.a, RIG_OUTSIDE));
    assert_null(rig_out(&sc.r.a, RIG_OUTSIDE));
    assert_int_equal(rte_mempool_in_use_count(few), taken ? 1 : 0);
    rte_pktmbuf_free(taken);
    scene_free(&sc);
    rte_mempool_free(few);
}

static void without_a_buffer_that_can_take_a_piece_the_packet_is_dropped_by_name(void **state)
{
    rig_eal();
    from_a_pool_of("few", 2, 2048, DP_DROP_no_mbuf);
    from_a_pool_of("small", 3, RTE_PKTMBUF_HEADROOM + 1000, DP_DROP_no_room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inner_ipv6_up_to_1280_bytes_passes_a_path_of_1280),
        cmocka_unit_test(inner_ipv6_passes_the_smallest_ipv4_path),
        cmocka_unit_test(no_sender_is_told_less_than_1280),
        cmocka_unit_test(large_and_small_packets_keep_their_order),
        cmocka_unit_test(two_tunnels_between_the_same_gateways_share_no_id),
        cmocka_unit_test(limits_and_the_end_of_a_life_hold_for_large_packets),
        cmocka_unit_test(a_large_packet_at_another_worker_is_cut_by_the_owner),
        cmocka_unit_test(pieces_wait_for_an_unknown_next_hop),
        cmocka_unit_test(an_own_answer_of_1280_bytes_passes_too),
        cmocka_unit_test(without_a_buffer_that_can_take_a_piece_the_packet_is_dropped_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
