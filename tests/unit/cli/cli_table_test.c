/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables, and how single values look to people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

/* Returns whether something was cut. */
static bool table_at(unsigned columns, const char *const *titles, const char *const *cells, const char *want)
{
    struct cli_table t;
    char *text;
    size_t len;
    struct cli_out out = {.file = open_memstream(&text, &len), .columns = columns};
    cli_table_start(&t, titles);
    for (; *cells; cells++)
        cli_table_cell(&t, *cells);
    cli_table_end(&t, &out, "nothing here");
    fclose(out.file);
    if (strcmp(text, want) != 0)
        fail_msg("printed:\n%s\nwanted:\n%s", text, want);
    free(text);
    return out.is_cut;
}

static void expect_table(const char *const *titles, const char *const *cells, const char *want)
{
    assert_false(table_at(0, titles, cells, want));
}

static void byte_counts_keep_four_digits_at_most(void **state)
{
    char v[CLI_VALUE_MAX];
    assert_string_equal(cli_bytes(0, v), "0 B");
    assert_string_equal(cli_bytes(999, v), "999 B");
    assert_string_equal(cli_bytes(1000, v), "1.0 kB");
    assert_string_equal(cli_bytes(999949, v), "999.9 kB");
    assert_string_equal(cli_bytes(999999, v), "1.0 MB");
    assert_string_equal(cli_bytes(UINT64_MAX, v), "18446.7 PB");
}

static void columns_are_as_wide_as_their_widest_cell_and_the_last_is_not_filled(void **state)
{
    expect_table((const char *[]){"A", ">NUMBER", "LAST", NULL},
                 (const char *[]){"x", "1", "y", "long one", "12345678", "z", NULL},
                 "  A           NUMBER  LAST\n"
                 "  x                1  y\n"
                 "  long one  12345678  z\n");
}

static void a_last_column_to_the_right_is_filled(void **state)
{
    expect_table((const char *[]){"A", ">N", NULL}, (const char *[]){"x", "1", "y", "100", NULL},
                 "  A    N\n"
                 "  x    1\n"
                 "  y  100\n");
}

static void nothing_shows_as_a_dash(void **state)
{
    struct cli_table t;
    char *text;
    size_t len;
    struct cli_out out = {.file = open_memstream(&text, &len)};
    cli_table_start(&t, (const char *[]){"A", "B", NULL});
    cli_table_cell(&t, NULL);
    cli_table_cell(&t, "");
    cli_table_end(&t, &out, "empty");
    fclose(out.file);
    assert_string_equal(text, "  A  B\n  -  -\n");
    free(text);
}

static void a_table_without_rows_is_its_sentence_without_titles(void **state)
{
    expect_table((const char *[]){"A", NULL}, (const char *[]){NULL}, "  nothing here\n");
}

static void a_table_grows_past_its_first_cells(void **state)
{
    struct cli_table t;
    char *text, number[16];
    size_t len, lines = 0;
    struct cli_out out = {.file = open_memstream(&text, &len)};
    cli_table_start(&t, (const char *[]){">N", NULL});
    for (int i = 0; i < 1000; i++) {
        snprintf(number, sizeof number, "%d", i);
        cli_table_cell(&t, number);
    }
    cli_table_end(&t, &out, "");
    fclose(out.file);
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 1001);
    assert_non_null(strstr(text, "\n    0\n"));
    assert_string_equal(text + len - 6, "  999\n");
    free(text);
}

static void members_that_are_absent_or_of_another_type_are_empty(void **state)
{
    char v[CLI_VALUE_MAX];
    json_t *doc = doc_of("{'text':'x','num':7,'yes':true,'no':false,'null':null}");
    assert_string_equal(cli_text(doc, "text"), "x");
    assert_string_equal(cli_text(doc, "num"), "");
    assert_string_equal(cli_text(doc, "absent"), "");
    assert_string_equal(cli_text(NULL, "text"), "");
    assert_int_equal(cli_num(doc, "num"), 7);
    assert_int_equal(cli_num(doc, "text"), 0);
    assert_true(cli_true(doc, "yes"));
    assert_false(cli_true(doc, "no"));
    assert_false(cli_true(doc, "num"));
    assert_string_equal(cli_count(doc, "num", v), "7");
    assert_string_equal(cli_count(doc, "null", v), "-");
    assert_string_equal(cli_count(doc, "absent", v), "-");
    json_decref(doc);
}

static void durations_have_two_units_at_most(void **state)
{
    static const struct {
        const char *seconds, *text;
    } all[] = {{"0", "0 s"},          {"59", "59 s"},
               {"60", "1 min 0 s"},   {"3599", "59 min 59 s"},
               {"3600", "1 h 0 min"}, {"86399", "23 h 59 min"},
               {"86400", "1 d 0 h"},  {"8639999", "99 d 23 h"},
               {"null", "-"},         {"1.5", "-"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char json[64], v[CLI_VALUE_MAX];
        snprintf(json, sizeof json, "{'s':%s}", all[i].seconds);
        json_t *doc = doc_of(json);
        assert_string_equal(cli_duration(doc, "s", v), all[i].text);
        json_decref(doc);
    }
}

static void lists_are_joined_and_cut_at_the_end(void **state)
{
    char out[16];
    json_t *list = doc_of("['10.1.0.0/24','b',7]");
    assert_string_equal(cli_join(list, out, sizeof out), "10.1.0.0/24, b,");
    char whole[64];
    assert_string_equal(cli_join(list, whole, sizeof whole), "10.1.0.0/24, b, ?");
    json_decref(list);
    assert_string_equal(cli_join(NULL, out, sizeof out), "");
}

static void a_short_line_hides_columns_the_largest_digit_first(void **state)
{
    static const char *const titles[] = {"A", "2BB", "1>CC", "3DD", "E", NULL};
    static const char *const cells[] = {"aaaa", "bbbb", "1", "dddd", "eeee", NULL};
    assert_false(table_at(28, titles, cells,
                          "  A     BB    CC  DD    E\n"
                          "  aaaa  bbbb   1  dddd  eeee\n"));
    assert_true(table_at(27, titles, cells,
                         "  A     BB    CC  E\n"
                         "  aaaa  bbbb   1  eeee\n"));
    assert_true(table_at(21, titles, cells,
                         "  A     CC  E\n"
                         "  aaaa   1  eeee\n"));
    assert_true(table_at(12, titles, cells,
                         "  A     E\n"
                         "  aaaa  eeee\n"));
}

static void what_stays_too_wide_is_cut_in_its_middle_and_numbers_never(void **state)
{
    static const char *const titles[] = {"ADDRESS", ">N", "ID", NULL};
    static const char *const cells[] = {"[2001:db8:1:2:3:4:5:6]:4500", "1234567890", "@short", NULL};
    assert_false(table_at(50, titles, cells,
                          "  ADDRESS                               N  ID\n"
                          "  [2001:db8:1:2:3:4:5:6]:4500  1234567890  @short\n"));
    assert_true(table_at(40, titles, cells,
                         "  ADDRESS                      N  ID\n"
                         "  [2001:db..:6]:4500  1234567890  @short\n"));
    /* the least that is left of a value is wider than this line */
    assert_true(table_at(10, titles, cells,
                         "  ADDRESS            N  ID\n"
                         "  [20..500  1234567890  @short\n"));
}

static void text_goes_on_in_further_lines_or_ends_at_the_end(void **state)
{
    static const char *const cells[] = {"7", "some words that need more than one line of text", NULL};
    assert_false(table_at(35, (const char *[]){">N", "+TEXT", NULL}, cells,
                          "  N  TEXT\n"
                          "  7  some words that need more than\n"
                          "     one line of text\n"));
    assert_true(table_at(35, (const char *[]){">N", "/TEXT", NULL}, cells,
                         "  N  TEXT\n"
                         "  7  some words that need more th..\n"));
    assert_false(table_at(80, (const char *[]){">N", "/TEXT", NULL}, cells,
                          "  N  TEXT\n"
                          "  7  some words that need more than one line of text\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_counts_keep_four_digits_at_most),
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell_and_the_last_is_not_filled),
        cmocka_unit_test(a_last_column_to_the_right_is_filled),
        cmocka_unit_test(nothing_shows_as_a_dash),
        cmocka_unit_test(a_table_without_rows_is_its_sentence_without_titles),
        cmocka_unit_test(a_table_grows_past_its_first_cells),
        cmocka_unit_test(members_that_are_absent_or_of_another_type_are_empty),
        cmocka_unit_test(durations_have_two_units_at_most),
        cmocka_unit_test(lists_are_joined_and_cut_at_the_end),
        cmocka_unit_test(a_short_line_hides_columns_the_largest_digit_first),
        cmocka_unit_test(what_stays_too_wide_is_cut_in_its_middle_and_numbers_never),
        cmocka_unit_test(text_goes_on_in_further_lines_or_ends_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
