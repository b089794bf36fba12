/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of users, and what a connection logs in by. */
#include "conf_test_help.h"

#include <sys/stat.h>
#include <unistd.h>
#include "eap.h"

static char folder[] = "/tmp/culvert-conf-login-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static void path_of(const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", folder, name);
}

static int drop_folder(void **state)
{
    char path[128];
    (void)state;
    path_of("file", path);
    unlink(path);
    return rmdir(folder);
}

#define SERVES                                                                                           \
    "'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'id':'@foo','auth':'eap-mschapv2'," \
    "'subnets':['10.2.0.0/24']}}"
#define LOGS_IN                                                                             \
    "'foo':{'local':{'id':'@gw','auth':'eap-mschapv2','user':'ann','password_file':'file'," \
    "'subnets':['10.1.0.0/24']},'remote':{'id':'@foo','address':'192.0.2.9','subnets':['10.2.0.0/24']}}"

/* Loads a configuration whose file "file" has this content. */
static struct conf *load_with(const char *conn, const char *extra, const char *content, mode_t mode)
{
    char path[128], text[4096];
    path_of("file", path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
    snprintf(text, sizeof text, "{'ports':{" GOOD_PORTS "},'secrets':[" GOOD_SECRET "],'connections':{%s}%s}",
             conn, extra);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), folder, NULL, &report);
}

#define USERS ",'users':{'file':'file'}"

static void users_come_from_their_file(void **state)
{
    (void)state;
    struct conf *conf = load_with(SERVES, USERS, "# all\nann:00112233445566778899aabbccddeeff\n", 0600);
    assert_non_null(conf);
    assert_int_equal(conf->ike->conns[0].remote_auth, IKE_AUTH_EAP_MSCHAPV2);
    assert_int_equal(eap_users_count(conf->ike->users), 1);
    assert_non_null(eap_users_find(conf->ike->users, base_span("ann", 3)));
    conf_free(conf);
    conf = load_with(SERVES, USERS, "", 0600); /* nobody yet */
    assert_non_null(conf);
    conf_free(conf);
}

static void a_bad_file_of_users_is_named_with_its_line(void **state)
{
    (void)state;
    assert_null(load_with(SERVES, USERS, "\nann:secret\n", 0600));
    expect_error("users.file", "file, line 2: a row is a name, ':' and 32 hexadecimal digits");
    assert_null(load_with(SERVES, USERS, "", 0644));
    expect_error("users.file", "chmod 600");
    assert_null(load_with(SERVES, ",'users':{'file':'other'}", "", 0600));
    expect_error("users.file", "cannot open");
    assert_null(load_with(SERVES, ",'users':{}", "", 0600));
    expect_error("users.file", "missing");
}

static void a_login_has_a_name_and_a_password(void **state)
{
    (void)state;
    static const uint8_t hash[16] = {0x87, 0x8d, 0x80, 0x14, 0x60, 0x6c, 0xda, 0x29,
                                     0x67, 0x7a, 0x44, 0xef, 0xa1, 0x35, 0x3f, 0xc7};
    struct conf *conf = load_with(LOGS_IN, "", "secret\n", 0600);
    assert_non_null(conf);
    const struct eap_login *l = conf->ike->conns[0].login;
    assert_non_null(l);
    assert_memory_equal(l->hash, hash, 16);
    assert_int_equal(l->name.len, 3);
    assert_memory_equal(l->identity.text, "ann", 3);
    conf_free(conf);
}

static void a_password_file_that_does_not_serve_is_refused(void **state)
{
    (void)state;
    assert_null(load_with(LOGS_IN, "", "secret\n", 0604));
    expect_error("connections.foo.local.password_file", "chmod 600");
    assert_null(load_with(LOGS_IN, "", "\n", 0600));
    expect_error("connections.foo.local.password_file", "1 to 256 characters");
    assert_null(load_with(LOGS_IN, "", "\xff\n", 0600));
    expect_error("connections.foo.local.password_file", "UTF-8");
}

static void a_name_alone_is_no_login(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{'local':{'id':'@gw','user':'ann','subnets':['10.1.0.0/24']}," GOOD_REMOTE "}", "",
            "connections.foo.local", "user needs password_file");
}

/* XAUTH sends the password, so that no hash of it will do. */
static void xauth_keeps_the_password_itself(void **state)
{
    (void)state;
    needs_ikev1();
    const char *conn =
        "'foo':{'version':1,'xauth':'client','local':{'id':'@gw','user':'ann','password_file':'file',"
        "'subnets':['10.1.0.0/24']},'remote':{'id':'@foo','address':'192.0.2.9',"
        "'subnets':['10.2.0.0/24']}}";
    struct conf *conf = load_with(conn, "", "s3cret word\r\n", 0600);
    assert_non_null(conf);
    const struct ike_xauth_login *x = conf->ike->conns[0].xauth_login;
    assert_non_null(x);
    assert_int_equal(x->user_len, 3);
    assert_memory_equal(x->user, "ann", 3);
    assert_int_equal(x->password_len, 11);
    assert_memory_equal(x->password, "s3cret word", 11);
    conf_free(conf);
    assert_null(load_with(conn, "", "\n", 0600));
    expect_error("connections.foo.local.password_file", "the password must be 1 to 1024 bytes");
}

static bool has_op(const struct conf *from, const struct conf *to, const char *name)
{
    struct conf_diff d;
    bool has = false;
    assert_int_equal(conf_diff_make(from, from, to, &d), 0);
    for (size_t i = 0; i < d.n_ops; i++)
        has = has || (d.ops[i].type == CONF_OP_IN_FORCE && strcmp(d.ops[i].name, name) == 0);
    conf_diff_free(&d);
    return has;
}

static void other_users_are_in_force_at_once(void **state)
{
    (void)state;
    struct conf *a = load_with(SERVES, USERS, "ann:00112233445566778899aabbccddeeff\n", 0600);
    struct conf *b = load_with(SERVES, USERS, "ann:00112233445566778899aabbccddeef0\n", 0600);
    struct conf *c = load_with(SERVES, USERS, "#\nann:00112233445566778899aabbccddeeff\n", 0600);
    assert_true(has_op(a, b, "users"));
    assert_false(has_op(a, c, "users"));
    conf_free(a);
    conf_free(b);
    conf_free(c);
}

/* The only change that a reload would tell, or NULL: more or none. */
static const char *only_change(const char *conn, const char *extra, const char *from, const char *to,
                               enum conf_op_type type)
{
    static char name[sizeof((struct conf_op *)NULL)->name];
    struct conf *a = load_with(conn, extra, from, 0600), *b = load_with(conn, extra, to, 0600);
    struct conf_diff diff;
    size_t n = 0;
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(conf_diff_make(a, a, b, &diff), 0);
    for (size_t i = 0; i < diff.n_ops; i++)
        if (diff.ops[i].type == type && strcmp(diff.ops[i].name, "users") != 0 && n++ == 0)
            snprintf(name, sizeof name, "%s", diff.ops[i].name);
    conf_diff_free(&diff);
    conf_free(a);
    conf_free(b);
    return n == 1 ? name : NULL;
}

#define HASHED(name, end) name ":00112233445566778899aabbccddee" end "\n"

static void a_reload_tells_of_other_passwords(void **state)
{
    (void)state;
    assert_string_equal(only_change(SERVES, USERS, HASHED("ann", "ff") HASHED("bob", "ff"),
                                    HASHED("bob", "fe") HASHED("ann", "ff"), CONF_OP_IN_FORCE),
                        "passwords of 1 of users");
    assert_string_equal(only_change(LOGS_IN, "", "one\n", "two\n", CONF_OP_IN_FORCE),
                        "login of connections.foo.local");
    assert_string_equal(only_change(LOGS_IN, "", "one\n", "one\r\n", CONF_OP_UNCHANGED), "foo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_come_from_their_file),
        cmocka_unit_test(a_reload_tells_of_other_passwords),
        cmocka_unit_test(a_bad_file_of_users_is_named_with_its_line),
        cmocka_unit_test(a_login_has_a_name_and_a_password),
        cmocka_unit_test(a_password_file_that_does_not_serve_is_refused),
        cmocka_unit_test(a_name_alone_is_no_login),
        cmocka_unit_test(xauth_keeps_the_password_itself),
        cmocka_unit_test(other_users_are_in_force_at_once),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
