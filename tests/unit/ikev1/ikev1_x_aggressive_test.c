/* SPDX-License-Identifier: BSD-3-Clause */
/* Aggressive mode, behind two words. */
#include "ikev1_pair.h"

static void aggressive_mode_needs_two_words(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    p->h[0].conf->conns[0].aggressive = p->h[1].conf->conns[0].aggressive = IKE_AGGRESSIVE_WITH_PSK;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(pair_v1_view(p, 1).path.remote.port, 4500);
    pair_free(p);

    for (enum ike_aggressive how = IKE_AGGRESSIVE_NO; how <= IKE_AGGRESSIVE_YES; how++) {
        p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
        p->h[0].conf->conns[0].aggressive = IKE_AGGRESSIVE_WITH_PSK;
        p->h[1].conf->conns[0].aggressive = how;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(p->h[1].sends, 0);
        assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_VERSION)->why, "guess passwords"));
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aggressive_mode_needs_two_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
