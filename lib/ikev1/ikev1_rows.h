/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The protocol as rows: which message of which exchange is for which state, what it must carry, who handles
 * it. What has no row is refused. Each exchange keeps its rows beside its code.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ikev1_step.h"
#include "ikev1_xchg.h"

struct ikev1_msg;

/* A bit for each payload; those of the drafts and of fragments, from 128 on, are put behind the others. */
#define IKEV1_PLD(type) (UINT64_C(1) << ((type) < 64 ? (type) : (type)-90))

/* A message of phase 1. */
struct ikev1_row {
    struct ikev1_step step; /* which states it is for, and which follow */
    uint8_t exchange;
    uint8_t number; /* of the message in its exchange */
    bool by_initiator;
    bool is_encrypted; /* always; else it may be in clear */
    bool may_encrypt;
    uint64_t required; /* IKEV1_PLD() bits */
    uint64_t optional; /* what else the handler reads */
    enum ikev1_outcome (*handle)(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
    const char *rfc;
};

/* A message of phase 2. */
struct ikev1_row_2 {
    const char *name;
    uint8_t exchange;
    uint8_t number;
    bool by_initiator;          /* of this exchange */
    enum ikev1_xchg_state from; /* NONE: it begins an exchange */
    uint64_t required, optional;
    /* Whether HASH covers the initiator's nonce, and both (RFC 2409 5.5). */
    enum ikev1_hash_kind { IKEV1_HASH_1, IKEV1_HASH_2, IKEV1_HASH_3 } hash;
    /* x NULL: it begins one; the message is authentic. False: the exchange is over, or none is begun. */
    bool (*handle)(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg);
    const char *rfc;
};

/* The row for a message with these payloads; plds NULL: whether there could be one. NULL: none. */
const struct ikev1_row *ikev1_rows_find(uint8_t exchange, enum ikev1_state state, bool is_encrypted,
                                        const struct wire_v1_plds *plds);
const struct ikev1_row_2 *ikev1_rows_find_2(uint8_t exchange, enum ikev1_xchg_state state,
                                            const struct wire_v1_plds *plds);

/* All by index, NULL behind the last. For tests. */
const struct ikev1_row *ikev1_rows_at(size_t i);
const struct ikev1_row_2 *ikev1_rows_at_2(size_t i);

/* The tables of the exchanges. */
const struct ikev1_row *ikev1_main_rows(size_t *count);
const struct ikev1_row *ikev1_aggressive_rows(size_t *count);
const struct ikev1_row_2 *ikev1_quick_rows(size_t *count);
const struct ikev1_row_2 *ikev1_info_rows(size_t *count);
const struct ikev1_row_2 *ikev1_config_rows(size_t *count);
