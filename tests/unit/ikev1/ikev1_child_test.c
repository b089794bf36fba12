/* SPDX-License-Identifier: BSD-3-Clause */
/* Children replaced by either side, by time, and by both at once. */
#include "ikev1_login_pair.h"
#include "ikev1_quick.h"
#include "ikev1_xchg.h"

static void children_are_replaced_by_either_side(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_v1_up();
        const uint32_t before = p->h[0].children[0].i.pair.spi_in;
        pair_run(p, 5);
        assert_int_equal(
            pair_event(p, who, (struct ike_event){.type = IKE_EV_REKEY, .name = who ? "a" : "b"}), 0);
        assert_int_equal(pair_stats(p, 0).children, 2);
        assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_REKEYED));
        pair_run(p, 8);
        pair_check_one(p);
        assert_true(pair_find(&p->h[0], before)->is_removed);
        assert_true(pair_v1_sends(&p->h[0]) && pair_v1_sends(&p->h[1]));
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN));
        pair_free(p);
    }
}

/* An answer that is refused here, as one with other networks. */
static void what_failed_is_tried_again(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    const uint32_t before = p->h[0].children[0].i.pair.spi_in;
    pair_run(p, 5);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    struct ikev1_xchg *x = sa_of(p, 0)->xchgs;
    assert_int_equal(x->state, IKEV1_X_I_SENT);
    x->quick->remote.hi = x->quick->remote.lo;
    p->hold = false;
    pair_settle(p);
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_MALFORMED));
    assert_false(pair_find(&p->h[0], before)->is_removed);
    pair_run(p, 60);
    pair_check_one(p);
    assert_true(pair_find(&p->h[0], before)->is_removed);
    pair_free(p);
}

static void what_cannot_begin_waits_for_its_next_time(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    with_pool(p, false);
    pair_start(p);
    pair_connect(p);
    sa_of(p, 1)->n_inner = 0; /* the network of the child is not known */
    pair_run(p, 5);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    assert_true(ike_deadline(p->h[1].ike).ns >= p->now.ns + BASE_NS_PER_S);
    pair_free(p);
}

static void children_are_replaced_when_their_time_comes(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[0].conf->conns[0].children[0].rekey_s = 60;
    p->h[1].conf->conns[0].children[0].rekey_s = 0;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 300);
    pair_check_one(p);
    assert_true(pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED) >= 4);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN));
    pair_free(p);
}

static void both_call_at_once_and_one_pair_remains(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_INITIATE, .name = "a"});
    while (p->head < p->tail)
        pair_deliver_one(p);
    p->hold = false;
    pair_run(p, 40);
    pair_check_one(p);
    assert_true(pair_v1_sends(&p->h[0]) && pair_v1_sends(&p->h[1]));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_replaced_by_either_side),
        cmocka_unit_test(what_failed_is_tried_again),
        cmocka_unit_test(what_cannot_begin_waits_for_its_next_time),
        cmocka_unit_test(children_are_replaced_when_their_time_comes),
        cmocka_unit_test(both_call_at_once_and_one_pair_remains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
