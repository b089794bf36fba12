/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields of a configuration: reading, setting and comparing values by what they are, not by where. */
#include "ike_field.h"

#include <string.h>
#include "base_addr.h"
#include "base_ts.h"
#include "crypt_proposal.h"
#include "ike_conf.h"

/* A list in its object is its count and its slots. */
static size_t *field_count_of(const struct ike_field *f, const void *object)
{
    return (size_t *)((uintptr_t)object + f->count_at);
}

static const void *field_slot_of(const struct ike_field *f, const void *object, size_t n)
{
    const void *at = (const void *)((uintptr_t)object + f->at);
    return (const uint8_t *)(f->is_far ? *(const void *const *)at : at) + n * f->size;
}

size_t ike_field_count(const struct ike_field *f, const void *object)
{
    return f->max ? *field_count_of(f, object) : 1;
}

void *ike_field_slot(const struct ike_field *f, void *object, size_t n)
{
    return (void *)field_slot_of(f, object, n);
}

void ike_field_set_count(const struct ike_field *f, void *object, size_t n)
{
    *field_count_of(f, object) = n;
}

void ike_field_set_uint(const struct ike_field *f, void *object, size_t n, uint64_t value)
{
    void *slot = ike_field_slot(f, object, n);
    const uint8_t narrow = (uint8_t)value;
    const uint16_t half = (uint16_t)value;
    const uint32_t word = (uint32_t)value;
    switch (f->size) {
    case sizeof narrow:
        memcpy(slot, &narrow, sizeof narrow);
        break;
    case sizeof half:
        memcpy(slot, &half, sizeof half);
        break;
    case sizeof word:
        memcpy(slot, &word, sizeof word);
        break;
    default:
        memcpy(slot, &value, sizeof value);
        break;
    }
}

static bool proposal_equal(const struct crypt_proposal *a, const struct crypt_proposal *b)
{
    if (a->protocol != b->protocol || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct crypt_transform *x = &a->transforms[i], *y = &b->transforms[i];
        if (x->type != y->type || x->id != y->id || x->key_bits != y->key_bits)
            return false;
    }
    return true;
}

static bool ts_equal(const struct base_ts *a, const struct base_ts *b)
{
    return a->protocol == b->protocol && a->port_lo == b->port_lo && a->port_hi == b->port_hi &&
           base_addr_equal(&a->lo, &b->lo) && base_addr_equal(&a->hi, &b->hi);
}

/* a and b: where the pointers are. */
static bool ts_lists_equal(const void *a, const void *b)
{
    const struct base_ts_list *x = *(struct base_ts_list *const *)a, *y = *(struct base_ts_list *const *)b;
    const size_t n = base_ts_count(x);
    if (n != base_ts_count(y))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!ts_equal(&x->list[i], &y->list[i]))
            return false;
    return true;
}

static bool slot_equal(const struct ike_field *f, const void *a, const void *b)
{
    switch (f->kind) {
    case IKE_FIELD_UINT:
        return memcmp(a, b, f->size) == 0;
    case IKE_FIELD_TEXT:
        return strncmp(a, b, f->size) == 0;
    case IKE_FIELD_ADDR:
        return base_addr_equal(a, b);
    case IKE_FIELD_PREFIX:
        return base_prefix_equal(a, b);
    case IKE_FIELD_ID:
        return ike_id_equal(a, b);
    case IKE_FIELD_PROPOSAL:
        return proposal_equal(a, b);
    case IKE_FIELD_TS_LIST:
        return ts_lists_equal(a, b);
    }
    return false;
}

bool ike_field_equal(const struct ike_field *f, const void *a, const void *b)
{
    const size_t n = ike_field_count(f, a);
    if (n != ike_field_count(f, b))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!slot_equal(f, field_slot_of(f, a, i), field_slot_of(f, b, i)))
            return false;
    return true;
}
