/* SPDX-License-Identifier: BSD-3-Clause */
/* What the end of a dispatch does with what was marked in it. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"

static void the_end_of_an_sa_reaches_others_when_the_dispatch_is_over(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    ikev2_sa_kill(ike, ike->v2->first);
    pair_drain(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN));
    ikev2_settle(ike);
    pair_drain(p);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN)->why, "the IKE SA ended");
    assert_null(ike->v2->dead);
    pair_free(p);
}

static void only_a_touched_sa_is_looked_at(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    const uint32_t msgid = sa->seq.own;
    assert_null(ike->v2->touched);
    sa->want.dpd = true;
    ikev2_settle(ike);
    assert_null(sa->task);
    ikev2_sa_touch(ike, sa);
    ikev2_sa_touch(ike, sa); /* twice is once */
    ikev2_settle(ike);
    assert_non_null(sa->task);
    assert_int_equal(sa->task->kind, IKEV2_TASK_DPD);
    assert_null(ike->v2->touched);
    assert_false(sa->link.is_touched);
    pair_settle(p);
    assert_int_equal(sa->seq.own, msgid + 1);
    pair_free(p);
}

/* Two marks of one dispatch: one exchange now, the other one after it. */
static void one_exchange_is_started_at_a_time(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    p->hold = true;
    sa->want.dpd = sa->children->want_rekey = true;
    ikev2_sa_touch(p->h[0].ike, sa);
    ikev2_settle(p->h[0].ike);
    pair_drain(p);
    assert_int_equal(p->tail, 1);
    assert_int_equal(sa->task->kind, IKEV2_TASK_REKEY_CHILD);
    assert_true(sa->want.dpd);
    p->hold = false;
    pair_settle(p);
    pair_run(p, 6);
    assert_false(p->h[0].ike->v2->first->want.dpd);
    assert_null(p->h[0].ike->v2->first->task);
    pair_check_one(p);
    pair_free(p);
}

/* The responder's child dies, nobody makes another: the IKE SA does not stay for ever. */
static void an_sa_without_children_is_closed_after_a_while(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].childless_s = 100;
    pair_start(p);
    pair_connect(p);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = p->h[1].children[0].i.pair.spi_in});
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).children, 0);
        assert_int_equal(pair_stats(p, i).childless, 1);
    }
    pair_run(p, 99);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_run(p, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
        assert_int_equal(pair_stats(p, i).childless, 0);
    }
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why,
                        "it had no child SA for as long as childless_s allows");
    pair_free(p);
}

static void a_child_in_time_keeps_its_sa(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_event dies = {.type = IKE_EV_SA_HARD, .spi_in = p->h[1].children[0].i.pair.spi_in};
    pair_event(p, 1, dies);
    pair_run(p, 200);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b"}), 1);
    assert_int_equal(pair_stats(p, 1).childless, 0);
    pair_run(p, 400);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_an_sa_reaches_others_when_the_dispatch_is_over),
        cmocka_unit_test(only_a_touched_sa_is_looked_at),
        cmocka_unit_test(one_exchange_is_started_at_a_time),
        cmocka_unit_test(an_sa_without_children_is_closed_after_a_while),
        cmocka_unit_test(a_child_in_time_keeps_its_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
