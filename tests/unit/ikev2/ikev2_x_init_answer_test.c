/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_SA_INIT of the responder: a request that comes again, before and after its answer. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void repeat(struct pair *p, const struct pair_packet *request)
{
    ike_on_packet(p->h[1].ike, p->now, &request->path, base_span(request->bytes, request->len));
    pair_drain(p);
}

/* a has called, b works on it, and nothing of b's gets through. */
static struct pair *pair_working(struct pair_packet *request)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[1].hold_jobs = p->hold = true;
    p->drop[1] = true;
    pair_connect(p);
    *request = p->queue[p->head];
    pair_deliver_one(p);
    assert_int_equal(p->h[1].n_jobs, 1);
    return p;
}

static void a_request_that_comes_again_is_worked_on_once_and_answered_each_time(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_working(&request);
    repeat(p, &request);
    assert_int_equal(p->h[1].n_jobs, 1);
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, 1);
    assert_int_equal(p->h[1].sends, 0);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    pair_drain(p);
    assert_int_equal(p->h[1].sends, 1);
    repeat(p, &request);
    assert_int_equal(p->h[1].sends, 2);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    assert_int_equal(pair_stats(p, 1).half_open, 1);
    pair_free(p);
}

static void another_request_under_the_same_spi_is_nobodys(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_working(&request);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    pair_drain(p);
    request.bytes[request.len - 1] ^= 1; /* of a NAT detection hash */
    repeat(p, &request);
    assert_int_equal(p->h[1].sends, 1);
    assert_int_equal(p->h[1].n_jobs, 0);
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_free(p);
}

static void nobody_is_let_in_while_shutting_down(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    pair_connect(p);
    assert_int_equal(p->h[1].sends, 0);
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_that_comes_again_is_worked_on_once_and_answered_each_time),
        cmocka_unit_test(another_request_under_the_same_spi_is_nobodys),
        cmocka_unit_test(nobody_is_let_in_while_shutting_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
