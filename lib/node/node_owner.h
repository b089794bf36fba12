/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* SAs whose packets keep coming to another worker than their owner are given to that one. Thread: control. */
#include <stdint.h>
#include "base_time.h"

struct node;

struct node_owner {
    base_time at;    /* when to look next */
    uint64_t handed; /* packets that workers had handed over at the last look */
};

/* Looks every few seconds, so no SA moves more often than that. Call it at least once a second. */
void node_owner_look(struct node *node);
