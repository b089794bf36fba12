/* SPDX-License-Identifier: BSD-3-Clause */
/* The job thread: results come back in order, and what is not fetched is freed with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>

#include "ctl_job.h"
#include "ike_job_dh.h"
#include "ossl_ops.h"

static struct ike_job *job_new(uint64_t id, const struct ike_job_kind *kind, struct crypt_dh_key *key,
                               struct base_span peer_public)
{
    struct ike_job_dh *d = ike_job_dh(kind, CRYPT_DH_X25519, key, peer_public);
    assert_non_null(d);
    d->job.id = id;
    return &d->job;
}

static struct ike_job *job_new_pair(uint64_t id)
{
    return job_new(id, &ike_job_kind_dh_pair, NULL, BASE_SPAN_NONE);
}

/* Waits for the next result; the thread needs milliseconds, ten seconds mean that it is dead. */
static struct ike_job_dh *wait_for_result(struct ctl_jobs *jobs)
{
    struct ike_job *job;
    while (!(job = ctl_jobs_pop(jobs))) {
        struct pollfd p = {.fd = ctl_jobs_fd(jobs), .events = POLLIN};
        assert_int_equal(poll(&p, 1, 10000), 1);
    }
    return ike_job_dh_of(job);
}

static void results_come_back_in_order(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops);
    assert_non_null(jobs);
    for (uint64_t id = 1; id <= 20; id++) {
        ctl_jobs_submit(jobs, job_new_pair(id));
    }
    for (uint64_t id = 1; id <= 20; id++) {
        struct ike_job_dh *r = wait_for_result(jobs);
        assert_int_equal(r->job.id, id);
        assert_int_equal(r->job.status, 0);
        assert_int_equal(r->public_len, 32);
        assert_non_null(r->key);
        ike_job_free(&ossl_ike_ops, &r->job);
    }
    ctl_jobs_free(jobs);
}

static void both_sides_of_a_job_pair_share_a_secret(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops);
    ctl_jobs_submit(jobs, job_new_pair(1));
    struct ike_job_dh *mine = wait_for_result(jobs);
    ctl_jobs_submit(jobs,
                    job_new(2, &ike_job_kind_dh_both, NULL, base_span(mine->public_value, mine->public_len)));
    struct ike_job_dh *theirs = wait_for_result(jobs);
    ctl_jobs_submit(jobs, job_new(3, &ike_job_kind_dh_secret, mine->key,
                                  base_span(theirs->public_value, theirs->public_len)));
    mine->key = NULL;
    struct ike_job_dh *shared = wait_for_result(jobs);
    assert_int_equal(shared->secret_len, theirs->secret_len);
    assert_memory_equal(shared->secret, theirs->secret, shared->secret_len);
    ike_job_free(&ossl_ike_ops, &mine->job);
    ike_job_free(&ossl_ike_ops, &theirs->job);
    ike_job_free(&ossl_ike_ops, &shared->job);
    ctl_jobs_free(jobs);
}

static void what_is_not_fetched_is_freed(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops);
    for (uint64_t id = 1; id <= 50; id++) {
        ctl_jobs_submit(jobs, job_new_pair(id));
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
