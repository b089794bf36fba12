/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to packets and pairs, as control is told of it. */
#include "node_rig.h"

static void what_becomes_of_a_pair_is_reported(void **state)
{
    const uint32_t spi = rig_install();
    struct rte_mbuf *m[4];
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    (void)rig_turn(NODE_EV_TRAFFIC);
    for (size_t i = 0; i < 4; i++) {
        rig_host_sends();
        m[i] = rig_went_out(RIG_OUTSIDE);
        assert_non_null(m[i]);
    }
    assert_int_equal(rig_turn(NODE_EV_SOFT).spi_in, spi);
    rig_peer_echoes(m[0], 4500);
    const struct node_event seen = rig_turn(NODE_EV_TRAFFIC);
    assert_int_equal(seen.spi_in, spi);
    assert_true(seen.traffic.last_in.ns > rig_now.ns - BASE_NS_PER_S &&
                seen.traffic.last_in.ns <= rig_now.ns);
    assert_true(seen.traffic.last_out.ns && seen.traffic.last_out.ns <= rig_now.ns);
    rte_delay_us_block(25000); /* outbound, time is kept in units of some milliseconds */
    (void)rig_turn(NODE_EV_TRAFFIC);
    assert_int_equal(rig_turn(NODE_EV_TRAFFIC).type, 99); /* none since */
    rig_peer_echoes(m[1], 5000);
    const struct node_event moved = rig_turn(NODE_EV_MOVED);
    const struct base_addr peer = rig_ip("192.0.2.2");
    assert_int_equal(moved.spi_in, spi);
    assert_true(base_addr_equal(&moved.moved.to.addr, &peer));
    assert_int_equal(moved.moved.to.port, 5000);
    const struct node_pair_view v = rig_pair_view(spi);
    assert_int_equal(v.in.pkts, 2);
    assert_int_equal(v.in.bytes, 2 * RIG_INNER);
    assert_int_equal(v.out.pkts, 4);
    assert_int_equal(v.conn, 7);
    assert_int_equal(v.ike_id, 8);
    rte_pktmbuf_free(m[2]);
    rte_pktmbuf_free(m[3]);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
}

static void a_hard_limit_is_reported_and_nothing_more_is_sent(void **state)
{
    struct node_request r = {.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(rig_reserve())};
    const uint32_t spi = r.pair.spi_in;
    r.pair.active = true;
    r.pair.soft_pkts = 0;
    r.pair.hard_pkts = 2;
    assert_int_equal(rig_ask(&r), 0);
    for (size_t i = 0; i < 2; i++) {
        rig_host_sends();
        struct rte_mbuf *m = rig_went_out(RIG_OUTSIDE);
        assert_non_null(m);
        rte_pktmbuf_free(m);
    }
    rig_host_sends();
    assert_null(rig_went_out(RIG_OUTSIDE));
    assert_int_equal(rig_turn(NODE_EV_HARD).spi_in, spi);
    assert_int_equal(rig_pair_view(spi).limit_drops, 1);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
}

static void datagrams_of_ike_cross_by_value(void **state)
{
    static const uint8_t natt[] = {0, 0, 0, 0, 'i', 'k', 'e'};
    rig_comes_in(RIG_OUTSIDE,
                 rig_frame(RIG_OUTSIDE, "198.51.100.9", "192.0.2.1", 1024, 4500, natt, sizeof natt));
    struct node_event ev = rig_turn(NODE_EV_DATAGRAM);
    struct node_datagram *d = &ev.datagram;
    assert_int_equal(ev.type, NODE_EV_DATAGRAM);
    assert_true(d->natt);
    assert_false(d->tcp);
    assert_int_equal(d->len, 3);
    assert_memory_equal(rig_bytes, "ike", 3);
    assert_int_equal(d->local.port, 4500);
    assert_int_equal(d->remote.port, 1024);
    /* The answer goes back by the route of the other test, to the neighbour that is known. */
    const struct node_send send = {.local = d->local, .remote = d->remote, .marker = true, .len = 6};
    assert_int_equal(node_send(rig_node, &send, (const uint8_t *)"answer"), 0);
    dp_turn(rig_worker);
    struct rte_mbuf *m = rig_went_out(RIG_OUTSIDE);
    assert_non_null(m);
    assert_memory_equal(rte_pktmbuf_mtod(m, const uint8_t *) + RIG_ETH + RIG_IP + RIG_UDP, "\0\0\0\0answer",
                        10);
    rte_pktmbuf_free(m);
}

static void a_flood_of_ike_is_bounded_and_holds_up_nothing_else(void **state)
{
    const uint32_t spi = rig_install();
    struct node_event ev;
    size_t datagrams = 0, softs = 0;
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    for (size_t i = 0; i < 300; i++)
        rig_comes_in(RIG_OUTSIDE, rig_frame(RIG_OUTSIDE, "198.51.100.9", "192.0.2.1", 500, 500, "ike", 3));
    for (size_t i = 0; i < 4; i++) {
        rig_host_sends();
        rte_pktmbuf_free(rig_went_out(RIG_OUTSIDE));
    }
    node_turn(rig_node, rig_now);
    while (rig_next(&ev)) {
        datagrams += ev.type == NODE_EV_DATAGRAM;
        softs += ev.type == NODE_EV_SOFT;
    }
    assert_true(datagrams > 200 && datagrams <= 256); /* neighbours' packets count, too */
    assert_int_equal(softs, 1);
    assert_int_equal(rig_turn(NODE_EV_DATAGRAM).datagram.len, 3);
    assert_int_equal(rig_turn(NODE_EV_DATAGRAM).type, 99);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
}

/* Packets that no pair takes: control is told once, and they go when it has installed one, or never. */
static void a_packet_that_calls_for_a_pair_waits_for_it(void **state)
{
    rig_policy_set(7);
    for (int i = 0; i < 2; i++)
        rig_host_sends();
    assert_null(rig_went_out(RIG_OUTSIDE));
    struct node_event ev = rig_turn(NODE_EV_TRAP);
    assert_int_equal(ev.type, NODE_EV_TRAP);
    assert_int_equal(ev.trap, 7);
    assert_int_equal(rig_turn(NODE_EV_TRAP).type, 99);
    const uint32_t spi = rig_install();
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    dp_turn(rig_worker);
    for (int i = 0; i < 2; i++) {
        struct rte_mbuf *m = rig_went_out(RIG_OUTSIDE);
        assert_non_null(m);
        rte_pktmbuf_free(m);
    }
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
    rig_host_sends();
    assert_null(rig_went_out(RIG_OUTSIDE));
    const uint64_t refused = rig_drops("trap_refused");
    (void)rig_turn(NODE_EV_TRAP);
    struct node_request refuse = {.type = NODE_TRAP_REFUSE, .trap = 7};
    assert_int_equal(rig_ask(&refuse), 0);
    assert_int_equal(rig_drops("trap_refused"), refused + 1);
    rig_policy_set(0);
}

/* Control knows the numbers of the new set when its commit has come to its end, however many parts that took.
 */
static void a_packet_that_waits_is_judged_anew_when_the_commit_is_over(void **state)
{
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    int parts = 0;
    rig_policy_set(7);
    rig_host_sends();
    assert_int_equal(rig_turn(NODE_EV_TRAP).trap, 7);
    assert_int_equal(rig_ask(&r), 0);
    r = (struct node_request){.type = NODE_POLICY_ADD,
                              .policy = {rig_network("10.0.0.0/8"), rig_network("10.0.0.0/8"), 9}};
    for (int i = 0; i < 2000; i++)
        assert_int_equal(rig_ask(&r), 0);
    for (; rig_ask_of_spi(NODE_POLICIES_COMMIT, 0) > 0; parts++) {
        dp_turn(rig_worker);
        assert_int_equal(rig_turn(NODE_EV_TRAP).type, 99);
    }
    assert_true(parts > 4);
    dp_turn(rig_worker);
    assert_int_equal(rig_turn(NODE_EV_TRAP).trap, 9);
    rig_policy_set(0);
}

/* ESP without a pair; of an SPI that is about to get one, nothing is said. */
static void esp_with_an_unknown_spi_is_reported_unless_it_is_reserved(void **state)
{
    const uint32_t spi = rig_reserve();
    const uint8_t esp[48] = {(uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8), (uint8_t)spi};
    const uint8_t other[48] = {0xab, 1, 2, 3};
    rig_comes_in(RIG_OUTSIDE,
                 rig_frame(RIG_OUTSIDE, "198.51.100.9", "192.0.2.1", 1024, 4500, esp, sizeof esp));
    assert_int_equal(rig_turn(NODE_EV_UNKNOWN_SPI).type, 99);
    rig_comes_in(RIG_OUTSIDE,
                 rig_frame(RIG_OUTSIDE, "198.51.100.10", "192.0.2.1", 1024, 4500, other, sizeof other));
    const struct node_event ev = rig_turn(NODE_EV_UNKNOWN_SPI);
    assert_int_equal(ev.spi_in, 0xab010203);
    assert_true(ev.stray.natt);
    assert_int_equal(ev.stray.len, sizeof other);
    assert_int_equal(ev.stray.local.port, 4500);
    assert_int_equal(ev.stray.remote.port, 1024);
    assert_int_equal(rig_ask_of_spi(NODE_SPI_RELEASE, spi), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_becomes_of_a_pair_is_reported),
        cmocka_unit_test(a_hard_limit_is_reported_and_nothing_more_is_sent),
        cmocka_unit_test(datagrams_of_ike_cross_by_value),
        cmocka_unit_test(a_flood_of_ike_is_bounded_and_holds_up_nothing_else),
        cmocka_unit_test(a_packet_that_calls_for_a_pair_waits_for_it),
        cmocka_unit_test(a_packet_that_waits_is_judged_anew_when_the_commit_is_over),
        cmocka_unit_test(esp_with_an_unknown_spi_is_reported_unless_it_is_reserved),
    };
    return cmocka_run_group_tests(tests, rig_start, rig_stop);
}
