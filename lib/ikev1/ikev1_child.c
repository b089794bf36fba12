/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Child SAs in the data path: exactly one SA_REMOVE follows each SA_INSTALL. A responder installs with its
 * answer and sends when the initiator has shown that it has it; of two for the same traffic the newer sends.
 * IKEv1 has no rule for two that both sides begin at once: the peer may send by either for as long as it has
 * them, so neither is taken from it before the peer shows by which it sends, or both have a newer one.
 */
#include "ikev1_child.h"

#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"
#include "ike_act.h"
#include "ike_action.h"
#include "ike_core.h"
#include "ikev1_life.h"
#include "ikev1_note.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "ikev1_tally.h"
#include "pool_remap.h"

#define TWIN_S            10 /* our last message may be under way for so long, as it may be lost and repeated */
#define PROVE_S           30 /* in which a peer that has a twin answers what is sent by it */
#define LINGER_S          5  /* one that was replaced stays for packets under way */

/* Of a cipher with blocks of 64 bits equal blocks show from here on (RFC 8221 5: 3DES). */
#define SMALL_BLOCK_BYTES (UINT64_C(1) << 30)

static uint64_t child_key(const struct ike *ike, uint32_t spi)
{
    return ike_hash(ike, &spi, sizeof spi);
}

struct ikev1_child *ikev1_child_by_spi(const struct ike *ike, uint32_t spi_in)
{
    const uint64_t key = child_key(ike, spi_in);
    for (const struct ike_node *n = NULL; (n = ike_table_next(&ike->v1->by_child, key, n)) != NULL;)
        if (((const struct ikev1_child *)n->owner)->spi_in == spi_in)
            return n->owner;
    return NULL;
}

bool ikev1_child_is_live(const struct ikev1_child *c)
{
    return !c->is_rekeyed;
}

struct ikev1_child *ikev1_child_live(const struct ikev1_sa *sa, size_t child_index)
{
    struct ikev1_child *c = sa->children;
    while (c && (c->is_rekeyed || c->conf != &sa->conn->children[child_index]))
        c = c->next;
    return c;
}

const struct base_ts_list *ikev1_child_ts(const struct ikev1_sa *sa, const struct base_ts_list *l,
                                          bool is_local, struct base_ts_list *scratch)
{
    if (!base_ts_has_dynamic(l))
        return l;
    base_ts_fill(scratch, l, sa->inner, sa->inner_is_ours == is_local ? sa->n_inner : 0);
    return scratch;
}

const struct base_ts_list *ikev1_child_held(const struct ikev1_child *c)
{
    return c->here_ts ? c->here_ts : c->remote_ts;
}

/* ---- the data path ---- */

/* A configured limit (0: none), or that of the cipher where it is lower. */
static uint64_t child_limit(const struct ikev1_child *c, uint64_t configured, uint64_t most)
{
    return c->algs.encr->block_bytes == 8 && (!configured || configured > most) ? most : configured;
}

static uint64_t child_soft(struct ike *ike, uint64_t limit)
{
    return limit - ike_jitter(ike, limit / 10);
}

/* Addresses of ours that the selectors have, which the peer gave us. */
static void child_inner(const struct ikev1_sa *sa, const struct base_ts_list *local, struct base_addr out[2])
{
    for (uint32_t i = 0; sa->inner_is_ours && i < sa->n_inner; i++)
        for (size_t j = 0; j < local->count; j++)
            if (base_addr_equal(&local->list[j].lo, &sa->inner[i]) &&
                base_addr_equal(&local->list[j].hi, &sa->inner[i]))
                out[i] = sa->inner[i];
}

static void child_send_install(struct ike *ike, const struct ikev1_child *c, const struct esp_keymat *in,
                               const struct esp_keymat *out, uint32_t replaces_in)
{
    const struct ikev1_sa *sa = c->sa;
    struct ike_install i;
    struct esp_pair *p = &i.pair;
    i.conn = sa->conn->name;
    i.child = c->conf->name;
    i.remote_id = sa->remote_id;
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
    p->conn = sa->run ? sa->run->number : 0;
    p->ike_id = sa->id;
    p->keys_in = *in;
    p->keys_out = *out;
    p->path = (struct esp_path){sa->path.local, sa->path.remote};
    p->soft_bytes = child_soft(ike, child_limit(c, c->conf->rekey_bytes, SMALL_BLOCK_BYTES));
    p->soft_pkts = child_soft(ike, c->conf->rekey_pkts);
    p->hard_bytes = child_limit(c, c->conf->life_bytes, 2 * SMALL_BLOCK_BYTES);
    p->hard_pkts = c->conf->life_pkts;
    esp_pair_set_nets(p, c->mode, c->local_ts, c->remote_ts, c->here_ts, &c->ends_in);
    p->sums_anew = c->sums_anew;
    child_inner(sa, c->local_ts, p->inner);
    ike_act_install(ike, &sa->path, &i);
    esp_pair_wipe(p);
}

/* It holds its addresses until a newer one has them, or its SA is gone. */
static bool child_says(const void *child, struct ike_claim *out)
{
    const struct ikev1_child *c = child;
    *out = (struct ike_claim){c->sa->conn, c->conf, &c->sa->remote_id, c->local_ts, ikev1_child_held(c)};
    return c->sa->state != IKEV1_ST_DEAD && !c->is_rekeyed;
}

static bool child_has_same_traffic(const struct ikev1_child *a, const struct ikev1_child *b)
{
    return a != b && a->conf == b->conf && base_ts_equal(a->local_ts, b->local_ts) &&
           base_ts_equal(a->remote_ts, b->remote_ts);
}

/* The newest live one for the same traffic, which may wait to take over. NULL: none. */
static struct ikev1_child *child_before(const struct ikev1_child *c)
{
    struct ikev1_child *o = c->sa->children;
    while (o && (o->is_rekeyed || !child_has_same_traffic(o, c)))
        o = o->next;
    return o;
}

/* The one that sends for its traffic, itself or another. NULL: none. */
static struct ikev1_child *child_sender(const struct ikev1_child *c)
{
    struct ikev1_child *o = c->sa->children;
    while (o && !(o->active && (o == c || child_has_same_traffic(o, c))))
        o = o->next;
    return o;
}

size_t ikev1_child_count(const struct ikev1_sa *sa)
{
    size_t n = 0;
    for (const struct ikev1_child *c = sa->children; c; c = c->next)
        n += c->active || (!c->is_rekeyed && !child_sender(c));
    return n;
}

bool ikev1_child_has(const struct ikev1_sa *sa, size_t child_index, const struct base_ts *local,
                     const struct base_ts *remote)
{
    struct base_ts_list l, r;
    const struct ikev1_child *c = sa->children;
    base_ts_set_one(&l, local);
    base_ts_set_one(&r, remote);
    while (c && (c->is_rekeyed || c->conf != &sa->conn->children[child_index] ||
                 !base_ts_equal(c->local_ts, &l) || !base_ts_equal(c->remote_ts, &r)))
        c = c->next;
    return c != NULL;
}

static void child_free(struct ikev1_child *c)
{
    free(c->local_ts);
    free(c->remote_ts);
    free(c->here_ts);
    base_wipe(c, sizeof *c);
    free(c);
}

static struct ikev1_child *child_make(struct ike *ike, struct ikev1_sa *sa,
                                      const struct ikev1_child_deal *deal)
{
    struct base_ts_list l, r, scratch;
    struct ikev1_child *c = calloc(1, sizeof *c);
    base_ts_set_one(&l, &deal->local);
    base_ts_set_one(&r, &deal->remote);
    if (!c)
        return NULL;
    c->sa = sa;
    c->conf = &sa->conn->children[deal->child_index];
    c->spi_in = deal->spi_in;
    c->spi_out = (uint32_t)deal->algs.spi;
    c->algs = deal->algs;
    c->mode = deal->mode;
    c->ends_in = deal->ends_in;
    c->ids = deal->ids;
    c->sums_anew = deal->sums_anew;
    c->is_ours = deal->is_ours;
    c->active = deal->active;
    c->begun_at = deal->begun_at;
    c->installed_at = c->last_in = c->last_out = c->quiet_since = ike->now;
    c->gone_at = c->known_at = c->proves_by = BASE_TIME_NEVER;
    const struct base_ts_list *here = pool_remap_ts(&sa->remap, &r, &scratch);
    if (!base_ts_set(&c->local_ts, &l) || !base_ts_set(&c->remote_ts, &r) ||
        (here != &r && !base_ts_set(&c->here_ts, here)) ||
        ike_claim_enter(ike, &c->claim, &sa->remote_id, here, c, child_says) < 0) {
        child_free(c);
        return NULL;
    }
    return c;
}

/* Who began c may not have had the older one yet, and have that one for the newer. */
static bool child_is_twin(const struct ikev1_child *old, const struct ikev1_child *c)
{
    return c->begun_at.ns < old->known_at.ns;
}

static void child_believe(struct ikev1_child *c)
{
    c->is_doubted = false;
    c->proves_by = BASE_TIME_NEVER;
}

static void child_retire(struct ike *ike, struct ikev1_child *old)
{
    if (old->active)
        ike_act_sa(ike, IKE_ACT_SA_DEACTIVATE, old->spi_in);
    old->active = false;
    old->is_rekeyed = true;
    child_believe(old);
    old->quiet_since = ike->now;
}

/* It sends, of those for its traffic it alone. Others stay for what is under way, a twin for longer. */
static void child_take_over(struct ike *ike, struct ikev1_child *c)
{
    c->known_at = c->is_ours ? base_time_add(ike->now, TWIN_S * BASE_NS_PER_S) : ike->now;
    for (struct ikev1_child *o = c->sa->children; o; o = o->next) {
        if (!child_has_same_traffic(o, c) || (!o->active && !o->is_rekeyed))
            continue;
        if (!o->is_rekeyed)
            child_retire(ike, o);
        if (!child_is_twin(o, c))
            o->gone_at = base_time_min(o->gone_at, base_time_add(ike->now, LINGER_S * BASE_NS_PER_S));
    }
}

/* A twin takes the place of one that ends, and is to be replaced if that one was. */
static bool child_yield(struct ike *ike, struct ikev1_child *c)
{
    struct ikev1_child *o = c->sa->children;
    while (o && !(o->is_rekeyed && base_time_is_never(o->gone_at) && child_has_same_traffic(o, c)))
        o = o->next;
    if (!o || !c->active)
        return false;
    o->is_rekeyed = o->is_remade = false;
    o->active = true;
    o->is_doubted = o->last_in.ns <= o->quiet_since.ns;
    o->quiet_since = ike->now;
    o->want_rekey = c->want_rekey; /* a limit of o's that was reached too: ikev1_child_limit() */
    o->want_now = c->want_now;
    ike_act_sa(ike, IKE_ACT_SA_ACTIVATE, o->spi_in);
    child_retire(ike, c);
    return true;
}

struct ikev1_child *ikev1_child_install(struct ike *ike, struct ikev1_sa *sa, struct ikev1_child_deal *deal)
{
    struct esp_keymat in = {0}, out = {0};
    const struct crypt_ike_ops *ops = ike->env.crypto;
    const struct ikev1_choice *k = &deal->algs;
    const enum crypt_prf prf = (enum crypt_prf)sa->algs.prf->id;
    struct ikev1_child *c = NULL;
    struct ikev1_sa *to = ikev1_sa_heir(ike, sa); /* the exchange may have outlived its SA's time */
    if (ikev1_keymat_child(ops, prf, &sa->keys, deal->secret, deal->spi_in, deal->nonces, k->encr, k->integ,
                           &in) == 0 &&
        ikev1_keymat_child(ops, prf, &sa->keys, deal->secret, (uint32_t)k->spi, deal->nonces, k->encr,
                           k->integ, &out) == 0)
        c = child_make(ike, to, deal);
    if (c) {
        deal->spi_in = 0;
        ike_table_add(&ike->v1->by_child, &c->by_spi, child_key(ike, c->spi_in), c);
        c->next = to->children;
        to->children = c;
        to->n_children++;
        ike->stats.children++;
        ikev1_sa_touch(ike, to);
        to->wishes[deal->child_index] = 0;
        if (to->run)
            *ike_run_child(to->run, deal->child_index) = 0;
        ikev1_life_set_child(ike, c, k->life_s);
        struct ikev1_child *old = child_before(c);
        child_send_install(ike, c, &in, &out, old ? old->spi_in : 0);
        ikev1_note_child(ike, c, old ? IKE_AUDIT_CHILD_REKEYED : IKE_AUDIT_CHILD_UP, "");
        if (c->active)
            child_take_over(ike, c);
    }
    base_wipe(&in, sizeof in);
    base_wipe(&out, sizeof out);
    return c;
}

void ikev1_child_activate(struct ike *ike, struct ikev1_child *c)
{
    if (c->active || c->is_rekeyed)
        return;
    c->active = true;
    ike_act_sa(ike, IKE_ACT_SA_ACTIVATE, c->spi_in);
    child_take_over(ike, c);
    ikev1_sa_touch(ike, c->sa);
}

/* Since when nothing has come in by it. */
static base_time child_heard_at(const struct ikev1_child *c)
{
    return base_time_max(c->last_in, c->quiet_since);
}

void ikev1_child_heard(struct ike *ike, struct ikev1_child *c, base_time at)
{
    struct ikev1_child *live = c->is_rekeyed ? child_sender(c) : c;
    child_believe(c);
    c->known_at = base_time_min(c->known_at, ike->now);
    if (live && at.ns > live->last_in.ns)
        live->last_in = at;
    for (struct ikev1_child *o = c->sa->children; o && c->active; o = o->next)
        if (o->is_rekeyed && child_has_same_traffic(o, c) &&
            base_time_reached(base_time_add(child_heard_at(o), TWIN_S * BASE_NS_PER_S), at))
            o->gone_at = base_time_min(o->gone_at, ike->now);
}

void ikev1_child_sent(struct ikev1_child *c, base_time at)
{
    if (c->is_doubted && at.ns > c->quiet_since.ns)
        c->proves_by = base_time_min(c->proves_by, base_time_add(at, PROVE_S * BASE_NS_PER_S));
}

void ikev1_child_limit(struct ikev1_child *c)
{
    struct ikev1_child *live = c;
    if (c->is_rekeyed) /* of one that is about to go there is an heir with all of its life before it */
        live = base_time_is_never(c->gone_at) ? child_sender(c) : NULL;
    if (live)
        live->want_rekey = true;
}

/* It is gone: without one that lives, those that it took over from go too. */
static void child_leave(struct ike *ike, const struct ikev1_child *c)
{
    if (c->sa->state == IKEV1_ST_DEAD || c->is_rekeyed || child_before(c)) /* of a dead one all go */
        return;
    for (struct ikev1_child *o = c->sa->children; o; o = o->next)
        if (child_has_same_traffic(o, c))
            o->gone_at = base_time_min(o->gone_at, ike->now);
}

void ikev1_child_remove(struct ike *ike, struct ikev1_child *c, const char *why)
{
    struct ikev1_child **p = &c->sa->children;
    while (*p != c)
        p = &(*p)->next;
    *p = c->next;
    ikev1_tally_leave_child(c);
    child_leave(ike, c);
    c->sa->n_children--;
    ike->stats.children--;
    ike_table_remove(&ike->v1->by_child, &c->by_spi);
    ike_claim_leave(ike, &c->claim);
    ike_act_sa(ike, IKE_ACT_SA_REMOVE, c->spi_in);
    if (!c->is_rekeyed && why)
        ikev1_note_child(ike, c, IKE_AUDIT_CHILD_DOWN, why);
    child_free(c);
}

void ikev1_child_want_again(struct ike *ike, struct ikev1_child *c, enum ike_end end)
{
    struct ikev1_sa *sa = c->sa;
    const size_t child = (size_t)(c->conf - sa->conn->children);
    if (c->is_rekeyed || child_yield(ike, c))
        return;
    for (const struct ikev1_child *o = sa->children; o; o = o->next)
        if (o != c && o->conf == c->conf && !o->is_rekeyed)
            return;
    const enum ike_start after = ike_child_conf_after(sa->conn, c->conf, end);
    if (sa->run)
        ike_run_child_ended(sa->run, child, after);
    if (after == IKE_START_START)
        ikev1_sa_wish(sa, child, false);
}

void ikev1_child_move_all(struct ike *ike, struct ikev1_sa *from, struct ikev1_sa *to)
{
    while (from->children) {
        struct ikev1_child *c = from->children;
        from->children = c->next;
        ikev1_tally_leave_child(c);
        c->sa = to;
        c->next = to->children;
        to->children = c;
    }
    to->n_children += from->n_children;
    from->n_children = 0;
    pool_remap_move(ike->pools, &from->remap, from->id, &to->remap, to->id);
    for (size_t i = 0; i < to->conn->n_children; i++)
        if (ikev1_child_live(to, i))
            to->wishes[i] = 0;
        else
            to->wishes[i] |= from->wishes[i];
    ikev1_child_repath(ike, to);
}

void ikev1_child_repath(struct ike *ike, struct ikev1_sa *sa)
{
    for (const struct ikev1_child *c = sa->children; c; c = c->next)
        ike_act_repath(ike, c->spi_in, &sa->path, sa->way);
}

base_time ikev1_child_idle_end(const struct ikev1_child *c)
{
    const base_time last = base_time_max(child_heard_at(c), c->last_out);
    return c->conf->inactivity_s && !c->is_rekeyed
               ? base_time_add(last, c->conf->inactivity_s * BASE_NS_PER_S)
               : BASE_TIME_NEVER;
}
