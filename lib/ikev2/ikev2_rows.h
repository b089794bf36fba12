/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The protocol's state machine as rows. A message is handled by the first row that fits its exchange, its
 * direction and the SA's state; what has no row is refused. Each exchange keeps its rows beside its code.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ikev2_step.h"
#include "ikev2_task.h"
#include "wire_ike.h"

struct ikev2_msg;

#define IKEV2_PLD(type) (1ull << (type))

struct ikev2_row {
    struct ikev2_step step; /* which states it is for, and which follow */
    uint8_t exchange;
    bool is_response;
    bool is_encrypted;
    uint64_t required; /* IKEV2_PLD() bits: the handler relies on each, so no two rows share one */
    uint64_t optional; /* what else the handler reads; other payloads are skipped (RFC 7296 2.5) */
    enum ikev2_outcome (*handle)(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
    const char *rfc;
};

enum ikev2_row_verdict {
    IKEV2_ROW_FOUND,
    IKEV2_ROW_NONE,   /* no row for this exchange, direction and state */
    IKEV2_ROW_MISSING /* there are rows, but each lacks a payload that it requires */
};

/* Finds the row; *out only when found. plds NULL: whether there could be one. Thread: any. */
enum ikev2_row_verdict ikev2_rows_find(uint8_t exchange, bool is_response, bool is_encrypted,
                                       enum ikev2_state state, const struct wire_ike_plds *plds,
                                       const struct ikev2_row **out);

/* All rows by index, NULL behind the last one. For tests. */
const struct ikev2_row *ikev2_rows_at(size_t i);

/* The tables of the exchanges. */
const struct ikev2_row *ikev2_init_rows(size_t *count);
const struct ikev2_row *ikev2_mix_rows(size_t *count);
const struct ikev2_row *ikev2_auth_rows(size_t *count);
const struct ikev2_row *ikev2_child_rows(size_t *count);
const struct ikev2_row *ikev2_follow_rows(size_t *count);
const struct ikev2_row *ikev2_info_rows(size_t *count);

/* What follows when their jobs come back. */
const struct ikev2_job_row *ikev2_init_ask_jobs(size_t *count);
const struct ikev2_job_row *ikev2_init_answer_jobs(size_t *count);
const struct ikev2_job_row *ikev2_mix_jobs(size_t *count);
const struct ikev2_job_row *ikev2_child_jobs(size_t *count);
const struct ikev2_job_row *ikev2_rekey_jobs(size_t *count);

/* Steps of our own, without a message or a job: calls, heirs, ends. */
extern const struct ikev2_step ikev2_init_called, ikev2_init_accepted;
extern const struct ikev2_step ikev2_rekey_heir, ikev2_rekey_replaced;
extern const struct ikev2_step ikev2_close_known, ikev2_close_unknown, ikev2_info_goodbye,
    ikev2_close_malformed, ikev2_close_call;

/* All steps by index: of rows, of jobs, and our own; NULL behind the last one. */
const struct ikev2_step *ikev2_rows_step(size_t i);
