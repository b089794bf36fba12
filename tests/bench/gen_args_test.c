/* SPDX-License-Identifier: BSD-3-Clause */
/* The generator's options and rates: what is meant, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <getopt.h>
#include <stdio.h>

#include "gen_args.h"

static struct gen_args args;

/* Parses these words behind a good beginning. */
static int args_of(const char *words)
{
    static char copy[512]; /* which the options keep */
    char *argv[64] = {"traffic"};
    int argc = 1;
    static const char usual[] = "--scenario ndr --port net_ring0 --address 10.1.0.10 --gateway 10.1.0.1 ";
    snprintf(copy, sizeof(copy), "%s%s", *words == '!' ? "" : usual, words + (*words == '!'));
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    args = (struct gen_args){.is_from_a = true};
    optind = 0;
    return gen_args_parse(&args, argc, argv, "");
}

static void a_pair_of_ports_is_understood(void **state)
{
    assert_int_equal(
        args_of("!--scenario sweep --port net_memif0,role=client --port 0000:5e:00.1 --address "
                "10.1.0.10,10.2.0.10 --gateway 10.1.0.1,10.2.0.1 --rate 10k,1.5M,800Mbit,max --sizes "
                "64,imix --from both --tolerance 0.005 --sas 1000 --cores 2,3 --json"),
        0);
    assert_string_equal(args.device[1], "0000:5e:00.1");
    assert_int_equal(args.address[1], 0x0a02000a);
    assert_int_equal(args.hosts[0], 0x0a01000a); /* its own, where nothing is said */
    assert_int_equal(args.rate_count, 4);
    assert_int_equal(args.size_count, 2);
    assert_true(args.is_from_a && args.is_from_b);
    assert_true(args.tolerance_count == 1 && args.tolerances[0] == 0.005);
    assert_true(args.core_count == 2 && args.cores[1] == 3);
    assert_int_equal(args.form, BENCH_FORM_JSON);
}

static void what_is_missing_or_makes_no_sense_is_refused(void **state)
{
    static const char *const bad[] = {"!",
                                      "!--scenario ndr",
                                      "!--scenario ndr --port net_ring0",
                                      "--rate 0",
                                      "--rate 10x",
                                      "--rate 1,",
                                      "--sizes 63",
                                      "--sizes 1501",
                                      "--sas 0",
                                      "--rounds 0",
                                      "--rounds 33",
                                      "--tolerance 2",
                                      "--tolerance a",
                                      "--share 0",
                                      "--share 101",
                                      "--depth 1",
                                      "--depth 4097",
                                      "--way sideways",
                                      "--from c",
                                      "--sport 65536",
                                      "--address 10.1.0",
                                      "--address 10.1.0.1,10.1.0.2,10.1.0.3",
                                      "--port a --port b",
                                      "--way in",
                                      "--cores 1,2,3",
                                      "--port x",
                                      "--seconds 0",
                                      "--flood-port net_ring1",
                                      "--no-such-option",
                                      "word",
                                      "--way out",
                                      "--seq 0",
                                      "--seq -1",
                                      "--spi-out 255",
                                      "--nonce 00"};
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (!args_of(bad[i]))
            fail_msg("\"%s\" was taken", bad[i]);
    assert_int_equal(args_of(""), 0);
}

#define PAIR  "--port b --address 10.1.0.10,10.2.0.10 --gateway 10.1.0.1,10.2.0.1 "
#define FLOOD "--flood-port c --flood-address 10.3.0.10 --flood-gateway 10.3.0.1 "

/* What each option may be, and both together not. */
static void what_does_not_go_together_is_refused(void **state)
{
    static const struct {
        const char *words;
        bool is_good;
    } rows[] = {
        {"--from a", true},
        {"--from b", false},
        {"--from both", false},
        {PAIR "--from b", true},
        {PAIR "--from both", true},
        {"--scenario ike-flood", true},
        {"--scenario ike-flood " FLOOD, false},
        {"--scenario ike-flood " PAIR FLOOD, true},
        {"--scenario latency --rate 1k", true},
        {"--scenario latency --rate max", false},
        {"--scenario sweep --rate 1k,max", true},
        {"--scenario latency --rate 1k,2k", false},
        {"--scenario ndr --rate max,1k", false},
        {"--scenario ndr --tolerance 0,0.1 --sizes 64,128", true},
        {"--scenario sweep --tolerance 0,0.1", false},
        {"--scenario latency --sizes 64,128", true},
        {"--scenario single-flow --sizes 64,128", true},
        {"--scenario many-sas --sizes 64,128", true},
        {"--scenario soak --sizes 64,128", false},
        {"--scenario imix --sizes 64,128", false},
        {"--sport 4500", false},
        {"--dport 4500", false},
        {PAIR "--way out --key-file f --dport 4500", true},
    };
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if ((args_of(rows[i].words) == 0) != rows[i].is_good)
            fail_msg("\"%s\" was %s", rows[i].words, rows[i].is_good ? "refused" : "taken");
}

static void rates_are_packets_or_bits(void **state)
{
    struct gen_rate r[GEN_RATES];
    assert_int_equal(gen_rate_parse("10k,2Mpps,800Mbit,max", r), 4);
    assert_true(gen_rate_pps(&r[0], 64) == 10000);
    assert_true(gen_rate_pps(&r[1], 64) == 2000000);
    assert_true(gen_rate_pps(&r[2], 1000) == 100000);
    assert_true(gen_rate_pps(&r[3], 64) == 0);
    assert_string_equal(r[2].text, "800Mbit");
    static const char *const bad[] = {"", ",", "k", "-1", "nan", "inf", "1e13", "1 k", "10Kbit", "1,,2"};
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (gen_rate_parse(bad[i], r))
            fail_msg("\"%s\" was taken", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_of_ports_is_understood),
        cmocka_unit_test(what_is_missing_or_makes_no_sense_is_refused),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(rates_are_packets_or_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
