/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the rigs of the SA tables' tests and of the data path's tests are both built of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base_addr.h"
#include "crypt_alg.h"
#include "wire_ike.h"

/* As in the table of algorithms, but constants, for initialisers. */
#define RIG_AEAD(ID, BITS)                                                                                 \
    {                                                                                                      \
        .type = CRYPT_TYPE_ENCR, .id = (ID), .key_bits = (BITS), .key_bytes = (BITS) / 8, .salt_bytes = 4, \
        .iv_bytes = 8, .block_bytes = 1, .icv_bytes = 16, .is_aead = true                                  \
    }
static const struct crypt_alg rig_gcm128 = RIG_AEAD(CRYPT_ENCR_AES_GCM_16, 128);
static const struct crypt_alg rig_gcm256 = RIG_AEAD(CRYPT_ENCR_AES_GCM_16, 256);

/* Random bytes, the same in each run, or when ctx is given always this word. */
static inline void rig_rng(void *ctx, void *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)buf)[i] = ctx ? ((const uint8_t *)ctx)[i % 4] : (uint8_t)random();
}

static inline struct base_addr rig_ip(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static inline struct base_endpoint rig_endpoint(const char *addr, uint16_t port)
{
    return (struct base_endpoint){rig_ip(addr), port};
}

/* A selector for all protocols and ports of a prefix. */
static inline struct base_ts_list rig_ts(const char *prefix)
{
    struct base_ts_list list = {.count = 1};
    struct base_prefix p;
    assert_int_equal(base_prefix_parse(prefix, &p), 0);
    base_prefix_range(&p, &list.list[0].lo, &list.list[0].hi);
    list.list[0].port_hi = 0xffff;
    return list;
}

/* The same, as long as the block that names it. */
#define RIG_TS(prefix) ((struct base_ts_list[1]){rig_ts(prefix)})

/* "10.%u.0.1/24" with n in it, in one of a few static buffers. */
static inline const char *rig_text(const char *format, unsigned n)
{
    static char texts[8][48];
    static unsigned next;
    char *text = texts[next++ % 8];
    snprintf(text, sizeof texts[0], format, n);
    return text;
}
