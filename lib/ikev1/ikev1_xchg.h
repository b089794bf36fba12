/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Exchanges of phase 2 (RFC 2409 5.5 to 5.7): several may be under way under one ISAKMP SA, each by its
 * message id, with IVs and repetitions of its own. One that is over stays for a while, to answer a message of
 * the peer's that comes again.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"
#include "ikev1_msg.h"

struct ikev1_quick;

enum ikev1_xchg_state {
    IKEV1_X_NONE,     /* it begins with this message */
    IKEV1_X_JOB,      /* a key exchange is being computed */
    IKEV1_X_I_SENT,   /* quick mode, initiator: message 1 is sent */
    IKEV1_X_R_SENT,   /* responder: message 2 is sent */
    IKEV1_X_I_CONFIG, /* transaction: our REQUEST or SET is sent */
    IKEV1_X_DONE      /* over; answers what comes again */
};

struct ikev1_xchg {
    struct ikev1_xchg *next;
    uint32_t msgid;
    uint8_t exchange;
    bool is_ours; /* we began it */
    enum ikev1_xchg_state state;
    uint8_t iv[IKEV1_IV_MAX];
    struct ikev1_flight flight;
    uint64_t job; /* under way; 0: none */
    base_time begun_at;
    base_time ends_at;         /* DONE: gone then; else given up */
    struct ikev1_quick *quick; /* of quick mode; owned; or NULL */
};

/* A new one of this message id, which is nobody's yet; ours: a fresh id. NULL: no memory, or the SA has as
 * many as it may. */
struct ikev1_xchg *ikev1_xchg_new(struct ike *ike, struct ikev1_sa *sa, uint8_t exchange);
struct ikev1_xchg *ikev1_xchg_take(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg);
struct ikev1_xchg *ikev1_xchg_find(const struct ikev1_sa *sa, uint32_t msgid);
struct ikev1_xchg *ikev1_xchg_by_job(const struct ikev1_sa *sa, uint64_t job);
/* An unused message id of ours. */
uint32_t ikev1_xchg_msgid(struct ike *ike, const struct ikev1_sa *sa);
/* Over: what it has is freed but for what answers repetitions. */
void ikev1_xchg_done(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x);
/* Out of the SA, and freed. */
void ikev1_xchg_free(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x);
