/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4 packets that are cut before they are sealed: the pieces make the packet again. */
#include "dp_way.h"

static void too_big_without_df_is_cut_before_sealing(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1400);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 3000);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    dp_put16(ip + 6, 0);
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    rig_in(&r, &r.a, RIG_INSIDE, m);
    uint8_t whole[3000];
    size_t seen = 20;
    while ((m = rig_out(&r.a, RIG_OUTSIDE))) {
        assert_true(m->pkt_len <= 1414);
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
        size_t at = (dp_get16(ip + 6) & 0x1fffu) * 8, n = dp_get16(ip + 2) - 20u;
        memcpy(whole + 20 + at, ip + 20, n);
        seen += n;
        rte_pktmbuf_free(m);
    }
    assert_int_equal(seen, 3000);
    for (uint32_t i = 28; i < 3000; i++)
        assert_int_equal(whole[i], (uint8_t)(i * 7));
    rig_free(&r);
}

/* RFC 791 3.1: options with the copied flag are in each piece, the others in the first. */
static void only_copied_options_are_in_later_pieces(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1400);
    static const uint8_t options[12] = {0x94, 4, 0, 0, 7, 7,
                                        4,    0, 0, 0, 0, 0}; /* router alert, record route */
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 2000);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    memcpy(ip + 20, options, sizeof options);
    ip[0] = 0x48;
    dp_put16(ip + 6, 0);
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(wire_csum_add(0, base_span(ip, 32))));
    rig_in(&r, &r.a, RIG_INSIDE, m);
    for (int i = 0; i < 2; i++) {
        rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
        m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        assert_int_equal(ip[0], i == 0 ? 0x48 : 0x46);
        assert_memory_equal(ip + 20, options, i == 0 ? 12 : 4);
        assert_int_equal(dp_cksum_fold(wire_csum_add(0, base_span(ip, i == 0 ? 32 : 24))), 0xffff);
        assert_int_equal(dp_get16(ip + 6) & 0x2000, i == 0 ? 0x2000 : 0);
        rte_pktmbuf_free(m);
    }
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    rig_free(&r);
}

static void pieces_of_a_piece_keep_its_place(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1400);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 2000);
    uint32_t next = 100;
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 6, 0x2000 | 100); /* more will follow it */
    rig_ip4_fix(m);
    rig_in(&r, &r.a, RIG_INSIDE, m);
    for (int i = 0; i < 2; i++) {
        rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
        m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
        assert_int_equal(dp_get16(ip + 6), 0x2000 | next);
        next += (dp_get16(ip + 2) - 20u) / 8;
        rte_pktmbuf_free(m);
    }
    assert_int_equal(next, 100 + (2000 - 20) / 8);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_big_without_df_is_cut_before_sealing),
        cmocka_unit_test(only_copied_options_are_in_later_pieces),
        cmocka_unit_test(pieces_of_a_piece_keep_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
