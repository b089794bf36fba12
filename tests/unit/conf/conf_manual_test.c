/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys made by hand: only in a laboratory, what is read of them, and what is refused. */
#include "conf_test_help.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/culvert-conf-manual-XXXXXX";
static char file[64];

#define KEY "0x000102030405060708090a0b0c0d0e0fa0a1a2a3"
#define ONE \
    "'key_file':'key','peer_address':'192.0.2.2','local':'10.1.0.0/16','remote':'10.8.0.0','spi_out':4096"

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/key", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static void write_key(const char *key, mode_t mode)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fprintf(f, "%s\n", key);
    fclose(f);
    assert_int_equal(chmod(file, mode), 0);
}

static struct conf *load_root(const char *extra)
{
    char text[8192];
    snprintf(text, sizeof text, "{'ports':{" GOOD_PORTS "}%s}", extra);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), folder, NULL, &report);
}

static struct conf *load_lab(const char *members)
{
    char extra[4096];
    snprintf(extra, sizeof extra, ",'lab':true,'manual':{'bench':{%s}}", members);
    return load_root(extra);
}

static void lab_refused(const char *members, const char *path, const char *part)
{
    assert_null(load_lab(members));
    expect_error(path, part);
}

static void without_a_laboratory_they_are_refused(void **state)
{
    (void)state;
    write_key(KEY, 0600);
    assert_null(load_root(",'manual':{'bench':{" ONE "}}"));
    expect_error("manual", "write \"lab\": true at the top level");
    assert_null(load_root(",'lab':false,'manual':{'bench':{" ONE "}}"));
    expect_error("manual", "no forward secrecy");
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'manual':{}}", ",'lab':true",
            "connections.foo.manual", "the top-level \"manual\"");
}

static void with_it_they_are_warned_of(void **state)
{
    (void)state;
    write_key(KEY, 0600);
    struct conf *conf = load_lab(ONE);
    assert_non_null(conf);
    expect_warning("manual", "must not carry real traffic");
    conf_free(conf);
    conf = load_root(",'lab':true");
    assert_non_null(conf);
    assert_true(conf->is_lab);
    expect_warning("lab", "there are none");
    conf_free(conf);
}

static void presets_are_those_of_a_gateway(void **state)
{
    (void)state;
    static const uint8_t key[20] = {0,  1,  2,  3,  4,  5,  6,    7,    8,    9,
                                    10, 11, 12, 13, 14, 15, 0xa0, 0xa1, 0xa2, 0xa3};
    write_key(KEY, 0600);
    struct conf *conf = load_lab(ONE);
    assert_non_null(conf);
    const struct conf_manual *m = conf_manual_find(conf, "bench");
    assert_non_null(m);
    assert_null(conf_manual_find(conf, "other"));
    assert_int_equal(m->encr, CONF_MANUAL_AES128GCM16);
    assert_int_equal(m->encap, CONF_MANUAL_UDP);
    assert_int_equal(m->local.family, BASE_AF_NONE);
    assert_int_equal(m->peer_port, 4500);
    assert_int_equal(m->remote.len, 32);
    assert_int_equal(m->count, 1);
    assert_int_equal(m->spi_out, 4096);
    assert_true(m->esn);
    assert_int_equal(m->replay_window, 1024);
    assert_int_equal(m->key_len, sizeof key);
    assert_memory_equal(m->key, key, sizeof key);
    conf_free(conf);
}

static void all_can_be_said(void **state)
{
    (void)state;
    write_key("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223", 0600);
    struct conf *conf =
        load_lab("'key_file':'key','encryption':'aes256gcm16','encapsulation':'none','local_address':"
                 "'192.0.2.1','peer_address':'192.0.2.2','peer_port':4501,'local':['10.1.0.0/24','10."
                 "3.0.0/24'],'remote':'10.8.0.0/24','count':100000,'spi_out':256,'esn':false,"
                 "'replay_window':0");
    assert_non_null(conf);
    const struct conf_manual *m = &conf->manuals[0];
    assert_int_equal(m->encr, CONF_MANUAL_AES256GCM16);
    assert_int_equal(m->encap, CONF_MANUAL_NONE);
    assert_int_equal(m->local.family, BASE_AF_IP4);
    assert_int_equal(m->peer_port, 4501);
    assert_int_equal(base_ts_count(m->local_ts), 2);
    assert_int_equal(m->key_len, 36);
    assert_int_equal(m->key[35], 0x23);
    assert_false(m->esn);
    assert_int_equal(m->replay_window, 0);
    conf_free(conf);
}

static void expect_net(const struct conf_manual *m, uint32_t i, const char *text)
{
    char net[BASE_PREFIX_TEXT_MAX];
    const struct base_prefix p = conf_manual_net(m, i);
    assert_string_equal(base_prefix_text(&p, net), text);
}

static void each_pair_has_the_next_network(void **state)
{
    struct conf_manual m = {.count = 66000};
    char text[BASE_ADDR_TEXT_MAX];
    (void)state;
    assert_int_equal(base_prefix_parse("10.8.255.254", &m.remote), 0);
    expect_net(&m, 0, "10.8.255.254/32");
    expect_net(&m, 2, "10.9.0.0/32");
    expect_net(&m, 65999, "10.10.1.205/32");
    struct base_ts all = conf_manual_range(&m);
    assert_string_equal(base_addr_text(&all.lo, text), "10.8.255.254");
    assert_string_equal(base_addr_text(&all.hi, text), "10.10.1.205");
    assert_int_equal(base_prefix_parse("10.0.0.0/20", &m.remote), 0);
    expect_net(&m, 17, "10.1.16.0/20");
    assert_int_equal(base_prefix_parse("2001:db8::/60", &m.remote), 0);
    expect_net(&m, 0x11, "2001:db8:0:110::/60");
    m.count = 2;
    all = conf_manual_range(&m);
    assert_string_equal(base_addr_text(&all.hi, text), "2001:db8:0:1f:ffff:ffff:ffff:ffff");
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    write_key(KEY, 0600);
#define REST "'key_file':'key','peer_address':'192.0.2.2','local':'10.1.0.0/16'"
    lab_refused(REST ",'remote':'255.255.255.0','spi_out':4096,'count':257", "manual.bench",
                "no 257 networks of this length from remote 255.255.255.0/32 on");
    lab_refused(REST ",'remote':'10.0.0.0/8','spi_out':4096,'count':247", "manual.bench", "no 247 networks");
    lab_refused(REST ",'remote':'0.0.0.0/0','spi_out':4096,'count':2", "manual.bench", "no 2 networks");
    lab_refused(REST ",'remote':'10.8.0.0','spi_out':4294967295,'count':2", "manual.bench", "no 2 SPIs");
    lab_refused(REST ",'remote':'10.8.0.0','spi_out':255", "manual.bench.spi_out", "256");
    lab_refused(REST ",'remote':'fd00::1','spi_out':4096", "manual.bench",
                "local and remote must be of one family");
    lab_refused(ONE ",'local_address':'fd00::1'", "manual.bench", "of one family");
    lab_refused(ONE ",'count':100001", "manual.bench.count", "100000");
    lab_refused(ONE ",'replay_window':31", "manual.bench", "the least is 32");
    lab_refused(ONE ",'replay_window':0", "manual.bench", "replay_window 0 needs \"esn\": false");
    lab_refused(ONE ",'encryption':'aes128'", "manual.bench.encryption", "none of \"aes128gcm16\"");
    lab_refused("'peer_address':'192.0.2.2'", "manual.bench.key_file", "");
}

static void the_last_networks_are_still_there(void **state)
{
    (void)state;
    write_key(KEY, 0600);
    struct conf *conf = load_lab(REST ",'remote':'255.255.255.0','spi_out':4294967040,'count':256");
    assert_non_null(conf);
    conf_free(conf);
    conf = load_lab(REST ",'remote':'240.0.0.0/8','spi_out':4096,'count':16");
    assert_non_null(conf);
    conf_free(conf);
}

static void no_key_is_told(void)
{
    assert_true(report.n_issues > 0);
    for (size_t i = 0; i < report.n_issues; i++)
        assert_null(strstr(report.issues[i].text, "0102030405"));
}

static void a_key_is_the_owners_and_as_long_as_the_cipher_wants(void **state)
{
    (void)state;
    write_key(KEY, 0644);
    lab_refused(ONE, "manual.bench.key_file", "run: chmod 600");
    static const char *const bad[] = {"",
                                      "0x",
                                      "00",
                                      "0x000102030405060708090a0b0c0d0e0fa0a1a2",
                                      "0x000102030405060708090a0b0c0d0e0fa0a1a2a3a4",
                                      "0x000102030405060708090a0b0c0d0e0fa0a1a2gg"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_key(bad[i], 0600);
        lab_refused(ONE, "manual.bench.key_file", "as 40 hexadecimal digits");
        no_key_is_told();
    }
    write_key(KEY, 0600);
    lab_refused(ONE ",'encryption':'aes256gcm16'", "manual.bench.key_file", "as 72 hexadecimal digits");
    no_key_is_told();
}

static void they_are_equal_when_all_is(void **state)
{
    (void)state;
    static const char *const other[] = {ONE ",'count':2", ONE ",'esn':false", ONE ",'peer_port':4501",
                                        REST ",'remote':'10.8.0.1','spi_out':4096"};
    write_key(KEY, 0600);
    struct conf *a = load_lab(ONE), *b = load_lab(ONE ",'count':1");
    assert_true(conf_manual_equal(a->manuals, b->manuals));
    conf_free(b);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        b = load_lab(other[i]);
        assert_non_null(b);
        assert_false(conf_manual_equal(a->manuals, b->manuals));
        conf_free(b);
    }
    write_key("0x000102030405060708090a0b0c0d0e0fa0a1a2a4", 0600);
    b = load_lab(ONE);
    assert_false(conf_manual_equal(a->manuals, b->manuals));
    conf_free(a);
    conf_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_laboratory_they_are_refused),
        cmocka_unit_test(with_it_they_are_warned_of),
        cmocka_unit_test(presets_are_those_of_a_gateway),
        cmocka_unit_test(all_can_be_said),
        cmocka_unit_test(each_pair_has_the_next_network),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(the_last_networks_are_still_there),
        cmocka_unit_test(a_key_is_the_owners_and_as_long_as_the_cipher_wants),
        cmocka_unit_test(they_are_equal_when_all_is),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
