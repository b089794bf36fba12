/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of all exchanges, and the look-up in them. */
#include "ikev1_rows.h"

#include "wire_v1.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct ikev1_row *(*const phase1[])(size_t *) = {ikev1_main_rows, ikev1_aggressive_rows};
static const struct ikev1_row_2 *(*const phase2[])(size_t *) = {ikev1_quick_rows, ikev1_info_rows,
                                                                ikev1_config_rows};

const struct ikev1_row *ikev1_rows_at(size_t i)
{
    for (size_t t = 0; t < COUNT(phase1); t++) {
        size_t n;
        const struct ikev1_row *rows = phase1[t](&n);
        if (i < n)
            return &rows[i];
        i -= n;
    }
    return NULL;
}

const struct ikev1_row_2 *ikev1_rows_at_2(size_t i)
{
    for (size_t t = 0; t < COUNT(phase2); t++) {
        size_t n;
        const struct ikev1_row_2 *rows = phase2[t](&n);
        if (i < n)
            return &rows[i];
        i -= n;
    }
    return NULL;
}

/* Payloads that a message has; those that nobody has a bit for are not looked at. */
static uint64_t rows_mask(const struct wire_v1_plds *plds)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < plds->count; i++) {
        const uint8_t type = plds->list[i].type;
        if (type < 64 || (type >= WIRE_V1_P_NATD_DRAFT && type <= WIRE_V1_P_FRAGMENT))
            mask |= IKEV1_PLD(type);
    }
    return mask;
}

const struct ikev1_row *ikev1_rows_find(uint8_t exchange, enum ikev1_state state, bool is_encrypted,
                                        const struct wire_v1_plds *plds)
{
    const uint64_t mask = plds ? rows_mask(plds) : 0;
    const struct ikev1_row *row;
    for (size_t i = 0; (row = ikev1_rows_at(i)) != NULL; i++)
        if (row->exchange == exchange && row->step.from & IKEV1_IN(state) &&
            (is_encrypted ? row->is_encrypted || row->may_encrypt : !row->is_encrypted) &&
            (!plds || (mask & row->required) == row->required))
            return row;
    return NULL;
}

const struct ikev1_row_2 *ikev1_rows_find_2(uint8_t exchange, enum ikev1_xchg_state state,
                                            const struct wire_v1_plds *plds)
{
    const uint64_t mask = plds ? rows_mask(plds) : 0;
    const struct ikev1_row_2 *row;
    for (size_t i = 0; (row = ikev1_rows_at_2(i)) != NULL; i++)
        if (row->exchange == exchange && row->from == state &&
            (!plds || (mask & row->required) == row->required))
            return row;
    return NULL;
}
