/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads steal time, switches, CPU time and frequency around a measurement, and says what they are worth. What
 * the hypervisor takes in slices is no harm to a median over windows until it takes much.
 */
#include "bench_noise.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench_probe.h"
#include "bench_sort.h"
#include "bench_stat.h"

#define ON_CPU_LEAST \
    0.9 /* below it the caches are others' too often; the kernel keeps 0.05 from real-time threads */
#define STEAL_MOST   0.2
#define SLOWED       0.95 /* of the greatest frequency */
#define CLOCK_PROBES 33

bool bench_noise_ticks_read(FILE *stat, unsigned cpu, struct bench_noise_ticks *out)
{
    char line[512], name[16];
    uint64_t waiting;
    snprintf(name, sizeof(name), "cpu%u ", cpu);
    while (stat && fgets(line, sizeof(line), stat)) {
        if (strncmp(line, name, strlen(name)) != 0) /* user nice system idle iowait irq softirq steal */
            continue;
        if (sscanf(line + strlen(name), "%*u %*u %*u %lu %lu %*u %*u %lu", &out->idle, &waiting,
                   &out->steal) != 3)
            return false;
        out->idle += waiting;
        return true;
    }
    return false;
}

static bool noise_ticks(unsigned cpu, struct bench_noise_ticks *out)
{
    FILE *f = fopen("/proc/stat", "r");
    bool is_told = bench_noise_ticks_read(f, cpu, out);
    if (f)
        fclose(f);
    return is_told;
}

static bool noise_switches(double *count)
{
    struct rusage u;
    if (getrusage(RUSAGE_THREAD, &u))
        return false;
    *count = (double)u.ru_nivcsw;
    return true;
}

double bench_noise_cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Core clocks per TSC cycle now: the median of some probes. */
static double noise_clock(void)
{
    double v[CLOCK_PROBES];
    for (int i = 0; i < CLOCK_PROBES; i++)
        v[i] = BENCH_PROBE_LINKS * BENCH_PROBE_CLOCKS / (double)bench_probe_chain();
    bench_sort(v, CLOCK_PROBES);
    return bench_sorted_median(v, CLOCK_PROBES);
}

void bench_noise_begin(struct bench_noise_mark *m, unsigned cpu)
{
    memset(m, 0, sizeof(*m));
    bench_tsc_hz(); /* measured now, not within */
    m->cpu = cpu;
    m->has_steal = noise_ticks(cpu, &m->ticks);
    m->has_switches = noise_switches(&m->switches);
    m->cpu_seconds = bench_noise_cpu_seconds();
    m->tsc = bench_tsc();
}

void bench_noise_end(const struct bench_noise_mark *m, double clock, struct bench_noise *out)
{
    const double ticks_hz = (double)sysconf(_SC_CLK_TCK);
    struct bench_noise_ticks now;
    double switches = 0;
    memset(out, 0, sizeof(*out));
    out->seconds = (double)(bench_tsc() - m->tsc) / bench_tsc_hz();
    out->on_cpu = (bench_noise_cpu_seconds() - m->cpu_seconds) / out->seconds;
    out->has_steal = noise_ticks(m->cpu, &now) && m->has_steal;
    if (out->has_steal)
        out->steal = (double)(now.steal - m->ticks.steal) / ticks_hz / out->seconds;
    /* Ticks of waiting may be taken back. */
    if (out->has_steal && now.idle > m->ticks.idle)
        out->idle = (double)(now.idle - m->ticks.idle) / ticks_hz / out->seconds;
    out->has_switches = noise_switches(&switches) && m->has_switches;
    if (out->has_switches)
        out->switches = switches - m->switches;
    out->frequency = (clock > 0 ? clock : noise_clock()) * bench_tsc_hz();
}

enum bench_unrest bench_noise_judge(const struct bench_noise *n, bool is_core_ours, double fastest)
{
    /* One tick more or less is how exactly the kernel tells. */
    const double tick = n->seconds > 0 ? 1.0 / (double)sysconf(_SC_CLK_TCK) / n->seconds : 1;
    if (n->has_steal && n->steal - tick > STEAL_MOST)
        return BENCH_CPU_STOLEN;
    /* Kernels that count steal leave it out of the thread's time. */
    if (n->on_cpu + (n->has_steal ? n->steal : 0) < ON_CPU_LEAST)
        return BENCH_CPU_SHARED;
    if (!is_core_ours)
        return BENCH_CORE_SHARED;
    return n->frequency < SLOWED * fastest ? BENCH_CORE_SLOWED : BENCH_CALM;
}

const char *bench_unrest_words(enum bench_unrest u)
{
    switch (u) {
    case BENCH_CORE_SHARED:
        return "another thread worked on the same core";
    case BENCH_CPU_SHARED:
        return "other programs used the CPU";
    case BENCH_CPU_STOLEN:
        return "the hypervisor took the CPU away";
    case BENCH_CORE_SLOWED:
        return "the core's clock was lower than before";
    case BENCH_CALM:
    case BENCH_UNRESTS:
        break;
    }
    return "nothing that was seen";
}
