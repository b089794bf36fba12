/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of selectors: made by control in one block, searched by workers. */
#include "sad_sels.h"

#include <stdlib.h>
#include <string.h>

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void range_fill(struct sad_range *r, const struct base_ts *ts)
{
    r->family = ts->lo.family;
    r->proto = ts->protocol;
    r->port_lo = ts->port_lo;
    r->port_hi = ts->port_hi;
    memcpy(r->lo, ts->lo.bytes, sizeof r->lo);
    memcpy(r->hi, ts->hi.bytes, sizeof r->hi);
}

static bool range_is_plain(const struct sad_range *r)
{
    return r->proto == 0 && r->port_lo == 0 && r->port_hi == UINT16_MAX;
}

/* How many of each kind a side has. */
struct census {
    size_t n_v4, n_v6, n_narrow;
};

static struct census side_count(const struct base_ts_list *l)
{
    struct census n = {0};
    for (size_t i = 0; i < l->count; i++) {
        struct sad_range r;
        range_fill(&r, &l->list[i]);
        if (!range_is_plain(&r))
            n.n_narrow++;
        else if (r.family == BASE_AF_IP6)
            n.n_v6++;
        else
            n.n_v4++;
    }
    return n;
}

static size_t side_bytes(const struct base_ts_list *l)
{
    const struct census n = side_count(l);
    return (l->count + n.n_narrow) * sizeof(struct sad_range) + n.n_v4 * sizeof(struct sad_span4) +
           n.n_v6 * sizeof(struct sad_span6);
}

/* IPv6 spans, or IPv4 ones in the same form: in order of where they begin. */
static int span6_order(const void *a, const void *b)
{
    return memcmp(((const struct sad_span6 *)a)->lo, ((const struct sad_span6 *)b)->lo, 16);
}

static int span4_order(const void *a, const void *b)
{
    const uint32_t x = ((const struct sad_span4 *)a)->lo, y = ((const struct sad_span4 *)b)->lo;
    return (x > y) - (x < y);
}

/* Joins those that overlap; returns how many are left. */
static uint32_t spans4_join(struct sad_span4 *s, uint32_t n)
{
    uint32_t kept = 0;
    qsort(s, n, sizeof *s, span4_order);
    for (uint32_t i = 0; i < n; i++) {
        if (kept && s[i].lo <= s[kept - 1].hi) {
            if (s[i].hi > s[kept - 1].hi)
                s[kept - 1].hi = s[i].hi;
        } else {
            s[kept++] = s[i];
        }
    }
    return kept;
}

static uint32_t spans6_join(struct sad_span6 *s, uint32_t n)
{
    uint32_t kept = 0;
    qsort(s, n, sizeof *s, span6_order);
    for (uint32_t i = 0; i < n; i++) {
        if (kept && memcmp(s[i].lo, s[kept - 1].hi, 16) <= 0) {
            if (memcmp(s[i].hi, s[kept - 1].hi, 16) > 0)
                memcpy(s[kept - 1].hi, s[i].hi, 16);
        } else {
            s[kept++] = s[i];
        }
    }
    return kept;
}

/* Fills a side and its arrays, which begin at `at`; returns where they end. */
static uint8_t *side_fill(struct sad_side *side, const struct base_ts_list *l, uint8_t *at)
{
    const struct census n = side_count(l);
    struct sad_span4 *v4 = (struct sad_span4 *)(void *)at;
    struct sad_span6 *v6 = (struct sad_span6 *)(void *)(v4 + n.n_v4);
    struct sad_range *list = (struct sad_range *)(void *)(v6 + n.n_v6), *narrow = list + l->count;
    *side =
        (struct sad_side){.count = (uint32_t)l->count, .list = list, .v4 = v4, .v6 = v6, .narrow = narrow};
    for (size_t i = 0; i < l->count; i++) {
        range_fill(&list[i], &l->list[i]);
        if (!range_is_plain(&list[i])) {
            narrow[side->n_narrow++] = list[i];
        } else if (list[i].family == BASE_AF_IP6) {
            memcpy(v6[side->n_v6].lo, list[i].lo, 16);
            memcpy(v6[side->n_v6++].hi, list[i].hi, 16);
        } else {
            v4[side->n_v4++] = (struct sad_span4){load32(list[i].lo), load32(list[i].hi)};
        }
    }
    side->n_v4 = spans4_join(v4, side->n_v4);
    side->n_v6 = spans6_join(v6, side->n_v6);
    return (uint8_t *)(narrow + n.n_narrow);
}

/* A side may begin wherever its first array can. */
static size_t side_room(const struct base_ts_list *l)
{
    return (side_bytes(l) + 7) & ~(size_t)7;
}

struct sad_sels *sad_sels_make(const struct base_ts_list *local, const struct base_ts_list *remote)
{
    if (local->count > BASE_TS_MAX || remote->count > BASE_TS_MAX)
        return NULL;
    struct sad_sels *s = calloc(1, sizeof *s + side_room(local) + side_room(remote));
    if (!s)
        return NULL;
    uint8_t *at = (uint8_t *)(s + 1);
    side_fill(&s->local, local, at);
    side_fill(&s->remote, remote, at + side_room(local));
    return s;
}

bool sad_ports_match(uint8_t proto, uint16_t lo, uint16_t hi, const struct sad_flow *flow, uint16_t port)
{
    if (proto && proto != flow->proto)
        return false;
    if ((lo == 0 && hi == UINT16_MAX) || flow->any_ports)
        return true;
    if (lo > hi) /* OPAQUE: only packets whose ports cannot be seen, RFC 7296 3.13.1 */
        return !flow->has_ports;
    return flow->has_ports && port >= lo && port <= hi;
}

/* The span that begins last, but not behind addr, is the only one that can hold it. */
static bool spans4_hold(const struct sad_span4 *s, uint32_t n, uint32_t addr)
{
    uint32_t from = 0, to = n;
    while (from < to) {
        const uint32_t mid = (from + to) / 2;
        if (s[mid].lo <= addr)
            from = mid + 1;
        else
            to = mid;
    }
    return from && addr <= s[from - 1].hi;
}

static bool spans6_hold(const struct sad_span6 *s, uint32_t n, const uint8_t *addr)
{
    uint32_t from = 0, to = n;
    while (from < to) {
        const uint32_t mid = (from + to) / 2;
        if (memcmp(s[mid].lo, addr, 16) <= 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from && memcmp(addr, s[from - 1].hi, 16) <= 0;
}

static bool range_match(const struct sad_range *r, const struct sad_flow *flow, const uint8_t *addr,
                        uint16_t port)
{
    const size_t size = flow->family == BASE_AF_IP6 ? 16 : 4;
    return r->family == flow->family && memcmp(addr, r->lo, size) >= 0 && memcmp(addr, r->hi, size) <= 0 &&
           sad_ports_match(r->proto, r->port_lo, r->port_hi, flow, port);
}

bool sad_side_match(const struct sad_side *side, const struct sad_flow *flow, const uint8_t *addr,
                    uint16_t port)
{
    if (flow->family == BASE_AF_IP6 ? spans6_hold(side->v6, side->n_v6, addr)
                                    : spans4_hold(side->v4, side->n_v4, load32(addr)))
        return true;
    for (uint32_t i = 0; i < side->n_narrow; i++)
        if (range_match(&side->narrow[i], flow, addr, port))
            return true;
    return false;
}

bool sad_sels_match(const struct sad_sels *sels, const struct sad_flow *flow)
{
    return sad_side_match(&sels->local, flow, flow->local, flow->local_port) &&
           sad_side_match(&sels->remote, flow, flow->remote, sad_flow_remote_port(flow));
}
