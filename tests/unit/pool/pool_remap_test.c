/* SPDX-License-Identifier: BSD-3-Clause */
/* An address of a pool in the place of a peer's: whose it is, for how long, and what it stands for. */
#include "pool_test.h"

#include "pool_book.h"
#include "pool_remap.h"

#define REAL "203.0.113.7"

static struct pool_book *book;
static struct ike_pool_conf pool;
static struct ike_conf conf;
static struct ike_id a, b;
static struct base_ts_list *host;

static int set_up(void **state)
{
    (void)state;
    book = pool_book_new(42);
    pool = (struct ike_pool_conf){.ranges = RANGES("10.77.0.1", "10.77.0.2"), .lease_s = 100};
    snprintf(pool.name, sizeof pool.name, "others");
    conf = (struct ike_conf){.pools = &pool, .n_pools = 1};
    a = id_of("@a");
    b = id_of("@b");
    host = RANGES(REAL, REAL);
    return pool_book_set(book, &pool, 1, 16);
}

static int tear_down(void **state)
{
    (void)state;
    pool_book_free(book);
    free(pool.ranges);
    free(host);
    return 0;
}

static bool take(struct pool_remap *m, const struct ike_id *id, uint64_t holder,
                 const struct pool_remap *older)
{
    const struct pool_remap_want want = {.conf = &conf,
                                         .pool = "others",
                                         .id = id,
                                         .holder = holder,
                                         .remote = host,
                                         .older = older,
                                         .now = at_s(0)};
    return pool_remap_take(book, m, &want);
}

static void selectors_for_the_real_address_get_ours_and_others_stay(void **state)
{
    struct pool_remap m = {0};
    struct base_ts_list out;
    (void)state;
    assert_ptr_equal(pool_remap_ts(&m, host, &out), host);
    assert_true(take(&m, &a, 1, NULL));
    assert_addr(m.real, REAL);
    assert_ptr_equal(pool_remap_ts(&m, host, &out), &out);
    assert_addr(out.list[0].lo, "10.77.0.1");
    assert_addr(out.list[0].hi, "10.77.0.1");
    struct base_ts_list *other = RANGES("203.0.113.8", "203.0.113.8");
    assert_ptr_equal(pool_remap_ts(&m, other, &out), other);
    free(other);
}

static void each_identity_has_its_own_until_its_sa_ends(void **state)
{
    struct pool_remap m[3] = {0};
    (void)state;
    assert_true(take(&m[0], &a, 1, NULL));
    assert_true(take(&m[1], &b, 2, NULL));
    assert_addr(m[1].here, "10.77.0.2");
    assert_false(take(&m[2], &a, 3, NULL));
    assert_int_equal(m[2].here.family, BASE_AF_NONE);
    pool_remap_end(book, &m[0], 1, at_s(1));
    assert_int_equal(m[0].here.family, BASE_AF_NONE);
    assert_true(take(&m[2], &a, 3, NULL));
    assert_addr(m[2].here, "10.77.0.1");
}

static void a_newer_sa_has_what_the_older_one_had(void **state)
{
    struct pool_remap m[3] = {0};
    (void)state;
    assert_true(take(&m[0], &a, 1, NULL));
    assert_true(take(&m[1], &a, 2, &m[0]));
    assert_addr(m[1].here, "10.77.0.1");
    pool_remap_end(book, &m[0], 1, at_s(1)); /* not its any more */
    const struct base_addr here = m[1].here;
    assert_int_equal(pool_holder(book, &here, &a), 2);
    pool_remap_move(book, &m[1], 2, &m[2], 3);
    assert_addr(m[2].here, "10.77.0.1");
    assert_int_equal(m[1].here.family, BASE_AF_NONE);
    assert_int_equal(pool_holder(book, &here, &a), 3);
}

static void the_real_address_is_another_one_where_the_peer_is_elsewhere(void **state)
{
    struct pool_remap m = {0};
    struct base_addr other = *base_ts_host(host), real = other;
    (void)state;
    other.bytes[3] ^= 1;
    assert_true(take(&m, &a, 1, NULL));
    const struct base_addr here = m.here;
    pool_remap_follow(&m, &other, &real); /* of something else */
    assert_true(base_addr_equal(&m.real, &real));
    pool_remap_follow(&m, &real, &other);
    assert_true(base_addr_equal(&m.real, &other) && base_addr_equal(&m.here, &here));
}

static void what_has_no_one_address_or_no_pool_gets_none(void **state)
{
    struct pool_remap m = {0};
    (void)state;
    free(host);
    host = RANGES("203.0.113.7", "203.0.113.8");
    assert_false(take(&m, &a, 1, NULL));
    free(host);
    host = RANGES("2001:db8::1", "2001:db8::1"); /* a pool of the other family */
    assert_false(take(&m, &a, 1, NULL));
    free(host);
    host = RANGES(REAL, REAL);
    conf.n_pools = 0;
    assert_false(take(&m, &a, 1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(selectors_for_the_real_address_get_ours_and_others_stay, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(each_identity_has_its_own_until_its_sa_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_sa_has_what_the_older_one_had, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_real_address_is_another_one_where_the_peer_is_elsewhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_has_no_one_address_or_no_pool_gets_none, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
