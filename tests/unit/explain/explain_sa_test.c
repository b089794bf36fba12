/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of proposals, selectors and silence. */
#include "ike_pair.h"
#include "explain.h"
#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

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
    pair_run(p, 60);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_PROPOSAL);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "aes256gcm16-prfsha384-ecp384"));
    assert_non_null(strstr(a->nearest, "aes128gcm16-prfsha256-x25519"));
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    pair_free(p);
}

static void proposals_differ(struct pair *p, const char *theirs, const char *ours)
{
    char why[200];
    const char *const text[2] = {theirs, ours};
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        assert_int_equal(crypt_proposal_parse(text[i], CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why),
                         0);
        c->n_proposals = 1;
    }
}

static void what_is_weak_is_advised_with_the_word_that_it_needs(void **state)
{
    (void)state;
    for (int has_word = 0; has_word < 2; has_word++) {
        struct pair *p = pair_new();
        proposals_differ(p, "3des-sha1-modp1024", "aes128-sha1-modp2048");
        p->h[1].conf->conns[0].weak = has_word;
        pair_start(p);
        pair_connect(p);
        const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_PROPOSAL);
        assert_non_null(a);
        assert_non_null(strstr(a->fix_here, "ike_proposals: add \"3des-prfsha1-sha1-modp1024\""));
        assert_int_equal(strstr(a->fix_here, "and \"weak\": true beside it") == NULL, has_word);
        pair_free(p);
    }
}

static void disjoint_selectors_leave_no_child(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_ts_only(&p->h[1].conf->conns[0].children[0].local_ts, "10.9.0.0/16");
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

static const struct ike_audit *no_child(struct pair *p, const struct wire_ike_sa *theirs)
{
    struct ike *ike = p->h[1].ike;
    struct ike_conn_conf *c = &p->h[1].conf->conns[0];
    pair_run(p, 11);
    ike_on_timer(ike, p->now);
    explain_no_proposal(ike, ikev2_sa_about(ike->v2->first), c, &c->children[0], theirs);
    pair_drain(p);
    return pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_PROPOSAL);
}

static void what_the_peer_has_and_we_know_is_the_cure(void **state)
{
    (void)state;
    struct wire_ike_sa theirs = {.count = 1};
    struct wire_ike_proposal *t = &theirs.list[0];
    struct pair *p = pair_up();
    *t = (struct wire_ike_proposal){
        .protocol = WIRE_IKE_PROTO_ESP,
        .count = 4,
        .list = {{.type = CRYPT_TYPE_ENCR, .id = 2}, /* DES */
                 {.type = CRYPT_TYPE_ENCR, .id = CRYPT_ENCR_AES_CBC, .key_bits = 256},
                 {.type = CRYPT_TYPE_INTEG, .id = CRYPT_INTEG_HMAC_SHA1_96},
                 {.type = CRYPT_TYPE_INTEG, .id = 1}}}; /* MD5 */
    const struct ike_audit *a = no_child(p, &theirs);
    assert_string_equal(a->what, "the peer's esp_proposals: (1:2)-aes256-sha1-(3:1)");
    assert_string_equal(a->fix_here, "connections.a.esp_proposals: add \"aes256-sha1\"");
    t->count = 1;
    a = no_child(p, &theirs);
    assert_non_null(strstr(a->fix_here, "the peer has to offer something else"));
    pair_free(p);
}

static void ah_is_refused_with_the_reason_and_what_to_use_instead(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    explain_ah(ike, ikev2_sa_about(ike->v2->first), &p->h[1].conf->conns[0]);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_AH);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "every NAT on the way breaks it"));
    assert_non_null(strstr(a->fix_peer, "ESP"));
    pair_free(p);
}

static void each_refusal_of_the_peers_says_what_it_usually_means(void **state)
{
    (void)state;
    static const struct {
        uint16_t notify;
        const char *word;
    } rows[] = {
        {WIRE_IKE_N_AUTHENTICATION_FAILED, "pair of identities"},
        {WIRE_IKE_N_NO_PROPOSAL_CHOSEN, "none of our ESP algorithms"},
        {WIRE_IKE_N_TS_UNACCEPTABLE, "10.2.0.0/16 === 10.1.0.0/16"},
        {WIRE_IKE_N_INVALID_KE_PAYLOAD, "group"},
        {WIRE_IKE_N_INVALID_SYNTAX, "fault"},
        {WIRE_IKE_N_TS_MAX_QUEUE, "goes on with those that it has"},
    };
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pair_run(p, 11);
        ike_on_timer(ike, p->now);
        explain_refused(ike, ikev2_sa_about(ike->v2->first), EXPLAIN_ASKED_AUTH, NULL, rows[i].notify);
        pair_drain(p);
        const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_REFUSED);
        assert_non_null(a);
        assert_int_equal(a->notify, rows[i].notify);
        assert_non_null(strstr(a->what, wire_ike_notify_name(rows[i].notify)));
        assert_non_null(strstr(a->why, rows[i].word));
    }
    pair_free(p);
}

static void no_proposal_chosen_speaks_of_what_was_asked(void **state)
{
    (void)state;
    static const struct {
        enum explain_asked asked;
        bool is_child;
        const char *what, *why, *key;
    } rows[] = {
        {EXPLAIN_ASKED_INIT, false, "to IKE_SA_INIT", "none of our IKE algorithms", "a.ike_proposals, ours"},
        {EXPLAIN_ASKED_AUTH, false, "to IKE_AUTH", "asks for other IKE algorithms", "a.ike_proposals, ours"},
        {EXPLAIN_ASKED_FIRST_CHILD, true, "first child", "none of our ESP algorithms",
         "a.esp_proposals, ours"},
        {EXPLAIN_ASKED_CHILD, true, "one more child", "(PFS) differ", "a.esp_proposals, ours"},
        {EXPLAIN_ASKED_CHILD_REKEY, true, "rekeying of a child", "key exchange group (PFS)",
         "a.esp_proposals, ours"},
        {EXPLAIN_ASKED_IKE_REKEY, false, "rekeying of the IKE SA", "another group", "a.ike_proposals, ours"},
    };
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pair_run(p, 11);
        ike_on_timer(ike, p->now);
        explain_refused(ike, ikev2_sa_about(ike->v2->first), rows[i].asked,
                        rows[i].is_child ? &p->h[1].conf->conns[0].children[0] : NULL,
                        WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
        pair_drain(p);
        const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_REFUSED);
        assert_non_null(strstr(a->what, rows[i].what));
        assert_non_null(strstr(a->why, rows[i].why));
        assert_non_null(strstr(a->fix_here, rows[i].key));
        assert_non_null(strstr(a->fix_here, rows[i].is_child ? "-esn" : "-prf"));
    }
    pair_free(p);
}

static void a_call_from_an_address_that_no_connection_allows_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conn_conf *c = &p->h[1].conf->conns[0];
    assert_int_equal(base_prefix_parse("203.0.113.0/24", &c->remote_from[0]), 0);
    c->n_remote_from = 1;
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_CONNECTION);
    assert_non_null(a);
    assert_non_null(strstr(a->fix_here, "connections.a.remote.from: add \"192.0.2.1\""));
    pair_free(p);
}

static void an_overlap_names_who_has_the_network(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct base_ts_list *want = NULL;
    pair_ts(&want, "10.1.7.0/24");
    const struct ikev2_child *c = ike->v2->first->children;
    const struct ike_claim owner = {c->sa->conn, c->conf, c->sa->remote_id, c->local_ts, c->remote_ts};
    explain_overlap(ike, ikev2_sa_about(ike->v2->first), want, &owner);
    free(want);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_OVERLAP);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "10.1.7.0/24"));
    assert_non_null(strstr(a->nearest, "10.1.0.0/16 for @a"));
    assert_non_null(strstr(a->fix_here, "a priority for the child of each (connections.a.child.priority)"));
    pair_free(p);
}

static void a_black_hole_says_what_vanishes_and_what_would_help(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    explain_black_hole(ike, ikev2_sa_about(ike->v2->first), 1400);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_BLACK_HOLE);
    assert_non_null(a);
    assert_string_equal(a->what,
                        "packets above 1400 bytes do not arrive at 192.0.2.1:500, and no ICMP says so");
    assert_string_equal(a->why, "A link on the way carries no more, and a firewall drops the ICMP error that "
                                "would tell it. Culvert found it by probing, and uses 1400 bytes.");
    assert_non_null(strstr(a->fix_here, "\"packet too big\" pass on the firewalls between"));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_lists_are_shown_when_no_proposal_is_common),
        cmocka_unit_test(what_is_weak_is_advised_with_the_word_that_it_needs),
        cmocka_unit_test(disjoint_selectors_leave_no_child),
        cmocka_unit_test(silence_ends_in_one_explanation),
        cmocka_unit_test(what_the_peer_has_and_we_know_is_the_cure),
        cmocka_unit_test(ah_is_refused_with_the_reason_and_what_to_use_instead),
        cmocka_unit_test(each_refusal_of_the_peers_says_what_it_usually_means),
        cmocka_unit_test(no_proposal_chosen_speaks_of_what_was_asked),
        cmocka_unit_test(a_call_from_an_address_that_no_connection_allows_is_told),
        cmocka_unit_test(an_overlap_names_who_has_the_network),
        cmocka_unit_test(a_black_hole_says_what_vanishes_and_what_would_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
