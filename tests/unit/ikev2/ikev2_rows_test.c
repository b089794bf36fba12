/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of the state machine: complete, consistent, each one reachable, and all else refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "ikev2_rows.h"
#include "ikev2_sa.h"

/* A chain with exactly these payloads. */
static struct wire_ike_plds with(uint64_t payloads)
{
    struct wire_ike_plds p = {0};
    for (uint8_t type = 0; type < 64; type++)
        if (payloads & IKEV2_PLD(type))
            p.list[p.count++].type = type;
    return p;
}

static void every_row_names_its_handler_states_and_section(void **state)
{
    (void)state;
    const struct ikev2_row *r;
    for (size_t i = 0; (r = ikev2_rows_at(i)) != NULL; i++) {
        assert_non_null(r->handle);
        assert_non_null(r->name);
        assert_memory_equal(r->rfc, "RFC ", 4);
        assert_int_not_equal(r->states, 0);
        assert_int_equal(r->states >> IKEV2_ST_COUNT, 0);
        assert_int_equal(r->states & IKEV2_IN(IKEV2_ST_DEAD), 0);
        assert_int_equal(r->required & r->optional, 0);
        assert_int_equal(r->is_encrypted, r->exchange != WIRE_IKE_SA_INIT);
    }
}

static void no_two_rows_share_a_handler(void **state)
{
    (void)state;
    const struct ikev2_row *a, *b;
    for (size_t i = 0; (a = ikev2_rows_at(i)) != NULL; i++)
        for (size_t j = i + 1; (b = ikev2_rows_at(j)) != NULL; j++)
            assert_true(a->handle != b->handle);
}

static void every_row_is_reached_by_a_message_with_just_what_it_requires(void **state)
{
    (void)state;
    const struct ikev2_row *r, *found;
    for (size_t i = 0; (r = ikev2_rows_at(i)) != NULL; i++) {
        for (int s = 0; s < IKEV2_ST_COUNT; s++) {
            if (!(r->states & IKEV2_IN(s)))
                continue;
            const struct wire_ike_plds p = with(r->required);
            assert_int_equal(ikev2_rows_find(r->exchange, r->is_response, r->is_encrypted,
                                             (enum ikev2_state)s, &p, &found),
                             IKEV2_ROW_FOUND);
            assert_ptr_equal(found, r);
        }
    }
}

static void a_message_that_lacks_any_required_payload_finds_another_row_or_none(void **state)
{
    (void)state;
    const struct ikev2_row *r, *found;
    for (size_t i = 0; (r = ikev2_rows_at(i)) != NULL; i++) {
        for (uint8_t type = 0; type < 64; type++) {
            if (!(r->required & IKEV2_PLD(type)))
                continue;
            const struct wire_ike_plds p = with(r->required & ~IKEV2_PLD(type));
            for (int s = 0; s < IKEV2_ST_COUNT; s++) {
                found = NULL;
                ikev2_rows_find(r->exchange, r->is_response, r->is_encrypted, (enum ikev2_state)s, &p,
                                &found);
                assert_ptr_not_equal(found, r);
            }
        }
    }
}

/* The matrix by hand: what may arrive where. Everything else must have no row. */
static bool may_arrive(unsigned exchange, bool is_response, bool is_encrypted, enum ikev2_state s)
{
    const bool living = s == IKEV2_ST_UP || s == IKEV2_ST_REKEYED || s == IKEV2_ST_CLOSING;
    switch (exchange) {
    case WIRE_IKE_SA_INIT:
        return !is_encrypted &&
               (is_response ? s == IKEV2_ST_I_INIT || s == IKEV2_ST_I_DH : s == IKEV2_ST_NONE);
    case WIRE_IKE_AUTH:
        return is_encrypted &&
               (is_response ? s == IKEV2_ST_I_AUTH : s == IKEV2_ST_R_INIT || s == IKEV2_ST_R_ROUND);
    case WIRE_IKE_CREATE_CHILD_SA:
        return is_encrypted && (is_response ? s == IKEV2_ST_UP : living);
    case WIRE_IKE_INFORMATIONAL:
        return is_encrypted && living;
    default:
        return false;
    }
}

static void every_exchange_in_every_state_has_a_row_or_is_refused(void **state)
{
    (void)state;
    const struct ikev2_row *row;
    for (unsigned exchange = 0; exchange < 256; exchange++)
        for (int s = 0; s < IKEV2_ST_COUNT; s++)
            for (int bits = 0; bits < 4; bits++) {
                const bool response = bits & 1, encrypted = bits & 2;
                const enum ikev2_row_verdict v =
                    ikev2_rows_find((uint8_t)exchange, response, encrypted, (enum ikev2_state)s, NULL, &row);
                assert_int_equal(v == IKEV2_ROW_FOUND,
                                 may_arrive(exchange, response, encrypted, (enum ikev2_state)s));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_names_its_handler_states_and_section),
        cmocka_unit_test(no_two_rows_share_a_handler),
        cmocka_unit_test(every_row_is_reached_by_a_message_with_just_what_it_requires),
        cmocka_unit_test(a_message_that_lacks_any_required_payload_finds_another_row_or_none),
        cmocka_unit_test(every_exchange_in_every_state_has_a_row_or_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
