/* SPDX-License-Identifier: BSD-3-Clause */
/* Two heirs of one SA: who is whose. */
#include "ike_pair.h"
#include "ike_sa.h"

static void a_rival_is_undecided_until_one_of_the_two_is_gone(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    struct ike_sa *old = ike->first;
    assert_null(ike_rival_of_old(ike, old));
    pair_deliver_one(p);
    pair_deliver_one(p);
    struct ike_sa *heir = ike_rival_of_old(ike, old);
    assert_non_null(heir);
    assert_ptr_equal(ike_rival_old(ike, heir), old);
    assert_true(ike_rival_is_undecided(ike, heir));
    assert_false(ike_rival_is_undecided(ike, old));
    ike_sa_kill(ike, old);
    assert_false(ike_rival_is_undecided(ike, heir));
    ike_settle(ike);
    p->hold = false;
    pair_run(p, 60);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rival_is_undecided_until_one_of_the_two_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
