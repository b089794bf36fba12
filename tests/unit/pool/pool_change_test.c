/* SPDX-License-Identifier: BSD-3-Clause */
/* Changes that wait to be told. */
#include "pool_test.h"
#include "pool_change.h"
#include "pool_leases.h"

static struct pool_leases t;
static struct pool_changes c;
static struct pool_record r;

static struct pool_lease *add(const char *addr)
{
    const struct base_addr a = addr_of(addr);
    const struct ike_id who = id_of("@a.x");
    return pool_leases_add(&t, &a, &who);
}

static int set_up(void **state)
{
    (void)state;
    c = (struct pool_changes){.is_kept = true};
    return pool_leases_init(&t, 1);
}

static int tear_down(void **state)
{
    (void)state;
    pool_changes_fini(&c);
    pool_leases_fini(&t);
    return 0;
}

static void a_lease_that_changed_twice_is_told_once_as_it_is(void **state)
{
    (void)state;
    struct pool_lease *a = add("10.9.0.1"), *b = add("10.9.0.2");
    pool_leases_hold(a, 7, at_s(1));
    pool_change_note(&c, a);
    pool_change_note(&c, b);
    pool_leases_hold(a, 0, at_s(2));
    pool_change_note(&c, a);
    assert_true(pool_change_next(&c, &r));
    assert_int_equal(r.kind, POOL_RECORD_IDLE);
    assert_addr(r.addr, "10.9.0.1");
    assert_int_equal(r.since.ns, at_s(2).ns);
    assert_true(pool_change_next(&c, &r));
    assert_addr(r.addr, "10.9.0.2");
    assert_false(pool_change_next(&c, &r));
    pool_leases_hold(a, 9, at_s(3));
    pool_change_note(&c, a);
    assert_true(pool_change_next(&c, &r));
    assert_int_equal(r.kind, POOL_RECORD_HELD);
}

static void what_is_gone_is_told_before_what_takes_its_place(void **state)
{
    (void)state;
    struct pool_lease *a = add("10.9.0.1");
    pool_change_note(&c, a);
    pool_leases_drop(&t, a);
    pool_change_gone(&c, a);
    pool_change_note(&c, add("10.9.0.1"));
    assert_true(pool_change_next(&c, &r));
    assert_int_equal(r.kind, POOL_RECORD_GONE);
    assert_int_equal(r.id.type, 0);
    assert_true(pool_change_next(&c, &r));
    assert_int_equal(r.kind, POOL_RECORD_IDLE);
}

static void nothing_is_kept_for_nobody(void **state)
{
    (void)state;
    c.is_kept = false;
    struct pool_lease *a = add("10.9.0.1");
    pool_change_note(&c, a);
    pool_leases_drop(&t, a);
    pool_change_gone(&c, a); /* frees it: a leak is the sanitizer's word */
    assert_false(pool_change_next(&c, &r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lease_that_changed_twice_is_told_once_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_gone_is_told_before_what_takes_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_kept_for_nobody, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
