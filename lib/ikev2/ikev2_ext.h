/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Extensions of IKE_SA_INIT and IKE_AUTH as rows: what one puts into our messages, and what it takes from
 * the peer's. The exchanges walk the rows and know none of them; an extension is one file with its row and
 * its own part of struct ikev2_sa or ikev2_init. Thread: control.
 */
#include <stddef.h>
#include <stdint.h>
#include "wire_ike.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;

/* Messages that carry extensions. */
enum ikev2_ext_at {
    IKEV2_EXT_INIT_ASK, /* the request of IKE_SA_INIT; put again, and the same, when it goes with a cookie */
    IKEV2_EXT_INIT_ANSWER, /* its answer */
    IKEV2_EXT_AUTH_ASK,    /* the first request of IKE_AUTH */
    IKEV2_EXT_AUTH_ANSWER, /* the last answer of IKE_AUTH, which says that the SA is up */
    IKEV2_EXT_PLACES
};

struct ikev2_ext {
    const char *name, *rfc;
    /*
     * The most bytes that it puts into the answer of IKE_SA_INIT: a caller without a proved address never
     * gets more than it sent. NULL: it puts none there.
     */
    size_t (*answer_bytes)(const struct ike *ike);
    /* Puts its payloads into a message of ours. NULL: none there. */
    void (*put[IKEV2_EXT_PLACES])(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b);
    /*
     * Takes what stands in a message of the peer's, present or not. NULL: nothing there.
     *
     * In IKE_SA_INIT nothing is proved yet: whoever is on the way can have written it, AUTH covers it later,
     * so it is to be kept only, within the SA. The request comes before ours is put; the return value is of
     * no meaning there. IKE_AUTH is taken when the peer has proved its identity, and before the child is
     * made: 0, or the error notify that refuses the child SA (explained); the IKE SA goes on, or is marked to
     * be closed (want.close): nothing of the exchange may be ended here.
     */
    uint16_t (*take[IKEV2_EXT_PLACES])(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);
};

/* All rows in the order of their payloads; NULL behind the last. */
extern const struct ikev2_ext *const ikev2_exts[];

/* The most that all rows put into the answer of IKE_SA_INIT. */
size_t ikev2_ext_answer_bytes(const struct ike *ike);

/* What all rows put there. */
void ikev2_ext_put(struct ike *ike, struct ikev2_sa *sa, enum ikev2_ext_at at, struct wire_ike_builder *b);

/* What all rows take there: the first refusal, or 0; each row is asked. */
uint16_t ikev2_ext_take(struct ike *ike, struct ikev2_sa *sa, enum ikev2_ext_at at,
                        const struct ikev2_msg *msg);
