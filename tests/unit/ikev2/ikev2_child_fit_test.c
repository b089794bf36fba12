/* SPDX-License-Identifier: BSD-3-Clause */
/* Ends that do not fit: of another mode, or with addresses that somebody else has. */
#include "ike_hosts.h"

/* Which end is for which mode, and what becomes of it. */
static void ends_of_different_modes_do_not_meet(void **state)
{
    (void)state;
    for (int other = 0; other < 2; other++) {
        struct pair *p = hosts(false, false);
        struct ike_child_conf *c = &p->h[other].conf->conns[0].children[0];
        c->mode = ESP_MODE_TUNNEL;
        pair_ts_only(&c->local_ts, other ? B "/32" : A "/32");
        pair_ts_only(&c->remote_ts, other ? A "/32" : B "/32");
        pair_start(p);
        pair_connect(p);
        pair_run(p, 2);
        assert_int_equal(pair_live(&p->h[0]), 0);
        assert_int_equal(pair_live(&p->h[1]), 0);
        const struct ike_audit *by_b = pair_audit(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT);
        assert_non_null(by_b);
        assert_non_null(strstr(by_b->fix_here, "\"mode\": \"t"));
        assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TRANSPORT) != NULL, other == 1);
        pair_free(p);
    }
}

/* Of two peers behind one NAT the second is refused, in words: their packets could not be told apart. */
static void a_second_host_behind_the_same_nat_is_refused(void **state)
{
    (void)state;
    struct pair *p = hosts(true, false);
    b_takes_both(p);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    c_calls(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_OVERLAP));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_of_different_modes_do_not_meet),
        cmocka_unit_test(a_second_host_behind_the_same_nat_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
