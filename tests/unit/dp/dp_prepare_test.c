/* SPDX-License-Identifier: BSD-3-Clause */
/* What is refused before the cipher sees it: by length, SPI, address, owner and sequence number. */
#include "dp_way.h"

static void every_truncation_is_refused(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&r, 100);
    for (uint16_t len = 0; len < m->data_len; len++) {
        struct rte_mbuf *bad = rig_clone(m);
        bad->data_len = len;
        bad->pkt_len = len;
        rig_in(&r, &r.b, RIG_OUTSIDE, bad);
        assert_null(rig_out(&r.b, RIG_INSIDE));
    }
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    rig_free(&r);
}

static void an_spi_without_sa_is_refused(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    static const uint32_t other[] = {0x100, 0xffffffff};
    struct rte_mbuf *m = rig_sealed(&r, 100);
    for (size_t i = 0; i < 2; i++) {
        struct rte_mbuf *bad = rig_clone(m);
        dp_put32(rte_pktmbuf_mtod(bad, uint8_t *) + 14 + 28, other[i]);
        rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, bad, DP_DROP_unknown_spi);
    }
    /* Its slot is a live one, and all other bits are compared as well. */
    for (unsigned bit = 8; bit < 32; bit++) {
        struct rte_mbuf *bad = rig_clone(m);
        dp_put32(rte_pktmbuf_mtod(bad, uint8_t *) + 14 + 28, r.spi_b ^ 1u << bit);
        rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, bad, DP_DROP_unknown_spi);
    }
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    rig_free(&r);
}

static void an_spi_with_the_tag_of_another_gateway_is_counted_as_such(void **state)
{
    rig_spi_node_bits = 2;
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    rig_spi_node_bits = 0;
    struct rte_mbuf *m = rig_sealed(&r, 100), *other = rig_clone(m);
    assert_int_equal(r.spi_b >> 30, 0);
    dp_put32(rte_pktmbuf_mtod(other, uint8_t *) + 14 + 28, r.spi_b | 1u << 31);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, other, DP_DROP_other_node);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    rig_free(&r);
}

static void an_sa_that_was_removed_opens_nothing(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&r, 100);
    assert_int_equal(sad_remove(r.b.sad, r.spi_b), 0);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, m, DP_DROP_unknown_spi);
    rig_free(&r);
}

static void another_of_our_addresses_is_not_the_one_of_the_sa(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&r, 100), *bad = rig_clone(m);
    const struct base_addr inside = rig_ip("10.2.0.1");
    memcpy(rte_pktmbuf_mtod(bad, uint8_t *) + 14 + 16, inside.bytes, 4);
    rig_ip4_fix(bad);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, bad, DP_DROP_wrong_dst);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    rig_free(&r);
}

static void what_is_not_a_multiple_of_the_block_is_short(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint16_t cut = 1; cut < 4; cut++) {
        struct rte_mbuf *m = rig_sealed(&r, 100);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        dp_put16(ip + 2, (uint16_t)(dp_get16(ip + 2) - cut));
        dp_put16(ip + 24, (uint16_t)(dp_get16(ip + 24) - cut));
        rig_ip4_fix(m);
        rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, m, DP_DROP_esp_short);
    }
    rig_free(&r);
}

/* Window of 64: the 64 newest may still come, what is older may not. */
static void what_is_older_than_the_window_is_refused_unopened(void **state)
{
    struct rig r = {.tsc = RIG_HZ};
    struct rte_mbuf *all[66];
    rig_eal();
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, false, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, false, true);
    b.replay_window = 64;
    rig_connect(&r, &a, &b);
    for (unsigned i = 0; i < 66; i++)
        all[i] = rig_sealed(&r, 100);
    rig_in(&r, &r.b, RIG_OUTSIDE, all[65]);
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, all[1], DP_DROP_replay);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, all[0], DP_DROP_replay);
    for (unsigned i = 2; i < 65; i++) {
        rig_in(&r, &r.b, RIG_OUTSIDE, all[i]);
        rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    }
    assert_int_equal(rig_drops(&r.b, DP_DROP_bad_icv), 0);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(an_spi_without_sa_is_refused),
        cmocka_unit_test(an_spi_with_the_tag_of_another_gateway_is_counted_as_such),
        cmocka_unit_test(an_sa_that_was_removed_opens_nothing),
        cmocka_unit_test(another_of_our_addresses_is_not_the_one_of_the_sa),
        cmocka_unit_test(what_is_not_a_multiple_of_the_block_is_short),
        cmocka_unit_test(what_is_older_than_the_window_is_refused_unopened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
