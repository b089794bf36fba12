/* SPDX-License-Identifier: BSD-3-Clause */
/* What is said of inner addresses that are not to be had. */
#include "pool_pair.h"

#include "explain.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static const struct ike_audit *said(struct pair *p, int i, enum explain_address fault)
{
    struct ike *ike = p->h[i].ike;
    explain_address(ike, ikev2_sa_about(ike->v2->first), fault);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[i], IKE_AUDIT_FAIL_ADDRESS);
    assert_non_null(a);
    return a;
}

static struct pair *pair_got(void)
{
    struct pair *p = pair_with_pools();
    pair_start(p);
    pair_connect(p);
    return p;
}

static void a_full_pool_is_named_with_what_frees_addresses(void **state)
{
    (void)state;
    struct pair *p = pair_got();
    const struct ike_audit *a = said(p, 1, EXPLAIN_ADDRESS_FULL);
    assert_string_equal(a->what, "the peer asks for an inner address, and none is free");
    assert_string_equal(a->why, "All addresses of the pools of this connection (four, six) are in use, or "
                                "kept for peers that had them.");
    assert_string_equal(a->fix_here, "pools: give them more addresses, or a shorter lease_s; culvertctl show "
                                     "pools tells who has them");
    pair_free(p);
}

static void an_address_of_a_row_that_is_in_use_is_told_with_the_policy(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_KEEP;
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = said(p, 1, EXPLAIN_ADDRESS_BUSY);
    assert_string_equal(a->what, "the peer's own inner address is in use");
    assert_string_equal(a->why,
                        "A row of connection \"a\", or its RADIUS server, says which address this identity "
                        "has, and another SA has it: one of the same identity (unique is \"keep\"), or of a "
                        "peer who got it before.");
    assert_string_equal(a->fix_here,
                        "connections.a: give each device an identity of its own, or let the newcomer "
                        "replace (unique: replace); culvertctl show pools tells who has the address");
    pair_free(p);
}

static void a_family_without_a_pool_is_told_with_both_cures(void **state)
{
    (void)state;
    struct pair *p = pair_got();
    const struct ike_audit *a = said(p, 1, EXPLAIN_ADDRESS_FAMILY);
    assert_string_equal(a->fix_here, "connections.a.remote.pools: name a pool of that family, too");
    assert_string_equal(a->fix_peer, "or ask for the other family (strongSwan: vips = 0.0.0.0 or ::)");
    pair_free(p);
}

static void who_asks_for_none_is_told_by_what_is_demanded(void **state)
{
    (void)state;
    for (int required = 0; required < 2; required++) {
        struct pair *p = pair_with_pools();
        p->h[1].conf->conns[0].address_required = required;
        pair_start(p);
        pair_connect(p);
        const struct ike_audit *a = said(p, 1, EXPLAIN_ADDRESS_UNASKED);
        assert_string_equal(a->what, "the peer asks for no inner address");
        assert_non_null(strstr(a->why, required ? "(address_required), so its child SA is refused"
                                                : "without one there is nothing for a child SA"));
        assert_string_equal(a->fix_peer, "ask for one (strongSwan: vips = 0.0.0.0, ::)");
        pair_free(p);
    }
}

static void a_peer_that_gives_none_is_told_how_to(void **state)
{
    (void)state;
    struct pair *p = pair_got();
    const struct ike_audit *a = said(p, 0, EXPLAIN_ADDRESS_NOT_GIVEN);
    assert_string_equal(a->fix_peer,
                        "give us an address (strongSwan: pools = NAME in its connection for us)");
    assert_string_equal(a->fix_here, "connections.b.local: take out virtual_addresses, and write our "
                                     "networks into subnets");
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pool_is_named_with_what_frees_addresses),
        cmocka_unit_test(an_address_of_a_row_that_is_in_use_is_told_with_the_policy),
        cmocka_unit_test(a_family_without_a_pool_is_told_with_both_cures),
        cmocka_unit_test(who_asks_for_none_is_told_by_what_is_demanded),
        cmocka_unit_test(a_peer_that_gives_none_is_told_how_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
