/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_AUTH between two engines: identities, keys and first children, and what is refused. */
#include "ike_pair.h"

static struct ike_sa_view view(struct pair *p, int i)
{
    struct ike_sa_view v;
    assert_true(ike_show_next(p->h[i].ike, 0, &v));
    return v;
}

static void two_engines_agree_on_a_child_and_its_keys(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    assert_int_equal(view(p, 0).state, IKE_VIEW_ESTABLISHED);
    assert_int_equal(view(p, 1).state, IKE_VIEW_ESTABLISHED);
    assert_false(view(p, 1).encap);
    assert_int_equal(p->h[0].sends, 2);
    pair_free(p);
}

static void a_wrong_key_makes_no_child_and_says_so(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->secrets[0].psk[0] ^= 1;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY), 1);
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    pair_run(p, 6);
    struct ike_stats s;
    ike_stats(p->h[1].ike, &s);
    assert_int_equal(s.ike_sas, 0);
    assert_int_equal(s.half_open, 0);
    pair_free(p);
}

static void a_missing_key_is_told_by_its_pair(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->secrets[0].remote = pair_id("@other");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_SECRET);
    assert_non_null(a);
    assert_non_null(strstr(a->fix_here, "\"remote\": \"@a\""));
    pair_free(p);
}

static void somebody_else_at_the_peers_address_gets_no_child(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    /* b answers as @c with the same key, and takes any IDr from us: it wants @b in its configuration */
    p->h[0].conf->conns[0].remote_id = p->h[0].conf->secrets[0].remote = pair_id("@c");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(p->h[0].n_children, 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID), 1);
    pair_free(p);
}

static void both_may_call_at_once_and_one_sa_remains(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = p->h[1].conf->conns[0].start = true;
    pair_start(p);
    p->hold = true;
    ike_on_timer(p->h[0].ike, p->now);
    ike_on_timer(p->h[1].ike, p->now);
    pair_settle(p);
    p->hold = false;
    pair_run(p, 30);
    struct ike_stats s;
    for (int i = 0; i < 2; i++) {
        ike_stats(p->h[i].ike, &s);
        assert_int_equal(s.ike_sas, 1);
        assert_int_equal(pair_live(&p->h[i]), 1);
    }
    pair_check_keys(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_engines_agree_on_a_child_and_its_keys),
        cmocka_unit_test(a_wrong_key_makes_no_child_and_says_so),
        cmocka_unit_test(a_missing_key_is_told_by_its_pair),
        cmocka_unit_test(somebody_else_at_the_peers_address_gets_no_child),
        cmocka_unit_test(both_may_call_at_once_and_one_sa_remains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
