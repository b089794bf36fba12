/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys: file modes, forms, sizes. */
#include "conf_test_help.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/culvert-conf-psk-XXXXXX";
static char file[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/foo.psk", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static struct conf *load_with_file(const void *key, size_t len, mode_t mode)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(key, 1, len, f), len);
    fclose(f);
    assert_int_equal(chmod(file, mode), 0);
    char text[2048] =
        "{'ports':{" GOOD_PORTS "},'secrets':[{'local':'@gw','remote':'@foo','psk_file':'foo.psk'}],"
        "'connections':{" GOOD_CONN "}}";
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), folder, NULL, &report);
}

static void expect_psk(struct conf *conf, const void *psk, size_t len)
{
    assert_non_null(conf);
    assert_int_equal(conf->ike->secrets[0].psk_len, len);
    assert_memory_equal(conf->ike->secrets[0].psk, psk, len);
    conf_free(conf);
}

static void a_key_is_text_without_its_line_end(void **state)
{
    expect_psk(load_with_file("correct horse battery\n", 22, 0600), "correct horse battery", 21);
    assert_int_equal(report.n_issues, 0);
    expect_psk(load_with_file("correct horse battery\r\n", 23, 0640), "correct horse battery", 21);
    expect_psk(load_with_file("correct horse battery", 21, 0400), "correct horse battery", 21);
}

static struct conf *load_with_ppk(const char *more)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs("0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", f);
    fclose(f);
    assert_int_equal(chmod(file, 0600), 0);
    char text[2048];
    snprintf(text, sizeof text,
             "{'ports':{" GOOD_PORTS "},'secrets':[" GOOD_SECRET "],'connections':{'foo':{"
             "'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'id':'@foo','subnets':['10.2.0.0/"
             "24']}%s}}}",
             more);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), folder, NULL, &report);
}

static void a_ppk_has_a_name_and_a_file_and_may_be_required(void **state)
{
    struct conf *conf = load_with_ppk(",'ppk_id':'gate','ppk_file':'foo.psk'");
    assert_non_null(conf);
    const struct ike_ppk *k = ike_conf_conn(conf->ike, "foo")->ppk;
    assert_non_null(k);
    assert_false(k->is_required);
    assert_int_equal(k->id_len, 4);
    assert_memory_equal(k->id, "gate", 4);
    assert_int_equal(k->key_len, 32);
    assert_int_equal(k->key[31], 31);
    assert_true(conf->ike->has_ppk);
    struct conf *other = load_with_ppk(",'ppk_id':'gate','ppk_file':'foo.psk','ppk_required':true");
    assert_true(ike_conf_conn(other->ike, "foo")->ppk->is_required);
    /* Another one, another word about it, or none: the SA is another one. */
    assert_false(
        ike_conn_conf_same_secret(ike_conf_conn(conf->ike, "foo"), ike_conf_conn(other->ike, "foo")));
    conf_free(other);
    other = load_with_ppk("");
    assert_null(ike_conf_conn(other->ike, "foo")->ppk);
    assert_false(other->ike->has_ppk);
    assert_false(
        ike_conn_conf_same_secret(ike_conf_conn(conf->ike, "foo"), ike_conf_conn(other->ike, "foo")));
    conf_free(other);
    other = load_with_ppk(",'ppk_id':'gate','ppk_file':'foo.psk'");
    assert_true(ike_conn_conf_same_secret(ike_conf_conn(conf->ike, "foo"), ike_conf_conn(other->ike, "foo")));
    conf_free(other);
    conf_free(conf);
}

static void half_a_ppk_is_refused(void **state)
{
    static const char *const halves[] = {",'ppk_id':'gate'", ",'ppk_file':'foo.psk'", ",'ppk_required':true"};
    for (size_t i = 0; i < 3; i++) {
        assert_null(load_with_ppk(halves[i]));
        size_t n = 0;
        for (size_t k = 0; k < report.n_issues; k++)
            n += strstr(report.issues[k].text, "needs both ppk_id") != NULL;
        assert_int_equal(n, 1);
    }
}

static void a_key_behind_0x_is_hexadecimal(void **state)
{
    expect_psk(load_with_file("0x00fFa0\n", 9, 0600), "\x00\xff\xa0", 3);
    assert_null(load_with_file("0x00f\n", 6, 0600));
    expect_error("secrets[0].psk_file", "even number");
    assert_null(load_with_file("0x\n", 3, 0600));
    assert_null(load_with_file("0x0g", 4, 0600));
    expect_error("secrets[0].psk_file", "hexadecimal");
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    assert_null(load_with_file("correct horse battery", 21, 0644));
    expect_error("secrets[0].psk_file", "by every user (mode 0644); run: chmod 600");
    assert_null(load_with_file("correct horse battery", 21, 0660));
    expect_error("secrets[0].psk_file", "by its group (mode 0660); run: chmod 600");
}

static void a_file_of_another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        return; /* nobody else can give a file away */
    expect_psk(load_with_file("correct horse battery", 21, 0600), "correct horse battery", 21);
    assert_int_equal(chown(file, 4711, 0), 0);
    assert_null(load_with_file("correct horse battery", 21, 0600));
    expect_error("secrets[0].psk_file", "belongs to user 4711, who can change it; run: chown 0 ");
    assert_int_equal(unlink(file), 0);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
    assert_null(load_with_file("correct horse\0battery", 21, 0600));
    expect_error("secrets[0].psk_file", "NUL byte");
}

static void weak_keys_are_warned_of_and_empty_ones_refused(void **state)
{
    expect_psk(load_with_file("nineteen bytes long", 19, 0600), "nineteen bytes long", 19);
    expect_warning("secrets[0].psk_file", "weak_psk: 19 bytes");
    assert_null(load_with_file("\n", 1, 0600));
    expect_error("secrets[0].psk_file", "the key is empty");
    assert_null(load_with_file("", 0, 0600));
    expect_error("secrets[0].psk_file", "the key is empty");
}

static void long_keys_have_a_limit(void **state)
{
    char key[1024];
    memset(key, 'k', sizeof key);
    expect_psk(load_with_file(key, IKE_PSK_MAX, 0600), key, IKE_PSK_MAX);
    assert_null(load_with_file(key, IKE_PSK_MAX + 1, 0600));
    expect_error("secrets[0].psk_file", "longer than 256");
    assert_null(load_with_file(key, sizeof key, 0600));
    expect_error("secrets[0].psk_file", "too long");
    memset(key, '0', sizeof key);
    key[1] = 'x';
    memset(key + 2 + 2 * IKE_PSK_MAX, '\n', 1);
    uint8_t zeros[IKE_PSK_MAX] = {0};
    expect_psk(load_with_file(key, 2 + 2 * IKE_PSK_MAX + 1, 0600), zeros, IKE_PSK_MAX);
}

static void a_missing_file_is_told(void **state)
{
    refused(GOOD_PORTS, "{'local':'@gw','remote':'@foo','psk_file':'/nonexistent.psk'}", GOOD_CONN, "",
            "secrets[0].psk_file", "cannot open /nonexistent.psk");
    refused(GOOD_PORTS, "{'local':'@gw','remote':'@foo','psk_file':'/'}", GOOD_CONN, "",
            "secrets[0].psk_file", "not a plain file");
}

static void exactly_one_of_psk_and_psk_file_is_needed(void **state)
{
    refused(GOOD_PORTS, "{'local':'@gw','remote':'@foo'}", GOOD_CONN, "", "secrets[0]", "needs either");
    refused(GOOD_PORTS, "{'local':'@gw','remote':'@foo','psk':'x','psk_file':'y'}", GOOD_CONN, "",
            "secrets[0]", "not both");
}

static void a_key_in_the_configuration_is_warned_of(void **state)
{
    warned(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, "", "secrets[0].psk", "inline_psk");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_text_without_its_line_end),
        cmocka_unit_test(a_ppk_has_a_name_and_a_file_and_may_be_required),
        cmocka_unit_test(half_a_ppk_is_refused),
        cmocka_unit_test(a_key_behind_0x_is_hexadecimal),
        cmocka_unit_test(a_file_that_others_can_read_is_refused),
        cmocka_unit_test(a_file_of_another_user_is_refused),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(weak_keys_are_warned_of_and_empty_ones_refused),
        cmocka_unit_test(long_keys_have_a_limit),
        cmocka_unit_test(a_missing_file_is_told),
        cmocka_unit_test(exactly_one_of_psk_and_psk_file_is_needed),
        cmocka_unit_test(a_key_in_the_configuration_is_warned_of),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
