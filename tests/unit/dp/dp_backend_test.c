/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data path over another back end than the product's (tests/support/xor_esp.c): it knows ESP by the
 * interface alone, so all that it promises holds whatever seals and opens, and however large a key is.
 */
#include "dp_rig.h"

#include "sad_fast.h"
#include "xor_esp.h"

static struct rig xor_rig(const char *encr, const char *integ, bool esn, bool encap)
{
    const struct crypt_alg *cipher = crypt_alg_by_keyword(encr);
    const struct crypt_alg *hash = integ ? crypt_alg_by_keyword(integ) : NULL;
    rig_esp = &xor_esp_ops;
    struct rig r = rig_make(cipher, hash, esn, encap, 1500);
    rig_esp = &imb_esp_ops;
    return r;
}

static struct rte_mbuf *sealed_by_a(struct rig *r, uint32_t len)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", len));
    return rig_out(&r->a, RIG_OUTSIDE);
}

static void assert_arrived(struct rte_mbuf *m, uint32_t len)
{
    struct rte_mbuf *want = rig_frame(0x32, "10.1.0.9", "10.2.0.9", len);
    uint8_t *p = rte_pktmbuf_mtod(want, uint8_t *);
    assert_non_null(m);
    rig_mac(p + 6, 0x12);
    dp_ip4_ttl_dec(p + 14);
    dp_ip4_ttl_dec(p + 14);
    assert_int_equal(m->pkt_len, 14 + len);
    assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), p, 14 + len);
    rte_pktmbuf_free(m);
    rte_pktmbuf_free(want);
}

static void every_suite_makes_the_round_trip(void **state)
{
    static const struct {
        const char *encr, *integ;
        bool esn, encap;
    } ways[] = {
        {"aes128gcm16", NULL, true, true},  {"aes128gcm16", NULL, false, true},
        {"aes256gcm16", NULL, true, false}, {"aes256gcm16", NULL, false, false},
        {"aes128", "sha256", true, true},   {"aes256", "sha512", false, false},
        {"null", "sha1", true, true},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct rig r = xor_rig(ways[i].encr, ways[i].integ, ways[i].esn, ways[i].encap);
        const unsigned pkts = xor_esp_count.pkts;
        for (uint32_t len = 28; len < 1300; len += 41) {
            struct rte_mbuf *m = sealed_by_a(&r, len);
            assert_non_null(m);
            rig_in(&r, &r.b, RIG_OUTSIDE, m);
            assert_arrived(rig_out(&r.b, RIG_INSIDE), len);
        }
        assert_int_equal(xor_esp_count.pkts - pkts, 2 * 32);
        rig_free(&r);
    }
}

/* By hand: SPI, sequence, IV, the first payload bytes under XOR, and where the ICV ends. */
static void what_is_sealed_is_what_the_back_end_was_told(void **state)
{
    struct rig r = xor_rig("aes128gcm16", NULL, true, true);
    struct rte_mbuf *m = sealed_by_a(&r, 50);
    assert_non_null(m);
    const uint8_t *esp = rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 28, *payload = esp + 16;
    const uint8_t nonce[12] = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    assert_int_equal(m->pkt_len, 14 + 28 + 16 + 52 + 16);
    assert_int_equal(dp_get32(esp), r.spi_b);
    assert_int_equal(dp_get32(esp + 4), 1);
    assert_int_equal(payload[0], 0x45 ^ (uint8_t)(1 + nonce[0] + 0));
    assert_int_equal(payload[9], 17 ^ (uint8_t)(1 + nonce[9] + 9));
    assert_int_equal(payload[51], 4 ^ (uint8_t)(1 + nonce[51 % 12] + 51));
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void a_changed_byte_is_refused_and_moves_nothing(void **state)
{
    struct rig r = xor_rig("aes128gcm16", NULL, true, true);
    struct rte_mbuf *m = sealed_by_a(&r, 60);
    uint32_t refused = 0;
    for (uint32_t at = 14 + 28 + 8; at < m->data_len; at++) {
        struct rte_mbuf *bad = rig_clone(m);
        rte_pktmbuf_mtod(bad, uint8_t *)[at] ^= 0x10;
        rig_in(&r, &r.b, RIG_OUTSIDE, bad);
        assert_null(rig_out(&r.b, RIG_INSIDE));
        assert_int_equal(rig_drops(&r.b, DP_DROP_bad_icv), ++refused);
    }
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    rig_free(&r);
}

static void a_replayed_packet_is_refused_before_it_is_opened(void **state)
{
    struct rig r = xor_rig("aes128gcm16", NULL, true, true);
    struct rte_mbuf *m = sealed_by_a(&r, 60), *again = rig_clone(m), *both[2];
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    const unsigned pkts = xor_esp_count.pkts;
    rig_in(&r, &r.b, RIG_OUTSIDE, again);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_replay), 1);
    assert_int_equal(xor_esp_count.pkts, pkts);
    /* Twice in one burst: both are opened, and the second is seen then. */
    both[0] = sealed_by_a(&r, 64);
    both[1] = rig_clone(both[0]);
    dp_process(r.b.w, RIG_OUTSIDE, both, 2, r.tsc);
    assert_arrived(rig_out(&r.b, RIG_INSIDE), 64);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_replay), 2);
    rig_free(&r);
}

static void a_burst_of_one_class_is_one_call(void **state)
{
    struct rig r = xor_rig("aes128gcm16", NULL, true, true);
    struct rte_mbuf *in[DP_BURST_MAX], *out[DP_BURST_MAX];
    for (int i = 0; i < DP_BURST_MAX; i++)
        in[i] = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100);
    const unsigned calls = xor_esp_count.calls;
    dp_process(r.a.w, RIG_INSIDE, in, DP_BURST_MAX, r.tsc);
    assert_int_equal(xor_esp_count.calls, calls + 1);
    assert_int_equal(dp_sink_take(r.a.w, RIG_OUTSIDE, out, DP_BURST_MAX), DP_BURST_MAX);
    dp_process(r.b.w, RIG_OUTSIDE, out, DP_BURST_MAX, r.tsc);
    assert_int_equal(xor_esp_count.calls, calls + 2);
    assert_int_equal(dp_sink_take(r.b.w, RIG_INSIDE, in, DP_BURST_MAX), DP_BURST_MAX);
    rte_pktmbuf_free_bulk(in, DP_BURST_MAX);
    rig_free(&r);
}

static void what_the_back_end_refuses_to_seal_does_not_leave(void **state)
{
    struct rig r = xor_rig("aes128gcm16", NULL, true, true);
    struct rte_mbuf *in[4], *out[4];
    for (int i = 0; i < 4; i++)
        in[i] = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100);
    xor_esp_count.refuse = 2;
    dp_process(r.a.w, RIG_INSIDE, in, 4, r.tsc);
    assert_int_equal(rig_drops(&r.a, DP_DROP_crypto), 2);
    assert_int_equal(dp_sink_take(r.a.w, RIG_OUTSIDE, out, 4), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(dp_get32(rte_pktmbuf_mtod(out[i], uint8_t *) + 14 + 28 + 4), 3 + i);
        rig_in(&r, &r.b, RIG_OUTSIDE, out[i]);
        assert_arrived(rig_out(&r.b, RIG_INSIDE), 100);
    }
    rig_free(&r);
}

static void contexts_are_given_back(void **state)
{
    assert_int_equal(xor_esp_count.contexts, 0);
    struct rig r = xor_rig("aes128gcm16", NULL, true, true);
    assert_int_equal(xor_esp_count.contexts, 4); /* control's and a worker's of each */
    assert_ptr_equal(sad_esp(r.a.sad), &xor_esp_ops);
    rig_free(&r);
    assert_int_equal(xor_esp_count.contexts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_suite_makes_the_round_trip),
        cmocka_unit_test(what_is_sealed_is_what_the_back_end_was_told),
        cmocka_unit_test(a_changed_byte_is_refused_and_moves_nothing),
        cmocka_unit_test(a_replayed_packet_is_refused_before_it_is_opened),
        cmocka_unit_test(a_burst_of_one_class_is_one_call),
        cmocka_unit_test(what_the_back_end_refuses_to_seal_does_not_leave),
        cmocka_unit_test(contexts_are_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
