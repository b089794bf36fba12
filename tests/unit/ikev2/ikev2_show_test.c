/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's state as status shows it. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_wish.h"

static void an_sa_is_shown_with_its_child_and_both_identities(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_sa_view v;
    struct ike_child_view c;
    char id[IKE_ID_TEXT_MAX];
    assert_true(ike_show_next(p->h[1].ike, 0, &v));
    assert_string_equal(v.conn, "a");
    assert_int_equal(v.state, IKE_VIEW_ESTABLISHED);
    assert_string_equal(ike_id_text(&v.remote_id, NULL, id), "@a");
    assert_string_equal(ike_id_text(&v.local_id, NULL, id), "@b");
    assert_true(v.remote_hash_matches && v.local_hash_matches);
    assert_int_equal(v.n_children, 1);
    assert_true(ike_show_child(p->h[1].ike, v.id, 0, &c));
    assert_false(ike_show_child(p->h[1].ike, v.id, 1, &c));
    assert_false(ike_show_child(p->h[1].ike, v.id + 1, 0, &c));
    assert_string_equal(c.name, "net");
    assert_non_null(strstr(c.proposal, "/ESN"));
    assert_int_equal(c.spi_in, p->h[1].children[0].i.pair.spi_in);
    assert_false(ike_show_next(p->h[1].ike, v.id, &v));
    pair_free(p);
}

static void a_walk_goes_on_when_the_last_one_shown_has_gone(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_sa_view v;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    assert_true(ike_show_next(p->h[0].ike, 1, &v)); /* number 1 was replaced */
    assert_true(v.id > 1);
    assert_int_equal(v.n_children, 1);
    assert_false(ike_show_next(p->h[0].ike, v.id, &v));
    pair_free(p);
}

static void the_sas_of_a_connection_are_counted_by_its_name(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *b = p->h[1].ike;
    static struct ike_presence now;
    struct ikev2_sa *sa = ikev2_sa_new(b, &(struct ike_path){0}, true); /* of nobody yet */
    sa->spi_i = ikev2_sa_new_spi(b);
    ikev2_sa_link(b, sa);
    assert_true(ike_show_presence(b, "a", &now));
    assert_true(now.sas == 1 && now.up == 1 && now.connecting == 0 && now.closing == 0);
    assert_true(base_endpoint_equal(&now.peer, &(struct base_endpoint){p->h[0].addr, 500}));
    assert_int_equal(now.children[0], 1);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    pair_settle(p);
    assert_true(ike_show_presence(b, "a", &now));
    assert_int_equal(now.children[0], 1); /* the one that was replaced lingers, and does not count */
    p->drop[0] = p->drop[1] = true;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"});
    assert_true(ike_show_presence(b, "a", &now));
    assert_true(now.sas == 1 && now.up == 0 && now.closing == 1);
    assert_false(ike_show_presence(b, "nobody", &now));
    pair_free(p);
}

static void a_walk_goes_on_over_a_wide_gap(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *a = p->h[0].ike;
    struct ike_sa_view v;
    uint64_t gone[200];
    for (size_t i = 0; i < 200; i++) { /* each ends before it is authenticated */
        struct ikev2_sa *sa = ikev2_sa_new(a, &(struct ike_path){0}, true);
        sa->spi_i = ikev2_sa_new_spi(a);
        sa->quiet = true;
        ikev2_sa_link(a, sa);
        gone[i] = sa->id;
        if (i < 199)
            ikev2_sa_kill(a, sa);
    }
    ikev2_settle(a);
    assert_true(ike_show_next(a, 0, &v));
    assert_true(v.id < gone[0]);
    for (size_t i = 0; i < 199; i++) {
        assert_true(ike_show_next(a, gone[i], &v));
        assert_int_equal(v.id, gone[199]);
    }
    assert_false(ike_show_next(a, gone[199], &v));
    assert_false(ike_show_next(a, gone[199] + 1000, &v));
    pair_free(p);
}

/* Ten live pairs of one child and the ten that they replaced. */
static void live_pairs_are_shown_before_replaced_ones(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_sa_view v;
    struct ike_child_view c;
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    ikev2_wish_one(sa, 0);
    sa->want.children.count[0] = 9;
    ikev2_sa_touch(p->h[0].ike, sa);
    ike_on_timer(p->h[0].ike, p->now);
    pair_settle(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(pair_live(&p->h[0]), 20);
    assert_true(ike_show_next(p->h[0].ike, 0, &v));
    assert_int_equal(v.n_children, 20);
    for (size_t i = 0; i < v.n_children; i++) {
        assert_true(ike_show_child(p->h[0].ike, v.id, i, &c));
        assert_int_equal(c.is_rekeyed, i >= 10);
        assert_string_equal(c.name, "net");
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sa_is_shown_with_its_child_and_both_identities),
        cmocka_unit_test(live_pairs_are_shown_before_replaced_ones),
        cmocka_unit_test(a_walk_goes_on_when_the_last_one_shown_has_gone),
        cmocka_unit_test(the_sas_of_a_connection_are_counted_by_its_name),
        cmocka_unit_test(a_walk_goes_on_over_a_wide_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
