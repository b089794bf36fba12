/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that hold secrets: who may read them, and how long they may be. */
#include "conf_test_help.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base_secret.h"
#include "conf_int.h"

static char folder[] = "/tmp/culvert-conf-guard-XXXXXX";
static char file[64];

static int make_file(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/file", folder);
    FILE *f = fopen(file, "w");
    fputs("text", f);
    return fclose(f);
}

static int drop_file(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static char *read_file(const char *name, size_t max, mode_t mode, size_t *len)
{
    struct conf_reader r = {.report = &report, .folder = folder};
    report = (struct conf_report){0};
    assert_int_equal(chmod(file, mode), 0);
    return conf_guard_read(&r, name, max, len);
}

static void a_file_that_only_its_owner_changes_is_read(void **state)
{
    (void)state;
    size_t len;
    for (int is_absolute = 0; is_absolute < 2; is_absolute++) {
        char *text = read_file(is_absolute ? file : "file", 4, is_absolute ? 0640 : 0600, &len);
        assert_non_null(text);
        assert_int_equal(len, 4);
        assert_string_equal(text, "text");
        base_secret_free(text);
    }
}

static void what_others_may_read_or_change_is_refused(void **state)
{
    (void)state;
    size_t len;
    static const mode_t bad[] = {0604, 0602, 0660, 0601};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(read_file("file", 4, bad[i], &len));
        expect_error("", "chmod 600");
    }
}

static void what_is_no_file_or_too_long_is_refused(void **state)
{
    (void)state;
    size_t len;
    assert_null(read_file("file", 3, 0600, &len));
    expect_error("", "longer than 3 bytes");
    assert_null(read_file("none", 4, 0600, &len));
    expect_error("", "cannot open");
    assert_null(read_file(folder, 4, 0600, &len));
    expect_error("", "not a plain file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_only_its_owner_changes_is_read),
        cmocka_unit_test(what_others_may_read_or_change_is_refused),
        cmocka_unit_test(what_is_no_file_or_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
