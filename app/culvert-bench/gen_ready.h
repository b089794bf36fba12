/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What must be so before anything is measured: links up, the gateways answer ARP, counters are at rest, and a
 * first hundred packets arrive. */
#include <stdbool.h>
#include "gen_figure.h"

/* Links, neighbours, rest. False: v says which port, what, and the cure. */
bool gen_ready_check(struct gen_bench *b, struct gen_verdict *v);

/* The first hundred of each sender. False: v says where they may have stayed. */
bool gen_ready_first(struct gen_bench *b, struct gen_verdict *v);

/* Sets the verdict of a trial that could not send as many as it had to. Returns false. */
bool gen_ready_refused(const struct gen_outcome *o, uint64_t wanted, struct gen_verdict *v);

/* Which port what is sent from A comes to, or what is sent from B when A sends nothing. */
uint32_t gen_ready_receiver(const struct gen_bench *b);

/* Sets the verdict when a trial is none: nothing arrived, or what others sent. Returns whether it is good. */
bool gen_ready_arrived(const struct gen_bench *b, const struct gen_outcome *o, struct gen_verdict *v);
