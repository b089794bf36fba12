/* SPDX-License-Identifier: BSD-3-Clause */
/* Hashes of signatures are announced where somebody signs, and kept of the peer. */
#include "ike_core.h"
#include "ikev2_init.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "sig_pair.h"

/* The hashes that both sides kept when IKE_SA_INIT is over. */
static void hashes_of(struct pair *p, uint32_t out[2])
{
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (p->h[0].ike->v2->first->state != IKEV2_ST_I_AUTH)
        pair_deliver_one(p);
    for (int i = 0; i < 2; i++)
        out[i] = p->h[i].ike->v2->first->init->auth.hashes;
    p->hold = false;
}

static void both_announce_all_of_sha2_and_identity(void **state)
{
    (void)state;
    uint32_t got[2];
    struct pair *p = sig_pair_new();
    hashes_of(p, got);
    assert_int_equal(got[0], CRYPT_HASHES_OURS);
    assert_int_equal(got[1], CRYPT_HASHES_OURS);
    sig_pair_free(p);
}

static void a_pair_with_secrets_says_nothing_of_it(void **state)
{
    (void)state;
    uint32_t got[2];
    struct pair *p = pair_new();
    hashes_of(p, got);
    assert_int_equal(got[0], 0);
    assert_int_equal(got[1], 0);
    pair_free(p);
}

static void who_answers_says_it_to_those_only_who_said_it(void **state)
{
    (void)state;
    uint32_t got[2];
    struct pair *p = sig_pair_new();
    p->h[0].conf->conns[0].local_auth = p->h[0].conf->conns[0].remote_auth = IKE_AUTH_PSK;
    hashes_of(p, got);
    assert_int_equal(got[1], 0);
    assert_int_equal(got[0], 0);
    sig_pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_announce_all_of_sha2_and_identity),
        cmocka_unit_test(a_pair_with_secrets_says_nothing_of_it),
        cmocka_unit_test(who_answers_says_it_to_those_only_who_said_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
