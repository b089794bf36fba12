/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's packet filter, in a network namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "host_firewall.h"
#include "net_box.h"

static void none_at_first(void **state)
{
    (void)state;
    struct host_firewall fw;
    assert_int_equal(host_firewall_look(&fw), 0);
    assert_int_equal(fw.n_input, 0);
    assert_string_equal(fw.drops, "");
}

static void chains_that_drop_are_named_by_their_table(void **state)
{
    (void)state;
    struct host_firewall fw;
    net_box_near("nft 'add table inet guard; add chain inet guard in { type filter hook input priority 0; "
                 "policy drop; }; "
                 "add chain inet guard out { type filter hook output priority 0; policy drop; }; "
                 "add table ip mild; add chain ip mild in { type filter hook input priority 0; }; "
                 "add table netdev other'");
    assert_int_equal(host_firewall_look(&fw), 0);
    assert_int_equal(fw.n_input, 2);
    assert_int_equal(fw.n_drop, 1);
    assert_string_equal(fw.drops, "inet guard");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_at_first),
        cmocka_unit_test(chains_that_drop_are_named_by_their_table),
    };
    return net_box_enter() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
