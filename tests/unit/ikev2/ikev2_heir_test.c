/* SPDX-License-Identifier: BSD-3-Clause */
/* What the peer's rekeying of the IKE SA made: nothing is asked on it before the peer shows that it has it.
 */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_heir.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static const struct ike_event rekey_b_child = {.type = IKE_EV_REKEY, .name = "a"};

/* a's request to rekey the IKE SA is answered by b; the answer is the one packet that is held. */
static struct pair *pair_answered(void)
{
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_deliver_one(p);
    assert_int_equal(p->tail - p->head, 1);
    return p;
}

static struct ikev2_sa *heir_at_b(struct pair *p)
{
    struct ikev2_sa *old = p->h[1].ike->v2->first;
    struct ikev2_sa *heir = ikev2_sa_by_id(p->h[1].ike, old->heir.id);
    assert_non_null(heir);
    return heir;
}

/* Lets all go on, and finds it as it should be, without a message to an SA that somebody did not know. */
static void pair_goes_on(struct pair *p)
{
    p->hold = false;
    pair_run(p, 40);
    pair_check_one(p);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pair_stats(p, i).dropped_unknown_spi, 0);
}

static void a_request_waits_until_the_peer_deletes_the_old_sa(void **state)
{
    (void)state;
    struct pair *p = pair_answered();
    pair_event(p, 1, rekey_b_child);
    assert_int_equal(p->tail - p->head, 1); /* the answer alone */
    assert_true(ikev2_heir_is_held(p->h[1].ike, heir_at_b(p)));
    pair_deliver_one(p);
    assert_int_equal(p->tail - p->head, 1); /* a's DELETE of the old one */
    pair_deliver_one(p);
    assert_int_equal(p->tail - p->head, 2); /* its answer, and the request */
    pair_goes_on(p);
    assert_int_equal(pair_stats(p, 1).retransmits_out, 0);
    assert_int_equal(p->h[1].n_children, 2);
    pair_free(p);
}

static void a_request_of_the_peer_on_the_heir_shows_that_it_is_known(void **state)
{
    (void)state;
    struct pair *p = pair_answered();
    pair_event(p, 1, rekey_b_child);
    pair_deliver_one(p);
    p->head = p->tail; /* a's DELETE is lost */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(p->tail - p->head, 1);
    pair_deliver_one(p);
    assert_false(ikev2_heir_is_held(p->h[1].ike, heir_at_b(p)));
    assert_int_equal(p->tail - p->head, 2); /* the answer, and b's own request */
    pair_goes_on(p);
    pair_free(p);
}

static void a_peer_that_shows_nothing_is_asked_after_a_while(void **state)
{
    (void)state;
    struct pair *p = pair_answered();
    pair_deliver_one(p);
    p->head = p->tail;
    p->drop[0] = true; /* all that a says is lost */
    pair_event(p, 1, rekey_b_child);
    assert_int_equal(p->tail, p->head);
    pair_run(p, IKEV2_HEIR_HOLD_S - 1);
    assert_int_equal(p->tail, p->head);
    pair_run(p, 1);
    assert_true(p->tail > p->head);
    p->drop[0] = false;
    pair_goes_on(p);
    pair_free(p);
}

static void an_answer_that_is_asked_for_again_holds_its_heir_for_longer(void **state)
{
    (void)state;
    struct pair *p = pair_answered();
    p->head = p->tail = 0; /* the answer is lost, and those to the repetitions are, too */
    p->hold = false;
    p->drop[1] = true;
    pair_event(p, 1, rekey_b_child);
    pair_run(p, 5);
    const struct ikev2_sa *heir = heir_at_b(p);
    assert_true(pair_stats(p, 1).duplicates_answered > 0);
    assert_true(heir->heir.held_until.ns > base_time_add(p->now, 6 * BASE_NS_PER_S).ns);
    p->drop[1] = false;
    pair_goes_on(p);
    assert_int_equal(pair_stats(p, 1).retransmits_out, 0);
    assert_int_equal(p->h[1].n_children, 2);
    pair_free(p);
}

/* A copy of the peer's request, which anybody can send, holds up nothing that is known already. */
static void a_copy_does_not_hold_an_heir_that_is_known(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    const struct pair_packet request = p->queue[p->head];
    pair_deliver_one(p);
    struct ikev2_sa *old = p->h[1].ike->v2->first;
    struct ikev2_sa *heir = heir_at_b(p);
    ikev2_heir_heard(p->h[1].ike, heir, false);
    ike_on_packet(p->h[1].ike, p->now, &request.path, base_span(request.bytes, request.len));
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    assert_int_equal(old->heir.id, heir->id);
    assert_false(ikev2_heir_is_held(p->h[1].ike, heir));
    pair_goes_on(p);
    pair_free(p);
}

static void a_stop_is_told_on_the_heir_at_once(void **state)
{
    (void)state;
    struct pair *p = pair_answered();
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"});
    assert_int_equal(p->tail - p->head, 1);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    assert_true(p->tail - p->head > 1);
    p->hold = false;
    pair_run(p, 40);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_waits_until_the_peer_deletes_the_old_sa),
        cmocka_unit_test(a_request_of_the_peer_on_the_heir_shows_that_it_is_known),
        cmocka_unit_test(a_peer_that_shows_nothing_is_asked_after_a_while),
        cmocka_unit_test(an_answer_that_is_asked_for_again_holds_its_heir_for_longer),
        cmocka_unit_test(a_copy_does_not_hold_an_heir_that_is_known),
        cmocka_unit_test(a_stop_is_told_on_the_heir_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
