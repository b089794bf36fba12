/* SPDX-License-Identifier: BSD-3-Clause */
/* Request and answer lines: round trips, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include "api.h"

static char why[160];

static void a_request_survives_the_line(void **state)
{
    size_t len;
    struct api_request request;
    char *line = api_request_line("show sas", json_pack("{s:s}", "connection", "foo\n"), &len);
    assert_non_null(line);
    assert_int_equal(strlen(line), len);
    assert_ptr_equal(strchr(line, '\n'), line + len - 1); /* one line, whatever its texts hold */
    assert_int_equal(api_request_parse(line, len, &request, why, sizeof why), 0);
    assert_string_equal(request.command, "show sas");
    assert_string_equal(json_string_value(json_object_get(request.args, "connection")), "foo\n");
    json_decref(request.root);
    free(line);
}

static void a_request_without_args_gets_empty_ones(void **state)
{
    struct api_request request;
    static const char line[] = "{\"command\":\"status\"}";
    assert_int_equal(api_request_parse(line, sizeof line - 1, &request, why, sizeof why), 0);
    assert_int_equal(json_object_size(request.args), 0);
    json_decref(request.root);
}

static void lines_that_are_no_requests_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "\n",
                                      "{",
                                      "[]",
                                      "7",
                                      "{}",
                                      "{\"command\":7}",
                                      "{\"command\":\"x\",\"args\":[]}",
                                      "{\"command\":\"a\",\"command\":\"b\"}",
                                      "{\"command\":\"x\"} trailing",
                                      "\xff\xfe"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct api_request request;
        why[0] = '\0';
        assert_int_equal(api_request_parse(bad[i], strlen(bad[i]), &request, why, sizeof why), -EINVAL);
        assert_true(why[0] != '\0');
    }
}

static void answers_survive_the_line(void **state)
{
    size_t len;
    struct api_response answer;
    char *line = api_response_ok(json_pack("{s:i}", "n", 7), &len);
    assert_int_equal(api_response_parse(line, len, &answer, why, sizeof why), 0);
    assert_true(answer.ok);
    assert_int_equal(json_integer_value(json_object_get(answer.data, "n")), 7);
    json_decref(answer.root);
    free(line);
    line = api_response_fail(API_ERR_NOT_FOUND, "no such thing", json_pack("[s]", "x"), &len);
    assert_int_equal(api_response_parse(line, len, &answer, why, sizeof why), 0);
    assert_false(answer.ok);
    assert_string_equal(answer.code, "not_found");
    assert_string_equal(answer.message, "no such thing");
    assert_int_equal(json_array_size(answer.details), 1);
    json_decref(answer.root);
    free(line);
}

static void an_answer_without_document_is_an_empty_one(void **state)
{
    size_t len;
    char *line = api_response_ok(NULL, &len);
    assert_string_equal(line, "{\"ok\":true,\"data\":{}}\n");
    free(line);
    line = api_response_fail(API_ERR_FAILED, "x", NULL, &len);
    assert_string_equal(line, "{\"ok\":false,\"error\":{\"code\":\"failed\",\"message\":\"x\"}}\n");
    free(line);
}

static void answers_are_ascii(void **state)
{
    size_t n = 0;
    char *del = api_response_fail("x", "a \x7f and \x7f", NULL, &n);
    assert_non_null(strstr(del, "\"a ? and ?\""));
    free(del);
    char *cut = api_response_fail("x", "near \xca and \xf0\x9f", NULL, &n);
    assert_non_null(cut);
    assert_non_null(strstr(cut, "\"near ? and ??\""));
    free(cut);
    size_t len;
    char *line = api_response_ok(json_pack("{s:s}", "x", "\xc3\xa9\x1b"), &len);
    for (size_t i = 0; i + 1 < len; i++)
        assert_in_range(line[i], 0x20, 0x7e);
    free(line);
}

static void lines_that_are_no_answers_are_refused(void **state)
{
    static const char *const bad[] = {"{}",
                                      "{\"ok\":true}",
                                      "{\"ok\":false}",
                                      "{\"ok\":1,\"data\":{}}",
                                      "{\"ok\":false,\"error\":{\"code\":\"x\"}}",
                                      "nonsense"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct api_response answer;
        assert_int_equal(api_response_parse(bad[i], strlen(bad[i]), &answer, why, sizeof why), -EINVAL);
    }
}

static void texts_of_a_secret_answer_are_wiped(void **state)
{
    (void)state;
    size_t len;
    json_t *text = json_string("hidden");
    char *line = api_response_secret(json_pack("{s:O, s:i}", "text", text, "n", 1), &len);
    assert_non_null(strstr(line, "hidden"));
    assert_memory_equal(json_string_value(text), "\0\0\0\0\0\0", 6);
    json_decref(text);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_survives_the_line),
        cmocka_unit_test(a_request_without_args_gets_empty_ones),
        cmocka_unit_test(lines_that_are_no_requests_are_refused),
        cmocka_unit_test(answers_survive_the_line),
        cmocka_unit_test(an_answer_without_document_is_an_empty_one),
        cmocka_unit_test(answers_are_ascii),
        cmocka_unit_test(texts_of_a_secret_answer_are_wiped),
        cmocka_unit_test(lines_that_are_no_answers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
