/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames around packets of any size: in a small buffer when they fit, else in one that has room for the
 * largest. */
#include "dp_rig.h"

#define LARGEST (DP_LARGE_L2 + DP_LARGE_IP)

static void a_frame_is_no_larger_than_it_must_be_and_has_all_its_room(void **state)
{
    rig_eal();
    const uint32_t small = rte_pktmbuf_data_room_size(rig_pool) - RTE_PKTMBUF_HEADROOM;
    const uint32_t sizes[] = {1, 60, 1514, small, small + 1, 65406, 65407, 65408, UINT16_MAX, LARGEST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct rte_mbuf *m = dp_large_frame(rig_pool, rig_large_pool, sizes[i]);
        assert_non_null(m);
        assert_ptr_equal(m->pool, sizes[i] <= small ? rig_pool : rig_large_pool);
        assert_int_equal(m->pkt_len, sizes[i]);
        assert_int_equal(m->data_len, sizes[i] < UINT16_MAX - RTE_PKTMBUF_HEADROOM
                                          ? sizes[i]
                                          : UINT16_MAX - RTE_PKTMBUF_HEADROOM);
        memset(rte_pktmbuf_mtod(m, uint8_t *), 0xff, sizes[i]);
        rte_pktmbuf_free(m);
    }
    assert_int_equal(rte_mempool_in_use_count(rig_large_pool), 0);
}

static void buffers_do_not_overlap_and_come_back_whole(void **state)
{
    struct rte_mbuf *all[64];
    rig_eal();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 64; i++) {
            assert_non_null(all[i] = dp_large_frame(rig_pool, rig_large_pool, LARGEST));
            memset(rte_pktmbuf_mtod(all[i], uint8_t *), i, LARGEST);
        }
        assert_null(dp_large_frame(rig_pool, rig_large_pool, LARGEST));
        for (int i = 0; i < 64; i++) {
            const uint8_t *p = rte_pktmbuf_mtod(all[i], const uint8_t *);
            assert_int_equal(p[0], i);
            assert_memory_equal(p, p + 1, LARGEST - 1);
            rte_pktmbuf_free(all[i]);
        }
    }
}

static void fewer_than_half_are_scarce(void **state)
{
    struct rte_mbuf *all[64], *small;
    rig_eal();
    assert_non_null(small = dp_large_frame(rig_pool, rig_large_pool, 100));
    for (int i = 0; i < 64; i++) {
        all[i] = dp_large_frame(rig_pool, rig_large_pool, LARGEST);
        assert_int_equal(dp_large_is_scarce(all[i], rig_large_pool), i + 1 > 32);
        assert_false(dp_large_is_scarce(small, rig_large_pool));
        assert_false(dp_large_is_scarce(small, NULL));
    }
    rte_pktmbuf_free_bulk(all, 64);
    rte_pktmbuf_free(small);
}

static void without_a_large_pool_what_is_small_has_room(void **state)
{
    rig_eal();
    assert_null(dp_large_frame(rig_pool, NULL, LARGEST));
    struct rte_mbuf *m = dp_large_frame(rig_pool, NULL, 1514);
    assert_non_null(m);
    rte_pktmbuf_free(m);
}

static void a_name_is_taken_once_and_memory_ends(void **state)
{
    rig_eal();
    assert_null(dp_large_pool("rig_large", 1));
    assert_null(dp_large_pool("much", 100000));
    assert_true(dp_large_count(2) > dp_large_count(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_no_larger_than_it_must_be_and_has_all_its_room),
        cmocka_unit_test(buffers_do_not_overlap_and_come_back_whole),
        cmocka_unit_test(fewer_than_half_are_scarce),
        cmocka_unit_test(without_a_large_pool_what_is_small_has_room),
        cmocka_unit_test(a_name_is_taken_once_and_memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
