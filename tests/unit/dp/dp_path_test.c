/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole ways through the data path, from one gateway to the other: what goes in comes out, byte for byte.
 */
#include "dp_way.h"

#define SIZE_MAX_INNER 1400

static void all_sizes(const struct crypt_alg *encr, bool esn, bool encap)
{
    struct rig r = rig_make(encr, NULL, esn, encap, 1500);
    for (uint32_t len = 28; len <= SIZE_MAX_INNER; len++) {
        struct rte_mbuf *m = rig_sealed(&r, len);
        assert_non_null(m);
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), len);
    }
    rig_free(&r);
}

static void every_size_makes_the_round_trip_in_udp(void **state)
{
    all_sizes(&rig_gcm128, true, true);
}

static void every_size_makes_the_round_trip_as_plain_esp(void **state)
{
    all_sizes(&rig_gcm256, false, false);
}

static void a_burst_goes_through_in_its_order(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *burst[DP_BURST_MAX];
    for (uint32_t i = 0; i < DP_BURST_MAX; i++)
        burst[i] = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100 + i);
    dp_process(r.a.w, RIG_INSIDE, burst, DP_BURST_MAX, r.tsc);
    assert_int_equal(dp_sink_take(r.a.w, RIG_OUTSIDE, burst, DP_BURST_MAX), DP_BURST_MAX);
    dp_process(r.b.w, RIG_OUTSIDE, burst, DP_BURST_MAX, r.tsc);
    for (uint32_t i = 0; i < DP_BURST_MAX; i++)
        rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100 + i);
    rig_free(&r);
}

static void what_stands_between_good_packets_does_not_stop_them(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *burst[3];
    for (uint32_t i = 0; i < 3; i++)
        burst[i] = rig_sealed(&r, 100 + i);
    rte_pktmbuf_mtod(burst[1], uint8_t *)[60] ^= 1;
    dp_process(r.b.w, RIG_OUTSIDE, burst, 3, r.tsc);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 102);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_bad_icv), 1);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_makes_the_round_trip_in_udp),
        cmocka_unit_test(every_size_makes_the_round_trip_as_plain_esp),
        cmocka_unit_test(a_burst_goes_through_in_its_order),
        cmocka_unit_test(what_stands_between_good_packets_does_not_stop_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
