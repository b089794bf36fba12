/* SPDX-License-Identifier: BSD-3-Clause */
/* What two sides do not agree on about rounds of authentication, in words. */
#include "explain.h"
#include "ike_rounds.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ike_audit told(int what)
{
    struct pair *p = pair_up();
    struct ike_conn_conf then = p->h[1].conf->conns[0], conn = then;
    const struct explain_about about = ikev2_sa_about(p->h[1].ike->v2->first);
    const struct ike_id eve = pair_id("@eve");
    conn.then = &then;
    then.round = 1;
    then.local_auth = IKE_AUTH_NONE;
    then.remote_id = pair_id("ann@example.org");
    if (what < 0)
        explain_round_id(p->h[1].ike, about, &then, &eve);
    else
        explain_rounds(p->h[1].ike, about, &conn, (enum explain_rounds)what);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_ROUNDS);
    assert_non_null(a);
    assert_int_equal(a->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    const struct ike_audit copy = *a;
    pair_free(p);
    return copy;
}

static void each_names_what_is_here_and_what_to_write_where(void **state)
{
    (void)state;
    struct ike_audit a = told(EXPLAIN_ROUNDS_UNKNOWN);
    assert_string_equal(a.what, "the peer does not say MULTIPLE_AUTH_SUPPORTED");
    assert_string_equal(a.nearest,
                        "connection a has 1 of ours and 2 of the peer's (local.auth, remote.auth)");
    assert_string_equal(a.fix_here, "connections.a: one method in local.auth and one in remote.auth");
    assert_string_equal(a.fix_peer, "charon.multiple_authentication = yes (strongSwan)");
    a = told(EXPLAIN_ROUNDS_LACKS);
    assert_string_equal(a.fix_here,
                        "connections.a: fewer methods in remote.auth, if those are enough that it has");
    a = told(EXPLAIN_ROUNDS_MORE);
    assert_string_equal(a.why, "This connection expects no further proof of the peer.");
}

static void another_second_identity_is_told_beside_the_expected_one(void **state)
{
    (void)state;
    const struct ike_audit a = told(-1);
    assert_string_equal(a.what, "in its second round the peer says that it is @eve");
    assert_string_equal(a.nearest, "connection a expects ann@example.org there");
    assert_string_equal(a.fix_here, "connections.a.remote.then.id: \"@eve\", if that is who it is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_names_what_is_here_and_what_to_write_where),
        cmocka_unit_test(another_second_identity_is_told_beside_the_expected_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
