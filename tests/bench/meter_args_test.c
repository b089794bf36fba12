/* SPDX-License-Identifier: BSD-3-Clause */
/* What metering ports are told in text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#include "meter_args.h"

#define KEY "000102030405060708090a0b0c0d0e0fa0a1a2a3"

static void an_entry_is_found_by_its_whole_name(void **state)
{
    static const char entries[] = "net_null10,size=99;net_null1,flow=plain,size=64;net_null0;net_null2";
    char text[METER_TEXT_MAX];
    assert_true(meter_args_find(entries, "net_null1", text));
    assert_string_equal(text, "flow=plain,size=64");
    assert_true(meter_args_find(entries, "net_null0", text));
    assert_string_equal(text, "");
    assert_true(meter_args_find(entries, "net_null2", text));
    assert_string_equal(text, "");
    assert_false(meter_args_find(entries, "net_null", text));
    assert_false(meter_args_find(NULL, "net_null1", text));
    assert_false(meter_args_find("", "net_null1", text));
}

static void an_entry_that_is_too_long_is_none(void **state)
{
    char entries[METER_TEXT_MAX + 3], text[METER_TEXT_MAX];
    memset(entries, 'x', sizeof(entries));
    memcpy(entries, "a,", 2);
    entries[METER_TEXT_MAX + 1] = 0;
    assert_true(meter_args_find(entries, "a", text));
    assert_int_equal(strlen(text), METER_TEXT_MAX - 1);
    entries[METER_TEXT_MAX + 1] = 'x';
    entries[METER_TEXT_MAX + 2] = 0;
    assert_false(meter_args_find(entries, "a", text));
}

static void the_start_file_is_found_in_any_entry(void **state)
{
    char start[METER_PATH_MAX];
    assert_true(meter_args_start("a,relay=lan;b,relay=wan,start=the file,hold=1", start));
    assert_string_equal(start, "the file");
    assert_true(meter_args_start("a,start=s;b", start));
    assert_string_equal(start, "s");
    assert_false(meter_args_start("a,relay=lan;b", start));
    assert_false(meter_args_start(NULL, start));
}

static void what_is_not_said_has_its_default(void **state)
{
    struct meter_args a;
    assert_int_equal(meter_args_parse(&a, "p", ""), 0);
    assert_int_equal(a.flow.kind, METER_SINK);
    assert_int_equal(a.flow.size, 64);
    assert_int_equal(a.flow.sas, 1);
    assert_int_equal(a.packets, 4000000);
    assert_int_equal(a.runs, 8);
    assert_string_equal(a.result, "");
    assert_string_equal(a.relay, "");
    meter_flow_fini(&a.flow);
}

static void what_is_said_is_taken(void **state)
{
    struct meter_args a;
    assert_int_equal(
        meter_args_parse(&a, "p",
                         "flow=natt,size=imix,sas=1000,inner_src=10.9.0.1,vary=dst,outer_port=4501,spi=0x100,"
                         "spi_shift=8,esn=1,result=/tmp/a b,label=l,packets=5000000000,runs=3,ptypes=1,"
                         "offload=1,relay=wan,start=s,hold=7,key=" KEY),
        0);
    assert_int_equal(a.flow.kind, METER_NATT);
    assert_int_equal(a.flow.size, 0);
    assert_int_equal(a.flow.sas, 1000);
    assert_int_equal(a.flow.inner_src, 0x0a090001);
    assert_false(a.flow.is_src_varied);
    assert_int_equal(a.flow.outer_port, 4501);
    assert_int_equal(a.flow.spi, 0x100);
    assert_int_equal(a.flow.spi_shift, 8);
    assert_true(a.flow.is_esn && a.flow.key && a.has_ptypes && a.has_offload);
    assert_string_equal(a.result, "/tmp/a b");
    assert_string_equal(a.label, "l");
    assert_true(a.packets == 5000000000ull);
    assert_int_equal(a.runs, 3);
    assert_string_equal(a.relay, "wan");
    assert_int_equal(a.hold, 7);
    meter_flow_fini(&a.flow);
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const char *const wrong[] = {"flow=ipsec",
                                        "flow=esp" /* without a key */,
                                        "size=63",
                                        "size=1501",
                                        "size=64x",
                                        "size=-1",
                                        "sas=0",
                                        "sas=4294967296",
                                        "runs=0",
                                        "runs=65",
                                        "vary=both",
                                        "inner_dst=10.2.0",
                                        "spi_shift=32",
                                        "esn=2",
                                        "key=00",
                                        "key=0g112233445566778899aabbccddeeff00112233",
                                        "flw=plain",
                                        "size",
                                        "relay=interface_too_long",
                                        "outer_port=65536"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct meter_args a;
        assert_int_equal(meter_args_parse(&a, "p", wrong[i]), -EINVAL);
        meter_flow_fini(&a.flow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_found_by_its_whole_name),
        cmocka_unit_test(an_entry_that_is_too_long_is_none),
        cmocka_unit_test(the_start_file_is_found_in_any_entry),
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(what_is_said_is_taken),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
