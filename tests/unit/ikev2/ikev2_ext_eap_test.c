/* SPDX-License-Identifier: BSD-3-Clause */
/* Who says that a login is proof enough: a client that is configured so, and nobody else. */
#include "ikev2_eap_pair.h"
#include "ikev2_ext_rows.h"

static size_t bytes_put(struct pair *p, struct ikev2_sa *sa)
{
    uint8_t buf[100];
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    ikev2_ext_eap.put[IKEV2_EXT_AUTH_ASK](p->h[0].ike, sa, &b);
    return wire_ike_chain_bytes(&b).len;
}

static void only_a_client_that_may_says_so(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    p->h[0].hold_jobs = true;
    pair_connect(p);
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    struct ikev2_auth_method once = ikev2_auth_eap_mschap;
    once.is_mutual = false;
    assert_int_equal(bytes_put(p, sa), 0);
    sa->init->auth.late = &ikev2_auth_eap_mschap;
    assert_int_equal(bytes_put(p, sa), 0);
    p->h[0].conf->conns[0].eap_only = true;
    assert_int_equal(bytes_put(p, sa), 8);
    sa->init->auth.late = &once;
    assert_int_equal(bytes_put(p, sa), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_a_client_that_may_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
