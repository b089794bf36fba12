/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools and leases as whole texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void pools_and_who_has_their_addresses(void **state)
{
    expect_printed(
        cli_print_pools,
        "{'pools':[{'name':'staff','addresses':['10.9.0.1-10.9.0.254'],'size':254,'in_use':1,'kept':1,"
        "'reserved':3,'free':249,'lease_s':3600},{'in_use':1,'kept':0}],'leases':[{'address':'10.9.0.1','"
        "pool':"
        "'staff','state':'in use','since_s':60,'id':'@a'},{'address':'192.0.2.7','state':'in use',"
        "'since_s':5,'id':'@b'}]}",
        "  POOL          ADDRESSES            SIZE  IN USE  KEPT  RESERVED  FREE      LEASE\n"
        "  staff         10.9.0.1-10.9.0.254   254       1     1         3   249  1 h 0 min\n"
        "  (in no pool)  -                       -       1     0         -     -          -\n"
        "\n"
        "  ADDRESS    POOL   STATE       SINCE  IDENTITY\n"
        "  10.9.0.1   staff  in use  1 min 0 s  @a\n"
        "  192.0.2.7  -      in use        5 s  @b\n");
}

static void without_pools_that_is_said(void **state)
{
    expect_printed(cli_print_pools, "{'pools':[],'leases':[]}", "  no pools are configured\n");
}

static void leases_are_sorted_by_address(void **state)
{
    json_t *d = json_pack("{s:[{s:s},{s:s},{s:s},{s:s}]}", "leases", "address", "fd09::1", "address",
                          "10.9.0.10", "address", "10.9.0.9", "address", "10.10.0.1");
    static const char *const want[] = {"10.9.0.9", "10.9.0.10", "10.10.0.1", "fd09::1"};
    cli_settle_leases(d);
    const json_t *l = json_object_get(d, "leases");
    assert_int_equal(json_array_size(l), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(cli_text(json_array_get(l, i), "address"), want[i]);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_and_who_has_their_addresses),
        cmocka_unit_test(without_pools_that_is_said),
        cmocka_unit_test(leases_are_sorted_by_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
