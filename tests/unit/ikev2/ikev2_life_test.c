/* SPDX-License-Identifier: BSD-3-Clause */
/* Lifetimes and liveness under a virtual clock. */
#include "ike_pair.h"

static void lifetimes_alone_rekey_everything_for_a_day(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    for (int hour = 0; hour < 24; hour++) {
        p->h[0].n_audits = p->h[1].n_audits = 0;
        pair_run(p, 3600);
    }
    assert_true(pair_stats(p, 0).rekeyed_child >= 20);
    assert_true(pair_stats(p, 0).rekeyed_ike >= 4);
    assert_int_equal(pair_live(&p->h[0]), pair_stats(p, 0).children);
    pair_check_keys(p);
    pair_free(p);
}

static void a_dead_peer_is_noticed_and_its_pairs_are_removed(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->drop[1] = true;
    pair_run(p, 60);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT), 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 1);
    pair_free(p);
}

static void traffic_from_the_peer_spares_the_liveness_check(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const unsigned before = p->h[0].sends;
    for (int i = 0; i < 10; i++) {
        const struct ike_event a = {.type = IKE_EV_TRAFFIC,
                                    .spi_in = p->h[0].children[0].i.pair.spi_in,
                                    .last_in = p->now,
                                    .last_out = p->now};
        const struct ike_event b = {.type = IKE_EV_TRAFFIC,
                                    .spi_in = p->h[1].children[0].i.pair.spi_in,
                                    .last_in = p->now,
                                    .last_out = p->now};
        pair_event(p, 0, a);
        pair_event(p, 1, b);
        pair_run(p, 20);
    }
    assert_int_equal(p->h[0].sends, before);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lifetimes_alone_rekey_everything_for_a_day),
        cmocka_unit_test(a_dead_peer_is_noticed_and_its_pairs_are_removed),
        cmocka_unit_test(traffic_from_the_peer_spares_the_liveness_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
