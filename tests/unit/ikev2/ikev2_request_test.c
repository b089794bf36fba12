/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests that are lost, and answers. */
#include "ike_pair.h"

static void a_lost_request_is_sent_again_byte_by_byte(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[0] = false;
    pair_run(p, 8);
    assert_int_equal(pair_stats(p, 0).retransmits_out, 1);
    pair_check_one(p);
    /* and a lost answer is given again from memory */
    p->drop[1] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[1] = false;
    pair_run(p, 8);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_request_is_sent_again_byte_by_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
