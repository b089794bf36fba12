/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Tables and parameters for tests of this room. */
#include <rte_rcu_qsbr.h>
#include "imb_esp.h"
#include "rig_parts.h"
#include "sad.h"
#include "sad_fast.h"

static inline struct sad *rig_sad(uint32_t max, uint16_t workers)
{
    struct sad_params p = {.max_sas = max,
                           .workers = workers,
                           .socket = -1,
                           .tsc_hz = 1000,
                           .esp = &imb_esp_ops,
                           .rng = rig_rng};
    struct sad *sad = sad_create(&p);
    assert_non_null(sad);
    return sad;
}

static inline struct esp_pair rig_params(struct sad *sad, const char *local, const char *remote)
{
    struct esp_pair p = {.spi_out = 0x1000,
                         .keys_in.encr_len = 20,
                         .keys_out.encr_len = 20,
                         .replay_window = 1024,
                         .way = ESP_WAY_UDP,
                         .outer_mtu = 1500,
                         .active = true};
    esp_pair_set_algs(&p, &rig_gcm128, NULL);
    p.local_ts = rig_ts(local);
    p.remote_ts = rig_ts(remote);
    p.path.local = rig_endpoint("192.0.2.1", 4500);
    p.path.remote = rig_endpoint("192.0.2.2", 4500);
    assert_int_equal(sad_spi_alloc(sad, &p.spi_in), 0);
    return p;
}

static inline uint32_t rig_install(struct sad *sad, const char *local, const char *remote)
{
    struct esp_pair p = rig_params(sad, local, remote);
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

/* A copy of an expanded key, or none. */
struct rig_key {
    uint8_t bytes[2048];
};

static inline struct rig_key rig_key(const struct esp_key *key)
{
    struct rig_key copy = {{0}};
    if (key)
        memcpy(copy.bytes, key, esp_key_bytes(&imb_esp_ops.key));
    return copy;
}

static inline void rig_key_is(const struct esp_key *key, struct rig_key want)
{
    struct rig_key got = rig_key(key);
    assert_memory_equal(&got, &want, sizeof got);
}

static inline uint32_t rig_salt(const struct esp_key *key)
{
    return esp_key_salt(key, &imb_esp_ops.key);
}

static inline struct sad_in *rig_in(struct sad *sad, uint32_t spi)
{
    return sad_in_find(sad_tables(sad), spi);
}

static inline uint32_t rig_slot(struct sad *sad, uint32_t spi)
{
    return sad_slot_find(sad_tables(sad), spi);
}

static inline struct sad_out *rig_out(struct sad *sad, uint32_t spi)
{
    return sad_out_at(sad_tables(sad), rig_slot(sad, spi));
}

static inline struct sad_stats rig_stats(struct sad *sad, uint32_t spi)
{
    struct sad_stats s;
    assert_int_equal(sad_stats(sad, spi, &s), 0);
    return s;
}

/* What the tables say of a UDP packet. */
static inline uint32_t rig_find(struct sad *sad, const char *local, const char *remote)
{
    struct sad_flow f = {.proto = 17, .has_ports = true, .local_port = 1000, .remote_port = 2000};
    struct base_addr l = rig_ip(local), r = rig_ip(remote);
    f.family = l.family;
    memcpy(f.local, l.bytes, 16);
    memcpy(f.remote, r.bytes, 16);
    return sad_spd_lookup(sad_tables(sad), &f);
}

/* AES-CBC-128 with HMAC-SHA2-256-128 in place of the AEAD. */
static inline void rig_use_cbc(struct esp_pair *p)
{
    const struct crypt_alg *encr = crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128);
    const struct crypt_alg *integ = crypt_alg_find(CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0);
    assert_non_null(encr);
    assert_non_null(integ);
    esp_pair_set_algs(p, encr, integ);
    p->keys_in.encr_len = p->keys_out.encr_len = 16;
    p->keys_in.integ_len = p->keys_out.integ_len = 32;
}

/* Worker n runs from here on, and has seen nothing yet that comes later. */
static inline void rig_worker_on(struct rte_rcu_qsbr *qsbr, unsigned n)
{
    assert_int_equal(rte_rcu_qsbr_thread_register(qsbr, n), 0);
    rte_rcu_qsbr_thread_online(qsbr, n);
}

static inline void rig_worker_off(struct rte_rcu_qsbr *qsbr, unsigned n)
{
    rte_rcu_qsbr_thread_offline(qsbr, n);
    assert_int_equal(rte_rcu_qsbr_thread_unregister(qsbr, n), 0);
}
