/* SPDX-License-Identifier: BSD-3-Clause */
/* Records and their lists. A newcomer is the latest one, which is at once at the front. */
#include "ikev2_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_index.h"
#include "ike_peer.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

#define PLACE(sa, kind) (&(sa)->link.peer.places[(kind) != IKEV2_PEER_ALL])

static bool is_newer(const struct ikev2_sa *a, const struct ikev2_sa *b)
{
    return a->link.peer.turn > b->link.peer.turn;
}

/* From both ends at once, until one of them is where it belongs. */
static void list_add(struct ikev2_peer *p, enum ikev2_peer_list_kind kind, struct ikev2_sa *sa)
{
    struct ikev2_peer_list *l = &p->lists[kind];
    struct ikev2_sa *older = l->first, *newer = l->last;
    while (older && is_newer(older, sa) && newer && is_newer(sa, newer)) {
        older = PLACE(older, kind)->older;
        newer = PLACE(newer, kind)->newer;
    }
    if (older && is_newer(older, sa))
        older = newer ? PLACE(newer, kind)->older : l->first;
    else
        newer = older ? PLACE(older, kind)->newer : l->last;
    PLACE(sa, kind)->newer = newer;
    PLACE(sa, kind)->older = older;
    *(newer ? &PLACE(newer, kind)->older : &l->first) = sa;
    *(older ? &PLACE(older, kind)->newer : &l->last) = sa;
    l->count++;
}

static void list_remove(struct ikev2_peer *p, enum ikev2_peer_list_kind kind, struct ikev2_sa *sa)
{
    struct ikev2_peer_list *l = &p->lists[kind];
    struct ikev2_sa *newer = PLACE(sa, kind)->newer, *older = PLACE(sa, kind)->older;
    *(newer ? &PLACE(newer, kind)->older : &l->first) = older;
    *(older ? &PLACE(older, kind)->newer : &l->last) = newer;
    PLACE(sa, kind)->newer = PLACE(sa, kind)->older = NULL;
    l->count--;
}

static enum ikev2_peer_list_kind kind_of(const struct ikev2_sa *sa)
{
    if (sa->want.close)
        return IKEV2_PEER_CLOSING;
    if (sa->state != IKEV2_ST_UP || sa->quiet)
        return IKEV2_PEER_ALL;
    return sa->is_caller ? IKEV2_PEER_OURS : IKEV2_PEER_THEIRS;
}

static uint64_t key_of(const struct ike *ike, const struct ike_run *run, const struct ike_id *id)
{
    const char *name = run->conn->name;
    const uint64_t parts[2] = {ike_hash(ike, name, strlen(name)), ike_index_hash(id)};
    return ike_hash(ike, parts, sizeof parts);
}

int ikev2_peers_init(struct ike *ike, size_t n_slots)
{
    return ike_table_init(&ike->v2->peers.table, n_slots);
}

void ikev2_peers_fini(struct ike *ike)
{
    ike_table_fini(&ike->v2->peers.table);
}

int ikev2_peer_reserve(struct ike *ike)
{
    struct ikev2_peer *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->next_spare = ike->v2->peers.spare;
    ike->v2->peers.spare = p;
    return 0;
}

void ikev2_peer_unreserve(struct ike *ike)
{
    struct ikev2_peer *p = ike->v2->peers.spare;
    ike->v2->peers.spare = p->next_spare;
    free(p);
}

struct ikev2_peer *ikev2_peer_of(const struct ike *ike, const struct ike_run *run, const struct ike_id *id)
{
    if (!run)
        return NULL;
    const uint64_t key = key_of(ike, run, id);
    const struct ike_node *n = NULL;
    while ((n = ike_table_next(&ike->v2->peers.table, key, n)) != NULL) {
        struct ikev2_peer *p = n->owner;
        const struct ikev2_sa *sa = p->lists[IKEV2_PEER_ALL].first;
        if (strcmp(sa->conn->name, run->conn->name) == 0 && ike_peer_id_equal(ike, sa->remote_id, id))
            return p;
    }
    return NULL;
}

void ikev2_peer_enter(struct ike *ike, struct ikev2_sa *sa)
{
    const bool has_been_up = sa->state == IKEV2_ST_UP || sa->link.peer.turn;
    if (sa->link.peer.peer || !sa->run || !has_been_up || sa->state == IKEV2_ST_DEAD)
        return;
    struct ikev2_peer *p = ikev2_peer_of(ike, sa->run, sa->remote_id);
    if (!p) {
        p = ike->v2->peers.spare; /* there is one: see struct ikev2_peers */
        ike->v2->peers.spare = p->next_spare;
        ike_table_add(&ike->v2->peers.table, &p->node, key_of(ike, sa->run, sa->remote_id), p);
    }
    if (!sa->link.peer.turn)
        sa->link.peer.turn = ++ike->v2->peers.turns;
    sa->link.peer.peer = p;
    sa->link.peer.kind = IKEV2_PEER_ALL;
    list_add(p, IKEV2_PEER_ALL, sa);
    ikev2_peer_sort(sa);
}

void ikev2_peer_leave(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_peer *p = sa->link.peer.peer;
    if (!p)
        return;
    if (sa->link.peer.kind != IKEV2_PEER_ALL)
        list_remove(p, sa->link.peer.kind, sa);
    list_remove(p, IKEV2_PEER_ALL, sa);
    sa->link.peer.peer = NULL;
    sa->link.peer.kind = IKEV2_PEER_ALL;
    if (p->lists[IKEV2_PEER_ALL].first)
        return;
    ike_table_remove(&ike->v2->peers.table, &p->node);
    p->next_spare = ike->v2->peers.spare;
    ike->v2->peers.spare = p;
}

void ikev2_peer_sort(struct ikev2_sa *sa)
{
    struct ikev2_peer_link *link = &sa->link.peer;
    const enum ikev2_peer_list_kind kind = kind_of(sa);
    if (!link->peer || link->kind == kind)
        return;
    if (link->kind != IKEV2_PEER_ALL)
        list_remove(link->peer, link->kind, sa);
    link->kind = kind;
    if (kind != IKEV2_PEER_ALL)
        list_add(link->peer, kind, sa);
}
