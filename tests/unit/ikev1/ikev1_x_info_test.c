/* SPDX-License-Identifier: BSD-3-Clause */
/* DELETE and INITIAL_CONTACT. */
#include "ikev1_pair.h"

static void ends_are_told_to_the_peer(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b", .child = "net"}), 0);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN)->why, "the peer closed it");
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b"}), 1);
    pair_check_one(p);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
    }
    pair_free(p);
}

static void a_peer_that_lost_all_says_so_and_what_was_before_ends(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_run(p, 20);
    pair_crash(p, 0);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "INITIAL_CONTACT"));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_told_to_the_peer),
        cmocka_unit_test(a_peer_that_lost_all_says_so_and_what_was_before_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
