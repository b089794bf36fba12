/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools and leases as a document, in pages. The engine is a book of leases alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ctl_api_cmd.h"
#include "pool_book.h"

#define LEASES 1000

static struct ctl ctl;
static struct conf conf;
static struct ike_conf ike_conf;
static struct ike_pool_conf pool = {.name = "staff", .lease_s = 3600};
static struct pool_book *book;
static struct ctl_refusal refusal;

struct pool_book *ike_pools(const struct ike *ike)
{
    (void)ike;
    return book;
}

static struct base_addr take(unsigned n)
{
    struct ike_id id = {.type = WIRE_IKE_ID_FQDN};
    struct base_addr a;
    id.len = (uint8_t)snprintf((char *)id.bytes, sizeof id.bytes, "u%u", n);
    assert_int_equal(
        pool_take(book, 0, &(struct pool_want){.id = &id, .holder = n + 1, .now = ctl_now()}, &a), 0);
    return a;
}

static int set_up(void **state)
{
    struct base_ts_list ranges = {.count = 1, .list = {{.port_hi = 65535}}};
    (void)state;
    ranges.list[0].lo = base_addr_ip4(0x0a090000);
    ranges.list[0].hi = base_addr_ip4(0x0a09ffff);
    book = pool_book_new(7);
    ike_conf = (struct ike_conf){.n_pools = 1, .pools = &pool};
    conf.ike = &ike_conf;
    ctl.conf = &conf;
    refusal = (struct ctl_refusal){0};
    return base_ts_set(&pool.ranges, &ranges) ? pool_book_set(book, &pool, 1, LEASES) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pool_book_free(book);
    return base_ts_set(&pool.ranges, NULL) ? 0 : -1;
}

static json_t *show(json_int_t after)
{
    json_t *args = after ? json_pack("{s:I}", "after", after) : json_object();
    json_t *d = ctl_show_pools(&ctl, args, &refusal);
    json_decref(args);
    return d;
}

static void a_pool_and_its_leases_are_told(void **state)
{
    (void)state;
    take(1);
    const struct base_addr a = take(2);
    pool_release(book, &a, 3, ctl_now());
    json_t *d = show(0);
    assert_non_null(d);
    const json_t *p = json_array_get(json_object_get(d, "pools"), 0);
    assert_int_equal(json_array_size(json_object_get(d, "pools")), 1);
    assert_string_equal(json_string_value(json_object_get(p, "name")), "staff");
    assert_int_equal(json_integer_value(json_object_get(p, "size")), 65536);
    assert_int_equal(json_integer_value(json_object_get(p, "in_use")), 1);
    assert_int_equal(json_integer_value(json_object_get(p, "kept")), 1);
    assert_int_equal(json_integer_value(json_object_get(p, "reserved")), 0);
    assert_int_equal(json_integer_value(json_object_get(p, "free")), 65534);
    size_t i;
    json_t *l;
    assert_int_equal(json_array_size(json_object_get(d, "leases")), 2);
    json_array_foreach(json_object_get(d, "leases"), i, l)
    {
        const bool is_used = strcmp(json_string_value(json_object_get(l, "id")), "@u1") == 0;
        assert_string_equal(json_string_value(json_object_get(l, "address")),
                            is_used ? "10.9.0.0" : "10.9.0.1");
        assert_string_equal(json_string_value(json_object_get(l, "state")), is_used ? "in use" : "kept");
        assert_string_equal(json_string_value(json_object_get(l, "pool")), "staff");
    }
    json_decref(d);
}

static void addresses_in_no_pool_are_told_last(void **state)
{
    (void)state;
    const struct ike_id id = {.type = WIRE_IKE_ID_FQDN, .len = 1, .bytes = "x"};
    assert_int_equal(pool_take_fixed(book, &(struct pool_want){.id = &id,
                                                               .holder = 5,
                                                               .asked = base_addr_ip4(0xc0000207),
                                                               .now = ctl_now()}),
                     0);
    json_t *d = show(0);
    const json_t *p = json_array_get(json_object_get(d, "pools"), 1);
    assert_non_null(p);
    assert_null(json_object_get(p, "name"));
    assert_int_equal(json_integer_value(json_object_get(p, "in_use")), 1);
    const json_t *l = json_array_get(json_object_get(d, "leases"), 0);
    assert_string_equal(json_string_value(json_object_get(l, "address")), "192.0.2.7");
    assert_null(json_object_get(l, "pool"));
    json_decref(d);
}

static void all_come_once_in_pages_that_are_short(void **state)
{
    (void)state;
    size_t n = 0, pages = 0;
    for (unsigned i = 0; i < LEASES; i++)
        take(i);
    for (json_int_t after = 0; after || !pages; pages++) {
        json_t *d = show(after);
        assert_non_null(d);
        assert_int_equal(json_object_get(d, "pools") != NULL, pages == 0);
        const size_t here = json_array_size(json_object_get(d, "leases"));
        assert_in_range(here, 0, 120);
        n += here;
        after = json_integer_value(json_object_get(d, "next"));
        json_decref(d);
    }
    assert_int_equal(n, LEASES);
    assert_true(pages > 5);
}

static void a_reload_ends_the_list(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LEASES; i++)
        take(i);
    json_t *d = show(0);
    const json_int_t next = json_integer_value(json_object_get(d, "next"));
    json_decref(d);
    ctl.tally.reloads++;
    assert_null(show(next));
    assert_non_null(strstr(refusal.message, "loaded anew"));
    ctl.tally.reloads--;
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOOK(a_pool_and_its_leases_are_told),
        WITH_BOOK(addresses_in_no_pool_are_told_last),
        WITH_BOOK(all_come_once_in_pages_that_are_short),
        WITH_BOOK(a_reload_ends_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
