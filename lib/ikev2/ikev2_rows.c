/* SPDX-License-Identifier: BSD-3-Clause */
/* Joins the exchanges' rows into one lookup. */
#include "ikev2_rows.h"

#include "ikev2_x_auth.h"

#include "ikev2_sa.h"
#include "wire_ike.h"
#include "ikev2_step.h"

static const struct ikev2_row *(*const tables[])(size_t *count) = {
    ikev2_init_rows, ikev2_mix_rows, ikev2_auth_rows, ikev2_child_rows, ikev2_follow_rows, ikev2_info_rows,
};

const struct ikev2_row *ikev2_rows_at(size_t i)
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        size_t n;
        const struct ikev2_row *rows = tables[t](&n);
        if (i < n)
            return &rows[i];
        i -= n;
    }
    return NULL;
}

static bool has_all(const struct wire_ike_plds *plds, uint64_t required)
{
    uint64_t present = 0;
    for (size_t i = 0; i < plds->count; i++)
        if (plds->list[i].type < 64)
            present |= IKEV2_PLD(plds->list[i].type);
    return (present & required) == required;
}

enum ikev2_row_verdict ikev2_rows_find(uint8_t exchange, bool is_response, bool is_encrypted,
                                       enum ikev2_state state, const struct wire_ike_plds *plds,
                                       const struct ikev2_row **out)
{
    enum ikev2_row_verdict verdict = IKEV2_ROW_NONE;
    const struct ikev2_row *row;
    for (size_t i = 0; (row = ikev2_rows_at(i)) != NULL; i++) {
        if (row->exchange != exchange || row->is_response != is_response ||
            row->is_encrypted != is_encrypted || !(row->step.from & IKEV2_IN(state)))
            continue;
        if (!plds || has_all(plds, row->required)) {
            *out = row;
            return IKEV2_ROW_FOUND;
        }
        verdict = IKEV2_ROW_MISSING;
    }
    return verdict;
}

static const struct ikev2_job_row *(*const job_tables[])(size_t *count) = {
    ikev2_init_ask_jobs,    ikev2_init_answer_jobs, ikev2_mix_jobs,   ikev2_auth_ask_jobs,
    ikev2_auth_answer_jobs, ikev2_child_jobs,       ikev2_rekey_jobs,
};

static const struct ikev2_step *const own_steps[] = {
    &ikev2_init_called,    &ikev2_init_accepted,   &ikev2_rekey_heir,
    &ikev2_rekey_replaced, &ikev2_close_known,     &ikev2_close_unknown,
    &ikev2_info_goodbye,   &ikev2_close_malformed, &ikev2_close_call,
};

const struct ikev2_step *ikev2_rows_step(size_t i)
{
    const struct ikev2_row *row = ikev2_rows_at(i);
    if (row)
        return &row->step;
    for (size_t n = 0; ikev2_rows_at(n); n++)
        i--;
    for (size_t t = 0; t < sizeof job_tables / sizeof *job_tables; t++) {
        size_t n;
        const struct ikev2_job_row *jobs = job_tables[t](&n);
        if (i < n)
            return &jobs[i].step;
        i -= n;
    }
    return i < sizeof own_steps / sizeof *own_steps ? own_steps[i] : NULL;
}
