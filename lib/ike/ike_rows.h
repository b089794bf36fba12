/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The protocol's state machine as rows. A message is handled by the first row that fits its exchange, its
 * direction and the SA's state; what has no row is refused. Each exchange keeps its rows beside its code.
 */
#include "ike_sa.h"

#define IKE_PLD(type) (1ull << (type))
#define IKE_IN(state) (1u << (state))

struct ike_row {
    const char *name;
    uint8_t exchange;
    bool is_response;
    bool is_encrypted;
    uint32_t states;   /* IKE_IN() bits */
    uint64_t required; /* IKE_PLD() bits: the handler relies on each, so no two rows share one */
    uint64_t optional; /* what else the handler reads; other payloads are skipped (RFC 7296 2.5) */
    void (*handle)(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg);
    const char *rfc;
};

enum ike_row_verdict {
    IKE_ROW_FOUND,
    IKE_ROW_NONE,   /* no row for this exchange, direction and state */
    IKE_ROW_MISSING /* there are rows, but each lacks a payload that it requires */
};

/* Finds the row; *out only when found. plds NULL: whether there could be one. Thread: any. */
enum ike_row_verdict ike_rows_find(uint8_t exchange, bool is_response, bool is_encrypted,
                                   enum ike_state state, const struct wire_ike_plds *plds,
                                   const struct ike_row **out);

/* All rows by index, NULL behind the last one. For tests. */
const struct ike_row *ike_rows_at(size_t i);

/* The tables of the exchanges. */
const struct ike_row *ike_init_rows(size_t *count);
const struct ike_row *ike_auth_rows(size_t *count);
const struct ike_row *ike_child_rows(size_t *count);
const struct ike_row *ike_info_rows(size_t *count);
