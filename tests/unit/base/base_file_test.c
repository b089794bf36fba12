/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole files, and the sentences when one is not to be had. */
#include "base_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/base_file_test.XXXXXX";
static char path[64];
static char sentence[256];

static int folder_make(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
    return rmdir(folder);
}

static void write_file(const char *text, size_t len, mode_t mode)
{
    snprintf(path, sizeof path, "%s/f", folder);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && fchmod(fd, mode) == 0);
    assert_int_equal(write(fd, text, len), len);
    close(fd);
}

static int read_back(const char *name, size_t max, bool is_secret, struct base_file *out)
{
    struct base_text why = base_text(sentence, sizeof sentence);
    const int err = base_file_read(name, max, is_secret, out, &why);
    assert_int_equal(err < 0, sentence[0] != '\0');
    if (err < 0)
        assert_true(out->bytes == NULL && out->len == 0);
    return err;
}

static void a_file_is_read_to_its_last_byte(void **state)
{
    struct base_file f;
    for (unsigned is_secret = 0; is_secret < 2; is_secret++) {
        write_file("a\0b", 3, is_secret ? 0600 : 0666);
        assert_int_equal(read_back(path, 3, is_secret, &f), 0);
        assert_true(base_span_equal(base_file_span(&f), base_span("a\0b", 3)));
        base_file_free(&f);
        assert_null(f.bytes);
        write_file("", 0, 0600);
        assert_int_equal(read_back(path, 3, is_secret, &f), 0);
        assert_int_equal(f.len, 0);
        base_file_free(&f);
    }
    unlink(path);
}

static void a_larger_file_is_refused(void **state)
{
    struct base_file f;
    write_file("abcd", 4, 0600);
    assert_int_equal(read_back(path, 3, true, &f), -EFBIG);
    assert_non_null(strstr(sentence, "/f is larger than 3 bytes"));
    unlink(path);
}

static void what_is_not_there_or_no_file_is_named(void **state)
{
    struct base_file f;
    assert_int_equal(read_back("/nonexistent", 3, false, &f), -ENOENT);
    assert_string_equal(sentence, "cannot open /nonexistent: No such file or directory");
    assert_int_equal(read_back("/", 3, false, &f), -EINVAL);
    assert_string_equal(sentence, "/ is not a plain file");
    assert_int_equal(read_back("/dev/zero", 3, false, &f), -EINVAL);
}

static void a_secret_that_is_open_to_others_is_refused(void **state)
{
    struct base_file f;
    static const struct {
        mode_t mode;
        const char *by;
    } open_to[] = {{0604, "every user (mode 0604)"}, {0602, "every user"}, {0620, "its group (mode 0620)"}};
    for (size_t i = 0; i < sizeof open_to / sizeof open_to[0]; i++) {
        write_file("k", 1, open_to[i].mode);
        assert_int_equal(read_back(path, 3, true, &f), -EACCES);
        assert_non_null(strstr(sentence, open_to[i].by));
        assert_non_null(strstr(sentence, "run: chmod 600 /"));
        assert_int_equal(read_back(path, 3, false, &f), 0);
        base_file_free(&f);
    }
    write_file("k", 1, 0640); /* a group of its own may read it */
    assert_int_equal(read_back(path, 3, true, &f), 0);
    base_file_free(&f);
    unlink(path);
}

static void the_mark_of_an_editor_is_no_part_of_a_text(void **state)
{
    static const struct {
        const char *text, *is;
    } rows[] = {{"\xef\xbb\xbfkey\n", "key\n"},
                {"\xef\xbb\xbf", ""},
                {"\xef\xbb", "\xef\xbb"},
                {"k\xef\xbb\xbf", "k\xef\xbb\xbf"}};
    struct base_file f;
    for (unsigned i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        write_file(rows[i / 2].text, strlen(rows[i / 2].text), 0600);
        assert_int_equal(read_back(path, 8, i % 2, &f), 0);
        assert_true(base_span_equal(base_file_span(&f), base_span(rows[i / 2].is, strlen(rows[i / 2].is))));
        base_file_free(&f);
    }
    unlink(path);
}

static void a_secret_of_another_user_is_refused(void **state)
{
    struct base_file f;
    if (geteuid() != 0)
        skip();
    write_file("k", 1, 0600);
    assert_int_equal(chown(path, 4711, 0), 0);
    assert_int_equal(read_back(path, 3, true, &f), -EACCES);
    assert_non_null(strstr(sentence, "belongs to user 4711, who can change it; run: chown 0 /"));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_to_its_last_byte),
        cmocka_unit_test(a_larger_file_is_refused),
        cmocka_unit_test(what_is_not_there_or_no_file_is_named),
        cmocka_unit_test(a_secret_that_is_open_to_others_is_refused),
        cmocka_unit_test(the_mark_of_an_editor_is_no_part_of_a_text),
        cmocka_unit_test(a_secret_of_another_user_is_refused),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
