/* SPDX-License-Identifier: BSD-3-Clause */
/* How often a connection may be sent to other gateways. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ike_redirect.h"
#include "ike_run.h"

static void a_connection_is_sent_around_five_times_in_five_minutes(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ike_run *run = &ike->runs[0];
    const struct base_addr from = pair_addr("192.0.2.7");
    assert_null(ike_redirect_host(run));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < IKE_REDIRECTS_MAX; i++) {
            run->calls_again = false;
            assert_true(ike_redirect_take(ike, run, "gw2.example.org", &from));
            assert_true(run->calls_again);
            assert_string_equal(ike_redirect_host(run), "gw2.example.org");
            assert_string_equal(run->redirect->from, "192.0.2.7");
        }
        assert_false(ike_redirect_take(ike, run, "gw2.example.org", &from));
        assert_null(ike_redirect_host(run));
        ike->now = base_time_add(ike->now, (IKE_REDIRECTS_S + 1) * BASE_NS_PER_S);
    }
    run->calls_again = false;
    pair_free(p);
}

static void once_it_is_over_the_configured_address_counts(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_run *run = &p->h[0].ike->runs[0];
    ike_redirect_over(run); /* of one that never was */
    assert_true(ike_redirect_take(p->h[0].ike, run, "192.0.2.9", &p->h[1].addr));
    ike_redirect_over(run);
    assert_null(ike_redirect_host(run));
    run->calls_again = false;
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_sent_around_five_times_in_five_minutes),
        cmocka_unit_test(once_it_is_over_the_configured_address_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
