/* SPDX-License-Identifier: BSD-3-Clause */
/* What is printed in between is kept, from stdio and from the descriptor, and afterwards goes where it went.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "node_capture.h"

static void what_is_printed_is_kept(void **state)
{
    struct node_capture c;
    char text[64];
    node_capture_begin(&c);
    fprintf(stderr, "EAL: one\n");
    printf("two\n");
    node_capture_end(&c, text, sizeof text);
    assert_string_equal(text, "EAL: one\ntwo\n");
    node_capture_begin(&c);
    fprintf(stderr, "%070d", 1);
    node_capture_end(&c, text, sizeof text);
    assert_int_equal(strlen(text), sizeof text - 1);
    node_capture_begin(&c);
    node_capture_end(&c, text, sizeof text);
    assert_string_equal(text, "");
}

static void a_line_is_found_by_a_word_and_loses_the_loggers_names(void **state)
{
    static const char text[] = "EAL: Detected CPU lcores: 2\n./culvertd: unrecognized option '--foo'\n"
                               "EAL: FATAL: Invalid 'command line' arguments.\n\n";
    char line[64];
    assert_true(node_capture_line(text, "option", line, sizeof line));
    assert_string_equal(line, "unrecognized option '--foo'");
    assert_true(node_capture_line(text, "nvalid", line, sizeof line));
    assert_string_equal(line, "Invalid 'command line' arguments");
    assert_true(node_capture_line(text, "", line, sizeof line));
    assert_string_equal(line, "Invalid 'command line' arguments");
    assert_false(node_capture_line(text, "absent", line, sizeof line));
    assert_string_equal(line, "");
    assert_true(node_capture_line("a:b\nno end: x", "no", line, 4));
    assert_string_equal(line, "no ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_kept),
        cmocka_unit_test(a_line_is_found_by_a_word_and_loses_the_loggers_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
