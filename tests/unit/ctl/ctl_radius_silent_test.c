/* SPDX-License-Identifier: BSD-3-Clause */
/* Which servers are asked last, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "ctl_radius_silent.h"

static struct base_endpoint server(uint16_t port)
{
    struct base_endpoint e = {.port = port};
    assert_int_equal(base_addr_parse("192.0.2.1", &e.addr), 0);
    return e;
}

static base_time at_s(uint64_t s)
{
    return (base_time){s * BASE_NS_PER_S};
}

static void a_server_is_asked_last_for_a_while(void **state)
{
    (void)state;
    struct ctl_radius_silent s = {0};
    const struct base_endpoint logins = server(1812), accounts = server(1813);
    assert_false(ctl_radius_silent_has(&s, &logins, at_s(10)));
    ctl_radius_silent_add(&s, &logins, at_s(10));
    assert_true(ctl_radius_silent_has(&s, &logins, at_s(69)));
    assert_false(ctl_radius_silent_has(&s, &accounts, at_s(69)));
    assert_false(ctl_radius_silent_has(&s, &logins, at_s(70)));
    ctl_radius_silent_add(&s, &logins, at_s(71));
    ctl_radius_silent_remove(&s, &accounts);
    assert_true(ctl_radius_silent_has(&s, &logins, at_s(72)));
    ctl_radius_silent_remove(&s, &logins);
    assert_false(ctl_radius_silent_has(&s, &logins, at_s(72)));
}

static void the_oldest_is_forgotten_for_one_too_many(void **state)
{
    (void)state;
    struct ctl_radius_silent s = {0};
    for (uint16_t i = 0; i <= CTL_RADIUS_SILENT_MAX; i++) {
        const struct base_endpoint e = server((uint16_t)(100 + i));
        ctl_radius_silent_add(&s, &e, at_s(10 + i));
        ctl_radius_silent_add(&s, &e, at_s(10 + i)); /* takes no second place */
    }
    for (uint16_t i = 0; i <= CTL_RADIUS_SILENT_MAX; i++) {
        const struct base_endpoint e = server((uint16_t)(100 + i));
        assert_int_equal(ctl_radius_silent_has(&s, &e, at_s(30)), i > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_asked_last_for_a_while),
        cmocka_unit_test(the_oldest_is_forgotten_for_one_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
