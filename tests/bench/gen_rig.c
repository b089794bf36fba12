/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rings between the generator and the gateway of the tests.
 */
#include "gen_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>

#define ADDR_A 0x0a01000au
#define ADDR_B 0x0a02000au

struct gen_bench bench;
struct gen_args args;
struct gen_verdict verdict;
cpu_set_t rig_cpus;
static volatile sig_atomic_t is_interrupted;
static const uint8_t keymat[20] = {9, 8, 7};

#ifdef rte_rdtsc
static bool is_timed;

uint64_t rig_clock(void)
{
    static uint64_t now;
    if (is_timed)
        return __builtin_ia32_rdtsc();
    now += (uint64_t)(bench.hz / 1e6);
    return now;
}
#endif

static int eal_start(char *lcores)
{
    char *words[] = {"test", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",   "-m",
                     "256",  "--lcores",  lcores,     "--iova-mode=va", "--log-level=error"};
    assert_true(rte_eal_init(sizeof(words) / sizeof(*words), words) >= 0);
    gate_pool = rte_pktmbuf_pool_create("gate", 8191, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
    gate_seen = malloc(GATE_SAS * GATE_SEQ_MAX);
    assert_non_null(gate_pool);
    assert_non_null(gate_seen);
    return 0;
}

int rig_start(void **state)
{
    char lcores[32]; /* where this runs now, which is where others of its kind do not */
    assert_int_equal(sched_getaffinity(0, sizeof(rig_cpus), &rig_cpus), 0);
    snprintf(lcores, sizeof(lcores), "0@%d", sched_getcpu());
    return eal_start(lcores);
}

int rig_start_two(void **state)
{
    char lcores[32];
    const int own = sched_getcpu();
    int other = 0;
    assert_int_equal(sched_getaffinity(0, sizeof(rig_cpus), &rig_cpus), 0);
    while (other < CPU_SETSIZE && (other == own || !CPU_ISSET(other, &rig_cpus)))
        other++;
    snprintf(lcores, sizeof(lcores), "0@%d,1@%d", own, other < CPU_SETSIZE ? other : own);
    return eal_start(lcores);
}

/* A port of the generator whose other end is the gateway; its name stays DPDK's, so each has another one. */
static void port_make(uint32_t port)
{
    static char name[2][32];
    static uint32_t made;
    char ring[16];
    snprintf(ring, sizeof(ring), "in%u", made);
    gate.in[port] = rte_ring_create(ring, 4096, -1, RING_F_SC_DEQ);
    snprintf(ring, sizeof(ring), "out%u", made);
    gate.out[port] = rte_ring_create(ring, 4096, -1, 0);
    snprintf(ring, sizeof(ring), "gen%u", made++);
    assert_true(rte_eth_from_rings(ring, &gate.out[port], 1, &gate.in[port], 1, 0) >= 0);
    snprintf(name[port], sizeof(name[port]), "net_ring_%s", ring);
    args.device[port] = name[port];
}

static void ring_fill(struct rte_ring *r)
{
    while (!rte_ring_full(r))
        assert_int_equal(rte_ring_enqueue(r, rte_pktmbuf_alloc(gate_pool)), 0);
}

static void ring_drain(struct rte_ring *r)
{
    void *pkt;
    while (!rte_ring_dequeue(r, &pkt))
        rte_pktmbuf_free(pkt);
}

static void rig_make(const char *scenario, enum gen_way way, struct faults faults)
{
    memset(&bench, 0, sizeof(bench));
    memset(&gate, 0, sizeof(gate));
    memset(&verdict, 0, sizeof(verdict));
    memset(gate_seen, 0, GATE_SAS * GATE_SEQ_MAX);
    gate.f = faults;
    args = (struct gen_args){.scenario = scenario,
                             .way = way,
                             .address = {ADDR_A, ADDR_B},
                             .gateway = {GATE_A, GATE_B},
                             .hosts = {ADDR_A, ADDR_B},
                             .is_from_a = way != GEN_OUT,
                             .is_from_b = way == GEN_OUT,
                             .sas = GATE_SAS,
                             .sizes = {64},
                             .size_count = 1,
                             .rates = {{.value = 20000, .text = "20k"}},
                             .rate_count = 1,
                             .seconds = 0.2,
                             .confirm = 0.2,
                             .every = 0.1,
                             .rounds = 1,
                             .repeats = 1,
                             .resolution = 10,
                             .depth = 32,
                             .natt_port = 4500,
                             .flood_rate = {.value = 2000},
                             .flood_sources = 20};
    port_make(0);
    port_make(1);
    if (faults.is_single)
        args.device[1] = NULL;
    if (faults.is_stuck)
        ring_fill(gate.in[0]);
    gate.key = (struct meter_flow){.kind = METER_NATT, .sas = 1};
    assert_int_equal(meter_flow_init(&gate.key, keymat, sizeof(keymat)), 0);
    bench.args = &args;
    bench.is_interrupted = &is_interrupted;
    bench.cpus = rig_cpus;
    bench.spis = calloc(GATE_SAS, sizeof(*bench.spis));
    bench.strays = calloc(GATE_SAS, sizeof(*bench.strays));
    memcpy(bench.spis, gate_spis, sizeof(gate_spis));
    assert_int_equal(gen_bench_open(&bench, keymat, NULL, way == GEN_BOTH ? 0 : sizeof(keymat)), 0);
    for (uint32_t port = 0; port < bench.n_ports; port++)
        gate_open(bench.port[port].id);
}

#ifdef rte_rdtsc
void rig_open(const char *scenario, enum gen_way way, struct faults faults)
{
    is_timed = false;
    rig_make(scenario, way, faults);
}

void rig_open_timed(const char *scenario, enum gen_way way, struct faults faults)
{
    is_timed = true;
    rig_make(scenario, way, faults);
}
#else
void rig_open(const char *scenario, enum gen_way way, struct faults faults)
{
    rig_make(scenario, way, faults);
    bench.hz /= RIG_HASTE;
}
#endif

void rig_close(void)
{
    gate_close();
    for (uint32_t port = 0; port < 2; port++) {
        ring_drain(gate.in[port]);
        ring_drain(gate.out[port]);
    }
    gen_bench_close(&bench);
    meter_flow_fini(&gate.key);
    free(bench.spis);
    free(bench.strays);
}

void rig_greet(void)
{
    for (uint32_t port = 0; port < bench.n_ports; port++) {
        memcpy(gate.mac[port], bench.port[port].mac, 6);
        memset(bench.port[port].gateway_mac, 2, 6);
    }
}

void rig_run(bool (*run)(struct gen_bench *b, struct gen_verdict *v), bool is_good, const char *sentence)
{
    rig_greet();
    bool has_passed = run(&bench, &verdict);
    if (has_passed != is_good || verdict.is_good != is_good || !strstr(verdict.sentence, sentence))
        fail_msg("%s ended %d with: %s", args.scenario, has_passed, verdict.sentence);
    rig_close();
}
