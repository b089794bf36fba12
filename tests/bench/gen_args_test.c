/* SPDX-License-Identifier: BSD-3-Clause */
/* The generator's options, rates, keys and SPIs: what is meant, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "gen_args.h"

static struct gen_args args;
static char path[32];

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
                "64,imix --from both --tolerance 0,0.005 --sas 1000 --cores 2,3 --json"),
        0);
    assert_string_equal(args.device[1], "0000:5e:00.1");
    assert_int_equal(args.address[1], 0x0a02000a);
    assert_int_equal(args.hosts[0], 0x0a01000a); /* its own, where nothing is said */
    assert_int_equal(args.rate_count, 4);
    assert_int_equal(args.size_count, 2);
    assert_true(args.is_from_a && args.is_from_b);
    assert_true(args.tolerance_count == 2 && args.tolerances[1] == 0.005);
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
                                      "--rounds 101",
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
                                      "--way out"};
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (!args_of(bad[i]))
            fail_msg("\"%s\" was taken", bad[i]);
    assert_int_equal(args_of(""), 0);
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

static void file_write(const char *text)
{
    strcpy(path, "gen_args_test.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void a_key_is_hex_of_the_right_length(void **state)
{
    static const char *const bad[] = {"", "00", "000102030405060708090a0b0c0d0e0f1011121g",
                                      "000102030405060708090a0b0c0d0e0f101112131"};
    uint8_t keymat[36];
    file_write("000102030405060708090a0b0c0d0e0F\n10111213\n");
    assert_int_equal(gen_args_key(path, keymat), 20);
    for (uint8_t i = 0; i < 20; i++)
        assert_int_equal(keymat[i], i);
    unlink(path);
    file_write("0x000102030405060708090a0b0c0d0e0f10111213");
    assert_int_equal(gen_args_key(path, keymat), 20);
    assert_int_equal(keymat[19], 19);
    unlink(path);
    assert_int_equal(gen_args_key(path, keymat), 0);
    for (uint32_t i = 0; i < 4; i++) {
        file_write(bad[i]);
        assert_int_equal(gen_args_key(path, keymat), 0);
        unlink(path);
    }
}

static void spis_are_one_a_line(void **state)
{
    static const char *const bad[] = {"",     "# none\n", "0x100\n255\n", "0x100000000\n", "0x100 0x200\n",
                                      "spi\n"};
    uint32_t n, *spis;
    file_write("# of the gateway\n0x12345678\n\n4096 \n  0xffffffff # the last\n");
    spis = gen_args_spis(path, &n);
    unlink(path);
    assert_int_equal(n, 3);
    assert_true(spis[0] == 0x12345678 && spis[1] == 4096 && spis[2] == UINT32_MAX);
    free(spis);
    for (uint32_t i = 0; i < 6; i++) {
        file_write(bad[i]);
        spis = gen_args_spis(path, &n);
        unlink(path);
        if (spis)
            fail_msg("\"%s\" was taken", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_of_ports_is_understood),
        cmocka_unit_test(what_is_missing_or_makes_no_sense_is_refused),
        cmocka_unit_test(rates_are_packets_or_bits),
        cmocka_unit_test(a_key_is_hex_of_the_right_length),
        cmocka_unit_test(spis_are_one_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
