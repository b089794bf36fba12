/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of the configuration: read whole, only plain ones, and where their own names start. */
#include <errno.h>
#include <unistd.h>
#include "conf_int.h"
#include "conf_test_help.h"

static void a_plain_file_is_read_whole(void **state)
{
    (void)state;
    char name[] = "/tmp/conf_file_XXXXXX";
    const int fd = mkstemp(name);
    size_t len;
    assert_int_equal(write(fd, "{\"a\":1}", 7), 7);
    close(fd);
    char *text = conf_file_read(name, &len);
    assert_non_null(text);
    assert_int_equal(len, 7);
    assert_memory_equal(text, "{\"a\":1}", 7);
    free(text);
    struct conf_reader r = {.report = &report};
    json_t *tree = conf_file_load(&r, name);
    assert_int_equal(json_integer_value(json_object_get(tree, "a")), 1);
    json_decref(tree);
    unlink(name);
}

static void what_is_no_plain_file_is_refused(void **state)
{
    (void)state;
    size_t len;
    assert_null(conf_file_read("/tmp", &len));
    assert_null(conf_file_read("/dev/zero", &len));
    assert_int_equal(errno, EINVAL);
    assert_null(conf_file_read("/tmp/no such file of ours", &len));
    assert_int_equal(errno, ENOENT);
    struct conf_reader r = {.report = &report};
    report = (struct conf_report){0};
    assert_null(conf_file_load(&r, "/tmp"));
    assert_null(conf_file_parse(&r, "{\"a\":1,\"a\":2}", 13));
    expect_error("", "cannot be read");
    expect_error("", "not JSON: line 1");
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
        cmocka_unit_test(a_plain_file_is_read_whole),
        cmocka_unit_test(what_is_no_plain_file_is_refused),
        cmocka_unit_test(names_start_at_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
