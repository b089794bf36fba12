/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: where an outcome leads, and where it does not. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2.h"
#include "ikev2_sa.h"
#include "ikev2_step.h"
#include "ikev2_tables.h"

static const struct ikev2_step replaced = {
    "replaced", IKEV2_IN(IKEV2_ST_UP), {[IKEV2_GOES] = IKEV2_ST_REKEYED, [IKEV2_TURNS] = IKEV2_ST_DEAD}};

static void an_outcome_leads_where_the_step_says(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    ikev2_step_take(ike, sa, &replaced, IKEV2_STAYS);
    assert_int_equal(sa->state, IKEV2_ST_UP);
    ikev2_step_take(ike, sa, &replaced, IKEV2_CHECKS); /* it has not this outcome */
    assert_int_equal(sa->state, IKEV2_ST_UP);
    ikev2_step_take(ike, sa, &replaced, IKEV2_GOES);
    assert_int_equal(sa->state, IKEV2_ST_REKEYED);
    ikev2_step_take(ike, sa, &replaced, IKEV2_TURNS); /* not from this state */
    assert_int_equal(sa->state, IKEV2_ST_REKEYED);
    ikev2_settle(ike);
    pair_free(p);
}

static void a_step_to_the_end_kills(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    ikev2_step_take(ike, ike->v2->first, &replaced, IKEV2_TURNS);
    assert_null(ike->v2->first);
    ikev2_settle(ike);
    pair_drain(p);
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_free(p);
}

static void time_leads_where_the_row_of_the_state_says(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    ikev2_step_timed_out(ike, ike->v2->first);
    assert_null(ike->v2->first);
    ikev2_settle(ike);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outcome_leads_where_the_step_says),
        cmocka_unit_test(a_step_to_the_end_kills),
        cmocka_unit_test(time_leads_where_the_row_of_the_state_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
