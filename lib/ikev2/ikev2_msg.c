/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of an SA that has keys: sealing and opening the SK payload (RFC 7296 3.14, RFC 5282), sending
 * requests and answers. Knows nothing of what messages mean.
 */
#include "ikev2_msg.h"

#include <errno.h>
#include <string.h>
#include "base_span.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "ike_act.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_path.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "wire_ike.h"

struct wire_ike_builder ikev2_msg_begin(struct ike *ike)
{
    return wire_ike_build_chain(ike->v2->chain, sizeof ike->v2->chain);
}

void ikev2_msg_put_notify(struct wire_ike_builder *b, uint16_t type, struct base_span data)
{
    const struct wire_ike_notification n = {.type = type, .data = data};
    wire_ike_put_notify(b, &n);
}

static void add_transform(struct wire_ike_proposal *p, uint8_t type, uint16_t id, uint16_t key_bits)
{
    p->list[p->count++] = (struct wire_ike_transform){.type = type, .id = id, .key_bits = key_bits};
}

void ikev2_msg_put_choice(struct ike *ike, struct wire_ike_builder *b, const struct ikev2_choice *c,
                          uint64_t spi)
{
    struct wire_ike_sa *sa = &ike->v2->sa_out;
    const bool esp = c->protocol == WIRE_IKE_PROTO_ESP;
    sa->count = 1;
    sa->list[0] = (struct wire_ike_proposal){.number = c->number, .protocol = c->protocol, .spi = spi};
    sa->list[0].spi_len = esp ? IKEV2_ESP_SPI_BYTES : spi ? IKEV2_SPI_BYTES : 0;
    add_transform(&sa->list[0], CRYPT_TYPE_ENCR, c->encr->id, c->encr->key_bits);
    if (c->prf)
        add_transform(&sa->list[0], CRYPT_TYPE_PRF, c->prf->id, 0);
    if (c->integ)
        add_transform(&sa->list[0], CRYPT_TYPE_INTEG, c->integ->id, 0);
    if (c->dh != CRYPT_DH_NONE)
        add_transform(&sa->list[0], CRYPT_TYPE_DH, (uint16_t)c->dh, 0);
    if (esp)
        add_transform(&sa->list[0], CRYPT_TYPE_ESN, c->esn ? CRYPT_ESN_ON : CRYPT_ESN_OFF, 0);
    wire_ike_put_sa(b, sa);
}

/* The key of one direction: what the SA's initiator sends with is SK_e[i], SK_a[i]. */
static struct base_span encr_key(const struct ikev2_sa *sa, bool from_initiator)
{
    return base_span(from_initiator ? sa->keys.sk_ei : sa->keys.sk_er, sa->keys.encr_len);
}

static struct base_span integ_key(const struct ikev2_sa *sa, bool from_initiator)
{
    return base_span(from_initiator ? sa->keys.sk_ai : sa->keys.sk_ar, sa->keys.integ_len);
}

static int msg_encrypt(struct ike *ike, const struct ikev2_sa *sa, uint8_t *iv, struct base_span plain)
{
    const struct crypt_alg *encr = sa->algs.encr;
    const struct base_span aad = base_span(ike->v2->wire, (size_t)(iv - ike->v2->wire));
    uint8_t *cipher = iv + encr->iv_bytes;
    uint8_t *icv = cipher + plain.len;
    int rc = ike->env.crypto->encrypt(encr, encr_key(sa, sa->is_initiator), base_span(iv, encr->iv_bytes),
                                      aad, plain, cipher, encr->is_aead ? icv : NULL);
    if (rc == 0 && sa->algs.integ) {
        const struct base_span all = base_span(ike->v2->wire, (size_t)(icv - ike->v2->wire));
        rc = ike->env.crypto->integ(sa->algs.integ, integ_key(sa, sa->is_initiator), &all, 1, icv);
    }
    return rc;
}

/* A counter for an AEAD (RFC 5282 3.1), unpredictable bytes for CBC (RFC 7296 3.14). */
static void make_iv(struct ike *ike, struct ikev2_sa *sa, uint8_t *iv)
{
    const struct crypt_alg *encr = sa->algs.encr;
    if (!encr->is_aead) {
        ike->env.rng(ike->env.ctx, IKE_RNG_IV, iv, encr->iv_bytes);
        return;
    }
    struct base_writer w = base_writer(iv, encr->iv_bytes);
    base_write_u64(&w, sa->seq.iv++);
}

/* Puts the chain into an SK payload of a message with this header. Empty: it failed. */
static struct base_span msg_seal(struct ike *ike, struct ikev2_sa *sa, const struct wire_ike_hdr *hdr,
                                 struct wire_ike_builder *chain)
{
    const struct crypt_alg *encr = sa->algs.encr;
    const size_t block = encr->block_bytes > 1 ? encr->block_bytes : 1;
    const size_t icv_len = sa->algs.integ ? sa->algs.integ->icv_bytes : encr->icv_bytes;
    const size_t pad = (block - (chain->w.pos - 1 + 1) % block) % block;
    uint8_t *tail = base_write_room(&chain->w, pad + 1);
    if (!tail)
        return BASE_SPAN_NONE;
    memset(tail, 0, pad);
    tail[pad] = (uint8_t)pad;
    const struct base_span plain = wire_ike_chain_bytes(chain);
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, hdr);
    uint8_t *iv = wire_ike_put_sk(&b, wire_ike_chain_first(chain), encr->iv_bytes, plain.len, icv_len);
    const struct base_span out = wire_ike_finish(&b);
    if (!iv || out.len == 0)
        return BASE_SPAN_NONE;
    make_iv(ike, sa, iv);
    return msg_encrypt(ike, sa, iv, plain) == 0 ? out : BASE_SPAN_NONE;
}

static struct wire_ike_hdr msg_header(const struct ikev2_sa *sa, uint8_t exchange, uint32_t msgid,
                                      bool is_response)
{
    return (struct wire_ike_hdr){
        .spi_i = sa->spi_i,
        .spi_r = sa->spi_r,
        .version = WIRE_IKE_MAJOR << 4,
        .exchange = exchange,
        .flags = (uint8_t)((sa->is_initiator ? WIRE_IKE_F_INITIATOR : 0) |
                           (is_response ? WIRE_IKE_F_RESPONSE : 0)),
        .msgid = msgid,
    };
}

void ikev2_msg_request(struct ike *ike, struct ikev2_sa *sa, uint8_t exchange, struct wire_ike_builder *b)
{
    const struct wire_ike_hdr hdr = msg_header(sa, exchange, sa->seq.own, false);
    const struct base_span bytes = msg_seal(ike, sa, &hdr, b);
    base_wipe(ike->v2->chain, sizeof ike->v2->chain);
    struct ike_dgrams dgrams = {0};
    ike_dgrams_add(&dgrams, bytes);
    ikev2_request_arm(ike, sa, &dgrams, exchange);
}

void ikev2_msg_respond(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path, uint8_t exchange,
                       uint32_t msgid, struct wire_ike_builder *b)
{
    const struct wire_ike_hdr hdr = msg_header(sa, exchange, msgid, true);
    const struct base_span bytes = msg_seal(ike, sa, &hdr, b);
    base_wipe(ike->v2->chain, sizeof ike->v2->chain);
    ike_dgrams_free(&sa->resp);
    if (ike_dgrams_add(&sa->resp, bytes) < 0)
        return;
    sa->life.last_out = ike->now;
    ike_act_send_all(ike, path, &sa->resp);
}

void ikev2_msg_respond_error(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path,
                             uint8_t exchange, uint32_t msgid, uint16_t notify, struct base_span data)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_msg_put_notify(&b, notify, data);
    ikev2_msg_respond(ike, sa, path, exchange, msgid, &b);
}

void ikev2_msg_refuse(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t, uint16_t notify)
{
    const uint8_t wanted[2] = {(uint8_t)((unsigned)t->group >> 8), (uint8_t)t->group};
    const struct base_span data =
        notify == WIRE_IKE_N_INVALID_KE_PAYLOAD ? base_span(wanted, sizeof wanted) : BASE_SPAN_NONE;
    ikev2_msg_respond_error(ike, sa, &t->path, WIRE_IKE_CREATE_CHILD_SA, t->msgid, notify, data);
}

static int msg_decrypt(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                       struct base_span body, size_t *plain_len)
{
    const struct crypt_alg *encr = sa->algs.encr;
    const size_t icv_len = sa->algs.integ ? sa->algs.integ->icv_bytes : encr->icv_bytes;
    if (body.len < (size_t)encr->iv_bytes + icv_len + 1)
        return -EBADMSG;
    struct base_reader r = base_reader(body);
    const struct base_span iv = base_read_span(&r, encr->iv_bytes);
    const struct base_span cipher = base_read_span(&r, base_reader_left(&r) - icv_len);
    const struct base_span icv = base_read_rest(&r);
    const size_t block = encr->block_bytes > 1 ? encr->block_bytes : 1;
    if (cipher.len % block != 0 || cipher.len > sizeof ike->v2->plain_in)
        return -EBADMSG;
    if (sa->algs.integ) {
        uint8_t want[CRYPT_INTEG_KEY_MAX];
        const struct base_span all = base_span(msg->raw.ptr, msg->raw.len - icv_len);
        if (ike->env.crypto->integ(sa->algs.integ, integ_key(sa, !sa->is_initiator), &all, 1, want) != 0 ||
            !base_equal_secret(want, icv.ptr, icv_len))
            return -EBADMSG;
    }
    *plain_len = cipher.len;
    const struct base_span aad = base_span(msg->raw.ptr, (size_t)(iv.ptr - msg->raw.ptr));
    return ike->env.crypto->decrypt(encr, encr_key(sa, !sa->is_initiator), iv, aad, cipher,
                                    encr->is_aead ? icv : BASE_SPAN_NONE, ike->v2->plain_in) == 0
               ? 0
               : -EBADMSG;
}

int ikev2_msg_open(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg, enum wire_ike_err *err)
{
    struct base_reader r = base_reader(msg->raw);
    size_t len = 0;
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    *err = wire_ike_plds_parse(msg->hdr.next, base_read_rest(&r), &msg->plds);
    const struct wire_ike_pld *sk =
        *err == WIRE_IKE_OK ? wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SK, 0) : NULL;
    if (!sk || msg_decrypt(ike, sa, msg, sk->body, &len) != 0)
        return -EBADMSG;
    const uint8_t inner_first = msg->plds.sk_first;
    const size_t pad = ike->v2->plain_in[len - 1];
    if (pad + 1 > len) {
        *err = WIRE_IKE_BAD_LENGTH;
        return -EPROTO;
    }
    *err = wire_ike_plds_parse(inner_first, base_span(ike->v2->plain_in, len - 1 - pad), &msg->plds);
    return *err == WIRE_IKE_OK ? 0 : -EPROTO;
}

bool ikev2_msg_notify(const struct ikev2_msg *msg, uint16_t type, struct wire_ike_notification *out)
{
    const struct wire_ike_pld *p;
    for (size_t i = 0; (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NOTIFY, i)) != NULL; i++)
        if (wire_ike_notify_parse(p->body, out) == WIRE_IKE_OK && out->type == type)
            return true;
    return false;
}

uint16_t ikev2_msg_error(const struct ikev2_msg *msg, struct base_span *data)
{
    const struct wire_ike_pld *p;
    struct wire_ike_notification n;
    for (size_t i = 0; (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NOTIFY, i)) != NULL; i++) {
        if (wire_ike_notify_parse(p->body, &n) != WIRE_IKE_OK || n.type == 0 ||
            n.type > WIRE_IKE_N_ERROR_LAST)
            continue;
        if (data)
            *data = n.data;
        return n.type;
    }
    return 0;
}

bool ikev2_msg_id(const struct ikev2_msg *msg, uint8_t payload, struct ike_id *out)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, payload, 0);
    struct wire_ike_id id;
    *out = (struct ike_id){0};
    if (!p || wire_ike_id_parse(p->body, &id) != WIRE_IKE_OK || id.type == 0 || id.data.len > IKE_ID_MAX)
        return false;
    out->type = id.type;
    out->len = (uint8_t)id.data.len;
    if (id.data.len)
        memcpy(out->bytes, id.data.ptr, id.data.len);
    return true;
}
