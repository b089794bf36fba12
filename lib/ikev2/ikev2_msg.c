/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of an SA that has keys: requests and answers go out whole or in fragments (RFC 7383), and what
 * comes in is opened, or waits for the rest of its fragments. Knows nothing of what messages mean.
 */
#include "ikev2_msg.h"

#include <errno.h>
#include <string.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_time.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "ike_act.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_dgrams.h"
#include "ike_path.h"
#include "ikev2_frag.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_seal.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "wire_ike.h"

#define ANSWER_KEPT_S 300 /* "several minutes" (RFC 7296 2.1) */
#define ANSWER_REST_S 60  /* a request that comes again after that is no sign of a path that is too small */
#define CUT_SMALLER_AT \
    2 /* the second repetition of a request or an answer goes in smaller fragments, where that can help */

struct wire_ike_builder ikev2_msg_begin(struct ike *ike)
{
    return wire_ike_build_chain(ike->v2->chain, sizeof ike->v2->chain);
}

void ikev2_msg_put_notify(struct wire_ike_builder *b, uint16_t type, struct base_span data)
{
    const struct wire_ike_notification n = {.type = type, .data = data};
    wire_ike_put_notify(b, &n);
}

/* A builder never goes back, so what was written lies before its place; one that failed is not trusted so
 * far. */
static void msg_wipe(struct wire_ike_builder *b)
{
    base_wipe(b->w.buf, b->w.failed ? b->w.cap : b->w.pos);
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
    else if (c->integ_is_none)
        add_transform(&sa->list[0], CRYPT_TYPE_INTEG, CRYPT_INTEG_NONE, 0);
    if (c->dh != CRYPT_DH_NONE || c->dh_is_none)
        add_transform(&sa->list[0], CRYPT_TYPE_DH, (uint16_t)c->dh, 0);
    if (esp && !c->esn_is_absent)
        add_transform(&sa->list[0], CRYPT_TYPE_ESN, c->esn ? CRYPT_ESN_ON : CRYPT_ESN_OFF, 0);
    for (uint8_t i = 0; i < CRYPT_ADDKE_MAX; i++)
        if (c->addke[i] != CRYPT_DH_NONE || c->addke_is_none >> i & 1)
            add_transform(&sa->list[0], CRYPT_TYPE_ADDKE1 + i, c->addke[i], 0);
    wire_ike_put_sa(b, sa);
}

struct wire_ike_hdr ikev2_msg_header(const struct ikev2_sa *sa, uint8_t exchange, uint32_t msgid,
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

/*
 * Whole when `most` is 0 or it fits, else in fragments of that many bytes. Nothing is sent when sealing
 * fails: the exchange then runs into its timeout.
 */
static void msg_seal(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_plain *plain, size_t most,
                     struct ike_dgrams *out)
{
    const bool fits = most == 0 || ikev2_seal_bytes(sa, plain->chain.len) <= most;
    if (fits || ikev2_seal_cut(ike, sa, plain, most, out) == -EMSGSIZE)
        ikev2_seal_whole(ike, sa, plain, out);
}

static struct ikev2_plain msg_plain(struct ikev2_sa *sa, uint8_t exchange, uint32_t msgid, bool is_response,
                                    uint8_t first, struct base_span chain)
{
    return (struct ikev2_plain){ikev2_msg_header(sa, exchange, msgid, is_response), first, chain};
}

/* What can be cut into smaller fragments than it is sent in is kept, its first type in front. */
static void msg_keep(struct ikev2_sa *sa, const struct wire_ike_builder *b)
{
    const struct base_span chain = wire_ike_chain_bytes(b);
    ikev2_request_forget(sa);
    if (sa->frag.is_agreed && ikev2_seal_bytes(sa, chain.len) > ikev2_frag_least(&sa->path))
        ike_blob_set(&sa->req.chain, base_span(b->w.buf, b->w.pos));
}

/* Our next request as datagrams of `most` bytes; 0: one of its length. */
static struct ike_dgrams msg_seal_request(struct ike *ike, struct ikev2_sa *sa, uint8_t exchange, size_t most,
                                          const struct wire_ike_builder *b)
{
    const struct ikev2_plain plain =
        msg_plain(sa, exchange, sa->seq.own, false, wire_ike_chain_first(b), wire_ike_chain_bytes(b));
    struct ike_dgrams dgrams = {0};
    if (!b->w.failed)
        msg_seal(ike, sa, &plain, most, &dgrams);
    return dgrams;
}

void ikev2_msg_request(struct ike *ike, struct ikev2_sa *sa, uint8_t exchange, struct wire_ike_builder *b)
{
    struct ike_dgrams dgrams = msg_seal_request(ike, sa, exchange, ikev2_frag_most(ike, sa, &sa->path), b);
    if (!b->w.failed)
        msg_keep(sa, b);
    msg_wipe(b);
    ikev2_request_arm(ike, sa, &dgrams, exchange);
}

void ikev2_msg_probe(struct ike *ike, struct ikev2_sa *sa, uint8_t exchange, struct wire_ike_builder *b)
{
    struct ike_dgrams dgrams = msg_seal_request(ike, sa, exchange, 0, b);
    ikev2_request_arm_probe(ike, sa, &dgrams, exchange);
}

void ikev2_msg_probe_over(struct ike *ike, struct ikev2_sa *sa)
{
    const struct wire_ike_builder empty = ikev2_msg_begin(ike);
    struct ike_dgrams dgrams = msg_seal_request(ike, sa, sa->req.exchange, 0, &empty);
    ikev2_request_begin_again(ike, sa, &dgrams);
}

/* Cuts our request anew, into more fragments than it is in now (RFC 7383 2.5.2). */
static void msg_cut_smaller(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ike_blob *kept = &sa->req.chain;
    const struct ikev2_plain plain = msg_plain(sa, sa->req.exchange, sa->seq.own, false, kept->ptr[0],
                                               base_span(kept->ptr + 1, kept->len - 1));
    struct ike_dgrams smaller = {0};
    if (ikev2_seal_cut(ike, sa, &plain, ikev2_frag_least(&sa->path), &smaller) == 0 &&
        smaller.count > sa->req.dgrams.count) {
        ikev2_request_swap(sa, &smaller);
        sa->frag.is_small = true;
    }
    ike_dgrams_free(&smaller);
    ikev2_request_forget(sa);
}

void ikev2_msg_repeat(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->req.chain.ptr && sa->req.tries + 1 >= CUT_SMALLER_AT)
        msg_cut_smaller(ike, sa);
    ikev2_request_repeat(ike, sa);
}

/* A peer that cuts smaller than we do knows that its path needs it (RFC 7383 2.5.1). */
static size_t msg_answer_most(const struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path)
{
    const size_t most = ikev2_frag_most(ike, sa, path);
    return sa->frag.asked_in && sa->frag.asked_in < most ? sa->frag.asked_in : most;
}

void ikev2_msg_answer_bind(struct ikev2_sa *sa, enum esp_mode mode, uint32_t spi_in)
{
    sa->answer.made = spi_in;
    sa->answer.is_bound = mode == ESP_MODE_TRANSPORT;
}

bool ikev2_msg_answer_is_for(const struct ikev2_sa *sa, const struct ike_path *path)
{
    return !sa->answer.is_bound || base_addr_equal(&sa->answer.to, &path->remote.addr);
}

void ikev2_msg_answer_arrived(struct ikev2_sa *sa)
{
    if (sa->answer.exchange == WIRE_IKE_AUTH)
        ike_dgrams_free(&sa->resp);
}

void ikev2_msg_answer_rest(const struct ike *ike, struct ikev2_sa *sa)
{
    if (base_time_since(ike->now, sa->answer.at) >= ANSWER_KEPT_S * BASE_NS_PER_S)
        ike_dgrams_free(&sa->resp);
}

void ikev2_msg_respond(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path, uint8_t exchange,
                       uint32_t msgid, struct wire_ike_builder *b)
{
    const struct ikev2_plain plain =
        msg_plain(sa, exchange, msgid, true, wire_ike_chain_first(b), wire_ike_chain_bytes(b));
    ike_dgrams_free(&sa->resp);
    sa->answer.repeats = 0;
    sa->answer.is_bound = false;
    sa->answer.to = path->remote.addr;
    sa->answer.exchange = exchange;
    sa->answer.at = ike->now;
    if (!b->w.failed)
        msg_seal(ike, sa, &plain, msg_answer_most(ike, sa, path), &sa->resp);
    msg_wipe(b);
    if (!sa->resp.count)
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
    struct wire_ike_notification n = {.type = notify};
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    if (notify == WIRE_IKE_N_INVALID_KE_PAYLOAD)
        n.data = base_span(wanted, sizeof wanted);
    if (notify == WIRE_IKE_N_CHILD_SA_NOT_FOUND) {
        n.protocol = t->named.protocol;
        n.spi_len = t->named.spi_len;
        n.spi = t->named.spi;
    }
    wire_ike_put_notify(&b, &n);
    ikev2_msg_respond(ike, sa, &t->path, t->exchange, t->msgid, &b);
}

/* The payload that is sealed, of a message that has one: SK, or SKF with its numbers in *skf (total 0: SK).
 */
static int msg_sealed(struct ikev2_msg *msg, struct wire_ike_skf *skf, enum wire_ike_err *err)
{
    struct base_reader r = base_reader(msg->raw);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    *err = wire_ike_plds_parse(msg->hdr.next, base_read_rest(&r), &msg->plds);
    if (*err != WIRE_IKE_OK)
        return -EBADMSG;
    const struct wire_ike_pld *sk = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SK, 0);
    const struct wire_ike_pld *part = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SKF, 0);
    *skf = (struct wire_ike_skf){.body = sk ? sk->body : BASE_SPAN_NONE};
    if (sk || part)
        msg->head = base_span(msg->raw.ptr, (size_t)((sk ? sk : part)->body.ptr - msg->raw.ptr));
    return sk || (part && wire_ike_skf_parse(part->body, skf) == WIRE_IKE_OK) ? 0 : -EBADMSG;
}

/* Opens one SK or SKF payload; what is in front of its padding is the content, in plain_in. */
static int msg_open_one(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_keys *keys,
                        const struct ikev2_msg *msg, struct base_span body, struct base_span *content,
                        enum wire_ike_err *err)
{
    size_t len = 0;
    if (ikev2_seal_open(ike, sa, keys, msg->raw, body, &len) != 0)
        return -EBADMSG;
    const size_t pad = ike->v2->plain_in[len - 1];
    *err = pad + 1 > len ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
    *content = base_span(ike->v2->plain_in, *err ? 0 : len - 1 - pad);
    return *err ? -EPROTO : 0;
}

/* ---- the last answer, once more ---- */

/* Whether its path may be too small for it: of what is asked for much later that is no sign. */
static bool answer_may_be_too_long(const struct ike *ike, const struct ikev2_sa *sa,
                                   const struct ike_path *path)
{
    struct base_span d = BASE_SPAN_NONE;
    size_t at = 0;
    return sa->frag.is_agreed && ike_dgrams_next(&sa->resp, &at, &d) && d.len > ikev2_frag_least(path) &&
           base_time_since(ike->now, sa->answer.at) < ANSWER_REST_S * BASE_NS_PER_S;
}

/* One datagram of it, opened, behind the others in `chain`. False: it is not what we have sealed. */
static bool answer_open_one(struct ike *ike, const struct ikev2_sa *sa, struct ikev2_msg *msg,
                            struct base_writer *chain)
{
    struct wire_ike_skf skf;
    enum wire_ike_err err;
    size_t len = 0;
    if (wire_ike_hdr_parse(msg->raw, &msg->hdr) != WIRE_IKE_OK || msg_sealed(msg, &skf, &err) != 0 ||
        ikev2_seal_open_own(ike, sa, msg->raw, skf.body, &len) != 0)
        return false;
    const size_t padded = len, pad = ike->v2->plain_in[len - 1];
    len -= pad < len ? pad + 1 : len;
    base_write(chain, ike->v2->plain_in, len);
    base_wipe(ike->v2->plain_in, padded);
    return true;
}

/* In as small fragments as there are, out of what it was sealed from. */
static void answer_cut_smaller(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path)
{
    struct ikev2_msg msg = {0};
    struct base_writer chain = base_writer(ike->v2->chain, sizeof ike->v2->chain);
    struct ike_dgrams smaller = {0};
    uint8_t first = WIRE_IKE_P_NONE;
    bool is_open = true;
    for (size_t at = 0; is_open && ike_dgrams_next(&sa->resp, &at, &msg.raw);) {
        const bool is_first = base_writer_span(&chain).len == 0;
        is_open = answer_open_one(ike, sa, &msg, &chain);
        if (is_first)
            first = msg.plds.sk_first;
    }
    const struct base_span all = base_writer_span(&chain);
    const struct ikev2_plain plain = msg_plain(sa, msg.hdr.exchange, msg.hdr.msgid, true, first, all);
    if (is_open && ikev2_seal_cut(ike, sa, &plain, ikev2_frag_least(path), &smaller) == 0 &&
        smaller.count > sa->resp.count) {
        const struct ike_dgrams before = sa->resp;
        sa->resp = smaller;
        smaller = before;
        sa->frag.is_small = true;
    }
    ike_dgrams_free(&smaller);
    base_wipe(ike->v2->chain, all.len);
}

void ikev2_msg_respond_again(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path, bool may_cut)
{
    if (sa->answer.repeats <= CUT_SMALLER_AT)
        sa->answer.repeats++;
    if (sa->answer.repeats == CUT_SMALLER_AT && may_cut && answer_may_be_too_long(ike, sa, path))
        answer_cut_smaller(ike, sa, path);
    ike_act_send_all(ike, path, &sa->resp);
}

int ikev2_msg_open(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg, enum wire_ike_err *err)
{
    struct wire_ike_skf skf;
    struct ikev2_frag_whole whole;
    struct base_span content;
    if (msg_sealed(msg, &skf, err) != 0)
        return -EBADMSG;
    if (skf.total && !ikev2_frag_is_wanted(ike, sa, msg, &skf))
        return -EAGAIN;
    const int rc = msg_open_one(ike, sa, &sa->keys, msg, skf.body, &content, err);
    msg->plain_len = msg->raw.len;
    if (rc != 0)
        return rc;
    whole = (struct ikev2_frag_whole){msg->plds.sk_first, msg->head, content.len};
    if (!skf.total && !msg->is_response)
        sa->frag.asked_in = 0;
    if (skf.total && ikev2_frag_take(ike, sa, msg, &skf, content, &whole) != 0)
        return -EAGAIN;
    if (whole.len > msg->plain_len)
        msg->plain_len = whole.len;
    msg->head = whole.head;
    msg->inner = base_span(ike->v2->plain_in, whole.len);
    *err = wire_ike_plds_parse(whole.first, base_span(ike->v2->plain_in, whole.len), &msg->plds);
    return *err == WIRE_IKE_OK ? 0 : -EPROTO;
}

int ikev2_msg_is_repeated(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_keys *keys,
                          struct ikev2_msg *msg)
{
    struct wire_ike_skf skf;
    struct base_span content;
    enum wire_ike_err err;
    if (msg_sealed(msg, &skf, &err) != 0)
        return -EBADMSG;
    if (skf.total && skf.number != 1)
        return -EAGAIN;
    return msg_open_one(ike, sa, keys, msg, skf.body, &content, &err) == -EBADMSG ? -EBADMSG : 0;
}

bool ikev2_msg_notify(const struct ikev2_msg *msg, uint16_t type, struct wire_ike_notification *out)
{
    const struct wire_ike_pld *p;
    for (size_t i = 0; (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NOTIFY, i)) != NULL; i++)
        if (wire_ike_notify_parse(p->body, out) == WIRE_IKE_OK && out->type == type)
            return true;
    return false;
}

bool ikev2_msg_has(const struct ikev2_msg *msg, uint16_t type)
{
    struct wire_ike_notification n;
    return ikev2_msg_notify(msg, type, &n);
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

size_t ikev2_msg_id_bytes(const struct ikev2_msg *msg, uint8_t payload)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, payload, 0);
    struct wire_ike_id id;
    return p && wire_ike_id_parse(p->body, &id) == WIRE_IKE_OK ? id.data.len : 0;
}

bool ikev2_msg_id(const struct ikev2_msg *msg, uint8_t payload, struct ike_id *out, uint8_t reserved[3])
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, payload, 0);
    struct wire_ike_id id;
    *out = (struct ike_id){0};
    if (!p || wire_ike_id_parse(p->body, &id) != WIRE_IKE_OK || id.type == 0 || id.data.len > IKE_ID_MAX)
        return false;
    if (reserved)
        memcpy(reserved, id.reserved, sizeof id.reserved);
    out->type = id.type;
    out->len = (uint8_t)id.data.len;
    if (id.data.len)
        memcpy(out->bytes, id.data.ptr, id.data.len);
    return true;
}
