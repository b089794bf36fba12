/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of proposals, selectors and silence. */
#include "ike_pair.h"

static void both_lists_are_shown_when_no_proposal_is_common(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    char why[200];
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    assert_int_equal(crypt_proposal_parse("aes256gcm16-prfsha384-ecp384", CRYPT_PROTOCOL_IKE,
                                          &c->proposals[0], why, sizeof why),
                     0);
    c->n_proposals = 1;
    c = &p->h[1].conf->conns[0];
    assert_int_equal(crypt_proposal_parse("aes128gcm16-prfsha256-x25519", CRYPT_PROTOCOL_IKE,
                                          &c->proposals[0], why, sizeof why),
                     0);
    c->n_proposals = 1;
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_PROPOSAL);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "aes256gcm16-prfsha384-ecp384"));
    assert_non_null(strstr(a->nearest, "aes128gcm16-prfsha256-x25519"));
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    pair_free(p);
}

static void disjoint_selectors_leave_no_child(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].children[0].local_ts.count = 0;
    pair_ts(&p->h[1].conf->conns[0].children[0].local_ts, "10.9.0.0/16");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_SELECTORS);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "10.2.0.0/16"));
    assert_non_null(strstr(a->nearest, "10.9.0.0/16"));
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    struct ike_stats s;
    ike_stats(p->h[1].ike, &s);
    assert_int_equal(s.ike_sas, 0);
    pair_free(p);
}

static void silence_ends_in_one_explanation(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->drop[0] = true;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 60);
    assert_int_equal(p->h[0].sends, 4);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT), 1);
    struct ike_stats s;
    ike_stats(p->h[0].ike, &s);
    assert_int_equal(s.ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_lists_are_shown_when_no_proposal_is_common),
        cmocka_unit_test(disjoint_selectors_leave_no_child),
        cmocka_unit_test(silence_ends_in_one_explanation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
