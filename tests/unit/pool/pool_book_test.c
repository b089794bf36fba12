/* SPDX-License-Identifier: BSD-3-Clause */
/* Who gets which address. */
#include "pool_test.h"

#include <errno.h>
#include "pool_book.h"

#define LEASE_S 100

static struct pool_book *book;
static struct ike_pool_conf pools[3];
static uint64_t clock_s;

static void pool_fill(size_t i, const char *name, struct base_ts_list *ranges)
{
    free(pools[i].ranges);
    pools[i] = (struct ike_pool_conf){.ranges = ranges, .lease_s = LEASE_S};
    snprintf(pools[i].name, sizeof pools[i].name, "%s", name);
}

static int set_up(void **state)
{
    (void)state;
    clock_s = 0;
    book = pool_book_new(42);
    pool_fill(0, "four", RANGES("10.9.0.1", "10.9.0.4"));
    pool_fill(1, "six", RANGES("2001:db8::1", "2001:db8::ffff:ffff"));
    return pool_book_set(book, pools, 2, 16);
}

static int tear_down(void **state)
{
    (void)state;
    pool_book_free(book);
    for (size_t i = 0; i < 3; i++) {
        free(pools[i].ranges);
        pools[i].ranges = NULL;
    }
    return 0;
}

static int take(size_t pool, const char *id, uint64_t holder, const char *asked, bool takes_over,
                struct base_addr *out)
{
    const struct ike_id who = id_of(id);
    const struct pool_want want = {.id = &who,
                                   .holder = holder,
                                   .asked = asked ? addr_of(asked) : (struct base_addr){0},
                                   .takes_over = takes_over,
                                   .now = at_s(clock_s)};
    return pool_take(book, pool, &want, out);
}

#define assert_takes(id, holder, asked, addr)                        \
    do {                                                             \
        struct base_addr a_;                                         \
        assert_int_equal(take(0, id, holder, asked, false, &a_), 0); \
        assert_addr(a_, addr);                                       \
    } while (0)

static int take_fixed(const char *id, uint64_t holder, const char *addr, bool takes_over)
{
    const struct ike_id who = id_of(id);
    const struct pool_want want = {
        .id = &who, .holder = holder, .asked = addr_of(addr), .takes_over = takes_over, .now = at_s(clock_s)};
    return pool_take_fixed(book, &want);
}

static void release(const char *addr, uint64_t holder)
{
    const struct base_addr a = addr_of(addr);
    pool_release(book, &a, holder, at_s(clock_s));
}

static void identities_get_different_addresses_from_the_lowest_on(void **state)
{
    struct base_addr a;
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    assert_int_equal(take(1, "@a.x", 1, NULL, false, &a), 0);
    assert_addr(a, "2001:db8::1");
}

static void an_identity_comes_back_to_its_address(void **state)
{
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    release("10.9.0.2", 2);
    clock_s = 10 * LEASE_S; /* long over, but nobody needed it */
    assert_takes("@c.x", 3, NULL, "10.9.0.3");
    assert_takes("@B.x", 4, NULL, "10.9.0.2");
}

static void the_asked_address_is_given_if_it_is_free_or_the_identitys_own(void **state)
{
    (void)state;
    assert_takes("@a.x", 1, "10.9.0.3", "10.9.0.3");
    assert_takes("@b.x", 2, "10.9.0.3", "10.9.0.1");  /* in use */
    assert_takes("@c.x", 3, "192.0.2.1", "10.9.0.2"); /* in no pool */
    release("10.9.0.3", 1);
    assert_takes("@d.x", 4, "10.9.0.3", "10.9.0.4"); /* kept for another */
    assert_takes("@a.x", 5, "10.9.0.3", "10.9.0.3");
}

static void an_asked_address_that_another_had_too_long_ago_is_free(void **state)
{
    (void)state;
    assert_takes("@a.x", 1, "10.9.0.3", "10.9.0.3");
    release("10.9.0.3", 1);
    clock_s += LEASE_S;
    assert_takes("@b.x", 2, "10.9.0.3", "10.9.0.3");
    assert_takes("@a.x", 3, NULL, "10.9.0.1");
}

static void two_sas_of_an_identity_have_two_addresses(void **state)
{
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@a.x", 2, NULL, "10.9.0.2");
    assert_takes("@a.x", 1, NULL, "10.9.0.1"); /* the same SA again */
    release("10.9.0.1", 1);
    release("10.9.0.2", 2);
    assert_takes("@a.x", 3, NULL, "10.9.0.2"); /* that it had last */
    assert_takes("@a.x", 4, NULL, "10.9.0.1");
}

static void an_heir_takes_over_and_the_former_holder_releases_nothing(void **state)
{
    struct base_addr a;
    struct pool_view v;
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@a.x", 2, NULL, "10.9.0.2");
    assert_int_equal(take(0, "@a.x", 3, "10.9.0.1", true, &a), 0);
    assert_addr(a, "10.9.0.1");
    release("10.9.0.1", 1);
    assert_true(pool_view(book, 0, &v));
    assert_int_equal(v.held, 2);
    release("10.9.0.1", 3);
    assert_true(pool_view(book, 0, &v));
    assert_int_equal(v.held, 1);
}

static void an_heir_of_one_takes_nothing_of_another(void **state)
{
    const struct ike_id who = id_of("@a.x");
    const struct pool_want want = {.id = &who, .holder = 3, .takes_over = true, .former = 1};
    struct base_addr a;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@a.x", 2, NULL, "10.9.0.2");
    assert_int_equal(pool_take(book, 0, &want, &a), 0);
    assert_addr(a, "10.9.0.1");
}

static void a_rekeyed_sa_is_the_holder(void **state)
{
    const struct base_addr a = addr_of("10.9.0.1");
    const struct ike_id who = id_of("@a.x"), other = id_of("@b.x");
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    pool_hand_over(book, &a, 9, 10); /* not the holder */
    assert_int_equal(pool_holder(book, &a, &who), 1);
    pool_hand_over(book, &a, 1, 2);
    assert_int_equal(pool_holder(book, &a, &who), 2);
    assert_int_equal(pool_holder(book, &a, &other), 0);
    release("10.9.0.1", 1);
    assert_int_equal(pool_holder(book, &a, &who), 2);
}

static void a_full_pool_reuses_the_oldest_whose_time_is_over(void **state)
{
    struct base_addr a;
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    assert_takes("@c.x", 3, NULL, "10.9.0.3");
    assert_takes("@d.x", 4, NULL, "10.9.0.4");
    assert_int_equal(take(0, "@e.x", 5, NULL, false, &a), -ENOSPC);
    release("10.9.0.3", 3);
    clock_s = 1;
    release("10.9.0.1", 1);
    clock_s = LEASE_S - 1;
    assert_int_equal(take(0, "@e.x", 5, NULL, false, &a), -ENOSPC);
    clock_s = LEASE_S;
    assert_takes("@e.x", 5, NULL, "10.9.0.3");
    assert_int_equal(take(0, "@f.x", 6, NULL, false, &a), -ENOSPC);
    clock_s = LEASE_S + 1;
    assert_takes("@f.x", 6, NULL, "10.9.0.1");
    assert_int_equal(take(0, "@a.x", 7, NULL, false, &a), -ENOSPC);
}

static void a_fixed_address_is_its_identitys_wherever_it_lies(void **state)
{
    struct base_addr a;
    struct pool_view v;
    (void)state;
    assert_int_equal(take_fixed("@a.x", 1, "10.9.0.2", false), 0);
    assert_int_equal(take_fixed("@a.x", 1, "192.0.2.7", false), 0);
    assert_takes("@b.x", 2, "10.9.0.2", "10.9.0.1");
    assert_int_equal(take_fixed("@b.x", 2, "192.0.2.7", false), -EBUSY);
    assert_int_equal(take_fixed("@a.x", 3, "192.0.2.7", false), -EBUSY);
    assert_int_equal(take_fixed("@a.x", 3, "192.0.2.7", true), 0);
    assert_true(pool_view(book, 2, &v));
    assert_int_equal(v.held, 1);
    release("192.0.2.7", 3); /* nobody keeps what is in no pool */
    assert_int_equal(take_fixed("@b.x", 2, "192.0.2.7", false), 0);
    /* Who was only kept it loses it. */
    release("10.9.0.1", 2);
    assert_int_equal(take_fixed("@c.x", 4, "10.9.0.1", false), 0);
    assert_int_equal(take(0, "@b.x", 5, NULL, false, &a), 0);
    assert_addr(a, "10.9.0.3");
}

/* Rows of a configuration: who has which addresses. Up to "". */
static struct ike_conf *conf_of_rows(const char *const *rows)
{
    struct ike_conf *conf = ike_conf_new();
    conf->conns = calloc(1, sizeof *conf->conns);
    conf->n_conns = 1;
    ike_conn_conf_defaults(conf->conns);
    for (; **rows; rows += 2) {
        struct ike_grant *row = ike_grant_add(conf, conf->conns);
        row->id = id_of(rows[0]);
        row->addrs[row->n_addrs++] = addr_of(rows[1]);
    }
    ike_conf_seal(conf);
    return conf;
}

#define ROWS(...) conf_of_rows((const char *const[]){__VA_ARGS__, ""})

static void an_address_of_a_row_is_nobody_elses(void **state)
{
    struct base_addr a;
    struct ike_conf *conf = ROWS("@r.x", "10.9.0.1", "@s.x", "10.9.0.3");
    (void)state;
    pool_book_reserve(book, conf->grants);
    assert_takes("@a.x", 1, NULL, "10.9.0.2");
    assert_takes("@b.x", 2, "10.9.0.3", "10.9.0.4");
    assert_int_equal(take(0, "@c.x", 3, NULL, false, &a), -ENOSPC);
    assert_int_equal(take(0, "@r.x", 4, "10.9.0.1", false, &a), -ENOSPC); /* by its row alone */
    assert_int_equal(take_fixed("@c.x", 3, "10.9.0.1", true), -EBUSY);
    assert_int_equal(take_fixed("@r.x", 4, "10.9.0.1", false), 0);
    release("10.9.0.1", 4);
    clock_s = 10 * LEASE_S; /* and when it is away for long, too */
    assert_int_equal(take(0, "@c.x", 3, NULL, false, &a), -ENOSPC);
    const struct pool_record r = {.kind = POOL_RECORD_IDLE, .addr = addr_of("10.9.0.3"), .id = id_of("@c.x")};
    assert_int_equal(pool_restore(book, &r, at_s(clock_s)), 0);
    assert_int_equal(take_fixed("@s.x", 5, "10.9.0.3", false), 0);
    ike_conf_put(conf);
}

static void who_has_an_address_when_it_is_reserved_has_it_until_he_goes(void **state)
{
    struct base_addr a;
    struct ike_conf *conf = ROWS("@r.x", "10.9.0.1", "@s.x", "10.9.0.2"), *next = ROWS("@s.x", "10.9.0.2");
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    release("10.9.0.2", 2);
    pool_book_reserve(book, conf->grants);
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_int_equal(take_fixed("@r.x", 3, "10.9.0.1", true), -EBUSY);
    assert_takes("@b.x", 4, NULL, "10.9.0.3"); /* its own of before is another's */
    release("10.9.0.1", 1);
    assert_int_equal(take_fixed("@r.x", 3, "10.9.0.1", false), 0);
    release("10.9.0.1", 3);
    assert_takes("@c.x", 5, NULL, "10.9.0.4");
    assert_int_equal(take(0, "@d.x", 6, NULL, false, &a), -ENOSPC);
    /* What is reserved no more is free, though it was passed over before. */
    pool_book_reserve(book, next->grants);
    assert_takes("@d.x", 6, NULL, "10.9.0.1");
    assert_int_equal(take(0, "@e.x", 7, NULL, false, &a), -ENOSPC);
    pool_book_reserve(book, NULL);
    assert_takes("@e.x", 7, NULL, "10.9.0.2");
    ike_conf_put(conf);
    ike_conf_put(next);
}

#define assert_counts(held_, idle_, reserved_, free_) \
    do {                                              \
        struct pool_view v_;                          \
        assert_true(pool_view(book, 0, &v_));         \
        assert_int_equal(v_.held, held_);             \
        assert_int_equal(v_.idle, idle_);             \
        assert_int_equal(v_.reserved, reserved_);     \
        assert_int_equal(v_.free, free_);             \
    } while (0)

static void a_reserved_address_is_not_free_whether_its_peer_is_here_or_not(void **state)
{
    struct ike_conf *conf = ROWS("@r.x", "10.9.0.1", "@s.x", "10.9.0.3", "@s.x", "2001:db8::9");
    (void)state;
    assert_counts(0, 0, 0, 4);
    pool_book_reserve(book, conf->grants);
    assert_counts(0, 0, 2, 2);
    assert_int_equal(take_fixed("@r.x", 1, "10.9.0.1", false), 0);
    assert_counts(1, 0, 2, 2);
    assert_takes("@a.x", 2, NULL, "10.9.0.2");
    release("10.9.0.2", 2);
    assert_counts(1, 1, 2, 1);
    release("10.9.0.1", 1);
    assert_counts(0, 1, 2, 1);
    ike_conf_put(conf);
}

static void counts_follow_what_a_reload_reserves(void **state)
{
    struct ike_conf *conf = ROWS("@r.x", "10.9.0.1", "@s.x", "10.9.0.2"), *next = ROWS("@s.x", "10.9.0.2");
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    release("10.9.0.2", 2);
    assert_counts(1, 1, 0, 2);
    pool_book_reserve(book, conf->grants);
    assert_counts(1, 1, 2, 2);
    pool_fill(0, "four", RANGES("10.9.0.1", "10.9.0.8")); /* and a pool that moves */
    assert_int_equal(pool_book_set(book, pools, 2, 16), 0);
    assert_counts(1, 1, 2, 6);
    pool_book_reserve(book, next->grants);
    assert_counts(1, 1, 1, 6);
    release("10.9.0.1", 1);
    assert_counts(0, 2, 1, 6);
    pool_book_reserve(book, NULL);
    assert_counts(0, 2, 0, 6);
    ike_conf_put(conf);
    ike_conf_put(next);
}

static void a_smaller_pool_keeps_what_is_in_use_until_that_ends(void **state)
{
    struct pool_view v;
    struct base_addr a;
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    assert_takes("@c.x", 3, "10.9.0.4", "10.9.0.4");
    assert_takes("@d.x", 4, NULL, "10.9.0.3");
    release("10.9.0.3", 4);
    pool_fill(0, "four", RANGES("10.9.0.1", "10.9.0.1", "10.9.0.8", "10.9.0.8"));
    assert_int_equal(pool_book_set(book, pools, 2, 16), 0);
    assert_true(pool_view(book, 2, &v));
    assert_int_equal(v.held, 2);
    assert_int_equal(v.idle, 0);
    assert_takes("@e.x", 5, NULL, "10.9.0.8");
    assert_int_equal(take(0, "@f.x", 6, NULL, false, &a), -ENOSPC);
    release("10.9.0.2", 2);
    assert_true(pool_view(book, 2, &v));
    assert_int_equal(v.held, 1);
    /* What the pool has again finds it. */
    pool_fill(0, "four", RANGES("10.9.0.1", "10.9.0.9"));
    assert_int_equal(pool_book_set(book, pools, 2, 16), 0);
    assert_true(pool_view(book, 2, &v));
    assert_int_equal(v.held, 0);
    assert_true(pool_view(book, 0, &v));
    assert_int_equal(v.held, 3);
    assert_takes("@g.x", 7, "10.9.0.4", "10.9.0.2");
}

static void pools_are_the_same_by_name_whatever_their_order(void **state)
{
    struct base_addr a;
    struct pool_view v;
    struct ike_pool_conf swapped[2];
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    swapped[0] = pools[1];
    swapped[1] = pools[0];
    assert_int_equal(pool_book_set(book, swapped, 2, 16), 0);
    assert_true(pool_view(book, 1, &v));
    assert_string_equal(v.name, "four");
    assert_int_equal(v.held, 1);
    assert_int_equal(take(1, "@b.x", 2, NULL, false, &a), 0);
    assert_addr(a, "10.9.0.2");
    assert_int_equal(pool_book_set(book, swapped, 0, 16), 0);
    assert_true(pool_view(book, 0, &v));
    assert_int_equal(v.held, 2);
    assert_false(pool_view(book, 1, &v));
}

static void a_restart_knows_who_had_what(void **state)
{
    struct pool_record r = {.kind = POOL_RECORD_IDLE, .addr = addr_of("10.9.0.3"), .id = id_of("@a.x")};
    struct base_addr a;
    (void)state;
    r.since = at_s(1);
    clock_s = LEASE_S;
    assert_int_equal(pool_restore(book, &r, at_s(clock_s)), 0);
    r.kind = POOL_RECORD_HELD; /* in use when the earlier run ended: kept from now on */
    r.addr = addr_of("10.9.0.1");
    r.id = id_of("@b.x");
    assert_int_equal(pool_restore(book, &r, at_s(clock_s)), 0);
    r.id = id_of("@c.x"); /* somebody's already */
    assert_int_equal(pool_restore(book, &r, at_s(clock_s)), 0);
    r.addr = addr_of("192.0.2.1"); /* in no pool */
    assert_int_equal(pool_restore(book, &r, at_s(clock_s)), 0);
    assert_takes("@d.x", 1, NULL, "10.9.0.2");
    assert_takes("@a.x", 2, NULL, "10.9.0.3");
    assert_takes("@b.x", 3, NULL, "10.9.0.1");
    release("10.9.0.3", 2);
    assert_takes("@e.x", 4, NULL, "10.9.0.4");
    assert_int_equal(take(0, "@f.x", 5, NULL, false, &a), -ENOSPC);
}

static void changes_tell_what_a_restart_should_know(void **state)
{
    struct pool_record r;
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_false(pool_book_change(book, &r));
    pool_book_keep_changes(book);
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    assert_takes("@b.x", 2, NULL, "10.9.0.2"); /* no change */
    assert_true(pool_book_change(book, &r));
    assert_int_equal(r.kind, POOL_RECORD_HELD);
    assert_addr(r.addr, "10.9.0.2");
    assert_false(pool_book_change(book, &r));
    release("10.9.0.2", 2);
    assert_true(pool_book_change(book, &r));
    assert_int_equal(r.kind, POOL_RECORD_IDLE);
    assert_int_equal(take_fixed("@c.x", 3, "10.9.0.2", false), 0);
    assert_true(pool_book_change(book, &r));
    assert_int_equal(r.kind, POOL_RECORD_GONE);
    assert_true(pool_book_change(book, &r));
    const struct ike_id c = id_of("@c.x");
    assert_true(ike_id_equal(&r.id, &c));
    assert_false(pool_book_change(book, &r));
}

static void all_leases_are_listed_once(void **state)
{
    struct pool_record r;
    size_t pool, n = 0;
    struct base_addr a;
    (void)state;
    assert_takes("@a.x", 1, NULL, "10.9.0.1");
    assert_takes("@b.x", 2, NULL, "10.9.0.2");
    assert_int_equal(take(1, "@a.x", 1, NULL, false, &a), 0);
    assert_int_equal(take_fixed("@a.x", 1, "192.0.2.7", false), 0);
    for (size_t place = 0; place < pool_places(book); place++)
        for (size_t i = 0; pool_lease_at(book, place, i, &r, &pool); i++, n++)
            assert_int_equal(pool, r.addr.family == BASE_AF_IP6 ? 1 : r.addr.bytes[0] == 10 ? 0 : 2);
    assert_int_equal(n, 4);
    assert_false(pool_lease_at(book, pool_places(book), 0, &r, &pool));
}

/* Steps, not seconds: a search through the leases, or the addresses, would take 100,000 for each. */
static void the_last_of_100000_leases_costs_what_the_first_does(void **state)
{
    enum { N = 100000, MOST = 40 };
    struct base_addr a, *got = calloc(N, sizeof *got);
    (void)state;
    pool_fill(0, "four", RANGES("10.16.0.0", "10.17.134.159")); /* 100,000 of them */
    assert_int_equal(pool_book_set(book, pools, 2, N), 0);
    uint64_t worst = 0;
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < N; i++) {
            const struct ike_id who = id_number(round == 2 ? N + i : i);
            struct pool_want want = {.id = &who, .holder = 1 + round * N + i, .now = at_s(clock_s)};
            /* Some ask for what is far ahead, or a neighbour's. */
            if (i % 3 == 0 && round == 0)
                want.asked = base_addr_ip4(0x0a100000u + (i * 7919u) % N);
            const uint64_t before = pool_steps(book);
            assert_int_equal(pool_take(book, 0, &want, &a), 0);
            if (round == 1) /* they came back */
                assert_true(base_addr_equal(&a, &got[i]));
            got[i] = a;
            const uint64_t took = pool_steps(book) - before;
            worst = took > worst ? took : worst;
            if (i == N - 1) {
                assert_int_equal(pool_take(book, 0,
                                           &(struct pool_want){.id = &(struct ike_id){.type = 2, .len = 1},
                                                               .holder = 9 * N,
                                                               .now = at_s(clock_s)},
                                           &a),
                                 -ENOSPC);
                for (unsigned k = 0; k < N; k++)
                    pool_release(book, &got[k], 1 + round * N + k, at_s(clock_s));
                clock_s += LEASE_S;
            }
        }
    print_message("at most %u steps for one of 100,000 leases\n", (unsigned)worst);
    assert_true(worst <= MOST);
    free(got);
}

/* What a holder has, as a plain list: the book must agree with it after each step. */
#define HOLDERS 12
struct model {
    bool is_up[HOLDERS];
    unsigned who[HOLDERS];
    struct base_addr addr[HOLDERS];
    uint64_t holder[HOLDERS];
};

static void model_check(const struct model *m, uint64_t seed)
{
    struct pool_view v;
    uint32_t held = 0, up = 0;
    for (size_t pool = 0; pool_view(book, pool, &v); pool++)
        held += v.held;
    for (size_t i = 0; i < HOLDERS; i++) {
        const struct ike_id who = id_number(m->who[i]);
        if (!m->is_up[i])
            continue;
        up++;
        if (pool_holder(book, &m->addr[i], &who) != m->holder[i])
            fail_msg("seed %u: an address is not its holder's", (unsigned)seed);
        for (size_t k = 0; k < i; k++)
            if (m->is_up[k] && base_addr_equal(&m->addr[i], &m->addr[k]))
                fail_msg("seed %u: an address has two holders", (unsigned)seed);
    }
    if (held != up)
        fail_msg("seed %u: %u addresses are held, by %u", (unsigned)seed, held, up);
}

static unsigned draw(uint64_t *x, unsigned below)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return (unsigned)((*x >> 11) % below);
}

/* One comes, goes, is rekeyed, or the pool is another one: ten of them, and at times too few addresses. */
static void model_step(struct model *m, uint64_t *x, uint64_t *next)
{
    const size_t i = draw(x, HOLDERS);
    const unsigned what = draw(x, 20);
    clock_s += draw(x, LEASE_S / 4);
    if (what == 0) {
        pool_fill(0, "four", draw(x, 2) ? RANGES("10.9.0.1", "10.9.0.4") : RANGES("10.9.0.3", "10.9.0.12"));
        assert_int_equal(pool_book_set(book, pools, 2, 16), 0);
    } else if (m->is_up[i] && what < 5) {
        pool_hand_over(book, &m->addr[i], m->holder[i], *next);
        pool_release(book, &m->addr[i], m->holder[i], at_s(clock_s)); /* of the SA that was rekeyed */
        m->holder[i] = (*next)++;
    } else if (m->is_up[i]) {
        pool_release(book, &m->addr[i], m->holder[i], at_s(clock_s));
        pool_release(book, &m->addr[i], m->holder[i], at_s(clock_s)); /* twice is once */
        m->is_up[i] = false;
    } else {
        const struct ike_id who = id_number(m->who[i] = draw(x, 6));
        const struct pool_want want = {.id = &who,
                                       .holder = m->holder[i] = (*next)++,
                                       .asked = base_addr_ip4(0x0a090000u + draw(x, 14)),
                                       .now = at_s(clock_s)};
        m->is_up[i] = pool_take(book, 0, &want, &m->addr[i]) == 0;
    }
}

static void whatever_comes_and_goes_no_address_has_two_holders(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct model m = {0};
        uint64_t x = seed * 0x9e3779b97f4a7c15ull, next = 1;
        for (unsigned step = 0; step < 400; step++) {
            model_step(&m, &x, &next);
            model_check(&m, seed);
        }
        for (size_t i = 0; i < HOLDERS; i++)
            if (m.is_up[i])
                pool_release(book, &m.addr[i], m.holder[i], at_s(clock_s));
        clock_s += 10 * LEASE_S;
    }
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOOK(identities_get_different_addresses_from_the_lowest_on),
        WITH_BOOK(an_identity_comes_back_to_its_address),
        WITH_BOOK(the_asked_address_is_given_if_it_is_free_or_the_identitys_own),
        WITH_BOOK(an_asked_address_that_another_had_too_long_ago_is_free),
        WITH_BOOK(two_sas_of_an_identity_have_two_addresses),
        WITH_BOOK(an_heir_takes_over_and_the_former_holder_releases_nothing),
        WITH_BOOK(an_heir_of_one_takes_nothing_of_another),
        WITH_BOOK(a_rekeyed_sa_is_the_holder),
        WITH_BOOK(a_full_pool_reuses_the_oldest_whose_time_is_over),
        WITH_BOOK(a_fixed_address_is_its_identitys_wherever_it_lies),
        WITH_BOOK(an_address_of_a_row_is_nobody_elses),
        WITH_BOOK(who_has_an_address_when_it_is_reserved_has_it_until_he_goes),
        WITH_BOOK(a_reserved_address_is_not_free_whether_its_peer_is_here_or_not),
        WITH_BOOK(counts_follow_what_a_reload_reserves),
        WITH_BOOK(a_smaller_pool_keeps_what_is_in_use_until_that_ends),
        WITH_BOOK(pools_are_the_same_by_name_whatever_their_order),
        WITH_BOOK(a_restart_knows_who_had_what),
        WITH_BOOK(changes_tell_what_a_restart_should_know),
        WITH_BOOK(all_leases_are_listed_once),
        WITH_BOOK(whatever_comes_and_goes_no_address_has_two_holders),
        WITH_BOOK(the_last_of_100000_leases_costs_what_the_first_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
