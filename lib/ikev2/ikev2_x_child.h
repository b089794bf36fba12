/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Children in exchanges: CREATE_CHILD_SA, and the part of IKE_AUTH that makes the first one. */
#include <stdbool.h>
#include <stdint.h>
#include "ikev2_select.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;
struct ikev2_task;
struct wire_ike_builder;

/* What a responder says to a child that is asked for; fills t. 0, or the error notify (explained). */
uint16_t ikev2_child_answer(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                            enum ikev2_dh_rule rule, struct ikev2_task *t);
/* What an initiator makes of the answer to its child; fills t. 0, or the error notify that fits (explained).
 */
uint16_t ikev2_child_check(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                           enum ikev2_dh_rule rule, struct ikev2_task *t);
/* Adds SA, TSi and TSr of the offer. False: no SPI left. */
bool ikev2_child_offer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b,
                       enum ikev2_dh_rule rule, struct ikev2_task *t);

/* Adds SA, TSi and TSr of the answer. */
void ikev2_child_put_answer(struct ike *ike, struct wire_ike_builder *b, const struct ikev2_task *t);

/* Starts the exchange of a task that creates or rekeys a child. */
void ikev2_child_start(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t);
