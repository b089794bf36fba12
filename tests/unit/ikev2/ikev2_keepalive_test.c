/* SPDX-License-Identifier: BSD-3-Clause */
/* A caller behind a NAT that says nothing, and what it and its gateway learn of that NAT. */
#include "ike_core.h"
#include "ike_pair.h"

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
        c->rekey_s = 0;
        c->children[0].rekey_s = 0;
    }
    pair_start(p);
    pair_connect(p);
    pair_run(p, 5);
    p->h[0].sends = 0;
    return p;
}

static void silences_grow_as_long_as_the_nat_bears_them(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    assert_int_equal(view(p, 0).keepalive_s, 20);
    pair_run(p, 22);
    assert_int_equal(p->h[0].sends, 1); /* a liveness check */
    assert_int_equal(p->h[0].keepalives, 0);
    assert_int_equal(view(p, 0).local_mapping.held_s, 20);
    assert_int_equal(view(p, 0).keepalive_s, 30);
    pair_run(p, 1500);
    assert_int_equal(view(p, 0).local_mapping.held_s, 300);
    assert_int_equal(view(p, 0).local_mapping.lost_s, 0);
    assert_int_equal(view(p, 0).keepalive_s, 281);
    const unsigned sends = p->h[0].sends;
    assert_true(sends < 12);
    pair_run(p, 300);
    assert_int_equal(p->h[0].sends, sends); /* nothing is to be learned: a byte does */
    assert_true(p->h[0].keepalives >= 1);
    assert_true(view(p, 1).remote_mapping.held_s >= 200); /* the gateway saw it, too */
    assert_int_equal(view(p, 1).keepalive_s, 0);
    pair_free(p);
}

static void a_mapping_that_was_forgotten_is_noticed_with_the_check_and_mended(void **state)
{
    (void)state;
    struct pair *p = silent(true, IKE_KEEPALIVE_AUTO);
    pair_run(p, 50); /* 20 and 30 s were borne, 45 are tried */
    assert_int_equal(view(p, 0).keepalive_s, 45);
    p->nat_shift = 200;
    pair_run(p, 50);
    assert_int_equal(view(p, 1).path.remote.port, 4700);
    assert_int_equal(p->h[1].children[0].path.remote.port, 4700);
    assert_int_equal(view(p, 0).local_mapping.held_s, 30);
    assert_int_equal(view(p, 0).local_mapping.lost_s, 45);
    assert_int_equal(view(p, 0).keepalive_s, 37); /* between the two */
    assert_true(view(p, 1).remote_mapping.lost_s >= 45);
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

/* Without MOBIKE nobody says what the peer sees, but what is known of the NAT is used. */
static void without_an_answer_nothing_is_tried(void **state)
{
    (void)state;
    struct pair *p = silent(false, IKE_KEEPALIVE_AUTO);
    pair_run(p, 200);
    assert_int_equal(p->h[0].sends, 0);
    assert_true(p->h[0].keepalives >= 9);
    assert_int_equal(view(p, 0).local_mapping.held_s, 0);
    ike_mapping_held(p->h[0].ike, &p->h[0].addr, 300 * BASE_NS_PER_S);
    assert_int_equal(view(p, 0).keepalive_s, 281);
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
    assert_int_equal(p->h[0].sends + p->h[0].keepalives, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silences_grow_as_long_as_the_nat_bears_them),
        cmocka_unit_test(a_mapping_that_was_forgotten_is_noticed_with_the_check_and_mended),
        cmocka_unit_test(what_is_fixed_stays),
        cmocka_unit_test(without_an_answer_nothing_is_tried),
        cmocka_unit_test(traffic_keeps_it_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
