/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of `culvert-bench ike`: what they set, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "load_args.h"

#define WORDS_MAX 32

/* Parses words with blanks between; NULL at the end of argv, as main() has it. */
static int args_parse(struct load_args *a, const char *line)
{
    static char text[1000];
    char *argv[WORDS_MAX] = {"ike"}, *save = NULL;
    int argc = 1;
    *a = (struct load_args){.auth_word = "psk",
                            .id = "c-%05u.example.org",
                            .calls = 1000,
                            .lone = 200,
                            .rounds = 1,
                            .under_way = 200,
                            .names = 1};
    assert_int_equal(base_prefix_parse("10.64.0.0/10", &a->ours), 0);
    assert_int_equal(base_prefix_parse("10.2.0.0/24", &a->theirs), 0);
    snprintf(text, sizeof(text), "%s", line);
    for (char *w = strtok_r(text, " ", &save); w && argc < WORDS_MAX - 1; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    return load_args_parse(a, argc, argv);
}

static void options_go_where_they_belong(void **state)
{
    struct load_args a;
    assert_int_equal(args_parse(&a, "--to 192.0.2.1 --secret-file s --calls 7 --lone 0 --rounds 3 --rate 50 "
                                    "--under-way 4 --first 9 --connections 5 --pid 12 --threads x,y --csv"),
                     0);
    assert_int_equal(a.auth, LOAD_AUTH_PSK);
    assert_int_equal(a.calls, 7);
    assert_int_equal(a.lone, 0);
    assert_int_equal(load_args_total(&a), 21);
    assert_int_equal(a.rate, 50);
    assert_int_equal(a.under_way, 4);
    assert_int_equal(a.first, 9);
    assert_int_equal(a.names, 5);
    assert_int_equal(a.pid, 12);
    assert_string_equal(a.threads, "x,y");
    assert_int_equal(a.form, BENCH_FORM_CSV);
    assert_string_equal(a.user, a.id);
    assert_true(a.is_net_of_name);
    assert_false(a.keeps);
}

static void certificates_give_each_call_its_own_network(void **state)
{
    struct load_args a;
    assert_int_equal(args_parse(&a, "--to 192.0.2.1 --auth eap-tls --pki p"), 0);
    assert_int_equal(a.auth, LOAD_AUTH_EAP_TLS);
    assert_string_equal(a.auth_word, "eap-tls");
    assert_false(a.is_net_of_name);
    assert_int_equal(args_parse(&a, "--to 192.0.2.1 --auth rsa --pki p --nets name --ours any"), 0);
    assert_true(a.is_net_of_name);
    assert_int_equal(a.ours.addr.family, BASE_AF_NONE);
}

static void seconds_make_room_for_as_many_calls(void **state)
{
    struct load_args a;
    assert_int_equal(args_parse(&a, "--to 192.0.2.1 --secret-file s --seconds 3 --rate 100"), 0);
    assert_int_equal(a.calls, 300);
    assert_int_equal(args_parse(&a, "--to 192.0.2.1 --secret-file s --seconds 3 --rate 100 --calls 20"), 0);
    assert_int_equal(a.calls, 20);
    assert_int_equal(args_parse(&a, "--to 192.0.2.1 --secret-file s --seconds 3600 --rounds 64"), 0);
    assert_true(a.calls > 0 && load_args_total(&a) <= LOAD_CALLS_MAX);
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "--secret-file s",
        "--to 192.0.2.1",
        "--to 2001:db8::1 --secret-file s",
        "--to here --secret-file s",
        "--to 192.0.2.1 --secret-file s word",
        "--to 192.0.2.1 --secret-file s --calls -1",
        "--to 192.0.2.1 --secret-file s --calls 1x",
        "--to 192.0.2.1 --secret-file s --calls 200001",
        "--to 192.0.2.1 --secret-file s --calls 100000 --rounds 3",
        "--to 192.0.2.1 --secret-file s --calls 0 --lone 0",
        "--to 192.0.2.1 --secret-file s --id c-%s",
        "--to 192.0.2.1 --secret-file s --auth word",
        "--to 192.0.2.1 --secret-file s --want it",
        "--to 192.0.2.1 --secret-file s --ours 10.0.0.1/8",
        "--to 192.0.2.1 --secret-file s --theirs any",
        "--to 192.0.2.1 --secret-file s --threads a",
        "--to 192.0.2.1 --secret-file s --until-told 5",
        "--to 192.0.2.1 --auth rsa",
        "--to 192.0.2.1 --auth eap-mschapv2 --pki p",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        struct load_args a;
        if (args_parse(&a, lines[i]) != -1)
            fail_msg("it was taken: %s", lines[i]);
    }
}

static void help_is_asked_for(void **state)
{
    struct load_args a;
    assert_int_equal(args_parse(&a, "--help"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_go_where_they_belong),
        cmocka_unit_test(certificates_give_each_call_its_own_network),
        cmocka_unit_test(seconds_make_room_for_as_many_calls),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(help_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
