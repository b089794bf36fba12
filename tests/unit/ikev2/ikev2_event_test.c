/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators and the data path ask of SAs. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_hard_limit_replaces_the_child_when_the_connection_is_kept_up(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = true;
    pair_start(p);
    pair_run(p, 1);
    const uint32_t spi = p->h[0].children[0].i.pair.spi_in;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = spi});
    pair_run(p, 6);
    assert_true(p->h[0].children[0].is_removed);
    pair_check_one(p);
    pair_free(p);
}

static void an_event_of_a_child_that_is_gone_is_ignored(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = 4711}), 0);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TRAFFIC, .spi_in = 4711}), 0);
    pair_check_one(p);
    pair_free(p);
}

static void a_connection_is_live_until_it_is_to_be_closed(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    assert_true(ikev2_has_live(ike, &ike->runs[0]));
    ike->v2->first->want.close = true;
    assert_false(ikev2_has_live(ike, &ike->runs[0]));
    assert_int_equal(ikev2_terminate(ike, &ike->runs[0]), 0);
    ikev2_settle(ike);
    pair_settle(p);
    assert_int_equal(ikev2_terminate(ike, &ike->runs[0]), -ENOENT);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hard_limit_replaces_the_child_when_the_connection_is_kept_up),
        cmocka_unit_test(an_event_of_a_child_that_is_gone_is_ignored),
        cmocka_unit_test(a_connection_is_live_until_it_is_to_be_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
