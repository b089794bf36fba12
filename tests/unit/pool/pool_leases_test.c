/* SPDX-License-Identifier: BSD-3-Clause */
/* Leases in their tables and on their lists. */
#include "pool_test.h"
#include "pool_leases.h"

static struct pool_leases t;

static struct pool_lease *add(const char *addr, const char *id)
{
    const struct base_addr a = addr_of(addr);
    const struct ike_id who = id_of(id);
    struct pool_lease *l = pool_leases_add(&t, &a, &who);
    assert_non_null(l);
    return l;
}

static struct pool_lease *at(const char *addr)
{
    const struct base_addr a = addr_of(addr);
    return pool_leases_at(&t, &a);
}

static void leases_are_found_by_address_and_identity(void **state)
{
    (void)state;
    assert_int_equal(pool_leases_init(&t, 1), 0);
    struct pool_lease *a = add("10.9.0.1", "@a.x"), *b = add("2001:db8::1", "@b.x");
    assert_ptr_equal(at("10.9.0.1"), a);
    assert_ptr_equal(at("2001:db8::1"), b);
    assert_null(at("10.9.0.2"));
    const struct ike_id same = id_of("@A.X"), none = id_of("@c.x");
    assert_ptr_equal(pool_leases_who(&t, &same), a->who);
    assert_null(pool_leases_who(&t, &none));
    pool_leases_fini(&t);
}

static void an_identity_goes_with_its_last_lease(void **state)
{
    const struct ike_id who = id_of("@a.x");
    (void)state;
    assert_int_equal(pool_leases_init(&t, 1), 0);
    struct pool_lease *a = add("10.9.0.1", "@a.x"), *b = add("10.9.0.2", "@a.x");
    assert_ptr_equal(a->who, b->who);
    pool_leases_drop(&t, a);
    free(a);
    assert_non_null(pool_leases_who(&t, &who));
    pool_leases_drop(&t, b);
    free(b);
    assert_null(pool_leases_who(&t, &who));
    assert_int_equal(t.count, 0);
    pool_leases_fini(&t);
}

static void holding_moves_between_the_lists_of_an_identity(void **state)
{
    (void)state;
    assert_int_equal(pool_leases_init(&t, 1), 0);
    struct pool_lease *a = add("10.9.0.1", "@a.x"), *b = add("10.9.0.2", "@a.x");
    struct pool_who *w = a->who;
    assert_int_equal(w->idle.count, 2);
    pool_leases_hold(a, 7, at_s(1));
    assert_ptr_equal(w->held.first, a);
    assert_ptr_equal(w->idle.first, b);
    pool_leases_hold(b, 8, at_s(2));
    pool_leases_hold(a, 0, at_s(3));
    assert_ptr_equal(w->held.first, b);
    assert_ptr_equal(w->held.last, b);
    assert_ptr_equal(w->idle.first, a);
    assert_int_equal(a->since.ns, at_s(3).ns);
    pool_leases_fini(&t);
}

static void a_list_keeps_both_ends(void **state)
{
    struct pool_list list = {0};
    (void)state;
    assert_int_equal(pool_leases_init(&t, 1), 0);
    struct pool_lease *a = add("10.9.0.1", "@a.x"), *b = add("10.9.0.2", "@b.x"),
                      *c = add("10.9.0.3", "@c.x");
    pool_list_add(&list, a);
    pool_list_add(&list, b);
    pool_list_add(&list, c);
    assert_ptr_equal(list.first, c);
    assert_ptr_equal(list.last, a);
    pool_list_remove(&list, b);
    assert_ptr_equal(c->of_pool.next, a);
    assert_ptr_equal(a->of_pool.prev, c);
    pool_list_remove(&list, a);
    assert_ptr_equal(list.last, c);
    pool_list_remove(&list, c);
    assert_null(list.first);
    assert_null(list.last);
    assert_int_equal(list.count, 0);
    pool_leases_fini(&t);
}

static void larger_tables_hold_what_the_smaller_ones_held(void **state)
{
    (void)state;
    assert_int_equal(pool_leases_init(&t, 1), 0);
    const size_t before = t.slots;
    struct pool_lease *a = add("10.9.0.1", "@a.x"), *b = add("10.9.0.2", "@b.x");
    assert_int_equal(pool_leases_expect(&t, 100000), 0);
    assert_true(t.slots >= 100000 && t.slots > before);
    assert_ptr_equal(at("10.9.0.1"), a);
    assert_ptr_equal(at("10.9.0.2"), b);
    const struct ike_id who = id_of("@b.x");
    assert_ptr_equal(pool_leases_who(&t, &who), b->who);
    const size_t slots = t.slots;
    assert_int_equal(pool_leases_expect(&t, 10), 0);
    assert_int_equal(t.slots, slots);
    pool_leases_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leases_are_found_by_address_and_identity),
        cmocka_unit_test(an_identity_goes_with_its_last_lease),
        cmocka_unit_test(holding_moves_between_the_lists_of_an_identity),
        cmocka_unit_test(a_list_keeps_both_ends),
        cmocka_unit_test(larger_tables_hold_what_the_smaller_ones_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
