/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An IKE SA elsewhere: what follows from a move, whoever decided it. The IKE SA goes first, and its children
 * with it or, where the peer's new place is to be proved before it gets traffic, afterwards. Thread: control.
 */
#include <stdbool.h>
#include "ike_path.h"

struct ike;
struct ikev2_sa;

/* IKE takes this path from now on, and nothing is known of its MTU. Counted; noted as the peer's move or
 * ours. */
void ikev2_move_ike(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *to, bool is_ours);

/* ESP of all children takes the path of the IKE SA, the way of sa->way. */
void ikev2_move_children(struct ike *ike, struct ikev2_sa *sa);

/* The way of ESP for the path and the NATs that are known: in UDP behind a NAT, real or played. */
void ikev2_move_set_way(struct ikev2_sa *sa);
