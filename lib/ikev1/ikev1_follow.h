/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Following a peer whose NAT moved it: an authentic message, or the newest ESP, came from elsewhere. */
#include "base_addr.h"
#include "ike_path.h"

struct ike;
struct ikev1_sa;

/* By a message of IKE. */
void ikev1_follow(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path);
/* By ESP. */
void ikev1_follow_esp(struct ike *ike, struct ikev1_sa *sa, const struct base_endpoint *remote);
