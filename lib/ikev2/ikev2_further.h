/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Further SAs of a child, side by side with the first: one for each worker that has packets for it (RFC
 * 9611). Both sides say with SA_RESOURCE_INFO that they may be; either asks for one when a worker of its own
 * lacks it. To everybody else all of them are one child.
 */
#include <stdbool.h>
#include <stdint.h>

struct ike;
struct ike_child_conf;
struct ikev2_child;
struct ikev2_msg;
struct ikev2_sa;
struct ikev2_task;
struct wire_ike_builder;

/* Says so in the offer of a child, where it is configured. */
void ikev2_further_offer(const struct ike_child_conf *c, struct wire_ike_builder *b);

/* The same in the answer, where both say so. */
void ikev2_further_answer(const struct ikev2_task *t, struct wire_ike_builder *b);

/*
 * What the peer's request for a child says of it, when the task has selectors and algorithms: 0, or the
 * notify that refuses it. It is one too many, or not like those that are there.
 */
uint16_t ikev2_further_asked(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                             struct ikev2_task *t);

/* The same of the answer to ours: false when it is to stand beside others and is not like them. */
bool ikev2_further_answered(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                            struct ikev2_task *t);

/*
 * The notify of a refusal: a peer that asks for a further SA must not take it to mean that no other child is
 * to be had (RFC 9611 6).
 */
uint16_t ikev2_further_refusal(const struct ikev2_sa *sa, const struct ikev2_msg *msg, uint16_t notify);

/* A worker has packets for this child and no SA of its own: one is made when its turn comes. */
void ikev2_further_wanted(struct ike *ike, const struct ikev2_child *c);
