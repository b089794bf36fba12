/* SPDX-License-Identifier: BSD-3-Clause */
/* Selectors of hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike_host_ts.h"

static struct base_addr addr(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static void networks_come_down_to_the_host_and_others_are_left_out(void **state)
{
    const struct base_addr host = addr("203.0.113.7");
    struct base_ts_list l = {.count = 4}, out;
    (void)state;
    l.list[0] = (struct base_ts){.protocol = 17, .port_lo = 1701, .port_hi = 1701}; /* dynamic */
    l.list[1] = (struct base_ts){.port_hi = 65535, .lo = addr("10.0.0.0"), .hi = addr("10.255.255.255")};
    l.list[2] = (struct base_ts){.port_hi = 65535, .lo = addr("203.0.113.0"), .hi = addr("203.0.113.255")};
    l.list[3] = (struct base_ts){.port_hi = 65535, .lo = addr("2001:db8::"), .hi = addr("2001:db8::ffff")};
    ike_host_ts(&l, &host, &out);
    assert_int_equal(out.count, 2);
    assert_int_equal(out.list[0].port_hi, 1701);
    for (size_t i = 0; i < out.count; i++)
        assert_true(base_addr_equal(&out.list[i].lo, &host) && base_addr_equal(&out.list[i].hi, &host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_come_down_to_the_host_and_others_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
