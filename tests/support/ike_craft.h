/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A caller made by hand: each payload of its messages is the test's own, so that what no peer of the lab
 * sends can be sent to an engine. It stands where host a of a pair (ike_pair.h) would; that one's engine
 * lends it scratch and is never run. Its answers wait in the pair's queue, which is held.
 *
 * Use: craft_new(); craft_init_begin(), put payloads, craft_init_send(); then for each exchange
 * craft_begin(), put payloads, craft_send(), and look at c->answer.
 */
#include "ike_core.h"
#include "ike_nonce.h"
#include "ike_pair.h"
#include "ikev2_keymat.h"
#include "ikev2_msg.h"
#include "ikev2_natd.h"
#include "ikev2_sa.h"
#include "ikev2_seal.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"

struct craft {
    struct pair *p;
    struct ikev2_sa *sa; /* its own view of the SA */
    struct ikev2_proof_keys proof;
    struct ike_path path; /* as the caller sees it */
    enum crypt_dh group;
    struct crypt_dh_key *dh;
    uint8_t public_value[CRYPT_DH_MAX];
    size_t public_len;
    struct ike_nonce ni, nr;
    size_t request_len; /* of IKE_SA_INIT, as it was sent */
    uint8_t request[WIRE_IKE_MSG_MAX], out[WIRE_IKE_MSG_MAX], chain[WIRE_IKE_MSG_MAX];
    struct pair_packet packet; /* the newest one that came */
    struct ikev2_msg answer;
    size_t n_answers; /* datagrams of the newest answer */
};

/* Its key exchange is by this group from now on. */
static inline void craft_set_group(struct craft *c, enum crypt_dh group)
{
    c->p->ops->dh_free(c->dh);
    c->group = group;
    c->public_len = crypt_alg_find(CRYPT_TYPE_DH, group, 0)->out_bytes;
    assert_int_equal(c->p->ops->dh_new(group, &c->dh, c->public_value), 0);
}

/* A caller of this pair, which is started here. Freed with craft_free(), and the pair with it. */
static inline struct craft *craft_new(struct pair *p)
{
    struct craft *c = calloc(1, sizeof *c);
    c->p = p;
    p->hold = true;
    pair_start(p);
    struct ike *ike = p->h[0].ike;
    c->path = (struct ike_path){.local = {p->h[0].addr, 500}, .remote = {p->h[1].addr, 500}};
    c->sa = ikev2_sa_new(ike, &c->path, true);
    c->sa->spi_i = 0x1122334455667788;
    craft_set_group(c, CRYPT_DH_X25519);
    ike_nonce_new(ike, &c->ni);
    return c;
}

static inline void craft_free(struct craft *c)
{
    c->p->ops->dh_free(c->dh);
    pair_free(c->p);
    free(c);
}

/* From now on it sends from and to port 4500. */
static inline void craft_float(struct craft *c)
{
    c->path.local.port = c->path.remote.port = 4500;
    c->path.natt = true;
}

/* Hands a message to the engine, and all that follows from it to the queue. */
static inline void craft_deliver(struct craft *c, struct base_span bytes)
{
    const struct ike_path seen = {.local = c->path.remote, .remote = c->path.local, .natt = c->path.natt};
    ike_on_packet(c->p->h[1].ike, c->p->now, &seen, bytes);
    pair_drain(c->p);
}

/* The oldest datagram that waits for the caller. False: there is none. */
static inline bool craft_next(struct craft *c)
{
    struct pair *p = c->p;
    if (p->head == p->tail) {
        p->head = p->tail = 0;
        return false;
    }
    pair_packet_copy(&c->packet, &p->queue[p->head++]);
    c->answer = (struct ikev2_msg){.path = &c->packet.path, .raw = base_span(c->packet.bytes, c->packet.len)};
    assert_int_equal(wire_ike_hdr_parse(c->answer.raw, &c->answer.hdr), 0);
    c->answer.is_response = c->answer.hdr.flags & WIRE_IKE_F_RESPONSE;
    return true;
}

/* ---- IKE_SA_INIT ---- */

static inline struct wire_ike_builder craft_init_begin(struct craft *c)
{
    const struct wire_ike_hdr hdr = {.spi_i = c->sa->spi_i,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_INITIATOR};
    return wire_ike_build(c->request, sizeof c->request, &hdr);
}

/* What host a's connection offers for the IKE SA. */
static inline void craft_put_ike(struct craft *c, struct wire_ike_builder *b)
{
    struct ike *ike = c->p->h[0].ike;
    const struct ike_conn_conf *conn = &c->p->h[0].conf->conns[0];
    ikev2_select_offer(conn->proposals, conn->n_proposals, 0, 0, IKEV2_DH_WANTED, &ike->v2->sa_out);
    wire_ike_put_sa(b, &ike->v2->sa_out);
}

static inline void craft_put_ke(struct craft *c, struct wire_ike_builder *b)
{
    wire_ike_put_ke(b, (uint16_t)c->group, base_span(c->public_value, c->public_len));
    wire_ike_put_nonce(b, ike_nonce_span(&c->ni));
}

static inline void craft_put_natd(struct craft *c, struct wire_ike_builder *b, bool fake)
{
    ikev2_natd_put(c->p->h[0].ike, b, c->sa->spi_i, 0, &c->path, fake);
}

static inline void craft_take_keys(struct craft *c, const struct wire_ike_ke *ke)
{
    uint8_t secret[CRYPT_DH_MAX], seed[CRYPT_PRF_MAX];
    size_t len;
    const struct crypt_ike_ops *ops = c->p->ops;
    const struct ikev2_choice *k = &c->sa->algs;
    const struct ikev2_keymat_algs algs = {(enum crypt_prf)k->prf->id, k->encr, k->integ};
    const struct base_span ni = ike_nonce_span(&c->ni), nr = ike_nonce_span(&c->nr);
    assert_int_equal(ops->dh_derive(c->dh, ke->value, secret, &len), 0);
    assert_int_equal(ikev2_keymat_skeyseed(ops, algs.prf, ni, nr, base_span(secret, len), seed), 0);
    assert_int_equal(ikev2_keymat_derive(ops, &algs, base_span(seed, k->prf->out_bytes), ni, nr, c->sa->spi_i,
                                         c->sa->spi_r, &c->sa->keys, &c->proof),
                     0);
}

/* Takes the answer's algorithms as they stand, whatever was offered. */
static inline void craft_take_choice(struct craft *c)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_SA, 0);
    struct wire_ike_sa *sa = &c->p->h[0].ike->v2->sa_in;
    assert_int_equal(wire_ike_sa_parse(p->body, sa), 0);
    assert_int_equal(sa->count, 1);
    c->sa->algs = (struct ikev2_choice){.number = sa->list[0].number};
    for (size_t i = 0; i < sa->list[0].count; i++) {
        const struct wire_ike_transform *t = &sa->list[0].list[i];
        const struct crypt_alg *a = crypt_alg_find((enum crypt_type)t->type, t->id, t->key_bits);
        if (t->type == CRYPT_TYPE_ENCR)
            c->sa->algs.encr = a;
        else if (t->type == CRYPT_TYPE_PRF)
            c->sa->algs.prf = a;
        else if (t->type == CRYPT_TYPE_INTEG)
            c->sa->algs.integ = a;
    }
}

/* Sends IKE_SA_INIT. 0: answered, and the keys are there; else the error notify that came, -1: nothing. */
static inline int craft_init_send(struct craft *c, struct wire_ike_builder *b)
{
    const struct base_span m = wire_ike_finish(b);
    struct wire_ike_ke ke;
    struct base_span nr, rest = {0};
    assert_true(m.len > 0);
    c->request_len = m.len;
    craft_deliver(c, m);
    if (!craft_next(c))
        return -1;
    struct base_reader r = base_reader(c->answer.raw);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    rest = base_read_rest(&r);
    assert_int_equal(wire_ike_plds_parse(c->answer.hdr.next, rest, &c->answer.plds), 0);
    const uint16_t error = ikev2_msg_error(&c->answer, NULL);
    if (error)
        return error;
    craft_take_choice(c);
    c->sa->spi_r = c->answer.hdr.spi_r;
    assert_int_equal(
        wire_ike_nonce_parse(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_NONCE, 0)->body, &nr), 0);
    ike_nonce_set(&c->nr, nr);
    assert_int_equal(wire_ike_ke_parse(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_KE, 0)->body, &ke), 0);
    craft_take_keys(c, &ke);
    c->sa->frag.is_agreed = ikev2_msg_has(&c->answer, WIRE_IKE_N_FRAGMENTATION_SUPPORTED);
    c->sa->seq.own = 1;
    assert_false(craft_next(c));
    return 0;
}

/* ---- what is sealed ---- */

static inline struct wire_ike_builder craft_begin(struct craft *c)
{
    return wire_ike_build_chain(c->chain, sizeof c->chain);
}

/* What the caller's AUTH is over when it is this identity (RFC 7296 2.15). */
static inline struct base_span craft_octets(const struct craft *c, const struct ike_id *id,
                                            uint8_t out[WIRE_IKE_MSG_MAX])
{
    uint8_t body[4 + IKE_ID_MAX] = {id->type}, mac[CRYPT_PRF_MAX];
    struct base_writer w = base_writer(out, WIRE_IKE_MSG_MAX);
    memcpy(body + 4, id->bytes, id->len);
    base_write(&w, c->request, c->request_len);
    base_write(&w, c->nr.bytes, c->nr.len);
    assert_int_equal(ikev2_keymat_maced_id(c->p->ops, (enum crypt_prf)c->sa->algs.prf->id,
                                           base_span(c->proof.sk_pi, c->sa->keys.prf_len),
                                           base_span(body, 4u + id->len), mac),
                     0);
    base_write(&w, mac, c->sa->keys.prf_len);
    return base_writer_span(&w);
}

/* IDi, and AUTH by host a's key. */
static inline void craft_put_auth(struct craft *c, struct wire_ike_builder *b)
{
    const struct ike_conf *conf = c->p->h[0].conf;
    const struct ike_id *id = &conf->conns[0].local_id;
    uint8_t octets[WIRE_IKE_MSG_MAX], auth[CRYPT_PRF_MAX];
    assert_int_equal(ikev2_keymat_auth_psk(c->p->ops, (enum crypt_prf)c->sa->algs.prf->id,
                                           base_span(conf->secrets[0].psk, conf->secrets[0].psk_len),
                                           craft_octets(c, id, octets), auth),
                     0);
    const struct wire_ike_id wire = {id->type, base_span(id->bytes, id->len), {0}};
    wire_ike_put_id(b, WIRE_IKE_P_IDI, &wire);
    wire_ike_put_auth(b, WIRE_IKE_AUTH_PSK, base_span(auth, c->sa->keys.prf_len));
}

/* SA, TSi and TSr: what host a's child offers, between these networks, with this SPI of the caller's. */
static inline void craft_put_child(struct craft *c, struct wire_ike_builder *b, uint32_t spi, const char *tsi,
                                   const char *tsr)
{
    struct ike *ike = c->p->h[0].ike;
    const struct ike_child_conf *child = &c->p->h[0].conf->conns[0].children[0];
    struct base_ts_list i = {0}, r = {0};
    ikev2_select_offer(child->proposals, child->n_proposals, spi, IKEV2_ESP_SPI_BYTES, IKEV2_DH_IGNORE,
                       &ike->v2->sa_out);
    wire_ike_put_sa(b, &ike->v2->sa_out);
    pair_ts_add(&i, tsi);
    pair_ts_add(&r, tsr);
    wire_ike_put_ts(b, WIRE_IKE_P_TSI, &i);
    wire_ike_put_ts(b, WIRE_IKE_P_TSR, &r);
}

/* Opens what came; the answer has its payloads then. False: fragments lack, or nothing came. */
static inline bool craft_open(struct craft *c)
{
    enum wire_ike_err err;
    for (c->n_answers = 0; craft_next(c);) {
        c->n_answers++;
        if (ikev2_msg_open(c->p->h[0].ike, c->sa, &c->answer, &err) == 0)
            return true;
    }
    return false;
}

/* What was put, sealed as the next request; most: bytes of each fragment, 0: whole. The datagrams are the
 * caller's, to be freed. */
static inline void craft_seal(struct craft *c, uint8_t exchange, const struct wire_ike_builder *b,
                              size_t most, struct ike_dgrams *out)
{
    struct ike *ike = c->p->h[0].ike;
    const struct ikev2_plain plain = {.hdr = {.spi_i = c->sa->spi_i,
                                              .spi_r = c->sa->spi_r,
                                              .version = WIRE_IKE_MAJOR << 4,
                                              .exchange = exchange,
                                              .flags = WIRE_IKE_F_INITIATOR,
                                              .msgid = c->sa->seq.own++},
                                      .first = wire_ike_chain_first(b),
                                      .chain = wire_ike_chain_bytes(b)};
    *out = (struct ike_dgrams){0};
    assert_false(b->w.failed);
    assert_int_equal(
        most ? ikev2_seal_cut(ike, c->sa, &plain, most, out) : ikev2_seal_whole(ike, c->sa, &plain, out), 0);
}

/* Sends what was put, and opens the answer. False: none came. */
static inline bool craft_send(struct craft *c, uint8_t exchange, const struct wire_ike_builder *b,
                              size_t most)
{
    struct ike_dgrams out;
    struct base_span d;
    size_t at = 0;
    craft_seal(c, exchange, b, most, &out);
    while (ike_dgrams_next(&out, &at, &d))
        craft_deliver(c, d);
    ike_dgrams_free(&out);
    return craft_open(c);
}

/* IKE_SA_INIT as host a's connection has it, with true NAT detection. */
static inline void craft_init(struct craft *c)
{
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_FRAGMENTATION_SUPPORTED});
    assert_int_equal(craft_init_send(c, &b), 0);
}

/* That, and IKE_AUTH with this child. */
static inline void craft_connect(struct craft *c, const char *tsi, const char *tsr)
{
    craft_init(c);
    struct wire_ike_builder b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, tsi, tsr);
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
}
