/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of a login, and the check of a password. */
#include "ikev1_login_pair.h"

/* Old Androids put a NUL behind both. */
static void a_nul_at_the_end_is_none_of_a_password(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    struct ike_xauth_login *x = p->h[0].conf->conns[0].xauth_login;
    x->user_len++;
    x->password_len++;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    pair_free(p);
}

/* So that nobody is several users by it, each with addresses and SAs of its own. */
static void a_domain_before_the_name_makes_no_other_user(void **state)
{
    (void)state;
    const struct ike_id ann = pair_id("keyid:ann");
    struct pair *p = pair_v1_login("CORP\\ann", "secret");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_true(ike_id_equal(ikev1_login_who(sa_of(p, 1)), &ann));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nul_at_the_end_is_none_of_a_password),
        cmocka_unit_test(a_domain_before_the_name_makes_no_other_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
