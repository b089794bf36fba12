/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_SA_INIT: groups that have to be guessed again. */
#include "ike_pair.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_group_is_asked_for_and_then_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
