/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What will happen in the simulated world, ordered by time; equal times keep their order of arrival. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"

struct sim_world;

/* An event's function. arg is the event's own; num is whatever the poster gave. */
typedef void sim_event_fn(struct sim_world *w, void *arg, uint64_t num);

struct sim_event {
    base_time at;
    uint64_t order;
    sim_event_fn *fn;
    void *arg;
    uint64_t num;
    bool is_owned; /* arg is malloc'ed and freed after fn, or with the queue */
};

/* A heap. Zero-initialized is empty. */
struct sim_queue {
    struct sim_event *heap;
    size_t count, cap;
    uint64_t next_order;
};

void sim_queue_push(struct sim_queue *q, struct sim_event ev);
/* Takes the earliest event; false when there is none at or before `until`. */
bool sim_queue_pop(struct sim_queue *q, base_time until, struct sim_event *out);
/* Time of the earliest event, BASE_TIME_NEVER when empty. */
base_time sim_queue_next(const struct sim_queue *q);
void sim_queue_free(struct sim_queue *q);
