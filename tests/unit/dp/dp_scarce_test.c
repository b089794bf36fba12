/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What runs out or stands still: packet buffers, a port's queue, the ring to an SA's owner, the owner itself.
 * Each is counted by its name, loses no more than it must, and is over when its cause is.
 */
#include "dp_rig.h"

#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include "sad_fast.h"

#define SINK_ROOM 128  /* frames that a port without a device holds */
#define RING_ROOM 4095 /* packets that a worker's ring holds */
#define KEPT_ROOM 4096 /* packets that a worker keeps while an SA moves */
#define MANY      12000

static struct rig scarce_make(uint16_t workers)
{
    static struct rte_mempool *many;
    rig_eal();
    if (!many)
        many = rte_pktmbuf_pool_create("many", MANY, 0, 0, 1024, 0);
    assert_non_null(many);
    rig_pool = many;
    struct rig r = {
        .a = rig_gateway_make(1, 1500, workers), .b = rig_gateway_make(2, 1500, 1), .tsc = RIG_HZ};
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    rig_connect(&r, &a, &b);
    return r;
}

/* A frame to worker `at` of A, numbered. */
static void feed(struct rig *r, uint16_t at, uint32_t number)
{
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100);
    dp_put32(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 28, number);
    dp_process(dp_worker(r->a.dp, at), RIG_INSIDE, &m, 1, ++r->tsc);
}

/* Opens on B what a worker of A sent; the numbers go on from next. Returns the next one. */
static uint32_t drain(struct rig *r, uint16_t at, uint32_t next)
{
    struct rte_mbuf *m;
    while (dp_sink_take(dp_worker(r->a.dp, at), RIG_OUTSIDE, &m, 1)) {
        rig_in(r, &r->b, RIG_OUTSIDE, m);
        m = rig_out(&r->b, RIG_INSIDE);
        assert_non_null(m);
        assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 28), next);
        next++;
        rte_pktmbuf_free(m);
    }
    return next;
}

/* Gives A's directions to worker 1. */
static void home_at_1(struct rig *r)
{
    assert_int_equal(sad_owner_set(r->a.sad, r->spi_a, 1, 1), 0);
    for (unsigned i = 0; i < 8; i++) {
        dp_turn(dp_worker(r->a.dp, i % 2));
        sad_reclaim(r->a.sad);
    }
}

static void without_buffers_a_packet_that_needs_another_one_is_dropped_by_name(void **state)
{
    struct rig r = scarce_make(1);
    struct rte_mbuf *all[MANY], *m = NULL;
    assert_int_equal(sad_set_mtu(r.a.sad, r.spi_a, 600), 0);
    struct rte_mbuf *big[2];
    for (unsigned i = 0; i < 2; i++) {
        big[i] = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 700);
        uint8_t *ip = rte_pktmbuf_mtod(big[i], uint8_t *) + 14;
        dp_put16(ip + 6, 0); /* may be cut */
        dp_put16(ip + 10, 0);
        dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    }
    unsigned n = rte_mempool_avail_count(rig_pool);
    assert_int_equal(rte_pktmbuf_alloc_bulk(rig_pool, all, n), 0);
    rig_in(&r, &r.a, RIG_INSIDE, big[0]);
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_mbuf), 1);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    rte_pktmbuf_free_bulk(all, n);
    rig_in(&r, &r.a, RIG_INSIDE, big[1]);
    for (unsigned i = 0; i < 2; i++) {
        assert_non_null(m = rig_out(&r.a, RIG_OUTSIDE));
        rte_pktmbuf_free(m);
    }
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_mbuf), 1);
    rig_free(&r);
}

static void what_the_port_does_not_take_is_dropped_by_name_and_the_next_packets_go(void **state)
{
    struct rig r = scarce_make(1);
    struct dp_port_counters c;
    for (uint32_t i = 0; i < SINK_ROOM + 10; i++)
        feed(&r, 0, i);
    assert_int_equal(rig_drops(&r.a, DP_DROP_tx_full), SINK_ROOM);
    dp_port_counters(r.a.dp, RIG_OUTSIDE, &c);
    assert_int_equal(c.tx_full, SINK_ROOM);
    assert_int_equal(drain(&r, 0, SINK_ROOM), SINK_ROOM + 10);
    feed(&r, 0, SINK_ROOM + 10);
    assert_int_equal(drain(&r, 0, SINK_ROOM + 10), SINK_ROOM + 11);
    rig_free(&r);
}

/* A started port that sends into a ring. */
static uint16_t ring_port(struct rte_ring **tx)
{
    const struct rte_eth_conf conf = {0};
    struct rte_ring *rx = rte_ring_create("scarce_rx", 64, -1, 0);
    *tx = rte_ring_create("scarce_tx", 64, -1, 0);
    assert_non_null(rx);
    assert_non_null(*tx);
    int id = rte_eth_from_rings("scarce", &rx, 1, tx, 1, 0);
    assert_true(id >= 0);
    assert_int_equal(rte_eth_dev_configure((uint16_t)id, 1, 1, &conf), 0);
    assert_int_equal(rte_eth_rx_queue_setup((uint16_t)id, 0, 64, 0, NULL, rig_pool), 0);
    assert_int_equal(rte_eth_tx_queue_setup((uint16_t)id, 0, 64, 0, NULL), 0);
    assert_int_equal(rte_eth_dev_start((uint16_t)id), 0);
    return (uint16_t)id;
}

static void of_a_burst_that_a_driver_takes_in_part_the_rest_is_dropped_by_name(void **state)
{
    struct rig r = scarce_make(1);
    struct rte_ring *tx;
    struct dp_port_counters c;
    void *sent;
    uint16_t id = ring_port(&tx);
    unsigned room = rte_ring_get_capacity(tx), seq = 0;
    rig_gateway_free(&r.a);
    r.a = rig_gateway_make_on(1, 1500, 1, id);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    assert_int_equal(sad_spi_alloc(r.a.sad, &a.spi_in), 0);
    a.spi_out = r.spi_b;
    assert_int_equal(sad_install(r.a.sad, &a), 0);
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 100; i++)
            feed(&r, 0, i);
        dp_turn(r.a.w);
        while (rte_ring_dequeue(tx, &sent) == 0) {
            assert_int_equal(dp_get32(rte_pktmbuf_mtod((struct rte_mbuf *)sent, uint8_t *) + 46), ++seq);
            rte_pktmbuf_free(sent);
        }
        assert_int_equal(seq, round * 100 + room);
        seq = 100;
    }
    assert_int_equal(rig_drops(&r.a, DP_DROP_tx_full), 2 * (100 - room));
    dp_port_counters(r.a.dp, RIG_OUTSIDE, &c);
    assert_int_equal(c.tx_full, 2 * (100 - room));
    assert_int_equal(c.tx_pkts, 2 * room);
    assert_int_equal(c.tx_bytes, 2 * room * (14 + 20 + 8 + 16 + 104 + 16));
    rig_free(&r);
    rte_eth_dev_stop(id);
    rte_eth_dev_close(id);
}

static void a_stalled_owner_fills_its_ring_and_catches_up_when_it_runs_again(void **state)
{
    struct rig r = scarce_make(2);
    uint32_t next = 0;
    home_at_1(&r);
    for (uint32_t i = 0; i < RING_ROOM + 100; i++)
        feed(&r, 0, i);
    assert_int_equal(rig_drops(&r.a, DP_DROP_owner_full), 100);
    while (dp_turn(dp_worker(r.a.dp, 1)))
        next = drain(&r, 1, next);
    assert_int_equal(next, RING_ROOM);
    feed(&r, 0, RING_ROOM);
    dp_turn(dp_worker(r.a.dp, 1));
    assert_int_equal(drain(&r, 1, next), RING_ROOM + 1);
    assert_int_equal(rig_drops(&r.a, DP_DROP_owner_full), 100);
    rig_free(&r);
}

static void while_a_worker_stalls_nothing_is_freed_and_control_does_not_wait(void **state)
{
    struct rig r = scarce_make(2);
    struct esp_pair p = rig_pair(1, &rig_gcm128, NULL, true, true);
    static const uint8_t nothing[2048];
    uint8_t before[2048];
    p.remote_ts = rig_ts("10.3.0.0/24");
    p.spi_out = 0x4444;
    assert_int_equal(sad_spi_alloc(r.a.sad, &p.spi_in), 0);
    assert_int_equal(sad_install(r.a.sad, &p), 0);
    const struct sad_in *in = sad_in_find(sad_tables(r.a.sad), p.spi_in);
    const size_t key_bytes = esp_key_bytes(&imb_esp_ops.key);
    memcpy(before, sad_in_key(in), key_bytes);
    assert_int_equal(sad_remove(r.a.sad, p.spi_in), 0);
    for (uint32_t i = 0; i < 100; i++) {
        dp_turn(dp_worker(r.a.dp, 0));
        assert_int_not_equal(sad_reclaim(r.a.sad), 0);
    }
    assert_memory_equal(sad_in_key(in), before, key_bytes);
    dp_turn(dp_worker(r.a.dp, 1));
    assert_int_equal(sad_reclaim(r.a.sad), 0);
    assert_memory_equal(sad_in_key(in), nothing, key_bytes);
    rig_free(&r);
}

static void a_move_away_from_a_stalled_owner_keeps_packets_and_ends_when_it_runs_again(void **state)
{
    struct rig r = scarce_make(2);
    struct sad_stats s;
    uint32_t next = 0;
    home_at_1(&r);
    for (uint32_t i = 0; i < 10; i++)
        feed(&r, 0, i); /* in worker 1's ring */
    assert_int_equal(sad_owner_set(r.a.sad, r.spi_a, 0, 0), 0);
    for (uint32_t i = 10; i < 10 + KEPT_ROOM + 7; i++)
        feed(&r, 0, i);
    assert_int_equal(rig_drops(&r.a, DP_DROP_owner_full), 7);
    for (unsigned i = 0; i < 10; i++) {
        dp_turn(dp_worker(r.a.dp, 0));
        sad_reclaim(r.a.sad);
    }
    assert_int_equal(sad_owner_set(r.a.sad, r.spi_a, 1, 1), -EBUSY);
    assert_int_equal(drain(&r, 0, 0), 0);
    for (unsigned i = 0; i < 4; i++) {
        dp_turn(dp_worker(r.a.dp, 1));
        next = drain(&r, 1, next);
        sad_reclaim(r.a.sad);
    }
    assert_int_equal(next, 10);
    /* All are sealed at once, which is more than the sink holds. */
    dp_turn(dp_worker(r.a.dp, 0));
    assert_int_equal(rig_drops(&r.a, DP_DROP_tx_full), KEPT_ROOM);
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    assert_int_equal(s.out.seq, 10 + KEPT_ROOM);
    assert_int_equal(s.owner_out, 0);
    feed(&r, 0, 1);
    assert_int_equal(drain(&r, 0, 1), 2);
    rig_free(&r);
}

static void packets_that_are_still_kept_at_the_end_are_freed(void **state)
{
    struct rig r = scarce_make(2);
    home_at_1(&r);
    assert_int_equal(sad_owner_set(r.a.sad, r.spi_a, 0, 0), 0);
    for (uint32_t i = 0; i < 10; i++)
        feed(&r, 0, i);
    dp_turn(dp_worker(r.a.dp, 0));
    dp_turn(dp_worker(r.a.dp, 1));
    sad_reclaim(r.a.sad); /* the mark is in the ring */
    rig_free(&r);         /* which finds every mbuf back in its pool */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_buffers_a_packet_that_needs_another_one_is_dropped_by_name),
        cmocka_unit_test(what_the_port_does_not_take_is_dropped_by_name_and_the_next_packets_go),
        cmocka_unit_test(of_a_burst_that_a_driver_takes_in_part_the_rest_is_dropped_by_name),
        cmocka_unit_test(a_stalled_owner_fills_its_ring_and_catches_up_when_it_runs_again),
        cmocka_unit_test(while_a_worker_stalls_nothing_is_freed_and_control_does_not_wait),
        cmocka_unit_test(a_move_away_from_a_stalled_owner_keeps_packets_and_ends_when_it_runs_again),
        cmocka_unit_test(packets_that_are_still_kept_at_the_end_are_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
