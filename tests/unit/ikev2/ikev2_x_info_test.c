/* SPDX-License-Identifier: BSD-3-Clause */
/* INFORMATIONAL: goodbyes. */
#include "ike_pair.h"

static void a_terminated_connection_is_gone_on_both_sides(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_IKE_DOWN), 1);
    }
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), -ENOENT);
    pair_free(p);
}

static void shutdown_says_goodbye_and_answers_nobody(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void an_sa_that_is_being_rekeyed_ends_under_its_new_keys(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    p->hold = false;
    pair_run(p, 3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
    }
    pair_free(p);
}

static void an_end_while_ike_auth_is_under_way_reaches_the_peer(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    pair_deliver_one(p); /* IKE_AUTH is on its way */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    p->hold = false;
    pair_run(p, 5);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).established, 1);
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminated_connection_is_gone_on_both_sides),
        cmocka_unit_test(shutdown_says_goodbye_and_answers_nobody),
        cmocka_unit_test(an_sa_that_is_being_rekeyed_ends_under_its_new_keys),
        cmocka_unit_test(an_end_while_ike_auth_is_under_way_reaches_the_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
