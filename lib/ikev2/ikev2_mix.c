/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and cover of additional key exchanges, pure but for the SA that they are of. */
#include "ikev2_mix.h"

#include <errno.h>
#include <string.h>
#include "base_secret.h"
#include "base_wipe.h"
#include "ike_core.h"
#include "ike_nonce.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "wire_ike.h"

#define NEXT_AT       16 /* in the IKE header: the type of the first payload */
#define LENGTH_AT     24 /* and the length of the message */
#define GENERIC_BYTES 4

bool ikev2_mix_begin(struct ikev2_sa *sa)
{
    struct ikev2_mix *m = base_secret_new(sizeof *m);
    if (!m)
        return false;
    m->next = ikev2_select_addke_from(&sa->algs, CRYPT_TYPE_ADDKE1);
    sa->init->mix = m;
    return true;
}

enum crypt_dh ikev2_mix_group(const struct ikev2_sa *sa)
{
    const struct ikev2_mix *m = sa->init->mix;
    return m && m->next ? (enum crypt_dh)sa->algs.addke[m->next - CRYPT_TYPE_ADDKE1] : CRYPT_DH_NONE;
}

int ikev2_mix_secret(struct ike *ike, struct ikev2_sa *sa, struct base_span secret)
{
    struct ikev2_mix *m = sa->init->mix;
    const struct ikev2_keymat_algs algs = {(enum crypt_prf)sa->algs.prf->id, sa->algs.encr, sa->algs.integ};
    const struct base_span ni = ike_nonce_span(&sa->init->ni), nr = ike_nonce_span(&sa->init->nr);
    uint8_t seed[CRYPT_PRF_MAX];
    m->before = sa->keys;
    int rc =
        ikev2_keymat_skeyseed_rekey(ike->env.crypto, algs.prf, base_span(sa->keys.sk_d, sa->keys.prf_len),
                                    secret, ni, nr, BASE_SPAN_NONE, seed);
    if (rc == 0)
        rc = ikev2_keymat_derive(ike->env.crypto, &algs, base_span(seed, sa->algs.prf->out_bytes), ni, nr,
                                 sa->spi_i, sa->spi_r, &sa->keys, &sa->init->proof);
    base_wipe(seed, sizeof seed);
    m->next = ikev2_select_addke_from(&sa->algs, m->next + 1);
    m->done++;
    return rc;
}

/* IntAuth_[i/r]n = prf(SK_p[i/r], IntAuth_[i/r](n-1) | A | P), with the keys that seal the message. */
static int mix_cover(struct ike *ike, struct ikev2_sa *sa, bool by_initiator, struct base_span head,
                     struct base_span inner)
{
    struct ikev2_mix *m = sa->init->mix;
    uint8_t *covered = m->covered[!by_initiator];
    const struct base_span before = base_span(covered, m->done ? sa->algs.prf->out_bytes : 0);
    const struct base_span parts[] = {before, head, inner};
    const struct base_span sk_p = ikev2_init_sk_p(sa, by_initiator);
    uint8_t out[CRYPT_PRF_MAX];
    const int rc = ike->env.crypto->prf((enum crypt_prf)sa->algs.prf->id, sk_p, parts, 3, out);
    if (rc == 0)
        memcpy(covered, out, sa->algs.prf->out_bytes);
    base_wipe(out, sizeof out);
    return rc;
}

int ikev2_mix_cover_ours(struct ike *ike, struct ikev2_sa *sa, bool is_response, uint32_t msgid,
                         const struct wire_ike_builder *b)
{
    const struct base_span inner = wire_ike_chain_bytes(b);
    const struct wire_ike_hdr hdr = ikev2_msg_header(sa, WIRE_IKE_INTERMEDIATE, msgid, is_response);
    uint8_t head[WIRE_IKE_HDR_BYTES + GENERIC_BYTES];
    struct base_writer w = base_writer(head, sizeof head);
    if (b->w.failed || inner.len + sizeof head > WIRE_IKE_MSG_MAX)
        return -EMSGSIZE;
    base_write_u64(&w, hdr.spi_i);
    base_write_u64(&w, hdr.spi_r);
    base_write_u8(&w, WIRE_IKE_P_SK);
    base_write_u8(&w, hdr.version);
    base_write_u8(&w, hdr.exchange);
    base_write_u8(&w, hdr.flags);
    base_write_u32(&w, hdr.msgid);
    base_write_u32(&w, (uint32_t)(sizeof head + inner.len));
    base_write_u8(&w, wire_ike_chain_first(b));
    base_write_u8(&w, 0);
    base_write_u16(&w, (uint16_t)(GENERIC_BYTES + inner.len));
    return mix_cover(ike, sa, sa->is_initiator, base_writer_span(&w), inner);
}

/* Where the type of the sealed payload stands, in front of which there may be others. */
static size_t mix_type_at(struct base_span head)
{
    size_t at = NEXT_AT;
    struct base_reader r = base_reader(head);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    while (base_reader_left(&r) > GENERIC_BYTES) {
        at = head.len - base_reader_left(&r);
        base_read_u16(&r);
        const uint16_t len = base_read_u16(&r);
        base_read_span(&r, len > GENERIC_BYTES ? (size_t)len - GENERIC_BYTES : 0);
    }
    return at;
}

static void mix_put_length(uint8_t *at, size_t bytes, size_t value)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

int ikev2_mix_cover_theirs(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    uint8_t head[IKEV2_FRAG_HEAD_MAX];
    const size_t len = msg->head.len;
    if (len < WIRE_IKE_HDR_BYTES + GENERIC_BYTES || len > sizeof head ||
        len + msg->inner.len > WIRE_IKE_MSG_MAX)
        return -EMSGSIZE;
    /* As it would be whole and without IV, padding and ICV; a fragment's type is another one. */
    memcpy(head, msg->head.ptr, len);
    head[mix_type_at(msg->head)] = WIRE_IKE_P_SK;
    mix_put_length(head + LENGTH_AT, 4, len + msg->inner.len);
    mix_put_length(head + len - 2, 2, GENERIC_BYTES + msg->inner.len);
    return mix_cover(ike, sa, !sa->is_initiator, base_span(head, len), msg->inner);
}

struct base_span ikev2_mix_auth(const struct ikev2_sa *sa, uint8_t out[IKEV2_MIX_AUTH_MAX])
{
    const struct ikev2_mix *m = sa->init->mix;
    struct base_writer w = base_writer(out, IKEV2_MIX_AUTH_MAX);
    if (!m || !m->done)
        return BASE_SPAN_NONE;
    base_write(&w, m->covered[0], sa->algs.prf->out_bytes);
    base_write(&w, m->covered[1], sa->algs.prf->out_bytes);
    base_write_u32(&w, m->done + 1u); /* the message id of the first round of IKE_AUTH */
    return base_writer_span(&w);
}

const struct ikev2_keys *ikev2_mix_keys_answered(const struct ikev2_sa *sa)
{
    const struct ikev2_mix *m = sa->init ? sa->init->mix : NULL;
    const bool was_mixed = m && m->done && (sa->state == IKEV2_ST_R_MIX || sa->state == IKEV2_ST_R_INIT);
    return was_mixed ? &m->before : &sa->keys;
}
