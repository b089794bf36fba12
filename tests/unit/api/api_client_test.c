/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's waiting and its sentences, against the other end of a socket pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "api_client.h"

static char why[256];
static int ends[2];

static int make_pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
}

static int close_pair(void **state)
{
    (void)state;
    close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
    return 0;
}

static void put(const char *text)
{
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
}

static void the_request_goes_out_and_the_answer_comes_back(void **state)
{
    struct api_response answer;
    char request[256] = "";
    put("{\"ok\":true,\"data\":{\"a\":1}}\n");
    assert_int_equal(api_client_call(ends[0], "status", NULL, &answer, why, sizeof why), 0);
    assert_true(answer.ok);
    json_decref(answer.root);
    assert_true(read(ends[1], request, sizeof request - 1) > 0);
    assert_string_equal(request, "{\"command\":\"status\",\"args\":{}}\n");
}

static void a_daemon_that_is_silent_or_hangs_up_is_told(void **state)
{
    struct api_response answer;
    assert_int_equal(api_client_call(ends[0], "status", NULL, &answer, why, sizeof why), -1);
    assert_non_null(strstr(why, "takes too long"));
    shutdown(ends[1], SHUT_WR); /* half a line, then the end */
    assert_int_equal(api_client_call(ends[0], "status", NULL, &answer, why, sizeof why), -1);
    assert_non_null(strstr(why, "closed the connection"));
    close(ends[1]);
    ends[1] = -1;
    assert_int_equal(api_client_call(ends[0], "status", NULL, &answer, why, sizeof why), -1);
}

static void nonsense_is_told(void **state)
{
    struct api_response answer;
    put("hello\n");
    assert_int_equal(api_client_call(ends[0], "status", NULL, &answer, why, sizeof why), -1);
    assert_non_null(strstr(why, "cannot understand"));
}

static void a_missing_socket_is_told_with_the_cure(void **state)
{
    char path[200];
    assert_int_equal(api_client_open("/nonexistent/x.sock", 100, why, sizeof why), -1);
    assert_non_null(strstr(why, "culvertd does not run"));
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(api_client_open(path, 100, why, sizeof why), -1);
    assert_non_null(strstr(why, "longer than"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_request_goes_out_and_the_answer_comes_back, make_pair,
                                        close_pair),
        cmocka_unit_test_setup_teardown(a_daemon_that_is_silent_or_hangs_up_is_told, make_pair, close_pair),
        cmocka_unit_test_setup_teardown(nonsense_is_told, make_pair, close_pair),
        cmocka_unit_test(a_missing_socket_is_told_with_the_cure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
