/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Gateway A sends all that is behind it into a tunnel, but for what a bypass says: 10.9.0.0/24, which is
 * beside B on the outside.
 */
#include "dp_way.h"
#include "dp_worker.h"
#include "wire_icmp.h"
#include "wire_natt.h"

#define HOST     "10.1.0.9"
#define PRINTER  "10.9.0.9"
#define STRANGER "10.8.0.9"

static struct base_ts_list ours, printers;

/* A tunnel for all of local_ts, with routes by B to everything outside, and a bypass for it. */
static inline struct rig bypass_rig(const char *local_ts, const char *bypass_local, uint16_t mtu)
{
    struct rig r = {.tsc = RIG_HZ};
    rig_eal();
    r.a = rig_gateway_make(1, mtu, 1);
    r.b = rig_gateway_make(2, mtu, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.local_ts = b.remote_ts = rig_ts(local_ts);
    a.remote_ts = b.local_ts = rig_ts("0.0.0.0/0");
    rig_connect(&r, &a, &b);
    const struct dp_route out = {{.addr.family = BASE_AF_IP4}, RIG_OUTSIDE, rig_ip("192.0.2.2")};
    assert_int_equal(dp_routes_set(r.a.dp, &out, 1), 0);
    ours = rig_ts(bypass_local);
    printers = rig_ts("10.9.0.0/24");
    return r;
}

/* A policy for the tunnel, and the bypass. */
static inline void policies_set(struct rig *r, const char *local_ts)
{
    const struct sad_policy set[] = {{RIG_TS(local_ts), RIG_TS("0.0.0.0/0")},
                                     {&ours, &printers, .is_bypass = true}};
    assert_int_equal(sad_policies_set(r->a.sad, set, 2), 0);
}

static inline struct rig story(void)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 1500);
    policies_set(&r, "10.1.0.0/24");
    return r;
}

static inline uint64_t bypassed(const struct rig *r)
{
    struct dp_counters c;
    dp_counters(r->a.dp, -1, &c);
    return c.bypassed;
}

static inline void assert_sealed(struct rte_mbuf *m)
{
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(ip[9], WIRE_PROTO_UDP);
    assert_int_equal(dp_get16(ip + 22), WIRE_NATT_PORT);
    rte_pktmbuf_free(m);
}

/* A sent an ICMP error of this type and code by a port, and nothing else. */
static inline void assert_error(struct rig *r, uint16_t port, const char *to, uint16_t type_code)
{
    struct rte_mbuf *m = rig_out(&r->a, port);
    const struct base_addr want = rig_ip(to);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(ip[9], WIRE_PROTO_ICMP4);
    assert_memory_equal(ip + 16, want.bytes, 4);
    assert_int_equal(dp_get16(ip + 20), type_code);
    rte_pktmbuf_free(m);
    assert_null(rig_out(&r->a, RIG_INSIDE));
    assert_null(rig_out(&r->a, RIG_OUTSIDE));
}
