/* SPDX-License-Identifier: BSD-3-Clause */
/* Joins the exchanges' rows into one lookup. */
#include "ike_rows.h"

static const struct ike_row *(*const tables[])(size_t *count) = {
    ike_init_rows,
    ike_auth_rows,
    ike_child_rows,
    ike_info_rows,
};

const struct ike_row *ike_rows_at(size_t i)
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        size_t n;
        const struct ike_row *rows = tables[t](&n);
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
            present |= IKE_PLD(plds->list[i].type);
    return (present & required) == required;
}

enum ike_row_verdict ike_rows_find(uint8_t exchange, bool is_response, bool is_encrypted,
                                   enum ike_state state, const struct wire_ike_plds *plds,
                                   const struct ike_row **out)
{
    enum ike_row_verdict verdict = IKE_ROW_NONE;
    const struct ike_row *row;
    for (size_t i = 0; (row = ike_rows_at(i)) != NULL; i++) {
        if (row->exchange != exchange || row->is_response != is_response ||
            row->is_encrypted != is_encrypted || !(row->states & IKE_IN(state)))
            continue;
        if (!plds || has_all(plds, row->required)) {
            *out = row;
            return IKE_ROW_FOUND;
        }
        verdict = IKE_ROW_MISSING;
    }
    return verdict;
}
