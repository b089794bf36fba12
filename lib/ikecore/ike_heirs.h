/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What becomes of each connection when another configuration comes, found before it does: which one of the
 * new has its name, what the difference asks, and runtimes for the new ones. Two configurations that do not
 * change are all that it takes, so another thread can make it.
 */
#include <stddef.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_conf_keys.h"
#include "ike_run.h"

#define IKE_HEIR_NONE UINT32_MAX

struct ike_heirs {
    const struct ike_conf *from, *to; /* a reference of each */
    struct ike_run *runs;             /* of `to`, in its order; each with the number of its parent */
    struct ike_heir {
        uint32_t number; /* in `to`; IKE_HEIR_NONE: the connection goes */
        enum ike_asks asks;
    } list[]; /* of `from`, in its order */
};

/* Both are sealed. Freed by ike_heirs_free(). NULL: no memory. Thread: any. */
struct ike_heirs *ike_heirs_new(const struct ike_conf *from, const struct ike_conf *to);

/* Runtimes that were taken are NULL then. NULL is fine. Thread: any. */
void ike_heirs_free(struct ike_heirs *heirs);
