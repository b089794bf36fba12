/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Additional key exchanges behind CREATE_CHILD_SA (RFC 9370 2.2.4): what a task keeps of them, and their
 * steps. The SA or child is made when all are done. Of the peer's one series is kept at a time, in
 * sa->peer_follow; a newer one takes its place. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "ike_blob.h"

struct ike;
struct ike_job_dh;
struct ikev2_job_row;
struct ikev2_msg;
struct ikev2_sa;
struct ikev2_task;
struct wire_ike_builder;

#define IKEV2_LINK_MAX 128 /* bytes of a peer's link that are kept; a longer one ends the series */
#define IKEV2_LINK_OWN 8   /* of ours */
#define IKEV2_FOLLOW_S 20  /* the peer's next request is waited for */

/* Zeroed: none. */
struct ikev2_follow {
    bool is_begun; /* CREATE_CHILD_SA itself is done */
    uint8_t next;  /* with is_begun: type of the next exchange; 0: all are done */
    uint8_t link_len;
    uint8_t link[IKEV2_LINK_MAX];
    struct ike_blob first, more;     /* SK(0); SK(1) | ... | SK(n); secret, owned */
    const struct ikev2_job_row *row; /* of the peer's: what follows a job */
    base_time until;                 /* of the peer's, while its next request is waited for */
};

/*
 * As initiator, with an answer that was accepted: takes its link where another exchange follows. False: it
 * lacks, or is too long.
 */
bool ikev2_follow_take_link(struct ikev2_task *t, const struct ikev2_msg *msg);

/*
 * A secret is there, of CREATE_CHILD_SA or of what followed; with additional exchanges it is kept. True:
 * another one is next, and the task has its group. False: that was the last one, or there is no memory, which
 * *failed says.
 */
bool ikev2_follow_secret(struct ikev2_task *t, struct base_span secret, bool *failed);

/* Whether the exchange that goes on, CREATE_CHILD_SA or one behind it, is the last: who answered it has made
 * its part. */
bool ikev2_follow_is_last(const struct ikev2_task *t);

/* SK(0): what was kept, or this one where nothing followed. */
struct base_span ikev2_follow_first(const struct ikev2_task *t, struct base_span secret);

/* As initiator: asks for the task's exchange; its key pair is there. */
void ikev2_follow_ask(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t);

/*
 * As responder: the answer in b gets a link, and goes; the task waits for the next request, whose job has
 * this row.
 */
void ikev2_follow_park(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, struct wire_ike_builder *b,
                       const struct ikev2_job_row *row);

/* What waits for the peer's next request goes. */
void ikev2_follow_drop(struct ike *ike, struct ikev2_sa *sa);

/*
 * Whether the peer is in the midst of rekeying this child of ours (0: the IKE SA) by a series of its own.
 * Then it is not due on our side.
 */
bool ikev2_follow_rekeys(const struct ikev2_sa *sa, uint32_t spi_old);

/* The same for us: whether our CREATE_CHILD_SA is answered and what follows is not yet. */
bool ikev2_follow_is_ours(const struct ikev2_sa *sa, uint32_t spi_old);

/*
 * Both sides have begun to rekey the same, with answers to both CREATE_CHILD_SA: the one with the lowest
 * nonce stops (RFC 9370 2.2.4). Whether that is our task, which has more exchanges to come; else the peer's
 * series is dropped.
 */
bool ikev2_follow_loses(struct ike *ike, struct ikev2_sa *sa);
