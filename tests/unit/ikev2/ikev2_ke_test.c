/* SPDX-License-Identifier: BSD-3-Clause */
/* Key exchange payloads, and which other groups are gone along with. */
#include "ike_pair.h"
#include "ikev2_ke.h"
#include "ikev2_task.h"

static void a_public_value_has_its_groups_length(void **state)
{
    (void)state;
    uint8_t bytes[CRYPT_DH_MAX] = {0};
    struct wire_ike_ke ke = {.group = CRYPT_DH_X25519, .value = base_span(bytes, 32)};
    assert_true(ikev2_ke_fits(&ke, CRYPT_DH_X25519));
    assert_false(ikev2_ke_fits(&ke, CRYPT_DH_ECP_256));
    ke.value.len = 31;
    assert_false(ikev2_ke_fits(&ke, CRYPT_DH_X25519));
    ke.value.len = 33;
    assert_false(ikev2_ke_fits(&ke, CRYPT_DH_X25519));
}

static void only_some_of_our_own_groups_are_gone_along_with(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    const struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    const uint8_t other[2] = {0, CRYPT_DH_ECP_256}, none[2] = {0xff, 0xff};
    struct ikev2_task t = {.group = CRYPT_DH_X25519};
    assert_int_equal(ikev2_ke_other_group(&t, c->proposals, c->n_proposals, base_span(none, 2)),
                     CRYPT_DH_NONE);
    assert_int_equal(ikev2_ke_other_group(&t, c->proposals, c->n_proposals, base_span(other, 1)),
                     CRYPT_DH_NONE);
    assert_int_equal(t.ke_retries, 0);
    for (int i = 0; i < IKEV2_KE_RETRIES; i++)
        assert_int_equal(ikev2_ke_other_group(&t, c->proposals, c->n_proposals, base_span(other, 2)),
                         CRYPT_DH_ECP_256);
    assert_int_equal(ikev2_ke_other_group(&t, c->proposals, c->n_proposals, base_span(other, 2)),
                     CRYPT_DH_NONE);
    t = (struct ikev2_task){.group = CRYPT_DH_ECP_256};
    assert_int_equal(ikev2_ke_other_group(&t, c->proposals, c->n_proposals, base_span(other, 2)),
                     CRYPT_DH_NONE);
    pair_start(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_value_has_its_groups_length),
        cmocka_unit_test(only_some_of_our_own_groups_are_gone_along_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
