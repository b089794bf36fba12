/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments that wait for the rest of their message. Only authentic ones are kept, each where its number
 * says, so that they may come in any order. A set with a larger total takes the place of one with a smaller:
 * the peer has cut the same message anew (RFC 7383 2.5.2, 2.6). So does one from another place: its NAT has
 * moved it.
 */
#include "ikev2_frag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

#define LEAST_BYTES 576

struct ikev2_frag_set {
    uint32_t msgid;
    uint8_t exchange;
    uint8_t first; /* of fragment 1 */
    uint16_t total;
    uint16_t have;
    uint16_t longest; /* message among them */
    size_t bytes;     /* of their content */
    size_t memory;    /* of all that is allocated */
    base_time until;
    uint8_t head_len;
    uint8_t head[IKEV2_FRAG_HEAD_MAX]; /* of fragment 1 */
    struct ike_path path;    /* that all of them took: a whole message cannot have come from two places */
    struct ike_blob parts[]; /* by number - 1 */
};

/* ---- sizes ---- */

static size_t frag_within(size_t packet, const struct ike_path *path)
{
    const size_t headers = ike_path_header_bytes(path);
    return packet > headers ? packet - headers : 0;
}

size_t ikev2_frag_most(const struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path)
{
    const size_t most = sa->frag.is_agreed && !path->tcp ? frag_within(ike->conf->fragment_bytes, path) : 0;
    const size_t least = ikev2_frag_least(path);
    return sa->frag.is_small && most > least ? least : most;
}

size_t ikev2_frag_least(const struct ike_path *path)
{
    return frag_within(LEAST_BYTES, path);
}

/* ---- what waits ---- */

static void set_account(struct ike *ike, struct ikev2_frag_set *set, size_t bytes)
{
    set->memory += bytes;
    ike->stats.fragment_bytes += bytes;
}

void ikev2_frag_drop(struct ike *ike, struct ikev2_sa *sa, bool is_response)
{
    struct ikev2_frag_set *set = sa->frag.in[is_response];
    if (!set)
        return;
    sa->frag.in[is_response] = NULL;
    ike->stats.fragment_bytes -= set->memory;
    for (size_t i = 0; i < set->total; i++) {
        base_wipe(set->parts[i].ptr, set->parts[i].len);
        ike_blob_free(&set->parts[i]);
    }
    free(set);
}

void ikev2_frag_free(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_frag_drop(ike, sa, false);
    ikev2_frag_drop(ike, sa, true);
}

base_time ikev2_frag_until(const struct ikev2_sa *sa)
{
    base_time at = BASE_TIME_NEVER;
    for (size_t i = 0; i < 2; i++)
        if (sa->frag.in[i])
            at = base_time_min(at, sa->frag.in[i]->until);
    return at;
}

void ikev2_frag_on_timer(struct ike *ike, struct ikev2_sa *sa)
{
    for (size_t i = 0; i < 2; i++)
        if (sa->frag.in[i] && base_time_reached(sa->frag.in[i]->until, ike->now))
            ikev2_frag_drop(ike, sa, i);
}

/* ---- what comes ---- */

/* The set that a fragment belongs to, or NULL: it begins one. */
static struct ikev2_frag_set *set_of(const struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_frag_set *set = sa->frag.in[msg->is_response];
    return set && set->msgid == msg->hdr.msgid && ike_path_equal(&set->path, msg->path) ? set : NULL;
}

bool ikev2_frag_is_wanted(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                          const struct wire_ike_skf *skf)
{
    const struct ikev2_frag_set *set = set_of(sa, msg);
    const bool fits = !set || (set->exchange == msg->hdr.exchange && skf->total >= set->total &&
                               (skf->total > set->total || !set->parts[skf->number - 1].ptr));
    if (sa->frag.is_agreed && skf->total <= IKEV2_FRAGS_MAX && fits)
        return true;
    ike->stats.dropped_fragment++;
    return false;
}

static bool is_within_memory(const struct ike *ike, const struct ikev2_sa *sa, size_t more)
{
    const size_t cap = sa->life.established_at.ns ? IKEV2_FRAGS_BYTES_MAX : IKEV2_FRAGS_HALF_OPEN_MAX;
    return ike->stats.fragment_bytes + more <= cap;
}

static struct ikev2_frag_set *set_begin(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                        uint16_t total)
{
    struct ikev2_frag_set *set;
    const size_t size = sizeof *set + total * sizeof set->parts[0];
    ikev2_frag_drop(ike, sa, msg->is_response);
    set = is_within_memory(ike, sa, size) ? calloc(1, size) : NULL;
    if (!set)
        return NULL;
    set->msgid = msg->hdr.msgid;
    set->exchange = msg->hdr.exchange;
    set->total = total;
    set->path = *msg->path;
    set->until = base_time_add(ike->now, IKEV2_FRAGS_S * BASE_NS_PER_S);
    set_account(ike, set, size);
    sa->frag.in[msg->is_response] = set;
    return set;
}

static int set_put(struct ike *ike, const struct ikev2_sa *sa, struct ikev2_frag_set *set, uint16_t number,
                   struct base_span content)
{
    if (set->bytes + content.len > WIRE_IKE_MSG_MAX || !is_within_memory(ike, sa, content.len))
        return -ENOBUFS;
    if (ike_blob_set(&set->parts[number - 1], content) < 0)
        return -ENOMEM;
    set_account(ike, set, content.len);
    set->bytes += content.len;
    set->have++;
    return 0;
}

static void set_join(struct ike *ike, const struct ikev2_frag_set *set, struct ikev2_frag_whole *out)
{
    struct base_writer w = base_writer(ike->v2->plain_in, sizeof ike->v2->plain_in);
    for (size_t i = 0; i < set->total; i++)
        base_write_span(&w, ike_blob_span(&set->parts[i]));
    memcpy(ike->v2->head, set->head, set->head_len);
    *out = (struct ikev2_frag_whole){set->first, base_span(ike->v2->head, set->head_len), w.pos};
}

/* Its numbers are no part of it: a message that is not in fragments has none. */
static void set_keep_head(struct ikev2_frag_set *set, const struct ikev2_msg *msg)
{
    set->head_len = msg->head.len <= sizeof set->head ? (uint8_t)msg->head.len : 0;
    memcpy(set->head, msg->head.ptr, set->head_len);
}

int ikev2_frag_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                    const struct wire_ike_skf *skf, struct base_span content, struct ikev2_frag_whole *out)
{
    struct ikev2_frag_set *set = set_of(sa, msg);
    if (!set || skf->total > set->total)
        set = set_begin(ike, sa, msg, skf->total);
    const int rc = set ? set_put(ike, sa, set, skf->number, content) : -ENOBUFS;
    if (rc < 0) {
        ike->stats.dropped_fragment++;
        ikev2_frag_drop(ike, sa, msg->is_response);
        return rc;
    }
    if (skf->number == 1) {
        set->first = msg->plds.sk_first;
        set_keep_head(set, msg);
    }
    if (msg->raw.len > set->longest)
        set->longest = (uint16_t)msg->raw.len;
    if (set->have < set->total)
        return -EAGAIN;
    set_join(ike, set, out);
    if (!msg->is_response)
        sa->frag.asked_in = set->longest;
    ikev2_frag_drop(ike, sa, msg->is_response);
    return 0;
}
