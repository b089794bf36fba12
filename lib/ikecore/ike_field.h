/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A field: where a value of the configuration lies in its struct, and what it is. With it, whatever treats
 * all values alike (defaults, reading, comparing) is written once. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ike_field_kind {
    IKE_FIELD_UINT,     /* 1, 2, 4 or 8 bytes; bool and enum too */
    IKE_FIELD_TEXT,     /* char array, with NUL */
    IKE_FIELD_ADDR,     /* struct base_addr */
    IKE_FIELD_PREFIX,   /* struct base_prefix */
    IKE_FIELD_ID,       /* struct ike_id */
    IKE_FIELD_PROPOSAL, /* struct crypt_proposal */
    IKE_FIELD_TS_LIST   /* struct base_ts_list *, kept (base_ts.h) */
};

struct ike_field {
    enum ike_field_kind kind;
    uint32_t at;       /* offset of the value, or of a list's first */
    uint32_t size;     /* bytes of one value; 0: there is no field */
    uint32_t max;      /* entries of a list; 0: one value */
    uint32_t count_at; /* of a list: offset of its size_t count */
    bool is_far;       /* at `at` is a pointer to the values */
};

/* Initializers: one value, or a list whose count stands beside it. */
#define IKE_FIELD(kind_, type, member)                                                               \
    {                                                                                                \
        .kind = IKE_FIELD_##kind_, .at = offsetof(type, member), .size = sizeof(((type *)0)->member) \
    }
#define IKE_FIELD_LIST(kind_, type, count, list)                                                           \
    {                                                                                                      \
        .kind = IKE_FIELD_##kind_, .at = offsetof(type, list), .size = sizeof(((type *)0)->list[0]),       \
        .max = sizeof(((type *)0)->list) / sizeof(((type *)0)->list[0]), .count_at = offsetof(type, count) \
    }

/* The same of values that the object points to, in another struct, whose member of this name has the room. */
#define IKE_FIELD_FAR(kind_, type, member, far)                                                      \
    {                                                                                                \
        .kind = IKE_FIELD_##kind_, .at = offsetof(type, member), .size = sizeof(((far *)0)->member), \
        .is_far = true                                                                               \
    }
#define IKE_FIELD_FAR_LIST(kind_, type, count, list, far)                                                 \
    {                                                                                                     \
        .kind = IKE_FIELD_##kind_, .at = offsetof(type, list), .size = sizeof(((far *)0)->list[0]),       \
        .max = sizeof(((far *)0)->list) / sizeof(((far *)0)->list[0]), .count_at = offsetof(type, count), \
        .is_far = true                                                                                    \
    }

/* How many values there are: 1, or a list's count. */
size_t ike_field_count(const struct ike_field *f, const void *object);

/* The n-th value, n < max (0 when it is no list). Borrowed from the object. */
void *ike_field_slot(const struct ike_field *f, void *object, size_t n);

/* Sets the count of a list; n <= max. */
void ike_field_set_count(const struct ike_field *f, void *object, size_t n);

/* Sets the n-th UINT, n < max (0 when it is no list); higher bits than it has are lost. */
void ike_field_set_uint(const struct ike_field *f, void *object, size_t n, uint64_t value);

/* Same meaning in both objects: identities by their rule of case, lists in their order. */
bool ike_field_equal(const struct ike_field *f, const void *a, const void *b);
