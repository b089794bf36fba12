/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of identity. */
#include "ike_pair.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_address_as_identity_is_explained_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
