/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * SPIs of IKE SAs of ours that live, so that workers tell their messages from those of strangers: what has
 * one goes to control before everything else, and within a limit of its own. An SPI is no proof; who has seen
 * one gains no more than that share.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"

struct dp;
struct dp_known;

/* NULL: no memory. Thread: control. */
struct dp_known *dp_known_create(void);
void dp_known_free(struct dp_known *k); /* NULL is fine. Thread: control. */

/* Whether an IKE message names one of them as ours (RFC 7296 3.1). Thread: any. */
bool dp_known_has(const struct dp_known *k, struct base_span message);
