/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds the gateway under measurement: two ports whose burst functions are metering ports, SAs for
 * 10.2.0.0/15 behind 192.0.2.2, routes, neighbours. The devices were net_null before their burst functions
 * were replaced: as callbacks on top of it, the time in net_null's own would be taken for the gateway's. Of
 * several workers each has a metering port of its own behind its queue.
 */
#include "bench_gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_cycles.h>

#include "bench_huge.h"
#include "bench_mix.h"
#include "crypt_alg.h"
#include "dp.h"
#include "dp_path.h"
#include "imb_esp.h"
#include "sad.h"

#define INSIDE         BENCH_INSIDE
#define OUTSIDE        BENCH_OUTSIDE
#define PORTS          2
#define POOL_PKTS      8192u /* per worker */
#define MEM_MIB        256u
#define MEM_MIB_EACH   64u         /* from the fifth worker on */
#define GATE_INSIDE    0xc0a80101u /* 192.168.1.1 */
#define ROUTER_INSIDE  0xc0a80102u
#define GATE_OUTSIDE   0xc0000201u /* 192.0.2.1 */
#define PEER_OUTSIDE   0xc0000202u
#define HOST_INSIDE    0x0a010001u /* 10.1.0.1 */
#define HOST_REMOTE    0x0a020001u /* 10.2.0.1, of SA 0 */
#define NATT_PORT      4500
#define HANDOFF_WINDOW 1024u /* packets between their worker and the one that sends them */
#define UNDER_WAY      4096u /* packets of a worker that may not have come through yet when it stops */

static struct rte_mempool *pool;
static const uint8_t keymat[36] = {0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x76, 0x87, 0x98, 0xa9, 0xba, 0xcb,
                                   0xdc, 0xed, 0xfe, 0x0f, 0x1f, 0x2e, 0x3d, 0x4c, 0x5b, 0x6a, 0x79, 0x88,
                                   0x97, 0xa6, 0xb5, 0xc4, 0xd3, 0xe2, 0xf1, 0x00, 0xa0, 0xa1, 0xa2, 0xa3};

static struct bench_gate *gate_now; /* what the burst functions work for */

/* What a port's queue is to the burst functions. */
static struct gate_queue {
    uint16_t port, worker;
} queue_list[PORTS][BENCH_WORKERS_MAX];
static void *queue_at[PORTS][BENCH_WORKERS_MAX];

/*
 * A source that is faster than the worker that sends its packets would fill that worker's ring, and so slow
 * it down still more. It has no more than so many packets under way, as senders on the other side of a tunnel
 * have.
 */
static bool must_wait(const struct bench_seat *seat)
{
    if (!seat->sender)
        return false;
    uint64_t received = seat->port[INSIDE].rx_pkts + seat->port[OUTSIDE].rx_pkts - seat->received;
    return received - atomic_load_explicit(&seat->sender->sent, memory_order_relaxed) >= HANDOFF_WINDOW;
}

static uint16_t gate_rx(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    const struct gate_queue *q = queue;
    struct bench_gate *gate = gate_now;
    if (!gate)
        return 0;
    struct bench_seat *seat = &gate->seat[q->worker];
    uint16_t given = meter_port_rx(&seat->port[q->port], &seat->clock, pkts, must_wait(seat) ? 0 : n);
    /* Other workers may have handed packets over: what follows an empty poll is work as well. */
    if (gate->c.workers > 1)
        seat->clock.empty_polls = 0;
    return given;
}

static uint16_t gate_tx(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    const struct gate_queue *q = queue;
    struct bench_seat *seat = &gate_now->seat[q->worker];
    if (gate_now->c.workers > 1)
        atomic_store_explicit(&seat->sent, seat->port[INSIDE].tx_pkts + seat->port[OUTSIDE].tx_pkts + n,
                              memory_order_relaxed);
    meter_port_tx(&seat->port[q->port], &seat->clock, pkts, n);
    return n;
}

static void give_up(const char *what, int rc)
{
    fprintf(stderr, "culvert-bench: %s: %s\n", what, strerror(rc < 0 ? -rc : rc));
    exit(1);
}

static void port_start(uint16_t port, uint16_t n_queues)
{
    struct rte_eth_conf conf = {0};
    int rc = rte_eth_dev_configure(port, n_queues, n_queues, &conf);
    for (uint16_t q = 0; !rc && q < n_queues; q++) {
        rc = rte_eth_rx_queue_setup(port, q, 512, 0, NULL, pool);
        if (!rc)
            rc = rte_eth_tx_queue_setup(port, q, 512, 0, NULL);
    }
    if (!rc)
        rc = rte_eth_dev_start(port);
    if (rc)
        give_up("a net_null port does not start", rc);
    for (uint16_t q = 0; q < n_queues; q++) {
        queue_list[port][q] = (struct gate_queue){port, q};
        queue_at[port][q] = &queue_list[port][q];
    }
    struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[port];
    ops->rx_pkt_burst = gate_rx;
    ops->tx_pkt_burst = gate_tx;
    ops->rxq.data = ops->txq.data = queue_at[port];
}

bool bench_gate_has_huge(void)
{
    return rte_eal_has_hugepages();
}

/* "0@3,1@2": lcore 0 on CPU 3, lcore 1 on CPU 2. */
static void lcores_write(char *text, size_t size, const uint32_t *cpus, uint16_t workers)
{
    size_t at = 0;
    for (uint16_t i = 0; i < workers && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%u@%u", i ? "," : "", i, cpus[i]);
}

void bench_gate_eal(const uint32_t *cpus, uint16_t workers, bool is_huge, bool is_verbose)
{
    char lcores[16 * BENCH_WORKERS_MAX], mem[16];
    uint32_t mib = workers * MEM_MIB_EACH < MEM_MIB ? MEM_MIB : workers * MEM_MIB_EACH;
    char *argv[20] = {"culvert-bench",
                      "--lcores",
                      lcores,
                      "--no-pci",
                      "--no-telemetry",
                      "--no-shconf", /* another one may run */
                      "--vdev",
                      "net_null0,no-rx=1",
                      "--vdev",
                      "net_null1,no-rx=1",
                      "-m",
                      mem};
    int argc = 12;
    lcores_write(lcores, sizeof(lcores), cpus, workers);
    snprintf(mem, sizeof(mem), "%u", mib);
    argv[argc++] = is_huge && bench_huge_free_mib() >= (long)mib ? "--in-memory" : "--no-huge";
    if (!is_verbose)
        argv[argc++] = "--log-level=*:error";
    if (rte_eal_init(argc, argv) < 0)
        give_up("DPDK's environment does not start (--verbose tells more)", EIO);
    pool = rte_pktmbuf_pool_create("bench", workers * POOL_PKTS - 1, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
    if (!pool)
        give_up("no memory for packets", ENOMEM);
    port_start(INSIDE, workers);
    port_start(OUTSIDE, workers);
}

/* Constant, so that the upper bits of all SPIs are alike and one number tells the meter all of them. */
static void spi_rng(void *ctx, void *buf, size_t len)
{
    memset(buf, 0x5a, len);
}

static struct base_ts_list ts_range(uint32_t lo, uint32_t hi)
{
    return (struct base_ts_list){
        .count = 1,
        .list = {{.port_lo = 0, .port_hi = 65535, .lo = base_addr_ip4(lo), .hi = base_addr_ip4(hi)}}};
}

/* The inner address of pair i; of one tunnel all have the same. */
static uint32_t pair_remote(const struct bench_gate *g, uint32_t i)
{
    return HOST_REMOTE + (g->c.is_tunnel ? 0 : i);
}

int bench_gate_pair(struct bench_gate *g, uint32_t spi_in, uint32_t i)
{
    uint16_t port = g->c.is_plain_esp ? 0 : NATT_PORT;
    struct esp_pair p = {.spi_in = spi_in,
                         .spi_out = 0x10000 + i,
                         .encr = CRYPT_ENCR_AES_GCM_16,
                         .encr_bits = (uint16_t)g->c.key_bits,
                         .esn = true,
                         .replay_window = 1024,
                         .way = g->c.is_plain_esp ? ESP_WAY_ESP : ESP_WAY_UDP,
                         .path = {{base_addr_ip4(GATE_OUTSIDE), port}, {base_addr_ip4(PEER_OUTSIDE), port}},
                         .outer_mtu = 1600,
                         .follow = true,
                         .local_ts = ts_range(0x0a010000, 0x0a01ffff),
                         .remote_ts = ts_range(pair_remote(g, i), pair_remote(g, i)),
                         .is_shared = g->c.is_tunnel,
                         .beside_in = g->c.is_tunnel ? g->spis[0] : 0,
                         .active = true};
    uint8_t key_bytes = (uint8_t)(g->c.key_bits / 8);
    p.keys_in.encr_len = p.keys_out.encr_len = (uint8_t)(key_bytes + 4);
    memcpy(p.keys_in.encr, keymat, key_bytes);
    memcpy(p.keys_in.encr + key_bytes, keymat + 32, 4);
    p.keys_out = p.keys_in;
    return sad_install(g->sad, &p);
}

static int spi_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t pairs_count(const struct bench_gate *g)
{
    return g->c.sas * g->c.workers;
}

/* SPIs of SA 0, 1, 2 ... must be consecutive numbers: that is how the meter addresses them. */
static int pairs_install(struct bench_gate *g)
{
    const uint32_t pairs = pairs_count(g);
    const struct base_ts_list local = ts_range(0x0a010000, 0x0a01ffff);
    const struct base_ts_list remote = ts_range(0x0a020000, 0x0a07ffff);
    const struct sad_policy all = {.local_ts = &local, .remote_ts = &remote};
    int rc = sad_policies_set(g->sad, &all, 1);
    g->spis = calloc(pairs, sizeof(*g->spis));
    if (!g->spis)
        return -ENOMEM;
    for (uint32_t i = 0; !rc && i < pairs; i++)
        rc = sad_spi_alloc(g->sad, &g->spis[i]);
    if (rc)
        return rc;
    qsort(g->spis, pairs, sizeof(*g->spis), spi_compare);
    if (g->spis[pairs - 1] - g->spis[0] != pairs - 1)
        return -ERANGE;
    uint64_t tsc = bench_tsc();
    for (uint32_t i = 0; !rc && i < pairs; i++)
        rc = bench_gate_pair(g, g->spis[i], i);
    g->install_tsc = bench_tsc() - tsc;
    return rc;
}

static struct dp_port_params port_params(uint16_t port, enum dp_role role, uint32_t addr, uint16_t queues)
{
    struct dp_port_params p = {.port_id = port,
                               .role = role,
                               .mtu = 1600,
                               .rx_queues = queues,
                               .tx_queues = queues,
                               .rx_ip4_cksum = true,
                               .n_addrs = 1};
    snprintf(p.name, sizeof(p.name), "%s", role == DP_ROLE_INSIDE ? "inside" : "outside");
    rte_eth_macaddr_get(port, (struct rte_ether_addr *)p.mac);
    p.addrs[0] = (struct base_prefix){base_addr_ip4(addr), 24};
    return p;
}

static int dp_build(struct bench_gate *g)
{
    static const uint8_t mac_inside[6] = {2, 0, 0, 0, 1, 1}, mac_outside[6] = {2, 0, 0, 0, 1, 2};
    struct base_addr router = base_addr_ip4(ROUTER_INSIDE), peer = base_addr_ip4(PEER_OUTSIDE);
    struct dp_route routes[] = {{{base_addr_ip4(0x0a010000), 16}, INSIDE, router}, {{{0}, 0}, OUTSIDE, peer}};
    routes[1].prefix.addr = base_addr_ip4(0);
    struct dp_params params = {.n_ports = 2,
                               .n_routes = 2,
                               .routes = routes,
                               .workers = g->c.workers,
                               .poll = DP_POLL_BUSY,
                               .sad = g->sad,
                               .pool = pool,
                               .tsc_hz = rte_get_tsc_hz(),
                               .mss_clamp = true,
                               .copy_df = true}; /* as culvertd does unless told otherwise */
    char why[256] = "";
    params.ports[INSIDE] = port_params(INSIDE, DP_ROLE_INSIDE, GATE_INSIDE, g->c.workers);
    params.ports[OUTSIDE] = port_params(OUTSIDE, DP_ROLE_OUTSIDE, GATE_OUTSIDE, g->c.workers);
    g->dp = dp_create(&params, why, sizeof(why));
    if (!g->dp) {
        fprintf(stderr, "culvert-bench: the data path refuses: %s\n", why);
        return -EINVAL;
    }
    for (uint16_t i = 0; i < g->c.workers; i++)
        g->seat[i].worker = dp_worker(g->dp, i);
    int rc = dp_neigh_set(g->dp, INSIDE, &router, mac_inside);
    return rc ? rc : dp_neigh_set(g->dp, OUTSIDE, &peer, mac_outside);
}

static void workers_online(struct bench_gate *g)
{
    for (uint16_t i = 0; i < g->c.workers; i++)
        dp_worker_online(g->seat[i].worker);
}

static void workers_offline(struct bench_gate *g)
{
    for (uint16_t i = 0; i < g->c.workers; i++)
        dp_worker_offline(g->seat[i].worker);
}

/*
 * SAs i * sas and following go to worker i. A move ends when the old owner's turn obeys its mark; the ports
 * give nothing, as no gate is attached.
 */
static int homes_set(struct bench_gate *g)
{
    bool is_moving = true;
    int rc = 0;
    for (uint32_t i = 0; !rc && i < pairs_count(g); i++) {
        uint16_t owner = (uint16_t)(i / g->c.sas);
        rc = sad_owner_set(g->sad, g->spis[i], owner, owner);
    }
    workers_online(g);
    while (is_moving) {
        is_moving = sad_reclaim(g->sad) > 0;
        for (uint16_t i = 0; i < g->c.workers; i++)
            is_moving |= dp_turn(g->seat[i].worker);
    }
    workers_offline(g);
    return rc;
}

static int meters_init(struct bench_gate *g, uint16_t index)
{
    struct bench_seat *seat = &g->seat[index];
    const uint32_t first = index * g->c.sas;
    struct meter_flow *in = &seat->port[OUTSIDE].flow, *out = &seat->port[INSIDE].flow;
    struct meter_flow *flow = g->c.is_inbound ? in : out;
    uint8_t key[36];
    uint32_t key_bytes = g->c.key_bits / 8u;
    for (uint16_t i = 0; i < 2; i++) {
        seat->port[i].pool = pool;
        seat->port[i].port_id = i;
        seat->port[i].check = flow;
        seat->port[i].flow.sas = 1;
        rte_eth_macaddr_get(i, (struct rte_ether_addr *)seat->port[i].flow.mac_dst);
    }
    *flow = (struct meter_flow){.kind = METER_PLAIN,
                                .size = g->c.size == BENCH_IMIX ? 0 : g->c.size,
                                .sas = g->c.sas,
                                .inner_src = HOST_INSIDE,
                                .inner_dst = pair_remote(g, first),
                                .is_esn = true,
                                .mac_src = {2, 0, 0, 0, 1, 9}};
    rte_eth_macaddr_get(g->c.is_inbound ? OUTSIDE : INSIDE, (struct rte_ether_addr *)flow->mac_dst);
    if (g->c.is_inbound) {
        flow->kind = g->c.is_plain_esp ? METER_ESP : METER_NATT;
        flow->inner_src = pair_remote(g, first);
        flow->inner_dst = HOST_INSIDE;
        flow->is_src_varied = true;
        flow->outer_src = PEER_OUTSIDE;
        flow->outer_dst = GATE_OUTSIDE;
        flow->outer_port = NATT_PORT;
        flow->spi = g->spis[first];
    }
    memcpy(key, keymat, key_bytes);
    memcpy(key + key_bytes, keymat + 32, 4);
    return meter_flow_init(flow, key, key_bytes + 4);
}

/* Memory of this process that is really there. */
static uint64_t resident_bytes(void)
{
    unsigned long size, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lu %lu", &size, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

int bench_gate_open(struct bench_gate *g, const struct bench_gate_case *c)
{
    memset(g, 0, sizeof(*g));
    g->c = *c;
    g->c.workers = c->workers ? c->workers : 1;
    struct sad_params params = {.max_sas = pairs_count(g) + c->churn_room,
                                .workers = g->c.workers,
                                .socket = -1,
                                .tsc_hz = rte_get_tsc_hz(),
                                .esp = &imb_esp_ops,
                                .rng = spi_rng};
    g->sad = sad_create(&params);
    const uint64_t before = resident_bytes();
    int rc = g->sad ? pairs_install(g) : -ENOMEM;
    g->install_bytes = resident_bytes() - before;
    if (!rc)
        rc = dp_build(g);
    if (!rc)
        rc = homes_set(g);
    for (uint16_t i = 0; !rc && i < g->c.workers; i++)
        rc = meters_init(g, i);
    if (rc)
        fprintf(stderr, "culvert-bench: cannot build the gateway: %s\n", strerror(-rc));
    for (uint16_t i = 0; i < g->c.workers; i++)
        meter_clock_init(&g->seat[i].clock, c->pkts, c->runs);
    return rc;
}

void bench_gate_close(struct bench_gate *g)
{
    for (uint16_t w = 0; w < g->c.workers; w++) {
        for (int i = 0; i < 2; i++) {
            meter_port_drain(&g->seat[w].port[i]);
            meter_flow_fini(&g->seat[w].port[i].flow);
        }
        meter_clock_fini(&g->seat[w].clock);
    }
    dp_free(g->dp);
    sad_free(g->sad);
    free(g->spis);
    memset(g, 0, sizeof(*g));
}

static void drops_print(const struct bench_gate *g)
{
    struct dp_counters counters;
    dp_counters(g->dp, -1, &counters);
    for (int i = 0; i < DP_DROPS; i++)
        if (counters.drops[i])
            fprintf(stderr, "  %lu dropped: %s\n", counters.drops[i], dp_drop_rows.list[i].name);
    fprintf(stderr, "  %lu punted\n", counters.punted);
}

void bench_gate_attach(struct bench_gate *g)
{
    gate_now = g;
    workers_online(g);
}

void bench_gate_detach(struct bench_gate *g)
{
    workers_offline(g);
    gate_now = NULL;
}

int bench_gate_verdict(const struct bench_gate *g)
{
    uint64_t rx = 0, tx = 0, checked = 0, good = 0;
    for (uint16_t i = 0; i < g->c.workers; i++) {
        const struct meter_clock *m = &g->seat[i].clock;
        rx += m->rx;
        tx += m->tx;
        checked += m->checked;
        good += m->good;
    }
    if (tx + g->c.workers * UNDER_WAY >= rx && good == checked && checked)
        return 0;
    fprintf(stderr, "culvert-bench: of %lu packets %lu came through, %lu of %lu checked ones were right\n",
            rx, tx, good, checked);
    drops_print(g);
    return -EIO;
}

int bench_gate_run(struct bench_gate *g)
{
    bench_gate_attach(g);
    uint64_t patience = bench_tsc() + (uint64_t)(60 * bench_tsc_hz());
    for (uint32_t turn = 1;; turn++) {
        dp_turn(g->seat[0].worker);
        if (atomic_load_explicit(&g->seat[0].clock.is_finished, memory_order_relaxed))
            break;
        if (turn % 65536 == 0 && bench_tsc() > patience)
            break;
    }
    bench_gate_detach(g);
    return bench_gate_verdict(g);
}
