/* SPDX-License-Identifier: BSD-3-Clause */
/* Main mode: up with a pre-shared key, and what a wrong one, a lost message or silence does. */
#include "ikev1_pair.h"

static void main_mode_with_a_pre_shared_key_comes_up(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    for (int i = 0; i < 2; i++) {
        const struct ike_sa_view v = pair_v1_view(p, i);
        assert_int_equal(v.version, 1);
        assert_int_equal(v.state, IKE_VIEW_ESTABLISHED);
        assert_string_equal(v.proposal, "AES-CBC-256/PRF-HMAC-SHA2-256/MODP-2048");
        assert_int_equal(v.way, ESP_WAY_ESP);
        assert_true(pair_v1_sends(&p->h[i]));
        assert_non_null(pair_audit(&p->h[i], IKE_AUDIT_CHILD_UP));
    }
    assert_int_equal(p->h[0].sends, 5); /* 1, 3, 5; and of quick mode 1 and 3 */
    assert_int_equal(p->h[1].sends, 4);
    pair_free(p);
}

static void another_key_is_told_as_such(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[1].conf->secrets[0].psk[0] ^= 1;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 60);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY));
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_UP));
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_UP));
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

/* The n-th packet from one side is lost; after that all arrive. */
static void any_one_message_may_be_lost(void **state)
{
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        for (unsigned lost = 0; lost < 9; lost++) {
            struct pair *p = pair_v1_new(PAIR_V1_IKE, "aes128gcm16-modp2048-noesn");
            for (int i = 0; i < 2; i++)
                p->h[i].conf->conns[0].aggressive = mode ? IKE_AGGRESSIVE_WITH_PSK : IKE_AGGRESSIVE_NO;
            pair_start(p);
            p->hold = true;
            pair_connect(p);
            for (unsigned n = 0; p->head < p->tail; n++) {
                if (n == lost) {
                    p->head++;
                    pair_drain(p);
                } else {
                    pair_deliver_one(p);
                }
            }
            p->hold = false;
            p->head = p->tail = 0;
            pair_run(p, 20);
            if (pair_stats(p, 1).children != 1)
                fail_msg("mode %d without message %u", mode, lost);
            pair_check_one(p);
            /* All but the last one were repeated until they arrived. */
            assert_true(pair_v1_sends(&p->h[0]));
            if (!(mode == 0 && lost == 8) && !(mode == 1 && lost == 5))
                assert_true(pair_v1_sends(&p->h[1]));
            pair_free(p);
        }
    }
}

static void nobody_answers_and_that_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->drop[0] = true;
    pair_connect(p);
    pair_run(p, 60);
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT));
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(main_mode_with_a_pre_shared_key_comes_up),
        cmocka_unit_test(another_key_is_told_as_such),
        cmocka_unit_test(any_one_message_may_be_lost),
        cmocka_unit_test(nobody_answers_and_that_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
