/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs and the tasks that wait for them. */
#include "ike_pair.h"

static void jobs_that_come_back_after_the_end_harm_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->h[0].hold_jobs = true;
    pair_connect(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_stats(p, 0).jobs, 1);
    pair_job(p, 0, &p->h[0].jobs[0]);
    p->h[0].n_jobs = 0;
    assert_int_equal(pair_stats(p, 0).jobs, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_that_come_back_after_the_end_harm_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
