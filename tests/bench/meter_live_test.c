/* SPDX-License-Identifier: BSD-3-Clause */
/* The phases of a live measurement, with a gateway that is this file and wires that lead nowhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <rte_eal.h>

#include "meter_live.h"

#define BURST 32

enum { INSIDE, OUTSIDE };

/* What each test begins with: two ports, and a start file that is empty. */
static struct meter_live live;
static struct meter_port ports[2];
static struct meter_live_port ends[2];
static struct meter_clock watch;
static struct rte_mempool *pool;
static const uint8_t keymat[20] = {1, 2, 3};

static int eal_start(void **state)
{
    char *args[] = {"test", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",   "-m",
                    "64",   "-l",        "0",        "--iova-mode=va", "--log-level=error"};
    assert_true(rte_eal_init(sizeof(args) / sizeof(*args), args) >= 0);
    pool = rte_pktmbuf_pool_create("meter", 4095, 32, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
    assert_non_null(pool);
    return 0;
}

static int rig_make(void **state)
{
    memset(&live, 0, sizeof(live));
    memset(ports, 0, sizeof(ports));
    strcpy(live.start, "meter_live_test.XXXXXX");
    int fd = mkstemp(live.start);
    assert_true(fd >= 0);
    close(fd);
    for (uint16_t i = 0; i < 2; i++) {
        ports[i].pool = pool;
        ports[i].port_id = i;
        ports[i].flow = (struct meter_flow){.size = 64, .sas = 1, .outer_port = 4500, .spi = 0x1000};
    }
    meter_clock_init(&watch, 16384, 2);
    return 0;
}

/* The feeding port hands out clear packets, or `hold` kept ones. */
static void rig_open(uint16_t feeder, uint32_t hold)
{
    ports[feeder].flow.kind = hold ? METER_SINK : METER_PLAIN;
    for (uint16_t i = 0; i < 2; i++) {
        assert_int_equal(meter_flow_init(&ports[i].flow, keymat, sizeof(keymat)), 0);
        assert_int_equal(meter_live_open(&live, &ends[i], &ports[i], NULL, i == feeder ? hold : 0), 0);
    }
}

static int rig_unmake(void **state)
{
    for (uint16_t i = 0; i < 2; i++) {
        meter_port_drain(&ports[i]);
        meter_flow_fini(&ports[i].flow);
        meter_live_close(&live, &ends[i]);
    }
    meter_clock_fini(&watch);
    unlink(live.start);
    assert_int_equal(rte_mempool_in_use_count(pool), 0);
    return 0;
}

static void start_file_fill(void)
{
    assert_int_equal(truncate(live.start, sizeof(struct meter_progress)), 0);
}

/* A frame of this flow as the gateway sends it. */
static struct rte_mbuf *frame_make(struct meter_flow *flow)
{
    struct rte_mbuf *pkt = rte_pktmbuf_alloc(pool);
    assert_non_null(pkt);
    uint32_t bytes = meter_flow_next(flow, rte_pktmbuf_mtod(pkt, uint8_t *));
    pkt->data_len = (uint16_t)bytes;
    pkt->pkt_len = bytes;
    return pkt;
}

/* One turn of a gateway: what comes in on `from` is thrown away, and as many frames of `sent` leave by `to`.
 */
static uint16_t gateway_turn(uint16_t from, uint16_t to, struct meter_flow *sent)
{
    struct rte_mbuf *pkts[BURST];
    uint16_t n = meter_live_rx(&live, &ends[from], &watch, pkts, BURST);
    for (uint16_t i = 0; i < n; i++) {
        rte_pktmbuf_free(pkts[i]);
        pkts[i] = frame_make(sent);
    }
    if (n)
        meter_live_tx(&live, &ends[to], &watch, pkts, n);
    assert_int_equal(meter_live_rx(&live, &ends[to], &watch, pkts, BURST), 0);
    return n;
}

static void gateway_run(uint16_t from, uint16_t to, struct meter_flow *sent, uint32_t turns)
{
    while (turns-- && live.phase != METER_DONE)
        gateway_turn(from, to, sent);
}

static void nothing_is_fed_until_the_start_file_is_whole(void **state)
{
    struct meter_flow *sealed = &ports[OUTSIDE].flow;
    rig_open(INSIDE, 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(gateway_turn(INSIDE, OUTSIDE, sealed), 0);
    assert_int_equal(live.phase, METER_PASS);
    start_file_fill();
    sealed->kind = METER_NATT;
    gateway_run(INSIDE, OUTSIDE, sealed, 300);
    assert_true(live.phase == METER_FEED && live.fed > 0);
    assert_int_equal(live.progress->is_seen, 1);
}

static void the_feed_ends_with_the_clock_and_all_that_came_out_is_counted(void **state)
{
    struct meter_flow *sealed = &ports[OUTSIDE].flow;
    rig_open(INSIDE, 0);
    sealed->kind = METER_NATT;
    start_file_fill();
    gateway_run(INSIDE, OUTSIDE, sealed, 100000);
    assert_int_equal(live.phase, METER_DONE);
    assert_true(atomic_load(&watch.is_finished));
    assert_true(live.fed >= 16384 / 3 * 2);
    assert_int_equal(live.taken, live.fed);
    assert_int_equal(live.seq_wrong, 0);
    assert_int_equal(live.samples, (live.taken + 1020) / 1021);
}

static void a_sealed_packet_out_of_order_is_noticed(void **state)
{
    struct meter_flow *sealed = &ports[OUTSIDE].flow;
    rig_open(INSIDE, 0);
    sealed->kind = METER_NATT;
    start_file_fill();
    gateway_run(INSIDE, OUTSIDE, sealed, 200);
    assert_int_equal(live.seq_wrong, 0);
    sealed->seq[0]++;
    gateway_run(INSIDE, OUTSIDE, sealed, 1);
    assert_int_equal(live.seq_wrong, 1);
}

static void a_packet_that_stays_in_the_gateway_is_missing_in_the_end(void **state)
{
    struct meter_flow *sealed = &ports[OUTSIDE].flow;
    struct rte_mbuf *pkts[BURST];
    rig_open(INSIDE, 0);
    sealed->kind = METER_NATT;
    start_file_fill();
    gateway_run(INSIDE, OUTSIDE, sealed, 200);
    uint16_t n = meter_live_rx(&live, &ends[INSIDE], &watch, pkts, BURST);
    rte_pktmbuf_free_bulk(pkts, n);
    gateway_run(INSIDE, OUTSIDE, sealed, 100000);
    assert_int_equal(live.phase, METER_DONE);
    assert_int_equal(live.fed - live.taken, BURST);
}

static void other_frames_of_the_gateway_are_not_taken(void **state)
{
    struct meter_flow *clear = &ports[OUTSIDE].flow;
    rig_open(INSIDE, 0);
    clear->kind = METER_PLAIN;
    start_file_fill();
    gateway_run(INSIDE, OUTSIDE, clear, 200);
    uint64_t taken = live.taken;
    struct rte_mbuf *pkt = frame_make(clear);
    rte_pktmbuf_mtod(pkt, uint8_t *)[13] = 6; /* ARP */
    meter_live_tx(&live, &ends[OUTSIDE], &watch, &pkt, 1);
    pkt = frame_make(clear);
    meter_live_tx(&live, &ends[INSIDE], &watch, &pkt, 1); /* back to the side that feeds */
    assert_int_equal(live.taken, taken);
}

static void kept_frames_are_fed_to_the_last_one_and_opened_ones_judged(void **state)
{
    enum { KEPT = 20000 }; /* more than the clock asks for */
    uint8_t data[METER_PKT_MAX];
    struct meter_flow *wire = &ports[OUTSIDE].flow, *opened = &ports[INSIDE].flow;
    rig_open(OUTSIDE, KEPT);
    wire->kind = METER_NATT;
    opened->kind = METER_PLAIN;
    start_file_fill();
    for (int i = 1; i < KEPT; i++)
        assert_true(meter_hold_add(&ends[OUTSIDE].hold, data, meter_flow_next(wire, data)));
    gateway_run(OUTSIDE, INSIDE, opened, 1000);
    assert_int_equal(live.phase, METER_HOLD);
    assert_true(meter_hold_add(&ends[OUTSIDE].hold, data, meter_flow_next(wire, data)));
    live.held = KEPT;
    gateway_run(OUTSIDE, INSIDE, opened, 100000);
    assert_int_equal(live.phase, METER_DONE);
    assert_int_equal(live.fed, KEPT);
    assert_int_equal(live.taken, KEPT);
    assert_true(live.checked > 0);
    assert_int_equal(live.good, live.checked);
}

#define LIVE_TEST(f) cmocka_unit_test_setup_teardown(f, rig_make, rig_unmake)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE_TEST(nothing_is_fed_until_the_start_file_is_whole),
        LIVE_TEST(the_feed_ends_with_the_clock_and_all_that_came_out_is_counted),
        LIVE_TEST(a_sealed_packet_out_of_order_is_noticed),
        LIVE_TEST(a_packet_that_stays_in_the_gateway_is_missing_in_the_end),
        LIVE_TEST(other_frames_of_the_gateway_are_not_taken),
        LIVE_TEST(kept_frames_are_fed_to_the_last_one_and_opened_ones_judged),
    };
    return cmocka_run_group_tests(tests, eal_start, NULL);
}
