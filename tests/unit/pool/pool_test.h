/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the tests of leases share: short words for addresses, identities, times and pools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base_time.h"
#include "ike_conf.h"
#include "ike_pool_conf.h"

static inline struct base_addr addr_of(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static inline struct ike_id id_of(const char *text)
{
    struct ike_id id;
    char why[128];
    assert_int_equal(ike_id_parse(text, &id, why, sizeof why), 0);
    return id;
}

static inline struct ike_id id_number(unsigned n)
{
    char name[32];
    snprintf(name, sizeof name, "@u%u.example", n);
    return id_of(name);
}

static inline base_time at_s(uint64_t s)
{
    return (base_time){(s + 1000) * BASE_NS_PER_S};
}

/* Ranges in pairs of first and last, up to NULL; the caller frees. */
static inline struct base_ts_list *ranges_of(const char *const *ends)
{
    struct base_ts_list all = {0}, *kept = NULL;
    for (; *ends; ends += 2)
        all.list[all.count++] =
            (struct base_ts){.port_hi = 65535, .lo = addr_of(ends[0]), .hi = addr_of(ends[1])};
    assert_true(base_ts_set(&kept, &all));
    return kept;
}

#define RANGES(...) ranges_of((const char *const[]){__VA_ARGS__, NULL})

static inline void assert_addr(struct base_addr got, const char *text)
{
    char t[BASE_ADDR_TEXT_MAX];
    assert_string_equal(base_addr_text(&got, t), text);
}
