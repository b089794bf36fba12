/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a pair: install, activate, remove. Everything about a slot is written before it
 * is published with one release-store; taking it away is the same store with 0, and the rest waits for the
 * grace period in sad_reclaim.c.
 */
#include "sad_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <rte_rcu_qsbr.h>
#include "base_wipe.h"
#include "sad_event.h"
#include "sad_group.h"
#include "sad_path.h"
#include "sad_spd.h"
#include "sad_table.h"
#include "wire_esp.h"

#define WORD_BITS 64

static uint32_t ring_bits(uint32_t window)
{
    uint32_t bits = WORD_BITS;
    while (bits < window)
        bits *= 2;
    return bits;
}

static const struct crypt_alg *encr_of(const struct esp_pair *p)
{
    return crypt_alg_find(CRYPT_TYPE_ENCR, p->encr, p->encr_bits);
}

/* NULL: an AEAD needs none. */
static const struct crypt_alg *integ_of(const struct esp_pair *p)
{
    return crypt_alg_find(CRYPT_TYPE_INTEG, p->integ, 0);
}

static int params_check(const struct sad *sad, const struct esp_pair *p, struct esp_suite *suite)
{
    if ((p->integ != CRYPT_INTEG_NONE && !integ_of(p)) || (unsigned)p->way > ESP_WAY_TCP)
        return -ENOTSUP;
    int err = sad->params.esp->suite_find(encr_of(p), integ_of(p), suite);
    if (err)
        return err;
    if (p->keys_in.encr_len != suite->encr_len || p->keys_out.encr_len != suite->encr_len ||
        p->keys_in.integ_len != suite->integ_len || p->keys_out.integ_len != suite->integ_len)
        return -EINVAL;
    if (p->replay_window && (p->replay_window < SAD_WINDOW_MIN || p->replay_window > SAD_WINDOW_MAX))
        return -EINVAL;
    if (p->local_ts.count == 0 || p->local_ts.count > BASE_TS_MAX || p->remote_ts.count == 0 ||
        p->remote_ts.count > BASE_TS_MAX || p->spi_out == 0 || !sad_map_check(p) || (p->dscp && p->is_shared))
        return -EINVAL;
    err = sad_path_check(&p->path, p->outer_mtu);
    if (err)
        return err;
    const struct sad_pair *pair = &sad->pairs[sad_slot_find(&sad->tables, p->spi_in)];
    return pair->state == SAD_PAIR_RESERVED && pair->spi_in == p->spi_in ? 0 : -ENOENT;
}

static uint16_t flags_of(const struct esp_pair *p)
{
    return (uint16_t)((p->esn ? SAD_F_ESN : 0) | (p->follow ? SAD_F_FOLLOW : 0) |
                      (sad_map_is_wanted(p) ? SAD_F_MAPPED : 0) |
                      (p->mode == ESP_MODE_TRANSPORT ? SAD_F_TRANSPORT : 0) |
                      (p->icmp_errors && p->mode == ESP_MODE_TUNNEL ? SAD_F_QUOTES : 0));
}

/* key: of an SA that no worker can see. */
static int key_expand(struct sad *sad, const struct sad_pair *pair, const struct esp_keymat *k,
                      struct esp_key *key)
{
    return sad->params.esp->key_expand(sad->esp, pair->encr, pair->integ, k->encr, k->encr_len, k->integ,
                                       k->integ_len, key);
}

static int in_fill(struct sad *sad, struct sad_in *in, struct sad_pair *pair, const struct esp_pair *p)
{
    memset(in, 0, sad->tables.in_bytes);
    in->cls = pair->suite.cls;
    in->flags = flags_of(p);
    in->iv_bytes = pair->suite.iv_bytes;
    in->icv_bytes = pair->suite.icv_bytes;
    in->align_mask = (uint8_t)(pair->suite.align_bytes - 1);
    in->owner = pair->home;
    if (!p->replay_window)
        in->flags |= SAD_F_NO_REPLAY;
    in->window_pkts = p->replay_window ? p->replay_window : 1;
    in->word_mask = ring_bits(in->window_pkts) / WORD_BITS - 1;
    in->window = pair->window ? pair->window : in->window_words;
    in->sels = pair->sels;
    in->map = pair->map;
    const struct sad_side *local = &pair->sels->local, *remote = &pair->sels->remote;
    if (local->count != 1 || remote->count != 1 ||
        !sad_addrs4_fill(&remote->list[0], &local->list[0], &in->inner))
        in->flags |= SAD_F_SELS;
    sad_in_set_path(in, &p->path, p->way, &pair->suite);
    in->limits = (struct sad_limits){p->soft_pkts, p->hard_pkts, p->soft_bytes, p->hard_bytes};
    sad_limits_arm_in(in);
    return key_expand(sad, pair, &p->keys_in, sad_in_key(in));
}

static int out_fill(struct sad *sad, struct sad_out *out, struct sad_pair *pair, const struct esp_pair *p)
{
    memset(out, 0, sad->tables.out_bytes);
    out->cls = pair->suite.cls;
    out->flags = flags_of(p);
    out->iv_bytes = pair->suite.iv_bytes;
    out->icv_bytes = pair->suite.icv_bytes;
    out->align_mask = (uint8_t)(pair->suite.align_bytes - 1);
    out->owner = SAD_OWNER_NONE; /* until published */
    out->esp_bytes = (uint8_t)(WIRE_ESP_BYTES + out->iv_bytes);
    sad_out_set_shape(out, &p->path, p->way, &pair->suite);
    out->behind_bytes = (uint16_t)(pair->suite.align_bytes + SAD_TRAILER_ROOM + out->icv_bytes);
    if (p->frag_after)
        out->flags |= SAD_F_AFTER;
    out->map = pair->map;
    out->inner_mtu = sad_pair_inner_mtu(pair, out, p->outer_mtu);
    out->spi_be = __builtin_bswap32(p->spi_out);
    sad_out_set_path(out, &p->path);
    sad_tmpl_fill(&out->tmpl[0], &p->path, p->way, p->spi_out);
    out->limits = (struct sad_limits){p->soft_pkts, p->hard_pkts, p->soft_bytes, p->hard_bytes};
    sad_limits_arm_out(out);
    return key_expand(sad, pair, &p->keys_out, sad_out_key(out));
}

static int pair_fill(struct sad_pair *pair, const struct esp_pair *p, const struct esp_suite *suite)
{
    pair->suite = *suite;
    pair->encr = encr_of(p);
    pair->integ = integ_of(p);
    pair->spi_out = p->spi_out;
    pair->conn = p->conn;
    pair->ike_id = p->ike_id;
    pair->path = p->path;
    pair->way = p->way;
    pair->outer_mtu = p->outer_mtu;
    pair->priority = p->priority;
    pair->dscp = p->dscp;
    pair->is_late = false;
    pair->cands = pair->group = 0;
    pair->is_active = false;
    pair->next_in = pair->next_out = SAD_OWNER_NONE;
    pair->seen_in = pair->seen_out = 0;
    pair->pkts_in = pair->pkts_out = 0;
    pair->sels = sad_sels_make(&p->local_ts, &p->remote_ts);
    uint32_t bits = ring_bits(p->replay_window);
    if (bits > SAD_WINDOW_WORDS * WORD_BITS) {
        pair->window = aligned_alloc(SAD_LINE, bits / 8);
        if (pair->window)
            memset(pair->window, 0, bits / 8);
    }
    pair->mode = p->mode;
    pair->map = sad_map_is_wanted(p) ? sad_map_make(p) : NULL;
    bool is_window_missing = bits > SAD_WINDOW_WORDS * WORD_BITS && !pair->window;
    bool is_map_missing = sad_map_is_wanted(p) && !pair->map;
    return pair->sels && !is_window_missing && !is_map_missing ? 0 : -ENOMEM;
}

/* No worker can see the slot any more, or none ever did. */
static void slot_wipe(struct sad *sad, uint32_t slot)
{
    struct sad_pair *pair = &sad->pairs[slot];
    base_wipe(sad_in_at(&sad->tables, slot), sad->tables.in_bytes);
    base_wipe(sad_out_at(&sad->tables, slot), sad->tables.out_bytes);
    free(pair->sels);
    free(pair->map);
    free(pair->window);
    pair->sels = NULL;
    pair->map = NULL;
    pair->window = NULL;
}

static void slot_retired(void *ctx, uint64_t slot)
{
    struct sad *sad = ctx;
    sad_conn_leave(sad, (uint32_t)slot);
    slot_wipe(sad, (uint32_t)slot);
    sad_slot_give(sad, (uint32_t)slot);
}

static int pair_link(struct sad *sad, struct sad_pair *pair)
{
    if (pair->is_active)
        return 0;
    if (pair->group)
        return sad_group_activate(sad, pair);
    const struct sad_server by = {sad_pair_slot(sad, pair), pair->priority, pair->dscp};
    int err = sad_spd_link(sad, pair->sels, by, &pair->cands);
    pair->is_active = err == 0;
    return err;
}

int sad_install(struct sad *sad, const struct esp_pair *p)
{
    struct esp_suite suite;
    int err = params_check(sad, p, &suite);
    if (err)
        return err;
    uint32_t slot = sad_slot_find(&sad->tables, p->spi_in);
    struct sad_pair *pair = &sad->pairs[slot];
    struct sad_in *in = sad_in_at(&sad->tables, slot);
    struct sad_out *out = sad_out_at(&sad->tables, slot);
    err = pair_fill(pair, p, &suite);
    if (!err)
        err = sad_group_join(sad, pair, p);
    if (!err)
        err = in_fill(sad, in, pair, p);
    if (!err)
        err = out_fill(sad, out, pair, p);
    if (err) {
        sad_group_leave(sad, pair);
        slot_wipe(sad, slot);
        return err;
    }
    /* Pairs with the workers' acquire-load of spi. */
    atomic_store_explicit(&in->spi, p->spi_in, memory_order_release);
    atomic_store_explicit(&out->owner, pair->home, memory_order_release);
    pair->state = SAD_PAIR_LIVE;
    sad->live++;
    sad_conn_join(sad, slot);
    if (p->active && (err = pair_link(sad, pair)) != 0)
        (void)sad_remove(sad, p->spi_in);
    return err;
}

int sad_activate(struct sad *sad, uint32_t spi_in)
{
    struct sad_pair *pair = sad_pair_live(sad, spi_in);
    return pair ? pair_link(sad, pair) : -ENOENT;
}

int sad_deactivate(struct sad *sad, uint32_t spi_in)
{
    struct sad_pair *pair = sad_pair_live(sad, spi_in);
    if (!pair)
        return -ENOENT;
    if (pair->group)
        sad_group_rest(sad, pair);
    sad_spd_unlink(sad, &pair->cands);
    pair->is_active = false;
    return 0;
}

int sad_remove(struct sad *sad, uint32_t spi_in)
{
    struct sad_pair *pair = sad_pair_live(sad, spi_in);
    if (!pair)
        return -ENOENT;
    uint32_t slot = sad_pair_slot(sad, pair);
    sad_group_leave(sad, pair);
    sad_spd_unlink(sad, &pair->cands);
    atomic_store_explicit(&sad_in_at(&sad->tables, slot)->spi, 0, memory_order_release);
    atomic_store_explicit(&sad_out_at(&sad->tables, slot)->owner, SAD_OWNER_NONE, memory_order_release);
    pair->state = SAD_PAIR_DYING;
    sad->live--;
    sad_reclaim_defer(&sad->reclaim, slot_retired, sad, slot);
    return 0;
}
