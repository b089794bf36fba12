/* SPDX-License-Identifier: BSD-3-Clause */
/* Silences, and what they tell of NATs. */
#include "ike_mapping.h"

#include <stddef.h>
#include <stdlib.h>
#include "ike_core.h"

#define LEAST_NS (IKE_MAPPING_LEAST_S * BASE_NS_PER_S)
#define MOST_NS  (IKE_MAPPING_MOST_S * BASE_NS_PER_S)
#define CLOSE_NS (2 * BASE_NS_PER_S) /* bounds that are no further apart, or by an eighth, are found */
#define FORGETS_NS \
    (3600 * BASE_NS_PER_S) /* the end is looked for again: a NAT has other rules, or other load */

void ike_mappings_free(struct ike_mappings *m)
{
    free(m->list);
    m->list = NULL;
}

static size_t mapping_set(const struct ike *ike, const struct base_addr *nat)
{
    const size_t len = base_addr_size((enum base_family)nat->family);
    return (size_t)(ike_hash(ike, nat->bytes, len) % IKE_MAPPING_SETS) * IKE_MAPPING_WAYS;
}

static struct ike_mapping *mapping_in(const struct ike *ike, const struct base_addr *nat)
{
    struct ike_mapping *list = ike->mappings.list;
    if (!list || nat->family == BASE_AF_NONE)
        return NULL;
    list += mapping_set(ike, nat);
    for (size_t i = 0; i < IKE_MAPPING_WAYS; i++)
        if (base_addr_equal(&list[i].nat, nat))
            return &list[i];
    return NULL;
}

const struct ike_mapping *ike_mapping_find(const struct ike *ike, const struct base_addr *nat)
{
    return mapping_in(ike, nat);
}

/* The one of this NAT, in the place of the one that was not heard of for the longest when it is new. */
static struct ike_mapping *mapping_get(struct ike *ike, const struct base_addr *nat)
{
    struct ike_mapping *m = mapping_in(ike, nat);
    if (!ike->mappings.list)
        ike->mappings.list = calloc((size_t)IKE_MAPPING_SETS * IKE_MAPPING_WAYS, sizeof *m);
    if (m || !ike->mappings.list || nat->family == BASE_AF_NONE)
        return m;
    struct ike_mapping *set = ike->mappings.list + mapping_set(ike, nat);
    m = set;
    for (size_t i = 1; i < IKE_MAPPING_WAYS; i++)
        if (set[i].heard_at.ns < m->heard_at.ns)
            m = &set[i];
    *m = (struct ike_mapping){.nat = *nat};
    return m;
}

void ike_mapping_held(struct ike *ike, const struct base_addr *nat, uint64_t silence_ns)
{
    struct ike_mapping *m = silence_ns < LEAST_NS ? NULL : mapping_get(ike, nat);
    if (!m)
        return;
    m->heard_at = ike->now;
    m->is_doubted = false;
    if (silence_ns > m->held_ns)
        m->held_ns = silence_ns;
    if (m->lost_ns && (m->held_ns >= m->lost_ns || base_time_since(ike->now, m->lost_at) >= FORGETS_NS))
        m->lost_ns = 0;
}

void ike_mapping_lost(struct ike *ike, const struct base_addr *nat, uint64_t silence_ns, bool gives_other)
{
    struct ike_mapping *m = silence_ns < LEAST_NS ? NULL : mapping_get(ike, nat);
    if (!m)
        return;
    m->heard_at = ike->now;
    m->gives_others = m->gives_others || gives_other;
    if (silence_ns <= m->held_ns && !m->is_doubted) {
        m->is_doubted = true;
        return;
    }
    if (silence_ns <= m->held_ns)
        m->held_ns = 0;
    m->is_doubted = false;
    m->lost_at = ike->now;
    if (!m->lost_ns || silence_ns < m->lost_ns)
        m->lost_ns = silence_ns;
}

static uint64_t within_bounds(uint64_t ns)
{
    return ns < LEAST_NS ? LEAST_NS : ns > MOST_NS ? MOST_NS : ns;
}

uint64_t ike_mapping_safe(const struct ike_mapping *m, uint64_t first_ns)
{
    const uint64_t borne = m ? m->held_ns - m->held_ns / 16 : 0; /* a little before the end */
    const bool is_first_borne = !m || !m->lost_ns || m->lost_ns > first_ns;
    return within_bounds(is_first_borne && first_ns > borne ? first_ns : borne);
}

uint64_t ike_mapping_next(const struct ike_mapping *m, uint64_t first_ns, bool *is_try)
{
    *is_try = true;
    if (!m || (!m->held_ns && !m->lost_ns))
        return within_bounds(first_ns);
    if (m->lost_ns) {
        const uint64_t gap = m->lost_ns - m->held_ns;
        if (gap > CLOSE_NS && gap > m->lost_ns / 8 && m->lost_ns > LEAST_NS)
            return within_bounds(m->held_ns + gap / 2);
    } else if (m->held_ns < MOST_NS) {
        const uint64_t more = m->held_ns + m->held_ns / 2;
        return within_bounds(more > first_ns ? more : first_ns);
    }
    *is_try = false;
    return ike_mapping_safe(m, LEAST_NS);
}
