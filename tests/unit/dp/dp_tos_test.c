/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What outer and inner IP headers have to do with each other: DSCP and ECN by RFC 6040 and RFC 4301 5.1.2,
 * TTL, DF, flow label; byte by byte, for all four mixes of IP versions.
 */
#include "dp_rig.h"

#define NOT_ECT 0
#define ECT1    1
#define ECT0    2
#define CE      3
#define DSCP_EF (46 << 2)
#define L2      14

struct mix {
    bool inner6, outer6;
};
static const struct mix mixes[] = {{false, false}, {false, true}, {true, false}, {true, true}};

static void path_set(struct esp_pair *p, unsigned n, struct mix mix)
{
    if (mix.outer6) {
        p->path.local.addr = rig_ip(rig_text("2001:db8::%u", n));
        p->path.remote.addr = rig_ip(rig_text("2001:db8::%u", 3 - n));
    }
    if (mix.inner6) {
        p->local_ts = rig_ts(rig_text("fd00:%u::/64", n));
        p->remote_ts = rig_ts(rig_text("fd00:%u::/64", 3 - n));
    }
}

static struct rig rig_of(struct mix mix)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    path_set(&a, 1, mix);
    path_set(&b, 2, mix);
    rig_connect(&r, &a, &b);
    return r;
}

static uint8_t tos_get(const uint8_t *ip)
{
    return ip[0] >> 4 == 6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[1];
}

static void tos_set(uint8_t *ip, uint8_t tos)
{
    if (ip[0] >> 4 == 6) {
        ip[0] = (uint8_t)(0x60 | tos >> 4);
        ip[1] = (uint8_t)((ip[1] & 0xf) | tos << 4);
        return;
    }
    ip[1] = tos;
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
}

/* An inner packet on its way into A, with this traffic class, TTL and flow label (IPv6). */
static struct rte_mbuf *inner(bool is6, uint8_t tos, uint8_t ttl, uint32_t label)
{
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100);
    uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + L2;
    if (is6) {
        struct base_addr s = rig_ip("fd00:1::9"), d = rig_ip("fd00:2::9");
        dp_put16(p + 12, 0x86dd);
        memset(ip, 0, 40);
        dp_put32(ip, 0x60000000u | label);
        dp_put16(ip + 4, 60);
        ip[6] = 59;
        memcpy(ip + 8, s.bytes, 16);
        memcpy(ip + 24, d.bytes, 16);
    }
    ip[is6 ? 7 : 8] = ttl;
    tos_set(ip, tos);
    return m;
}

static void encapsulation_copies_dscp_and_ecn_and_no_more(void **state)
{
    for (size_t i = 0; i < sizeof mixes / sizeof mixes[0]; i++) {
        struct rig r = rig_of(mixes[i]);
        uint32_t label = 0;
        for (unsigned tos = 0; tos < 256; tos++) {
            rig_in(&r, &r.a, RIG_INSIDE, inner(mixes[i].inner6, (uint8_t)tos, 9, 0xabcde));
            struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
            assert_non_null(m);
            const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + L2;
            assert_int_equal(ip[0] >> 4, mixes[i].outer6 ? 6 : 4);
            assert_int_equal(tos_get(ip), tos);
            assert_int_equal(ip[mixes[i].outer6 ? 7 : 8], 64); /* its own, RFC 4301 5.1.2.1 note 2 */
            if (mixes[i].outer6) {
                /* one label per SA, whatever the inner one is */
                assert_int_not_equal(dp_get32(ip) & 0xfffff, 0);
                assert_true(tos == 0 || (dp_get32(ip) & 0xfffff) == label);
                label = dp_get32(ip) & 0xfffff;
            } else {
                assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
            }
            rte_pktmbuf_free(m);
        }
        rig_free(&r);
    }
}

/* RFC 6040 4.2, figure 4: rows inner, columns outer; -1: dropped. */
static const int decap[4][4] = {
    [NOT_ECT] = {[NOT_ECT] = NOT_ECT, [ECT0] = NOT_ECT, [ECT1] = NOT_ECT, [CE] = -1},
    [ECT0] = {[NOT_ECT] = ECT0, [ECT0] = ECT0, [ECT1] = ECT1, [CE] = CE},
    [ECT1] = {[NOT_ECT] = ECT1, [ECT0] = ECT1, [ECT1] = ECT1, [CE] = CE},
    [CE] = {[NOT_ECT] = CE, [ECT0] = CE, [ECT1] = CE, [CE] = CE},
};

static void one_decap(struct rig *r, struct mix mix, uint8_t in_ecn, uint8_t out_ecn)
{
    rig_in(r, &r->a, RIG_INSIDE, inner(mix.inner6, (uint8_t)(DSCP_EF | in_ecn), 9, 0xabcde));
    struct rte_mbuf *m = rig_out(&r->a, RIG_OUTSIDE);
    assert_non_null(m);
    /* Routers on the way changed both DSCP and ECN. */
    tos_set(rte_pktmbuf_mtod(m, uint8_t *) + L2, (uint8_t)(8 << 2 | out_ecn));
    rig_in(r, &r->b, RIG_OUTSIDE, m);
    m = rig_out(&r->b, RIG_INSIDE);
    if (decap[in_ecn][out_ecn] < 0) {
        assert_null(m);
        return;
    }
    assert_non_null(m);
    struct rte_mbuf *want = inner(mix.inner6, (uint8_t)(DSCP_EF | decap[in_ecn][out_ecn]), 7, 0xabcde);
    assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *) + L2, rte_pktmbuf_mtod(want, uint8_t *) + L2, 100);
    rte_pktmbuf_free(want);
    rte_pktmbuf_free(m);
}

static void decapsulation_follows_the_table_of_rfc_6040(void **state)
{
    for (size_t i = 0; i < sizeof mixes / sizeof mixes[0]; i++) {
        struct rig r = rig_of(mixes[i]);
        for (uint8_t in_ecn = 0; in_ecn < 4; in_ecn++)
            for (uint8_t out_ecn = 0; out_ecn < 4; out_ecn++)
                one_decap(&r, mixes[i], in_ecn, out_ecn);
        assert_int_equal(rig_drops(&r.b, DP_DROP_ecn), 1);
        assert_int_equal(rig_drops(&r.b, DP_DROP_inner_policy), 0);
        rig_free(&r);
    }
}

/* The outer DF bit for an inner packet with or without one. */
static bool outer_df(bool copy_df, bool inner_df)
{
    rig_eal();
    struct rig r = {0};
    r.a = rig_gateway_make_df(1, 1500, 1, copy_df);
    r.b = rig_gateway_make(2, 1500, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    rig_connect(&r, &a, &b);
    struct rte_mbuf *m = inner(false, 0, 64, 0);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + L2;
    ip[6] = inner_df ? 0x40 : 0;
    tos_set(ip, 0);
    rig_in(&r, &r.a, RIG_INSIDE, m);
    m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    ip = rte_pktmbuf_mtod(m, uint8_t *) + L2;
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
    const bool df = ip[6] == 0x40;
    assert_true(df || ip[6] == 0);
    rte_pktmbuf_free(m);
    rig_free(&r);
    return df;
}

static void df_is_copied_or_always_set_as_configured(void **state)
{
    assert_true(outer_df(true, true));
    assert_false(outer_df(true, false));
    assert_true(outer_df(false, true));
    assert_true(outer_df(false, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encapsulation_copies_dscp_and_ecn_and_no_more),
        cmocka_unit_test(decapsulation_follows_the_table_of_rfc_6040),
        cmocka_unit_test(df_is_copied_or_always_set_as_configured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
