/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What there is of a connection now, counted as it changes, so that a look at it takes no longer with a
 * hundred thousand SAs than with one. An SA and each of its children remember as what they are counted, and
 * are counted anew when a dispatch is settled. Thread: control.
 */
#include <stddef.h>
#include <stdint.h>
#include "ike_view.h"

/* Of a runtime. All zero: there is nothing. */
struct ike_tally {
    uint32_t sas[IKE_VIEW_STATES];
    uint32_t *children; /* [n_children], by their numbers; owned, NULL until there is one */
    size_t n_children;
};

#define IKE_TALLY_NOT 0 /* as a mark, and as what is to be counted; else the state, or the number, and 1 */

/* An SA with this mark is to be counted as this. tally may be NULL when both are IKE_TALLY_NOT. */
void ike_tally_sa(struct ike_tally *tally, uint8_t *mark, uint8_t as);

/* A child likewise; n: how many the connection has. One beyond them, or without memory, stays what it was. */
void ike_tally_child(struct ike_tally *tally, size_t n, uint16_t *mark, uint16_t as);

/* Adds what was counted. */
void ike_tally_show(const struct ike_tally *tally, struct ike_presence *out);

/* When nothing counts there any more. */
void ike_tally_fini(struct ike_tally *tally);
