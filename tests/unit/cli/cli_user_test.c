/* SPDX-License-Identifier: BSD-3-Clause */
/* culvertctl user: passwords from a pipe, names that cannot be, what is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "cli.h"

static char folder[] = "/tmp/culvert-cli-user-XXXXXX";
static char file[64];
static char *out_text, *err_text;

static int make_folder(void **state)
{
    (void)state;
    snprintf(file, sizeof file, "%s/users", mkdtemp(folder));
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    free(out_text);
    free(err_text);
    unlink(file);
    return rmdir(folder);
}

static int no_call(void *ctx, const char *socket, unsigned timeout_ms, const char *command, json_t *args,
                   struct api_response *out, char *why, size_t why_size)
{
    fail_msg("the daemon was asked for %s", command);
    return -1;
}

/* Runs "culvertctl user VERB [NAME] --file FILE [OPTION]" with this input. */
static int run(const char *verb, const char *name, const char *input, const char *option)
{
    char *argv[8] = {"culvertctl", "user", (char *)verb, "--file", file};
    int argc = 5;
    size_t len;
    if (name)
        argv[argc++] = (char *)name;
    if (option)
        argv[argc++] = (char *)option;
    free(out_text);
    free(err_text);
    struct cli_io io = {.in =
                            input[0] ? fmemopen((char *)input, strlen(input), "r") : fopen("/dev/null", "r"),
                        .out = open_memstream(&out_text, &len),
                        .err = open_memstream(&err_text, &len),
                        .call = no_call};
    const int rc = cli_run(argc, argv, &io);
    fclose(io.in);
    fclose(io.out);
    fclose(io.err);
    return rc;
}

static void users_come_and_go(void **state)
{
    (void)state;
    assert_int_equal(run("list", NULL, "", NULL), CLI_OK);
    assert_string_equal(out_text, "no users\n");
    assert_int_equal(run("add", "ann", "secret\n", NULL), CLI_OK);
    assert_string_equal(out_text, "ann is added; culvertctl reload makes the gateway read the file\n");
    assert_int_equal(run("add", "C\\bob", "geheim", "--json"), CLI_OK);
    assert_string_equal(out_text, "{\"user\": \"C\\\\bob\", \"done\": \"is added\"}\n");
    assert_int_equal(run("add", "ann", "other\r\n", NULL), CLI_OK);
    assert_string_equal(out_text,
                        "ann has a new password; culvertctl reload makes the gateway read the file\n");
    assert_int_equal(run("list", NULL, "", NULL), CLI_OK);
    assert_string_equal(out_text, "C\\bob\nann\n");
    assert_int_equal(run("list", NULL, "", "--json"), CLI_OK);
    assert_string_equal(out_text, "{\"users\": [\"C\\\\bob\", \"ann\"]}\n");
    assert_int_equal(run("remove", "ann", "", NULL), CLI_OK);
    assert_int_equal(run("remove", "ann", "", NULL), CLI_REFUSED);
    assert_non_null(strstr(err_text, "has no user of this name"));
}

static void what_is_no_password_or_name_changes_nothing(void **state)
{
    (void)state;
    static char long_line[2000];
    memset(long_line, 'x', sizeof long_line - 1);
    assert_int_equal(run("add", "eve", "", NULL), CLI_USAGE);
    assert_int_equal(run("add", "eve", "\n", NULL), CLI_USAGE);
    assert_int_equal(run("add", "eve", "\xff\n", NULL), CLI_USAGE);
    assert_int_equal(run("add", "eve", long_line, NULL), CLI_USAGE);
    assert_non_null(strstr(err_text, "1 to 256 characters"));
    assert_int_equal(run("add", "e:ve", "secret\n", NULL), CLI_USAGE);
    assert_non_null(strstr(err_text, "neither ':'"));
    assert_int_equal(run("add", NULL, "secret\n", NULL), CLI_USAGE);
    assert_non_null(strstr(err_text, "whom?"));
    assert_int_equal(run("list", NULL, "", NULL), CLI_OK);
    assert_null(strstr(out_text, "eve"));
}

static void a_bad_row_is_named(void **state)
{
    (void)state;
    FILE *f = fopen(file, "a");
    fputs("nonsense\n", f);
    fclose(f);
    assert_int_equal(run("list", NULL, "", NULL), CLI_REFUSED);
    assert_non_null(strstr(err_text, "line 2: a row is a name"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_come_and_go),
        cmocka_unit_test(what_is_no_password_or_name_changes_nothing),
        cmocka_unit_test(a_bad_row_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
