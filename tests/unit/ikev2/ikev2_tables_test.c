/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv2 in an engine: made, and freed with what is under way. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void tables_grow_with_the_cap_and_are_powers_of_two(void **state)
{
    (void)state;
    const uint32_t caps[] = {1, 256, 260, 5000};
    const size_t slots[] = {64, 64, 128, 2048};
    for (size_t i = 0; i < 4; i++) {
        struct pair *p = pair_new();
        p->h[0].conf->sas_max = caps[i];
        pair_start(p);
        assert_int_equal(p->h[0].ike->v2->n_slots, slots[i]);
        pair_free(p);
    }
}

static void all_goes_with_it_and_nothing_is_sent(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    const unsigned sends = p->h[0].sends;
    ike->shutting_down = true;
    ikev2_free(ike);
    assert_null(ike->v2);
    assert_int_equal(ike->stats.ike_sas, 0);
    pair_drain(p);
    assert_int_equal(p->h[0].sends, sends);
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_grow_with_the_cap_and_are_powers_of_two),
        cmocka_unit_test(all_goes_with_it_and_nothing_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
