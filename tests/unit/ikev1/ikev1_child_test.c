/* SPDX-License-Identifier: BSD-3-Clause */
/* Children replaced by either side, by time, and by both at once. */
#include "ikev1_child.h"
#include "ikev1_login_pair.h"
#include "ikev1_quick.h"
#include "ikev1_xchg.h"

static void children_are_replaced_by_either_side(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_v1_up();
        const uint32_t before = p->h[0].children[0].i.pair.spi_in;
        pair_run(p, 11); /* so long after, both have it */
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

/* ---- twins ---- */

static const struct pair_child *sends_by(const struct pair_host *h)
{
    const struct pair_child *found = NULL;
    for (size_t i = 0; i < h->n_children; i++) {
        if (h->children[i].is_removed || !h->children[i].is_active)
            continue;
        assert_null(found);
        found = &h->children[i];
    }
    assert_non_null(found);
    return found;
}

/* What each side sends by, the other one receives. */
static void check_heard(struct pair *p)
{
    for (int i = 0; i < 2; i++)
        assert_false(pair_find(&p->h[1 - i], sends_by(&p->h[i])->i.pair.spi_out)->is_removed);
}

/* Packets of host i came in at the other one by the pair that i sends by, or by that of this inbound SPI. */
static void hear(struct pair *p, int i, uint32_t spi_in)
{
    if (!spi_in)
        spi_in = sends_by(&p->h[i])->i.pair.spi_out;
    pair_event(p, 1 - i, (struct ike_event){.type = IKE_EV_TRAFFIC, .spi_in = spi_in, .last_in = p->now});
}

/* The pair that host i has besides the one that it sends by. */
static uint32_t twin_of(const struct pair_host *h)
{
    uint32_t twin = 0;
    for (size_t i = 0; i < h->n_children; i++)
        if (!h->children[i].is_removed && !h->children[i].is_active)
            twin = h->children[i].i.pair.spi_in;
    assert_int_not_equal(twin, 0);
    return twin;
}

/* The peer ends what host i sends by. */
static void end_what_sends(struct pair *p, int i)
{
    pair_event(p, 1 - i,
               (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = sends_by(&p->h[i])->i.pair.spi_out});
}

static void rekey(struct pair *p, int i)
{
    pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b"});
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
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    check_heard(p);
    rekey(p, 0);
    pair_run(p, 8);
    pair_check_one(p);
    check_heard(p);
    pair_free(p);
}

/* Both rekey before either has heard of the other's. late: message 3 of this host is lost at first; -1: none
 * is. */
static struct pair *pair_of_twins(int late)
{
    struct pair *p = pair_v1_up();
    pair_run(p, 60);
    p->hold = true;
    rekey(p, 0);
    rekey(p, 1);
    for (int i = 0; i < 2; i++)
        pair_deliver_one(p);
    if (late >= 0)
        p->drop[late] = true;
    for (int i = 0; i < 2; i++)
        pair_deliver_one(p);
    p->drop[0] = p->drop[1] = p->hold = false;
    pair_settle(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED), 2);
    return p;
}

/* IKEv1 does not say which of two is the one that stays, and no side knows which one the other has for it. */
static void nobody_ends_a_twin_that_the_other_sends_by(void **state)
{
    (void)state;
    for (int late = -1; late < 2; late++) {
        struct pair *p = pair_of_twins(late);
        for (int t = 0; t < 30; t++) {
            pair_run(p, 2);
            check_heard(p);
        }
        assert_int_equal(pair_live(&p->h[0]), 2);
        rekey(p, late == 1);
        pair_run(p, 8);
        pair_check_one(p);
        check_heard(p);
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN));
        assert_null(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN));
        pair_free(p);
    }
}

/* The peer that is heard has rekeyed what we had just made: it sends by its own, and by that alone. */
static void the_newer_one_stays_whichever_spi_is_lower(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_v1_up();
        pair_run(p, 60);
        rekey(p, who);
        pair_run(p, 1);
        const uint32_t former = sends_by(&p->h[0])->i.pair.spi_in;
        rekey(p, 1 - who);
        const uint32_t newer = sends_by(&p->h[0])->i.pair.spi_in;
        assert_int_not_equal(newer, former);
        for (int t = 0; t < 15; t++) {
            pair_run(p, 1);
            hear(p, 0, 0);
            hear(p, 1, 0);
            check_heard(p);
        }
        pair_check_one(p); /* the peer has shown by which it sends */
        assert_int_equal(sends_by(&p->h[0])->i.pair.spi_in, newer);
        pair_free(p);
    }
}

/* The peer sends by the other one for as long as it likes, and that counts for the child. */
static void what_comes_in_by_a_twin_keeps_the_child(void **state)
{
    (void)state;
    struct pair *p = pair_of_twins(-1);
    p->h[1].conf->conns[0].children[0].inactivity_s = 30;
    const uint32_t live = sends_by(&p->h[1])->i.pair.spi_in;
    const uint32_t twin = twin_of(&p->h[1]);
    hear(p, 0, live);
    for (int t = 0; t < 60; t++) {
        pair_run(p, 2);
        hear(p, 0, twin);
    }
    assert_false(pair_find(&p->h[1], live)->is_removed);
    assert_false(pair_find(&p->h[1], twin)->is_removed);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = twin});
    assert_int_not_equal(sends_by(&p->h[1])->i.pair.spi_in, live);
    pair_run(p, 8);
    pair_check_one(p);
    pair_run(p, 40);
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
}

static void a_twin_takes_the_place_of_one_that_the_peer_ends(void **state)
{
    (void)state;
    struct pair *p = pair_of_twins(-1);
    pair_run(p, 10);
    const uint32_t before = sends_by(&p->h[0])->i.pair.spi_in;
    const size_t downs = pair_count(&p->h[0], IKE_AUDIT_CHILD_DOWN);
    end_what_sends(p, 0);
    check_heard(p);
    assert_int_not_equal(sends_by(&p->h[0])->i.pair.spi_in, before);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_CHILD_DOWN), downs);
    pair_check_one(p);
    rekey(p, 0); /* it is a child as any other */
    pair_run(p, 20);
    pair_check_one(p);
    pair_free(p);
}

/* It has reached a limit while the other one was sent by, and there was no time to replace that. */
static void a_limit_holds_for_the_twin_that_takes_over(void **state)
{
    (void)state;
    struct pair *p = pair_of_twins(-1);
    const uint32_t twin = twin_of(&p->h[1]);
    sa_of(p, 1)->life.retry_at = base_time_add(p->now, 20 * BASE_NS_PER_S);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = twin});
    end_what_sends(p, 1);
    assert_int_equal(sends_by(&p->h[1])->i.pair.spi_in, twin);
    pair_run(p, 40);
    assert_int_not_equal(sends_by(&p->h[1])->i.pair.spi_in, twin);
    pair_check_one(p);
    pair_free(p);
}

/* What the peer begins is installed, and waits for message 3: neither is it what is sent by. */
static void what_a_twin_does_counts_for_the_one_that_sends(void **state)
{
    (void)state;
    struct pair *p = pair_of_twins(-1);
    const uint32_t twin = twin_of(&p->h[1]), live = sends_by(&p->h[1])->i.pair.spi_in;
    pair_run(p, 8);
    sa_of(p, 1)->life.retry_at = base_time_add(p->now, 20 * BASE_NS_PER_S);
    p->hold = true;
    rekey(p, 0);
    pair_deliver_one(p);
    assert_int_equal(pair_live(&p->h[1]), 3);
    hear(p, 0, twin);
    assert_int_equal(ikev1_child_by_spi(p->h[1].ike, live)->last_in.ns, p->now.ns);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = twin});
    assert_true(ikev1_child_by_spi(p->h[1].ike, live)->want_rekey);
    p->hold = false;
    pair_settle(p);
    const uint32_t newer = sends_by(&p->h[1])->i.pair.spi_in;
    assert_int_not_equal(newer, live);
    pair_run(p, 40);
    assert_int_equal(sends_by(&p->h[1])->i.pair.spi_in, newer);
    pair_check_one(p);
    pair_free(p);
}

static void a_limit_of_one_that_is_about_to_go_is_not_its_heirs(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_run(p, 60);
    const uint32_t before = sends_by(&p->h[1])->i.pair.spi_in;
    rekey(p, 0);
    pair_run(p, 1);
    const uint32_t heir = sends_by(&p->h[1])->i.pair.spi_in;
    assert_false(pair_find(&p->h[1], before)->is_removed);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = before});
    pair_run(p, 40);
    assert_int_equal(sends_by(&p->h[1])->i.pair.spi_in, heir);
    pair_free(p);
}

/* It was not sent by until now, and the peer sends by it as before. */
static void a_twin_that_takes_over_has_its_time_to_be_idle(void **state)
{
    (void)state;
    struct pair *p = pair_of_twins(-1);
    const uint32_t twin = twin_of(&p->h[1]), live = sends_by(&p->h[1])->i.pair.spi_in;
    p->h[1].conf->conns[0].children[0].inactivity_s = 30;
    for (int t = 0; t < 20; t++) {
        pair_run(p, 2);
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_TRAFFIC, .spi_in = live, .last_out = p->now});
    }
    end_what_sends(p, 1);
    pair_run(p, 25);
    assert_int_equal(sends_by(&p->h[1])->i.pair.spi_in, twin);
    pair_run(p, 10);
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
}

/* Only what came from the peer says that it is there. */
static void what_is_replaced_is_no_word_of_the_peer(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_run(p, 15);
    const uint32_t former = sends_by(&p->h[1])->i.pair.spi_in;
    rekey(p, 0);
    const base_time before = {p->now.ns - BASE_NS_PER_S};
    sa_of(p, 1)->life.last_in = before; /* as when the rekeying was the last of it */
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_TRAFFIC, .spi_in = former, .last_out = p->now});
    assert_int_equal(sa_of(p, 1)->life.last_in.ns, before.ns);
    pair_free(p);
}

/* The peer has dropped it without a word, or its word was lost; or it has it, and answers or is not asked. */
static void a_twin_that_takes_over_proves_that_the_peer_has_it(void **state)
{
    enum { DROPPED, ANSWERS, QUIET, HEARD };
    (void)state;
    for (int how = DROPPED; how <= HEARD; how++) {
        struct pair *p = pair_of_twins(-1);
        const uint32_t twin = twin_of(&p->h[1]);
        p->h[1].conf->conns[0].children[0].on_close = IKE_START_START;
        pair_run(p, 6);
        if (how == HEARD)
            hear(p, 0, twin);
        pair_run(p, 2);
        end_what_sends(p, 1);
        assert_int_equal(sends_by(&p->h[1])->i.pair.spi_in, twin);
        for (int t = 0; t < 20; t++) {
            pair_run(p, 2);
            if (how != QUIET)
                pair_event(p, 1,
                           (struct ike_event){.type = IKE_EV_TRAFFIC, .spi_in = twin, .last_out = p->now});
            if (how == ANSWERS)
                hear(p, 0, twin);
        }
        assert_int_equal(pair_find(&p->h[1], twin)->is_removed, how == DROPPED);
        pair_check_one(p);
        pair_free(p);
    }
}

static void twins_end_together(void **state)
{
    (void)state;
    struct pair *p = pair_of_twins(-1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b", .child = "net"});
    pair_run(p, 1);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);

    p = pair_of_twins(-1); /* a peer that rekeys no more: its time is as long as any child's */
    for (int i = 0; i < 2; i++)
        p->drop[i] = true;
    pair_run(p, 3 * 3600);
    assert_int_equal(pair_live(&p->h[0]), 0);
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
        cmocka_unit_test(nobody_ends_a_twin_that_the_other_sends_by),
        cmocka_unit_test(the_newer_one_stays_whichever_spi_is_lower),
        cmocka_unit_test(what_comes_in_by_a_twin_keeps_the_child),
        cmocka_unit_test(a_twin_takes_the_place_of_one_that_the_peer_ends),
        cmocka_unit_test(a_limit_holds_for_the_twin_that_takes_over),
        cmocka_unit_test(what_a_twin_does_counts_for_the_one_that_sends),
        cmocka_unit_test(a_limit_of_one_that_is_about_to_go_is_not_its_heirs),
        cmocka_unit_test(a_twin_that_takes_over_has_its_time_to_be_idle),
        cmocka_unit_test(what_is_replaced_is_no_word_of_the_peer),
        cmocka_unit_test(a_twin_that_takes_over_proves_that_the_peer_has_it),
        cmocka_unit_test(twins_end_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
