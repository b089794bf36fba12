/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stopwatch of the metering ports: windows of 512 packets, handed to bench_stat's medians. It stops by
 * itself when its runs are full; only the sum of application cycles goes on.
 */
#include "meter_clock.h"

#include <string.h>

#define WINDOW_PKTS   512u
#define STARVED_BELOW 24 /* packets a burst on average: the source, not the application, set the pace */

void meter_clock_init(struct meter_clock *m, uint64_t pkts, uint32_t runs)
{
    memset(m, 0, sizeof(*m));
    m->runs = runs;
    m->run_pkts = pkts / (runs + 1);
    uint64_t windows = m->run_pkts / WINDOW_PKTS + 1;
    bench_series_init(&m->series, windows < BENCH_WINDOWS_MAX ? (uint32_t)windows : BENCH_WINDOWS_MAX);
}

void meter_clock_fini(struct meter_clock *m)
{
    bench_series_fini(&m->series);
}

static void window_end(struct meter_clock *m)
{
    bench_series_window(&m->series, m->cycles, m->window_pkts);
    m->run_count += m->window_pkts;
    m->window_pkts = 0;
    m->cycles = 0;
    if (m->run_count < m->run_pkts)
        return;
    m->run_count = 0;
    if (!m->is_warm)
        m->series.count = 0;
    m->is_warm = true;
    bench_series_run_end(&m->series);
    if (bench_series_is_done(&m->series, m->runs))
        atomic_store_explicit(&m->is_finished, true, memory_order_release);
}

static inline bool is_over(struct meter_clock *m)
{
    return atomic_load_explicit(&m->is_finished, memory_order_relaxed);
}

void meter_clock_begin(struct meter_clock *m)
{
    uint64_t now = bench_tsc();
    if (m->empty_polls >= METER_IDLE_POLLS || !m->end)
        return;
    m->busy += now - m->end;
    m->cycles += now - m->end;
}

void meter_clock_rx_end(struct meter_clock *m, uint32_t given)
{
    if (!is_over(m)) {
        if (m->window_pkts >= WINDOW_PKTS)
            window_end(m);
        m->window_pkts += given;
        m->rx += given;
        m->rx_calls += given > 0;
    }
    m->empty_polls = given ? 0 : m->empty_polls + 1;
    m->end = bench_tsc();
}

void meter_clock_tx_end(struct meter_clock *m, uint32_t taken, uint32_t checked, uint32_t good)
{
    if (!is_over(m)) {
        m->tx += taken;
        m->checked += checked;
        m->good += good;
    }
    m->empty_polls = 0;
    m->end = bench_tsc();
}

void meter_clock_print(const struct meter_clock *m, const char *label, FILE *out)
{
    struct bench_result r = bench_series_result(&m->series);
    double burst = m->rx_calls ? (double)m->rx / (double)m->rx_calls : 0;
    fprintf(
        out,
        "{\"case\":\"meter\",\"label\":\"%s\",\"cycles_min\":%.1f,\"cycles_median\":%.1f,\"cycles_max\":%.1f,"
        "\"runs\":%u,\"quiet\":%s,\"clock\":%.3f,\"rx\":%lu,\"tx\":%lu,\"checked\":%lu,\"good\":%lu,"
        "\"burst\":%.1f,"
        "\"starved\":%s}\n",
        label, r.min, r.median, r.max, r.runs, r.is_quiet ? "true" : "false", r.clock, m->rx, m->tx,
        m->checked, m->good, burst, burst < STARVED_BELOW ? "true" : "false");
}
