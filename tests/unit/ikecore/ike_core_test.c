/* SPDX-License-Identifier: BSD-3-Clause */
/* Hash, jitter and marks of lost connections. */
#include "ike_pair.h"
#include "ike_core.h"

static void two_engines_hash_differently(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    const uint64_t key = 7;
    assert_true(ike_hash(p->h[0].ike, &key, sizeof key) == ike_hash(p->h[0].ike, &key, sizeof key));
    assert_true(ike_hash(p->h[0].ike, &key, sizeof key) != ike_hash(p->h[1].ike, &key, sizeof key));
    pair_free(p);
}

static void jitter_stays_below_its_range(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    for (int i = 0; i < 1000; i++)
        assert_true(ike_jitter(p->h[0].ike, 10) < 10);
    assert_int_equal(ike_jitter(p->h[0].ike, 0), 0);
    pair_free(p);
}

/* IKEv2 alone has seven tables with as many, and some thousand SAs touch all of their pages. */
static void tables_have_a_slot_for_every_four_sas_that_may_be(void **state)
{
    (void)state;
    struct ike_conf conf = {.sas_max = 10};
    assert_int_equal(ike_slots(&conf), 64);
    conf.sas_max = 100000;
    assert_int_equal(ike_slots(&conf), 32768);
    conf.sas_max = 100000000;
    assert_int_equal(ike_slots(&conf), 1 << 20);
}

static void a_connection_is_marked_lost_once(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike *ike = p->h[0].ike;
    struct ike_run *run = ike_run_of(ike, &ike->conf->conns[0]);
    assert_ptr_equal(run, &ike->runs[0]);
    ike_run_mark_lost(ike, run, true);
    ike_run_mark_lost(ike, run, false);
    assert_ptr_equal(ike->lost, run);
    assert_null(run->lost_next);
    ike_on_timer(ike, p->now); /* any door settles it */
    assert_null(ike->lost);
    assert_false(run->is_lost);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_engines_hash_differently),
        cmocka_unit_test(jitter_stays_below_its_range),
        cmocka_unit_test(tables_have_a_slot_for_every_four_sas_that_may_be),
        cmocka_unit_test(a_connection_is_marked_lost_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
