/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stopwatch of the metering port: windows of 512 packets, the median of a run's windows, and at the end
 * one JSON line with minimum, median and maximum of the runs. One polling thread is measured, the first that
 * comes; others pass unmeasured.
 */
#include "meter_clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_PKTS 512u
#define WINDOWS_MAX 65536u
#define RUNS_MAX    32u
#define FINE_BURST  24 /* bursts smaller than this on average mean that the source starved the application */

static struct {
    const char *path;
    const char *label;
    uint64_t run_pkts;
    uint32_t runs;
    bool is_finished;

    uint64_t end; /* TSC at the end of the last driver call */
    bool is_idle; /* the last call was an empty poll */
    uint64_t cycles;
    uint32_t window_pkts;
    uint64_t pkts_in_run;
    uint32_t count;
    double window[WINDOWS_MAX];
    uint32_t runs_done;
    double run[RUNS_MAX + 1];
    uint64_t rx, rx_calls, tx, checked, good;
} m;

static atomic_int owner_taken;
static _Thread_local int is_owner = -1;

static bool mine(void)
{
    if (is_owner < 0)
        is_owner = !atomic_exchange(&owner_taken, 1);
    return is_owner;
}

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *v, uint32_t n)
{
    qsort(v, n, sizeof(*v), double_compare);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void run_end(void)
{
    if (m.count && m.runs_done <= m.runs)
        m.run[m.runs_done++] = median_of(m.window, m.count);
    m.count = 0;
    m.pkts_in_run = 0;
    if (m.runs_done > m.runs)
        meter_clock_finish();
}

static void window_end(void)
{
    if (m.count < WINDOWS_MAX)
        m.window[m.count++] = (double)m.cycles / m.window_pkts;
    m.pkts_in_run += m.window_pkts;
    m.window_pkts = 0;
    m.cycles = 0;
    if (m.pkts_in_run >= m.run_pkts && !m.is_finished)
        run_end();
}

static inline uint64_t tsc_now(void)
{
    unsigned aux;
    return __rdtscp(&aux);
}

static inline void call_begin(void)
{
    uint64_t now = tsc_now();
    if (!m.is_idle && m.end)
        m.cycles += now - m.end;
}

void meter_clock_setup(const char *path, const char *label, uint64_t pkts, uint32_t runs)
{
    if (m.path)
        return;
    m.path = path;
    m.label = label;
    m.runs = runs < RUNS_MAX ? runs : RUNS_MAX;
    m.run_pkts = pkts / (m.runs + 1);
}

void meter_clock_rx_begin(void)
{
    if (!mine())
        return;
    call_begin();
    if (m.window_pkts >= WINDOW_PKTS)
        window_end();
}

void meter_clock_rx_end(uint32_t given)
{
    if (!mine())
        return;
    m.window_pkts += given;
    m.rx += given;
    m.rx_calls += given > 0;
    m.is_idle = given == 0;
    m.end = tsc_now();
}

void meter_clock_tx_begin(void)
{
    if (mine())
        call_begin();
}

void meter_clock_tx_end(uint32_t taken, uint32_t checked, uint32_t good)
{
    if (!mine())
        return;
    m.tx += taken;
    m.checked += checked;
    m.good += good;
    m.is_idle = false;
    m.end = tsc_now();
}

void meter_clock_finish(void)
{
    if (m.is_finished || !m.path)
        return;
    m.is_finished = true;
    FILE *f = fopen(m.path, "a");
    if (!f) {
        perror(m.path);
        return;
    }
    uint32_t runs = m.runs_done > 1 ? m.runs_done - 1 : 0; /* the first was warm-up */
    double mid = runs ? median_of(m.run + 1, runs) : 0;
    double burst = m.rx_calls ? (double)m.rx / (double)m.rx_calls : 0;
    fprintf(
        f,
        "{\"case\":\"meter\",\"label\":\"%s\",\"cycles_min\":%.1f,\"cycles_median\":%.1f,\"cycles_max\":%.1f,"
        "\"runs\":%u,\"rx\":%lu,\"tx\":%lu,\"checked\":%lu,\"good\":%lu,\"burst\":%.1f,\"starved\":%s}\n",
        m.label, runs ? m.run[1] : 0, mid, runs ? m.run[runs] : 0, runs, m.rx, m.tx, m.checked, m.good, burst,
        burst < FINE_BURST ? "true" : "false");
    fclose(f);
}
