/* SPDX-License-Identifier: BSD-3-Clause */
/* What time does: silence of a peer that was up. */
#include "ikev1_login_pair.h"

static void a_silent_peer_is_noticed_and_one_that_answers_is_not(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[0].conf->conns[0].dpd_s = 10;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 300);
    pair_check_one(p);
    p->drop[1] = true;
    pair_run(p, 60);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN)->why, "the peer does not answer");
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_free(p);
}

/* Where nobody asks by the clock, a quick mode without an answer makes us ask. */
static void who_is_asked_once_is_asked_until_it_answers(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_run(p, 60);
    p->drop[1] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 60);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN)->why, "the peer does not answer");
    pair_free(p);
}

/* A peer that has sent very much under an SA, and does not answer the call for the next one. */
static void one_call_is_made_for_an_sa_that_is_used_up(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    sa_of(p, 0)->seen.count = IKEV1_SEEN_MAX - 1;
    p->drop[0] = true;
    for (int i = 0; i < 5; i++)
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(pair_stats(p, 0).ike_sas, 2);
    pair_free(p);
}

static void a_login_that_nobody_goes_on_with_ends_in_words(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    p->h[1].conf->conns[0].retransmit_tries = 20;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (!p->h[0].ike->v1->first || sa_of(p, 0)->state != IKEV1_ST_LOGIN)
        pair_deliver_one(p);
    p->drop[0] = true; /* the user does not answer */
    p->hold = false;
    pair_run(p, 61);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "its login was not over in time");
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_that_nobody_goes_on_with_ends_in_words),
        cmocka_unit_test(one_call_is_made_for_an_sa_that_is_used_up),
        cmocka_unit_test(who_is_asked_once_is_asked_until_it_answers),
        cmocka_unit_test(a_silent_peer_is_noticed_and_one_that_answers_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
