/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A burst is 50 ms of arithmetic as wide as the core issues, and 15 ms of sleep.
 */
#include "bench_load.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench_stat.h"

#define LOAD_THREADS 256
#define LOAD_BURST   0.050 /* seconds */
#define LOAD_PAUSE   15000000

struct bench_load {
    pthread_t thread[LOAD_THREADS];
    uint32_t count;
    atomic_bool is_over;
    pthread_attr_t attr;
};

static void *load_thread(void *arg)
{
    struct bench_load *l = arg;
    const struct timespec pause = {.tv_nsec = LOAD_PAUSE};
    const uint64_t burst = (uint64_t)(LOAD_BURST * bench_tsc_hz());
    while (!atomic_load(&l->is_over)) {
        for (const uint64_t from = bench_tsc(); bench_tsc() - from < burst && !atomic_load(&l->is_over);)
            bench_probe_width();
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void load_add(struct bench_load *l, unsigned cpu)
{
    if (l->count == LOAD_THREADS || pthread_create(&l->thread[l->count], &l->attr, load_thread, l))
        return;
    bench_pin_thread(l->thread[l->count++], cpu);
}

/* On CPUs that this process may not use a thread stays where it is: pinning is refused, and no harm done. */
static void load_spread(struct bench_load *l, unsigned cpu, bool is_on_others)
{
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (!is_on_others)
        load_add(l, cpu);
    for (long other = 0; is_on_others && other < cpus; other++)
        if ((unsigned)other != cpu)
            load_add(l, (unsigned)other);
}

static void load_policy(struct bench_load *l)
{
    struct sched_param param;
    int policy;
    pthread_attr_init(&l->attr);
    pthread_attr_setinheritsched(&l->attr, PTHREAD_EXPLICIT_SCHED);
    if (pthread_getschedparam(pthread_self(), &policy, &param))
        return;
    if (param.sched_priority && param.sched_priority < sched_get_priority_max(policy))
        param.sched_priority++;
    pthread_attr_setschedpolicy(&l->attr, policy);
    pthread_attr_setschedparam(&l->attr, &param);
}

struct bench_load *bench_load_start(unsigned cpu, bool is_on_others)
{
    struct bench_load *l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    bench_tsc_hz(); /* measured now, not by the threads */
    load_policy(l);
    load_spread(l, cpu, is_on_others);
    if (l->count)
        return l;
    bench_load_stop(l);
    return NULL;
}

void bench_load_stop(struct bench_load *l)
{
    atomic_store(&l->is_over, true);
    for (uint32_t i = 0; i < l->count; i++)
        pthread_join(l->thread[i], NULL);
    pthread_attr_destroy(&l->attr);
    free(l);
}
