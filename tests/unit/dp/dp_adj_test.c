/* SPDX-License-Identifier: BSD-3-Clause */
/* Adjacencies: found by port and address, with the Ethernet header of their port. */
#include "dp_way.h"

#include "dp_adj.h"
#include "dp_core.h"

static void one_address_on_two_ports_is_two_neighbours(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_addr a = rig_ip("198.51.100.7");
    assert_int_equal(dp_adj_find(r.a.dp, RIG_INSIDE, &a), 0);
    const uint32_t inside = dp_adj_neigh(r.a.dp, RIG_INSIDE, &a),
                   outside = dp_adj_neigh(r.a.dp, RIG_OUTSIDE, &a);
    assert_true(inside && outside && inside != outside);
    assert_int_equal(dp_adj_find(r.a.dp, RIG_INSIDE, &a), inside);
    assert_int_equal(dp_adj_neigh(r.a.dp, RIG_OUTSIDE, &a), outside);
    assert_int_equal(r.a.dp->adjs[inside].mtu, 9000);
    assert_int_equal(r.a.dp->adjs[outside].mtu, 1500);
    assert_false(dp_adj_is_ready(&r.a.dp->adjs[inside]));
    rig_free(&r);
}

static void many_that_share_buckets_are_all_found(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static uint32_t at[5000];
    for (uint32_t i = 0; i < 5000; i++) {
        const struct base_addr a = rig_ip(rig_text("10.77.%u.1", i % 250)),
                               b = {.family = BASE_AF_IP4,
                                    .bytes = {10, 77, (uint8_t)(i % 250), (uint8_t)(i / 250 + 1)}};
        assert_int_equal(a.family, b.family);
        at[i] = dp_adj_neigh(r.a.dp, RIG_INSIDE, &b);
        assert_true(at[i] != 0);
    }
    for (uint32_t i = 0; i < 5000; i++) {
        const struct base_addr b = {.family = BASE_AF_IP4,
                                    .bytes = {10, 77, (uint8_t)(i % 250), (uint8_t)(i / 250 + 1)}};
        assert_int_equal(dp_adj_find(r.a.dp, RIG_INSIDE, &b), at[i]);
    }
    rig_free(&r);
}

static void a_header_has_both_addresses_and_the_family(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static const uint8_t mac[6] = {2, 9, 8, 7, 6, 5};
    static const char *const all[] = {"198.51.100.7", "2001:db8::7"};
    for (size_t i = 0; i < 2; i++) {
        const struct base_addr a = rig_ip(all[i]);
        struct dp_adj *adj = &r.a.dp->adjs[dp_adj_neigh(r.a.dp, RIG_OUTSIDE, &a)];
        dp_adj_l2_fill(r.a.dp, adj, mac);
        const uint8_t *l2 = adj->l2 + DP_L2_ROOM - 14;
        assert_int_equal(adj->l2_bytes, 14);
        assert_memory_equal(l2, mac, 6);
        assert_int_equal(l2[11], 0x21);
        assert_int_equal(dp_get16(l2 + 12), i ? 0x86dd : 0x0800);
    }
    rig_free(&r);
}

static void a_port_with_a_vlan_has_its_tag_in_the_header(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static const uint8_t mac[6] = {2, 9, 8, 7, 6, 5};
    const struct base_addr a = rig_ip("198.51.100.7");
    r.a.dp->ports[RIG_OUTSIDE].params.vlan = 77;
    struct dp_adj *adj = &r.a.dp->adjs[dp_adj_neigh(r.a.dp, RIG_OUTSIDE, &a)];
    dp_adj_l2_fill(r.a.dp, adj, mac);
    const uint8_t *l2 = adj->l2 + DP_L2_ROOM - 18;
    assert_int_equal(adj->l2_bytes, 18);
    assert_memory_equal(l2, mac, 6);
    assert_int_equal(dp_get16(l2 + 12), 0x8100);
    assert_int_equal(dp_get16(l2 + 14), 77);
    assert_int_equal(dp_get16(l2 + 16), 0x0800);
    rig_free(&r);
}

static void what_is_retired_is_found_no_more_and_taken_again_after_a_grace_period(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_addr a = rig_ip("198.51.100.7"), b = rig_ip("198.51.100.8"), c = rig_ip("198.51.100.9");
    const uint32_t old = dp_adj_neigh(r.a.dp, RIG_INSIDE, &a);
    dp_adj_retire(r.a.dp, old);
    assert_int_equal(dp_adj_find(r.a.dp, RIG_INSIDE, &a), 0);
    assert_int_not_equal(dp_adj_neigh(r.a.dp, RIG_INSIDE, &b), old); /* a worker may still read it */
    for (int i = 0; i < 3; i++) {
        dp_turn(r.a.w);
        sad_reclaim(r.a.sad);
    }
    assert_int_equal(dp_adj_neigh(r.a.dp, RIG_INSIDE, &c), old);
    assert_int_equal(dp_adj_find(r.a.dp, RIG_INSIDE, &c), old);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_on_two_ports_is_two_neighbours),
        cmocka_unit_test(many_that_share_buckets_are_all_found),
        cmocka_unit_test(a_header_has_both_addresses_and_the_family),
        cmocka_unit_test(a_port_with_a_vlan_has_its_tag_in_the_header),
        cmocka_unit_test(what_is_retired_is_found_no_more_and_taken_again_after_a_grace_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
