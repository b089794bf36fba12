/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Fragments of IKE messages as Microsoft and Cisco made them ([MS-IKEE] 3.3.5): a message is cut after its
 * encryption, so that nothing tells a fragment of a peer's from one of a stranger's. Only who knows both
 * cookies of an SA and sends from its address can add one, and what is kept has caps: by SA, and over all of
 * them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "ike_blob.h"
#include "ike_path.h"

struct ike;
struct ikev1_sa;

#define IKEV1_FRAGS_MAX      64         /* of one message */
#define IKEV1_FRAG_BYTES_MAX 24576u     /* of one SA: certificates of three levels, and room */
#define IKEV1_FRAG_ALL_MAX   (4u << 20) /* of all SAs */

struct ikev1_frag;

/*
 * Takes a datagram whose only payload is a fragment, where both sides have agreed on them. True: the message
 * is whole, in *whole, which is the caller's to free. Another message's fragments take the place of those
 * that were there.
 */
bool ikev1_frag_take(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path,
                     struct base_span datagram, struct ike_blob *whole);
void ikev1_frag_free(struct ike *ike, struct ikev1_sa *sa);
/* When what waits for the rest is given up; never: nothing waits. */
base_time ikev1_frag_ends_at(const struct ikev1_sa *sa);

/* Sends a message, in fragments when it is long and the peer can join them. */
void ikev1_frag_send(struct ike *ike, const struct ikev1_sa *sa, const struct ike_path *path,
                     struct base_span bytes);
