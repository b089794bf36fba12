/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of many keys: its rows, what is refused and where, and 100,000 of them. */
#include "conf_test_help.h"

#include <sys/stat.h>
#include <unistd.h>
#include "ike_index.h"

#define HEX  "0x000102030405060708090a0b0c0d0e0f10111213"
#define MANY 100000

static char folder[] = "/tmp/culvert-conf-secrets-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/keys", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* Loads a configuration with these secrets beside the file as it is, and beside what is in force. */
static struct conf *load_after(const char *secrets, const struct conf *former)
{
    char text[4096];
    snprintf(text, sizeof text,
             "{'ports':{" GOOD_PORTS "},'secrets':[%s],'secrets_file':'keys','connections':{" GOOD_CONN "}}",
             secrets);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), folder, former, &report);
}

static struct conf *load_file(const char *secrets)
{
    return load_after(secrets, NULL);
}

static void write_rows(const char *rows, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(rows, 1, len, f), len);
    fclose(f);
    assert_int_equal(chmod(path, 0600), 0);
}

static struct conf *load_rows(const char *secrets, const char *rows, size_t len)
{
    write_rows(rows, len);
    return load_file(secrets);
}

static const struct ike_secret *find(const struct conf *conf, const char *local, const char *remote)
{
    struct ike_id a, b;
    char why[256];
    assert_int_equal(ike_id_parse(local, &a, why, sizeof why), 0);
    assert_int_equal(ike_id_parse(remote, &b, why, sizeof why), 0);
    return ike_conf_secret(conf->ike, &a, &b);
}

static void expect_key(const struct conf *conf, const char *local, const char *remote, const char *key,
                       uint32_t line)
{
    const struct ike_secret *s = find(conf, local, remote);
    assert_non_null(s);
    assert_int_equal(s->psk_len, strlen(key));
    assert_memory_equal(s->psk, key, s->psk_len);
    assert_int_equal(s->line, line);
}

static void rows_are_identities_and_a_key(void **state)
{
    (void)state;
    static const char rows[] =
        "# all of them\n"
        "\n"
        "@gw @foo correct horse battery staple\r\n"
        "  192.0.2.1\tann@example.org   # is part of a key: \"yes\"  \n"
        "\"C=NZ, CN=gw\" \"C=NZ, CN=foo\" 0x41424344454647484950515253545556575859606162\n"
        "   # and no more\n"
        "keyid:a @foo last line without its end";
    struct conf *conf = load_rows("", rows, sizeof rows - 1);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    assert_int_equal(report.n_issues, 0);
    assert_int_equal(conf->ike->n_secrets, 4);
    expect_key(conf, "@gw", "@foo", "correct horse battery staple", 3);
    expect_key(conf, "192.0.2.1", "ann@example.org", "# is part of a key: \"yes\"", 4);
    expect_key(conf, "keyid:a", "@foo", "last line without its end", 7);
    const struct ike_secret *dn = &conf->ike->secrets[2];
    assert_int_equal(dn->local.type, WIRE_IKE_ID_DN);
    assert_int_equal(dn->remote.type, WIRE_IKE_ID_DN);
    assert_int_equal(dn->psk_len, 22);
    assert_memory_equal(dn->psk, "ABCDEFGHIPQRSTUVWXY`ab", 22);
    conf_free(conf);
}

static void rows_join_the_secrets_of_the_configuration(void **state)
{
    (void)state;
    static const char rows[] = "@gw @bar another key of this gateway\n";
    struct conf *conf = load_rows(GOOD_SECRET, rows, sizeof rows - 1);
    assert_non_null(conf);
    assert_int_equal(conf->ike->n_secrets, 2);
    assert_int_equal(find(conf, "@gw", "@foo")->line, 0);
    expect_key(conf, "@gw", "@bar", "another key of this gateway", 1);
    conf_free(conf);
    conf = load_rows(GOOD_SECRET, "", 0); /* nobody yet */
    assert_non_null(conf);
    assert_int_equal(conf->ike->n_secrets, 1);
    conf_free(conf);
}

/* The rows are refused at this line, and what must not be told is told nowhere. */
static void refused_rows(const char *rows, const char *line, const char *part, const char *secret)
{
    assert_null(load_rows(GOOD_SECRET, rows, strlen(rows)));
    expect_error(line, part);
    for (size_t i = 0; i < report.n_issues; i++) {
        if (!report.issues[i].is_warning)
            assert_string_equal(report.issues[i].file, path);
        assert_null(strstr(report.issues[i].text, secret));
    }
}

static void a_bad_row_is_named_by_file_and_line_without_its_key(void **state)
{
    (void)state;
    refused_rows("\n@gw geheimgeheimgeheimgeheim\n", "line 2", "fewer than three words", "geheim");
    refused_rows("@gw\n", "line 1", "fewer than three words", "@gw");
    refused_rows("\"@gw @bar geheimgeheimgeheimgeheim\n", "line 1", "fewer than three words", "geheim");
    refused_rows("geheim geheim geheim geheim\n", "line 1", "the local identity cannot be read", "geheim");
    refused_rows("@gw geheim geheim geheim\n", "line 1", "the remote identity cannot be read", "geheim");
    refused_rows("@gw *.example.org geheimgeheimgeheimgeheim\n", "line 1", "no pattern", "geheim");
    refused_rows("@gw @bar : PSK \"geheim geheim\"\n", "line 1", "a row of ipsec.secrets", "geheim");
    refused_rows("@gw @bar :PSK\t0xgeheim\n", "line 1", "a row of ipsec.secrets", "geheim");
    refused_rows("@gw @bar 0x4142zz\n", "line 1", "hexadecimal digits does not follow", "4142");
    assert_null(load_rows(GOOD_SECRET, "@gw @bar ge\0heim\n", 17));
    expect_error("line 1", "NUL byte");
    /* All that is wrong is told at once. */
    refused_rows("@gw @x1\n#\n@gw @x2\n", "line 1", "fewer", "x1");
    expect_error("line 3", "fewer");
    char twin[2048];
    memset(twin, 'g', sizeof twin - 1);
    twin[sizeof twin - 1] = '\0';
    memcpy(twin, "@gw @bar ", 9);
    refused_rows(twin, "line 1", "longer than 256 bytes", "ggg");
    memcpy(twin, "@gw @bar", 8);
    twin[8] = 'g';
    twin[2000] = ' ';
    refused_rows(twin, "line 1", "the remote identity cannot be read", "ggg");
}

static void a_weak_key_is_warned_of_at_its_line(void **state)
{
    (void)state;
    struct conf *conf = load_rows(GOOD_SECRET, "@gw @bar geheim\n", 16);
    assert_non_null(conf);
    conf_free(conf);
    expect_warning("line 1", "weak_psk: 6 bytes");
    for (size_t i = 0; i < report.n_issues; i++)
        assert_null(strstr(report.issues[i].text, "geheim"));
}

static void twins_are_refused_with_both_places(void **state)
{
    (void)state;
    char part[128];
    snprintf(part, sizeof part, "line 2 of %s is for the same pair", path);
    refused_rows("#\n@gw @bar " HEX "\n@gw @baz " HEX "\n@GW @BAR geheimgeheimgeheimgeheim\n", "line 4", part,
                 "geheim");
    refused_rows("@gw @foo geheimgeheimgeheimgeheim\n", "line 1", "secrets[0] is for the same pair",
                 "geheim");
    assert_int_equal(report.n_errors, 1);
}

static void a_file_that_does_not_serve_is_refused(void **state)
{
    (void)state;
    conf_free(load_rows(GOOD_SECRET, "", 0));
    assert_int_equal(chmod(path, 0644), 0);
    assert_null(load_file(GOOD_SECRET));
    expect_error("secrets_file", "chmod 600");
    unlink(path);
    assert_null(load_file(GOOD_SECRET));
    expect_error("secrets_file", "cannot open");
}

static void a_near_row_is_named_where_the_pair_is_missing(void **state)
{
    (void)state;
    char part[128];
    snprintf(part, sizeof part, "line 1 of %s has this remote, but another local identity", path);
    assert_null(load_rows("", "@other @foo " HEX "\n", strlen("@other @foo " HEX "\n")));
    expect_error("connections.foo", part);
    assert_string_equal(report.issues[0].file, "");
}

static void a_reload_asks_of_a_row_what_it_asks_of_a_secret(void **state)
{
    (void)state;
    struct conf *a = load_rows("", "@gw @foo " HEX "\n", strlen("@gw @foo " HEX "\n"));
    static const char more[] = "@gw @bar " HEX "\n@gw @foo " HEX "\n", other[] = "@gw @foo " HEX "ff\n";
    struct conf *b = load_rows("", more, sizeof more - 1), *c = load_rows("", other, sizeof other - 1);
    struct conf_diff diff;
    assert_int_equal(conf_diff_make(a, a, b, &diff), 0);
    assert_int_equal(diff.n_ops, 1);
    assert_int_equal(diff.ops[0].type, CONF_OP_UNCHANGED);
    conf_diff_free(&diff);
    assert_int_equal(conf_diff_make(a, b, c, &diff), 0);
    assert_int_equal(diff.n_ops, 1);
    assert_int_equal(diff.ops[0].type, CONF_OP_NEW_SA);
    assert_string_equal(diff.ops[0].name, "secrets for connections.foo");
    conf_diff_free(&diff);
    conf_free(a);
    conf_free(b);
    conf_free(c);
}

/* The secrets of a configuration that is loaded beside one with these rows. */
static void expect_taken(const char *secrets, const char *rows, const char *next, bool is_taken)
{
    struct conf *former = load_rows(secrets, rows, strlen(rows));
    assert_non_null(former);
    const size_t warnings = report.n_warnings;
    write_rows(next, strlen(next));
    struct conf *now = load_after(secrets, former);
    assert_non_null(now);
    assert_int_equal(report.n_warnings, warnings);
    if (is_taken)
        assert_ptr_equal(now->ike->secrets, former->ike->secrets);
    else
        assert_ptr_not_equal(now->ike->secrets, former->ike->secrets);
    conf_free(former);
    assert_non_null(find(now, "@gw", "@foo"));
    former = now;
    now = load_after(secrets, former);
    assert_int_equal(report.n_warnings, warnings);
    conf_free(former);
    assert_non_null(find(now, "@gw", "@foo"));
    conf_free(now);
}

static void a_file_that_did_not_change_is_not_read_into_keys_again(void **state)
{
    (void)state;
    static const char rows[] = "@gw @foo " HEX "\n", other[] = "@gw @foo " HEX "ff\n";
    expect_taken("", rows, rows, true);
    expect_taken("", rows, other, false);
    expect_taken("", "@gw @foo geheim\n", "@gw @foo geheim\n", false); /* what was said is said again */
    expect_taken("{'local':'@gw','remote':'@bar','psk':'0x000102030405060708090a0b0c0d0e0f10111213'}", rows,
                 rows, false);
}

static void a_key_beside_the_file_is_no_part_of_what_is_taken(void **state)
{
    (void)state;
    static const char rows[] = "@gw @foo " HEX "\n";
    struct conf *former = load_rows("", rows, sizeof rows - 1);
    struct conf *now = load_after(
        "{'local':'@gw','remote':'@bar','psk':'0x000102030405060708090a0b0c0d0e0f10111213'}", former);
    assert_non_null(now);
    assert_int_equal(now->ike->n_secrets, 2);
    assert_int_equal(former->ike->n_secrets, 1);
    conf_free(former);
    conf_free(now);
}

/* Writes n rows, the last of them for the pair of the one with this number. */
static void write_many(size_t n, size_t twin)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("@gw @foo " HEX "\n", f);
    for (size_t i = 1; i < n; i++)
        fprintf(f, "@gw peer%zu.example.org a key of its own, number %06zu\n", i < n - 1 ? i : twin, i);
    fclose(f);
    assert_int_equal(chmod(path, 0600), 0);
}

/* How many secrets are looked at until this peer's is found. */
static size_t steps_to(const struct conf *conf, const struct ike_id *local, const struct ike_id *remote)
{
    size_t steps = 1;
    uint32_t at = ike_index_secret(conf->ike, local, remote, IKE_INDEX_NONE);
    for (; at != IKE_INDEX_NONE; steps++) {
        if (ike_id_equal(&conf->ike->secrets[at].remote, remote))
            return steps;
        at = ike_index_secret(conf->ike, local, remote, at);
    }
    fail_msg("there is no secret");
    return 0;
}

static void of_a_hundred_thousand_each_is_found_in_a_step_or_two(void **state)
{
    (void)state;
    char name[64], key[64], why[256];
    struct ike_id gw, peer;
    size_t steps = 0;
    write_many(MANY, MANY - 1);
    struct conf *conf = load_file("");
    assert_non_null(conf);
    assert_int_equal(conf->ike->n_secrets, MANY);
    assert_int_equal(ike_id_parse("@gw", &gw, why, sizeof why), 0);
    for (size_t i = 1; i < MANY; i++) {
        snprintf(name, sizeof name, "peer%zu.example.org", i);
        snprintf(key, sizeof key, "a key of its own, number %06zu", i);
        assert_int_equal(ike_id_parse(name, &peer, why, sizeof why), 0);
        const struct ike_secret *s = ike_conf_secret(conf->ike, &gw, &peer);
        assert_non_null(s);
        assert_int_equal(s->line, i + 1);
        assert_memory_equal(s->psk, key, s->psk_len);
        steps += steps_to(conf, &gw, &peer);
    }
    assert_in_range(steps, MANY - 1, 2 * MANY);
    conf_free(conf);
}

static void of_a_hundred_thousand_a_twin_is_found_and_one_more_is_too_many(void **state)
{
    (void)state;
    write_many(MANY, 7);
    assert_null(load_file(""));
    assert_int_equal(report.n_errors, 1);
    expect_error("line 100000", "line 8 of ");
    write_many(MANY + 1, MANY);
    assert_null(load_file(""));
    expect_error("line 100001", "at most 100000 keys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_identities_and_a_key),
        cmocka_unit_test(rows_join_the_secrets_of_the_configuration),
        cmocka_unit_test(a_bad_row_is_named_by_file_and_line_without_its_key),
        cmocka_unit_test(a_weak_key_is_warned_of_at_its_line),
        cmocka_unit_test(twins_are_refused_with_both_places),
        cmocka_unit_test(a_file_that_does_not_serve_is_refused),
        cmocka_unit_test(a_near_row_is_named_where_the_pair_is_missing),
        cmocka_unit_test(a_reload_asks_of_a_row_what_it_asks_of_a_secret),
        cmocka_unit_test(a_file_that_did_not_change_is_not_read_into_keys_again),
        cmocka_unit_test(a_key_beside_the_file_is_no_part_of_what_is_taken),
        cmocka_unit_test(of_a_hundred_thousand_each_is_found_in_a_step_or_two),
        cmocka_unit_test(of_a_hundred_thousand_a_twin_is_found_and_one_more_is_too_many),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
