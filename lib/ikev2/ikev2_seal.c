/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sealing and opening SK and SKF payloads. What is authenticated begins with the first byte of the IKE header
 * and ends before the IV, so that an SKF payload's numbers are covered (RFC 5282 5.1, RFC 7383 2.5).
 */
#include "ikev2_seal.h"

#include <errno.h>
#include <string.h>
#include "base_wipe.h"
#include "crypt_alg.h"
#include "crypt_ike_ops.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ikev2_keymat.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"

#define GENERIC_BYTES 4 /* of the payload's own header (RFC 7296 3.2) */

/* A place among the fragments of a message; total 0: it is whole. */
struct seal_place {
    uint16_t number, total;
};

/* ---- sizes ---- */

static size_t seal_block(const struct ikev2_sa *sa)
{
    return sa->algs.encr->block_bytes > 1 ? sa->algs.encr->block_bytes : 1;
}

static size_t seal_icv(const struct ikev2_sa *sa)
{
    return sa->algs.integ ? sa->algs.integ->icv_bytes : sa->algs.encr->icv_bytes;
}

/* Around the ciphertext of a whole message. */
static size_t seal_frame(const struct ikev2_sa *sa)
{
    return WIRE_IKE_HDR_BYTES + GENERIC_BYTES + sa->algs.encr->iv_bytes + seal_icv(sa);
}

/* With its padding and the byte that tells how much that is. */
static size_t seal_padded(const struct ikev2_sa *sa, size_t len)
{
    const size_t block = seal_block(sa);
    return (len + block) / block * block;
}

size_t ikev2_seal_bytes(const struct ikev2_sa *sa, size_t chain_len)
{
    return seal_frame(sa) + seal_padded(sa, chain_len);
}

size_t ikev2_seal_room(const struct ikev2_sa *sa, size_t most)
{
    const size_t left = most > seal_frame(sa) ? most - seal_frame(sa) : 0;
    const size_t padded = left - left % seal_block(sa);
    return padded ? padded - 1 : 0;
}

/* ---- sealing ---- */

/* The key of one direction: what the SA's initiator sends with is SK_e[i], SK_a[i]. */
static struct base_span encr_key(const struct ikev2_keys *keys, bool from_initiator)
{
    return base_span(from_initiator ? keys->sk_ei : keys->sk_er, keys->encr_len);
}

static struct base_span integ_key(const struct ikev2_keys *keys, bool from_initiator)
{
    return base_span(from_initiator ? keys->sk_ai : keys->sk_ar, keys->integ_len);
}

static int seal_encrypt(struct ike *ike, const struct ikev2_sa *sa, uint8_t *iv, struct base_span plain)
{
    const struct crypt_alg *encr = sa->algs.encr;
    const struct base_span aad = base_span(ike->v2->wire, (size_t)(iv - ike->v2->wire));
    uint8_t *cipher = iv + encr->iv_bytes;
    uint8_t *icv = cipher + plain.len;
    int rc =
        ike->env.crypto->encrypt(encr, encr_key(&sa->keys, sa->is_initiator), base_span(iv, encr->iv_bytes),
                                 aad, plain, cipher, encr->is_aead ? icv : NULL);
    if (rc == 0 && sa->algs.integ) {
        const struct base_span all = base_span(ike->v2->wire, (size_t)(icv - ike->v2->wire));
        rc = ike->env.crypto->integ(sa->algs.integ, integ_key(&sa->keys, sa->is_initiator), &all, 1, icv);
    }
    return rc == 0 ? 0 : -EIO;
}

/* A counter for an AEAD (RFC 5282 3.1), unpredictable bytes for CBC (RFC 7296 3.14). */
static void seal_make_iv(struct ike *ike, struct ikev2_sa *sa, uint8_t *iv)
{
    const struct crypt_alg *encr = sa->algs.encr;
    if (!encr->is_aead) {
        ike->env.rng(ike->env.ctx, IKE_RNG_IV, iv, encr->iv_bytes);
        return;
    }
    struct base_writer w = base_writer(iv, encr->iv_bytes);
    base_write_u64(&w, sa->seq.iv++);
}

/* One datagram with this part of the chain, sealed, to the end of the list. */
static int seal_part(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_plain *p, struct seal_place at,
                     struct base_span part, struct ike_dgrams *out)
{
    const size_t iv_len = sa->algs.encr->iv_bytes, len = seal_padded(sa, part.len);
    const uint8_t first = at.number > 1 ? (uint8_t)WIRE_IKE_P_NONE : p->first;
    if (len > sizeof ike->v2->part)
        return -EMSGSIZE;
    memset(ike->v2->part, 0, len);
    if (part.len)
        memcpy(ike->v2->part, part.ptr, part.len);
    ike->v2->part[len - 1] = (uint8_t)(len - 1 - part.len);
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, &p->hdr);
    uint8_t *iv = at.total ? wire_ike_put_skf(&b, first, at.number, at.total, iv_len, len, seal_icv(sa))
                           : wire_ike_put_sk(&b, first, iv_len, len, seal_icv(sa));
    const struct base_span message = wire_ike_finish(&b);
    int rc = iv && message.len ? 0 : -EMSGSIZE;
    if (rc == 0) {
        seal_make_iv(ike, sa, iv);
        rc = seal_encrypt(ike, sa, iv, base_span(ike->v2->part, len));
    }
    base_wipe(ike->v2->part, len);
    return rc == 0 ? ike_dgrams_add(out, message) : rc;
}

int ikev2_seal_whole(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_plain *p,
                     struct ike_dgrams *out)
{
    return seal_part(ike, sa, p, (struct seal_place){0}, p->chain, out);
}

int ikev2_seal_cut(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_plain *p, size_t most,
                   struct ike_dgrams *out)
{
    const size_t room = most > WIRE_IKE_SKF_BYTES ? ikev2_seal_room(sa, most - WIRE_IKE_SKF_BYTES) : 0;
    const size_t total = room ? (p->chain.len + room - 1) / room : 0;
    if (total == 0 || total > IKE_DGRAMS_MAX)
        return -EMSGSIZE;
    struct base_reader r = base_reader(p->chain);
    int rc = 0;
    for (size_t i = 1; i <= total && rc == 0; i++) {
        const size_t left = base_reader_left(&r);
        rc = seal_part(ike, sa, p, (struct seal_place){(uint16_t)i, (uint16_t)total},
                       base_read_span(&r, left < room ? left : room), out);
    }
    if (rc < 0)
        ike_dgrams_free(out);
    return rc;
}

/* ---- opening ---- */

/* Of one direction; integ is empty with an AEAD. */
struct seal_keys {
    struct base_span encr, integ;
};

static int seal_open(struct ike *ike, const struct ikev2_sa *sa, const struct seal_keys *keys,
                     struct base_span raw, struct base_span body, size_t *len)
{
    const struct crypt_alg *encr = sa->algs.encr;
    const size_t icv_len = seal_icv(sa);
    if (body.len < (size_t)encr->iv_bytes + icv_len + 1)
        return -EBADMSG;
    struct base_reader r = base_reader(body);
    const struct base_span iv = base_read_span(&r, encr->iv_bytes);
    const struct base_span cipher = base_read_span(&r, base_reader_left(&r) - icv_len);
    const struct base_span icv = base_read_rest(&r);
    if (cipher.len % seal_block(sa) != 0 || cipher.len > sizeof ike->v2->plain_in)
        return -EBADMSG;
    if (sa->algs.integ) {
        uint8_t want[CRYPT_INTEG_KEY_MAX];
        const struct base_span all = base_span(raw.ptr, raw.len - icv_len);
        if (ike->env.crypto->integ(sa->algs.integ, keys->integ, &all, 1, want) != 0 ||
            !base_equal_secret(want, icv.ptr, icv_len))
            return -EBADMSG;
    }
    *len = cipher.len;
    const struct base_span aad = base_span(raw.ptr, (size_t)(iv.ptr - raw.ptr));
    return ike->env.crypto->decrypt(encr, keys->encr, iv, aad, cipher, encr->is_aead ? icv : BASE_SPAN_NONE,
                                    ike->v2->plain_in) == 0
               ? 0
               : -EBADMSG;
}

int ikev2_seal_open(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_keys *keys,
                    struct base_span raw, struct base_span body, size_t *len)
{
    const struct seal_keys theirs = {encr_key(keys, !sa->is_initiator), integ_key(keys, !sa->is_initiator)};
    return seal_open(ike, sa, &theirs, raw, body, len);
}

int ikev2_seal_open_own(struct ike *ike, const struct ikev2_sa *sa, struct base_span raw,
                        struct base_span body, size_t *len)
{
    const struct seal_keys ours = {encr_key(&sa->keys, sa->is_initiator),
                                   integ_key(&sa->keys, sa->is_initiator)};
    return seal_open(ike, sa, &ours, raw, body, len);
}
