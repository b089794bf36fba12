/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Two gateways in one process, back to back, on byte arrays: each has an inside and an outside port without a
 * device. 10.1.0.0/24 is inside of A, 10.2.0.0/24 of B; 192.0.2.1 and 192.0.2.2 are their outside addresses.
 */
#include <sys/prctl.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include "dp.h"
#include "dp_bytes.h"
#include "dp_large.h"
#include "dp_path.h"
#include "imb_esp.h"
#include "rig_parts.h"
#include "sad.h"

#define RIG_INSIDE  0
#define RIG_OUTSIDE 1
#define RIG_HZ      1000000000ull

struct rig_gateway {
    struct sad *sad;
    struct dp *dp;
    struct dp_worker *w;
};

struct rig {
    struct rig_gateway a, b;
    uint32_t spi_a, spi_b; /* inbound SPIs of A and B */
    uint64_t tsc;
};

static struct rte_mempool *rig_pool, *rig_large_pool;
/* Of gateways made from here on. */
static uint32_t rig_max_sas = 64;
static uint8_t rig_spi_node_bits; /* of node 0 */
static const struct esp_ops *rig_esp = &imb_esp_ops;

static inline void rig_eal(void)
{
    char *args[] = {"test", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",   "-m",
                    "64",   "-l",        "0",        "--iova-mode=va", "--log-level=error"};
    if (rig_pool)
        return;
    /* Of tables that a test uses a few lines of, the kernel would otherwise clear two megabytes a touch. */
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    assert_true(rte_eal_init(sizeof args / sizeof args[0], args) >= 0);
    rig_pool = rte_pktmbuf_pool_create("rig", 1023, 32, 0, 10240, 0);
    rig_large_pool = dp_large_pool("rig_large", 64);
    assert_non_null(rig_pool);
    assert_non_null(rig_large_pool);
}

static inline void rig_mac(uint8_t mac[6], uint8_t last)
{
    const uint8_t m[6] = {2, 0, 0, 0, 0, last};
    memcpy(mac, m, 6);
}

static inline struct dp_port_params rig_port(const char *name, enum dp_role role, const char *addr,
                                             const char *addr6, uint8_t mac)
{
    struct dp_port_params p = {
        .port_id = DP_PORT_SINK, .role = role, .mtu = 1500, .rx_queues = 1, .tx_queues = 1, .n_addrs = 2};
    strcpy(p.name, name);
    rig_mac(p.mac, mac);
    assert_int_equal(base_prefix_parse_host(addr, &p.addrs[0]), 0);
    assert_int_equal(base_prefix_parse_host(addr6, &p.addrs[1]), 0);
    return p;
}

static inline void rig_neighbour(struct dp *dp, uint16_t port, const char *addr, unsigned mac_last)
{
    uint8_t mac[6];
    struct base_addr a = rig_ip(addr);
    rig_mac(mac, (uint8_t)mac_last);
    assert_int_equal(dp_neigh_set(dp, port, &a, mac), 0);
}

/* n: 1 for A, 2 for B. The other one's addresses and the hosts 10.n.0.9 and fd00:n::9 are known neighbours.
 */
/* outside: ethdev port of the outside. */
static inline struct rig_gateway rig_gateway_make_with(unsigned n, uint16_t mtu, uint16_t workers,
                                                       uint16_t outside, bool copy_df)
{
    struct rig_gateway g;
    char why[128] = "";
    struct sad_params sp = {.max_sas = rig_max_sas,
                            .workers = workers,
                            .socket = -1,
                            .tsc_hz = RIG_HZ,
                            .esp = rig_esp,
                            .rng = rig_rng,
                            .spi_node_bits = rig_spi_node_bits};
    g.sad = sad_create(&sp);
    assert_non_null(g.sad);
    struct dp_params dpp = {.n_ports = 2,
                            .workers = workers,
                            .sad = g.sad,
                            .pool = rig_pool,
                            .large_pool = rig_large_pool,
                            .tsc_hz = RIG_HZ,
                            .copy_df = copy_df};
    dpp.ports[RIG_INSIDE] = rig_port("inside", DP_ROLE_INSIDE, rig_text("10.%u.0.1/24", n),
                                     rig_text("fd00:%u::1/64", n), (uint8_t)(0x10 + n));
    dpp.ports[RIG_OUTSIDE] = rig_port("outside", DP_ROLE_OUTSIDE, rig_text("192.0.2.%u/24", n),
                                      rig_text("2001:db8::%u/64", n), (uint8_t)(0x20 + n));
    dpp.ports[RIG_INSIDE].mtu = 9000;
    dpp.ports[RIG_OUTSIDE].mtu = mtu;
    dpp.ports[RIG_OUTSIDE].port_id = outside;
    g.dp = dp_create(&dpp, why, sizeof why);
    assert_string_equal(why, "");
    rig_neighbour(g.dp, RIG_INSIDE, rig_text("10.%u.0.9", n), 0x30 + n);
    rig_neighbour(g.dp, RIG_INSIDE, rig_text("fd00:%u::9", n), 0x30 + n);
    rig_neighbour(g.dp, RIG_OUTSIDE, rig_text("192.0.2.%u", 3 - n), 0x20 + 3 - n);
    rig_neighbour(g.dp, RIG_OUTSIDE, rig_text("2001:db8::%u", 3 - n), 0x20 + 3 - n);
    g.w = dp_worker(g.dp, 0);
    for (uint16_t i = 0; i < workers; i++)
        dp_worker_online(dp_worker(g.dp, i));
    return g;
}

static inline struct rig_gateway rig_gateway_make(unsigned n, uint16_t mtu, uint16_t workers)
{
    return rig_gateway_make_with(n, mtu, workers, DP_PORT_SINK, false);
}

static inline struct rig_gateway rig_gateway_make_on(unsigned n, uint16_t mtu, uint16_t workers,
                                                     uint16_t outside)
{
    return rig_gateway_make_with(n, mtu, workers, outside, false);
}

static inline struct rig_gateway rig_gateway_make_df(unsigned n, uint16_t mtu, uint16_t workers, bool copy_df)
{
    return rig_gateway_make_with(n, mtu, workers, DP_PORT_SINK, copy_df);
}

static inline void rig_gateway_free(struct rig_gateway *g)
{
    for (uint16_t i = 0; dp_worker(g->dp, i); i++)
        dp_worker_offline(dp_worker(g->dp, i));
    sad_reclaim(g->sad);
    dp_free(g->dp);
    sad_free(g->sad);
}

/* Parameters of one gateway's end of a tunnel; keys are the same byte per direction. */
static inline struct esp_pair rig_pair(unsigned n, const struct crypt_alg *encr,
                                       const struct crypt_alg *integ, bool esn, bool encap)
{
    struct esp_pair p = {.esn = esn,
                         .way = encap ? ESP_WAY_UDP : ESP_WAY_ESP,
                         .replay_window = 1024,
                         .outer_mtu = 1500,
                         .follow = true,
                         .ike_id = n,
                         .active = true};
    char local[24], remote[24];
    esp_pair_set_algs(&p, encr, integ);
    p.keys_in.encr_len = p.keys_out.encr_len = (uint8_t)(encr->key_bytes + encr->salt_bytes);
    p.keys_in.integ_len = p.keys_out.integ_len = integ ? (uint8_t)integ->key_bytes : 0;
    memset(p.keys_in.encr, (int)(3 - n), sizeof p.keys_in.encr);
    memset(p.keys_out.encr, (int)n, sizeof p.keys_out.encr);
    memset(p.keys_in.integ, (int)(3 - n), sizeof p.keys_in.integ);
    memset(p.keys_out.integ, (int)n, sizeof p.keys_out.integ);
    snprintf(local, sizeof local, "10.%u.0.0/24", n);
    snprintf(remote, sizeof remote, "10.%u.0.0/24", 3 - n);
    p.local_ts = rig_ts(local);
    p.remote_ts = rig_ts(remote);
    snprintf(local, sizeof local, "192.0.2.%u", n);
    snprintf(remote, sizeof remote, "192.0.2.%u", 3 - n);
    p.path.local = rig_endpoint(local, encap ? 4500 : 0);
    p.path.remote = rig_endpoint(remote, encap ? 4500 : 0);
    return p;
}

static inline void rig_connect(struct rig *r, struct esp_pair *a, struct esp_pair *b)
{
    assert_int_equal(sad_spi_alloc(r->a.sad, &r->spi_a), 0);
    assert_int_equal(sad_spi_alloc(r->b.sad, &r->spi_b), 0);
    a->spi_in = b->spi_out = r->spi_a;
    b->spi_in = a->spi_out = r->spi_b;
    assert_int_equal(sad_install(r->a.sad, a), 0);
    assert_int_equal(sad_install(r->b.sad, b), 0);
}

/* Two gateways that have no pair yet, whose links take 1500 bytes. */
static inline struct rig rig_apart(void)
{
    rig_eal();
    return (struct rig){.a = rig_gateway_make(1, 1500, 1), .b = rig_gateway_make(2, 1500, 1), .tsc = RIG_HZ};
}

static inline struct rig rig_make(const struct crypt_alg *encr, const struct crypt_alg *integ, bool esn,
                                  bool encap, uint16_t mtu)
{
    rig_eal();
    struct rig r = {.a = rig_gateway_make(1, mtu, 1), .b = rig_gateway_make(2, mtu, 1), .tsc = RIG_HZ};
    struct esp_pair a = rig_pair(1, encr, integ, esn, encap), b = rig_pair(2, encr, integ, esn, encap);
    a.outer_mtu = b.outer_mtu = mtu;
    rig_connect(&r, &a, &b);
    return r;
}

static inline void rig_free(struct rig *r)
{
    rig_gateway_free(&r->a);
    rig_gateway_free(&r->b);
    assert_int_equal(rte_mempool_in_use_count(rig_pool), 0);
    assert_int_equal(rte_mempool_in_use_count(rig_large_pool), 0);
}

/* A frame to a gateway's port: UDP from src to dst, `len` bytes of IP packet in all (at least 28). */
static inline struct rte_mbuf *rig_frame(uint8_t mac_last, const char *src, const char *dst, uint32_t len)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    assert_non_null(m);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(14 + len));
    if (!p)
        abort();
    memset(p, 0, 14);
    rig_mac(p, mac_last);
    rig_mac(p + 6, 0x77);
    dp_put16(p + 12, 0x0800);
    uint8_t *ip = p + 14;
    struct base_addr s = rig_ip(src), d = rig_ip(dst);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    dp_put16(ip + 2, (uint16_t)len);
    dp_put16(ip + 6, 0x4000);
    ip[8] = 64;
    ip[9] = 17;
    memcpy(ip + 12, s.bytes, 4);
    memcpy(ip + 16, d.bytes, 4);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    for (uint32_t i = 20; i < len; i++)
        ip[i] = (uint8_t)(i * 7);
    if (len >= 28) {
        dp_put16(ip + 20, 1000);
        dp_put16(ip + 22, 2000);
        dp_put16(ip + 24, (uint16_t)(len - 20));
    }
    return m;
}

/* The same over IPv6 (at least 40 bytes). */
static inline struct rte_mbuf *rig_frame6(uint8_t mac_last, const char *src, const char *dst, uint32_t len)
{
    struct rte_mbuf *m = rig_frame(mac_last, "10.0.0.1", "10.0.0.2", len);
    uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + 14;
    struct base_addr s = rig_ip(src), d = rig_ip(dst);
    dp_put16(p + 12, 0x86dd);
    memset(ip, 0, 40);
    ip[0] = 0x60;
    dp_put16(ip + 4, (uint16_t)(len - 40));
    ip[6] = 17;
    ip[7] = 64;
    memcpy(ip + 8, s.bytes, 16);
    memcpy(ip + 24, d.bytes, 16);
    return m;
}

static inline void rig_in(struct rig *r, struct rig_gateway *g, uint16_t port, struct rte_mbuf *m)
{
    r->tsc += 1000;
    dp_process(g->w, port, &m, 1, r->tsc);
}

/* What a gateway sent on a port, or NULL. */
static inline struct rte_mbuf *rig_out(struct rig_gateway *g, uint16_t port)
{
    struct rte_mbuf *m = NULL;
    return dp_sink_take(g->w, port, &m, 1) ? m : NULL;
}

static inline uint64_t rig_drops(const struct rig_gateway *g, enum dp_drop d)
{
    struct dp_counters c;
    dp_counters(g->dp, -1, &c);
    return c.drops[d];
}

static inline struct rte_mbuf *rig_clone(const struct rte_mbuf *m)
{
    struct rte_mbuf *c = rte_pktmbuf_alloc(rig_pool);
    assert_non_null(c);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(c, m->data_len);
    memcpy(p, rte_pktmbuf_mtod(m, const void *), m->data_len);
    return c;
}
