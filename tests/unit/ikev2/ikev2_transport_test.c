/* SPDX-License-Identifier: BSD-3-Clause */
/* Transport mode, as both sides see it through each kind of NAT (RFC 7296 2.23.1). */
#include "ike_hosts.h"

#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void addresses_are_put_in_place_behind_each_kind_of_nat(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const bool has_nat = i & 1, has_dnat = i & 2;
        const char *a_seen = has_nat ? A_SEEN : A, *b_seen = has_dnat ? B_SEEN : B;
        struct pair *p = hosts(has_nat, has_dnat);
        pair_start(p);
        pair_connect(p);
        pair_check_one(p);
        assert_ends(&p->h[0], A, b_seen, a_seen, B);
        assert_ends(&p->h[1], B, a_seen, b_seen, A);
        pair_free(p);
    }
}

static void a_rekeying_by_either_side_keeps_mode_and_addresses(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct pair *p = hosts(true, true);
        pair_start(p);
        pair_connect(p);
        const uint32_t before = live_pair(&p->h[side])->spi_in;
        p->h[side].ike->v2->first->children->want_rekey = true;
        ikev2_sa_touch(p->h[side].ike, p->h[side].ike->v2->first);
        ike_on_timer(p->h[side].ike, p->now);
        pair_run(p, 10);
        pair_check_one(p);
        assert_int_not_equal(live_pair(&p->h[side])->spi_in, before);
        assert_ends(&p->h[0], A, B_SEEN, A_SEEN, B);
        assert_ends(&p->h[1], B, A_SEEN, B_SEEN, A);
        pair_free(p);
    }
}

/* Networks that have the host's address are for it alone; those that have not are left out. */
static void networks_of_the_configuration_come_down_to_the_host(void **state)
{
    (void)state;
    struct pair *p = hosts(true, false);
    struct ike_child_conf *c = &p->h[1].conf->conns[0].children[0];
    pair_ts_only(&c->remote_ts, "203.0.113.0/24");
    pair_ts(&c->remote_ts, "10.0.0.0/8");
    pair_ts_only(&c->local_ts, "0.0.0.0/0");
    pair_start(p);
    pair_connect(p);
    assert_ends(&p->h[1], B, A_SEEN, B, A);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_put_in_place_behind_each_kind_of_nat),
        cmocka_unit_test(a_rekeying_by_either_side_keeps_mode_and_addresses),
        cmocka_unit_test(networks_of_the_configuration_come_down_to_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
