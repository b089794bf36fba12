/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Round trips with every algorithm, all four mixes of IP versions inside and outside, both forms of ESP and
 * of sequence numbers; and packets that reach a worker which does not own their SA.
 */
#include "dp_worker.h"
#include "dp_rig.h"
#include "wire_ndp.h"

#define ALG_CBC(bits)                                                                                   \
    {                                                                                                   \
        .type = CRYPT_TYPE_ENCR, .id = CRYPT_ENCR_AES_CBC, .key_bits = (bits), .key_bytes = (bits) / 8, \
        .iv_bytes = 16, .block_bytes = 16                                                               \
    }
#define ALG_HMAC(ID, KEY, ICV)                                                                           \
    {                                                                                                    \
        .type = CRYPT_TYPE_INTEG, .id = (ID), .key_bytes = (KEY), .icv_bytes = (ICV), .out_bytes = (KEY) \
    }

static const struct crypt_alg cbc128 = ALG_CBC(128), cbc192 = ALG_CBC(192), cbc256 = ALG_CBC(256);
static const struct crypt_alg des3 = {
    .type = CRYPT_TYPE_ENCR, .id = CRYPT_ENCR_3DES, .key_bytes = 24, .iv_bytes = 8, .block_bytes = 8};
static const struct crypt_alg ccm8 = {.type = CRYPT_TYPE_ENCR,
                                      .id = CRYPT_ENCR_AES_CCM_8,
                                      .key_bits = 128,
                                      .key_bytes = 16,
                                      .salt_bytes = 3,
                                      .iv_bytes = 8,
                                      .block_bytes = 1,
                                      .icv_bytes = 8,
                                      .is_aead = true};
static const struct crypt_alg ccm16 = {.type = CRYPT_TYPE_ENCR,
                                       .id = CRYPT_ENCR_AES_CCM_16,
                                       .key_bits = 256,
                                       .key_bytes = 32,
                                       .salt_bytes = 3,
                                       .iv_bytes = 8,
                                       .block_bytes = 1,
                                       .icv_bytes = 16,
                                       .is_aead = true};
static const struct crypt_alg null_cipher = {
    .type = CRYPT_TYPE_ENCR, .id = CRYPT_ENCR_NULL, .block_bytes = 1};
static const struct crypt_alg chacha = {.type = CRYPT_TYPE_ENCR,
                                        .id = CRYPT_ENCR_CHACHA20_POLY1305,
                                        .key_bytes = 32,
                                        .salt_bytes = 4,
                                        .iv_bytes = 8,
                                        .block_bytes = 1,
                                        .icv_bytes = 16,
                                        .is_aead = true};
static const struct crypt_alg sha1 = ALG_HMAC(CRYPT_INTEG_HMAC_SHA1_96, 20, 12);
static const struct crypt_alg sha256 = ALG_HMAC(CRYPT_INTEG_HMAC_SHA2_256_128, 32, 16);
static const struct crypt_alg sha384 = ALG_HMAC(CRYPT_INTEG_HMAC_SHA2_384_192, 48, 24);
static const struct crypt_alg sha512 = ALG_HMAC(CRYPT_INTEG_HMAC_SHA2_512_256, 64, 32);

static const struct suite {
    const struct crypt_alg *encr, *integ;
} suites[] = {
    {&rig_gcm128, NULL},     {&rig_gcm256, NULL}, {&chacha, NULL},    {&cbc128, &sha1},
    {&cbc128, &sha256},      {&cbc192, &sha1},    {&cbc256, &sha384}, {&cbc256, &sha512},
    {&null_cipher, &sha256}, {&ccm8, NULL},       {&ccm16, NULL},     {&des3, &sha1},
};
#define SUITES (sizeof suites / sizeof suites[0])

static void pair_families(struct esp_pair *p, unsigned n, bool inner6, bool outer6)
{
    if (inner6) {
        p->local_ts = rig_ts(rig_text("fd00:%u::/64", n));
        p->remote_ts = rig_ts(rig_text("fd00:%u::/64", 3 - n));
    }
    if (outer6) {
        p->path.local.addr = rig_ip(rig_text("2001:db8::%u", n));
        p->path.remote.addr = rig_ip(rig_text("2001:db8::%u", 3 - n));
    }
}

static struct rig mix_make(const struct suite *s, bool esn, bool encap, bool inner6, bool outer6)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, s->encr, s->integ, esn, encap);
    struct esp_pair b = rig_pair(2, s->encr, s->integ, esn, encap);
    pair_families(&a, 1, inner6, outer6);
    pair_families(&b, 2, inner6, outer6);
    rig_connect(&r, &a, &b);
    return r;
}

static struct rte_mbuf *inner_frame(bool inner6, uint32_t len)
{
    return inner6 ? rig_frame6(0x11, "fd00:1::9", "fd00:2::9", len)
                  : rig_frame(0x11, "10.1.0.9", "10.2.0.9", len);
}

static void udp6_cksum_assert(const struct rte_mbuf *m)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    uint16_t len = dp_get16(ip + 4);
    assert_int_not_equal(dp_get16(ip + 46), 0);
    uint64_t sum = wire_csum_add((uint64_t)__builtin_bswap16(len) + __builtin_bswap16(17),
                                 base_span(ip + 8, 32 + (size_t)len));
    assert_int_equal(dp_cksum_fold(sum), 0xffff);
}

static void round_trip(struct rig *r, bool inner6, bool has_udp6, uint32_t len)
{
    rig_in(r, &r->a, RIG_INSIDE, inner_frame(inner6, len));
    struct rte_mbuf *m = rig_out(&r->a, RIG_OUTSIDE), *bad;
    assert_non_null(m);
    if (has_udp6)
        udp6_cksum_assert(m);
    bad = rig_clone(m);
    rte_pktmbuf_mtod(bad, uint8_t *)[bad->data_len - 3] ^= 4;
    rig_in(r, &r->b, RIG_OUTSIDE, bad);
    assert_null(rig_out(&r->b, RIG_INSIDE));
    rig_in(r, &r->b, RIG_OUTSIDE, m);
    m = rig_out(&r->b, RIG_INSIDE);
    assert_non_null(m);
    struct rte_mbuf *want = inner_frame(inner6, len);
    const uint8_t *got = rte_pktmbuf_mtod(m, const uint8_t *), *p = rte_pktmbuf_mtod(want, const uint8_t *);
    uint32_t hdr = inner6 ? 40 : 20;
    assert_int_equal(m->pkt_len, 14 + len);
    assert_int_equal(got[14 + (inner6 ? 7 : 8)], 62);
    assert_memory_equal(got + 14 + hdr, p + 14 + hdr, len - hdr);
    assert_memory_equal(got + 14 + hdr - 8, p + 14 + hdr - 8, 8);
    rte_pktmbuf_free(want);
    rte_pktmbuf_free(m);
}

static void every_algorithm_and_mix_makes_the_round_trip(void **state)
{
    for (size_t i = 0; i < SUITES * 16; i++) {
        bool esn = i & 1, encap = i & 2, inner6 = i & 4, outer6 = i & 8;
        struct rig r = mix_make(&suites[i / 16], esn, encap, inner6, outer6);
        for (uint32_t len = 48; len < 1380; len += len < 140 ? 1 : 97)
            round_trip(&r, inner6, encap && outer6, len);
        rig_free(&r);
    }
}

/* What a port with that offload does: sums up from the UDP header on, where the pseudo header's sum stands.
 */
static void port_sum(struct rte_mbuf *m)
{
    uint8_t *udp = rte_pktmbuf_mtod_offset(m, uint8_t *, m->l2_len + m->l3_len);
    size_t len = (size_t)(m->data_len - m->l2_len - m->l3_len);
    dp_store16(udp + 6, (uint16_t)~dp_cksum_fold(wire_csum_add(0, base_span(udp, len))));
}

static void a_port_that_fills_in_udp_checksums_is_left_to_it(void **state)
{
    const uint64_t asked = RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_UDP_CKSUM;
    struct rig r = mix_make(&suites[0], true, true, false, true);
    for (int is_on = 0; is_on < 2; is_on++) {
        r.a.dp->ports[RIG_OUTSIDE].params.tx_udp_cksum = is_on;
        for (uint32_t len = 48; len < 1380; len += 111) {
            rig_in(&r, &r.a, RIG_INSIDE, inner_frame(false, len));
            struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
            assert_int_equal(m->ol_flags & asked, is_on ? asked : 0);
            if (is_on) {
                assert_int_equal(m->l2_len, 14);
                assert_int_equal(m->l3_len, 40);
                port_sum(m);
            }
            udp6_cksum_assert(m);
            rte_pktmbuf_free(m);
        }
    }
    rig_free(&r);
    r = mix_make(&suites[0], true, true, false, false);
    r.a.dp->ports[RIG_OUTSIDE].params.tx_udp_cksum = true;
    rig_in(&r, &r.a, RIG_INSIDE, inner_frame(false, 100));
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_int_equal(m->ol_flags & asked, 0); /* over IPv4 it is 0 */
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void a_burst_of_several_algorithms_stays_in_order(void **state)
{
    struct rig r = rig_apart();
    struct rte_mbuf *burst[SUITES * 4];
    for (unsigned i = 0; i < SUITES; i++) {
        struct esp_pair a = rig_pair(1, suites[i].encr, suites[i].integ, true, true);
        struct esp_pair b = rig_pair(2, suites[i].encr, suites[i].integ, true, true);
        a.remote_ts = b.local_ts = rig_ts(rig_text("10.2.0.%u/32", 20 + i));
        rig_neighbour(r.b.dp, RIG_INSIDE, rig_text("10.2.0.%u", 20 + i), 0x40 + i);
        rig_connect(&r, &a, &b);
    }
    for (unsigned i = 0; i < SUITES * 4; i++)
        burst[i] = rig_frame(0x11, "10.1.0.9", rig_text("10.2.0.%u", 20 + i % SUITES), 100 + i);
    dp_process(r.a.w, RIG_INSIDE, burst, SUITES * 4, r.tsc);
    assert_int_equal(dp_sink_take(r.a.w, RIG_OUTSIDE, burst, SUITES * 4), SUITES * 4);
    dp_process(r.b.w, RIG_OUTSIDE, burst, SUITES * 4, r.tsc);
    assert_int_equal(dp_sink_take(r.b.w, RIG_INSIDE, burst, SUITES * 4), SUITES * 4);
    for (unsigned i = 0; i < SUITES * 4; i++) {
        assert_int_equal(burst[i]->pkt_len, 14 + 100 + i);
        rte_pktmbuf_free(burst[i]);
    }
    rig_free(&r);
}

/* Both workers of A and of B get packets; only the owner counts. */
static void a_packet_of_another_workers_sa_is_handed_over_and_none_is_lost_by_rehoming(void **state)
{
    rig_eal();
    struct rig r = {.a = rig_gateway_make(1, 1500, 2), .b = rig_gateway_make(2, 1500, 2), .tsc = RIG_HZ};
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    struct dp_worker *wa[2] = {dp_worker(r.a.dp, 0), dp_worker(r.a.dp, 1)};
    struct dp_worker *wb[2] = {dp_worker(r.b.dp, 0), dp_worker(r.b.dp, 1)};
    struct sad_stats s;
    uint32_t arrived = 0, seq = 0;
    rig_connect(&r, &a, &b);
    for (uint32_t i = 0; i < 400; i++) {
        struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100);
        dp_process(wa[i % 2], RIG_INSIDE, &m, 1, ++r.tsc);
        if (i % 50 == 7) {
            assert_int_equal(sad_owner_set(r.a.sad, r.spi_a, (uint16_t)(i / 50 % 2), (uint16_t)(i / 50 % 2)),
                             0);
            assert_int_equal(sad_owner_set(r.b.sad, r.spi_b, (uint16_t)(i / 50 % 2), (uint16_t)(i / 50 % 2)),
                             0);
        }
        for (unsigned k = 0; k < 4; k++) {
            dp_turn(wa[k % 2]);
            if (dp_sink_take(wa[k % 2], RIG_OUTSIDE, &m, 1) == 1) {
                assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 32), ++seq);
                dp_process(wb[(i / 3) % 2], RIG_OUTSIDE, &m, 1, ++r.tsc);
            }
            dp_turn(wb[k % 2]);
            while (dp_sink_take(wb[k % 2], RIG_INSIDE, &m, 1)) {
                arrived++;
                rte_pktmbuf_free(m);
            }
            sad_reclaim(r.a.sad);
            sad_reclaim(r.b.sad);
        }
    }
    assert_int_equal(arrived, 400);
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    assert_int_equal(s.out.seq, 400);
    rig_free(&r);
}

static void an_unknown_ipv6_next_hop_is_solicited_and_the_packet_follows(void **state)
{
    struct rig r = mix_make(&suites[0], true, true, true, true);
    struct dp_punt punt;
    base_time now = {1};
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame6(0x11, "fd00:1::9", "fd00:2::77", 60));
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_RESOLVE);
    dp_resolve_punt(r.b.dp, now, &punt);
    dp_turn(r.b.w);
    struct rte_mbuf *question = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(question);
    uint8_t *p = rte_pktmbuf_mtod(question, uint8_t *);
    struct base_addr own = rig_ip("fd00:2::1"), host = rig_ip("fd00:2::77");
    assert_int_equal(p[0], 0x33);
    assert_memory_equal(p + 14 + 48, host.bytes, 16);
    struct wire_ndp ndp = {.is_advert = true, .is_solicited = true, .is_override = true};
    memcpy(ndp.target, host.bytes, 16);
    rig_mac(ndp.mac, 0x66);
    memcpy(p, p + 6, 6);
    wire_ndp_build(p + 14, host.bytes, own.bytes, &ndp);
    rig_in(&r, &r.b, RIG_INSIDE, question);
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_ND);
    dp_resolve_punt(r.b.dp, now, &punt);
    dp_turn(r.b.w);
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[5], 0x66);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_and_mix_makes_the_round_trip),
        cmocka_unit_test(an_unknown_ipv6_next_hop_is_solicited_and_the_packet_follows),
        cmocka_unit_test(a_port_that_fills_in_udp_checksums_is_left_to_it),
        cmocka_unit_test(a_burst_of_several_algorithms_stays_in_order),
        cmocka_unit_test(a_packet_of_another_workers_sa_is_handed_over_and_none_is_lost_by_rehoming),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
