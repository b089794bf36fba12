/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic selectors as sets: intersection, containment, overlap (RFC 7296 2.9). A selector is a box of
 * address range, port range and protocol; a list is the union of its boxes.
 */
#include "base_ts.h"

#include <stdlib.h>
#include <string.h>

static const struct base_addr *higher(const struct base_addr *a, const struct base_addr *b)
{
    return base_addr_compare(a, b) >= 0 ? a : b;
}

static const struct base_addr *lower(const struct base_addr *a, const struct base_addr *b)
{
    return base_addr_compare(a, b) <= 0 ? a : b;
}

/* OPAQUE (65535..0, RFC 7296 3.13.1) stands for packets whose ports are unknown: it meets OPAQUE and ANY. */
static bool meet_ports(const struct base_ts *a, const struct base_ts *b, struct base_ts *out)
{
    const bool a_any = a->port_lo == 0 && a->port_hi == UINT16_MAX;
    const bool b_any = b->port_lo == 0 && b->port_hi == UINT16_MAX;
    const struct base_ts *opaque = a->port_lo > a->port_hi ? a : b->port_lo > b->port_hi ? b : NULL;
    if (opaque) {
        const bool both = a->port_lo > a->port_hi && b->port_lo > b->port_hi;
        out->port_lo = opaque->port_lo;
        out->port_hi = opaque->port_hi;
        return both || a_any || b_any;
    }
    out->port_lo = a->port_lo > b->port_lo ? a->port_lo : b->port_lo;
    out->port_hi = a->port_hi < b->port_hi ? a->port_hi : b->port_hi;
    return out->port_lo <= out->port_hi;
}

static bool meet(const struct base_ts *a, const struct base_ts *b, struct base_ts *out)
{
    if (a->lo.family != b->lo.family || (a->protocol && b->protocol && a->protocol != b->protocol))
        return false;
    out->protocol = a->protocol ? a->protocol : b->protocol;
    out->lo = *higher(&a->lo, &b->lo);
    out->hi = *lower(&a->hi, &b->hi);
    return base_addr_compare(&out->lo, &out->hi) <= 0 && meet_ports(a, b, out);
}

static bool same(const struct base_ts *a, const struct base_ts *b)
{
    return a->protocol == b->protocol && a->port_lo == b->port_lo && a->port_hi == b->port_hi &&
           base_addr_equal(&a->lo, &b->lo) && base_addr_equal(&a->hi, &b->hi);
}

static bool contains(const struct base_ts *outer, const struct base_ts *inner)
{
    struct base_ts m = {0};
    return meet(outer, inner, &m) && same(&m, inner);
}

static size_t list_bytes(const struct base_ts_list *l)
{
    return offsetof(struct base_ts_list, list) + l->count * sizeof l->list[0];
}

bool base_ts_set(struct base_ts_list **kept, const struct base_ts_list *l)
{
    free(*kept);
    *kept = l ? malloc(list_bytes(l)) : NULL;
    if (*kept)
        memcpy(*kept, l, list_bytes(l));
    return *kept || !l;
}

void base_ts_copy(struct base_ts_list *to, const struct base_ts_list *from)
{
    memcpy(to, from, list_bytes(from));
}

/* What came last is the most likely to have it, where lists are built. */
bool base_ts_holds(const struct base_ts_list *l, const struct base_ts *t)
{
    for (size_t i = l->count; i-- > 0;)
        if (contains(&l->list[i], t))
            return true;
    return false;
}

/* Adds a selector that no other has, and takes those away that it has. */
static void list_add(struct base_ts_list *l, const struct base_ts *t)
{
    size_t kept = 0;
    if (base_ts_holds(l, t))
        return;
    for (size_t i = 0; i < l->count; i++)
        if (!contains(t, &l->list[i]))
            l->list[kept++] = l->list[i];
    l->count = kept;
    if (l->count < BASE_TS_MAX)
        l->list[l->count++] = *t;
    else
        l->skipped++;
}

bool base_ts_narrow(const struct base_ts_list *policy, const struct base_ts_list *offered,
                    struct base_ts_list *out)
{
    struct base_ts_list r = {.count = 0};
    bool is_taken[BASE_TS_MAX] = {false}; /* of the policy, as a whole */
    for (size_t j = 0; j < offered->count; j++) {
        for (size_t i = 0; i < policy->count; i++) {
            struct base_ts m = {0};
            if (is_taken[i] || !meet(&policy->list[i], &offered->list[j], &m))
                continue;
            is_taken[i] = same(&m, &policy->list[i]);
            list_add(&r, &m);
        }
    }
    base_ts_copy(out, &r);
    return r.count > 0;
}

bool base_ts_within(const struct base_ts_list *inner, const struct base_ts_list *outer)
{
    for (size_t i = 0; i < inner->count; i++)
        if (!base_ts_holds(outer, &inner->list[i]))
            return false;
    return inner->count > 0;
}

bool base_ts_overlap(const struct base_ts_list *a, const struct base_ts_list *b)
{
    struct base_ts m;
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            if (meet(&a->list[i], &b->list[j], &m))
                return true;
    return false;
}

bool base_ts_equal(const struct base_ts_list *a, const struct base_ts_list *b)
{
    return base_ts_within(a, b) && base_ts_within(b, a);
}

bool base_ts_has_dynamic(const struct base_ts_list *l)
{
    for (size_t i = 0; i < base_ts_count(l); i++)
        if (base_ts_is_dynamic(&l->list[i]))
            return true;
    return false;
}

const struct base_addr *base_ts_host(const struct base_ts_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (!base_addr_equal(&l->list[i].lo, &l->list[0].lo) ||
            !base_addr_equal(&l->list[i].hi, &l->list[0].lo))
            return NULL;
    return l->count && !l->skipped ? &l->list[0].lo : NULL;
}

void base_ts_set_host(struct base_ts_list *l, const struct base_addr *host)
{
    for (size_t i = 0; i < l->count; i++)
        l->list[i].lo = l->list[i].hi = *host;
}

static void fill_add(struct base_ts_list *out, const struct base_ts *t)
{
    if (out->count < BASE_TS_MAX)
        out->list[out->count++] = *t;
    else
        out->skipped++;
}

void base_ts_fill(struct base_ts_list *out, const struct base_ts_list *l, const struct base_addr *addrs,
                  size_t n)
{
    out->count = out->skipped = 0;
    for (size_t i = 0; i < base_ts_count(l); i++) {
        struct base_ts t = l->list[i];
        const bool is_dynamic = base_ts_is_dynamic(&t);
        for (size_t k = 0; k < (is_dynamic ? n : 1); k++) {
            if (is_dynamic)
                t.lo = t.hi = addrs[k];
            fill_add(out, &t);
        }
    }
}

/* The prefix length of a range, or -1 when the range is no prefix. */
static int prefix_len(const struct base_ts *t)
{
    const size_t bits = base_addr_size((enum base_family)t->lo.family) * 8;
    struct base_prefix p = {t->lo, 0};
    for (size_t len = 0; len <= bits; len++) {
        struct base_addr lo, hi;
        p.len = (uint8_t)len;
        base_prefix_range(&p, &lo, &hi);
        if (base_addr_equal(&lo, &t->lo) && base_addr_equal(&hi, &t->hi))
            return (int)len;
    }
    return -1;
}

static void add_one(struct base_text *t, const struct base_ts *ts)
{
    char a[BASE_ADDR_TEXT_MAX], b[BASE_ADDR_TEXT_MAX];
    const int len = base_ts_is_dynamic(ts) ? 0 : prefix_len(ts);
    if (base_ts_is_dynamic(ts))
        base_text_add(t, "dynamic");
    else if (len >= 0)
        base_text_add(t, "%s/%d", base_addr_text(&ts->lo, a), len);
    else
        base_text_add(t, "%s-%s", base_addr_text(&ts->lo, a), base_addr_text(&ts->hi, b));
    const bool any_port = ts->port_lo == 0 && ts->port_hi == UINT16_MAX;
    if (ts->protocol == 0 && any_port)
        return;
    base_text_add(t, "[%u", ts->protocol);
    if (ts->port_lo > ts->port_hi)
        base_text_add(t, "/opaque");
    else if (!any_port && ts->port_lo == ts->port_hi)
        base_text_add(t, "/%u", ts->port_lo);
    else if (!any_port)
        base_text_add(t, "/%u-%u", ts->port_lo, ts->port_hi);
    base_text_add(t, "]");
}

void base_ts_text(struct base_text *t, const struct base_ts_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        base_text_add(t, i ? ", " : "");
        add_one(t, &l->list[i]);
    }
    if (l->count == 0)
        base_text_add(t, "(none)");
}
