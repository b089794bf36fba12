/* SPDX-License-Identifier: BSD-3-Clause */
/* What time does to an SA and its requests. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_due.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"

static void a_request_without_answer_is_repeated_and_then_given_up(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 2);
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_RETRANSMIT));
    pair_run(p, 60);
    assert_int_equal(pair_stats(p, 0).retransmits_out, 3);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT), 1);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN)->why, "the peer does not answer");
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

static void a_goodbye_is_repeated_twice_and_no_more(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 60);
    assert_int_equal(pair_stats(p, 0).retransmits_out, 2);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT));
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

static void a_deadline_marks_and_starts_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    p->now = ike->now = sa->life.rekey_at;
    ikev2_due_on_timer(ike, sa);
    assert_true(sa->want.rekey);
    assert_null(sa->task);
    ikev2_settle(ike);
    assert_non_null(sa->task);
    pair_settle(p);
    pair_free(p);
}

/* The first word comes with the second repetition; the last one, a minute later, is the same failure. */
static void a_call_that_nobody_answers_is_explained_early(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].retransmit_tries = 5;
    p->drop[0] = true;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 2);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT));
    pair_run(p, 1);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "sent 3 times"));
    assert_non_null(strstr(a->fix_here, "blocks UDP 500"));
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    assert_int_equal(pair_stats(p, 0).failed, 0);
    p->drop[0] = false;
    pair_run(p, 6);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_without_answer_is_repeated_and_then_given_up),
        cmocka_unit_test(a_goodbye_is_repeated_twice_and_no_more),
        cmocka_unit_test(a_deadline_marks_and_starts_nothing),
        cmocka_unit_test(a_call_that_nobody_answers_is_explained_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
