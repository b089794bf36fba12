/* SPDX-License-Identifier: BSD-3-Clause */
/* The job thread: results come back in order, and what is not fetched is freed with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <string.h>

#include "base_wipe.h"
#include "ctl_job.h"
#include "ossl_ops.h"

static struct ike_job job_new(uint64_t id)
{
    return (struct ike_job){.id = id, .kind = IKE_JOB_DH_NEW, .group = CRYPT_DH_X25519};
}

/* Waits for the next result; the thread needs milliseconds, ten seconds mean that it is dead. */
static struct ike_job_result wait_for_result(struct ctl_jobs *jobs)
{
    struct ike_job_result r;
    while (!ctl_jobs_pop(jobs, &r)) {
        struct pollfd p = {.fd = ctl_jobs_fd(jobs), .events = POLLIN};
        assert_int_equal(poll(&p, 1, 10000), 1);
    }
    return r;
}

static void results_come_back_in_order(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops);
    assert_non_null(jobs);
    for (uint64_t id = 1; id <= 20; id++) {
        const struct ike_job job = job_new(id);
        assert_int_equal(ctl_jobs_submit(jobs, &job), 0);
    }
    for (uint64_t id = 1; id <= 20; id++) {
        struct ike_job_result r = wait_for_result(jobs);
        assert_int_equal(r.id, id);
        assert_int_equal(r.status, 0);
        assert_int_equal(r.public_len, 32);
        ossl_ike_ops.dh_free(r.key);
        base_wipe(&r, sizeof r);
    }
    ctl_jobs_free(jobs);
}

static void both_sides_of_a_job_pair_share_a_secret(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops);
    struct ike_job job = job_new(1);
    ctl_jobs_submit(jobs, &job);
    struct ike_job_result mine = wait_for_result(jobs);
    job.id = 2;
    job.kind = IKE_JOB_DH_BOTH;
    job.peer_public_len = mine.public_len;
    memcpy(job.peer_public, mine.public_value, mine.public_len);
    ctl_jobs_submit(jobs, &job);
    struct ike_job_result theirs = wait_for_result(jobs);
    job.id = 3;
    job.kind = IKE_JOB_DH_DERIVE;
    job.key = mine.key;
    job.peer_public_len = theirs.public_len;
    memcpy(job.peer_public, theirs.public_value, theirs.public_len);
    ctl_jobs_submit(jobs, &job);
    const struct ike_job_result shared = wait_for_result(jobs);
    assert_int_equal(shared.secret_len, theirs.secret_len);
    assert_memory_equal(shared.secret, theirs.secret, shared.secret_len);
    ossl_ike_ops.dh_free(mine.key);
    ossl_ike_ops.dh_free(theirs.key);
    ctl_jobs_free(jobs);
}

static void what_is_not_fetched_is_freed(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops);
    for (uint64_t id = 1; id <= 50; id++) {
        const struct ike_job job = job_new(id);
        ctl_jobs_submit(jobs, &job);
    }
    ctl_jobs_free(jobs); /* the leak checker is the judge */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_back_in_order),
        cmocka_unit_test(both_sides_of_a_job_pair_share_a_secret),
        cmocka_unit_test(what_is_not_fetched_is_freed),
    };
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return rc;
}
