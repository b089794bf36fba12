/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames out: counted, in order, and dropped by name when a port or a ring takes no more. */
#include "dp_way.h"

#include "dp_tx.h"

static struct rte_mbuf *numbered(uint32_t number)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    assert_non_null(m);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, 60);
    if (!p)
        abort();
    dp_put32(p, number);
    return m;
}

static void assert_numbered(struct rte_mbuf *m, uint32_t number)
{
    assert_non_null(m);
    assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *)), number);
    rte_pktmbuf_free(m);
}

static void frames_are_taken_in_their_order_and_counted(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_port_counters c;
    struct rte_mbuf *some[3];
    for (uint32_t i = 0; i < 5; i++)
        dp_tx_put(r.a.w, RIG_INSIDE, numbered(i), 60);
    assert_int_equal(dp_sink_take(r.a.w, RIG_INSIDE, some, 3), 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_numbered(some[i], i);
    assert_numbered(rig_out(&r.a, RIG_INSIDE), 3);
    assert_numbered(rig_out(&r.a, RIG_INSIDE), 4);
    assert_null(rig_out(&r.a, RIG_INSIDE));
    dp_port_counters(r.a.dp, RIG_INSIDE, &c);
    assert_int_equal(c.tx_pkts, 5);
    assert_int_equal(c.tx_bytes, 300);
    rig_free(&r);
}

static void a_sink_that_nobody_empties_drops_what_it_holds(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_port_counters c;
    for (uint32_t i = 0; i <= DP_TX_QUEUE; i++)
        dp_tx_put(r.a.w, RIG_INSIDE, numbered(i), 60);
    assert_numbered(rig_out(&r.a, RIG_INSIDE), DP_TX_QUEUE);
    dp_port_counters(r.a.dp, RIG_INSIDE, &c);
    assert_int_equal(c.tx_full, DP_TX_QUEUE);
    assert_int_equal(rig_drops(&r.a, DP_DROP_tx_full), DP_TX_QUEUE);
    rig_free(&r);
}

static void what_control_sends_goes_at_the_next_turn(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    assert_true(dp_tx(r.a.dp, RIG_OUTSIDE, numbered(7)));
    assert_true(dp_tx(r.a.dp, RIG_INSIDE, numbered(8)));
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    dp_tx_drain(r.a.w);
    assert_numbered(rig_out(&r.a, RIG_OUTSIDE), 7);
    assert_numbered(rig_out(&r.a, RIG_INSIDE), 8);
    rig_free(&r);
}

static void control_sees_that_half_of_its_room_is_taken(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const unsigned half = rte_ring_get_capacity(r.a.w->tx_ring) / 2;
    for (unsigned i = 0; i < half; i++)
        assert_int_equal(rte_ring_enqueue(r.a.w->tx_ring, &r), 0);
    assert_false(dp_tx_is_behind(r.a.dp));
    assert_int_equal(rte_ring_enqueue(r.a.w->tx_ring, &r), 0);
    assert_true(dp_tx_is_behind(r.a.dp));
    for (void *m; rte_ring_dequeue(r.a.w->tx_ring, &m) == 0;)
        assert_ptr_equal(m, &r);
    rig_free(&r);
}

/* Two workers and one queue: what the second sends, the first hands to the driver. */
static void a_worker_without_a_queue_passes_its_frames_on(void **state)
{
    rig_eal();
    struct rig r = {.a = rig_gateway_make(1, 1500, 2), .b = rig_gateway_make(2, 1500, 1), .tsc = RIG_HZ};
    struct dp_worker *second = dp_worker(r.a.dp, 1);
    second->tx[RIG_OUTSIDE].port_id = 0; /* a device, which it does not serve */
    second->tx[RIG_OUTSIDE].is_served = false;
    for (uint32_t i = 0; i < 3; i++)
        dp_tx_put(second, RIG_OUTSIDE, numbered(i), 60);
    dp_tx_flush_all(second);
    assert_int_equal(second->tx[RIG_OUTSIDE].count, 0);
    dp_tx_drain(r.a.w);
    for (uint32_t i = 0; i < 3; i++)
        assert_numbered(rig_out(&r.a, RIG_OUTSIDE), i);
    rig_free(&r);
}

static void a_full_ring_to_the_worker_with_the_queue_is_a_drop(void **state)
{
    static struct rte_mbuf *held;
    rig_eal();
    struct rig r = {.a = rig_gateway_make(1, 1500, 2), .b = rig_gateway_make(2, 1500, 1), .tsc = RIG_HZ};
    struct dp_worker *second = dp_worker(r.a.dp, 1);
    unsigned filled = 0;
    held = numbered(1);
    while (rte_ring_enqueue(r.a.w->tx_ring, held) == 0)
        filled++;
    second->tx[RIG_OUTSIDE].port_id = 0;
    second->tx[RIG_OUTSIDE].is_served = false;
    dp_tx_put(second, RIG_OUTSIDE, numbered(2), 60);
    dp_tx_flush_all(second);
    assert_int_equal(rig_drops(&r.a, DP_DROP_tx_full), 1);
    for (void *taken; filled > 0; filled--)
        assert_int_equal(rte_ring_dequeue(r.a.w->tx_ring, &taken), 0);
    rte_pktmbuf_free(held);
    rig_free(&r);
}

static uint16_t io_queue, io_room;
static struct rte_mbuf *io_taken[DP_TX_QUEUE];

static uint16_t io_tx(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    const uint16_t taken = n < io_room ? n : io_room;
    assert_ptr_equal(port, &io_room);
    io_queue = queue;
    memcpy(io_taken, frames, taken * sizeof *frames);
    return taken;
}

static void a_port_with_its_own_way_gets_the_burst_and_what_it_leaves_is_a_drop(void **state)
{
    static const struct dp_io io = {NULL, io_tx};
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_tx *tx = &r.a.w->tx[RIG_OUTSIDE];
    struct dp_port_counters c;
    tx->port_id = 0;
    tx->io = &io;
    tx->io_port = &io_room;
    io_room = 3;
    io_queue = 9;
    for (uint32_t i = 0; i < 5; i++)
        dp_tx_put(r.a.w, RIG_OUTSIDE, numbered(i), 60);
    dp_tx_flush_all(r.a.w);
    assert_int_equal(io_queue, 0);
    for (uint32_t i = 0; i < 3; i++)
        assert_numbered(io_taken[i], i);
    dp_port_counters(r.a.dp, RIG_OUTSIDE, &c);
    assert_int_equal(c.tx_pkts, 3);
    assert_int_equal(c.tx_bytes, 180);
    assert_int_equal(c.tx_full, 2);
    assert_int_equal(rig_drops(&r.a, DP_DROP_tx_full), 2);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_taken_in_their_order_and_counted),
        cmocka_unit_test(a_sink_that_nobody_empties_drops_what_it_holds),
        cmocka_unit_test(what_control_sends_goes_at_the_next_turn),
        cmocka_unit_test(control_sees_that_half_of_its_room_is_taken),
        cmocka_unit_test(a_worker_without_a_queue_passes_its_frames_on),
        cmocka_unit_test(a_port_with_its_own_way_gets_the_burst_and_what_it_leaves_is_a_drop),
        cmocka_unit_test(a_full_ring_to_the_worker_with_the_queue_is_a_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
