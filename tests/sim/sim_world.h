/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The simulated world: hosts with engines, NATs, weather, one virtual clock and one seed. Everything that
 * happens follows from the seed, so a failing run can be had again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "seed_rng.h"
#include "sim_host.h"
#include "sim_net.h"
#include "sim_queue.h"

#define SIM_HOSTS_MAX 260
#define SIM_NATS_MAX  260
#define SIM_CAPTURE   256
#define SIM_S         BASE_NS_PER_S
#define SIM_MS        BASE_NS_PER_MS
#define SIM_MIN       (60 * SIM_S)
#define SIM_HOUR      (60 * SIM_MIN)

struct sim_world {
    uint64_t seed;
    struct seed_rng rng;
    base_time now;
    struct sim_queue queue;
    struct sim_weather weather;
    size_t n_hosts, n_nats;
    struct sim_host *hosts[SIM_HOSTS_MAX];
    struct sim_nat *nats[SIM_NATS_MAX];
    struct sim_dgram *captured[SIM_CAPTURE];
    struct sim_host *captured_by[SIM_CAPTURE];
    uint64_t n_captured;
    uint64_t unroutable;
    size_t carries;            /* bytes of an IP packet that passes; 0: any */
    bool roams;                /* hosts have moved: what is between them is not known to both at once */
    struct base_addr attacker; /* no SA may ever move here; family none: no attacker */
    /* A test's own rule of loss, asked after the sender's NAT. */
    bool (*drop)(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d);
    void *test;      /* the test's own */
    const void *row; /* of the case (sim_main.h) */
    bool trace;
    bool failed; /* an invariant broke: time stands still from now on */
    char why[512];
};

struct sim_world *sim_world_new(uint64_t seed);
void sim_world_free(struct sim_world *w);

struct sim_nat *sim_world_nat(struct sim_world *w, enum sim_nat_kind kind, const char *public_addr);

/* Lets time pass; stops at once when an invariant breaks. */
void sim_world_run(struct sim_world *w, uint64_t ns);

/* Runs until cond(w) holds, at most ns. Whether it holds. */
bool sim_world_until(struct sim_world *w, uint64_t ns, bool (*cond)(struct sim_world *w));

/* Schedules fn in `ns` from now. is_owned: arg was malloc'ed and the queue frees it. */
void sim_world_post(struct sim_world *w, uint64_t ns, sim_event_fn *fn, void *arg, uint64_t num,
                    bool is_owned);

/* Records a broken invariant; only the first counts. */
__attribute__((format(printf, 2, 3))) void sim_fail(struct sim_world *w, const char *format, ...);

/* One line of trace when SIM_TRACE is set. h may be NULL. */
__attribute__((format(printf, 3, 4))) void sim_trace(struct sim_world *w, const struct sim_host *h,
                                                     const char *format, ...);

/* Fails the world unless cond holds. */
#define SIM_EXPECT(w, cond)                                              \
    do {                                                                 \
        if (!(cond))                                                     \
            sim_fail(w, "%s:%d: not so: %s", __FILE__, __LINE__, #cond); \
    } while (0)
