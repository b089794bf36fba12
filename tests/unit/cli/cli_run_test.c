/* SPDX-License-Identifier: BSD-3-Clause */
/* Command lines against a daemon that is only pretended: requests that go out, what is printed, exit codes.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "cli.h"

static struct fake {
    const char *answers[3]; /* one per call; the last one holds on */
    int calls;
    char requests[3][256];
    unsigned slept_ms;
    char socket[64];
    unsigned timeout_ms;
} fake;

static char *out_text, *err_text;

static int fake_call(void *ctx, const char *socket, unsigned timeout_ms, const char *command, json_t *args,
                     struct api_response *out, char *why, size_t why_size)
{
    size_t len;
    const int n = fake.calls < 3 ? fake.calls : 2;
    int last = n;
    while (last > 0 && !fake.answers[last])
        last--;
    const char *answer = fake.answers[last];
    char *line = api_request_line(command, args, &len);
    snprintf(fake.requests[n], sizeof fake.requests[n], "%.*s", (int)len - 1, line);
    free(line);
    fake.calls++;
    fake.timeout_ms = timeout_ms;
    snprintf(fake.socket, sizeof fake.socket, "%s", socket);
    if (answer)
        return api_response_parse(answer, strlen(answer), out, why, why_size);
    snprintf(why, why_size, "cannot connect");
    return -1;
}

static void fake_sleep(void *ctx, unsigned ms)
{
    fake.slept_ms += ms;
}

static unsigned columns; /* of the terminal */

/* Runs "culvertctl <words>" and keeps what it printed. */
static int run(const char *words)
{
    char copy[256], *argv[16] = {"culvertctl"};
    int argc = 1;
    size_t len;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *w = strtok(copy, " "); w && argc < 16; w = strtok(NULL, " "))
        argv[argc++] = w;
    free(out_text);
    free(err_text);
    struct cli_io io = {.columns = columns, .call = fake_call, .sleep_ms = fake_sleep};
    io.out = open_memstream(&out_text, &len);
    io.err = open_memstream(&err_text, &len);
    const int rc = cli_run(argc, argv, &io);
    fclose(io.out);
    fclose(io.err);
    return rc;
}

static int reset(void **state)
{
    fake = (struct fake){.answers = {"{\"ok\":true,\"data\":{}}"}};
    columns = 0;
    return 0;
}

static int cleanup(void **state)
{
    free(out_text);
    free(err_text);
    out_text = err_text = NULL;
    return 0;
}

static void expect_request(const char *words, const char *request)
{
    reset(NULL);
    assert_int_equal(run(words), CLI_OK);
    assert_string_equal(fake.requests[0], request);
}

static void each_command_sends_its_request(void **state)
{
    expect_request("show sas", "{\"command\":\"show sas\",\"args\":{}}");
    expect_request("show sas foo", "{\"command\":\"show sas\",\"args\":{\"connection\":\"foo\"}}");
    expect_request("show counters foo", "{\"command\":\"show counters\",\"args\":{\"connection\":\"foo\"}}");
    expect_request("explain", "{\"command\":\"show failures\",\"args\":{}}");
    expect_request("initiate foo", "{\"command\":\"initiate\",\"args\":{\"connection\":\"foo\"}}");
    expect_request("redirect --to gw2 foo",
                   "{\"command\":\"redirect\",\"args\":{\"connection\":\"foo\",\"to\":\"gw2\"}}");
    expect_request("rekey foo", "{\"command\":\"rekey\",\"args\":{\"connection\":\"foo\"}}");
    expect_request("rekey --ike foo",
                   "{\"command\":\"rekey\",\"args\":{\"connection\":\"foo\",\"what\":\"ike\"}}");
    expect_request("rekey foo --child",
                   "{\"command\":\"rekey\",\"args\":{\"connection\":\"foo\",\"what\":\"child\"}}");
    expect_request("initiate foo/voice",
                   "{\"command\":\"initiate\",\"args\":{\"connection\":\"foo\",\"child\":\"voice\"}}");
    expect_request("rekey foo --auth",
                   "{\"command\":\"rekey\",\"args\":{\"connection\":\"foo\",\"what\":\"auth\"}}");
    expect_request("rekey a/b/c",
                   "{\"command\":\"rekey\",\"args\":{\"connection\":\"a\",\"child\":\"b/c\"}}");
    expect_request("show sas a/b", "{\"command\":\"show sas\",\"args\":{\"connection\":\"a/b\"}}");
    expect_request("--json reload", "{\"command\":\"reload\",\"args\":{}}");
    expect_request(
        "show sas --peer 192.0.2.1 --spi=0x100 --up",
        "{\"command\":\"show sas\",\"args\":{\"peer\":\"192.0.2.1\",\"spi\":\"0x100\",\"state\":\"up\"}}");
    expect_request("--name foo-* show connections --down",
                   "{\"command\":\"show connections\",\"args\":{\"name\":\"foo-*\",\"state\":\"down\"}}");
    expect_request("explain --peer @foo", "{\"command\":\"show failures\",\"args\":{\"peer\":\"@foo\"}}");
    expect_request("reload --plan", "{\"command\":\"reload\",\"args\":{\"plan\":true}}");
}

static void every_row_prints_an_empty_document_without_harm(void **state)
{
    static const char *const all[] = {
        "status",     "show connections", "show sas",     "show nat",      "show failures",
        "explain",    "show ports",       "show workers", "show counters", "show drops",
        "initiate x", "terminate x",      "rekey x",      "reload"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(run(all[i]), CLI_OK);
        assert_true(strlen(out_text) > 0);
        assert_string_equal(err_text, "");
    }
}

static void json_prints_the_document_as_it_came(void **state)
{
    fake.answers[0] = "{\"ok\":true,\"data\":{\"sas\":[{\"id\":7}]}}";
    assert_int_equal(run("show sas --json"), CLI_OK);
    json_t *doc = json_loads(out_text, 0, NULL);
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(json_object_get(doc, "sas"), 0), "id")), 7);
    json_decref(doc);
}

static void expect_json(const char *text)
{
    json_t *got = json_loads(out_text, 0, NULL), *want = json_loads(text, 0, NULL);
    assert_non_null(want);
    if (!json_equal(got, want))
        fail_msg("%s", out_text);
    json_decref(got);
    json_decref(want);
}

static void pages_become_one_document(void **state)
{
    fake.answers[0] = "{\"ok\":true,\"data\":{\"next\":7,\"sas\":[{\"id\":2},{\"id\":7}]}}";
    fake.answers[1] = "{\"ok\":true,\"data\":{\"next\":8,\"sas\":[]}}";
    fake.answers[2] = "{\"ok\":true,\"data\":{\"sas\":[{\"id\":9}]}}";
    assert_int_equal(run("show sas foo --json"), CLI_OK);
    assert_int_equal(fake.calls, 3);
    assert_string_equal(fake.requests[1],
                        "{\"command\":\"show sas\",\"args\":{\"connection\":\"foo\",\"after\":7}}");
    assert_string_equal(fake.requests[2],
                        "{\"command\":\"show sas\",\"args\":{\"connection\":\"foo\",\"after\":8}}");
    expect_json("{\"sas\":[{\"id\":2},{\"id\":7},{\"id\":9}]}");
}

static void what_was_rekeyed_between_two_pages_is_told_once(void **state)
{
    fake.answers[0] = "{\"ok\":true,\"data\":{\"next\":2,\"sas\":[{\"id\":1,\"children\":[{\"spi_in\":\"a\"},"
                      "{\"spi_in\":\"b\"}]},{\"id\":2,\"children\":[{\"spi_in\":\"c\"}]}]}}";
    fake.answers[1] = "{\"ok\":true,\"data\":{\"sas\":[{\"id\":9,\"children\":[{\"spi_in\":\"a\"},"
                      "{\"spi_in\":\"b\"}]}]}}";
    assert_int_equal(run("show sas --json"), CLI_OK);
    expect_json("{\"sas\":[{\"id\":1,\"children\":[]},{\"id\":2,\"children\":[{\"spi_in\":\"c\"}]},"
                "{\"id\":9,\"children\":[{\"spi_in\":\"a\"},{\"spi_in\":\"b\"}]}]}");
    reset(NULL);
    fake.answers[0] =
        "{\"ok\":true,\"data\":{\"next\":2,\"peers\":[{\"connection\":\"x\",\"remote_id\":\"@x\","
        "\"moves\":1},{\"connection\":\"y\",\"remote_id\":\"@y\"}]}}";
    fake.answers[1] =
        "{\"ok\":true,\"data\":{\"peers\":[{\"connection\":\"x\",\"remote_id\":\"@x\",\"moves\":2}]}}";
    assert_int_equal(run("show nat --json"), CLI_OK);
    expect_json("{\"peers\":[{\"connection\":\"y\",\"remote_id\":\"@y\"},"
                "{\"connection\":\"x\",\"remote_id\":\"@x\",\"moves\":2}]}");
}

static void pages_that_end_in_a_refusal_or_not_at_all_are_no_document(void **state)
{
    fake.answers[0] = "{\"ok\":true,\"data\":{\"next\":7,\"sas\":[{\"id\":7}]}}";
    fake.answers[1] = "{\"ok\":false,\"error\":{\"code\":\"not_found\",\"message\":\"it is gone\"}}";
    assert_int_equal(run("show sas foo"), CLI_REFUSED);
    assert_string_equal(out_text, "");
    assert_non_null(strstr(err_text, "it is gone"));
    reset(NULL);
    fake.answers[0] = "{\"ok\":true,\"data\":{\"next\":7,\"sas\":[{\"id\":7}]}}"; /* again and again */
    assert_int_equal(run("show sas"), CLI_UNREACHABLE);
    assert_int_equal(fake.calls, 2);
    assert_string_equal(out_text, "");
}

static void the_load_is_that_between_two_looks(void **state)
{
    fake.answers[0] = "{\"ok\":true,\"data\":{\"workers\":[{\"worker\":0,\"load_percent\":1.0,"
                      "\"busy_cycles\":100,\"idle_cycles\":900}]}}";
    fake.answers[1] = "{\"ok\":true,\"data\":{\"workers\":[{\"worker\":0,\"load_percent\":1.0,"
                      "\"busy_cycles\":400,\"idle_cycles\":1300}]}}";
    assert_int_equal(run("show workers"), CLI_OK);
    assert_non_null(strstr(out_text, "42.9 %")); /* 300 of 700 */
    assert_int_equal(fake.calls, 2);
    assert_true(fake.slept_ms > 0);
}

static void what_a_terminal_leaves_out_is_told_and_wide_has_it(void **state)
{
    static const char more[] = "\nmore: --wide, or --json\n";
    fake.answers[0] =
        "{\"ok\":true,\"data\":{\"sas\":[{\"id\":7,\"connection\":\"foo\",\"state\":\"established\","
        "\"remote\":\"[2001:db8:1:2:3:4:5:6]:4500\",\"remote_id\":\"@foo\",\"proposal\":\"AES\"}]}}";
    columns = 80;
    assert_int_equal(run("show sas"), CLI_OK);
    assert_null(strstr(out_text, "PROPOSAL"));
    assert_string_equal(out_text + strlen(out_text) - strlen(more), more);
    assert_int_equal(run("show sas --wide"), CLI_OK);
    assert_non_null(strstr(out_text, "PROPOSAL"));
    assert_null(strstr(out_text, "more:"));
    columns = 0; /* no terminal */
    assert_int_equal(run("show sas"), CLI_OK);
    assert_non_null(strstr(out_text, "PROPOSAL"));
    columns = 80;
    assert_int_equal(run("show nat"), CLI_OK); /* nothing is left out */
    assert_null(strstr(out_text, "more:"));
}

static void a_refusal_is_told_with_its_details(void **state)
{
    fake.answers[0] = "{\"ok\":false,\"error\":{\"code\":\"bad_config\",\"message\":\"2 errors\",\"details\":"
                      "[{\"path\":\"nat.x\",\"text\":\"unknown key\"}]}}";
    assert_int_equal(run("reload"), CLI_REFUSED);
    assert_string_equal(out_text, "");
    assert_string_equal(err_text, "culvertctl: 2 errors\n  nat.x: unknown key\n");
    assert_int_equal(run("reload --json"), CLI_REFUSED);
    assert_non_null(strstr(out_text, "bad_config"));
}

static void no_daemon_is_an_exit_code_of_its_own(void **state)
{
    fake.answers[0] = NULL;
    assert_int_equal(run("status"), CLI_UNREACHABLE);
    assert_string_equal(err_text, "culvertctl: cannot connect\n");
    assert_int_equal(run("show sas"), CLI_UNREACHABLE);
}

static void wrong_command_lines_are_told_and_send_nothing(void **state)
{
    static const struct {
        const char *words, *part;
    } bad[] = {
        {"", "usage: culvertctl"},
        {"frobnicate", "no command \"frobnicate\""},
        {"show", "did you mean: show connections, show sas"},
        {"show everything", "no command \"show everything\""},
        {"initiate", "which connection?"},
        {"initiate a b", "one word too many"},
        {"reload now", "one word too many"},
        {"show sas a b", "one word too many"},
        {"status --ike", "has no option --ike"},
        {"rekey a --ike --child", "contradicts"},
        {"show sas --up --down", "contradicts"},
        {"show sas --peer", "--peer needs a value"},
        {"show nat --up", "has no option --up"},
        {"status --peer x", "has no option --peer"},
        {"show sas --up=yes", "has no option --up"},
        {"status --json=yes", "has no option --json"},
        {"status --timeout", "needs a value"},
        {"status --timeout 0", "1 to 3600"},
        {"status --timeout 5x", "1 to 3600"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(run(bad[i].words), CLI_USAGE);
        if (!strstr(err_text, bad[i].part))
            fail_msg("\"%s\" says: %s", bad[i].words, err_text);
    }
    assert_int_equal(fake.calls, 0);
}

static void socket_and_timeout_reach_the_transport(void **state)
{
    assert_int_equal(run("--socket /tmp/x --timeout=3 show sas"), CLI_OK);
    assert_string_equal(fake.socket, "/tmp/x");
    assert_int_equal(fake.timeout_ms, 3000);
    assert_int_equal(run("show sas"), CLI_OK);
    assert_string_equal(fake.socket, API_SOCKET);
}

static void expect_narrow(void)
{
    for (const char *line = out_text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_msg("%.*s", (int)strcspn(line, "\n"), line);
}

static void help_teaches_with_examples(void **state)
{
    assert_int_equal(run("--help"), CLI_OK);
    assert_non_null(strstr(out_text, "\n  0  done\n"));
    assert_non_null(strstr(out_text, "rekey NAME[/CHILD]"));
    expect_narrow();
    assert_int_equal(run("rekey --help"), CLI_OK);
    assert_non_null(strstr(out_text, "--child"));
    assert_non_null(strstr(out_text, "culvertctl rekey foo --ike"));
    expect_narrow();
    assert_int_equal(run("show sas --help"), CLI_OK);
    assert_non_null(strstr(out_text, "\n  --peer PEER "));
    expect_narrow();
    assert_int_equal(run("--version"), CLI_OK);
    assert_ptr_equal(strstr(out_text, "culvertctl " CULVERT_VERSION "\n"), out_text);
    assert_non_null(strstr(out_text, "intel-ipsec-mb"));
    assert_int_equal(run("--version --json"), CLI_OK);
    assert_non_null(strstr(out_text, "\"version\": \"" CULVERT_VERSION "\""));
    assert_int_equal(fake.calls, 0);
}

static void what_cannot_be_written_is_told_but_for_a_reader_that_has_enough(void **state)
{
    char *argv[] = {"culvertctl", "status", "--json"};
    struct cli_io io = {.call = fake_call, .sleep_ms = fake_sleep};
    size_t len;
    (void)state;
    free(err_text);
    io.out = fopen("/dev/full", "w");
    io.err = open_memstream(&err_text, &len);
    assert_non_null(io.out);
    assert_int_equal(cli_run(3, argv, &io), CLI_UNREACHABLE);
    fclose(io.out);
    fclose(io.err);
    assert_string_equal(err_text, "culvertctl: the answer could not be written: No space left on device\n");

    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    free(err_text);
    io.out = fdopen(ends[1], "w");
    io.err = open_memstream(&err_text, &len);
    assert_int_equal(cli_run(3, argv, &io), CLI_OK);
    fclose(io.out);
    fclose(io.err);
    assert_string_equal(err_text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_command_sends_its_request, reset, cleanup),
        cmocka_unit_test_setup_teardown(every_row_prints_an_empty_document_without_harm, reset, cleanup),
        cmocka_unit_test_setup_teardown(json_prints_the_document_as_it_came, reset, cleanup),
        cmocka_unit_test_setup_teardown(pages_become_one_document, reset, cleanup),
        cmocka_unit_test_setup_teardown(what_was_rekeyed_between_two_pages_is_told_once, reset, cleanup),
        cmocka_unit_test_setup_teardown(pages_that_end_in_a_refusal_or_not_at_all_are_no_document, reset,
                                        cleanup),
        cmocka_unit_test_setup_teardown(the_load_is_that_between_two_looks, reset, cleanup),
        cmocka_unit_test_setup_teardown(what_a_terminal_leaves_out_is_told_and_wide_has_it, reset, cleanup),
        cmocka_unit_test_setup_teardown(a_refusal_is_told_with_its_details, reset, cleanup),
        cmocka_unit_test_setup_teardown(no_daemon_is_an_exit_code_of_its_own, reset, cleanup),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told_but_for_a_reader_that_has_enough,
                                        reset, cleanup),
        cmocka_unit_test_setup_teardown(wrong_command_lines_are_told_and_send_nothing, reset, cleanup),
        cmocka_unit_test_setup_teardown(socket_and_timeout_reach_the_transport, reset, cleanup),
        cmocka_unit_test_setup_teardown(help_teaches_with_examples, reset, cleanup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
