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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminated_connection_is_gone_on_both_sides),
        cmocka_unit_test(shutdown_says_goodbye_and_answers_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
