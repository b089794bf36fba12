/* SPDX-License-Identifier: BSD-3-Clause */
/* Findings: counted all, kept as far as there is room, printable. */
#include "conf_int.h"
#include "conf_test_help.h"

static void more_errors_than_are_kept_are_counted(void **state)
{
    char extra[2048] = ",'workers':{'cores':[";
    for (int i = 0; i < 40; i++)
        strcat(extra, i ? ",'x'" : "'x'");
    strcat(extra, "]}");
    assert_null(load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, extra));
    assert_int_equal(report.n_errors, 40);
    assert_int_equal(report.n_issues, CONF_ISSUES_MAX);
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    conf_report_print(&report, "lab.json", out);
    fclose(out);
    assert_non_null(strstr(text, "error: lab.json: workers.cores[0]: "));
    assert_non_null(strstr(text, "and 8 more errors in lab.json\n"));
    free(text);
}

static void bytes_of_the_file_never_reach_the_terminal_raw(void **state)
{
    assert_null(load("{'\\u001b[2J':1,'eal':{'hugepages':'\\u001b]0;x'}}"));
    for (size_t i = 0; i < report.n_issues; i++) {
        assert_null(strchr(report.issues[i].path, 0x1b));
        assert_null(strchr(report.issues[i].text, 0x1b));
    }
}

static void a_path_is_entered_and_left_again(void **state)
{
    struct conf_reader r = {.report = &report};
    report = (struct conf_report){0};
    const size_t root = conf_enter(&r, "secrets"), entry = conf_enter_at(&r, 12), key = conf_enter(&r, "psk");
    conf_fail(&r, "a %d", 1);
    conf_leave(&r, key);
    conf_warn(&r, "b");
    conf_leave(&r, entry);
    conf_leave(&r, root);
    conf_warn(&r, "c");
    expect_error("secrets[12].psk", "a 1");
    expect_warning("secrets[12]", "b");
    expect_warning("", "c");
}

static void an_error_pushes_out_a_warning_and_no_error(void **state)
{
    struct conf_reader r = {.report = &report};
    report = (struct conf_report){0};
    for (int i = 0; i < CONF_ISSUES_MAX; i++)
        conf_warn(&r, "warning %d", i);
    conf_warn(&r, "too much");
    conf_fail(&r, "the error");
    assert_int_equal(report.n_issues, CONF_ISSUES_MAX);
    assert_int_equal(report.n_warnings, CONF_ISSUES_MAX + 1);
    expect_error("", "the error");
    assert_false(has_issue(true, "", "warning 31"));
    assert_true(has_issue(true, "", "warning 30"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_errors_than_are_kept_are_counted),
        cmocka_unit_test(bytes_of_the_file_never_reach_the_terminal_raw),
        cmocka_unit_test(a_path_is_entered_and_left_again),
        cmocka_unit_test(an_error_pushes_out_a_warning_and_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
