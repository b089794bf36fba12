/* SPDX-License-Identifier: BSD-3-Clause */
/* The order of jobs: by class, and within one in turn by address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "ctl_job_queue.h"

static int nothing_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    return 0;
}

static const struct ike_job_kind nothing = {"nothing", sizeof(struct ike_job), nothing_run, NULL};

static void push(struct ctl_job_queue *q, uint64_t id, enum ike_job_class urgency, uint32_t addr)
{
    struct ike_job *job = ike_job_new(&nothing);
    assert_non_null(job);
    job->id = id;
    job->urgency = urgency;
    job->from = base_addr_ip4(addr);
    assert_int_equal(ctl_job_queue_push(q, job), 0);
}

static uint64_t pop(struct ctl_job_queue *q)
{
    struct ike_job *job = ctl_job_queue_pop(q);
    const uint64_t id = job ? job->id : 0;
    ike_job_free(NULL, job);
    return id;
}

static void the_more_urgent_class_goes_first(void **state)
{
    (void)state;
    struct ctl_job_queue *q = ctl_job_queue_new();
    push(q, 1, IKE_JOB_CLAIMED, 1);
    push(q, 2, IKE_JOB_PROVED, 1);
    push(q, 3, IKE_JOB_LIVE, 1);
    push(q, 4, IKE_JOB_CLAIMED, 2);
    push(q, 5, IKE_JOB_LIVE, 2);
    assert_int_equal(pop(q), 3);
    push(q, 6, IKE_JOB_LIVE, 3);
    assert_int_equal(pop(q), 5);
    assert_int_equal(pop(q), 6);
    assert_int_equal(pop(q), 2);
    assert_int_equal(pop(q), 1);
    assert_int_equal(pop(q), 4);
    assert_int_equal(pop(q), 0);
    ctl_job_queue_free(q);
}

static void many_jobs_of_one_address_delay_another_by_one(void **state)
{
    (void)state;
    struct ctl_job_queue *q = ctl_job_queue_new();
    for (uint64_t id = 1; id <= 1000; id++)
        push(q, id, IKE_JOB_CLAIMED, 7);
    push(q, 5000, IKE_JOB_CLAIMED, 8);
    assert_int_equal(pop(q), 1);
    assert_int_equal(pop(q), 5000);
    assert_int_equal(pop(q), 2);
    push(q, 5001, IKE_JOB_CLAIMED, 8); /* it left the line and comes back */
    assert_int_equal(pop(q), 3);
    assert_int_equal(pop(q), 5001);
    for (uint64_t id = 4; id <= 1000; id++)
        assert_int_equal(pop(q), id);
    assert_int_equal(pop(q), 0);
    ctl_job_queue_free(q);
}

static void addresses_take_turns_in_the_order_they_came(void **state)
{
    (void)state;
    struct ctl_job_queue *q = ctl_job_queue_new();
    const uint64_t want[] = {1, 3, 4, 2, 5, 6, 0};
    push(q, 1, IKE_JOB_PROVED, 30);
    push(q, 2, IKE_JOB_PROVED, 30);
    push(q, 3, IKE_JOB_PROVED, 10);
    push(q, 4, IKE_JOB_PROVED, 20);
    push(q, 5, IKE_JOB_PROVED, 20);
    push(q, 6, IKE_JOB_PROVED, 20);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(pop(q), want[i]);
    ctl_job_queue_free(q);
}

static void a_prefix_has_one_turn_however_many_addresses_it_uses(void **state)
{
    (void)state;
    struct ctl_job_queue *q = ctl_job_queue_new();
    for (uint64_t id = 1; id <= 200; id++)
        push(q, id, IKE_JOB_PROVED, 0xcb007100u + (uint32_t)id);
    push(q, 1000, IKE_JOB_PROVED, 0xc0000201u);
    push(q, 1001, IKE_JOB_PROVED, 0xc0000201u);
    push(q, 201, IKE_JOB_PROVED, 0xcb007101u); /* a second one of the first address */
    assert_int_equal(pop(q), 1);
    assert_int_equal(pop(q), 1000);
    assert_int_equal(pop(q), 2);
    assert_int_equal(pop(q), 1001);
    for (uint64_t id = 3; id <= 201; id++)
        assert_int_equal(pop(q), id);
    assert_int_equal(pop(q), 0);
    ctl_job_queue_free(q);
}

static void many_addresses_come_and_go(void **state)
{
    (void)state;
    struct ctl_job_queue *q = ctl_job_queue_new();
    for (uint64_t id = 1; id <= 4096; id++)
        push(q, id, IKE_JOB_CLAIMED, (uint32_t)(id * 2654435761u));
    for (uint64_t id = 1; id <= 2048; id++)
        assert_int_equal(pop(q), id);
    for (uint64_t id = 4097; id <= 5000; id++)
        push(q, id, IKE_JOB_CLAIMED, (uint32_t)(id * 2654435761u));
    for (uint64_t id = 2049; id <= 5000; id++)
        assert_int_equal(pop(q), id);
    assert_int_equal(pop(q), 0);
    ctl_job_queue_free(q);
    ctl_job_queue_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_more_urgent_class_goes_first),
        cmocka_unit_test(many_jobs_of_one_address_delay_another_by_one),
        cmocka_unit_test(addresses_take_turns_in_the_order_they_came),
        cmocka_unit_test(a_prefix_has_one_turn_however_many_addresses_it_uses),
        cmocka_unit_test(many_addresses_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
