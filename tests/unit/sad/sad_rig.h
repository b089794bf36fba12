/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Tables and parameters for tests of this room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sad.h"
#include "sad_fast.h"

static const struct crypt_alg rig_gcm = {.type = CRYPT_TYPE_ENCR,
                                         .id = CRYPT_ENCR_AES_GCM_16,
                                         .key_bits = 128,
                                         .key_bytes = 16,
                                         .salt_bytes = 4,
                                         .iv_bytes = 8,
                                         .block_bytes = 1,
                                         .icv_bytes = 16,
                                         .is_aead = true};

/* Random bytes, or when ctx is given always this word. */
static inline void rig_rng(void *ctx, void *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)buf)[i] = ctx ? ((const uint8_t *)ctx)[i % 4] : (uint8_t)random();
}

static inline struct sad *rig_sad(uint32_t max, uint16_t workers)
{
    struct sad_params p = {.max_sas = max, .workers = workers, .socket = -1, .tsc_hz = 1000, .rng = rig_rng};
    struct sad *sad = sad_create(&p);
    assert_non_null(sad);
    return sad;
}

static inline struct wire_ike_ts_list rig_ts(const char *prefix)
{
    struct wire_ike_ts_list list = {.count = 1};
    struct base_prefix p;
    assert_int_equal(base_prefix_parse(prefix, &p), 0);
    base_prefix_range(&p, &list.list[0].lo, &list.list[0].hi);
    list.list[0].port_hi = 0xffff;
    return list;
}

static inline struct sad_pair_params rig_params(struct sad *sad, const char *local, const char *remote)
{
    struct sad_pair_params p = {.spi_out = 0x1000,
                                .encr = &rig_gcm,
                                .keys_in.encr_len = 20,
                                .keys_out.encr_len = 20,
                                .replay_window = 1024,
                                .encap = true,
                                .outer_mtu = 1500,
                                .active = true};
    p.local_ts = rig_ts(local);
    p.remote_ts = rig_ts(remote);
    assert_int_equal(base_addr_parse("192.0.2.1", &p.path.local.addr), 0);
    assert_int_equal(base_addr_parse("192.0.2.2", &p.path.remote.addr), 0);
    p.path.local.port = p.path.remote.port = 4500;
    assert_int_equal(sad_spi_alloc(sad, &p.spi_in), 0);
    return p;
}

static inline uint32_t rig_install(struct sad *sad, const char *local, const char *remote)
{
    struct sad_pair_params p = rig_params(sad, local, remote);
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}
