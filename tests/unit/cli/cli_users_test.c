/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of users: rows in and out, modes, and what is left when it cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base_secret.h"
#include "cli_users.h"

static char folder[] = "/tmp/culvert-cli-users-XXXXXX";
static char file[64], fresh[64];
static const uint8_t hash_a[16] = {0xaa}, hash_b[16] = {0xbb};
#define ROW_A "aa000000000000000000000000000000\n"
#define ROW_B "bb000000000000000000000000000000\n"

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/users", folder);
    snprintf(fresh, sizeof fresh, "%s/users.new", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int clear(void **state)
{
    (void)state;
    unlink(file);
    unlink(fresh);
    return 0;
}

static struct base_span text_of(const char *text)
{
    return base_span(text, strlen(text));
}

static void assert_file(const char *want)
{
    size_t len;
    char why[CLI_WHY_MAX];
    struct stat st;
    char *text = cli_users_read(file, &len, why);
    assert_non_null(text);
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_not_equal(access(fresh, F_OK), 0);
    base_secret_free(text);
}

static void write_file(const char *text, mode_t mode)
{
    FILE *f = fopen(file, "w");
    fputs(text, f);
    fclose(f);
    chmod(file, mode);
}

static void rows_are_added_replaced_and_removed(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX];
    assert_int_equal(cli_users_set(file, text_of("ann"), hash_a, why), 0);
    assert_int_equal(cli_users_set(file, text_of("bob"), hash_b, why), 0);
    assert_file("ann:" ROW_A "bob:" ROW_B);
    assert_int_equal(cli_users_set(file, text_of("ann"), hash_b, why), 1);
    assert_file("bob:" ROW_B "ann:" ROW_B);
    assert_int_equal(cli_users_set(file, text_of("an"), NULL, why), 0);
    assert_int_equal(cli_users_set(file, text_of("bob"), NULL, why), 1);
    assert_file("ann:" ROW_B);
}

static void what_is_no_row_stays(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX];
    write_file("# staff\n\nodd line\nann:" ROW_A "\nlast without end", 0600);
    assert_int_equal(cli_users_set(file, text_of("ann"), hash_b, why), 1);
    assert_file("# staff\n\nodd line\n\nlast without end\nann:" ROW_B);
}

static void the_mark_of_an_editor_is_no_part_of_the_first_name(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX];
    write_file("\xef\xbb\xbf"
               "ann:" ROW_A,
               0600);
    assert_file("ann:" ROW_A);
    assert_int_equal(cli_users_set(file, text_of("ann"), hash_b, why), 1);
    assert_file("ann:" ROW_B);
}

static void a_link_leads_to_the_file_that_is_written(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX], link[80];
    struct stat st;
    snprintf(link, sizeof link, "%s/link", folder);
    write_file("ann:" ROW_A, 0600);
    assert_int_equal(symlink(file, link), 0);
    assert_int_equal(cli_users_set(link, text_of("ann"), hash_b, why), 1);
    assert_file("ann:" ROW_B);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    unlink(link);
}

static void a_file_that_others_may_read_is_not_touched(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX];
    write_file("ann:" ROW_A, 0640);
    assert_int_equal(cli_users_set(file, text_of("bob"), hash_b, why), -1);
    assert_non_null(strstr(why, "chmod 600"));
    assert_int_not_equal(access(fresh, F_OK), 0);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX], other[80];
    size_t len;
    snprintf(other, sizeof other, "%s/none/users", folder);
    assert_int_equal(cli_users_set(other, text_of("bob"), hash_b, why), -1);
    assert_non_null(strstr(why, "cannot be locked"));
    /* A file that is not there is an empty one. */
    char *text = cli_users_read(file, &len, why);
    assert_non_null(text);
    assert_int_equal(len, 0);
    base_secret_free(text);
    assert_null(cli_users_read(folder, &len, why));
    assert_non_null(strstr(why, "no plain file"));
}

static void what_was_left_by_a_crash_is_no_hindrance(void **state)
{
    (void)state;
    char why[CLI_WHY_MAX];
    FILE *f = fopen(fresh, "w");
    fputs("half a ro", f);
    fclose(f);
    assert_int_equal(cli_users_set(file, text_of("ann"), hash_a, why), 0);
    assert_file("ann:" ROW_A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rows_are_added_replaced_and_removed, clear),
        cmocka_unit_test_setup(what_is_no_row_stays, clear),
        cmocka_unit_test_setup(the_mark_of_an_editor_is_no_part_of_the_first_name, clear),
        cmocka_unit_test_setup(a_link_leads_to_the_file_that_is_written, clear),
        cmocka_unit_test_setup(a_file_that_others_may_read_is_not_touched, clear),
        cmocka_unit_test_setup(a_folder_that_is_not_there_is_told, clear),
        cmocka_unit_test_setup_teardown(what_was_left_by_a_crash_is_no_hindrance, clear, clear),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
