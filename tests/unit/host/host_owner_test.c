/* SPDX-License-Identifier: BSD-3-Clause */
/* Who has an address, in a network namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "host_owner.h"
#include "net_box.h"

static bool is_ours(const void *arg, const char *name)
{
    return arg && strcmp(arg, name) == 0;
}

static bool owned(const char *text, const char *ours, const char *by)
{
    char name[IF_NAMESIZE] = "";
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    const bool is_owned = host_owner(&a, is_ours, ours, name);
    if (is_owned)
        assert_string_equal(name, by);
    return is_owned;
}

static void the_interface_with_the_address_is_named(void **state)
{
    (void)state;
    net_box_near("ip address add 192.0.2.1/24 dev near && ip -6 address add 2001:db8::1/64 dev near nodad");
    assert_true(owned("192.0.2.1", NULL, "near"));
    assert_true(owned("2001:db8::1", NULL, "near"));
    assert_false(owned("192.0.2.2", NULL, ""));
}

static void one_of_ours_does_not_count(void **state)
{
    (void)state;
    assert_false(owned("192.0.2.1", "near", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interface_with_the_address_is_named),
        cmocka_unit_test(one_of_ours_does_not_count),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    net_box_unwire();
    return rc;
}
