/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two kinds of windows take turns, so that both see the same weather. In one the ports' burst functions are
 * those of this file, which have no clock: the TSC around the window has the whole, and looks at it around
 * each call have the driver's share. In the other all is as in any measurement, and the clock tells. The
 * driver's share cannot be had without a gateway between: its stores then wait for each other. What a look
 * itself takes, about 30 cycles, is once a call in the application's time by either meter.
 */
#include "bench_outside.h"

#include <string.h>
#include <rte_ethdev.h>

#include "dp_path.h"

#define TURNS       16  /* in a window: 512 packets */
#define RUN_WINDOWS 128 /* of each meter in a run */

static struct {
    struct bench_gate *gate;
    eth_rx_burst_t rx[2]; /* those with the clock */
    eth_tx_burst_t tx[2];
    uint64_t driver;  /* cycles within the ports' functions */
    uint64_t sent;    /* packets handed to a send call, by its caller's count */
    uint64_t counted; /* by the receiving port */
} outside;

static uint16_t outside_rx(int port, struct rte_mbuf **pkts, uint16_t n)
{
    const uint64_t from = bench_tsc();
    uint16_t given = meter_port_give(&outside.gate->seat[0].port[port], pkts, n);
    outside.driver += bench_tsc() - from;
    return given;
}

static uint16_t outside_tx(int port, struct rte_mbuf **pkts, uint16_t n)
{
    const uint64_t from = bench_tsc();
    struct meter_taken t = meter_port_take(&outside.gate->seat[0].port[port], pkts, n);
    outside.driver += bench_tsc() - from;
    outside.sent += n;
    outside.gate->seat[0].clock.checked += t.checked; /* for the gateway's verdict */
    outside.gate->seat[0].clock.good += t.good;
    return n;
}

static uint16_t outside_rx0(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    return outside_rx(0, pkts, n);
}

static uint16_t outside_rx1(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    return outside_rx(1, pkts, n);
}

static uint16_t outside_tx0(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    return outside_tx(0, pkts, n);
}

static uint16_t outside_tx1(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    return outside_tx(1, pkts, n);
}

static void outside_enter(void)
{
    static const eth_rx_burst_t rx[2] = {outside_rx0, outside_rx1};
    static const eth_tx_burst_t tx[2] = {outside_tx0, outside_tx1};
    for (int port = 0; port < 2; port++) {
        outside.rx[port] = rte_eth_fp_ops[port].rx_pkt_burst;
        outside.tx[port] = rte_eth_fp_ops[port].tx_pkt_burst;
        rte_eth_fp_ops[port].rx_pkt_burst = rx[port];
        rte_eth_fp_ops[port].tx_pkt_burst = tx[port];
    }
}

static void outside_leave(void)
{
    for (int port = 0; port < 2; port++) {
        rte_eth_fp_ops[port].rx_pkt_burst = outside.rx[port];
        rte_eth_fp_ops[port].tx_pkt_burst = outside.tx[port];
    }
}

/* The port that takes what the gateway makes of the packets. */
static const struct meter_port *port_receiving(const struct bench_gate *g)
{
    return &g->seat[0].port[g->c.is_inbound ? BENCH_INSIDE : BENCH_OUTSIDE];
}

static void turns_work(struct bench_gate *g)
{
    for (int turn = 0; turn < TURNS; turn++)
        dp_turn(g->seat[0].worker);
}

static void window_outside(struct bench_gate *g, struct bench_series *s)
{
    outside_enter();
    const uint64_t counted = port_receiving(g)->tx_pkts, driver = outside.driver, from = bench_tsc();
    turns_work(g);
    const uint64_t took = bench_tsc() - from - (outside.driver - driver);
    outside_leave();
    outside.counted += port_receiving(g)->tx_pkts - counted;
    if (port_receiving(g)->tx_pkts > counted)
        bench_series_window(s, took, port_receiving(g)->tx_pkts - counted);
}

/* By the clock's packets, too: those that the port handed out. */
static void window_clock(struct bench_gate *g, struct bench_series *s)
{
    struct bench_seat *seat = &g->seat[0];
    const uint64_t *given = &seat->port[g->c.is_inbound ? BENCH_OUTSIDE : BENCH_INSIDE].rx_pkts;
    const uint64_t before = *given, busy = seat->clock.busy;
    seat->clock.end = 0; /* the time since its last window is nobody's */
    turns_work(g);
    if (*given > before)
        bench_series_window(s, seat->clock.busy - busy, *given - before);
}

static void both_measure(struct bench_gate *g, struct bench_series *by_outside, struct bench_series *by_clock)
{
    memset(&outside, 0, sizeof(outside));
    outside.gate = g;
    for (uint32_t run = 0; run <= g->c.runs; run++) {
        for (int i = 0; i < RUN_WINDOWS; i++) {
            bench_series_start(by_outside);
            window_outside(g, by_outside);
            bench_series_start(by_clock);
            window_clock(g, by_clock);
        }
        if (!run)
            by_outside->count = by_clock->count = 0; /* warm-up */
        bench_series_run_end(by_outside);
        bench_series_run_end(by_clock);
    }
}

int bench_outside_run(const struct bench_gate_case *c, struct bench_outside_result *out)
{
    static struct bench_gate g;
    struct bench_series by_outside, by_clock;
    bench_series_init(&by_outside, RUN_WINDOWS);
    bench_series_init(&by_clock, RUN_WINDOWS);
    int rc = bench_gate_open(&g, c);
    if (!rc) {
        bench_gate_attach(&g);
        both_measure(&g, &by_outside, &by_clock);
        bench_gate_detach(&g);
        rc = bench_gate_verdict(&g);
        out->outside = bench_series_result(&by_outside);
        out->clock = bench_series_result(&by_clock);
        out->sent = outside.sent;
        out->counted = outside.counted;
    }
    bench_gate_close(&g);
    bench_series_fini(&by_outside);
    bench_series_fini(&by_clock);
    return rc;
}
