/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments of the outer packet: put together in any order, opened as if they had never been cut; forgotten
 * after a while, within caps, and accounted for.
 */
#include "dp_core.h"
#include "dp_way.h"
#include "dp_worker.h"

#define L2    14
#define SHARE 64 /* packets in pieces that a worker holds of one source */

struct piece {
    uint32_t offset, len;
};

static struct rig make(bool outer6)
{
    struct rig r = rig_apart();
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
        for (uint16_t id = 0; id < 4 * SHARE; id++) {
            rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, first, id));
            assert_int_equal(rte_mempool_in_use_count(rig_pool), 1); /* m itself */
        }
        assert_int_equal(rig_drops(&r.b, DP_DROP_frag_cap), 3 * SHARE);
        /* Six seconds later the same places are free again. */
        r.tsc += 6 * RIG_HZ;
        rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, last, 7));
        rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, first, 7));
        assert_opened(&r);
        assert_int_equal(rig_drops(&r.b, DP_DROP_frag_cap), 4 * SHARE);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

/* A UDP datagram to B's port 500, of len bytes behind its header, in pieces of `each`; the last one first. */
static void ike_in_pieces(struct rig *r, bool is6, uint32_t len, uint32_t each, uint32_t id)
{
    const uint32_t hdr = is6 ? 48 : 20, total = 8 + len;
    for (uint32_t n = (total + each - 1) / each; n-- > 0;) {
        const uint32_t at = n * each, here = total - at < each ? total - at : each;
        struct rte_mbuf *m = is6 ? rig_frame6(0x22, "2001:db8::1", "2001:db8::2", 48 + here)
                                 : rig_frame(0x22, "192.0.2.1", "192.0.2.2", 20 + here);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + L2, *data = ip + hdr;
        for (uint32_t i = 0; i < here; i++)
            data[i] = (uint8_t)((at + i) * 31 >> 3);
        if (at == 0) {
            dp_put16(data, 500);
            dp_put16(data + 2, 500);
            dp_put16(data + 4, (uint16_t)total);
            dp_put16(data + 6, 0);
        }
        if (is6) {
            ip[6] = 44;
            ip[40] = at ? 255 : 17; /* the first one's counts */
            ip[41] = 0;
            dp_put16(ip + 42, (uint16_t)(at | (at + here < total)));
            dp_put32(ip + 44, id);
        } else {
            dp_put16(ip + 4, (uint16_t)id);
            dp_put16(ip + 6, (uint16_t)((at + here < total ? 0x2000 : 0) | at / 8));
            rig_ip4_fix(m);
        }
        rig_in(r, &r->b, RIG_OUTSIDE, m);
    }
}

static void ike_arrives(struct rig *r, bool is6, uint32_t len, uint32_t each, uint32_t id)
{
    struct dp_punt punt;
    ike_in_pieces(r, is6, len, each, id);
    assert_true(dp_punt_pop(r->b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_IKE);
    assert_int_equal(punt.payload.len, len);
    assert_int_equal(punt.src.port, 500);
    for (uint32_t i = 0; i < len; i++)
        assert_true(punt.payload.ptr[i] == (uint8_t)((8 + i) * 31 >> 3));
    rte_pktmbuf_free(punt.mbuf);
}

static void a_message_of_any_size_reaches_control(void **state)
{
    struct rig r = make(false);
    r.b.dp->params.punt_pps = UINT32_MAX;
    for (uint32_t is6 = 0; is6 < 2; is6++) {
        const uint32_t most = is6 ? 65527 : 65507;
        for (uint32_t len = 1000; len <= most; len += len > most - 30 ? 1 : 1237) {
            r.tsc += RIG_HZ / 100;
            ike_arrives(&r, is6, len, 576, len);
            ike_arrives(&r, is6, len, 1440, len);
        }
        ike_arrives(&r, is6, most, 1440, 1);
        ike_arrives(&r, is6, most, 8960, 2);
        ike_arrives(&r, is6, most, 264, 3);
    }
    assert_int_equal(rig_drops(&r.b, DP_DROP_fragment) + rig_drops(&r.b, DP_DROP_frag_cap), 0);
    rig_free(&r);
}

static void options_and_data_are_at_most_one_packet(void **state)
{
    struct rig r = make(false);
    for (uint32_t extra = 0; extra < 2; extra++) {
        /* 24 bytes of header with the first piece, and 65,511 or one more behind it. */
        for (uint32_t at = 0; at < 65511; at += 8000) {
            const uint32_t left = 65511 + extra - at, n = left < 8000 ? left : 8000, ihl = at ? 20 : 24;
            struct rte_mbuf *m = rig_frame(0x22, "192.0.2.1", "192.0.2.2", ihl + n);
            uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + L2;
            ip[0] = (uint8_t)(0x40 | ihl / 4);
            memset(ip + 20, 1, ihl - 20);
            ip[9] = 17;
            dp_put16(ip + ihl + 2, 500);
            dp_put16(ip + ihl + 4, 65511);
            dp_put16(ip + 4, (uint16_t)(77 + extra));
            dp_put16(ip + 6, (uint16_t)((n < left ? 0x2000 : 0) | at / 8));
            dp_put16(ip + 10, 0);
            dp_store16(ip + 10, wire_csum(base_span(ip, ihl)));
            rig_in(&r, &r.b, RIG_OUTSIDE, m);
        }
        struct dp_punt punt;
        assert_int_equal(dp_punt_pop(r.b.dp, &punt), !extra);
        if (!extra)
            rte_pktmbuf_free(punt.mbuf);
        assert_int_equal(rig_drops(&r.b, DP_DROP_fragment), extra);
    }
    rig_free(&r);
}

static void without_a_large_buffer_only_what_is_large_is_lost(void **state)
{
    struct rig r = make(false);
    struct rte_mbuf *all[64];
    for (int i = 0; i < 64; i++)
        assert_non_null(all[i] = dp_large_frame(rig_pool, rig_large_pool, 60000));
    ike_in_pieces(&r, false, 60000, 1440, 1);
    assert_int_equal(rig_drops(&r.b, DP_DROP_no_mbuf), 1);
    ike_arrives(&r, false, 3000, 1440, 2);
    rte_pktmbuf_free_bulk(all, 64);
    ike_arrives(&r, false, 60000, 1440, 3);
    rig_free(&r);
}

/* A packet that fits no small buffer and belongs to an SA of the other worker. */
static void what_was_put_together_goes_to_the_worker_that_owns_its_sa(void **state)
{
    rig_eal();
    struct rig r = {.a = rig_gateway_make(1, 9216, 1), .b = rig_gateway_make(2, 9216, 2), .tsc = RIG_HZ};
    struct rte_mempool *small = rte_pktmbuf_pool_create("small", 255, 0, 0, 2048, 0);
    struct dp_worker *w0 = dp_worker(r.b.dp, 0), *w1 = dp_worker(r.b.dp, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.outer_mtu = 9216;
    rig_connect(&r, &a, &b);
    r.b.dp->params.pool = small;
    const struct sad_in *in = sad_in_find(w0->tables, r.spi_b);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 8900));
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    r.b.w = atomic_load(&in->owner) == 0 ? w1 : w0;
    for (uint32_t at = 0, n; at < m->data_len - L2 - 20u; at += n) {
        n = m->data_len - L2 - 20u - at < 1440 ? m->data_len - L2 - 20u - at : 1440;
        rig_in(&r, &r.b, RIG_OUTSIDE, piece_of(m, (struct piece){at, n}, 5));
    }
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rte_mempool_in_use_count(rig_large_pool), 1);
    r.b.w = r.b.w == w0 ? w1 : w0;
    (void)dp_turn(r.b.w);
    rte_pktmbuf_free(m);
    m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(m->data_len, L2 + 8900);
    rte_pktmbuf_free(m);
    r.b.w = w0;
    rig_free(&r);
    rte_mempool_free(small);
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
        cmocka_unit_test(a_message_of_any_size_reaches_control),
        cmocka_unit_test(options_and_data_are_at_most_one_packet),
        cmocka_unit_test(without_a_large_buffer_only_what_is_large_is_lost),
        cmocka_unit_test(what_was_put_together_goes_to_the_worker_that_owns_its_sa),
        cmocka_unit_test(broken_pieces_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
