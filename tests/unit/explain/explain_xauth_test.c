/* SPDX-License-Identifier: BSD-3-Clause */
/* Logins by XAUTH that failed, in words; names of the peer's are escaped. */
#include "explain_xauth.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ike_audit told(enum explain_xauth what, const char *name)
{
    struct pair *p = pair_up();
    explain_xauth(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &p->h[1].conf->conns[0],
                  base_span(name, strlen(name)), what);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(a);
    const struct ike_audit copy = *a;
    pair_free(p);
    return copy;
}

static void each_says_what_went_wrong_and_where_to_mend_it(void **state)
{
    (void)state;
    struct ike_audit a = told(EXPLAIN_XAUTH_USER, "e\"ve\n");
    assert_string_equal(a.what, "a login by XAUTH");
    assert_string_equal(a.why, "There is no user \"e\\x22ve\\x0a\" here.");
    assert_string_equal(a.fix_here, "culvertctl user add makes one, culvertctl reload takes it");
    a = told(EXPLAIN_XAUTH_PASSWORD, "ann");
    assert_string_equal(a.why, "The password of user \"ann\" is wrong.");
    assert_string_equal(a.fix_peer, "enter the password again; capitals count");
    a = told(EXPLAIN_XAUTH_GIVEN_UP, "");
    assert_string_equal(a.why, "The peer was asked for a name and a password, and sent none.");
    a = told(EXPLAIN_XAUTH_REFUSED, "ann");
    assert_string_equal(a.what, "our login by XAUTH");
    assert_string_equal(a.why, "The gateway does not take the name \"ann\" with this password.");
    assert_string_equal(a.fix_here, "local.user and local.password_file");
    a = told(EXPLAIN_XAUTH_KIND, "");
    assert_non_null(strstr(a.why, "a passcode or a challenge"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_says_what_went_wrong_and_where_to_mend_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
