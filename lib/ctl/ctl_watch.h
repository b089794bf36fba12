/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Watches the workers: one whose loop makes no turn is named in the log within a second, with what the kernel
 * says of it, and again when it goes on. Nothing of control waits for it meanwhile. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "conf.h"

struct ctl;

struct ctl_watch {
    base_time look_at; /* when to look next */
    size_t n_stuck;    /* workers that are known to make no turn */
    struct ctl_watch_worker {
        uint64_t polls;     /* turns at the last look */
        uint32_t looks;     /* in a row that found no turn */
        base_time since;    /* the last look that found one */
        uint64_t cpu_ticks; /* that it had used at the first look without a turn */
        bool is_stuck;
        char why[96]; /* is_stuck: in words */
    } workers[CONF_CORES_MAX];
};

/* Looks when it is time; call it in each turn of the loop. */
void ctl_watch_turn(struct ctl *ctl, base_time now);
