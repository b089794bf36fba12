/* SPDX-License-Identifier: BSD-3-Clause */
/* culvertctl doctor: what is printed as a whole, the two questions with the peer's ports between, status, the
 * machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_doc.h"

static char *out_text, *err_text;
static size_t out_len, err_len;
static const char *answer;
static unsigned n_calls, n_asked;
static char last_args[512];

static int call(void *ctx, const char *socket, unsigned timeout_ms, const char *command, json_t *args,
                struct api_response *out, char *why, size_t why_size)
{
    (void)ctx, (void)socket, (void)timeout_ms, (void)why, (void)why_size;
    char *text = json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS);
    snprintf(last_args, sizeof last_args, "%s %s", command, text);
    free(text);
    json_decref(args);
    *out = (struct api_response){.ok = true, .root = doc_of(answer)};
    out->data = out->root;
    n_calls++;
    return 0;
}

static void asked(const char *peer, unsigned wait_ms, enum doctor_heard heard[DOCTOR_ASKS])
{
    (void)wait_ms;
    assert_string_equal(peer, "203.0.113.2");
    heard[DOCTOR_UDP_500] = DOCTOR_ANSWERED;
    heard[DOCTOR_UDP_4500] = DOCTOR_SILENT;
    heard[DOCTOR_TCP_4500] = DOCTOR_NOT_ASKED;
    n_asked++;
}

static int run(const char *a, const char *b, const char *c)
{
    char *argv[] = {"culvertctl", (char *)a, (char *)b, (char *)c, NULL};
    free(out_text);
    free(err_text);
    struct cli_io io = {.out = open_memstream(&out_text, &out_len),
                        .err = open_memstream(&err_text, &err_len),
                        .columns = 60,
                        .call = call,
                        .ask = asked};
    n_calls = n_asked = 0;
    const int rc = cli_run(c ? 4 : b ? 3 : 2, argv, &io);
    fclose(io.out);
    fclose(io.err);
    return rc;
}

static void a_whole_answer(void **state)
{
    (void)state;
    answer = "{'bad': 1, 'peer': {'up': true}, 'findings': [{'name': 'wrong-key', 'level': 'fault', 'seen': "
             "'5 s ago: a proof that does "
             "not verify came', 'means': 'The keys differ.', 'fix_here': 'secrets', 'fix_peer': 'the same "
             "key there'}, {'name': "
             "'announced', 'level': 'ok', 'seen': 'we are @gw'}]}";
    assert_int_equal(run("doctor", "foo", NULL), CLI_REFUSED);
    assert_string_equal(out_text, "fault: WRONG KEY\n"
                                  "  seen    5 s ago: a proof that does not verify came\n"
                                  "  means   The keys differ.\n"
                                  "  here    secrets\n"
                                  "  peer    the same key there\n"
                                  "ok: announced\n"
                                  "  seen    we are @gw\n"
                                  "\n1 to mend\n");
    assert_int_equal(n_calls, 1);
    assert_int_equal(n_asked, 0); /* it is up */
    assert_string_equal(last_args, "doctor {\"connection\":\"foo\"}");
}

static void a_peer_that_is_down_is_asked(void **state)
{
    (void)state;
    answer = "{'bad': 0, 'peer': {'address': '203.0.113.2', 'up': false}, 'findings': []}";
    assert_int_equal(run("doctor", "foo", NULL), CLI_OK);
    assert_int_equal(n_calls, 2);
    assert_string_equal(
        last_args,
        "doctor {\"connection\":\"foo\",\"heard\":{\"tcp_4500\":\"not asked\",\"udp_4500\":\"silent\","
        "\"udp_500\":\"answered\"}}");
    assert_string_equal(out_text, "nothing is wrong, as far as can be seen from here\n");
}

static void json_has_the_same_status(void **state)
{
    (void)state;
    answer = "{'bad': 2, 'findings': []}";
    assert_int_equal(run("doctor", "foo", "--json"), CLI_REFUSED);
    assert_non_null(strstr(out_text, "\"bad\": 2"));
}

static void the_machine_needs_no_daemon(void **state)
{
    (void)state;
    run("doctor", "--json", NULL);
    assert_int_equal(n_calls, 0);
    json_t *d = json_loads(out_text, 0, NULL);
    assert_true(json_array_size(json_object_get(d, "findings")) >= 4);
    json_decref(d);
}

static void a_bad_configuration_is_told(void **state)
{
    (void)state;
    assert_int_equal(run("doctor", "--config", "/nonexistent/culvert.json"), CLI_USAGE);
    assert_non_null(strstr(err_text, "/nonexistent/culvert.json"));
    assert_string_equal(out_text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer),
        cmocka_unit_test(a_peer_that_is_down_is_asked),
        cmocka_unit_test(json_has_the_same_status),
        cmocka_unit_test(the_machine_needs_no_daemon),
        cmocka_unit_test(a_bad_configuration_is_told),
    };
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    free(out_text);
    free(err_text);
    return rc;
}
