/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Further SAs of a child (RFC 9611): how two engines agree on them, who gets how many, and that all of them
 * are one child to everybody else.
 */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_wish.h"

/* Two engines that allow so many, 1: none. */
static struct pair *further_new(uint32_t a, uint32_t b)
{
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].children[0].worker_sas = a;
    p->h[1].conf->conns[0].children[0].worker_sas = b;
    return p;
}

static struct pair *further_up(uint32_t a, uint32_t b)
{
    struct pair *p = further_new(a, b);
    pair_start(p);
    pair_connect(p);
    return p;
}

/* A worker of one side has packets for its newest pair, and none of its own. */
static void further_want(struct pair *p, int i)
{
    struct pair_host *h = &p->h[i];
    for (size_t k = h->n_children; k-- > 0;)
        if (!h->children[k].is_removed) {
            pair_event(p, i,
                       (struct ike_event){.type = IKE_EV_SA_WANTED, .spi_in = h->children[k].i.pair.spi_in});
            return;
        }
}

static void further_check(struct pair *p, size_t n)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_live(&p->h[i]), n);
        assert_int_equal(pair_stats(p, i).ike_sas, 1);
    }
    pair_check_keys(p);
}

static void a_worker_that_wants_one_gets_it_from_either_side(void **state)
{
    (void)state;
    struct pair *p = further_up(4, 4);
    further_check(p, 1);
    for (int i = 0; i < 2; i++) {
        assert_true(p->h[i].children[0].i.pair.is_shared);
        assert_int_equal(p->h[i].children[0].i.pair.beside_in, 0);
    }
    further_want(p, 0);
    further_check(p, 2);
    further_want(p, 1);
    further_check(p, 3);
    for (int i = 0; i < 2; i++)
        for (size_t k = 1; k < 3; k++) {
            const struct pair_child *c = &p->h[i].children[k];
            assert_true(c->i.pair.is_shared);
            assert_int_not_equal(c->i.pair.beside_in, 0);
            assert_int_equal(c->i.pair.replaces_in, 0);
            assert_true(c->is_active);
            assert_true(base_ts_equal(&c->i.pair.remote_ts, &p->h[i].children[0].i.pair.remote_ts));
        }
    pair_free(p);
}

static void ours_are_as_many_as_configured(void **state)
{
    (void)state;
    struct pair *p = further_up(3, 64);
    for (int n = 0; n < 8; n++)
        further_want(p, 0);
    further_check(p, 3);
    pair_free(p);
}

/* RFC 9611 6: room for a peer with more workers, and never NO_ADDITIONAL_SAS. */
static void a_peer_gets_twice_as_many_and_hears_ts_max_queue_then(void **state)
{
    (void)state;
    struct pair *p = further_up(64, 2);
    for (int n = 0; n < 8; n++)
        further_want(p, 0);
    further_check(p, 4);
    assert_true(pair_stats(p, 1).further_refused >= 1);
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, WIRE_IKE_N_TS_MAX_QUEUE);
    /* It goes on with those that it has, and other children are made. */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 60);
    further_check(p, 4);
    pair_free(p);
}

static void a_peer_that_does_not_know_it_has_one(void **state)
{
    (void)state;
    for (int knows = 0; knows < 2; knows++) {
        struct pair *p = further_up(knows ? 4 : 1, knows ? 1 : 4);
        for (int i = 0; i < 2; i++) {
            assert_false(p->h[i].children[0].i.pair.is_shared);
            further_want(p, i);
        }
        further_check(p, 1);
        pair_free(p);
    }
}

/* Both lack one at the same moment: both exchanges hold, and neither side takes the other's for its own. */
static void both_sides_may_ask_at_once(void **state)
{
    (void)state;
    struct pair *p = further_up(2, 2);
    p->hold = true;
    further_want(p, 0);
    further_want(p, 1);
    p->hold = false;
    pair_run(p, 10);
    further_check(p, 3);
    further_want(p, 0);
    further_want(p, 1);
    further_check(p, 3); /* enough */
    for (int i = 0; i < 2; i++)
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_FAIL_REFUSED), 0);
    pair_free(p);
}

/* The pairs that live, in the order in which they were installed. */
static size_t further_list(const struct pair_host *h, const struct pair_child *list[8])
{
    size_t n = 0;
    for (size_t k = 0; k < h->n_children && n < 8; k++)
        if (!h->children[k].is_removed)
            list[n++] = &h->children[k];
    return n;
}

/* Each gets an heir of its own, which stands beside the others; by one side, or both at once. */
static void each_is_rekeyed_alone(void **state)
{
    (void)state;
    for (int by = 0; by < 3; by++) {
        const struct pair_child *was[8], *is[8];
        struct pair *p = further_up(3, 3);
        further_want(p, 0);
        further_want(p, 0);
        further_check(p, 3);
        assert_int_equal(further_list(&p->h[0], was), 3);
        p->hold = by == 2;
        for (int i = 0; i < 2; i++)
            for (size_t k = 0; k < 3 && (by == 2 || by == i); k++)
                pair_event(
                    p, i,
                    (struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = p->h[i].children[k].i.pair.spi_in});
        p->hold = false;
        pair_run(p, 60);
        further_check(p, 3);
        assert_int_equal(further_list(&p->h[0], is), 3);
        for (size_t k = 0; k < 3; k++) {
            bool is_heir = false;
            for (size_t o = 0; o < 3; o++)
                is_heir = is_heir || is[k]->i.pair.replaces_in == was[o]->i.pair.spi_in;
            assert_true(is_heir || by == 2); /* the heir of an heir, where both did it */
            assert_true(is[k]->is_active && is[k]->i.pair.is_shared && is[k]->i.pair.beside_in);
            for (size_t o = 0; o < k; o++)
                assert_int_not_equal(is[k]->i.pair.replaces_in, is[o]->i.pair.replaces_in);
        }
        pair_free(p);
    }
}

/* It is not made again by itself, or the two sides would go on for ever (RFC 9611 6); when a worker wants it
 * it is, after a pause. */
static void one_that_the_peer_closes_comes_back_when_it_is_wanted(void **state)
{
    (void)state;
    struct pair *p = further_new(2, 2);
    p->h[0].conf->conns[0].start = true;
    pair_start(p);
    pair_run(p, 3);
    further_want(p, 0);
    further_check(p, 2);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = p->h[1].children[1].i.pair.spi_in});
    pair_run(p, 6);
    further_check(p, 1);
    further_want(p, 0);
    further_check(p, 1);
    pair_run(p, 10);
    further_check(p, 2);
    pair_free(p);
}

static void the_first_may_go_and_the_others_stay(void **state)
{
    (void)state;
    struct pair *p = further_up(2, 2);
    further_want(p, 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = p->h[0].children[0].i.pair.spi_in});
    pair_run(p, 20);
    further_check(p, 1);
    further_want(p, 0);
    further_check(p, 2);
    assert_int_equal(p->h[0].children[2].i.pair.beside_in, p->h[0].children[1].i.pair.spi_in);
    pair_free(p);
}

static void to_the_operator_they_are_one_child(void **state)
{
    (void)state;
    struct pair *p = further_up(3, 3);
    further_want(p, 0);
    further_want(p, 1);
    further_check(p, 3);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b"}), -EALREADY);
    further_check(p, 3);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .child = "net"}),
                     0);
    pair_run(p, 20);
    further_check(p, 3);
    assert_int_equal(p->h[0].n_children, 6);
    further_want(p, 1); /* one is being made */
    p->hold = true;
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b", .child = "net"}), 0);
    p->hold = false;
    pair_run(p, 20);
    further_check(p, 0);
    pair_free(p);
}

static void a_new_ike_sa_keeps_them_or_begins_with_one(void **state)
{
    (void)state;
    struct pair *p = further_up(3, 3);
    further_want(p, 0);
    further_want(p, 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_run(p, 40);
    further_check(p, 3);
    assert_int_equal(p->h[0].n_children, 3);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    pair_run(p, 40);
    further_check(p, 1);
    assert_int_equal(p->h[0].children[3].i.pair.beside_in, 0);
    further_want(p, 0);
    further_check(p, 2);
    pair_free(p);
}

/* The engine gets a copy of its configuration with another number. */
static void further_reload(struct pair *p, int i, uint32_t n)
{
    struct ike_conf *conf = i ? pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16")
                              : pair_conf("b", "@a", "@b", "secret", "10.1.0.0/16", "10.2.0.0/16");
    conf->conns[0].remote_addr = p->h[!i].addr;
    conf->conns[0].children[0].worker_sas = n;
    ike_conf_seal(conf);
    pair_event(p, i, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    pair_run(p, 20);
    ike_conf_put(p->h[i].conf);
    p->h[i].conf = conf;
}

static void a_reload_begins_it_and_ends_it(void **state)
{
    (void)state;
    struct pair *p = further_up(1, 4);
    further_reload(p, 0, 4);
    further_check(p, 1);
    further_want(p, 1);
    further_want(p, 0);
    further_check(p, 3);
    further_reload(p, 0, 1);
    further_check(p, 1);
    assert_int_equal(pair_stats(p, 0).established, 1); /* the IKE SA went on */
    for (int i = 0; i < 2; i++)
        further_want(p, i);
    further_check(p, 1);
    pair_free(p);
}

/* What the data path does not take, it goes on without. */
static void one_that_cannot_be_installed_leaves_the_others(void **state)
{
    (void)state;
    struct pair *p = further_up(3, 3);
    further_want(p, 0);
    further_check(p, 2);
    pair_event(p, 0,
               (struct ike_event){
                   .type = IKE_EV_SA_FAILED, .spi_in = p->h[0].children[1].i.pair.spi_in, .error = -ENOMEM});
    pair_run(p, 10);
    further_check(p, 1);
    further_want(p,
                 1); /* it has no room now: another child might be had elsewhere, so not NO_ADDITIONAL_SAS */
    further_check(p, 1);
    assert_int_equal(pair_audit(&p->h[1], IKE_AUDIT_FAIL_REFUSED)->notify, WIRE_IKE_N_TS_MAX_QUEUE);
    pair_free(p);
}

/* One without packets goes; the child has ended when the last one has. */
static void idle_ones_go_one_by_one(void **state)
{
    (void)state;
    struct pair *p = further_new(2, 2);
    p->h[0].conf->conns[0].children[0].inactivity_s = 30;
    p->h[0].conf->conns[0].childless_s = 0;
    pair_start(p);
    pair_connect(p);
    further_want(p, 0);
    for (int i = 0; i < 5; i++) {
        pair_run(p, 10);
        pair_event(p, 0,
                   (struct ike_event){.type = IKE_EV_TRAFFIC,
                                      .spi_in = p->h[0].children[0].i.pair.spi_in,
                                      .last_in = p->now,
                                      .last_out = p->now});
    }
    further_check(p, 1);
    assert_false(p->h[0].children[0].is_removed);
    pair_run(p, 50);
    further_check(p, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_that_wants_one_gets_it_from_either_side),
        cmocka_unit_test(ours_are_as_many_as_configured),
        cmocka_unit_test(a_peer_gets_twice_as_many_and_hears_ts_max_queue_then),
        cmocka_unit_test(a_peer_that_does_not_know_it_has_one),
        cmocka_unit_test(both_sides_may_ask_at_once),
        cmocka_unit_test(each_is_rekeyed_alone),
        cmocka_unit_test(one_that_the_peer_closes_comes_back_when_it_is_wanted),
        cmocka_unit_test(the_first_may_go_and_the_others_stay),
        cmocka_unit_test(to_the_operator_they_are_one_child),
        cmocka_unit_test(a_new_ike_sa_keeps_them_or_begins_with_one),
        cmocka_unit_test(a_reload_begins_it_and_ends_it),
        cmocka_unit_test(one_that_cannot_be_installed_leaves_the_others),
        cmocka_unit_test(idle_ones_go_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
