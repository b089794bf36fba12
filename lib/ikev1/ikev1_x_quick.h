/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Quick mode (RFC 2409 5.5): makes a child SA, or one in another's place. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ike;
struct ikev1_msg;
struct ikev1_sa;
struct ikev1_xchg;

/* Begins one for a child of the connection; old_spi: spi_in of the one that it replaces, 0: none. False: no
 * memory or no SPI. */
bool ikev1_quick_start(struct ike *ike, struct ikev1_sa *sa, size_t child_index, uint32_t old_spi);
/* Whether one of ours for this child is under way. */
bool ikev1_quick_is_under_way(const struct ikev1_sa *sa, size_t child_index);
/* Whether message 3 has the right HASH(3). In constant time. */
bool ikev1_quick_confirms(struct ike *ike, const struct ikev1_sa *sa, const struct ikev1_xchg *x,
                          const struct ikev1_msg *msg);
/* Nobody answers, or the peer refuses with this notify (0: it is silent). */
void ikev1_quick_fail(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, uint16_t notify);
/* Another SA goes on for this one, which ends: what is not done yet is given up, and tried again there. */
void ikev1_quick_end_all(struct ike *ike, struct ikev1_sa *sa);
/* The peer's address is another one: those in transport mode for the former end, as nobody has shown that
 * what we said there arrived there. */
void ikev1_quick_moved(struct ike *ike, struct ikev1_sa *sa);
/* The peer sends on a child whose message 3 is not there: it was lost. */
void ikev1_quick_heard(struct ike *ike, struct ikev1_sa *sa, uint32_t spi_in);
