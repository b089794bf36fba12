/* SPDX-License-Identifier: BSD-3-Clause */
/* Two ISAKMP SAs with one peer: which goes on, and that no side is left with one that the other no longer
 * has.
 */
#include "ikev1_close.h"
#include "ikev1_heir.h"
#include "ikev1_info.h"
#include "ikev1_login_pair.h"
#include "pool_book.h"
#include "wire_v1.h"

#define EXCHANGE_AT 18 /* in the header */
#define ORDERS      8  /* of cookies */

static void rekey_ike(struct pair *p, int i)
{
    pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b", .rekey_ike = true});
}

static void rekey_child(struct pair *p, int i)
{
    pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b"});
}

static struct pair *up(enum ike_aggressive aggressive, uint64_t order)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    for (int i = 0; i < 2; i++)
        p->h[i].conf->conns[0].aggressive = aggressive;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    pair_run(p, 60);
    for (int i = 0; i < 2; i++)
        p->h[i].rng = seed_rng(1000 + 2 * order + (uint64_t)i);
    return p;
}

/* The one by which this host goes on. */
static struct ikev1_sa *in_use(struct pair *p, int i)
{
    struct ikev1_sa *found = NULL;
    for (struct ikev1_sa *sa = p->h[i].ike->v1->first; sa; sa = sa->next) {
        if (sa->state != IKEV1_ST_UP || sa->replaced_by)
            continue;
        assert_null(found);
        found = sa;
    }
    assert_non_null(found);
    return found;
}

/* Whether the other host has the one by which this one goes on. */
static void check_has(struct pair *p, int i)
{
    const struct ikev1_sa *sa = in_use(p, i);
    const struct ikev1_sa *o = ikev1_sa_by_cookies(p->h[1 - i].ike, sa->spi_i, sa->spi_r);
    assert_non_null(o);
    assert_int_equal(o->state, IKEV1_ST_UP);
}

static void check_in_use(struct pair *p)
{
    check_has(p, 0);
    check_has(p, 1);
}

/* In the end there is one, the same on both sides, and children can be made by it from either. */
static void check_agree(struct pair *p)
{
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    check_in_use(p);
    for (int i = 0; i < 2; i++) {
        const size_t before = pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED);
        rekey_child(p, i);
        pair_run(p, 31); /* one that was given up is tried again then */
        assert_true(pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED) > before);
    }
    pair_check_one(p);
    for (int i = 0; i < 2; i++) {
        assert_null(pair_audit(&p->h[i], IKE_AUDIT_CHILD_DOWN));
        assert_null(pair_audit(&p->h[i], IKE_AUDIT_IKE_DOWN));
    }
}

/* What is on its way arrives, but for messages of this exchange to this host. */
static void deliver_without(struct pair *p, uint8_t exchange, int to)
{
    while (p->head < p->tail)
        if (p->queue[p->head].to == to && p->queue[p->head].bytes[EXCHANGE_AT] == exchange)
            p->head++;
        else
            pair_deliver_one(p);
    p->head = p->tail = 0;
}

static void run_without(struct pair *p, uint8_t exchange, int to, int seconds)
{
    p->hold = true;
    for (int t = 0; t < seconds; t++) {
        deliver_without(p, exchange, to);
        pair_run(p, 1);
    }
    deliver_without(p, exchange, to);
    p->hold = false;
}

/* Both call before either has heard of the other's. */
static void call_at_once(struct pair *p)
{
    p->hold = true;
    rekey_ike(p, 0);
    rekey_ike(p, 1);
    while (p->head < p->tail)
        pair_deliver_one(p);
    p->hold = false;
    pair_settle(p);
}

static struct pair *of_twins(enum ike_aggressive aggressive, uint64_t order)
{
    struct pair *p = up(aggressive, order);
    call_at_once(p);
    assert_int_not_equal(in_use(p, 0)->spi_i, in_use(p, 1)->spi_i);
    return p;
}

static void of_two_calls_at_once_one_sa_remains_at_last(void **state)
{
    (void)state;
    for (uint64_t order = 0; order < ORDERS; order++) {
        struct pair *p = of_twins(order % 2 ? IKE_AGGRESSIVE_WITH_PSK : IKE_AGGRESSIVE_NO, order);
        for (int t = 0; t < 40; t++) {
            pair_run(p, 1);
            check_in_use(p);
        }
        check_agree(p);
        pair_free(p);
    }
}

static size_t n_twins(struct pair *p, int i)
{
    size_t n = 0;
    for (const struct ikev1_sa *sa = p->h[i].ike->v1->first; sa; sa = sa->next)
        n += sa->is_twin;
    return n;
}

/* Of many none stays but the last ones. */
static void calls_at_once_pile_up_nothing(void **state)
{
    (void)state;
    for (uint64_t order = 0; order < ORDERS; order++) {
        struct pair *p = of_twins(IKE_AGGRESSIVE_NO, order);
        for (int i = 0; i < 3; i++) {
            pair_run(p, 1);
            call_at_once(p);
            assert_in_range(n_twins(p, 0), 0, 1);
            assert_in_range(n_twins(p, 1), 0, 1);
            assert_in_range(pair_stats(p, 1).ike_sas, 1, 5);
        }
        for (int t = 0; t < 50; t++) {
            pair_run(p, 1);
            check_in_use(p);
        }
        check_agree(p);
        pair_free(p);
    }
}

/* A peer that calls again and again, and never says anything under what it made. */
static void calls_of_one_side_pile_up_nothing(void **state)
{
    (void)state;
    struct pair *p = up(IKE_AGGRESSIVE_NO, 0);
    for (int n = 0; n < 20; n++) {
        rekey_ike(p, 0);
        assert_in_range(pair_stats(p, 1).ike_sas, 1, 5);
    }
    pair_run(p, 60);
    check_agree(p);
    pair_free(p);
}

static void one_that_goes_on_again_is_asked(void **state)
{
    (void)state;
    struct pair *p = up(IKE_AGGRESSIVE_NO, 0);
    struct ikev1_sa *former = in_use(p, 0);
    rekey_ike(p, 0);
    assert_ptr_not_equal(in_use(p, 0), former);
    former->dpd.is_out = true; /* and nearly given up */
    former->dpd.tries = 99;
    assert_true(ikev1_heir_yield(p->h[0].ike, in_use(p, 0)));
    assert_ptr_equal(in_use(p, 0), former);
    assert_true(former->wants_dpd && !former->dpd.is_out && former->dpd.tries == 0);
    pair_run(p, 60);
    check_agree(p);
    pair_free(p);
}

static void an_sa_is_made_anew_while_a_twin_waits(void **state)
{
    (void)state;
    for (uint64_t order = 0; order < ORDERS; order++) {
        struct pair *p = of_twins(IKE_AGGRESSIVE_NO, order);
        pair_run(p, 14); /* both go on by the lower one */
        assert_int_equal(in_use(p, 0)->spi_i, in_use(p, 1)->spi_i);
        for (int i = 0; i < 2; i++) {
            const uint64_t former = in_use(p, 0)->spi_i;
            rekey_ike(p, i);
            assert_int_not_equal(in_use(p, 0)->spi_i, former);
            pair_run(p, 1);
        }
        pair_run(p, 20);
        check_agree(p);
        pair_free(p);
    }
}

/* That would say that we go on by it. */
static void a_twin_is_not_asked(void **state)
{
    (void)state;
    struct pair *p = of_twins(IKE_AGGRESSIVE_NO, 0);
    struct ikev1_sa *twin = in_use(p, 0)->formers;
    twin->wants_dpd = true;
    ikev1_sa_touch(p->h[0].ike, twin);
    rekey_child(p, 0);
    pair_run(p, 5);
    assert_int_equal(twin->dpd.seq, 0);
    pair_free(p);
}

static void without_the_one_in_use_its_twin_ends(void **state)
{
    (void)state;
    struct pair *p = of_twins(IKE_AGGRESSIVE_NO, 0);
    pair_run(p, 2);
    struct ikev1_sa *sa = in_use(p, 0);
    const uint64_t twin = sa->formers->id;
    sa->formers->life.give_up_at = BASE_TIME_NEVER; /* the peer was asked */
    p->drop[0] = p->drop[1] = true;
    ikev1_close(p->h[0].ike, sa, "");
    rekey_child(p, 0);
    pair_run(p, 12);
    assert_null(ikev1_sa_by_id(p->h[0].ike, twin));
    pair_free(p);
}

/* The one in use at b is ended by a, which has moved meanwhile. */
static void a_twin_that_goes_on_is_where_the_peer_was_last(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 60);
    p->h[1].conf->conns[0].remote_addr = p->nat_addr;
    rekey_ike(p, 0);
    pair_run(p, 1);
    p->nat_shift = 2000;
    pair_event(p, 1,
               (struct ike_event){.type = IKE_EV_PEER_MOVED,
                                  .spi_in = p->h[1].children[0].i.pair.spi_in,
                                  .remote = {p->nat_addr, 6500}});
    assert_int_equal(in_use(p, 1)->path.remote.port, 6500);
    ikev1_info_delete_sa(p->h[0].ike, in_use(p, 0));
    pair_run(p, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_int_equal(in_use(p, 1)->path.remote.port, 6500);
    assert_int_equal(p->h[1].children[0].path.remote.port, 6500);
    pair_free(p);
}

static void an_address_goes_back_with_the_rest(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    const struct ike_id *a = &p->h[1].conf->conns[0].remote_id;
    const struct base_addr addr = pair_addr("10.9.0.1");
    with_pool(p, false);
    pair_start(p);
    pair_connect(p);
    pair_run(p, 60);
    rekey_ike(p, 0);
    pair_run(p, 1);
    assert_int_equal(pool_holder(p->h[1].ike->pools, &addr, a), in_use(p, 1)->id);
    ikev1_info_delete_sa(p->h[0].ike, in_use(p, 0));
    pair_settle(p);
    assert_int_equal(pool_holder(p->h[1].ike->pools, &addr, a), in_use(p, 1)->id);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

/* As strongSwan does after ten seconds with what it has for the older one. */
static void where_the_peer_ends_the_one_in_use_its_twin_goes_on(void **state)
{
    (void)state;
    for (uint64_t order = 0; order < ORDERS; order++) {
        struct pair *p = of_twins(IKE_AGGRESSIVE_NO, order);
        const struct ikev1_sa *sa = in_use(p, 0);
        pair_run(p, 9);
        ikev1_close(p->h[1].ike, ikev1_sa_by_cookies(p->h[1].ike, sa->spi_i, sa->spi_r), "");
        pair_run(p, 1);
        assert_int_equal(in_use(p, 0)->spi_i, in_use(p, 1)->spi_i);
        pair_run(p, 10);
        check_agree(p);
        pair_free(p);
    }
}

/* The last message of the one call is lost, and the other side calls: it never had that SA. */
static void a_call_that_the_peer_never_finished_is_not_what_goes_on(void **state)
{
    (void)state;
    for (uint64_t order = 0; order < ORDERS; order++) {
        struct pair *p = up(IKE_AGGRESSIVE_WITH_PSK, order);
        const int who = order % 2;
        p->hold = true;
        rekey_ike(p, who);
        pair_deliver_one(p);
        p->drop[who] = true;
        pair_deliver_one(p);
        p->hold = p->drop[who] = false;
        rekey_ike(p, 1 - who);
        assert_int_equal(in_use(p, 0)->spi_i, in_use(p, 1)->spi_i);
        pair_run(p, 120);
        assert_int_equal(in_use(p, 0)->spi_i, in_use(p, 1)->spi_i);
        rekey_ike(p, 0); /* it waits for the next one at the latest */
        pair_run(p, 60);
        check_agree(p);
        pair_free(p);
    }
}

/* Our last message does not arrive: to the peer the former SA is the one in use. */
static void the_former_one_stays_until_the_peer_has_the_newer(void **state)
{
    (void)state;
    static const int lost_s[] = {5, 12, 60}; /* in the end a gives up */
    for (size_t i = 0; i < 3; i++) {
        struct pair *p = up(IKE_AGGRESSIVE_NO, i);
        p->h[0].conf->conns[0].retransmit_tries = 5;
        p->hold = true;
        rekey_ike(p, 0);
        for (int n = 0; n < 4; n++) /* all but the last two */
            pair_deliver_one(p);
        for (int t = 0; t < lost_s[i]; t++) {
            run_without(p, WIRE_V1_MAIN, 0, 1);
            check_has(p, 0);
        }
        pair_run(p, 60);
        check_agree(p);
        pair_free(p);
    }
}

/* The peer never has the newer one, and does not answer there: the former one goes on, and is made anew. */
static void where_the_newer_one_is_dead_the_former_goes_on(void **state)
{
    (void)state;
    struct pair *p = up(IKE_AGGRESSIVE_WITH_PSK, 0);
    const uint64_t former = in_use(p, 0)->spi_i;
    in_use(p, 0)->life.rekey_at = BASE_TIME_NEVER; /* its time to be made anew has come */
    in_use(p, 0)->life.dies_at = base_time_add(p->now, 3600 * BASE_NS_PER_S);
    p->hold = true;
    rekey_ike(p, 0);
    pair_deliver_one(p);
    pair_deliver_one(p);
    assert_int_not_equal(in_use(p, 0)->spi_i, former);
    run_without(p, WIRE_V1_AGGRESSIVE, 1, 24);
    assert_int_equal(in_use(p, 0)->spi_i, former);
    check_has(p, 1);
    pair_run(p, 60);
    assert_int_not_equal(in_use(p, 0)->spi_i, former);
    check_agree(p);
    pair_free(p);
}

/* One that is wanted, not one in the place of another. */
static void a_child_that_is_wanted_is_made_under_the_next(void **state)
{
    (void)state;
    struct pair *p = up(IKE_AGGRESSIVE_NO, 0);
    p->h[0].conf->conns[0].children[0].on_close = IKE_START_START;
    p->hold = true;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a", .child = "net"});
    deliver_without(p, WIRE_V1_QUICK, 1);
    rekey_ike(p, 1);
    run_without(p, WIRE_V1_QUICK, 1, 15);
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_run(p, 60);
    pair_check_one(p);
    pair_free(p);
}

static void what_is_under_way_by_one_that_ends_is_tried_again_by_the_next(void **state)
{
    (void)state;
    struct pair *p = up(IKE_AGGRESSIVE_NO, 0);
    const uint32_t spi = p->h[0].children[0].i.pair.spi_in;
    p->hold = true;
    rekey_child(p, 0);
    deliver_without(p, WIRE_V1_QUICK, 0);
    rekey_ike(p, 0);
    run_without(p, WIRE_V1_QUICK, 0, 15);
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    assert_false(pair_find(&p->h[0], spi)->is_removed);
    pair_run(p, 60);
    assert_true(pair_find(&p->h[0], spi)->is_removed);
    pair_check_one(p);
    pair_free(p);
}

static void a_peer_that_starts_anew_has_no_twins(void **state)
{
    (void)state;
    struct pair *p = of_twins(IKE_AGGRESSIVE_NO, 0);
    pair_crash(p, 0);
    pair_run(p, 1);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_calls_at_once_one_sa_remains_at_last),
        cmocka_unit_test(calls_at_once_pile_up_nothing),
        cmocka_unit_test(calls_of_one_side_pile_up_nothing),
        cmocka_unit_test(one_that_goes_on_again_is_asked),
        cmocka_unit_test(an_sa_is_made_anew_while_a_twin_waits),
        cmocka_unit_test(a_twin_is_not_asked),
        cmocka_unit_test(without_the_one_in_use_its_twin_ends),
        cmocka_unit_test(a_twin_that_goes_on_is_where_the_peer_was_last),
        cmocka_unit_test(an_address_goes_back_with_the_rest),
        cmocka_unit_test(where_the_newer_one_is_dead_the_former_goes_on),
        cmocka_unit_test(a_child_that_is_wanted_is_made_under_the_next),
        cmocka_unit_test(where_the_peer_ends_the_one_in_use_its_twin_goes_on),
        cmocka_unit_test(a_call_that_the_peer_never_finished_is_not_what_goes_on),
        cmocka_unit_test(the_former_one_stays_until_the_peer_has_the_newer),
        cmocka_unit_test(what_is_under_way_by_one_that_ends_is_tried_again_by_the_next),
        cmocka_unit_test(a_peer_that_starts_anew_has_no_twins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
