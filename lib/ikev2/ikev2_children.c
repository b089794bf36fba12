/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Child SAs: installed from a negotiated exchange, activated, replaced, removed. The data path has a pair
 * from SA_INSTALL until SA_REMOVE; exactly one SA_REMOVE follows each SA_INSTALL.
 */
#include "ikev2_children.h"

#include <stdlib.h>
#include <string.h>
#include "base_span.h"
#include "base_time.h"
#include "base_ts.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "esp_pair.h"
#include "ike_act.h"
#include "ike_action.h"
#include "ike_audit.h"
#include "ike_claim.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_nonce.h"
#include "ikev2_account.h"
#include "ikev2_inner.h"
#include "ikev2_keymat.h"
#include "ikev2_life.h"
#include "ikev2_note.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_tally.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "pool_remap.h"

static size_t slot_of(const struct ike *ike, uint32_t spi)
{
    return ike_hash(ike, &spi, sizeof spi) & (ike->v2->n_slots - 1);
}

struct ikev2_child *ikev2_child_by_spi(struct ike *ike, uint32_t spi_in)
{
    struct ikev2_child *c = ike->v2->by_child[slot_of(ike, spi_in)];
    while (c && c->spi_in != spi_in)
        c = c->hash_next;
    return c;
}

struct ikev2_child *ikev2_child_by_spi_out(struct ikev2_sa *sa, uint32_t spi_out)
{
    struct ikev2_child *c = sa->children;
    while (c && c->spi_out != spi_out)
        c = c->next;
    return c;
}

#define FURTHER_PAUSE_S   10 /* after the peer closed one beside others, before it is asked for another */

/* Of a cipher with blocks of 64 bits equal blocks show from here on (RFC 8221 5: 3DES). */
#define SMALL_BLOCK_BYTES (UINT64_C(1) << 30)

/* A configured limit (0: none), or that of the cipher where it is lower. */
static uint64_t bytes_at_most(const struct ikev2_child *c, uint64_t configured, uint64_t most)
{
    if (c->algs.encr->block_bytes != 8 || (configured && configured < most))
        return configured;
    return most;
}

/* Remote selectors as packets have them here. */
static const struct base_ts_list *child_held(const struct ikev2_child *c)
{
    return c->here_ts ? c->here_ts : c->remote_ts;
}

static void send_install(struct ike *ike, const struct ikev2_child *c, const struct esp_keymat *in,
                         const struct esp_keymat *out, uint32_t replaces_in, uint32_t beside_in)
{
    const struct ikev2_sa *sa = c->sa;
    struct ike_install i; /* its selectors are written as far as they are there */
    struct esp_pair *p = &i.pair;
    i.conn = sa->conn->name;
    i.child = c->conf->name;
    i.remote_id = *sa->remote_id;
    memset(p, 0, ESP_PAIR_FIXED_BYTES);
    p->spi_in = c->spi_in;
    p->spi_out = c->spi_out;
    esp_pair_set_algs(p, c->algs.encr, c->algs.integ);
    p->esn = c->algs.esn;
    p->way = sa->way;
    p->frag_after = sa->conn->frag_after;
    p->icmp_errors = sa->conn->icmp_errors;
    p->follow = true;
    p->priority = (uint8_t)c->conf->priority;
    p->dscp = c->conf->dscp;
    p->active = c->active;
    p->replay_window = c->conf->replay_window;
    p->replaces_in = replaces_in;
    p->is_shared = c->is_shared;
    p->beside_in = beside_in;
    p->conn = sa->run ? sa->run->number : 0;
    p->ike_id = sa->id;
    p->keys_in = *in;
    p->keys_out = *out;
    p->path = (struct esp_path){sa->path.local, sa->path.remote};
    p->outer_mtu = sa->pmtu.size;
    p->soft_bytes = ikev2_life_soft(ike, bytes_at_most(c, c->conf->rekey_bytes, SMALL_BLOCK_BYTES));
    p->soft_pkts = ikev2_life_soft(ike, c->conf->rekey_pkts);
    p->hard_bytes = bytes_at_most(c, c->conf->life_bytes, 2 * SMALL_BLOCK_BYTES);
    p->hard_pkts = c->conf->life_pkts;
    esp_pair_set_nets(p, c->mode, c->local_ts, c->remote_ts, c->here_ts, &c->ends_in);
    ikev2_inner_own(sa, c->local_ts, p->inner);
    ike_act_install(ike, &sa->path, &i);
    esp_pair_wipe(p);
}

static void link_child(struct ike *ike, struct ikev2_child *c)
{
    struct ikev2_child **slot = &ike->v2->by_child[slot_of(ike, c->spi_in)];
    c->hash_next = *slot;
    *slot = c;
    c->next = c->sa->children;
    c->sa->children = c;
    c->sa->n_children++;
    ike->stats.children++;
}

/* It holds its addresses until a newer pair of the same identity has them, or its SA is gone. */
static bool child_says(const void *child, struct ike_claim *out)
{
    const struct ikev2_child *c = child;
    *out = (struct ike_claim){c->sa->conn, c->conf, c->sa->remote_id, c->local_ts, child_held(c)};
    return c->sa->state != IKEV2_ST_DEAD && c->state != IKEV2_CHILD_LINGER;
}

struct twin_search {
    const struct ikev2_child *c;
    struct ikev2_child *twin;
};

static bool is_twin(void *entry, void *ctx)
{
    const struct ike_claim_entry *e = entry;
    struct twin_search *s = ctx;
    struct ikev2_child *o = e->says == child_says ? (struct ikev2_child *)e->child : NULL;
    const struct ikev2_child *c = s->c;
    if (!o || o->sa == c->sa || o->conf != c->conf || o->sa->state != IKEV2_ST_UP || o->sa->want.close ||
        !ikev2_child_is_live(o) || !ike_id_equal(o->sa->remote_id, c->sa->remote_id) ||
        !base_ts_equal(o->local_ts, c->local_ts) || !base_ts_equal(child_held(o), child_held(c)))
        return false;
    s->twin = o;
    return true;
}

/* A live pair of another SA for the same traffic of the same identity, or NULL. */
static struct ikev2_child *twin_of(const struct ike *ike, const struct ikev2_child *c)
{
    struct twin_search s = {c, NULL};
    (void)ike_claim_any(ike, child_held(c), is_twin, &s);
    return s.twin;
}

struct ikev2_child *ikev2_child_shared(const struct ikev2_sa *sa, const struct ike_child_conf *conf)
{
    struct ikev2_child *c = sa->children;
    while (c && !(c->conf == conf && c->is_shared && ikev2_child_is_live(c)))
        c = c->next;
    return c;
}

/* Whether the new pair shares: as both sides say, or as the one that it replaces (RFC 9611 3). */
static bool child_shares(struct ike *ike, const struct ike_child_conf *conf, const struct ikev2_task *t)
{
    const struct ikev2_child *old = t->spi_old ? ikev2_child_by_spi(ike, t->spi_old) : NULL;
    return conf->worker_sas > 1 && (t->is_shared || (old && old->is_shared));
}

static struct ikev2_child *make_child(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    struct ikev2_child *c = calloc(1, sizeof *c);
    struct base_ts_list scratch;
    const struct base_ts_list *here = pool_remap_ts(&sa->remap, t->remote_ts, &scratch);
    if (!c || (here != t->remote_ts && !base_ts_set(&c->here_ts, here)) ||
        ike_claim_enter(ike, &c->claim, sa->remote_id, here, c, child_says) < 0) {
        free(c ? c->here_ts : NULL);
        free(c);
        return NULL;
    }
    c->sa = sa;
    c->conf = &sa->conn->children[t->child_index];
    c->spi_in = t->spi_in;
    c->spi_out = (uint32_t)t->choice.spi;
    c->algs = t->choice;
    c->is_dh_agreed = t->is_dh_agreed;
    c->is_shared = child_shares(ike, c->conf, t);
    c->local_ts = t->local_ts;
    c->remote_ts = t->remote_ts;
    c->mode = t->mode;
    c->ends_in = t->ends_in;
    c->installed_at = c->last_in = c->last_out = ike->now;
    c->gone_at = c->sends_at = BASE_TIME_NEVER;
    t->spi_in = 0; /* the child owns these now */
    t->local_ts = t->remote_ts = NULL;
    return c;
}

/* The connection has this child now; asking for it once more would make a second one. */
static void drop_wish(struct ike *ike, struct ikev2_sa *sa, size_t child_index)
{
    const struct ikev2_task *t = sa->task;
    ikev2_wish_drop(sa, child_index);
    if (t && t->kind == IKEV2_TASK_CREATE_CHILD && t->child_index == child_index && !sa->req.dgrams.count &&
        t->job && t->nr.len == 0)
        ikev2_task_done(ike, sa);
}

struct ikev2_child *ikev2_child_install(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                        bool exchange_initiator, struct base_span secret, bool active,
                                        uint32_t replaces_in)
{
    const struct ikev2_keymat_algs algs = {(enum crypt_prf)sa->algs.prf->id, t->choice.encr, t->choice.integ};
    struct esp_keymat i_to_r = {0}, r_to_i = {0};
    struct ikev2_child *c = NULL;
    const int rc = ikev2_keymat_child(ike->env.crypto, &algs, base_span(sa->keys.sk_d, sa->keys.prf_len),
                                      secret, ike_nonce_span(&t->ni), ike_nonce_span(&t->nr),
                                      ike_blob_span(&t->follow.more), &i_to_r, &r_to_i);
    if (rc == 0)
        c = make_child(ike, sa, t);
    if (c) {
        c->active = active;
        const struct ikev2_child *twin = active && !exchange_initiator ? twin_of(ike, c) : NULL;
        if (twin) { /* the peer has it when it has our answer */
            c->active = false;
            c->sends_at = base_time_add(ike->now, IKEV2_HEARD_S * BASE_NS_PER_S);
            replaces_in = twin->spi_in;
        }
        const struct ikev2_child *beside = c->is_shared ? ikev2_child_shared(sa, c->conf) : NULL;
        link_child(ike, c);
        if (sa->run)
            *ike_run_child(sa->run, t->child_index) = 0;
        if (!exchange_initiator)
            drop_wish(ike, sa, t->child_index);
        ikev2_life_set_child(ike, c);
        send_install(ike, c, exchange_initiator ? &r_to_i : &i_to_r, exchange_initiator ? &i_to_r : &r_to_i,
                     replaces_in, beside ? beside->spi_in : 0);
    }
    base_wipe(&i_to_r, sizeof i_to_r);
    base_wipe(&r_to_i, sizeof r_to_i);
    return c;
}

static const struct ikev2_child *child_with_group(const struct ikev2_sa *sa)
{
    const struct ikev2_child *c = sa->children;
    while (c && !c->is_dh_agreed)
        c = c->next;
    return c;
}

enum crypt_dh ikev2_child_group(const struct ikev2_sa *sa, const struct ike_child_conf *conf,
                                const struct ikev2_child *old)
{
    const struct ikev2_child *like = old && old->is_dh_agreed ? old : child_with_group(sa);
    if (like && like->algs.dh == CRYPT_DH_NONE &&
        ikev2_select_allows_none(conf->proposals, conf->n_proposals))
        return CRYPT_DH_NONE;
    if (like && ikev2_select_has_group(conf->proposals, conf->n_proposals, like->algs.dh))
        return like->algs.dh;
    if (ikev2_select_has_group(conf->proposals, conf->n_proposals, sa->algs.dh))
        return sa->algs.dh;
    return ikev2_select_first_group(conf->proposals, conf->n_proposals);
}

bool ikev2_child_is_live(const struct ikev2_child *c)
{
    return c->state == IKEV2_CHILD_UP && !c->is_rekeyed;
}

size_t ikev2_child_count(const struct ikev2_sa *sa)
{
    size_t n = 0;
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        n += ikev2_child_is_live(c);
    return n;
}

void ikev2_child_end(struct ikev2_child *c, const char *why)
{
    if (c->state != IKEV2_CHILD_UP)
        return;
    c->state = IKEV2_CHILD_DELETING;
    c->end_why = why;
}

bool ikev2_child_is_due(const struct ikev2_child *c)
{
    /* A pair that is not active yet is one that the peer may not know yet. */
    return c->want_rekey && c->active && c->state == IKEV2_CHILD_UP && !c->is_rekeyed && !c->replaced_by;
}

static bool has_other(const struct ikev2_sa *sa, const struct ikev2_child *c)
{
    for (const struct ikev2_child *o = sa->children; o; o = o->next)
        if (o != c && o->conf == c->conf && ikev2_child_is_live(o))
            return true;
    return false;
}

void ikev2_child_want_again(struct ike *ike, struct ikev2_child *c, uint32_t pause_s, enum ike_end end)
{
    struct ikev2_sa *sa = c->sa;
    if (c->old_conf || c->is_rekeyed || has_other(sa, c))
        return;
    const size_t child = (size_t)(c->conf - sa->conn->children);
    const enum ike_start after = ike_child_conf_after(sa->conn, c->conf, end);
    if (sa->run)
        ike_run_child_ended(sa->run, child, after);
    if (after != IKE_START_START)
        return;
    ikev2_wish_one(sa, child);
    if (pause_s)
        sa->life.retry_at = base_time_add(ike->now, pause_s * BASE_NS_PER_S);
}

void ikev2_child_want_all_again(struct ikev2_sa *sa)
{
    for (const struct ikev2_child *c = sa->run ? sa->children : NULL; c; c = c->next)
        if (ikev2_child_is_live(c) && !c->old_conf)
            ike_run_child_ended(sa->run, (size_t)(c->conf - sa->conn->children),
                                ike_child_conf_after(sa->conn, c->conf, sa->end));
}

base_time ikev2_child_idle_end(const struct ikev2_child *c)
{
    const base_time last = base_time_max(c->last_in, c->last_out);
    return c->conf->inactivity_s && ikev2_child_is_live(c)
               ? base_time_add(last, c->conf->inactivity_s * BASE_NS_PER_S)
               : BASE_TIME_NEVER;
}

void ikev2_child_activate(struct ike *ike, struct ikev2_child *c)
{
    if (c->active)
        return;
    c->active = true;
    c->sends_at = BASE_TIME_NEVER;
    ike_act_sa(ike, IKE_ACT_SA_ACTIVATE, c->spi_in);
}

void ikev2_child_heard(struct ike *ike, struct ikev2_sa *sa)
{
    for (struct ikev2_child *c = sa->children; c; c = c->next)
        if (!base_time_is_never(c->sends_at))
            ikev2_child_activate(ike, c);
}

/* Out of the list of its SA. */
static void leave_sa(struct ikev2_child *c)
{
    struct ikev2_child **p = &c->sa->children;
    ikev2_tally_leave_child(c);
    while (*p != c)
        p = &(*p)->next;
    *p = c->next;
    c->sa->n_children--;
}

void ikev2_child_remove(struct ike *ike, struct ikev2_child *c, const char *why)
{
    struct ikev2_child **p = &ike->v2->by_child[slot_of(ike, c->spi_in)];
    while (*p != c)
        p = &(*p)->hash_next;
    *p = c->hash_next;
    leave_sa(c);
    ike->stats.children--;
    struct ikev2_child *twin = c->active ? twin_of(ike, c) : NULL;
    if (twin)
        ikev2_child_activate(ike, twin);
    for (struct ikev2_child *o = c->sa->children; o; o = o->next)
        if (o->replaced_by == c->spi_in)
            o->replaced_by = 0;
    ike_claim_leave(ike, &c->claim);
    ikev2_account_child_ends(ike, c);
    ike_act_sa(ike, IKE_ACT_SA_REMOVE, c->spi_in);
    if (!c->is_rekeyed && why)
        ikev2_note_child(ike, c, IKE_AUDIT_CHILD_DOWN, why);
    ike_conf_put(c->old_conf);
    free(c->local_ts);
    free(c->remote_ts);
    free(c->here_ts);
    base_wipe(c, sizeof *c);
    free(c);
}

static void child_quieten(struct ike *ike, struct ikev2_child *c)
{
    if (!c->active)
        return;
    c->active = false;
    ike_act_sa(ike, IKE_ACT_SA_DEACTIVATE, c->spi_in);
}

/* It takes packets for a while yet, and sends none. */
static void child_linger(struct ike *ike, struct ikev2_child *c)
{
    child_quieten(ike, c);
    c->is_rekeyed = true;
    c->state = IKEV2_CHILD_LINGER;
    c->gone_at = base_time_add(ike->now, IKEV2_LINGER_S * BASE_NS_PER_S);
}

void ikev2_child_outlive(struct ike *ike, struct ikev2_sa *sa)
{
    for (struct ikev2_child *c = sa->children, *next; c; c = next) {
        next = c->next;
        struct ikev2_child *twin = ikev2_child_is_live(c) ? twin_of(ike, c) : NULL;
        if (!twin)
            continue;
        ikev2_child_activate(ike, twin);
        child_linger(ike, c);
        ikev2_account_child_moves(ike, c, twin->sa);
        leave_sa(c);
        c->sa = twin->sa;
        c->next = c->sa->children;
        c->sa->children = c;
        c->sa->n_children++;
        ikev2_sa_touch(ike, c->sa);
    }
}

void ikev2_child_deleted(struct ike *ike, struct ikev2_child *c, const char *why)
{
    struct ikev2_child *heir = c->replaced_by ? ikev2_child_by_spi(ike, c->replaced_by) : NULL;
    if (heir && heir->state == IKEV2_CHILD_UP) {
        ikev2_child_activate(ike, heir);
        c->is_rekeyed = true;
    }
    if (!c->is_rekeyed && c->state == IKEV2_CHILD_UP && has_other(c->sa, c)) {
        ikev2_note_child(ike, c, IKE_AUDIT_CHILD_DOWN, why);
        c->is_rekeyed = true;
        c->sa->life.further_at = base_time_add(ike->now, FURTHER_PAUSE_S * BASE_NS_PER_S);
    }
    if (!c->is_rekeyed) {
        ikev2_child_remove(ike, c, why);
        return;
    }
    child_linger(ike, c);
}

void ikev2_child_disown(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    if (!t->spi_in)
        return;
    if (sa->want.disowned) /* its DELETE had no turn: one is enough to tell the peer by */
        ike->env.spi_free(ike->env.ctx, sa->want.disowned);
    sa->want.disowned = t->spi_in;
    t->spi_in = 0;
    ikev2_sa_touch(ike, sa);
}

void ikev2_child_move_all(struct ike *ike, struct ikev2_sa *from, struct ikev2_sa *to)
{
    while (from->children) {
        struct ikev2_child *c = from->children;
        from->children = c->next;
        ikev2_tally_leave_child(c);
        c->sa = to;
        c->next = to->children;
        to->children = c;
    }
    to->n_children += from->n_children;
    from->n_children = 0;
    to->want.disowned = from->want.disowned;
    from->want.disowned = 0;
    ikev2_inner_move(ike, from, to);
    pool_remap_move(ike->pools, &from->remap, from->id, &to->remap, to->id);
    ikev2_wish_move(from, to);
}
