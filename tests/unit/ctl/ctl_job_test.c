/* SPDX-License-Identifier: BSD-3-Clause */
/* The threads that run jobs: what goes in comes out once, in order with one thread, and is freed with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ctl_job.h"
#include "ike_job_dh.h"
#include "ossl_ops.h"

static struct ike_job *job_new(uint64_t id, const struct ike_job_kind *kind, struct crypt_dh_key *key,
                               struct base_span peer_public)
{
    struct ike_job_dh *d = ike_job_dh(kind, CRYPT_DH_X25519, key, peer_public);
    assert_non_null(d);
    d->job.id = id;
    d->job.is_short = false; /* here it stands for any work of a thread */
    return &d->job;
}

static struct ike_job *job_new_pair(uint64_t id)
{
    return job_new(id, &ike_job_kind_dh_pair, NULL, BASE_SPAN_NONE);
}

/* Waits for the next job; a thread needs milliseconds, ten seconds mean that it is dead. */
static struct ike_job *wait_for_job(struct ctl_jobs *jobs)
{
    struct ike_job *job;
    while (!(job = ctl_jobs_pop(jobs))) {
        struct pollfd p = {.fd = ctl_jobs_fd(jobs), .events = POLLIN};
        assert_int_equal(poll(&p, 1, 10000), 1);
    }
    return job;
}

static struct ike_job_dh *wait_for_result(struct ctl_jobs *jobs)
{
    return ike_job_dh_of(wait_for_job(jobs));
}

static void results_come_back_in_order(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
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

/* One wake-up is for all that is there, so none must be lost between two. */
static void results_that_wait_are_told_once(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
    struct pollfd p = {.fd = ctl_jobs_fd(jobs), .events = POLLIN};
    eventfd_t told = 0;
    for (uint64_t id = 1; id <= 3; id++)
        ctl_jobs_submit(jobs, job_new_pair(id));
    ike_job_free(&ossl_ike_ops, wait_for_job(jobs));
    ike_job_free(&ossl_ike_ops, wait_for_job(jobs));
    ike_job_free(&ossl_ike_ops, wait_for_job(jobs));
    assert_null(ctl_jobs_pop(jobs));
    assert_int_equal(poll(&p, 1, 0), 0);
    for (uint64_t id = 4; id <= 6; id++)
        ctl_jobs_submit(jobs, job_new_pair(id));
    while (poll(&p, 1, 0) == 0)
        continue;
    usleep(50000); /* the others are done meanwhile, or some of them: told once all the same */
    assert_int_equal(eventfd_read(p.fd, &told), 0);
    assert_int_equal(told, 1);
    ctl_jobs_free(jobs);
}

static void both_sides_of_a_job_pair_share_a_secret(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
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
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
    for (uint64_t id = 1; id <= 50; id++) {
        ctl_jobs_submit(jobs, job_new_pair(id));
    }
    ctl_jobs_free(jobs); /* the leak checker is the judge */
}

/* Jobs of a kind of the test's own: each does what its function says, and counts its end. */
struct probe {
    struct ike_job job;
    cpu_set_t cores;
};

static pthread_barrier_t meeting;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_int runs, drops;

static int meet_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    pthread_barrier_wait(&meeting);
    return 0;
}

static int gate_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    runs++;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return 0;
}

static int cores_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    struct probe *p = (struct probe *)job;
    return sched_getaffinity(0, sizeof p->cores, &p->cores);
}

static void count_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    drops++;
}

static const struct ike_job_kind meet_kind = {"meet", sizeof(struct probe), meet_run, count_drop};
static const struct ike_job_kind gate_kind = {"gate", sizeof(struct probe), gate_run, count_drop};
static const struct ike_job_kind cores_kind = {"cores", sizeof(struct probe), cores_run, count_drop};

static struct ike_job *probe_new(const struct ike_job_kind *kind, uint64_t id, enum ike_job_class urgency)
{
    struct ike_job *job = ike_job_new(kind);
    assert_non_null(job);
    job->id = id;
    job->urgency = urgency;
    return job;
}

static void threads_work_at_the_same_time(void **state)
{
    /* Four jobs that wait for each other end only when four threads have them. */
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 4, NULL);
    unsigned seen = 0;
    pthread_barrier_init(&meeting, NULL, 4);
    for (uint64_t id = 1; id <= 4; id++)
        ctl_jobs_submit(jobs, probe_new(&meet_kind, id, IKE_JOB_LIVE));
    for (int i = 0; i < 4; i++) {
        struct ike_job *job = wait_for_job(jobs);
        seen |= 1u << job->id;
        ike_job_free(&ossl_ike_ops, job);
    }
    assert_int_equal(seen, 0x1e);
    ctl_jobs_free(jobs);
    pthread_barrier_destroy(&meeting);
}

static void each_of_many_jobs_comes_out_once(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 3, NULL);
    uint8_t seen[401] = {0};
    for (uint64_t id = 1; id <= 400; id++) {
        struct ike_job *job = job_new_pair(id);
        job->urgency = (enum ike_job_class)(id % IKE_JOB_CLASSES);
        job->from = base_addr_ip4((uint32_t)(id % 7));
        ctl_jobs_submit(jobs, job);
    }
    for (int i = 0; i < 400; i++) {
        struct ike_job_dh *r = wait_for_result(jobs);
        assert_int_equal(r->job.status, 0);
        assert_int_equal(seen[r->job.id]++, 0);
        ike_job_free(&ossl_ike_ops, &r->job);
    }
    assert_null(ctl_jobs_pop(jobs));
    ctl_jobs_free(jobs);
}

static void what_is_urgent_overtakes_what_waits(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
    const uint64_t want[] = {1, 4, 3, 2};
    pthread_mutex_lock(&gate);
    runs = 0;
    ctl_jobs_submit(jobs, probe_new(&gate_kind, 1, IKE_JOB_CLAIMED));
    while (!runs)
        usleep(100);
    ctl_jobs_submit(jobs, probe_new(&gate_kind, 2, IKE_JOB_CLAIMED));
    ctl_jobs_submit(jobs, probe_new(&gate_kind, 3, IKE_JOB_PROVED));
    ctl_jobs_submit(jobs, probe_new(&gate_kind, 4, IKE_JOB_LIVE));
    pthread_mutex_unlock(&gate);
    for (size_t i = 0; i < 4; i++) {
        struct ike_job *job = wait_for_job(jobs);
        assert_int_equal(job->id, want[i]);
        ike_job_free(&ossl_ike_ops, job);
    }
    ctl_jobs_free(jobs);
}

static void an_end_finishes_what_runs_and_drops_what_waits(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 2, NULL);
    runs = drops = 0;
    for (uint64_t id = 1; id <= 100; id++)
        ctl_jobs_submit(jobs, probe_new(&gate_kind, id, IKE_JOB_PROVED));
    ctl_jobs_free(jobs);
    assert_int_equal(drops, 100);
    assert_true(runs <= 100);
}

static void threads_stay_on_the_cores_they_are_given(void **state)
{
    cpu_set_t own, one;
    sched_getaffinity(0, sizeof own, &own);
    int core = 0;
    while (!CPU_ISSET(core, &own))
        core++;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, &one);
    ctl_jobs_submit(jobs, probe_new(&cores_kind, 1, IKE_JOB_LIVE));
    struct ike_job *job = wait_for_job(jobs);
    assert_int_equal(job->status, 0);
    assert_true(CPU_EQUAL(&((struct probe *)job)->cores, &one));
    ike_job_free(&ossl_ike_ops, job);
    ctl_jobs_free(jobs);
    cpu_set_t after;
    sched_getaffinity(0, sizeof after, &after);
    assert_true(CPU_EQUAL(&after, &own));
}

static struct ike_job *short_new(uint64_t id, enum ike_job_class urgency)
{
    struct ike_job *job = probe_new(&cores_kind, id, urgency);
    job->is_short = true;
    return job;
}

static void short_jobs_are_controls_own_where_threads_share_its_core(void **state)
{
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
    drops = 0;
    for (uint64_t id = 1; id <= 20; id++)
        ctl_jobs_submit(jobs, short_new(id, IKE_JOB_CLAIMED));
    ctl_jobs_submit(jobs, short_new(21, IKE_JOB_LIVE));
    assert_true(ctl_jobs_has_own(jobs));
    for (uint64_t n = 0; n < 20; n++) { /* the urgent one overtakes */
        struct ike_job *job = ctl_jobs_pop_own(jobs);
        assert_int_equal(job->id, n ? n : 21);
        assert_int_equal(job->status, -ECANCELED);
        ike_job_free(&ossl_ike_ops, job);
    }
    assert_true(ctl_jobs_has_own(jobs));
    assert_null(ctl_jobs_pop(jobs));
    ctl_jobs_free(jobs); /* with the one that is left */
    assert_int_equal(drops, 21);
}

static void many_short_jobs_go_to_threads_with_cores_of_their_own(void **state)
{
    cpu_set_t two;
    CPU_ZERO(&two);
    CPU_SET(0, &two);
    CPU_SET(1, &two);
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, &two);
    size_t n_own = 0;
    for (uint64_t id = 1; id <= 20; id++)
        ctl_jobs_submit(jobs, short_new(id, IKE_JOB_CLAIMED));
    for (struct ike_job *job; (job = ctl_jobs_pop_own(jobs)); n_own++)
        ike_job_free(&ossl_ike_ops, job);
    assert_false(ctl_jobs_has_own(jobs));
    assert_in_range(n_own, 1, 10);
    for (; n_own < 20; n_own++)
        ike_job_free(&ossl_ike_ops, wait_for_job(jobs));
    ctl_jobs_submit(jobs, short_new(1, IKE_JOB_CLAIMED)); /* few again */
    assert_true(ctl_jobs_has_own(jobs));
    ctl_jobs_free(jobs);
}

static void only_key_exchanges_of_tens_of_microseconds_are_short(void **state)
{
    static const enum crypt_dh groups[] = {CRYPT_DH_X25519, CRYPT_DH_ECP_256, CRYPT_DH_ECP_384,
                                           CRYPT_DH_MODP_2048, CRYPT_DH_ML_KEM_1024};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        struct ike_job_dh *d = ike_job_dh(&ike_job_kind_dh_both, groups[i], NULL, BASE_SPAN_NONE);
        assert_int_equal(d->job.is_short, i < 2);
        ike_job_free(&ossl_ike_ops, &d->job);
    }
}

static void the_number_of_threads_fits_the_machine(void **state)
{
    assert_int_equal(ctl_jobs_threads(0, 1, 0), 1);
    assert_int_equal(ctl_jobs_threads(0, 2, 1), 1);
    assert_int_equal(ctl_jobs_threads(0, 4, 3), 3);
    assert_int_equal(ctl_jobs_threads(0, 64, 48), 4);
    assert_int_equal(ctl_jobs_threads(0, 8, 0), 1);
    assert_int_equal(ctl_jobs_threads(16, 2, 1), 16);
}

static atomic_uint n_lent, n_ended;

static int answer_noting_the_turn(struct crypt_dh_turn *turn, enum crypt_dh group, struct base_span peer,
                                  uint8_t public_value[CRYPT_DH_MAX], uint8_t secret[CRYPT_DH_MAX],
                                  size_t *secret_len)
{
    n_lent += turn != NULL;
    return ossl_ike_ops.dh_answer(turn, group, peer, public_value, secret, secret_len);
}

static void end_counting(struct crypt_dh_turn *turn)
{
    n_ended += turn->shared != NULL;
    ossl_ike_ops.dh_turn_end(turn);
}

/* One after the other, run as they come; which answers they had. */
static void own_answers(struct ctl_jobs *jobs, size_t n, uint8_t answers[][32])
{
    static const uint8_t peer[32] = {9};
    for (size_t i = 0; i < n; i++) {
        struct ike_job *job = job_new(i + 1, &ike_job_kind_dh_both, NULL, base_span(peer, sizeof peer));
        ctl_jobs_run_own(jobs, job);
        assert_int_equal(job->status, 0);
        assert_null(job->turn);
        memcpy(answers[i], ike_job_dh_of(job)->public_value, 32);
        ike_job_free(&ossl_ike_ops, job);
    }
}

static void what_control_runs_shares_a_key_pair_where_that_is_wanted_until_it_rests(void **state)
{
    uint8_t answers[4][32];
    struct ctl_jobs *jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
    own_answers(jobs, 2, answers);
    assert_memory_not_equal(answers[0], answers[1], 32);
    ctl_jobs_share(jobs);
    own_answers(jobs, 2, answers);
    assert_memory_equal(answers[0], answers[1], 32);
    ctl_jobs_rest(jobs);
    own_answers(jobs, 2, answers + 2);
    assert_memory_not_equal(answers[1], answers[2], 32);
    ctl_jobs_free(jobs); /* without a rest: nothing stays */
}

static void a_thread_without_work_keeps_no_key_pair(void **state)
{
    static const uint8_t peer[32] = {9};
    struct crypt_ike_ops ops = ossl_ike_ops;
    ops.dh_answer = answer_noting_the_turn;
    ops.dh_turn_end = end_counting;
    for (int shares = 0; shares < 2; shares++) {
        struct ctl_jobs *jobs = ctl_jobs_new(&ops, 1, NULL);
        n_lent = n_ended = 0;
        if (shares)
            ctl_jobs_share(jobs);
        ctl_jobs_submit(jobs, job_new(1, &ike_job_kind_dh_both, NULL, base_span(peer, sizeof peer)));
        ike_job_free(&ops, wait_for_job(jobs));
        for (int i = 0; shares && !n_ended && i < 10000; i++)
            poll(NULL, 0, 1);
        assert_int_equal(n_lent, shares);
        assert_int_equal(n_ended, shares);
        ctl_jobs_free(jobs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_back_in_order),
        cmocka_unit_test(results_that_wait_are_told_once),
        cmocka_unit_test(both_sides_of_a_job_pair_share_a_secret),
        cmocka_unit_test(what_is_not_fetched_is_freed),
        cmocka_unit_test(threads_work_at_the_same_time),
        cmocka_unit_test(each_of_many_jobs_comes_out_once),
        cmocka_unit_test(what_is_urgent_overtakes_what_waits),
        cmocka_unit_test(an_end_finishes_what_runs_and_drops_what_waits),
        cmocka_unit_test(threads_stay_on_the_cores_they_are_given),
        cmocka_unit_test(short_jobs_are_controls_own_where_threads_share_its_core),
        cmocka_unit_test(many_short_jobs_go_to_threads_with_cores_of_their_own),
        cmocka_unit_test(only_key_exchanges_of_tens_of_microseconds_are_short),
        cmocka_unit_test(the_number_of_threads_fits_the_machine),
        cmocka_unit_test(what_control_runs_shares_a_key_pair_where_that_is_wanted_until_it_rests),
        cmocka_unit_test(a_thread_without_work_keeps_no_key_pair),
    };
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return rc;
}
