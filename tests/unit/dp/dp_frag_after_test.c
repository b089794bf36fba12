/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragmentation after encryption as configured: which packets stay whole, how far, and that DF is honoured.
 */
#include "dp_cut_rig.h"

static void as_configured_what_may_be_cut_is_cut_after_encryption(void **state)
{
    for (unsigned i = 0; i < 32; i++)
        sizes_arrive((struct shape){.outer6 = i & 1,
                                    .encap = i & 2,
                                    .cbc = i & 4,
                                    .esn = i & 8,
                                    .copy_df = i & 8,
                                    .after = true,
                                    .path = i & 16 ? 1280 : 1400},
                     0, 1520);
}

static void as_configured_jumbo_packets_are_cut_after_encryption(void **state)
{
    for (int outer6 = 0; outer6 < 2; outer6++)
        sizes_arrive((struct shape){.outer6 = outer6, .encap = true, .after = true, .path = 1500}, 8960,
                     9000);
}

/* A piece has 552 bytes: the largest packets of a port take eighteen. */
static void however_many_pieces_it_takes_a_packet_stays_whole(void **state)
{
    sizes_arrive((struct shape){.encap = true, .after = true, .path = 576}, 4360, 4400);
    sizes_arrive((struct shape){.encap = true, .after = true, .path = 576}, 8980, 9000);
    sizes_arrive((struct shape){.outer6 = true, .encap = true, .after = true, .path = 1280}, 8980, 9000);
}

static void df_inside_is_honoured_and_the_sender_is_told(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .after = true, .copy_df = true, .path = 1400});
    const uint32_t fits = inner_mtu(&sc);
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, inner4(fits + 1, DF));
    assert_null(rig_out(&sc.r.a, RIG_OUTSIDE));
    struct rte_mbuf *m = rig_out(&sc.r.a, RIG_INSIDE);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + L2;
    assert_int_equal(dp_get16(ip + 20), 3 << 8 | 4);
    assert_int_equal(dp_get16(ip + 26), fits);
    assert_int_equal(rig_drops(&sc.r.a, DP_DROP_too_big), 1);
    rte_pktmbuf_free(m);
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, inner4(fits, DF));
    assert_int_equal(passed(&sc, &m), 1);
    assert_int_equal(m->data_len, L2 + fits);
    rte_pktmbuf_free(m);
    scene_free(&sc);
}

static void a_piece_from_inside_stays_one_piece(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .after = true, .path = 1280});
    struct rte_mbuf *m;
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, inner4(1500, 0x2000 | 185));
    assert_int_equal(passed(&sc, &m), 1);
    assert_int_equal(m->data_len, L2 + 1500);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + L2 + 6), 0x2000 | 185);
    rte_pktmbuf_free(m);
    scene_free(&sc);
}

/* A frame that fills its buffer up to `behind` bytes. */
static struct rte_mbuf *tight(const char *name, struct rte_mempool **pool, uint32_t len, uint16_t behind)
{
    const uint16_t room = (uint16_t)(RTE_PKTMBUF_HEADROOM + L2 + len + behind);
    struct rte_mbuf *m = inner4(len, 0);
    assert_non_null(*pool = rte_pktmbuf_pool_create(name, 1, 0, 0, room, 0));
    struct rte_mbuf *t = rte_pktmbuf_alloc(*pool);
    memcpy(rte_pktmbuf_append(t, m->data_len), rte_pktmbuf_mtod(m, const uint8_t *), m->data_len);
    rte_pktmbuf_free(m);
    return t;
}

/* Behind a packet there must be room for padding (4), what a trailer's store touches (8) and ICV (16). */
static void without_room_for_the_trailer_a_packet_is_cut_before_encryption(void **state)
{
    struct scene sc = scene_make((struct shape){.encap = true, .after = true, .path = 1280});
    struct rte_mempool *pool[2];
    struct rte_mbuf *m;
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, tight("room", &pool[0], 1500, 28));
    assert_int_equal(passed(&sc, &m), 1);
    rte_pktmbuf_free(m);
    rig_in(&sc.r, &sc.r.a, RIG_INSIDE, tight("no_room", &pool[1], 1500, 27));
    assert_int_equal(passed(&sc, &m), 2);
    rte_pktmbuf_free(m);
    assert_int_equal(rig_drops(&sc.r.a, DP_DROP_no_room), 0);
    scene_free(&sc);
    rte_mempool_free(pool[0]);
    rte_mempool_free(pool[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_configured_what_may_be_cut_is_cut_after_encryption),
        cmocka_unit_test(as_configured_jumbo_packets_are_cut_after_encryption),
        cmocka_unit_test(however_many_pieces_it_takes_a_packet_stays_whole),
        cmocka_unit_test(df_inside_is_honoured_and_the_sender_is_told),
        cmocka_unit_test(a_piece_from_inside_stays_one_piece),
        cmocka_unit_test(without_room_for_the_trailer_a_packet_is_cut_before_encryption),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
