/* SPDX-License-Identifier: BSD-3-Clause */
/* Authentication that is repeated: before its end, without a gap, by the one that called. */
#include "ike_pair.h"
#include "ikev2_children.h"
#include "ikev2_life.h"
#include "ikev2_reauth.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* a called b; each side's authentications last that long. */
static struct pair *pair_for(uint32_t a_s, uint32_t b_s)
{
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].reauth_s = a_s;
    p->h[1].conf->conns[0].reauth_s = b_s;
    p->h[0].conf->conns[0].start = true;
    pair_start(p);
    pair_run(p, 1);
    assert_int_equal(pair_stats(p, 0).established, 1);
    return p;
}

static size_t active(const struct pair_host *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n_children; i++)
        n += !h->children[i].is_removed && h->children[i].is_active;
    return n;
}

static void a_caller_makes_a_new_sa_and_then_closes_the_old_one(void **state)
{
    (void)state;
    struct pair *p = pair_for(100, 0);
    const uint64_t old = p->h[0].ike->v2->first->id;
    pair_run(p, 88);
    assert_int_equal(pair_stats(p, 0).established, 1);
    for (int i = 0; i < 13; i++) {
        pair_run(p, 1);
        assert_true(active(&p->h[0]) > 0 && active(&p->h[1]) > 0);
    }
    assert_int_equal(pair_stats(p, 0).established, 2);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_not_equal(p->h[0].ike->v2->first->id, old);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_REAUTHENTICATED), 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_CHILD_DOWN), 0);
    pair_run(p, 10);
    pair_check_one(p);
    pair_free(p);
}

/* What the called side sends on before it knows that its answer has come would be lost. */
static void the_old_pair_carries_until_the_new_one_is_known_to(void **state)
{
    (void)state;
    struct pair *p = pair_for(0, 0);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    while (p->h[1].n_children == 1)
        pair_deliver_one(p); /* up to b's answer, which a has not got */
    assert_int_equal(p->h[0].n_children, 1);
    assert_true(p->h[1].children[0].is_active);
    assert_false(p->h[1].children[1].is_active);
    assert_int_equal(p->h[1].children[1].i.pair.replaces_in, p->h[1].children[0].i.pair.spi_in);
    while (p->h[0].n_children == 1)
        pair_deliver_one(p);
    assert_true(p->h[0].children[1].is_active);
    assert_false(p->h[0].children[0].is_removed); /* for what b has sent on it */
    while (!p->h[1].children[1].is_active)
        pair_deliver_one(p);
    assert_false(p->h[1].children[0].is_removed);
    p->hold = false;
    pair_settle(p);
    assert_false(p->h[0].children[0].is_removed);
    assert_false(p->h[1].children[0].is_removed);
    pair_run(p, IKEV2_LINGER_S + 1);
    assert_true(p->h[0].children[0].is_removed && p->h[1].children[0].is_removed);
    pair_check_one(p);
    pair_free(p);
}

static void a_silent_caller_is_sent_to_after_a_while(void **state)
{
    (void)state;
    struct pair *p = pair_for(0, 0);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    while (p->h[1].n_children == 1)
        pair_deliver_one(p);
    p->now = base_time_add(p->now, IKEV2_HEARD_S * BASE_NS_PER_S);
    ike_on_timer(p->h[1].ike, p->now);
    pair_drain(p);
    assert_true(p->h[1].children[1].is_active);
    p->hold = false;
    pair_settle(p);
    pair_free(p);
}

static void a_rekeyed_sa_lives_on_the_old_authentication(void **state)
{
    (void)state;
    struct pair *p = pair_for(100, 100);
    const base_time at = p->h[0].ike->v2->first->life.reauth_at,
                    ends = p->h[0].ike->v2->first->life.auth_ends_at;
    pair_run(p, 20);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    pair_run(p, 2);
    const struct ikev2_sa *heir = p->h[0].ike->v2->first;
    assert_false(heir->is_initiator); /* b rekeyed */
    assert_true(heir->is_caller);
    assert_int_equal(heir->life.reauth_at.ns, at.ns);
    assert_int_equal(heir->life.auth_ends_at.ns, ends.ns);
    pair_run(p, 100);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    assert_int_equal(pair_stats(p, 1).reauthenticated, 0);
    pair_check_one(p);
    pair_free(p);
}

static void one_that_fails_is_tried_again_and_ends_with_words(void **state)
{
    (void)state;
    struct pair *p = pair_for(100, 0);
    p->h[1].conf->secrets[0].psk[0] ^= 1;
    pair_run(p, 105);
    const size_t refused = pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_in_range(refused, 1, 2);
    assert_int_equal(pair_stats(p, 0).ike_sas, 1); /* the old one is not touched */
    assert_true(active(&p->h[0]) == 1 && active(&p->h[1]) == 1);
    pair_run(p, 7);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN);
    assert_non_null(a);
    assert_string_equal(a->why, "its authentication ended (reauth_s), and repeating it failed");
    pair_free(p);
}

static void whoever_does_not_repeat_it_is_closed_with_words(void **state)
{
    (void)state;
    struct pair *p = pair_for(0, 100);
    p->h[1].ike->v2->first->life.reauth_at = BASE_TIME_NEVER; /* as one that cannot call */
    p->h[0].ike->v2->first->life.reauth_at = BASE_TIME_NEVER; /* as one that does not know AUTH_LIFETIME */
    pair_run(p, 108);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
    pair_run(p, 3);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN);
    assert_non_null(a);
    assert_string_equal(a->why, "its authentication ended (reauth_s), and the peer did not repeat it: let it "
                                "obey AUTH_LIFETIME (RFC 4478), or call here itself in time");
    pair_free(p);
}

static void the_called_side_calls_where_it_can_when_the_caller_does_not(void **state)
{
    (void)state;
    struct pair *p = pair_for(0, 100);
    p->h[0].ike->v2->first->life.reauth_at = BASE_TIME_NEVER;
    pair_run(p, 103);
    assert_int_equal(pair_stats(p, 1).reauthenticated, 1);
    assert_true(p->h[1].ike->v2->first->is_caller);
    pair_run(p, 10);
    pair_check_one(p);
    pair_free(p);
}

static void nothing_of_the_old_one_is_renewed_meanwhile(void **state)
{
    (void)state;
    struct pair *p = pair_for(0, 0);
    p->drop[1] = true; /* it does not get through */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    struct ikev2_sa *old = p->h[0].ike->v2->first;
    assert_true(ikev2_reauth_is_on(p->h[0].ike, old));
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    assert_null(old->task);
    p->drop[1] = false;
    pair_run(p, 3);
    assert_int_equal(pair_stats(p, 0).rekeyed_ike + pair_stats(p, 0).rekeyed_child, 0);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    pair_run(p, 10);
    pair_check_one(p);
    pair_free(p);
}

static void the_peer_may_rekey_what_is_being_replaced(void **state)
{
    (void)state;
    struct pair *p = pair_for(0, 0);
    p->h[0].hold_jobs = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    assert_int_equal(p->h[0].n_jobs, 1); /* the new one's key */
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    p->h[0].hold_jobs = false;
    while (p->h[0].n_jobs)
        pair_job(p, 0, p->h[0].jobs[--p->h[0].n_jobs]);
    pair_run(p, 40);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_check_one(p);
    pair_free(p);
}

static void one_sa_per_identity_is_enough(void **state)
{
    (void)state;
    static const enum ike_unique all[] = {IKE_UNIQUE_REPLACE, IKE_UNIQUE_KEEP, IKE_UNIQUE_REJECT};
    for (size_t i = 0; i < 3; i++) {
        struct pair *p = pair_new();
        p->h[0].conf->conns[0].reauth_s = p->h[1].conf->conns[0].reauth_s = 100;
        p->h[1].conf->conns[0].unique = all[i];
        p->h[1].conf->sas_per_identity = 1;
        pair_start(p);
        pair_connect(p);
        pair_run(p, 230);
        assert_int_equal(pair_stats(p, 0).reauthenticated, 2);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 0);
        pair_run(p, 8);
        pair_check_one(p);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_makes_a_new_sa_and_then_closes_the_old_one),
        cmocka_unit_test(the_old_pair_carries_until_the_new_one_is_known_to),
        cmocka_unit_test(a_silent_caller_is_sent_to_after_a_while),
        cmocka_unit_test(a_rekeyed_sa_lives_on_the_old_authentication),
        cmocka_unit_test(one_that_fails_is_tried_again_and_ends_with_words),
        cmocka_unit_test(whoever_does_not_repeat_it_is_closed_with_words),
        cmocka_unit_test(the_called_side_calls_where_it_can_when_the_caller_does_not),
        cmocka_unit_test(nothing_of_the_old_one_is_renewed_meanwhile),
        cmocka_unit_test(the_peer_may_rekey_what_is_being_replaced),
        cmocka_unit_test(one_sa_per_identity_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
