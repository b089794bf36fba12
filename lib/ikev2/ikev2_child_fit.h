/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Whether what a peer asks for, or answers, fits a child of ours: its mode, its selectors, and what others
 * hold. */
#include <stdbool.h>
#include <stdint.h>
#include "base_ts.h"

struct ike;
struct ike_child_conf;
struct ikev2_msg;
struct ikev2_sa;
struct ikev2_task;

/*
 * The child that a request is for, as ikev2_narrow_pick(), in the mode that it asks for or, where none of
 * ours is for that, in tunnel mode. Gives the task the mode, too. 0, or the notify (explained): none; or it
 * is in transport mode, and the peer has not shown that it receives at the SA's address, which the child
 * would be for. That one is put off: TEMPORARY_FAILURE, or in IKE_AUTH, where that would end some callers'
 * IKE SA, NO_ADDITIONAL_SAS.
 */
uint16_t ikev2_child_pick(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                          const struct base_ts_list *local, const struct base_ts_list *remote,
                          struct ikev2_task *t);

/*
 * The mode of an answer to ours, for the task; in transport mode the selectors become what they are here.
 * 0, or the notify (explained): it is not the mode of the child that was asked for; or it is transport mode,
 * and the request, or a copy of it, went to another address than the SA has now, which the child would be
 * for.
 */
uint16_t ikev2_child_take_mode(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                               struct base_ts_list *local, struct base_ts_list *remote, struct ikev2_task *t);

/*
 * Whether another identity has these selectors, and the peer's address cannot be mapped to another one (which
 * is done here, ikev2_remap.h). True: it is to be refused; explained.
 */
bool ikev2_child_is_taken(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *conf,
                          const struct base_ts_list *local, const struct base_ts_list *remote);

/*
 * What may have changed behind a job of the task: where a child in transport mode is to be for, as its peer
 * has moved or its answer goes elsewhere, and what others hold. is_ours: we asked for it. 0, or the notify
 * (explained).
 */
uint16_t ikev2_child_late(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t, bool is_ours);
