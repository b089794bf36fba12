/* SPDX-License-Identifier: BSD-3-Clause */
/* How an SA is brought to its end in each of its states. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_close.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void an_sa_that_the_peer_knows_is_marked_for_a_delete(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    ikev2_close(p->h[0].ike, sa, "a reason");
    assert_true(sa->want.close);
    assert_int_equal(sa->state, IKEV2_ST_UP);
    assert_int_equal(sa->req.dgrams.count, 0);
    ikev2_settle(p->h[0].ike);
    assert_int_equal(sa->state, IKEV2_ST_CLOSING);
    pair_settle(p);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN)->why, "a reason");
    pair_free(p);
}

static void an_sa_that_the_peer_does_not_know_is_dropped(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    p->head = p->tail = 0;
    const unsigned sends = p->h[0].sends;
    ikev2_close(p->h[0].ike, p->h[0].ike->v2->first, "a reason");
    ikev2_settle(p->h[0].ike);
    pair_drain(p);
    assert_int_equal(p->h[0].sends, sends);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

/* Selectors that no peer can read. */
static void spoil(struct ike_conf *conf)
{
    struct base_ts *t = &conf->conns[0].children[0].local_ts->list[0];
    t->port_lo = 10;
    t->port_hi = 5;
}

static void check_none_left(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
        assert_int_equal(pair_live(&p->h[i]), 0);
    }
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_MALFORMED));
    const struct ike_audit *told = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(told);
    assert_int_equal(told->notify, WIRE_IKE_N_INVALID_SYNTAX);
    assert_non_null(strstr(told->why, "Both sides drop the IKE SA"));
}

static void invalid_syntax_ends_the_sa_on_both_sides_without_a_delete(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    spoil(p->h[0].conf);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    check_none_left(p);
    pair_free(p);
}

static void invalid_syntax_in_ike_auth_leaves_no_sa_on_either_side(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    spoil(p->h[0].conf);
    pair_start(p);
    pair_connect(p);
    pair_run(p, 10);
    check_none_left(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sa_that_the_peer_knows_is_marked_for_a_delete),
        cmocka_unit_test(an_sa_that_the_peer_does_not_know_is_dropped),
        cmocka_unit_test(invalid_syntax_ends_the_sa_on_both_sides_without_a_delete),
        cmocka_unit_test(invalid_syntax_in_ike_auth_leaves_no_sa_on_either_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
