/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The numbers that rows of bypass are counted under (node_policy.row). A row keeps its own through reloads,
 * for as long as it is there. Thread: control.
 */
#include <stdint.h>

#include "conf.h"

struct node;

/* In the order of conf.bypasses: each row's number, and what that had counted for others before. */
struct ctl_bypasses {
    size_t n;
    struct {
        uint16_t row;
        uint64_t pkts, bytes;
    } list[CONF_BYPASS_MAX];
};

/*
 * The numbers of `conf`, where those of `before` are in force as `now` says. Those of rows that are new are
 * none that a row of before has.
 */
struct ctl_bypasses ctl_bypasses_next(const struct node *node, const struct conf *before,
                                      const struct ctl_bypasses *now, const struct conf *conf);
