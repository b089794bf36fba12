/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of the configuration: read whole, only plain ones, and where their own names start. */
#include <sys/stat.h>
#include <unistd.h>
#include "conf_int.h"
#include "conf_test_help.h"

/* A file with this text and mode, and the folder that it is in. */
static char folder[] = "/tmp/conf_file_XXXXXX";
static char path[64];

static int make_file(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    FILE *f = fopen(path, "w");
    fputs("{\"a\":1}", f);
    return fclose(f);
}

static int drop_file(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void a_file_is_json(void **state)
{
    (void)state;
    struct conf_reader r = {.report = &report};
    report = (struct conf_report){0};
    json_t *tree = conf_file_load(&r, path);
    assert_int_equal(json_integer_value(json_object_get(tree, "a")), 1);
    json_decref(tree);
    assert_null(conf_file_load(&r, folder));
    expect_error("", "is not a plain file");
    assert_null(conf_file_load(&r, "/tmp/no such file of ours"));
    expect_error("", "cannot open");
    assert_null(conf_file_parse(&r, base_span("{\"a\":1,\"a\":2}", 13)));
    expect_error("", "not JSON: line 1");
}

static bool read_secret(const char *name, size_t max, mode_t mode, struct base_file *out)
{
    struct conf_reader r = {.report = &report, .folder = folder};
    report = (struct conf_report){0};
    assert_int_equal(chmod(path, mode), 0);
    return conf_file_secret(&r, name, max, out);
}

static void a_secret_is_its_owners(void **state)
{
    (void)state;
    static const mode_t bad[] = {0604, 0602, 0660, 0601};
    struct base_file file;
    for (int is_absolute = 0; is_absolute < 2; is_absolute++) {
        assert_true(read_secret(is_absolute ? path : "file", 7, is_absolute ? 0640 : 0600, &file));
        assert_int_equal(file.len, 7);
        base_file_free(&file);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(read_secret("file", 7, bad[i], &file));
        assert_null(file.bytes);
        expect_error("", "chmod 600");
    }
    assert_false(read_secret("file", 6, 0600, &file));
    expect_error("", "larger than 6 bytes");
}

static void names_start_at_the_folder(void **state)
{
    (void)state;
    char out[CONF_PATH_MAX], name[CONF_PATH_MAX];
    assert_true(conf_file_at("/etc/culvert", "a.psk", out));
    assert_string_equal(out, "/etc/culvert/a.psk");
    assert_true(conf_file_at("/etc/culvert", "/run/a.psk", out));
    assert_string_equal(out, "/run/a.psk");
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_false(conf_file_at("/etc", name, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_json),
        cmocka_unit_test(a_secret_is_its_owners),
        cmocka_unit_test(names_start_at_the_folder),
    };
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
