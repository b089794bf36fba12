/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of bypass: what they say, and which of them are the same. */
#include "conf_test_help.h"

#include "conf_int.h"

static struct conf *with(const char *rows)
{
    char extra[1024];
    snprintf(extra, sizeof extra, ",'bypass':[%s]", rows);
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, extra);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    return conf;
}

static void rows_are_read_in_order_with_protocols_and_ports(void **state)
{
    struct conf *conf = with("{'local':'10.1.0.0/25','remote':['10.2.0.0/25','10.9.0.0/24[tcp/9100]']},"
                             "{'local':['fd00:1::/64'],'remote':'fd00:9::7/128'}");
    (void)state;
    assert_int_equal(conf->n_bypasses, 2);
    const struct conf_bypass *b = conf->bypasses;
    assert_int_equal(b[0].local_ts->count, 1);
    assert_int_equal(b[0].remote_ts->count, 2);
    assert_int_equal(b[0].remote_ts->list[0].protocol, 0);
    assert_int_equal(b[0].remote_ts->list[1].protocol, 6);
    assert_int_equal(b[0].remote_ts->list[1].port_lo, 9100);
    assert_int_equal(b[0].remote_ts->list[1].port_hi, 9100);
    assert_int_equal(b[1].remote_ts->list[0].lo.family, BASE_AF_IP6);
    conf_free(conf);
    conf = with("");
    assert_int_equal(conf->n_bypasses, 0);
    conf_free(conf);
}

static void what_is_wrong_with_a_row_is_told_with_its_place(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, ",'bypass':[{'local':'10.1.0.0/25'}]", "bypass[0].remote",
            "missing");
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN,
            ",'bypass':[{'local':'10.1.0.0/25','remote':'10.9.0.0/24'},{'local':'10.1.0.1/24','remote':"
            "'10.9.0.0/24'}]",
            "bypass[1].local", "has bits set behind its prefix length");
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, ",'bypass':{'local':'10.1.0.0/25'}", "bypass", "list");
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, ",'bypass':[{'from':'10.1.0.0/25'}]", "bypass[0].from",
            "unknown");
}

static void a_row_is_the_same_whatever_its_order(void **state)
{
    struct conf *a = with("{'local':['10.1.0.0/25','10.1.0.128/26'],'remote':'10.9.0.0/24'}");
    struct conf *b = with("{'local':'10.1.0.0/26','remote':'10.9.0.0/24'},"
                          "{'local':['10.1.0.128/26','10.1.0.0/25'],'remote':'10.9.0.0/24'}");
    struct conf *c = with("{'local':['10.1.0.0/25','10.1.0.128/26'],'remote':'10.9.0.0/24[udp]'}");
    (void)state;
    assert_ptr_equal(conf_bypass_find(b, &a->bypasses[0]), &b->bypasses[1]);
    assert_null(conf_bypass_find(a, &b->bypasses[0]));
    assert_null(conf_bypass_find(c, &a->bypasses[0]));
    conf_free(a);
    conf_free(b);
    conf_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_in_order_with_protocols_and_ports),
        cmocka_unit_test(what_is_wrong_with_a_row_is_told_with_its_place),
        cmocka_unit_test(a_row_is_the_same_whatever_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
