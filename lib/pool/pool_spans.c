/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses as numbers: differences and sums of big-endian bytes, cut to the largest pool. */
#include "pool_spans.h"

/* hi - lo, at most POOL_SIZE_MAX; lo is not above hi, and both are of one family. */
static uint32_t addr_distance(const struct base_addr *lo, const struct base_addr *hi)
{
    const size_t size = base_addr_size(lo->family);
    uint64_t d = 0;
    bool is_far = false;
    int borrow = 0;
    for (size_t i = size; i-- > 0;) {
        int digit = hi->bytes[i] - lo->bytes[i] - borrow;
        borrow = digit < 0;
        digit += borrow ? 256 : 0;
        if (size - 1 - i < 4)
            d |= (uint64_t)digit << (8 * (size - 1 - i));
        else
            is_far = is_far || digit;
    }
    return is_far || d > POOL_SIZE_MAX ? POOL_SIZE_MAX : (uint32_t)d;
}

static struct base_addr addr_plus(struct base_addr a, uint32_t n)
{
    uint64_t carry = n;
    for (size_t i = base_addr_size(a.family); i-- > 0 && carry;) {
        carry += a.bytes[i];
        a.bytes[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return a;
}

void pool_spans_set(struct pool_spans *s, const struct base_ts_list *ranges)
{
    *s = (struct pool_spans){0};
    for (size_t i = 0; i < base_ts_count(ranges) && s->n < IKE_POOL_RANGES_MAX; i++) {
        const struct base_ts *r = &ranges->list[i];
        const uint32_t left = POOL_SIZE_MAX - s->size, distance = addr_distance(&r->lo, &r->hi);
        const uint32_t count = distance < left ? distance + 1 : left;
        if (!count)
            return;
        s->list[s->n++] = (struct pool_span){r->lo, s->size, count};
        s->size += count;
    }
}

bool pool_spans_number(const struct pool_spans *s, const struct base_addr *addr, uint32_t *number)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct pool_span *p = &s->list[i];
        if (p->lo.family != addr->family || base_addr_compare(&p->lo, addr) > 0)
            continue;
        const uint32_t n = addr_distance(&p->lo, addr);
        if (n >= p->count)
            continue;
        *number = p->first + n;
        return true;
    }
    return false;
}

struct base_addr pool_spans_addr(const struct pool_spans *s, uint32_t number)
{
    size_t i = 0;
    while (i + 1 < s->n && number >= s->list[i + 1].first)
        i++;
    return addr_plus(s->list[i].lo, number - s->list[i].first);
}

uint32_t pool_spans_reserved(const struct pool_spans *s, const struct ike_grants *grants)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct base_addr hi = addr_plus(s->list[i].lo, s->list[i].count - 1);
        n += ike_grants_between(grants, &s->list[i].lo, &hi);
    }
    return (uint32_t)n;
}

bool pool_spans_equal(const struct pool_spans *a, const struct pool_spans *b)
{
    bool same = a->n == b->n && a->size == b->size;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->list[i].count == b->list[i].count && base_addr_equal(&a->list[i].lo, &b->list[i].lo);
    return same;
}
