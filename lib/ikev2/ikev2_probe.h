/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A probe of the path MTU as an exchange: an INFORMATIONAL request whose IP packet has the size that is asked
 * for and must not be cut on its way. It is sent three times, a second apart (RFC 8899 5.1.2). Without an
 * answer its size counts as lost, and the exchange is brought to its end: the request goes again without what
 * filled it, which means the same. A peer that got none of the large ones has not seen another under this
 * message id; for one that did, and takes a repetition for one only bit by bit (RFC 7296 2.1), every second
 * one is as large as before, and may be cut. Only these tell whether the peer lives.
 */
#include "ikev2_task.h"

struct ike;
struct ikev2_sa;

/* Sends the next probe; when there is none to send, the exchange is over at once. */
void ikev2_probe_start(struct ike *ike, struct ikev2_sa *sa);

/* The request was answered: its size is confirmed, unless it was lost or put off before. */
void ikev2_probe_answered(struct ike *ike, struct ikev2_sa *sa);

/* A second has passed without an answer to a request that is a probe still. */
void ikev2_probe_on_silence(struct ike *ike, struct ikev2_sa *sa);

/* Something else waits for the exchange to end, so it ends soon; its size is asked for again later. */
void ikev2_probe_hurry(struct ike *ike, struct ikev2_sa *sa);

/* ICMP about the path of a child (is_sure) or of a probe: see ikev2_pmtu_told(). */
void ikev2_probe_told(struct ike *ike, struct ikev2_sa *sa, uint16_t mtu, bool is_sure);
