/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Traffic selectors of a child SA: read, narrowed to a child of ours, and answered (RFC 7296 2.9). */
#include <stdbool.h>
#include "base_ts.h"

struct ike;
struct ikev2_msg;
struct ike_child_conf;
struct ikev2_sa;
struct ikev2_task;
struct wire_ike_builder;

/* Reads both payloads of a message. False: one is missing or malformed. */
bool ikev2_narrow_take(const struct ikev2_msg *msg, struct base_ts_list *tsi, struct base_ts_list *tsr);

/*
 * Finds the child of the connection, of the task's mode: the one that the task rekeys, else the first that is
 * exactly this, has the first selectors of both sides, or has anything in common, in this order. Gives the
 * task its number, what both have in common, and whether that leaves out what another child would take.
 * False: none fits, or no memory.
 */
bool ikev2_narrow_pick(struct ike *ike, const struct ikev2_sa *sa, const struct base_ts_list *local,
                       const struct base_ts_list *remote, struct ikev2_task *t);

/* TSi and TSr of a child that we ask for, and whether it may have further SAs. */
void ikev2_narrow_offer(const struct ikev2_sa *sa, const struct ike_child_conf *c,
                        struct wire_ike_builder *b);

enum ikev2_narrow_answer { IKEV2_NARROW_ALL, IKEV2_NARROW_LESS, IKEV2_NARROW_BEYOND };

/* What an answer has of what we asked for: all, less, or something that we did not ask for. */
enum ikev2_narrow_answer ikev2_narrow_check(const struct ikev2_sa *sa, const struct ike_child_conf *c,
                                            const struct base_ts_list *local,
                                            const struct base_ts_list *remote);

/* The selectors of our answer, and ADDITIONAL_TS_POSSIBLE and SA_RESOURCE_INFO where these are true. */
void ikev2_narrow_put(struct wire_ike_builder *b, const struct ikev2_task *t);
