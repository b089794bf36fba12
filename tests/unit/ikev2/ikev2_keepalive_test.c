/* SPDX-License-Identifier: BSD-3-Clause */
/* A caller behind a NAT that says nothing, and what it and its gateway learn of that NAT. */
#include "ike_core.h"
#include "ike_craft.h"
#include "ike_dgrams.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ike_sa_view view(struct pair *p, int i)
{
    struct ike_sa_view v;
    assert_true(ike_show_next(p->h[i].ike, 0, &v));
    return v;
}

/* Up, behind a NAT, and silent: nothing is asked for but what keeps the mapping. */
static struct pair *silent(bool has_mobike, enum ike_keepalive keepalive)
{
    struct pair *p = pair_new();
    p->has_nat = true;
    p->nat_shift = 100;
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        c->mobike = has_mobike;
        c->dpd_s = 0;
        c->keepalive_s = 20;
        c->keepalive = keepalive;
        c->retransmit_ms = 2000;
        c->rekey_s = 0;
        c->children[0].rekey_s = 0;
    }
    pair_start(p);
    pair_connect(p);
    pair_run(p, 5);
    p->h[0].sends = 0;
    return p;
}

static struct ikev2_sa *sa_of(struct pair *p, int i)
{
    return p->h[i].ike->v2->first;
}

/* From here on the peer does not help. */
static void leave_alone(struct pair *p)
{
    sa_of(p, 0)->keepalive.is_refused = true;
    sa_of(p, 0)->keepalive.try_ns = 0;
    sa_of(p, 1)->keepalive.call_at.ns = 0;
}

static void silences_grow_as_long_as_the_peer_s_calls_come(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO); /* the first check asked for a call */
    assert_int_equal(view(p, 0).keepalive_s, 20);
    assert_int_equal(view(p, 0).local_mapping.held_s, 0);
    pair_run(p, 16);
    assert_int_equal(p->h[0].sends, 1); /* our answer to it */
    assert_int_equal(view(p, 0).local_mapping.held_s, 20);
    pair_run(p, 51);
    assert_int_equal(view(p, 0).local_mapping.held_s, 30);
    assert_int_equal(view(p, 0).keepalive_s, 28);
    pair_run(p, 1500);
    assert_int_equal(view(p, 0).local_mapping.held_s, 300);
    assert_int_equal(view(p, 0).local_mapping.lost_s, 0);
    assert_int_equal(view(p, 0).keepalive_s, 281);
    const unsigned sends = p->h[0].sends;
    assert_true(sends < 24);
    assert_int_equal(p->h[0].keepalives, 0);
    pair_run(p, 300);
    assert_int_equal(p->h[0].sends, sends); /* nothing is to be learned: a byte does */
    assert_int_equal(p->h[0].keepalives, 1);
    assert_true(view(p, 1).remote_mapping.held_s >= 200); /* the gateway saw it, too */
    assert_int_equal(view(p, 1).keepalive_s, 0);
    pair_free(p);
}

/* Nothing comes in for a while in which a call should. */
static void miss_the_call(struct pair *p)
{
    p->drop[1] = true;
    pair_run(p, 18);
    p->drop[1] = false;
    pair_run(p, 2);
    assert_int_equal(view(p, 0).local_mapping.lost_s, 20);
    assert_int_equal(view(p, 0).local_mapping.held_s, 0);
}

static void a_call_that_does_not_come_is_a_mapping_that_is_gone(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    miss_the_call(p);
    assert_true(p->h[0].sends > 0);              /* what makes it anew, and asks for a shorter one */
    assert_int_equal(view(p, 0).keepalive_s, 5); /* what can be relied on */
    pair_run(p, 60);
    assert_true(view(p, 0).local_mapping.held_s >= 15); /* what it bears, up to 20 s, is found */
    assert_true(view(p, 0).keepalive_s >= 14);
    pair_free(p);
}

/* The peer's call found nobody, and it would soon give us up: our check tells it that we live. */
static void a_peer_whose_call_was_lost_does_not_give_us_up(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    p->h[1].conf->conns[0].retransmit_ms = 400;
    p->h[1].conf->conns[0].retransmit_tries = 3; /* 4.8 s in all */
    miss_the_call(p);
    pair_run(p, 10);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

/* One that could not be sealed is nowhere to be repeated from: it ends, and what the peer asks meanwhile does
 * not make it wait for ever. */
static void a_check_that_never_went_out_ends(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_FIXED);
    struct ikev2_sa *sa = sa_of(p, 0);
    p->drop[0] = true;
    sa->want.dpd = true;
    ikev2_sa_touch(p->h[0].ike, sa);
    ike_on_timer(p->h[0].ike, p->now);
    pair_drain(p);
    assert_non_null(sa->task);
    ike_dgrams_free(&sa->req.dgrams);
    sa->req.tries = UINT32_MAX;
    sa->req.at = p->now;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    pair_run(p, 5);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 1);
    pair_free(p);
}

/* Where a new mapping has another port, MOBIKE shows it, and the peer's help is not needed. */
static void a_new_port_tells_that_the_mapping_was_forgotten(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    p->nat_shift = 200;
    miss_the_call(p);
    assert_int_equal(view(p, 1).path.remote.port, 4700);
    assert_int_equal(p->h[1].children[0].path.remote.port, 4700);
    assert_int_equal(view(p, 0).keepalive_s, 10); /* to be tried */
    assert_true(view(p, 1).remote_mapping.lost_s >= 15);
    leave_alone(p);
    pair_run(p, 60);
    assert_true(view(p, 0).local_mapping.held_s >= 15);
    pair_free(p);
}

/* Of a NAT that keeps ports our own packets tell nothing, and a peer that does not help leaves it at that. */
static void without_help_nothing_is_tried(void **state)
{
    (void)state;
    for (int has_mobike = 0; has_mobike < 2; has_mobike++) {
        struct pair *p = silent(has_mobike, IKE_KEEPALIVE_AUTO);
        leave_alone(p);
        pair_run(p, 200);
        assert_int_equal(p->h[0].sends, 0);
        assert_true(p->h[0].keepalives >= 9);
        assert_int_equal(view(p, 0).local_mapping.held_s, 0);
        ike_mapping_held(p->h[0].ike, &p->h[0].addr, 300 * BASE_NS_PER_S); /* by another SA */
        assert_int_equal(view(p, 0).keepalive_s, 281);
        pair_free(p);
    }
}

/* RFC 7296 3.10.1: whoever does not know the notify answers without it. */
static void a_peer_that_does_not_know_what_is_asked_is_asked_once(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    pair_run(p, 30);
    p->hold = true;
    pair_run(p, 6);                        /* the next silence is asked for */
    sa_of(p, 1)->state = IKEV2_ST_REKEYED; /* in which it answers and does nothing of it */
    pair_deliver_one(p);
    sa_of(p, 1)->state = IKEV2_ST_UP;
    p->hold = false;
    pair_settle(p);
    assert_true(sa_of(p, 0)->keepalive.is_refused);
    p->h[0].sends = 0;
    pair_run(p, 100);
    assert_int_equal(p->h[0].sends, 0);
    assert_true(p->h[0].keepalives >= 4);
    pair_free(p);
}

/* As where the peer keeps a mapping of its own. */
static void silences_that_something_else_ends_are_tried_a_few_times(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    for (int i = 0; i < 40; i++) {
        pair_run(p, 25);
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    }
    assert_true(sa_of(p, 0)->keepalive.is_refused);
    pair_free(p);
}

static void what_is_fixed_stays(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_FIXED);
    pair_run(p, 200);
    assert_int_equal(p->h[0].sends, 0);
    assert_true(p->h[0].keepalives >= 9);
    assert_int_equal(view(p, 0).keepalive_s, 20);
    pair_free(p);
}

static void traffic_keeps_it_by_itself(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    for (int i = 0; i < 20; i++) {
        pair_run(p, 12);
        pair_event(p, 0,
                   (struct ike_event){.type = IKE_EV_TRAFFIC,
                                      .spi_in = p->h[0].children[0].i.pair.spi_in,
                                      .last_out = p->now});
    }
    assert_true(p->h[0].sends <= 1); /* the answer to the call that was asked for at first */
    assert_int_equal(p->h[0].keepalives, 0);
    pair_free(p);
}

/* A request that asks to be called after so many seconds; whether the answer promises it. */
static bool is_promised(struct craft *c, const void *seconds, size_t len)
{
    struct wire_ike_builder b = craft_begin(c);
    wire_ike_put_notify(
        &b, &(struct wire_ike_notification){.type = IKEV2_N_CALL_ME, .data = base_span(seconds, len)});
    assert_true(craft_send(c, WIRE_IKE_INFORMATIONAL, &b, 0));
    return ikev2_msg_has(&c->answer, IKEV2_N_CALL_ME);
}

static void who_asks_for_a_call_gets_one_and_not_at_any_time(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].dpd_s = 0;
    struct craft *c = craft_new(p);
    craft_connect(c, "10.1.0.0/16", "10.2.0.0/16");
    assert_false(is_promised(c, "\0\4", 2));
    assert_false(is_promised(c, "\1\55", 2)); /* 301 */
    assert_false(is_promised(c, "\0\0\12", 3));
    assert_true(is_promised(c, "\0\12", 2));
    p->now = base_time_add(p->now, 9 * BASE_NS_PER_S);
    ike_on_timer(p->h[1].ike, p->now);
    pair_drain(p);
    assert_false(craft_next(c));
    p->now = base_time_add(p->now, 1 * BASE_NS_PER_S);
    ike_on_timer(p->h[1].ike, p->now);
    pair_drain(p);
    assert_true(craft_next(c));
    assert_true(!c->answer.is_response && c->answer.hdr.exchange == WIRE_IKE_INFORMATIONAL);
    craft_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silences_grow_as_long_as_the_peer_s_calls_come),
        cmocka_unit_test(a_call_that_does_not_come_is_a_mapping_that_is_gone),
        cmocka_unit_test(a_peer_whose_call_was_lost_does_not_give_us_up),
        cmocka_unit_test(a_check_that_never_went_out_ends),
        cmocka_unit_test(a_new_port_tells_that_the_mapping_was_forgotten),
        cmocka_unit_test(without_help_nothing_is_tried),
        cmocka_unit_test(a_peer_that_does_not_know_what_is_asked_is_asked_once),
        cmocka_unit_test(silences_that_something_else_ends_are_tried_a_few_times),
        cmocka_unit_test(what_is_fixed_stays),
        cmocka_unit_test(traffic_keeps_it_by_itself),
        cmocka_unit_test(who_asks_for_a_call_gets_one_and_not_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
