/* SPDX-License-Identifier: BSD-3-Clause */
/* Two heirs of one SA: who is whose. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_rival.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_rival_is_undecided_until_one_of_the_two_is_gone(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    struct ikev2_sa *old = ike->v2->first;
    assert_null(ikev2_rival_of_old(ike, old));
    pair_deliver_one(p);
    pair_deliver_one(p);
    struct ikev2_sa *heir = ikev2_rival_of_old(ike, old);
    assert_non_null(heir);
    assert_ptr_equal(ikev2_rival_old(ike, heir), old);
    assert_true(ikev2_rival_is_undecided(ike, heir));
    assert_false(ikev2_rival_is_undecided(ike, old));
    ikev2_sa_kill(ike, old);
    assert_false(ikev2_rival_is_undecided(ike, heir));
    ikev2_settle(ike);
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
