/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Packets that are sealed whole and cut afterwards: piece by piece and byte by byte against what a twin of
 * the gateway sends, which has the same keys and a path that takes everything.
 */
#include "dp_rig.h"

#define L2    14
#define MIN6  1280 /* what every IPv6 link carries */
#define LARGE 10000
#define DF    0x4000

static const struct crypt_alg cbc128 = {.type = CRYPT_TYPE_ENCR,
                                        .id = CRYPT_ENCR_AES_CBC,
                                        .key_bits = 128,
                                        .key_bytes = 16,
                                        .iv_bytes = 16,
                                        .block_bytes = 16};
static const struct crypt_alg sha256 = {.type = CRYPT_TYPE_INTEG,
                                        .id = CRYPT_INTEG_HMAC_SHA2_256_128,
                                        .key_bytes = 32,
                                        .icv_bytes = 16,
                                        .out_bytes = 32};

/* How A's tunnel is made. */
struct shape {
    bool outer6, inner6, encap, cbc, esn, after;
    uint16_t path; /* MTU that A knows of */
    uint16_t workers;
    bool copy_df;
};

struct scene {
    struct rig r;
    struct rig_gateway twin;
    struct shape shape;
};

static inline struct esp_pair pair_of(unsigned n, const struct shape *s)
{
    struct esp_pair p =
        rig_pair(n, s->cbc ? &cbc128 : &rig_gcm128, s->cbc ? &sha256 : NULL, s->esn, s->encap);
    if (s->outer6) {
        p.path.local.addr = rig_ip(rig_text("2001:db8::%u", n));
        p.path.remote.addr = rig_ip(rig_text("2001:db8::%u", 3 - n));
    }
    if (s->inner6) {
        p.local_ts = rig_ts(rig_text("fd00:%u::/64", n));
        p.remote_ts = rig_ts(rig_text("fd00:%u::/64", 3 - n));
    }
    p.replay_window = 32;
    p.frag_after = s->after;
    return p;
}

static inline struct scene scene_make(struct shape s)
{
    rig_eal();
    const uint16_t workers = s.workers ? s.workers : 1;
    struct scene sc = {.shape = s};
    sc.r.tsc = RIG_HZ;
    sc.r.a = rig_gateway_make_df(1, 9216, workers, s.copy_df);
    sc.r.b = rig_gateway_make(2, 9216, 1);
    sc.twin = rig_gateway_make(1, 9216, 1);
    struct esp_pair a = pair_of(1, &s), b = pair_of(2, &s), twin = pair_of(1, &s);
    a.outer_mtu = s.path;
    rig_connect(&sc.r, &a, &b);
    twin.outer_mtu = 9216;
    twin.spi_out = sc.r.spi_b;
    assert_int_equal(sad_spi_alloc(sc.twin.sad, &twin.spi_in), 0);
    assert_int_equal(sad_install(sc.twin.sad, &twin), 0);
    return sc;
}

static inline void scene_free(struct scene *sc)
{
    rig_gateway_free(&sc->twin);
    rig_free(&sc->r);
}

static inline uint32_t inner_mtu(const struct scene *sc)
{
    struct sad_stats s;
    assert_int_equal(sad_stats(sc->r.a.sad, sc->r.spi_a, &s), 0);
    return s.inner_mtu;
}

/* An inner IPv4 packet of `len` bytes with these flags and offset. */
static inline struct rte_mbuf *inner4(uint32_t len, uint16_t frag)
{
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", len);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + L2;
    dp_put16(ip + 6, frag);
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    return m;
}

/* An inner packet of `len` bytes; an IPv4 one may be cut. */
static inline struct rte_mbuf *inner(const struct scene *sc, uint32_t len)
{
    return sc->shape.inner6 ? rig_frame6(0x11, "fd00:1::9", "fd00:2::9", len) : inner4(len, 0);
}

static inline bool is_piece(const struct rte_mbuf *m)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + L2;
    return ip[0] >> 4 == 6 ? ip[6] == WIRE_IP6_FRAGMENT : dp_get16(ip + 6) & 0x3fff;
}

/* An outer packet that is being put together. */
struct joint {
    uint8_t bytes[LARGE]; /* behind the IP header */
    uint32_t len, pieces, id;
    bool is_over;
};

static inline uint32_t hdr_of(const struct shape *s)
{
    return s->outer6 ? 40 : 20;
}

/* Adds a piece that starts where the last one ended; its header is that of the whole, but for what cutting
 * changes. */
static inline void piece_add(struct joint *j, const struct shape *s, const struct rte_mbuf *m,
                             const uint8_t *whole)
{
    static const uint8_t eth[12] = {2, 0, 0, 0, 0, 0x22, 2, 0, 0, 0, 0, 0x21};
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *), *ip = p + L2;
    uint8_t want[48];
    uint32_t hdr = hdr_of(s) + (s->outer6 ? 8 : 0), n = m->data_len - L2 - hdr, id;
    assert_memory_equal(p, eth, sizeof eth);
    assert_int_equal(dp_get16(p + 12), s->outer6 ? 0x86dd : 0x0800);
    assert_int_equal(m->pkt_len, m->data_len);
    memcpy(want, whole, hdr_of(s));
    if (s->outer6) {
        j->is_over = !(ip[43] & 1);
        id = dp_get32(ip + 44);
        dp_put16(want + 4, (uint16_t)(8 + n));
        want[6] = 44;
        want[40] = whole[6];
        want[41] = 0;
        dp_put16(want + 42, (uint16_t)(j->len | !j->is_over));
        dp_put32(want + 44, id);
    } else {
        j->is_over = !(ip[6] & 0x20);
        id = dp_get16(ip + 4);
        assert_int_not_equal(id, 0);
        dp_put16(want + 2, (uint16_t)(20 + n));
        dp_put16(want + 4, (uint16_t)id);
        dp_put16(want + 6, (uint16_t)(j->len / 8 | (j->is_over ? 0 : 0x2000)));
        dp_put16(want + 10, 0);
        dp_store16(want + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(want)));
    }
    assert_memory_equal(ip, want, hdr);
    assert_true(j->pieces == 0 || id == j->id);
    j->id = id;
    memcpy(j->bytes + j->len, ip + hdr, n);
    j->len += n;
    j->pieces++;
}

/* Takes A's pieces of one packet, which are as few as fit `most`, and together the packet `whole`. Returns
 * the ID. */
static inline uint32_t pieces_match(struct scene *sc, const struct rte_mbuf *whole, uint32_t most)
{
    static struct joint j;
    const uint8_t *ip = rte_pktmbuf_mtod(whole, const uint8_t *) + L2;
    const uint32_t hdr = hdr_of(&sc->shape), len = whole->data_len - L2 - hdr;
    const uint32_t each = (most - hdr - (sc->shape.outer6 ? 8 : 0)) / 8 * 8;
    j = (struct joint){0};
    while (!j.is_over) {
        struct rte_mbuf *m = rig_out(&sc->r.a, RIG_OUTSIDE);
        assert_non_null(m);
        piece_add(&j, &sc->shape, m, ip);
        assert_int_equal(j.len, j.is_over ? len : j.pieces * each);
        assert_true(m->data_len - L2 <= sc->shape.path);
        rig_in(&sc->r, &sc->r.b, RIG_OUTSIDE, m);
    }
    assert_int_equal(j.pieces, (len + each - 1) / each);
    assert_memory_equal(j.bytes, ip + hdr, len);
    return j.id;
}

static inline void arrives(struct scene *sc, uint32_t len)
{
    struct rte_mbuf *m = rig_out(&sc->r.b, RIG_INSIDE), *want = inner(sc, len);
    assert_non_null(m);
    assert_int_equal(m->data_len, L2 + len);
    const uint32_t hdr = sc->shape.inner6 ? 40 : 20;
    const uint8_t *got = rte_pktmbuf_mtod(m, const uint8_t *) + L2;
    assert_int_equal(got[sc->shape.inner6 ? 7 : 8], 62);
    assert_memory_equal(got + hdr, rte_pktmbuf_mtod(want, const uint8_t *) + L2 + hdr, len - hdr);
    rte_pktmbuf_free(m);
    rte_pktmbuf_free(want);
}

/* The same packet into A and its twin; what the twin sends. */
static inline struct rte_mbuf *both_seal(struct scene *sc, uint32_t len)
{
    rig_in(&sc->r, &sc->r.a, RIG_INSIDE, inner(sc, len));
    rig_in(&sc->r, &sc->twin, RIG_INSIDE, inner(sc, len));
    struct rte_mbuf *whole = rig_out(&sc->twin, RIG_OUTSIDE);
    assert_non_null(whole);
    assert_false(is_piece(whole));
    return whole;
}

/* The largest outer packet that A sends in one piece. */
static inline uint32_t most_of(struct scene *sc)
{
    struct rte_mbuf *whole = both_seal(sc, inner_mtu(sc)), *m = rig_out(&sc->r.a, RIG_OUTSIDE);
    const uint32_t most = m->data_len - L2;
    assert_false(is_piece(m));
    assert_in_range(most, sc->shape.path - (sc->shape.cbc ? 15 : 3), sc->shape.path);
    assert_int_equal(m->data_len, whole->data_len);
    rte_pktmbuf_free(whole);
    rte_pktmbuf_free(m);
    return most;
}

/* Every size from `first` (0: the first that does not fit) to `last` arrives, in pieces with IDs of their
 * own. */
static inline void sizes_arrive(struct shape s, uint32_t first, uint32_t last)
{
    struct scene sc = scene_make(s);
    const uint32_t most = most_of(&sc);
    uint32_t before = 0;
    assert_true(inner_mtu(&sc) < last);
    for (uint32_t len = first ? first : inner_mtu(&sc) + 1; len <= last; len++) {
        struct rte_mbuf *whole = both_seal(&sc, len);
        const uint32_t id = pieces_match(&sc, whole, most);
        assert_true(before == 0 || id == (s.outer6 ? before + 1 : before % 65535 + 1));
        before = id;
        arrives(&sc, len);
        assert_null(rig_out(&sc.r.a, RIG_OUTSIDE));
        rte_pktmbuf_free(whole);
    }
    scene_free(&sc);
}

/* B gets all that A sends and puts it together; how many packets come out, the first of them in *out. */
static inline unsigned passed(struct scene *sc, struct rte_mbuf **out)
{
    struct rte_mbuf *m;
    unsigned n = 0;
    while ((m = rig_out(&sc->r.a, RIG_OUTSIDE)))
        rig_in(&sc->r, &sc->r.b, RIG_OUTSIDE, m);
    for (*out = NULL; (m = rig_out(&sc->r.b, RIG_INSIDE)); n++) {
        if (*out)
            rte_pktmbuf_free(m);
        else
            *out = m;
    }
    return n;
}
