/* SPDX-License-Identifier: BSD-3-Clause */
/* What two sides do not agree on about a post-quantum preshared key, in words; never the key. */
#include "explain.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ike_ppk ours = {
    .is_required = true, .id_len = 4, .id = "q\"1\n", .key_len = 6, .key = "sesame"};

static struct ike_audit told(int what, const struct ike_ppk *ppk, const char *named)
{
    struct pair *p = pair_up();
    struct ike_conn_conf conn = p->h[1].conf->conns[0];
    conn.ppk = (struct ike_ppk *)ppk;
    const struct explain_about about = ikev2_sa_about(p->h[1].ike->v2->first);
    if (what < 0)
        explain_wrong_ppk(p->h[1].ike, about, &conn);
    else
        explain_ppk(p->h[1].ike, about, &conn, (enum explain_ppk)what,
                    base_span(named, named ? strlen(named) : 0));
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_PPK);
    assert_non_null(a);
    assert_int_equal(a->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_null(strstr(a->nearest, "sesame"));
    assert_null(strstr(a->fix_peer, "sesame"));
    const struct ike_audit copy = *a;
    pair_free(p);
    return copy;
}

static void each_names_what_is_here_and_what_to_write_there(void **state)
{
    (void)state;
    struct ike_audit a = told(EXPLAIN_PPK_NOT_USED, &ours, NULL);
    assert_string_equal(a.what, "the peer uses no PPK");
    assert_string_equal(a.nearest, "connection a has the PPK \"q\\x221\\x0a\", and requires it");
    assert_non_null(strstr(a.why, "(ppk_required)"));
    assert_string_equal(a.fix_here, "connections.a.ppk_id, ppk_file, ppk_required");
    assert_non_null(strstr(a.fix_peer, "(strongSwan: ppk_id = q\\x221\\x0a, and secrets { ppk-x {"));
    a = told(EXPLAIN_PPK_NOT_TAKEN, &ours, NULL);
    assert_string_equal(a.what, "the peer answered without our PPK");
    a = told(EXPLAIN_PPK_UNNAMED, &ours, NULL);
    assert_non_null(strstr(a.why, "RFC 8784 3"));
}

static void a_name_of_the_peers_is_shown_and_who_has_none_is_told_to_write_one(void **state)
{
    (void)state;
    struct ike_audit a = told(EXPLAIN_PPK_OTHER, NULL, "\x02other");
    assert_string_equal(a.what, "the peer names the PPK \"other\"");
    assert_string_equal(a.nearest, "connection a has no PPK");
    assert_string_equal(a.fix_here, "connections.a: add ppk_id and ppk_file, the same as at the peer");
    assert_string_equal(a.fix_peer, "");
    struct ike_ppk optional = ours;
    optional.is_required = false;
    a = told(EXPLAIN_PPK_OTHER, &optional, "");
    assert_string_equal(a.what, "the peer names the PPK \"\"");
    assert_non_null(strstr(a.nearest, "and does without where it must"));
}

static void a_wrong_one_may_be_the_key_of_the_identities_as_well(void **state)
{
    (void)state;
    const struct ike_audit a = told(-1, &ours, NULL);
    assert_string_equal(a.what, "a proof of identity in which there is a PPK does not verify");
    assert_non_null(strstr(a.why, "its bytes differ, or those of the key of the two identities do"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_names_what_is_here_and_what_to_write_there),
        cmocka_unit_test(a_name_of_the_peers_is_shown_and_who_has_none_is_told_to_write_one),
        cmocka_unit_test(a_wrong_one_may_be_the_key_of_the_identities_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
