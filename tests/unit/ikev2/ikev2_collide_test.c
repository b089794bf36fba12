/* SPDX-License-Identifier: BSD-3-Clause */
/* Collisions of rekeying. */
#include "ike_pair.h"

static void both_rekey_the_child_at_once_and_one_pair_remains(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    p->hold = false;
    pair_run(p, 10);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_rekey_the_child_at_once_and_one_pair_remains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
