/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine has the pools of its configuration. */
#include "pool_pair.h"

#include "ike_core.h"
#include "ike_pools.h"
#include "pool_book.h"

static void pools_are_those_of_the_configuration_in_force(void **state)
{
    (void)state;
    struct pool_view v;
    struct pair *p = pair_with_pools();
    pair_start(p);
    const struct pool_book *book = ike_pools(p->h[1].ike);
    assert_true(pool_view(book, 1, &v));
    assert_string_equal(v.name, "six");
    assert_int_equal(v.size, 3);
    assert_int_equal(pool_places(ike_pools(p->h[0].ike)), 64); /* a gateway without pools has small tables */
    assert_true(pool_places(book) >= 2 * p->h[1].conf->sas_max);
    struct ike_conf *next = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    next->conns[0].remote_addr = p->h[0].addr;
    pair_pool(next, "other", "10.9.7.1", "10.9.7.9");
    ike_conf_seal(next);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = next});
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = next;
    assert_true(pool_view(book, 0, &v));
    assert_string_equal(v.name, "other");
    assert_int_equal(v.size, 9);
    assert_true(pool_view(book, 1, &v)); /* those of no pool */
    assert_int_equal(v.size, 0);
    assert_int_equal(ike_pools_apply(p->h[1].ike), 0); /* twice is once */
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_are_those_of_the_configuration_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
