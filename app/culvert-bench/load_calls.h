/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Callers of a responder of IKEv2: one engine, hundreds of calls under way, each from a port of its own as
 * far as there are 512 of them. Thread: one.
 */
#include <stdbool.h>
#include <stdint.h>
#include "load_args.h"
#include "load_cpu.h"
#include "load_tally.h"

/* Calls that are made in one go. */
struct load_phase {
    uint32_t calls;     /* > 0 */
    uint32_t under_way; /* at a time, > 0 */
    uint32_t rate;      /* begun a second; 0: as soon as others are over */
    uint32_t pause_us;  /* between the end of a call and the next one */
    uint32_t seconds;   /* no call begins later; 0: whenever */
};

/* What came of them. Times in nanoseconds. */
struct load_outcome {
    uint32_t begun, over;
    uint32_t wrong;                 /* of those over: up instead of refused, or refused instead of up */
    uint64_t wall_ns;               /* from the first call to the end of the last one that ended */
    uint64_t median_ns, p99_ns;     /* of a call */
    struct load_cpu own, responder; /* CPU time in this while, and until lost calls were given up */
    int cpu_rc;                     /* 0, or the negative errno of load_cpu_read() for the responder */
    struct load_tally reasons;      /* of wrong ones */
};

/* What SAs that are up did in a while. */
struct load_held {
    uint64_t sas, children, rekeyed, packets_in, repeats;
    uint64_t wall_ns;
    struct load_cpu responder;
};

struct load_calls;

/* Borrows the arguments. NULL: it said why. */
struct load_calls *load_calls_new(const struct load_args *a);
void load_calls_free(struct load_calls *l);

/* Makes so many of the calls that are not made yet. Ends when none ends for some seconds. */
void load_calls_phase(struct load_calls *l, const struct load_phase *phase, struct load_outcome *out);

/* Lives for so long with what is up: answers, asks for signs of life, rekeys. */
void load_calls_hold(struct load_calls *l, uint32_t seconds, struct load_held *out);

/* Waits for the gateway to delete what is up, as long as something goes every so many seconds: how many of
 * *before went. */
uint64_t load_calls_until_told(struct load_calls *l, uint32_t seconds, uint64_t *before);

/* Closes what is up, and waits a little for the answers. */
void load_calls_close(struct load_calls *l);
