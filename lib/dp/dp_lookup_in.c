/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an ESP header to its SA. dp_lookup_in() computes the slots and starts fetching them; dp_prepare_in()
 * then looks: is the slot live, is it this very SPI, is it for this address, is it ours, is the sequence
 * number new? What the cipher reads (nonce, associated data) is written here, one pass before it is read.
 *
 * IN: w->in from classify. OUT: in, op. Drops: unknown_spi, wrong_dst, esp_short, replay, limit, owner_full.
 */
#include "dp_int.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include "dp_bytes.h"
#include "sad_replay.h"

void dp_lookup_in(struct dp_worker *w, struct dp_burst *b)
{
    const struct sad_tables *t = w->tables;
    const struct sad_in *last = NULL;
    for (uint16_t i = 0; i < b->count; i++) {
        struct dp_pkt *p = &b->pkt[i];
        p->in = sad_in_at(t, dp_get32(p->op.data));
        if (p->in == last)
            continue;
        last = p->in;
        rte_prefetch0(p->in);
        rte_prefetch0(&p->in->top);
        rte_prefetch0(p->in->window_words);
        rte_prefetch0(p->in->window_words + SAD_WINDOW_WORDS / 2);
        imb_key_prefetch(&p->in->key, p->op.len);
    }
}

/* The outer destination must be the address that the SA was made for (DESIGN rule 3). */
static inline bool dst_matches(const struct sad_in *in, const struct dp_pkt *p)
{
    if (likely(!((in->flags & SAD_F_OUTER6) | (p->op.user[0] & DP_PKT_OUTER6))))
        return p->outer_dst == in->local4;
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + p->op.user[1];
    return in->flags & SAD_F_OUTER6 && p->op.user[0] & DP_PKT_OUTER6 && memcmp(ip + 24, in->local6, 16) == 0;
}

/* Whether it came from elsewhere than the SA's peer; believed only when it proves authentic and newest. */
static inline bool is_from_elsewhere(const struct sad_in *in, const struct dp_pkt *p)
{
    if (likely(!(in->flags & SAD_F_OUTER6)))
        return p->from != atomic_load_explicit(&in->remote_key, memory_order_relaxed);
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + p->op.user[1];
    uint16_t port = ip[6] == DP_PROTO_UDP ? dp_get16(p->op.data - DP_UDP_BYTES) : 0;
    return memcmp(ip + 8, in->remote6, 16) != 0 || port != in->remote6_port;
}

static inline void nonce_write(struct dp_pkt *p, const struct sad_in *in, const uint8_t *esp, uint64_t seq)
{
    memcpy(p->op.iv, &in->salt, 4);
    memcpy(p->op.iv + 4, esp + DP_ESP_BYTES, 8);
    if (in->flags & SAD_F_ESN) {
        memcpy(p->op.aad, esp, 4);
        dp_put64(p->op.aad + 4, seq);
        p->op.aad_len = 12;
    } else {
        memcpy(p->op.aad, esp, 8);
        p->op.aad_len = 8;
    }
}

/* Everything that is not the rule. True when the packet goes on after all. */
static __attribute__((cold, noinline)) bool exception(struct dp_worker *w, struct dp_pkt *p, uint16_t port)
{
    struct sad_in *in = p->in;
    const uint8_t *esp = p->op.data;
    uint32_t head = DP_ESP_BYTES + (uint32_t)in->iv_bytes;
    uint32_t len = p->op.len - head - in->icv_bytes;
    uint32_t spi = p->op.len >= DP_ESP_BYTES ? dp_get32(esp) : 0;
    uint16_t owner = atomic_load_explicit(&in->owner, memory_order_acquire);
    if (p->op.len < DP_ESP_BYTES) {
        dp_drop_pkt(w, p, DP_DROP_esp_short);
    } else if (spi == 0 || atomic_load_explicit(&in->spi, memory_order_acquire) != spi) {
        dp_drop_pkt(w, p, DP_DROP_unknown_spi);
    } else if (!dst_matches(in, p)) {
        dp_drop_pkt(w, p, DP_DROP_wrong_dst);
    } else if (p->op.len < head + in->icv_bytes + in->align_mask + 1u || len & in->align_mask) {
        dp_drop_pkt(w, p, DP_DROP_esp_short);
    } else if (owner != w->index && !dp_home_is_here(w, &in->owner, owner)) {
        p->mbuf->port = port;
        dp_home_send(w, p->mbuf, owner, &in->stray);
    } else if (!sad_replay_check(in, sad_seq_infer(in, dp_get32(esp + 4)))) {
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

/* True for all that needs a closer look. *seq is valid otherwise. */
static inline bool is_exception(const struct dp_pkt *p, const struct sad_in *in, uint16_t self, uint64_t *seq)
{
    const uint8_t *esp = p->op.data;
    uint32_t around = DP_ESP_BYTES + (uint32_t)in->iv_bytes + in->icv_bytes;
    /* The SPI goes first: only if it is live are the other fields anything. Bytes exist: classify saw 4, and
     * what lies behind is inside of the buffer. */
    if (p->op.len < around + in->align_mask + 1u || (p->op.len - around) & in->align_mask)
        return true;
    uint32_t spi = dp_get32(esp);
    if (atomic_load_explicit(&in->spi, memory_order_acquire) != spi || spi == 0 ||
        atomic_load_explicit(&in->owner, memory_order_acquire) != self || !dst_matches(in, p))
        return true;
    *seq = sad_seq_infer(in, dp_get32(esp + 4));
    return !sad_replay_check(in, *seq) || in->pkts >= in->stop_pkts || in->bytes >= in->stop_bytes;
}

void dp_prepare_in(struct dp_worker *w, struct dp_burst *b)
{
    const uint16_t self = w->index;
    const uint16_t port = b->port;
    const struct dp_pkt *end = b->pkt + b->count;
    struct dp_pkt *kept = b->pkt;
    uint32_t cls_mask = 0;
    for (struct dp_pkt *p = b->pkt; p < end; p++) {
        struct sad_in *in = p->in;
        uint64_t seq;
        if (unlikely(is_exception(p, in, self, &seq))) {
            if (!exception(w, p, port))
                continue;
            seq = sad_seq_infer(in, dp_get32(p->op.data + 4));
        }
        uint32_t head = DP_ESP_BYTES + (uint32_t)in->iv_bytes;
        if (in->flags & SAD_F_FOLLOW && unlikely(is_from_elsewhere(in, p)))
            p->op.user[0] |= DP_PKT_MOVED;
        nonce_write(p, in, p->op.data, seq);
        p->op.data += head;
        p->op.len -= head + in->icv_bytes;
        p->op.key = &in->key;
        p->op.failed = 0;
        cls_mask |= 1u << in->cls;
        if (unlikely(kept != p))
            *kept = *p;
        kept++;
    }
    b->count = (uint16_t)(kept - b->pkt);
    b->cls_mask = (uint8_t)cls_mask;
}
