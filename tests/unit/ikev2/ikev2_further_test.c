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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_that_wants_one_gets_it_from_either_side),
        cmocka_unit_test(ours_are_as_many_as_configured),
        cmocka_unit_test(a_peer_gets_twice_as_many_and_hears_ts_max_queue_then),
        cmocka_unit_test(a_peer_that_does_not_know_it_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
