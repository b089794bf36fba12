/* SPDX-License-Identifier: BSD-3-Clause */
/* The one gate in and out of the encrypted part of IKEv1. */
#include "ikev1_msg.h"

#include <errno.h>
#include <string.h>
#include "base_time.h"
#include "base_wipe.h"
#include "ike_act.h"
#include "ike_backoff.h"
#include "ike_core.h"
#include "ikev1_frag.h"
#include "ikev1_tables.h"

#define AGAIN_AT_ONCE \
    6 /* repetitions of a message of the peer's that are answered in a moment, then one a second */

struct ikev1_keymat_algs ikev1_msg_algs(const struct ikev1_sa *sa)
{
    return (struct ikev1_keymat_algs){(enum crypt_prf)sa->algs.prf->id, sa->algs.encr};
}

struct base_span ikev1_msg_body(const struct ikev1_msg *msg, uint8_t type, size_t n)
{
    const struct wire_v1_pld *p = wire_v1_plds_find(&msg->plds, type, n);
    return p ? p->body : BASE_SPAN_NONE;
}

/* ---- out ---- */

struct wire_ike_builder ikev1_msg_begin(struct ike *ike, const struct ikev1_sa *sa, uint8_t exchange,
                                        uint32_t msgid, bool is_encrypted)
{
    const struct wire_ike_hdr hdr = {.spi_i = sa->spi_i,
                                     .spi_r = sa->spi_r,
                                     .version = WIRE_V1_VERSION,
                                     .exchange = exchange,
                                     .flags = is_encrypted ? WIRE_V1_F_ENCRYPTED : 0,
                                     .msgid = msgid};
    return wire_ike_build(ike->v1->wire, sizeof ike->v1->wire, &hdr);
}

struct base_span ikev1_msg_end(struct wire_ike_builder *b)
{
    return wire_ike_finish(b);
}

struct base_span ikev1_msg_seal(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b,
                                uint8_t iv[IKEV1_IV_MAX])
{
    const struct crypt_alg *encr = sa->algs.encr;
    wire_v1_pad(b, encr->block_bytes);
    const struct base_span all = wire_ike_finish(b);
    if (all.len < WIRE_IKE_HDR_BYTES + (size_t)encr->block_bytes)
        return BASE_SPAN_NONE;
    uint8_t *body = ike->v1->wire + WIRE_IKE_HDR_BYTES;
    const size_t len = all.len - WIRE_IKE_HDR_BYTES;
    if (ike->env.crypto->encrypt(encr, base_span(sa->keys.encr, sa->keys.encr_len),
                                 base_span(iv, encr->iv_bytes), BASE_SPAN_NONE, base_span(body, len), body,
                                 NULL) != 0)
        return BASE_SPAN_NONE;
    memcpy(iv, body + len - encr->iv_bytes, encr->iv_bytes);
    return all;
}

struct wire_ike_builder ikev1_msg_begin_2(struct ike *ike, const struct ikev1_sa *sa, uint8_t exchange,
                                          uint32_t msgid, uint8_t **room)
{
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, exchange, msgid, true);
    *room = wire_v1_put_room(&b, WIRE_V1_P_HASH, sa->keys.prf_len);
    return b;
}

/* Over message id, a nonce and the rest: HASH(1), and HASH(2) with the initiator's nonce (RFC 2409 5.5). */
static bool msg_hash(struct ike *ike, const struct ikev1_sa *sa, uint32_t msgid, struct base_span nonce,
                     struct base_span rest, uint8_t out[CRYPT_PRF_MAX])
{
    uint8_t id[4];
    struct base_writer w = base_writer(id, sizeof id);
    base_write_u32(&w, msgid);
    const struct base_span parts[] = {base_span(id, sizeof id), nonce, rest};
    return ikev1_keymat_hash(ike->env.crypto, (enum crypt_prf)sa->algs.prf->id, &sa->keys, parts, 3, out) ==
           0;
}

struct base_span ikev1_msg_seal_2(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b,
                                  uint8_t *room, uint32_t msgid, struct base_span nonce,
                                  uint8_t iv[IKEV1_IV_MAX])
{
    uint8_t hash[CRYPT_PRF_MAX];
    if (!room || b->w.failed)
        return BASE_SPAN_NONE;
    const uint8_t *rest = room + sa->keys.prf_len;
    const size_t len = (size_t)(ike->v1->wire + b->w.pos - rest);
    if (!msg_hash(ike, sa, msgid, nonce, base_span(rest, len), hash))
        return BASE_SPAN_NONE;
    memcpy(room, hash, sa->keys.prf_len);
    return ikev1_msg_seal(ike, sa, b, iv);
}

void ikev1_msg_send(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path, struct base_span bytes)
{
    if (!bytes.len)
        return;
    sa->life.last_out = ike->now;
    ikev1_frag_send(ike, sa, path, bytes);
}

/* ---- in ---- */

int ikev1_msg_open(struct ike *ike, const struct ikev1_sa *sa, struct ikev1_msg *msg,
                   const uint8_t iv[IKEV1_IV_MAX])
{
    const struct crypt_alg *encr = sa->algs.encr;
    struct base_reader r = base_reader(msg->raw);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    const struct base_span body = base_read_rest(&r);
    if (!sa->keys.prf_len || body.len < encr->block_bytes || body.len % encr->block_bytes ||
        body.len > sizeof ike->v1->plain)
        return -EBADMSG;
    if (ike->env.crypto->decrypt(encr, base_span(sa->keys.encr, sa->keys.encr_len),
                                 base_span(iv, encr->iv_bytes), BASE_SPAN_NONE, body, BASE_SPAN_NONE,
                                 ike->v1->plain) != 0)
        return -EBADMSG;
    memcpy(msg->next_iv, body.ptr + body.len - encr->iv_bytes, encr->iv_bytes);
    return wire_v1_plds_parse(msg->hdr.next, base_span(ike->v1->plain, body.len), true, &msg->plds) ==
                   WIRE_IKE_OK
               ? 0
               : -EBADMSG;
}

bool ikev1_msg_is_authentic(struct ike *ike, const struct ikev1_sa *sa, const struct ikev1_msg *msg,
                            struct base_span nonce)
{
    uint8_t hash[CRYPT_PRF_MAX];
    const struct wire_v1_pld *first = msg->plds.count ? &msg->plds.list[0] : NULL;
    if (!first || first->type != WIRE_V1_P_HASH || first->body.len != sa->keys.prf_len)
        return false;
    return msg_hash(ike, sa, msg->hdr.msgid, nonce, wire_v1_plds_behind(&msg->plds, 0), hash) &&
           base_equal_secret(hash, first->body.ptr, sa->keys.prf_len);
}

/* ---- repetition ---- */

bool ikev1_flight_send(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f,
                       const struct ikev1_msg *msg, struct base_span bytes, bool is_repeated)
{
    if (!bytes.len || ike_blob_set(&f->out, bytes) < 0)
        return false;
    f->in_hash = msg ? msg->raw_hash : 0;
    f->tries = 0;
    f->at = is_repeated && sa->conn ? base_time_add(ike->now, ike_backoff_ns(sa->conn, 0)) : BASE_TIME_NEVER;
    ikev1_msg_send(ike, sa, &sa->path, bytes);
    return true;
}

void ikev1_flight_again(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f)
{
    if (!f->out.len || !base_ration_take(&f->again, ike->now.ns, BASE_NS_PER_S, AGAIN_AT_ONCE))
        return;
    ike->stats.duplicates_answered++;
    ikev1_msg_send(ike, sa, &sa->path, ike_blob_span(&f->out));
}

bool ikev1_flight_answers(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f,
                          const struct ikev1_msg *msg)
{
    if (!f->in_hash || f->in_hash != msg->raw_hash)
        return false;
    ikev1_flight_again(ike, sa, f);
    return true;
}

bool ikev1_flight_on_timer(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f)
{
    if (f->tries >= sa->conn->retransmit_tries) {
        f->at = BASE_TIME_NEVER;
        return false;
    }
    f->tries++;
    f->at = base_time_add(ike->now, ike_backoff_ns(sa->conn, f->tries));
    ikev1_msg_send(ike, sa, &sa->path, ike_blob_span(&f->out));
    return true;
}

void ikev1_flight_rest(struct ikev1_flight *f)
{
    f->at = BASE_TIME_NEVER;
}

void ikev1_flight_free(struct ikev1_flight *f)
{
    ike_blob_free(&f->out);
    *f = (struct ikev1_flight){.at = BASE_TIME_NEVER};
}
