/* SPDX-License-Identifier: BSD-3-Clause */
/* The manual page and the words for completion hold what the tables hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"

static char *text;

static void write_by(void (*print)(FILE *out))
{
    size_t len;
    FILE *out = open_memstream(&text, &len);
    print(out);
    fclose(out);
}

static int teardown(void **state)
{
    free(text);
    text = NULL;
    return 0;
}

static void expect(const char *part)
{
    if (!strstr(text, part))
        fail_msg("no %s", part);
}

static void the_page_has_each_command_with_its_examples(void **state)
{
    size_t count;
    char part[128];
    const struct cli_row *rows = cli_rows(&count);
    write_by(cli_man_commands);
    for (size_t i = 0; i < count; i++) {
        snprintf(part, sizeof part, ".TP\n\\fB%s\\fR", rows[i].words);
        expect(part);
        snprintf(part, sizeof part, ".EX\n  culvertctl %s", rows[i].words);
        expect(part);
    }
    expect(".TP\n\\fBrekey\\fR \\fINAME[/CHILD]\\fR\n");
    expect(".TP\n\\fBshow sas\\fR \\fI[NAME]\\fR\n");
    expect(".RS\n.TP\n\\fB\\-\\-ike\\fR\nreplace the IKE SA\n");
}

static void the_page_has_options_and_exit_codes(void **state)
{
    write_by(cli_man_options);
    expect(".TP\n\\fB\\-\\-socket\\fR \\fIPATH\\fR\ncontrol socket (default " API_SOCKET ")\n");
    teardown(state);
    write_by(cli_man_exits);
    expect(".TP\n\\fB3\\fR\nno daemon, no answer, or one that could not be written\n");
}

static void no_line_of_the_page_is_a_command_by_accident(void **state)
{
    static const char *const known[] = {".TP", ".RS", ".RE", ".IP", ".EX", ".EE"};
    write_by(cli_man_commands);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        bool is_known = line[0] != '.' && line[0] != '\'';
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known |= strncmp(line, known[i], 3) == 0;
        if (!is_known)
            fail_msg("%s", line);
    }
}

static void the_words_tell_what_follows_each_command(void **state)
{
    write_by(cli_words);
    expect("\nshow sas|NAME|--name= --peer= --spi= --up --down\n");
    expect("\nrekey|NAME|--ike --child --auth\n");
    expect("\nimport|FILE|\n");
    expect("\nreload||--plan\n");
    expect("\n*||--json ");
    expect(" --socket= ");
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_page_has_each_command_with_its_examples),
        TEST(the_page_has_options_and_exit_codes),
        TEST(no_line_of_the_page_is_a_command_by_accident),
        TEST(the_words_tell_what_follows_each_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
