/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * NAT traversal of IKEv1: RFC 3947, and the drafts -02 and -03 with their own numbers. Vendor IDs say who
 * knows which; the best that both know is used. What a NAT-D payload carries is a hash by the SA's own hash.
 */
#include <stdbool.h>
#include <stdint.h>

struct ike;
struct ike_path;
struct ikev1_msg;
struct ikev1_sa;
struct wire_ike_builder;

/* All that we know, of a call; or those of the caller that we know, too, of an answer. */
void ikev1_natt_put_vendors(const struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b);
/* Notes what the peer said of itself. */
void ikev1_natt_take_vendors(struct ikev1_sa *sa, const struct ikev1_msg *msg);

/* NAT-D payloads for a message on the SA's path; nothing without a way that both know. fake: as from behind a
 * NAT. */
void ikev1_natt_put(struct ike *ike, const struct ikev1_sa *sa, bool fake, struct wire_ike_builder *b);
/* What the peer's NAT-D payloads say, and how ESP goes after that. */
void ikev1_natt_check(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg, bool faked);
/* As initiator: from here on both ports are 4500, where there is a NAT (RFC 3947 4). */
void ikev1_natt_float(struct ikev1_sa *sa);

/* The number of the NAT-OA payload on this way (enum wire_v1_payload). */
uint8_t ikev1_natt_oa(const struct ikev1_sa *sa);
/* The number of tunnel mode, or of transport mode, on this way (enum wire_v1_encap). */
uint16_t ikev1_natt_encap(const struct ikev1_sa *sa, bool is_transport);
