/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of single identities: found by identity and by address, and compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "ike_grant.h"

static struct ike_id id_of(const char *text)
{
    struct ike_id id;
    char why[128];
    assert_int_equal(ike_id_parse(text, &id, why, sizeof why), 0);
    return id;
}

static struct ike_conf *conf_new(size_t n_conns)
{
    struct ike_conf *conf = ike_conf_new();
    conf->conns = calloc(n_conns, sizeof *conf->conns);
    for (; conf->n_conns < n_conns; conf->n_conns++)
        ike_conn_conf_defaults(&conf->conns[conf->n_conns]);
    return conf;
}

static struct ike_grant *row_add(struct ike_conf *conf, size_t conn, const char *id, const char *addr)
{
    struct ike_grant *row = ike_grant_add(conf, &conf->conns[conn]);
    assert_non_null(row);
    row->id = id_of(id);
    if (addr)
        assert_int_equal(base_addr_parse(addr, &row->addrs[row->n_addrs++]), 0);
    return row;
}

static const struct ike_grant *row_of(const struct ike_conf *conf, size_t conn, const char *id)
{
    const struct ike_id who = id_of(id);
    return ike_grant_of(&conf->conns[conn], &who);
}

static void a_row_is_its_connections_and_its_identitys(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_new(3);
    row_add(conf, 0, "a@x.org", NULL)->reauth_s = 1;
    row_add(conf, 0, "b@x.org", NULL)->reauth_s = 2;
    row_add(conf, 2, "a@x.org", NULL)->reauth_s = 3;
    ike_conf_seal(conf);
    assert_int_equal(row_of(conf, 0, "A@X.org")->reauth_s, 1);
    assert_int_equal(row_of(conf, 0, "b@x.org")->reauth_s, 2);
    assert_int_equal(row_of(conf, 2, "a@x.org")->reauth_s, 3);
    assert_null(row_of(conf, 2, "b@x.org"));
    assert_null(row_of(conf, 1, "a@x.org"));
    assert_null(row_of(conf, 0, "@a.x.org"));
    ike_conf_put(conf);
}

static void an_address_is_one_identitys(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_new(1);
    struct base_addr addr;
    for (unsigned i = 0; i < 100; i++) {
        char id[32], text[32];
        snprintf(id, sizeof id, "u%u@x.org", i * 37 % 100);
        snprintf(text, sizeof text, "10.9.0.%u", 2 * (i * 37 % 100));
        row_add(conf, 0, id, text);
    }
    for (int sealed = 0; sealed < 2; sealed++) {
        for (unsigned i = 0; i < 200; i++) {
            char text[32];
            snprintf(text, sizeof text, "10.9.0.%u", i);
            assert_int_equal(base_addr_parse(text, &addr), 0);
            snprintf(text, sizeof text, "u%u@x.org", i / 2);
            const struct ike_id want = id_of(text), *got = ike_grants_owner(conf->grants, &addr);
            assert_int_equal(got != NULL, i % 2 == 0);
            assert_true(!got || ike_id_equal(got, &want));
        }
        ike_conf_seal(conf); /* sorted, with the same answers */
    }
    assert_null(ike_grants_owner(NULL, &addr));
    ike_conf_put(conf);
}

static size_t reserved_between(const struct ike_conf *conf, const char *lo, const char *hi)
{
    struct base_addr a, b;
    assert_int_equal(base_addr_parse(lo, &a), 0);
    assert_int_equal(base_addr_parse(hi, &b), 0);
    return ike_grants_between(conf->grants, &a, &b);
}

static void reserved_addresses_of_a_range_are_counted_each_once(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_new(2);
    row_add(conf, 0, "a@x.org", "10.9.0.1");
    row_add(conf, 0, "b@x.org", "10.9.0.3");
    row_add(conf, 1, "a@x.org", "10.9.0.1"); /* the same peer on another connection */
    row_add(conf, 1, "c@x.org", "fd09::1");
    ike_conf_seal(conf);
    assert_int_equal(reserved_between(conf, "10.9.0.0", "10.9.0.255"), 2);
    assert_int_equal(reserved_between(conf, "10.9.0.1", "10.9.0.1"), 1);
    assert_int_equal(reserved_between(conf, "10.9.0.2", "10.9.0.2"), 0);
    assert_int_equal(reserved_between(conf, "10.9.0.2", "10.9.0.3"), 1);
    assert_int_equal(reserved_between(conf, "10.9.0.4", "10.9.0.9"), 0);
    assert_int_equal(reserved_between(conf, "fd09::", "fd09::ffff"), 1);
    const struct base_addr any = base_addr_ip4(0);
    assert_int_equal(ike_grants_between(NULL, &any, &any), 0);
    ike_conf_put(conf);
}

static void what_differs_is_counted_and_times_close_nothing(void **state)
{
    (void)state;
    struct ike_conf *a = conf_new(1), *b = conf_new(1);
    const struct base_ts_list net = {.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    row_add(a, 0, "same@x.org", "10.9.0.1");
    row_add(a, 0, "moved@x.org", "10.9.0.2");
    row_add(a, 0, "gone@x.org", NULL);
    row_add(a, 0, "later@x.org", NULL)->reauth_s = 5;
    assert_true(base_ts_set(&row_add(a, 0, "nets@x.org", NULL)->local_ts, &net));
    row_add(b, 0, "new@x.org", NULL);
    row_add(b, 0, "later@x.org", NULL)->reauth_s = 6;
    row_add(b, 0, "moved@x.org", "10.9.0.3");
    row_add(b, 0, "same@x.org", "10.9.0.1");
    row_add(b, 0, "nets@x.org", NULL);
    ike_conf_seal(a);
    ike_conf_seal(b);
    assert_int_equal(ike_grants_differ(a->conns, b->conns), 5);
    assert_int_equal(ike_grants_differ(a->conns, a->conns), 0);
    static const struct {
        const char *id;
        bool same;
    } rows[] = {{"same@x.org", true},  {"moved@x.org", false}, {"gone@x.org", false},
                {"later@x.org", true}, {"nets@x.org", false},  {"nobody@x.org", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct ike_id id = id_of(rows[i].id);
        assert_int_equal(ike_grant_same(a->conns, b->conns, &id), rows[i].same);
    }
    ike_conf_put(a);
    ike_conf_put(b);
}

static void a_row_that_was_dropped_is_none(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_new(1);
    row_add(conf, 0, "a@x.org", "10.9.0.1");
    row_add(conf, 0, "b@x.org", "10.9.0.2");
    ike_grant_drop(conf, conf->conns);
    ike_conf_seal(conf);
    assert_non_null(row_of(conf, 0, "a@x.org"));
    assert_null(row_of(conf, 0, "b@x.org"));
    assert_int_equal(conf->grants->n_reserved, 1);
    ike_conf_put(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_its_connections_and_its_identitys),
        cmocka_unit_test(an_address_is_one_identitys),
        cmocka_unit_test(reserved_addresses_of_a_range_are_counted_each_once),
        cmocka_unit_test(what_differs_is_counted_and_times_close_nothing),
        cmocka_unit_test(a_row_that_was_dropped_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
