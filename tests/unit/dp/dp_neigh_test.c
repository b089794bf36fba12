/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbours that control sets, changes, walks and removes. */
#include "dp_way.h"

#include <errno.h>

static const uint8_t *mac_of(const struct rig *r, const char *addr)
{
    static struct dp_neigh_view view;
    const struct base_addr want = rig_ip(addr);
    uint32_t cursor = 0;
    while (dp_neigh_next(r->a.dp, &cursor, &view))
        if (base_addr_equal(&view.addr, &want))
            return view.is_resolved ? view.mac : NULL;
    return NULL;
}

static void own_addresses_and_ports_that_are_none_are_refused(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static const uint8_t mac[6] = {2};
    const struct base_addr own = rig_ip("10.1.0.1"), own6 = rig_ip("2001:db8::1"),
                           other = rig_ip("10.1.0.50");
    assert_int_equal(dp_neigh_set(r.a.dp, RIG_INSIDE, &own, mac), -EINVAL);
    assert_int_equal(dp_neigh_set(r.a.dp, RIG_INSIDE, &own6, mac), -EINVAL);
    assert_int_equal(dp_neigh_set(r.a.dp, 2, &other, mac), -EINVAL);
    assert_null(mac_of(&r, "10.1.0.50"));
    rig_free(&r);
}

static void a_neighbour_that_changes_its_mac_gets_the_next_packet_there(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static const struct {
        unsigned mac;
    } steps[] = {{0x32}, {0x55}, {0x55}, {0x66}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        /* With a worker offline, control does not wait for its turn. */
        dp_worker_offline(r.b.w);
        rig_neighbour(r.b.dp, RIG_INSIDE, "10.2.0.9", steps[i].mac);
        dp_worker_online(r.b.w);
        rig_in(&r, &r.b, RIG_OUTSIDE, rig_sealed(&r, 60));
        struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[5], steps[i].mac);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

static void a_worker_that_makes_no_turn_keeps_the_mac_of_before(void **state)
{
    (void)state;
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0x77};
    const struct base_addr a = rig_ip("10.2.0.9");
    assert_int_equal(dp_neigh_set(r.b.dp, RIG_INSIDE, &a, mac),
                     -EAGAIN); /* it is online, and not quiescent since */
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_sealed(&r, 60));
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_not_equal(rte_pktmbuf_mtod(m, const uint8_t *)[5], 0x77);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void the_walk_tells_each_once(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_neigh_view view;
    uint32_t cursor = 0;
    unsigned seen = 0, inside = 0;
    while (dp_neigh_next(r.a.dp, &cursor, &view)) {
        assert_true(view.is_resolved);
        inside += view.port == RIG_INSIDE;
        seen++;
    }
    assert_int_equal(seen, 4);
    assert_int_equal(inside, 2);
    assert_memory_equal(mac_of(&r, "10.1.0.9"), ((const uint8_t[]){2, 0, 0, 0, 0, 0x31}), 6);
    rig_free(&r);
}

static void after_it_was_removed_its_packets_ask_again(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_addr a = rig_ip("10.2.0.9");
    struct dp_punt punt;
    dp_neigh_remove(r.b.dp, RIG_INSIDE, &a);
    dp_neigh_remove(r.b.dp, RIG_INSIDE, &a);
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_sealed(&r, 60));
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_RESOLVE);
    assert_true(base_addr_equal(&punt.next_hop, &a));
    assert_int_equal(punt.port, RIG_INSIDE);
    rte_pktmbuf_free(punt.mbuf);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_addresses_and_ports_that_are_none_are_refused),
        cmocka_unit_test(a_neighbour_that_changes_its_mac_gets_the_next_packet_there),
        cmocka_unit_test(a_worker_that_makes_no_turn_keeps_the_mac_of_before),
        cmocka_unit_test(the_walk_tells_each_once),
        cmocka_unit_test(after_it_was_removed_its_packets_ask_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
