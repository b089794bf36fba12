/* SPDX-License-Identifier: BSD-3-Clause */
/* Phase 1 done anew under living children, and the limits of callers. */
#include "ikev1_login_pair.h"

static void the_sa_is_made_anew_and_its_children_stay(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_v1_up();
        const struct ike_event ev = {.type = IKE_EV_REKEY, .name = who ? "a" : "b", .rekey_ike = true};
        const uint64_t cookie = pair_v1_view(p, 0).spi_i;
        pair_run(p, 5);
        assert_int_equal(pair_event(p, who, ev), 0);
        assert_int_equal(pair_live(&p->h[0]), 1);
        pair_run(p, 15);
        pair_check_one(p);
        assert_int_not_equal(pair_v1_view(p, 0).spi_i, cookie);
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN));
        assert_null(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN));
        assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN));
        pair_free(p);
    }
}

static void a_child_that_is_made_under_the_former_sa_stays_too(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    const uint32_t before = p->h[0].children[0].i.pair.spi_in;
    pair_run(p, 5);
    p->drop[0] = true; /* quick mode comes later, when the SA is another one */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[0] = false;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    assert_int_equal(pair_stats(p, 0).ike_sas, 2);
    pair_run(p, 20);
    pair_check_one(p);
    assert_true(pair_find(&p->h[0], before)->is_removed);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN));
    pair_free(p);
}

/* Another machine with a's identity calls from behind the same NAT. */
static void second_machine_connects(struct pair *p)
{
    pair_crash(p, 0);
    p->nat_shift = 2000;
    pair_connect(p);
}

static struct pair *up_behind_nat(enum ike_unique unique)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    p->h[1].conf->conns[0].unique = unique;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    return p;
}

static void initial_contact_is_no_way_around_the_limit(void **state)
{
    (void)state;
    struct pair *p = up_behind_nat(IKE_UNIQUE_REJECT);
    second_machine_connects(p);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_LIMIT));
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_free(p);
}

static void machines_behind_one_nat_keep_their_children(void **state)
{
    (void)state;
    struct pair *p = up_behind_nat(IKE_UNIQUE_KEEP);
    const uint32_t spi = p->h[1].children[0].i.pair.spi_in;
    p->h[1].conf->conns[0].retransmit_tries = 20; /* it is asked, and there is none here to answer */
    second_machine_connects(p);
    pair_run(p, 15);
    assert_int_equal(pair_stats(p, 1).ike_sas, 2);
    assert_int_equal(pair_stats(p, 1).children, 2);
    assert_int_equal(pair_find(&p->h[1], spi)->path.remote.port, 4500);
    pair_free(p);
}

static void half_open_ones_are_few_and_end(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[1].conf->half_open_max = 40;
    pair_start(p);
    p->drop[1] = true;
    for (int i = 0; i < 30; i++) {
        pair_connect(p);
        assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    }
    assert_in_range(pair_stats(p, 1).half_open, 1, 11);
    assert_true(pair_stats(p, 1).dropped_capped > 0);
    pair_run(p, 120);
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void callers_push_out_nobody_who_logs_in(void **state)
{
    (void)state;
    static const char *const from[] = {"203.0.113.7", "203.0.114.7", "203.0.115.7"};
    struct pair *p = pair_v1_login("ann", "secret");
    p->h[1].conf->half_open_max = 8; /* of which three are for callers of IKEv1 */
    p->h[1].conf->conns[0].retransmit_tries = 10;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (!p->h[0].ike->v1->first || sa_of(p, 0)->state != IKEV1_ST_LOGIN)
        pair_deliver_one(p);
    p->head = p->tail = 0;
    p->hold = false;
    p->drop[1] = true;
    const uint64_t id = sa_of(p, 1)->id;
    p->has_nat = true;
    for (size_t i = 0; i < 3; i++) {
        pair_run(p, 3);
        pair_crash(p, 0);
        p->nat_addr = pair_addr(from[i]);
        pair_connect(p);
    }
    assert_int_equal(pair_stats(p, 1).half_open_evicted, 1);
    assert_non_null(ikev1_sa_by_id(p->h[1].ike, id));
    pair_free(p);
}

static void an_answer_is_no_longer_than_the_call(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    const size_t called = p->queue[0].len;
    pair_deliver_one(p);
    assert_int_equal(p->tail, 2);
    assert_true(p->queue[1].len <= called);
    p->hold = false;
    pair_settle(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sa_is_made_anew_and_its_children_stay),
        cmocka_unit_test(a_child_that_is_made_under_the_former_sa_stays_too),
        cmocka_unit_test(initial_contact_is_no_way_around_the_limit),
        cmocka_unit_test(machines_behind_one_nat_keep_their_children),
        cmocka_unit_test(half_open_ones_are_few_and_end),
        cmocka_unit_test(callers_push_out_nobody_who_logs_in),
        cmocka_unit_test(an_answer_is_no_longer_than_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
