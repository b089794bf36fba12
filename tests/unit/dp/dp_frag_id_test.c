/* SPDX-License-Identifier: BSD-3-Clause */
/* IDs of packets that we cut ourselves: never 0 over IPv4, none again before all others came, one sequence
 * for all. */
#include "dp_rig.h"
#include "dp_frag_id.h"
#include "dp_worker.h"

#define L2       14
#define IDS4     65535
#define MANY     4096
#define LARGE    3000
#define PORT_IKE 4500

static uint32_t id_for(struct rig *r, const char *dst)
{
    struct base_addr a = rig_ip(dst);
    return dp_frag_id(r->a.dp, a.bytes, a.family == BASE_AF_IP6);
}

static void an_id_comes_again_after_all_others_and_is_never_zero(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static uint32_t first[IDS4], seen[IDS4 + 1];
    for (uint32_t i = 0; i < 3 * IDS4; i++) {
        uint32_t id = id_for(&r, "192.0.2.2");
        assert_in_range(id, 1, IDS4);
        if (i < IDS4) {
            assert_int_equal(seen[id]++, 0);
            first[i] = id;
        }
        assert_int_equal(id, first[i % IDS4]);
    }
    rig_free(&r);
}

static void destinations_that_share_a_counter_have_no_id_twice(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static uint8_t seen[IDS4 + 1];
    uint32_t first = id_for(&r, "192.0.2.2"), last = first;
    for (uint32_t i = 0; i < 4 * MANY; i++) {
        uint8_t other[4];
        dp_put32(other, 0x0a000000 + i); /* many more than there are counters */
        dp_frag_id(r.a.dp, other, false);
        last = id_for(&r, "192.0.2.2");
        assert_int_equal(seen[last]++, 0);
    }
    assert_true((last - first + IDS4) % IDS4 > 4 * MANY); /* others did take from its counter */
    rig_free(&r);
}

static void over_ipv6_each_packet_has_an_id_of_its_own(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    uint32_t first = id_for(&r, "2001:db8::2"), other = id_for(&r, "2001:db8::3");
    for (uint32_t i = 1; i < MANY; i++)
        assert_int_equal(id_for(&r, "2001:db8::2"), first + i);
    assert_int_not_equal(first, other);
    rig_free(&r);
}

static void the_seed_decides_where_ids_begin(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    uint32_t before = id_for(&r, "2001:db8::2"), before4 = id_for(&r, "192.0.2.2");
    r.a.dp->params.frag_seed = 1;
    assert_true(id_for(&r, "2001:db8::2") - before > 2);
    assert_true(id_for(&r, "192.0.2.2") - before4 > 2);
    rig_free(&r);
}

/* Sends an IKE message that takes three pieces; returns the ID that all of them have. */
static uint32_t ike_id_of(struct rig *r, const char *from, const char *to)
{
    static const uint8_t message[LARGE];
    struct base_endpoint a = {rig_ip(from), PORT_IKE}, b = {rig_ip(to), PORT_IKE};
    const bool is6 = a.addr.family == BASE_AF_IP6;
    uint32_t id = 0;
    assert_int_equal(dp_udp_send(r->a.dp, &a, &b, true, false, base_span(message, sizeof message)), 0);
    dp_turn(r->a.w);
    for (int i = 0; i < 3; i++) {
        struct rte_mbuf *m = rig_out(&r->a, RIG_OUTSIDE);
        assert_non_null(m);
        const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + L2;
        uint32_t got = is6 ? dp_get32(ip + 44) : dp_get16(ip + 4);
        assert_true(i == 0 || got == id);
        id = got;
        rte_pktmbuf_free(m);
    }
    return id;
}

static void ike_takes_its_ids_from_the_same_sequence(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    uint32_t before = id_for(&r, "192.0.2.2");
    assert_int_equal(ike_id_of(&r, "192.0.2.1", "192.0.2.2"), before % IDS4 + 1);
    assert_int_equal(id_for(&r, "192.0.2.2"), (before + 1) % IDS4 + 1);
    before = id_for(&r, "2001:db8::2");
    assert_int_equal(ike_id_of(&r, "2001:db8::1", "2001:db8::2"), before + 1);
    assert_int_equal(id_for(&r, "2001:db8::2"), before + 2);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_comes_again_after_all_others_and_is_never_zero),
        cmocka_unit_test(destinations_that_share_a_counter_have_no_id_twice),
        cmocka_unit_test(over_ipv6_each_packet_has_an_id_of_its_own),
        cmocka_unit_test(the_seed_decides_where_ids_begin),
        cmocka_unit_test(ike_takes_its_ids_from_the_same_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
