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
        assert_non_null(r->step.name);
        assert_memory_equal(r->rfc, "RFC ", 4);
        assert_int_not_equal(r->step.from, 0);
        assert_int_equal(r->step.from >> IKEV2_ST_COUNT, 0);
        assert_int_equal(r->step.from & IKEV2_IN(IKEV2_ST_DEAD), 0);
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
            if (!(r->step.from & IKEV2_IN(s)))
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
    case WIRE_IKE_INTERMEDIATE:
        return is_encrypted && s == (is_response ? IKEV2_ST_I_MIX : IKEV2_ST_R_MIX);
    case WIRE_IKE_FOLLOWUP_KE:
    case WIRE_IKE_CREATE_CHILD_SA:
        return is_encrypted && (is_response ? s == IKEV2_ST_UP : living);
    case WIRE_IKE_INFORMATIONAL:
        return is_encrypted && (living || (!is_response && s == IKEV2_ST_R_ROUND));
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

/* The states that can follow this one, by a step or in time. */
static uint32_t followers(enum ikev2_state s)
{
    const struct ikev2_step *step;
    uint32_t to = s == IKEV2_ST_DEAD ? 0 : IKEV2_IN(ikev2_step_timeout(s)->next);
    for (size_t i = 0; (step = ikev2_rows_step(i)) != NULL; i++)
        for (int o = 0; o < IKEV2_OUTCOMES && step->from & IKEV2_IN(s); o++)
            if (step->to[o] != IKEV2_ST_NONE)
                to |= IKEV2_IN(step->to[o]);
    return to;
}

/* All that can be reached from a state, without it. */
static uint32_t reachable(enum ikev2_state start)
{
    uint32_t seen = 0, before;
    for (int s = 0; s < IKEV2_ST_COUNT; s++)
        seen |= s == (int)start ? followers(start) : 0;
    do {
        before = seen;
        for (int s = 0; s < IKEV2_ST_COUNT; s++)
            if (seen & IKEV2_IN(s))
                seen |= followers((enum ikev2_state)s);
    } while (seen != before);
    return seen;
}

static void every_state_is_reached_from_the_first_and_can_be_left_for_the_last(void **state)
{
    (void)state;
    const uint32_t all = reachable(IKEV2_ST_NONE);
    for (int s = 0; s < IKEV2_ST_COUNT; s++) {
        assert_true(s == IKEV2_ST_NONE || all & IKEV2_IN(s));
        assert_true(s == IKEV2_ST_DEAD || reachable((enum ikev2_state)s) & IKEV2_IN(IKEV2_ST_DEAD));
    }
    assert_int_equal(followers(IKEV2_ST_DEAD), 0);
}

static void every_step_has_a_name_of_its_own_and_starts_where_an_sa_can_be(void **state)
{
    (void)state;
    const struct ikev2_step *a, *b;
    const uint32_t all = reachable(IKEV2_ST_NONE) | IKEV2_IN(IKEV2_ST_NONE);
    for (size_t i = 0; (a = ikev2_rows_step(i)) != NULL; i++) {
        assert_non_null(a->name);
        assert_int_not_equal(a->from, 0);
        assert_int_equal(a->from & ~all, 0);
        assert_int_equal(a->from & IKEV2_IN(IKEV2_ST_DEAD), 0);
        assert_int_equal(a->to[IKEV2_STAYS], IKEV2_ST_NONE);
        for (size_t j = i + 1; (b = ikev2_rows_step(j)) != NULL; j++)
            assert_string_not_equal(a->name, b->name);
    }
}

/* Whatever is lost (a message, a job, a peer), time leads each state somewhere. */
static void every_living_state_has_a_timeout_that_ends_it(void **state)
{
    (void)state;
    for (int s = 0; s < IKEV2_ST_COUNT; s++) {
        const struct ikev2_timeout *t = ikev2_step_timeout((enum ikev2_state)s);
        assert_non_null(t->state);
        assert_int_equal(t->next, IKEV2_ST_DEAD);
    }
    assert_false(ikev2_step_timeout(IKEV2_ST_CLOSING)->is_news);
    assert_int_equal(ikev2_step_timeout(IKEV2_ST_CLOSING)->tries, 2);
}

/* A peer that fails IKE_AUTH is closed without having been up. */
static void closing_is_reached_from_authentication_without_being_up(void **state)
{
    (void)state;
    assert_true(followers(IKEV2_ST_I_AUTH) & IKEV2_IN(IKEV2_ST_CLOSING));
    assert_true(followers(IKEV2_ST_I_CHECK) & IKEV2_IN(IKEV2_ST_CLOSING));
}

/*
 * An initiator is up when it has checked the peer's proof; but for an answer to its own second proof (RFC
 * 4739 2.4), whose handlers ask whether the peer has proved itself before.
 */
static void an_initiator_is_up_by_a_check_or_behind_its_second_proof(void **state)
{
    (void)state;
    const struct ikev2_step *s;
    size_t n = 0;
    for (size_t i = 0; (s = ikev2_rows_step(i)) != NULL; i++)
        if (s->from & IKEV2_IN(IKEV2_ST_I_AUTH) && s->to[IKEV2_GOES] == IKEV2_ST_UP) {
            assert_true(strcmp(s->name, "auth_round_response") == 0 || strcmp(s->name, "auth_refusal") == 0);
            n++;
        }
    assert_int_equal(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_names_its_handler_states_and_section),
        cmocka_unit_test(no_two_rows_share_a_handler),
        cmocka_unit_test(every_row_is_reached_by_a_message_with_just_what_it_requires),
        cmocka_unit_test(a_message_that_lacks_any_required_payload_finds_another_row_or_none),
        cmocka_unit_test(every_exchange_in_every_state_has_a_row_or_is_refused),
        cmocka_unit_test(every_state_is_reached_from_the_first_and_can_be_left_for_the_last),
        cmocka_unit_test(every_step_has_a_name_of_its_own_and_starts_where_an_sa_can_be),
        cmocka_unit_test(every_living_state_has_a_timeout_that_ends_it),
        cmocka_unit_test(closing_is_reached_from_authentication_without_being_up),
        cmocka_unit_test(an_initiator_is_up_by_a_check_or_behind_its_second_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
