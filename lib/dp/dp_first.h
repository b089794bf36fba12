/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What first fragments told of the packets that they begin. Only they have the ports that selectors may name,
 * so the others go where the first one went, or are admitted because it was (RFC 4301 7.3, of bypasses 7.4).
 * Those that come before their first one are told apart by nothing. Thread: the worker's, unless said
 * otherwise.
 */
#include "dp_flow.h"

struct dp_firsts;

/* Room for what dp_first.c says, and no more. seed: random. NULL: no memory. Thread: control. */
struct dp_firsts *dp_firsts_create(uint64_t tsc_hz, uint64_t seed);
void dp_firsts_free(struct dp_firsts *t); /* NULL is fine. Thread: control. */

/* As `from`, where no SPI is (RFC 4303 2.1): it came in clear by an outside port. */
#define DP_FIRST_OUTSIDE 1

/*
 * Remembers the SA (its inbound SPI, not 0) of a first fragment. from: the inbound SPI of the SA that it came
 * out of, so that what one peer sends never speaks for another's; 0: it came from our side.
 */
void dp_first_note(struct dp_firsts *t, uint32_t from, const struct sad_flow *flow,
                   const struct dp_fragment *first, uint32_t spi, uint64_t now_tsc);

/* Of one that a bypass let by, remembers protocol and ports instead. */
void dp_first_note_clear(struct dp_firsts *t, uint32_t from, const struct sad_flow *flow,
                         const struct dp_fragment *first, uint64_t now_tsc);

/*
 * The SA of the first fragment that goes with a later one; 0: none was seen lately, the later one would
 * overwrite the ports that the first one told, or a bypass let that by: then flow gets its protocol and
 * ports, and is no later fragment's any more.
 */
uint32_t dp_first_find(const struct dp_firsts *t, uint32_t from, struct sad_flow *flow,
                       const struct dp_fragment *later, uint64_t now_tsc);
