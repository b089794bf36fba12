/* SPDX-License-Identifier: BSD-3-Clause */
/* Status of all that there is: SAs, their children one by one, connections. */
#include "ike_pair.h"

static void all_children_of_all_sas_are_shown(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ike_sa_view v;
    struct ike_child_view c;
    size_t children = 0;
    for (uint64_t id = 0; ike_show_next(ike, id, &v); id = v.id)
        for (size_t n = 0; ike_show_child(ike, v.id, n, &c); n++, children++)
            assert_int_equal(base_ts_count(c.local_ts), 1);
    assert_int_equal(children, 1);
    assert_int_equal(children, pair_stats(p, 1).children);
    static struct ike_presence presence;
    assert_true(ike_show_presence(ike, "a", &presence));
    assert_int_equal(presence.up, 1);
    assert_int_equal(presence.children[0], 1);
    assert_false(ike_show_presence(ike, "nobody", &presence));
    pair_free(p);
}

static void a_child_shows_the_dscps_that_it_hands_on(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].children[0].dscp = 5;
    pair_start(p);
    pair_connect(p);
    struct ike_sa_view v;
    struct ike_child_view c;
    assert_true(ike_show_next(p->h[1].ike, 0, &v));
    assert_true(ike_show_child(p->h[1].ike, v.id, 0, &c));
    assert_true(c.dscp == 5 && p->h[1].children[0].i.pair.dscp == 5 && p->h[0].children[0].i.pair.dscp == 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_children_of_all_sas_are_shown),
        cmocka_unit_test(a_child_shows_the_dscps_that_it_hands_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
