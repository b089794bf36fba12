/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What traffic quick mode is for, as its IDs say it (RFC 2407 4.6.2, RFC 2409 5.5): asked for, found among
 * the children of a connection, and checked in an answer.
 */
#include <stdbool.h>
#include <stdint.h>

struct ike;
struct ikev1_child;
struct ikev1_msg;
struct ikev1_quick;
struct ikev1_sa;
struct wire_ike_builder;

/*
 * As initiator: what the child is for by its configuration, or what `old` has, which it is to replace (NULL:
 * none). False: there is nothing, as an address that it needs is not known.
 */
bool ikev1_nets_ask(const struct ikev1_sa *sa, const struct ikev1_child *old, struct ikev1_quick *q);
/* IDs and NAT-OA of message 1. False: IKEv1 cannot say it. */
bool ikev1_nets_put(const struct ikev1_sa *sa, const struct ikev1_quick *q, struct wire_ike_builder *b);
/* The networks of the answer: ours, or fewer. False: beyond what was asked for, or malformed. */
bool ikev1_nets_check(const struct ikev1_sa *sa, struct ikev1_quick *q, const struct ikev1_msg *msg);

/*
 * As responder: the child of ours that message 1 is for, by its IDs and by the mode that the offer asks for,
 * which is in ike->v1->sa_in. 0, or the notify that refuses it; that is told.
 */
uint16_t ikev1_nets_pick(struct ike *ike, const struct ikev1_sa *sa, struct ikev1_quick *q,
                         const struct ikev1_msg *msg);
/* IDs, as they came (RFC 2409 5.5), and NAT-OA of the answer. */
void ikev1_nets_answer(const struct ikev1_sa *sa, const struct ikev1_quick *q, struct wire_ike_builder *b);
