/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Children that are still to be made, counted per child of the connection: a configured child may have
 * several live pairs. A wish is a mark; the settle step starts the exchange: when its turn comes, or, for an
 * operator, as soon as no other exchange is under way.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ikev2_sa;

/* Zero-initialised: none. */
struct ikev2_wishes {
    size_t n;        /* places */
    uint16_t *count; /* by the child's number in the connection; owned */
    bool *is_now;    /* likewise: no pause after a refusal holds it up */
};

/* At least one of this child is wanted. Without memory the wish is lost. */
void ikev2_wish_one(struct ikev2_sa *sa, size_t child);

/* The same, and at once. */
void ikev2_wish_now(struct ikev2_sa *sa, size_t child);

/* Its exchange begins: should that be refused, it waits as any other. */
void ikev2_wish_begun(struct ikev2_sa *sa, size_t child);

/* One of this child less is wanted, if any is. */
void ikev2_wish_drop(struct ikev2_sa *sa, size_t child);

/* None of this child is wanted any more. */
void ikev2_wish_none(struct ikev2_sa *sa, size_t child);

/* Whether one of this child, or of any, is wanted. */
bool ikev2_wish_has(const struct ikev2_sa *sa, size_t child);
bool ikev2_wish_any(const struct ikev2_sa *sa);
/* Whether this child is wanted at once. */
bool ikev2_wish_is_now(const struct ikev2_sa *sa, size_t child);

/* What was wanted of child `was` in `old` is wanted of `child`. */
void ikev2_wish_carry(struct ikev2_sa *sa, size_t child, const struct ikev2_wishes *old, size_t was);

/* All wishes of one SA become another's of the same connection. */
void ikev2_wish_move(struct ikev2_sa *from, struct ikev2_sa *to);

/* None are left. */
void ikev2_wishes_free(struct ikev2_wishes *w);
