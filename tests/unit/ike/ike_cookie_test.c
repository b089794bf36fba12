/* SPDX-License-Identifier: BSD-3-Clause */
/* The cookie challenge. */
#include "ike_pair.h"

static void a_cookie_is_asked_for_and_given_back(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->cookie_threshold = 0;
    pair_start(p);
    pair_connect(p);
    struct ike_stats s;
    ike_stats(p->h[1].ike, &s);
    assert_int_equal(s.cookies_sent, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_is_asked_for_and_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
