/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments of the outer packet: put together in any order, opened as if they had never been cut; forgotten
 * after a while, within caps, and accounted for.
 */
#include "dp_rig.h"

#define L2      14
#define PACKETS 256 /* that a worker holds in pieces */

struct piece {
    uint32_t offset, len;
};

static struct rig make(bool outer6)
{
    rig_eal();
    struct rig r = {.a = rig_gateway_make(1, 1500, 1), .b = rig_gateway_make(2, 1500, 1), .tsc = RIG_HZ};
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    if (outer6) {
        a.path.local.addr = b.path.remote.addr = rig_ip("2001:db8::1");
        a.path.remote.addr = b.path.local.addr = rig_ip("2001:db8::2");
    }
    rig_connect(&r, &a, &b);
    return r;
}

static struct rte_mbuf *sealed(struct rig *r)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 1300));
    struct rte_mbuf *m = rig_out(&r->a, RIG_OUTSIDE);
    assert_non_null(m);
    return m;
}

/* One piece of a frame, as a router (IPv4) or the sender (IPv6) makes it. */
static struct rte_mbuf *piece_of(const struct rte_mbuf *m, struct piece at, uint16_t id)
{
    const uint8_t *from = rte_pktmbuf_mtod(m, const uint8_t *);
    const bool is6 = from[L2] >> 4 == 6;
    const uint32_t hdr = L2 + (is6 ? 40 : 20), extra = is6 ? 8 : 0;
    const bool has_more = hdr + at.offset + at.len < m->data_len;
    struct rte_mbuf *f = rte_pktmbuf_alloc(rig_pool);
    assert_non_null(f);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(f, (uint16_t)(hdr + extra + at.len)), *ip = p + L2;
    memcpy(p, from, hdr);
    memcpy(p + hdr + extra, from + hdr + at.offset, at.len);
    if (is6) {
        ip[6] = 44;
        dp_put16(ip + 4, (uint16_t)(8 + at.len));
        memset(ip + 40, 0, 8);
        ip[40] = 17;
        dp_put16(ip + 42, (uint16_t)(at.offset | has_more));
        dp_put32(ip + 44, id);
        return f;
    }
    dp_put16(ip + 2, (uint16_t)(20 + at.len));
    dp_put16(ip + 4, id);
    dp_put16(ip + 6, (uint16_t)((has_more ? 0x2000 : 0) | at.offset / 8));
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    return f;
}

static void assert_opened(struct rig *r)
{
    struct rte_mbuf *m = rig_out(&r->b, RIG_INSIDE);
    assert_non_null(m);
    struct rte_mbuf *want = rig_frame(0x32, "10.1.0.9", "10.2.0.9", 1300);
    assert_int_equal(m->data_len, L2 + 1300);
    assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *) + L2 + 20, rte_pktmbuf_mtod(want, uint8_t *) + L2 + 20,
                        1280);
    rte_pktmbuf_free(want);
    rte_pktmbuf_free(m);
}

static void three_pieces(bool outer6)
{
    static const uint8_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct rig r = make(outer6);
    for (uint16_t i = 0; i < 6; i++) {
        struct rte_mbuf *m = sealed(&r);
        const uint32_t len = m->data_len - L2 - (outer6 ? 40u : 20u);
        const struct piece pieces[3] = {{0, 480}, {480, 800}, {1280, len - 1280}};
        for (unsigned k = 0; k < 3; k++) {
            assert_null(rig_out(&r.b, RIG_INSIDE));
            rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, pieces[orders[i][k]], (uint16_t)(100 + i)));
        }
        assert_opened(&r);
        rte_pktmbuf_free(m);
    }
    assert_int_equal(rig_drops(&r.b, DP_DROP_frag_cap), 0);
    rig_free(&r);
}

static void pieces_in_any_order_make_the_packet(void **state)
{
    three_pieces(false);
    three_pieces(true);
}

static void an_atomic_fragment_is_a_whole_packet(void **state)
{
    struct rig r = make(true);
    struct rte_mbuf *a = sealed(&r), *b = sealed(&r);
    const uint32_t len = a->data_len - L2 - 40u;
    /* Between the pieces of another packet with the same ID, which it does not disturb. */
    rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(a, (struct piece){0, 640}, 5));
    rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(b, (struct piece){0, len}, 5));
    assert_opened(&r);
    rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(a, (struct piece){640, len - 640}, 5));
    assert_opened(&r);
    rte_pktmbuf_free(a);
    rte_pktmbuf_free(b);
    rig_free(&r);
}

static void halves_are_kept_within_caps_and_not_for_long(void **state)
{
    for (int outer6 = 0; outer6 < 2; outer6++) {
        struct rig r = make(outer6);
        struct rte_mbuf *m = sealed(&r);
        const uint32_t len = m->data_len - L2 - (outer6 ? 40u : 20u);
        const struct piece first = {0, 640}, last = {640, len - 640};
        for (uint16_t id = 0; id < 4 * PACKETS; id++) {
            rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, first, id));
            /* what is held in both gateways, and m itself */
            assert_true(rte_mempool_in_use_count(rig_pool) <= PACKETS + 1);
        }
        const uint64_t refused = rig_drops(&r.b, DP_DROP_frag_cap);
        assert_true(refused >= 3 * PACKETS);
        /* A second later the same places are free again. */
        r.tsc += 2 * RIG_HZ;
        rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, last, 7));
        rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, first, 7));
        assert_opened(&r);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

static void broken_pieces_are_refused(void **state)
{
    struct rig r = make(false);
    struct rte_mbuf *m = sealed(&r);
    const struct piece odd = {0, 483}; /* more follow, and it does not end on 8 bytes */
    const uint32_t len = m->data_len - L2 - 20u;
    rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, odd, 1));
    assert_int_equal(rig_drops(&r.b, DP_DROP_fragment), 1);
    /* Pieces of two packets never make one: the ICV would tell, but they do not even meet. */
    rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, (struct piece){0, 640}, 2));
    rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, (struct piece){640, len - 640}, 3));
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_bad_icv), 0);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_in_any_order_make_the_packet),
        cmocka_unit_test(an_atomic_fragment_is_a_whole_packet),
        cmocka_unit_test(halves_are_kept_within_caps_and_not_for_long),
        cmocka_unit_test(broken_pieces_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
