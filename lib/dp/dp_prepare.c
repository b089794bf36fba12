/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether an ESP packet may be opened: is its slot live, is it this very SPI, is it for this address, is it
 * ours, is the sequence number new? What the cipher reads (nonce, associated data) is written here, one pass
 * before it is read.
 *
 * IN: w->in from classify. OUT: op. Drops: unknown_spi, other_node, wrong_dst, esp_short, replay, limit, and
 * those of dp_handoff_send().
 */
#include "dp_stages.h"

#include <rte_branch_prediction.h>
#include "dp_drop.h"
#include "dp_handoff.h"
#include "dp_prepare_fast.h"
#include "dp_punt.h"

/* The outer destination must be the address that the SA was made for: an SA moves by learning only. */
static inline bool dst_matches(const struct sad_in *in, const struct dp_pkt *p)
{
    if (likely(!((in->flags & SAD_F_OUTER6) | (p->flags & DP_PKT_OUTER6))))
        return p->addrs >> 32 == in->local4;
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + p->place;
    return in->flags & SAD_F_OUTER6 && p->flags & DP_PKT_OUTER6 &&
           memcmp(ip + WIRE_IP6_AT_DST, in->local6, 16) == 0;
}

/* Whether it came from elsewhere than the SA's peer; believed only when it proves authentic and newest. */
static inline bool is_from_elsewhere(const struct sad_in *in, const struct dp_pkt *p)
{
    if (!(in->flags & SAD_F_STREAM) != !(p->flags & DP_PKT_STREAM))
        return true;
    if (likely(!(in->flags & SAD_F_OUTER6)))
        return sad_remote_key((uint32_t)p->addrs, p->src_port) !=
               atomic_load_explicit(&in->remote_key, memory_order_relaxed);
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + p->place;
    uint16_t port = ip[WIRE_IP6_AT_NEXT] == WIRE_PROTO_UDP ? dp_get16(p->op.data - WIRE_UDP_BYTES) : 0;
    return memcmp(ip + WIRE_IP6_AT_SRC, in->remote6, 16) != 0 || port != in->remote6_port;
}

/* What the cipher reads besides the payload (RFC 4106 4 and 5), and where the payload is. */
static void op_write(struct dp_pkt *p, const struct sad_in *in, const struct esp_key_shape *shape,
                     uint64_t seq)
{
    const uint8_t *esp = p->op.data;
    const uint32_t head = WIRE_ESP_BYTES + (uint32_t)in->iv_bytes;
    const uint32_t salt = esp_key_salt(sad_in_key(in), shape);
    memcpy(p->op.iv, &salt, 4);
    memcpy(p->op.iv + 4, esp + WIRE_ESP_BYTES, 8);
    memcpy(p->op.aad, esp, 8);
    p->op.aad_len = 8;
    if (in->flags & SAD_F_ESN) {
        dp_put64(p->op.aad + 4, seq);
        p->op.aad_len = 12;
    }
    p->op.data += head;
    p->op.len = (uint16_t)(p->op.len - head - in->icv_bytes);
    p->op.key = sad_in_key(in);
    p->op.failed = p->op.zero = 0;
}

/* Its sender may be told, where an answer finds its way back by UDP. */
static __attribute__((cold)) void stray_drop(struct dp_worker *w, struct dp_pkt *p, uint16_t port,
                                             uint32_t spi)
{
    const enum dp_drop why =
        sad_spi_is_of_other_node(w->dp->sad, spi) ? DP_DROP_other_node : DP_DROP_unknown_spi;
    if (p->flags & DP_PKT_STREAM) {
        dp_drop_pkt(w, p, why);
        return;
    }
    w->count.drops[why]++;
    dp_punt_stray(w, p->mbuf, port, p->place);
}

/* False: the packet was dropped, or went to the worker that owns its SA. */
static bool may_open(struct dp_worker *w, struct dp_pkt *p, uint16_t port)
{
    struct sad_in *in = p->in;
    const uint8_t *esp = p->op.data;
    uint32_t head = WIRE_ESP_BYTES + (uint32_t)in->iv_bytes;
    uint32_t len = p->op.len - head - in->icv_bytes;
    uint32_t spi = p->op.len >= WIRE_ESP_BYTES ? dp_get32(esp) : 0;
    uint16_t owner = atomic_load_explicit(&in->owner, memory_order_acquire);
    if (p->op.len < WIRE_ESP_BYTES) {
        dp_drop_pkt(w, p, DP_DROP_esp_short);
    } else if (spi == 0 || atomic_load_explicit(&in->spi, memory_order_acquire) != spi) {
        stray_drop(w, p, port, spi);
    } else if (!dst_matches(in, p)) {
        dp_drop_pkt(w, p, DP_DROP_wrong_dst);
    } else if (p->op.len < head + in->icv_bytes + in->align_mask + 1u || len & in->align_mask) {
        dp_drop_pkt(w, p, DP_DROP_esp_short);
    } else if (owner != w->index && !dp_owner_is_self(w, &in->owner, owner)) {
        p->mbuf->port = port;
        dp_handoff_send(w, p->mbuf, owner, &in->handoff);
    } else if (!sad_replay_check(in, sad_seq_infer(in, dp_get32(esp + WIRE_ESP_AT_SEQ)))) {
        in->replay_drops++;
        dp_drop_pkt(w, p, DP_DROP_replay);
    } else if ((in->pkts >= in->stop_pkts || in->bytes >= in->stop_bytes) && !sad_in_limit(w->dp->sad, in)) {
        in->limit_drops++;
        dp_drop_pkt(w, p, DP_DROP_limit);
    } else {
        return true;
    }
    return false;
}

/* Any SA, any packet. */
static __attribute__((noinline)) bool prepare_any(struct dp_worker *w, struct dp_pkt *p, uint16_t port)
{
    struct sad_in *in = p->in;
    if (!may_open(w, p, port))
        return false;
    in->near_pkts = sad_near(in->pkts, in->stop_pkts, in->bytes, in->stop_bytes);
    if (in->flags & SAD_F_FOLLOW && is_from_elsewhere(in, p))
        p->flags |= DP_PKT_MOVED;
    op_write(p, in, &w->tables->key, sad_seq_infer(in, dp_get32(p->op.data + WIRE_ESP_AT_SEQ)));
    return true;
}

/* Fast-path packets of one SA from p on, one when mixed. Returns the first other, which may be p. */
static inline __attribute__((always_inline)) struct dp_pkt *run_prepare(struct dp_pkt *p,
                                                                        const struct dp_pkt *end,
                                                                        uint16_t self,
                                                                        const struct esp_key_shape *shape,
                                                                        struct dp_survivors *k, bool is_mixed)
{
    struct sad_in *in = p->in;
    if (unlikely(!fast_prep_sa(in, self)))
        return p;
    const struct fast_prep r = fast_prep_begin(in, shape);
    do {
        if (unlikely(!fast_prep(p, &r, in)))
            break;
        dp_survivor_put(k, p++);
    } while (!is_mixed && p < end && p->in == in);
    k->cls_mask |= 1u << in->cls;
    return p;
}

static void any_prepare(struct dp_worker *w, struct dp_pkt *p, uint16_t port, struct dp_survivors *k)
{
    if (!prepare_any(w, p, port))
        return;
    k->cls_mask |= 1u << p->in->cls;
    dp_survivor_put(k, p);
}

static inline __attribute__((always_inline)) void prepare_all(struct dp_worker *w, struct dp_burst *b,
                                                              struct dp_survivors *k, bool is_mixed)
{
    const struct dp_pkt *end = b->pkt + b->count;
    const uint16_t self = w->index;
    const struct esp_key_shape *shape = &w->tables->key;
    for (struct dp_pkt *p = b->pkt; p < end;) {
        struct dp_pkt *other = run_prepare(p, end, self, shape, k, is_mixed);
        if (unlikely(other == p))
            any_prepare(w, other++, b->port, k);
        p = other;
    }
}

void dp_prepare_in(struct dp_worker *w, struct dp_burst *b)
{
    struct dp_survivors k = {.end = b->pkt};
    if (b->is_mixed)
        prepare_all(w, b, &k, true);
    else
        prepare_all(w, b, &k, false);
    b->count = (uint16_t)(k.end - b->pkt);
    b->cls_mask = (uint8_t)k.cls_mask;
}
