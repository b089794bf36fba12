/* SPDX-License-Identifier: BSD-3-Clause */
/* What "dynamic" means for an SA, and where its addresses go. */
#include "pool_pair.h"

#include "ike_core.h"
#include "ikev2_inner.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "pool_book.h"

static const char *ts_of(const struct ikev2_sa *sa, bool is_local)
{
    static char buf[200];
    static struct base_ts_list scratch;
    const struct ike_child_conf *c = &sa->conn->children[0];
    struct base_text t = base_text(buf, sizeof buf);
    base_ts_text(&t, ikev2_inner_ts(sa, is_local ? c->local_ts : c->remote_ts, is_local, &scratch));
    return buf;
}

static void dynamic_is_the_addresses_of_its_side(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    pair_start(p);
    pair_connect(p);
    struct ikev2_sa *a = p->h[0].ike->v2->first, *b = p->h[1].ike->v2->first;
    assert_string_equal(ts_of(a, true), "10.9.0.1/32, fd09::1/128");
    assert_string_equal(ts_of(a, false), "10.2.0.0/16, fd02::/64");
    assert_string_equal(ts_of(b, false), "10.9.0.1/32, fd09::1/128");
    b->inner->n = 1;
    assert_string_equal(ts_of(b, false), "10.9.0.1/32");
    b->inner->n = 0;
    assert_string_equal(ts_of(b, false), "(none)");
    b->inner->n = 2;
    pair_free(p);
}

static void before_they_are_known_it_is_all_of_the_families_that_are_asked_for(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    p->drop[0] = true;
    pair_start(p);
    pair_connect(p);
    struct ikev2_sa *a = p->h[0].ike->v2->first;
    assert_true(a->state < IKEV2_ST_UP);
    assert_string_equal(ts_of(a, true), "0.0.0.0/0, ::/0");
    assert_non_null(ikev2_inner_new(p->h[0].ike, a)); /* the answer is there, and gives none */
    assert_string_equal(ts_of(a, true), "(none)");
    pair_free(p);
}

static void selectors_without_it_are_what_they_are(void **state)
{
    (void)state;
    struct base_ts_list scratch;
    struct pair *p = pair_up();
    const struct ikev2_sa *sa = p->h[0].ike->v2->first;
    const struct base_ts_list *l = sa->conn->children[0].local_ts;
    assert_ptr_equal(ikev2_inner_ts(sa, l, true, &scratch), l);
    pair_free(p);
}

static void addresses_move_with_the_sa_and_are_given_back_once(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    struct pool_view v;
    pair_start(p);
    pair_connect(p);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first, *next = ikev2_sa_new(ike, &sa->path, false);
    ikev2_inner_move(ike, sa, next);
    assert_null(sa->inner);
    assert_int_equal(next->inner->n, 2);
    assert_int_equal(pool_holder(ike->pools, &next->inner->addrs[0], sa->remote_id), next->id);
    ikev2_inner_end(ike, sa); /* it has none any more */
    assert_true(pool_view(ike->pools, 0, &v));
    assert_int_equal(v.held, 1);
    ikev2_inner_end(ike, next);
    assert_null(next->inner);
    assert_true(pool_view(ike->pools, 0, &v));
    assert_int_equal(v.held, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dynamic_is_the_addresses_of_its_side),
        cmocka_unit_test(before_they_are_known_it_is_all_of_the_families_that_are_asked_for),
        cmocka_unit_test(selectors_without_it_are_what_they_are),
        cmocka_unit_test(addresses_move_with_the_sa_and_are_given_back_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
