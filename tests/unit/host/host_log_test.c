/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of the log as a service manager gets them: on a pipe, with its priority in front. */
#include "host_log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define TIME_CHARS 24 /* 2026-01-31T23:59:59.123Z */

static int ends[2], kept;
static char line[8192];

/* What was written since the last look; "" for nothing. */
static const char *written(void)
{
    const ssize_t n = read(ends[0], line, sizeof line - 1);
    line[n < 0 ? 0 : n] = '\0';
    return line;
}

static int setup(void **state)
{
    kept = dup(STDERR_FILENO);
    if (pipe2(ends, O_NONBLOCK) != 0)
        return -1;
    host_log_set_level(HOST_NOTICE);
    return dup2(ends[1], STDERR_FILENO) < 0;
}

static int teardown(void **state)
{
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static void a_line_has_priority_time_and_text(void **state)
{
    host_log(HOST_NOTICE, "event=%s pid=%d", "start", 7);
    const char *got = written();
    int year, month, day, hour, minute, second, ms, end = 0;
    assert_int_equal(sscanf(got, "<5>%4d-%2d-%2dT%2d:%2d:%2d.%3dZ %n", &year, &month, &day, &hour, &minute,
                            &second, &ms, &end),
                     7);
    assert_int_equal(end, 3 + TIME_CHARS + 1);
    assert_string_equal(got + end, "event=start pid=7\n");
    assert_in_range(year, 2020, 2200);
}

static void each_level_has_the_priority_of_syslog(void **state)
{
    host_log_set_level(HOST_DEBUG);
    static const char *const starts[] = {"<3>", "<4>", "<5>", "<7>"};
    for (int level = HOST_ERR; level <= HOST_DEBUG; level++) {
        host_log((enum host_level)level, "x");
        assert_memory_equal(written(), starts[level], 3);
    }
}

static void what_is_below_the_level_is_not_written(void **state)
{
    host_log(HOST_DEBUG, "x");
    assert_string_equal(written(), "");
    host_log_set_level(HOST_ERR);
    host_log(HOST_WARN, "x");
    assert_string_equal(written(), "");
    host_log(HOST_ERR, "x");
    assert_string_not_equal(written(), "");
}

static void a_text_beyond_the_buffer_is_cut_and_still_ends_the_line(void **state)
{
    char text[6000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    host_log(HOST_ERR, "%s", text);
    const size_t len = strlen(written());
    assert_int_equal(len, 3 + TIME_CHARS + 1 + 4095 + 1);
    assert_string_equal(line + len - 2, "a\n");
}

static void a_text_with_signs_of_a_format_is_left_alone(void **state)
{
    host_log(HOST_ERR, "%s", "100 %s of %n");
    assert_non_null(strstr(written(), " 100 %s of %n\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_has_priority_time_and_text, setup, teardown),
        cmocka_unit_test_setup_teardown(each_level_has_the_priority_of_syslog, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_below_the_level_is_not_written, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_beyond_the_buffer_is_cut_and_still_ends_the_line, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_text_with_signs_of_a_format_is_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
