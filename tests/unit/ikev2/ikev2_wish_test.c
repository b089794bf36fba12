/* SPDX-License-Identifier: BSD-3-Clause */
/* Wishes for children. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_wish.h"

static void wishes_are_counted_per_child(void **state)
{
    (void)state;
    struct ikev2_sa *sa = calloc(1, sizeof *sa), *heir = calloc(1, sizeof *heir);
    assert_false(ikev2_wish_any(sa));
    ikev2_wish_one(sa, IKE_CHILDREN_MAX - 1);
    ikev2_wish_one(sa, IKE_CHILDREN_MAX - 1); /* it is wanted already */
    ikev2_wish_one(sa, 0);
    assert_true(ikev2_wish_has(sa, IKE_CHILDREN_MAX - 1));
    assert_false(ikev2_wish_has(sa, 1));
    ikev2_wish_move(sa, heir);
    assert_false(ikev2_wish_any(sa));
    assert_true(ikev2_wish_has(heir, 0));
    ikev2_wish_drop(heir, IKE_CHILDREN_MAX - 1);
    ikev2_wish_drop(heir, IKE_CHILDREN_MAX - 1); /* there is none left */
    assert_false(ikev2_wish_has(heir, IKE_CHILDREN_MAX - 1));
    ikev2_wish_now(heir, 0);
    assert_true(ikev2_wish_is_now(heir, 0));
    ikev2_wish_move(heir, sa);
    assert_false(ikev2_wish_is_now(heir, 0));
    assert_true(ikev2_wish_is_now(sa, 0));
    ikev2_wish_begun(sa, 0);
    assert_false(ikev2_wish_is_now(sa, 0));
    ikev2_wish_move(sa, heir);
    ikev2_wish_drop(heir, 0);
    assert_false(ikev2_wish_any(heir));
    ikev2_wishes_free(&heir->want.children);
    free(heir);
    free(sa);
}

/* Several pairs of one configured child live side by side, and their SA ends with all of them. */
static void a_configured_child_may_have_several_pairs(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    ikev2_wish_one(sa, 0);
    sa->want.children.count[0] = 2;
    ikev2_sa_touch(ike, sa);
    ike_on_timer(ike, p->now);
    pair_settle(p);
    pair_run(p, 1);
    assert_false(ikev2_wish_any(sa));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_live(&p->h[i]), 3);
        assert_int_equal(pair_stats(p, i).children, 3);
    }
    pair_check_keys(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 10);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pair_live(&p->h[i]), 3);
    pair_check_keys(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    for (int i = 0; i < 2; i++)
        assert_int_equal(pair_live(&p->h[i]), 0);
    pair_free(p);
}

/* The peer lacks the second child: it is asked for once, however many are wanted. */
static void what_the_peer_refused_is_not_asked_for_again(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    ike_child_conf_defaults(&c->children[1]);
    snprintf(c->children[1].name, IKE_NAME_MAX, "second");
    pair_ts(&c->children[1].local_ts, "10.3.0.0/16");
    pair_ts(&c->children[1].remote_ts, "10.4.0.0/16");
    c->n_children = 2;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (!p->h[0].n_children)
        pair_deliver_one(p);
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    ikev2_wish_one(sa, 1);
    sa->want.children.count[1] = 3;
    p->hold = false;
    pair_run(p, 60);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
    assert_false(ikev2_wish_any(sa));
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wishes_are_counted_per_child),
        cmocka_unit_test(a_configured_child_may_have_several_pairs),
        cmocka_unit_test(what_the_peer_refused_is_not_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
