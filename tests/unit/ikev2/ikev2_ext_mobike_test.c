/* SPDX-License-Identifier: BSD-3-Clause */
/* What both say of MOBIKE in IKE_AUTH. Who wants it with whom: ikev2_mobike_test.c. */
#include "ike_pair.h"

#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void both_lists_go_along_and_who_called_decides(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        c->mobike = true;
        c->local_addrs[0] = p->h[i].addr;
        c->local_addrs[1] = pair_addr(i ? "2001:db8::b" : "2001:db8::a");
        c->n_local_addrs = 2;
    }
    pair_start(p);
    pair_connect(p);
    for (int i = 0; i < 2; i++) {
        const struct ikev2_mobike *m = &p->h[i].ike->v2->first->mobike;
        assert_true(m->is_agreed);
        assert_int_equal(m->is_ours, i == 0);
        assert_int_equal(m->peer->count, 1);
        assert_true(base_addr_equal(&m->peer->list[0], &p->h[!i].conf->conns[0].local_addrs[1]));
    }
    pair_free(p);
}

/* A caller behind a NAT asks at once how it looks from outside, and only then. */
static void a_caller_behind_a_nat_asks_how_it_is_seen(void **state)
{
    (void)state;
    for (int has_nat = 0; has_nat < 2; has_nat++) {
        struct pair *p = pair_new();
        p->h[0].conf->conns[0].mobike = p->h[1].conf->conns[0].mobike = true;
        p->has_nat = has_nat;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(p->h[0].sends, has_nat ? 3 : 2);
        assert_int_equal(p->h[0].ike->v2->first->mobike.knows_seen, has_nat);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_lists_go_along_and_who_called_decides),
        cmocka_unit_test(a_caller_behind_a_nat_asks_how_it_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
