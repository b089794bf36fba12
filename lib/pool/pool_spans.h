/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The addresses of a pool as numbers from 0 on, in the order of its ranges. Thread: any, one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_ts.h"
#include "ike_grant.h"
#include "ike_pool_conf.h"

/* Addresses of one pool that are given; of larger ones (an IPv6 prefix) the first so many. */
#define POOL_SIZE_MAX (UINT32_C(1) << 24)

struct pool_span {
    struct base_addr lo;
    uint32_t first, count; /* numbers first .. first + count - 1 */
};

struct pool_spans {
    uint32_t size; /* addresses in all */
    size_t n;
    struct pool_span list[IKE_POOL_RANGES_MAX];
};

/* Takes the ranges of a pool; NULL: none. */
void pool_spans_set(struct pool_spans *s, const struct base_ts_list *ranges);

/* The number of an address. False: it is none of the pool's. */
bool pool_spans_number(const struct pool_spans *s, const struct base_addr *addr, uint32_t *number);

/* The address with a number below size. */
struct base_addr pool_spans_addr(const struct pool_spans *s, uint32_t number);

/* How many of the addresses are reserved by rows. */
uint32_t pool_spans_reserved(const struct pool_spans *s, const struct ike_grants *grants);

bool pool_spans_equal(const struct pool_spans *a, const struct pool_spans *b);
