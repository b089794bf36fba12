/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

struct ike;
struct ikev1_msg;
struct ikev1_sa;

/* An error in clear, as it comes before there are keys: noted, and told when the call has failed. */
void ikev1_info_hint(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg);
