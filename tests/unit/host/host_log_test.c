/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of the log as a service manager gets them: on a pipe, with its priority in front. */
#include "host_log.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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
    if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
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
    assert_int_equal(len, PIPE_BUF);
    assert_string_equal(line + len - 2, "a\n");
}

static void a_text_with_signs_of_a_format_is_left_alone(void **state)
{
    host_log(HOST_ERR, "%s", "100 %s of %n");
    assert_non_null(strstr(written(), " 100 %s of %n\n"));
}

/* Logs until a reader that does not read has cost lines; how many there were in all. */
static unsigned log_until_dropped(void)
{
    const uint64_t before = host_log_catch_up();
    unsigned n = 0;
    while (host_log_catch_up() == before) {
        host_log(HOST_ERR, "line %u of those that nobody reads", n++);
        assert_true(n < 100000);
    }
    return n;
}

/* Reads all that waits. */
static void read_all(int fd)
{
    while (read(fd, line, sizeof line) > 0)
        continue;
}

static void a_stalled_reader_of_a_pipe_costs_lines_and_no_time(void **state)
{
    const uint64_t before = host_log_catch_up();
    assert_true(log_until_dropped() > 100);
    host_log(HOST_ERR, "one more");
    assert_int_equal(host_log_catch_up(), before + 2);
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0); /* others share it */
    read_all(ends[0]);
    host_log(HOST_ERR, "back");
    const char *got = written();
    assert_non_null(strstr(got, "event=log_dropped lines=2 why=\"nobody read the log\"\n<3>"));
    assert_non_null(strstr(got, " back\n"));
}

static void what_was_dropped_is_told_without_another_line(void **state)
{
    log_until_dropped();
    read_all(ends[0]);
    host_log_catch_up();
    assert_non_null(strstr(written(), "event=log_dropped lines=1 "));
    host_log_catch_up();
    assert_string_equal(written(), "");
}

static void a_stalled_reader_of_a_socket_costs_lines_and_no_time(void **state)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    dup2(pair[1], STDERR_FILENO);
    assert_true(log_until_dropped() > 100);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    read_all(pair[0]);
    host_log(HOST_ERR, "back");
    const ssize_t n = read(pair[0], line, sizeof line - 1);
    line[n < 0 ? 0 : n] = '\0';
    assert_non_null(strstr(line, "event=log_dropped lines=1 "));
    assert_non_null(strstr(line, " back\n"));
    close(pair[0]);
    close(pair[1]);
}

static void libraries_log_through_a_stream_that_does_not_wait_either(void **state)
{
    FILE *stream = host_log_stream();
    fprintf(stream, "EAL: a line\nEAL: another\n");
    fflush(stream);
    assert_string_equal(written(), "EAL: a line\nEAL: another\n");
    const uint64_t before = host_log_catch_up();
    for (unsigned i = 0; i < 100000 && host_log_catch_up() == before; i++) {
        fprintf(stream, "EAL: nobody reads %u\n", i);
        fflush(stream);
    }
    assert_true(host_log_catch_up() > before);
    read_all(ends[0]);
    host_log_catch_up();
}

static void held_lines_are_one_write_when_told_and_errors_wait_for_nobody(void **state)
{
    host_log_hold(true);
    host_log(HOST_NOTICE, "one");
    host_log(HOST_NOTICE, "two");
    assert_string_equal(written(), "");
    host_log_catch_up();
    const char *got = written();
    assert_non_null(strstr(got, " one\n<5>"));
    assert_non_null(strstr(got, " two\n"));
    host_log(HOST_NOTICE, "three");
    host_log(HOST_ERR, "four");
    got = written();
    assert_true(strstr(got, " three\n") < strstr(got, " four\n"));
    host_log(HOST_NOTICE, "five");
    host_log_text("of a library\n", 13);
    got = written();
    assert_non_null(strstr(got, " five\nof a library\n"));
    host_log(HOST_NOTICE, "six");
    host_log_hold(false);
    assert_non_null(strstr(written(), " six\n"));
    host_log(HOST_NOTICE, "seven");
    assert_non_null(strstr(written(), " seven\n"));
}

static void no_more_is_held_than_one_write_may_be(void **state)
{
    char text[1000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    host_log_hold(true);
    for (int i = 0; i < 4; i++)
        host_log(HOST_NOTICE, "%s", text);
    const size_t len = strlen(written());
    assert_int_equal(len, 3 * (3 + TIME_CHARS + 1 + sizeof text));
    host_log_hold(false);
    assert_int_equal(strlen(written()), len / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_has_priority_time_and_text, setup, teardown),
        cmocka_unit_test_setup_teardown(each_level_has_the_priority_of_syslog, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_below_the_level_is_not_written, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_beyond_the_buffer_is_cut_and_still_ends_the_line, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_stalled_reader_of_a_pipe_costs_lines_and_no_time, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_dropped_is_told_without_another_line, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stalled_reader_of_a_socket_costs_lines_and_no_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(libraries_log_through_a_stream_that_does_not_wait_either, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(held_lines_are_one_write_when_told_and_errors_wait_for_nobody, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(no_more_is_held_than_one_write_may_be, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_with_signs_of_a_format_is_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
