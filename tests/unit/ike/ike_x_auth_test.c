/* SPDX-License-Identifier: BSD-3-Clause */
/* Two engines meet: SA_INIT and IKE_AUTH with and without NAT, and what is refused. */
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
    assert_string_equal(view(p, 0).state, "established");
    assert_string_equal(view(p, 1).state, "established");
    assert_false(view(p, 1).encap);
    assert_int_equal(p->h[0].sends, 2);
    pair_free(p);
}

static void a_nat_before_the_initiator_moves_both_to_port_4500(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_nat = true;
    p->nat_shift = 100;
    pair_start(p);
    pair_connect(p);
    const struct ike_sa_view a = view(p, 0), b = view(p, 1);
    assert_true(a.local_nat && !a.remote_nat && a.encap && a.path.natt);
    assert_true(b.remote_nat && !b.local_nat && b.encap);
    assert_int_equal(b.path.remote.port, 4600);
    assert_true(p->h[1].children[0].i.encap);
    pair_run(p, 61);
    assert_true(p->h[0].keepalives >= 1);
    assert_int_equal(p->h[1].keepalives, 0);
    pair_free(p);
}

static void the_public_address_that_the_peer_dialled_is_told_by_its_hash(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_dnat = true;
    p->h[0].conf->conns[0].remote_addr = p->public_addr;
    p->h[1].conf->public_addrs[0] = pair_addr("203.0.113.98");
    p->h[1].conf->public_addrs[1] = p->public_addr;
    p->h[1].conf->n_public_addrs = 2;
    pair_start(p);
    pair_connect(p);
    const struct ike_sa_view b = view(p, 1);
    assert_true(b.local_nat && b.encap);
    assert_true(base_addr_equal(&b.public_addr, &p->public_addr));
    assert_true(view(p, 0).remote_nat);
    pair_free(p);
}

static void forced_encapsulation_is_followed_by_the_other_side(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_new();
        p->h[i].conf->conns[0].encap = IKE_ENCAP_FORCE;
        pair_start(p);
        pair_connect(p);
        assert_true(view(p, 0).encap && view(p, 1).encap);
        assert_int_equal(view(p, 1).path.local.port, 4500);
        pair_free(p);
    }
}

static void nat_is_refused_where_encapsulation_is_forbidden(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_new();
        p->has_nat = true;
        p->h[i].conf->conns[0].encap = IKE_ENCAP_NEVER;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_FAIL_NAT_FORBIDDEN), 1);
        pair_free(p);
    }
}

static void the_first_packet_may_go_to_port_4500(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].remote_port = 4500;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(view(p, 0).path.local.port, 4500);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void a_private_address_as_identity_is_explained_as_such(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_nat = true;
    p->h[0].addr = pair_addr("192.168.1.2");
    p->h[0].conf->conns[0].local_id = p->h[0].conf->secrets[0].local = pair_id("192.168.1.2");
    p->h[1].conf->conns[0].remote_id = p->h[1].conf->secrets[0].remote = pair_id("203.0.113.7");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "private address 192.168.1.2"));
    assert_non_null(strstr(a->why, "203.0.113.7"));
    assert_non_null(strstr(a->fix_here, "connections.a.remote.id: \"192.168.1.2\""));
    assert_non_null(strstr(a->fix_peer, "local.id = 203.0.113.7"));
    const struct ike_audit *b = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(b);
    assert_int_equal(b->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
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

static void another_group_is_asked_for_and_then_used(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    char why[200];
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    crypt_proposal_parse("aes128gcm16-prfsha256-x25519-ecp256", CRYPT_PROTOCOL_IKE, &c->proposals[0], why,
                         sizeof why);
    c->n_proposals = 1;
    c = &p->h[1].conf->conns[0];
    crypt_proposal_parse("aes128gcm16-prfsha256-ecp256", CRYPT_PROTOCOL_IKE, &c->proposals[0], why,
                         sizeof why);
    c->n_proposals = 1;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(p->h[0].sends, 3);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    pair_free(p);
}

static void a_cookie_is_asked_for_and_given_back(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->cookie_threshold = 0;
    pair_start(p);
    pair_connect(p);
    struct ike_stats s;
    ike_stats(p->h[1].ike, &s);
    assert_int_equal(s.cookies_sent, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
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

static void selectors_are_narrowed_to_what_both_have(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].children[0].local_ts.count = 0;
    pair_ts(&p->h[1].conf->conns[0].children[0].local_ts, "10.2.7.0/24");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[0]), 1);
    char text[BASE_ADDR_TEXT_MAX];
    assert_string_equal(base_addr_text(&p->h[0].children[0].i.remote_ts.list[0].lo, text), "10.2.7.0");
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

static void a_connection_to_be_started_calls_again_after_failures(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = true;
    p->drop[0] = true;
    pair_start(p);
    pair_run(p, 60);
    p->drop[0] = false;
    pair_run(p, 120);
    assert_int_equal(pair_live(&p->h[1]), 1);
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
        cmocka_unit_test(a_nat_before_the_initiator_moves_both_to_port_4500),
        cmocka_unit_test(the_public_address_that_the_peer_dialled_is_told_by_its_hash),
        cmocka_unit_test(forced_encapsulation_is_followed_by_the_other_side),
        cmocka_unit_test(nat_is_refused_where_encapsulation_is_forbidden),
        cmocka_unit_test(the_first_packet_may_go_to_port_4500),
        cmocka_unit_test(a_private_address_as_identity_is_explained_as_such),
        cmocka_unit_test(a_wrong_key_makes_no_child_and_says_so),
        cmocka_unit_test(a_missing_key_is_told_by_its_pair),
        cmocka_unit_test(somebody_else_at_the_peers_address_gets_no_child),
        cmocka_unit_test(both_lists_are_shown_when_no_proposal_is_common),
        cmocka_unit_test(another_group_is_asked_for_and_then_used),
        cmocka_unit_test(a_cookie_is_asked_for_and_given_back),
        cmocka_unit_test(disjoint_selectors_leave_no_child),
        cmocka_unit_test(selectors_are_narrowed_to_what_both_have),
        cmocka_unit_test(silence_ends_in_one_explanation),
        cmocka_unit_test(a_connection_to_be_started_calls_again_after_failures),
        cmocka_unit_test(both_may_call_at_once_and_one_sa_remains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
