/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of single identities: as they are written, inline and in a file, and 100,000 of them. */
#include "conf_test_help.h"

#include <unistd.h>
#include "ike_grant.h"

#define MANY 100000

static char folder[] = "/tmp/culvert-conf-grants-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/rows", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* A connection for *@example.org with these rows beside the file as it is. */
static struct conf *load_rows(const char *peers, const char *rows)
{
    char text[4096];
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(rows, f);
    fclose(f);
    snprintf(text, sizeof text,
             "{'ports':{" GOOD_PORTS "},'pools':{'staff':{'addresses':['10.16.0.0/12']},"
             "'vip':{'addresses':['10.9.0.0/24']}},'connections':{'roads':{" GOOD_LOCAL
             ",'remote':{'id':'*@example.org','pools':'staff','peers':[%s],'peers_file':'rows'}}}}",
             peers);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), folder, NULL, &report);
}

static struct conf *load_good_rows(const char *peers, const char *rows)
{
    struct conf *conf = load_rows(peers, rows);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    assert_int_equal(report.n_issues, 0);
    return conf;
}

static const struct ike_grant *row_of(const struct conf *conf, const char *id)
{
    struct ike_id who;
    char why[256];
    assert_int_equal(ike_id_parse(id, &who, why, sizeof why), 0);
    return ike_grant_of(&conf->ike->conns[0], &who);
}

static void a_row_says_what_it_says_and_the_rest_is_the_connections(void **state)
{
    (void)state;
    char text[BASE_ADDR_TEXT_MAX];
    struct conf *conf =
        load_good_rows("{'id':'ann@example.org'},"
                       "{'id':'bob@example.org','address':'10.9.0.7','pools':['vip','staff'],"
                       "'local_subnets':['10.1.0.0/25','10.1.7.0/24'],'subnets':'dynamic','reauth_s':0}",
                       "");
    const struct ike_grant *ann = row_of(conf, "ann@example.org"), *bob = row_of(conf, "bob@example.org");
    assert_int_equal(conf->ike->conns[0].n_grants, 2);
    assert_int_equal(ann->n_addrs + ann->n_pools + base_ts_count(ann->local_ts), 0);
    assert_null(ann->remote_ts);
    assert_int_equal(ann->reauth_s, IKE_GRANT_UNSET);
    assert_int_equal(bob->n_addrs, 1);
    assert_string_equal(base_addr_text(&bob->addrs[0], text), "10.9.0.7");
    assert_int_equal(bob->n_pools, 2);
    assert_string_equal(conf->ike->pools[bob->pools[0]].name, "vip");
    assert_int_equal(base_ts_count(bob->local_ts), 2);
    assert_true(base_ts_has_dynamic(bob->remote_ts));
    assert_int_equal(bob->reauth_s, 0);
    conf_free(conf);
}

static void a_file_has_a_row_a_line_beside_those_of_the_configuration(void **state)
{
    (void)state;
    struct conf *conf = load_good_rows("{'id':'ann@example.org'}",
                                       "# everybody else\n\n"
                                       "{ \"id\": \"bob@example.org\", \"address\": \"10.16.0.9\" }\r\n"
                                       "  \t\n"
                                       "{\"id\":\"cy@example.org\",\"reauth_s\":60}");
    assert_int_equal(conf->ike->conns[0].n_grants, 3);
    assert_int_equal(row_of(conf, "ann@example.org")->line, 0);
    assert_int_equal(row_of(conf, "bob@example.org")->line, 3);
    assert_int_equal(row_of(conf, "cy@example.org")->line, 5);
    assert_int_equal(row_of(conf, "cy@example.org")->reauth_s, 60);
    conf_free(conf);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *peers, *rows, *path, *part;
    } wrong[] = {
        {"", "\n{\"id\":\"a@example.org\"", "connections.roads.remote.peers_file.line 2", "not JSON: column"},
        {"", "[1]", "connections.roads.remote.peers_file.line 1", "is a list; write an object"},
        {"", "{\"id\":\"a@example.org\",\"adress\":\"10.16.0.1\"}",
         "connections.roads.remote.peers_file.line 1.adress", "did you mean \"address\"?"},
        {"", "{\"address\":\"10.16.0.1\"}", "connections.roads.remote.peers_file.line 1.id", "missing"},
        {"{'id':'a@example.org'},{'id':'b@example.org','pools':'vips'}", "",
         "connections.roads.remote.peers[1].pools", "there is no pool \"vips\""},
        {"{'id':'*@example.org'}", "", "connections.roads.remote.peers[0].id", ""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_null(load_rows(wrong[i].peers, wrong[i].rows));
        expect_error(wrong[i].path, wrong[i].part);
    }
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{" GOOD_LOCAL
            ",'remote':{'id':'@foo','subnets':'10.2.0.0/24','peers_file':'/nowhere/rows'}}",
            "", "connections.foo.remote.peers_file", "cannot open");
}

/* No row is looked for by walking: 100,000 take seconds to load and find, not hours. */
static void a_file_may_have_100000_rows_and_no_more(void **state)
{
    (void)state;
    const size_t room = (MANY + 1) * 80;
    char *rows = malloc(room), id[64];
    size_t len = 0;
    assert_non_null(rows);
    for (unsigned i = 0; i < MANY; i++)
        len += (size_t)snprintf(rows + len, room - len,
                                "{\"id\":\"u%u@example.org\",\"address\":\"10.%u.%u.%u\"}\n", i,
                                16 + i / 62500, i / 250 % 250, 1 + i % 250);
    struct conf *conf = load_rows("", rows);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    assert_int_equal(conf->ike->conns[0].n_grants, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "U%u@example.org", i);
        const struct ike_grant *row = row_of(conf, id);
        assert_non_null(row);
        assert_int_equal(row->line, i + 1);
        assert_true(ike_id_equal(ike_grants_owner(conf->ike->grants, &row->addrs[0]), &row->id));
    }
    conf_free(conf);
    snprintf(rows + len, room - len, "{\"id\":\"one.more@example.org\"}\n");
    assert_null(load_rows("", rows));
    expect_error("connections.roads.remote.peers_file.line 100001", "at most 100000 rows");
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_what_it_says_and_the_rest_is_the_connections),
        cmocka_unit_test(a_file_has_a_row_a_line_beside_those_of_the_configuration),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
        cmocka_unit_test(a_file_may_have_100000_rows_and_no_more),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
