/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE SAs that begin without a child: where both may, and never else. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct pair *pair_with(enum ike_childless a, enum ike_childless b)
{
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].childless = a;
    p->h[1].conf->conns[0].childless = b;
    pair_start(p);
    pair_connect(p);
    return p;
}

static void a_caller_that_prefers_it_makes_its_children_afterwards(void **state)
{
    (void)state;
    struct pair *p = pair_with(IKE_CHILDLESS_PREFER, IKE_CHILDLESS_ALLOW);
    pair_check_one(p);
    assert_true(p->h[0].ike->v2->first->begins_childless);
    assert_int_equal(p->h[0].ike->v2->first->seq.own, 3); /* IKE_SA_INIT, IKE_AUTH and CREATE_CHILD_SA */
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_MALFORMED), 0);
    pair_free(p);
}

static void a_peer_that_does_not_offer_it_gets_a_child_with_ike_auth(void **state)
{
    (void)state;
    struct pair *p = pair_with(IKE_CHILDLESS_PREFER, IKE_CHILDLESS_NEVER);
    pair_check_one(p);
    assert_int_equal(p->h[0].ike->v2->first->seq.own, 2);
    pair_free(p);
    p = pair_with(IKE_CHILDLESS_ALLOW, IKE_CHILDLESS_ALLOW);
    pair_check_one(p);
    assert_int_equal(p->h[0].ike->v2->first->seq.own, 2);
    pair_free(p);
}

/* A caller gets no more bytes than it sent, and no round more for the sake of a notify. */
static void an_answer_without_room_for_the_word_goes_without(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    for (int i = 0; i < 2; i++)
        p->h[i].conf->conns[0].n_proposals = 1;
    pair_start(p);
    p->h[0].conf->conns[0].childless = IKE_CHILDLESS_ALLOW; /* asks without the word, so without room */
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].sends, 2); /* no COOKIE */
    pair_free(p);
}

/* Offered for another connection's sake, since the caller was not known yet. */
static void a_connection_that_forbids_it_refuses_the_caller(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].childless = IKE_CHILDLESS_PREFER;
    pair_start(p);
    p->h[1].conf->conns[0].childless = IKE_CHILDLESS_NEVER; /* may_be_childless stays */
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).established, 0);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_MALFORMED);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "no child SA"));
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    pair_free(p);
}

static void every_child_comes_and_is_rekeyed_as_any(void **state)
{
    (void)state;
    struct pair *p = pair_with(IKE_CHILDLESS_PREFER, IKE_CHILDLESS_ALLOW);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    pair_run(p, 10);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_that_prefers_it_makes_its_children_afterwards),
        cmocka_unit_test(a_peer_that_does_not_offer_it_gets_a_child_with_ike_auth),
        cmocka_unit_test(an_answer_without_room_for_the_word_goes_without),
        cmocka_unit_test(a_connection_that_forbids_it_refuses_the_caller),
        cmocka_unit_test(every_child_comes_and_is_rekeyed_as_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
