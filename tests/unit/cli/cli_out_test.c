/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of text: where they fold, what is cut, and that nothing is as long as nobody asks for less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"

static const char hundred_a[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static struct cli_out out;
static char *text_out;
static size_t text_len;

static void begin(unsigned columns)
{
    out = (struct cli_out){.file = open_memstream(&text_out, &text_len), .columns = columns};
}

static void expect(const char *want, bool is_cut)
{
    fclose(out.file);
    if (strcmp(text_out, want) != 0)
        fail_msg("printed:\n%s\nwanted:\n%s", text_out, want);
    assert_int_equal(out.is_cut, is_cut);
    free(text_out);
}

static void expect_fold(int indent, const char *words, const char *want)
{
    begin(0);
    cli_fold(&out, indent, words);
    expect(want, false);
}

static void text_is_folded_at_100_columns(void **state)
{
    char text[256], want[512];
    /* Two words that fill 100 columns to the last, then with one letter more. */
    snprintf(text, sizeof text, "%.*s %.*s", 49, hundred_a, 46, hundred_a);
    snprintf(want, sizeof want, "    %s\n", text);
    expect_fold(4, text, want);
    snprintf(text, sizeof text, "%.*s %.*s", 49, hundred_a, 47, hundred_a);
    snprintf(want, sizeof want, "    %.*s\n    %.*s\n", 49, hundred_a, 47, hundred_a);
    expect_fold(4, text, want);
}

static void a_word_too_long_for_a_line_has_one_of_its_own(void **state)
{
    char text[256], want[512];
    snprintf(text, sizeof text, "a %s b", hundred_a);
    snprintf(want, sizeof want, "  a\n  %s\n  b\n", hundred_a);
    expect_fold(2, text, want);
}

static void what_a_word_means_stands_beside_it(void **state)
{
    begin(0);
    cli_term(out.file, "--one", "short");
    cli_term(out.file, "--two", "words that do not fit into the fifty one columns that there are for them");
    expect("  --one                      short\n"
           "  --two                      words that do not fit into the fifty one columns\n"
           "                             that there are for them\n",
           false);
}

static void spaces_between_words_are_one(void **state)
{
    expect_fold(2, "  a   b ", "  a b\n");
    expect_fold(2, "", "\n");
}

static void a_terminal_folds_where_it_ends(void **state)
{
    begin(20);
    cli_fold(&out, 2, "one two three four five");
    expect("  one two three four\n  five\n", false);
    begin(20);
    cli_fold(&out, 2, "CN=a.very.long.name.of.somebody b");
    expect("  CN=a.ver..somebody\n  b\n", true);
}

static void a_line_that_is_too_long_goes_on(void **state)
{
    begin(0);
    cli_say(&out, 2, "%s and %d more words that nobody counts", hundred_a, 7);
    char want[256];
    snprintf(want, sizeof want, "%s and 7 more words that nobody counts\n", hundred_a);
    expect(want, false);
    begin(20);
    cli_say(&out, 2, "exactly %d characters", 20);
    expect("exactly 20\n  characters\n", false);
    begin(21);
    cli_say(&out, 2, "exactly %d characters", 21);
    expect("exactly 21 characters\n", false);
    begin(20);
    cli_say(&out, 2, "  behind two spaces %s", "it goes on");
    expect("  behind two spaces\n  it goes on\n", false);
}

static void head_and_tail_are_left_of_what_is_cut(void **state)
{
    static const struct {
        int width;
        bool at_end;
        const char *want;
    } rows[] = {{10, false, "0123456789"}, {9, false, "0123..789"}, {8, false, "012..789"},
                {4, false, "0..9"},        {3, false, "0.."},       {2, false, ".."},
                {9, true, "0123456.."}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(80);
        cli_cut(&out, "0123456789", rows[i].width, rows[i].at_end);
        expect(rows[i].want, i > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_folded_at_100_columns),
        cmocka_unit_test(a_word_too_long_for_a_line_has_one_of_its_own),
        cmocka_unit_test(what_a_word_means_stands_beside_it),
        cmocka_unit_test(spaces_between_words_are_one),
        cmocka_unit_test(a_terminal_folds_where_it_ends),
        cmocka_unit_test(a_line_that_is_too_long_goes_on),
        cmocka_unit_test(head_and_tail_are_left_of_what_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
