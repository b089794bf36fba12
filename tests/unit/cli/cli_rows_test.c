/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of commands holds together: what is typed is unique, what helps is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"

static const struct cli_row *rows;
static size_t count;

static void every_row_has_what_help_prints(void **state)
{
    for (const struct cli_row *r = rows; r < rows + count; r++) {
        assert_non_null(r->words);
        /* Of the daemon, or done alone, or, where a connection may be named, either. */
        assert_int_equal(!r->command, !r->print);
        assert_true(!r->command || !r->alone || r->name == CLI_NAME_OPTIONAL);
        assert_true(r->command || r->alone);
        assert_true(strlen(r->help) > 0);
        assert_null(strchr(r->help, '\n'));
        assert_int_not_equal(r->help[strlen(r->help) - 1], '.');
    }
}

static void no_two_rows_are_typed_alike(void **state)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            assert_string_not_equal(rows[i].words, rows[k].words);
}

static void no_row_begins_another(void **state)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            const size_t len = strlen(rows[i].words);
            assert_false(i != k && strncmp(rows[i].words, rows[k].words, len) == 0 &&
                         rows[k].words[len] == ' ');
        }
}

static void examples_are_lines_of_their_own_command(void **state)
{
    for (const struct cli_row *r = rows; r < rows + count; r++) {
        char start[64];
        const int len = snprintf(start, sizeof start, "  culvertctl %s", r->words);
        const char *line = r->examples;
        do {
            assert_memory_equal(line, start, (size_t)len);
            assert_true(line[len] == ' ' || line[len] == '\n');
            line = strchr(line, '\n');
            assert_non_null(line);
        } while (*++line);
    }
}

static void only_a_list_in_pages_is_settled(void **state)
{
    for (const struct cli_row *r = rows; r < rows + count; r++)
        assert_true(r->pages || !r->settle);
}

static const struct cli_flag *flag_of(const struct cli_row *row, const char *word)
{
    for (size_t i = 0; i < CLI_FLAGS_MAX && row->flags[i].word; i++)
        if (strcmp(row->flags[i].word, word) == 0)
            return &row->flags[i];
    return NULL;
}

static void an_option_takes_a_value_in_every_row_or_in_none(void **state)
{
    for (const struct cli_row *r = rows; r < rows + count; r++)
        for (size_t i = 0; i < CLI_FLAGS_MAX && r->flags[i].word; i++)
            for (const struct cli_row *o = rows; o < rows + count; o++) {
                const struct cli_flag *f = flag_of(o, r->flags[i].word);
                assert_true(!f || !f->takes == !r->flags[i].takes);
            }
}

static void flags_are_options_with_a_key_and_a_meaning(void **state)
{
    for (const struct cli_row *r = rows; r < rows + count; r++)
        for (size_t i = 0; i < CLI_FLAGS_MAX && r->flags[i].word; i++) {
            assert_memory_equal(r->flags[i].word, "--", 2);
            assert_non_null(r->flags[i].key);
            assert_non_null(r->flags[i].help);
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(r->flags[i].word, r->flags[k].word);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_what_help_prints),
        cmocka_unit_test(no_two_rows_are_typed_alike),
        cmocka_unit_test(no_row_begins_another),
        cmocka_unit_test(examples_are_lines_of_their_own_command),
        cmocka_unit_test(only_a_list_in_pages_is_settled),
        cmocka_unit_test(an_option_takes_a_value_in_every_row_or_in_none),
        cmocka_unit_test(flags_are_options_with_a_key_and_a_meaning),
    };
    rows = cli_rows(&count);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
