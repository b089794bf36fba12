/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a start would find on this machine: what it would choose and change, and what is in the way. Nothing
 * is changed and DPDK is not started. Plain bytes without a pointer. Thread: any, when no node runs.
 */
#include <stddef.h>
#include <stdint.h>
#include "node_params.h"

#define NODE_FINDINGS_MAX 96
#define NODE_FINDING_PATH (NODE_NAME_MAX + 16)
#define NODE_FINDING_TEXT 768

enum node_finding_kind {
    NODE_FINDING_CHOICE,   /* what it would take, and why */
    NODE_FINDING_CHANGE,   /* what it would change, and give back at its end */
    NODE_FINDING_NOTICE,   /* works, but the operator should know */
    NODE_FINDING_OBSTACLE, /* a start would fail */
};

struct node_finding {
    uint8_t kind;                 /* enum node_finding_kind */
    char path[NODE_FINDING_PATH]; /* of the configuration: "ports.eth0" */
    char text[NODE_FINDING_TEXT]; /* one sentence */
};

struct node_findings {
    size_t n, n_obstacles;
    struct node_finding list[NODE_FINDINGS_MAX]; /* what is more than that is left out */
};

/* Looks, and fills *out: 80 KB, so keep it off the stack. */
void node_check(const struct node_params *params, struct node_findings *out);

/* "choice", "change", "notice", "obstacle". Static storage. */
const char *node_finding_name(uint8_t kind);
