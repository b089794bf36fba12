/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Messages in fragments (RFC 7383): whether an SA may use them, how long a datagram may be, and the fragments
 * that came and wait for the rest. Of each direction one message is put together at a time, the one that is
 * due.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "ike_path.h"
#include "wire_ike.h"

struct ike;
struct ikev2_frag_set;
struct ikev2_msg;
struct ikev2_sa;

#define IKEV2_FRAGS_MAX           128 /* fragments of one message that are taken */
#define IKEV2_FRAGS_S             30  /* from the first fragment of a message until the rest must be there */
/* Memory for fragments that wait, of all SAs: beyond it those of callers without a proved identity, then all
 * are dropped. One message takes WIRE_IKE_MSG_MAX at most. */
#define IKEV2_FRAGS_HALF_OPEN_MAX (8u << 20)
#define IKEV2_FRAGS_BYTES_MAX     (64u << 20)

/* What an SA has of it. */
struct ikev2_frag {
    bool is_offered; /* our IKE_SA_INIT said that we can */
    bool is_agreed;  /* both said it (RFC 7383 2.3) */
    bool is_small;   /* what was longer got no answer on this path, until it was cut into the smallest ones */
    uint16_t
        asked_in; /* the longest message among the fragments of the request to answer; 0: it came whole */
    struct ikev2_frag_set *in[2]; /* of the peer's requests, of its answers; NULL: none wait */
};

/* What stands in front of the IV of a fragment, of which the first one's is kept: header and SKF payload, and
 * more than any other payload that is in use there. */
#define IKEV2_FRAG_HEAD_MAX 96

/* A message out of fragments. */
struct ikev2_frag_whole {
    uint8_t first;         /* type of its first payload */
    struct base_span head; /* of the first fragment, to the end of its SKF payload's generic header, in
                              ike->v2->head; or none: it is longer than that */
    size_t len;            /* of its chain, in ike->v2->plain_in */
};

/* Bytes of an IKE message that a datagram on this path may have; 0: messages go whole, whatever their length.
 */
size_t ikev2_frag_most(const struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path);

/* The same for the smallest fragments: a packet of 576 bytes (RFC 7383 2.5.1). Over IPv6, too: 1280 is what
 * its links carry, but a filter on the way may drop what is shorter. */
size_t ikev2_frag_least(const struct ike_path *path);

/*
 * Whether this fragment is wanted, before its ICV is looked at: the SA has agreed to fragments, it fits those
 * that wait, and is not among them (RFC 7383 2.6). Counts one that is not.
 */
bool ikev2_frag_is_wanted(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                          const struct wire_ike_skf *skf);

/*
 * Keeps the content of a fragment that is authentic and wanted. 0: it was the last that was missing, and *out
 * is the message; -EAGAIN: others are; -ENOBUFS: beyond a cap, -ENOMEM: all of the message is dropped.
 */
int ikev2_frag_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                    const struct wire_ike_skf *skf, struct base_span content, struct ikev2_frag_whole *out);

/* Drops what waits of the peer's answers or requests: its message is there, or nobody waits for it. */
void ikev2_frag_drop(struct ike *ike, struct ikev2_sa *sa, bool is_response);

/* When fragments have waited long enough; BASE_TIME_NEVER: none wait. */
base_time ikev2_frag_until(const struct ikev2_sa *sa);

/* Drops those that have. */
void ikev2_frag_on_timer(struct ike *ike, struct ikev2_sa *sa);

/* Drops all. */
void ikev2_frag_free(struct ike *ike, struct ikev2_sa *sa);
