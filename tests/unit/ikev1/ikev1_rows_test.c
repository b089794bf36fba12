/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows: each can be found, requires something, and names its RFC; nothing of IKEv2 is in them. */
#include "ikev1_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "wire_v1.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A message with exactly these payloads. */
static struct wire_v1_plds plds_of(uint64_t mask)
{
    struct wire_v1_plds p = {0};
    for (unsigned type = 0; type <= WIRE_V1_P_FRAGMENT; type++)
        if ((type < 64 || type >= WIRE_V1_P_NATD_DRAFT) && mask & IKEV1_PLD(type))
            p.list[p.count++].type = (uint8_t)type;
    return p;
}

static void each_row_is_found_by_what_it_requires(void **state)
{
    const struct ikev1_row *r;
    (void)state;
    for (size_t i = 0; (r = ikev1_rows_at(i)) != NULL; i++) {
        const struct wire_v1_plds p = plds_of(r->required);
        for (enum ikev1_state s = 0; s < IKEV1_ST_COUNT; s++)
            if (r->step.from & IKEV1_IN(s))
                assert_ptr_equal(ikev1_rows_find(r->exchange, s, r->is_encrypted, &p), r);
        assert_non_null(r->rfc);
        assert_non_null(r->handle);
    }
    const struct ikev1_row_2 *q;
    for (size_t i = 0; (q = ikev1_rows_at_2(i)) != NULL; i++) {
        const struct wire_v1_plds p = plds_of(q->required);
        assert_ptr_equal(ikev1_rows_find_2(q->exchange, q->from, &p), q);
        assert_true(q->required & IKEV1_PLD(WIRE_V1_P_HASH));
        assert_non_null(q->rfc);
    }
}

static void without_any_required_payload_no_row_takes_it_as_that_message(void **state)
{
    const struct ikev1_row *r;
    (void)state;
    for (size_t i = 0; (r = ikev1_rows_at(i)) != NULL; i++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            if (!(r->required & UINT64_C(1) << bit))
                continue;
            const struct wire_v1_plds p = plds_of(r->required & ~(UINT64_C(1) << bit));
            for (enum ikev1_state s = 0; s < IKEV1_ST_COUNT; s++)
                if (r->step.from & IKEV1_IN(s))
                    assert_null(ikev1_rows_find(r->exchange, s, r->is_encrypted, &p));
        }
    }
}

static void exchanges_of_ikev2_have_no_row(void **state)
{
    (void)state;
    for (unsigned x = 0; x < 256; x++) {
        const bool is_known = x == WIRE_V1_MAIN || x == WIRE_V1_AGGRESSIVE;
        bool is_found = false;
        for (enum ikev1_state s = 0; s < IKEV1_ST_COUNT; s++)
            is_found = is_found || ikev1_rows_find((uint8_t)x, s, false, NULL) ||
                       ikev1_rows_find((uint8_t)x, s, true, NULL);
        assert_int_equal(is_found, is_known);
        if (x >= WIRE_IKE_SA_INIT)
            for (enum ikev1_xchg_state s = 0; s <= IKEV1_X_DONE; s++)
                assert_null(ikev1_rows_find_2((uint8_t)x, s, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_found_by_what_it_requires),
        cmocka_unit_test(without_any_required_payload_no_row_takes_it_as_that_message),
        cmocka_unit_test(exchanges_of_ikev2_have_no_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
