/* SPDX-License-Identifier: BSD-3-Clause */
/* The committed schema and examples against the table and the loader. CULVERT_SOURCE is the source tree. */
#include "conf_test_help.h"

#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

static char *file_text(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, CULVERT_SOURCE "/config/%s", name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s", path);
    char *text = calloc(1, 1 << 18);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
    fclose(f);
    return text;
}

static void the_committed_schema_is_the_generated_one(void **state)
{
    char *text, *committed = file_text("culvert.schema.json");
    size_t len;
    FILE *out = open_memstream(&text, &len);
    conf_schema_print(out);
    fclose(out);
    if (strcmp(text, committed) != 0)
        fail_msg(
            "config/culvert.schema.json is out of date; run: culvertd --schema > config/culvert.schema.json");
    free(text);
    free(committed);
}

static void the_help_lists_keys_with_their_defaults(void **state)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    conf_schema_help(out);
    fclose(out);
    assert_non_null(strstr(text, "connections.*.remote\n"));
    assert_non_null(strstr(text, "(default 1024)"));
    assert_non_null(strstr(text, "(default auto)"));
    assert_non_null(strstr(text, "(must be given)"));
    assert_null(strstr(text, "ah_proposals"));
    free(text);
}

/* Makes the key files that a text names, readable by us only, below folder. */
static void make_keys(const char *text, const char *folder)
{
    static const char mark[] = "\"psk_file\": \"";
    for (const char *at = text; (at = strstr(at, mark));) {
        char path[1024];
        at += sizeof mark - 1;
        snprintf(path, sizeof path, "%s/%.*s", folder, (int)strcspn(at, "\""), at);
        char up[1024];
        snprintf(up, sizeof up, "%s", path);
        mkdir(dirname(up), 0700);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs("0x000102030405060708090a0b0c0d0e0f1011121314151617\n", f);
        fclose(f);
        assert_int_equal(chmod(path, 0600), 0);
    }
}

static void drop_keys(const char *text, const char *folder)
{
    static const char mark[] = "\"psk_file\": \"";
    char path[1024];
    for (const char *at = text; (at = strstr(at, mark));) {
        at += sizeof mark - 1;
        snprintf(path, sizeof path, "%s/%.*s", folder, (int)strcspn(at, "\""), at);
        unlink(path);
        if (strcmp(dirname(path), folder) != 0)
            rmdir(path);
    }
    rmdir(folder);
}

static struct conf *load_example(const char *name)
{
    char folder[] = "/tmp/culvert-conf-XXXXXX";
    char *text = file_text(name);
    assert_non_null(mkdtemp(folder));
    make_keys(text, folder);
    struct conf *conf = conf_load_text(text, strlen(text), folder, &report);
    drop_keys(text, folder);
    free(text);
    if (!conf || report.n_issues)
        conf_report_print(&report, stderr);
    assert_non_null(conf);
    assert_int_equal(report.n_issues, 0);
    return conf;
}

static void the_site_to_site_pair_fits_together(void **state)
{
    struct conf *a = load_example("site-a.json"), *b = load_example("site-b.json");
    const struct ike_conn_conf *ca = &a->ike->conns[0], *cb = &b->ike->conns[0];
    assert_true(ike_id_equal(&ca->local_id, &cb->remote_id));
    assert_true(ike_id_equal(&ca->remote_id, &cb->local_id));
    assert_memory_equal(&ca->children[0].local_ts, &cb->children[0].remote_ts,
                        sizeof ca->children[0].local_ts);
    assert_memory_equal(&ca->children[0].remote_ts, &cb->children[0].local_ts,
                        sizeof ca->children[0].local_ts);
    assert_int_equal(ca->remote_addr.family, BASE_AF_NONE);
    assert_int_equal(cb->n_local_addrs, 0);
    assert_true(cb->start);
    assert_false(ca->start);
    conf_free(a);
    conf_free(b);
}

static void the_cloud_instance_has_at_most_ten_lines(void **state)
{
    char *text = file_text("cloud-1to1.json");
    size_t lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_in_range(lines, 1, 10);
    free(text);
    struct conf *conf = load_example("cloud-1to1.json");
    assert_int_equal(conf->ports[0].role, CONF_ROLE_BOTH);
    assert_int_equal(conf->ike->n_public_addrs, 1);
    conf_free(conf);
}

static void the_concentrator_loads(void **state)
{
    struct conf *conf = load_example("concentrator.json");
    assert_int_equal(conf->workers.n_cores, 4);
    assert_int_equal(conf->ike->n_conns, 4);
    assert_int_equal(conf->ike->conns[1].n_children, 2);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_committed_schema_is_the_generated_one),
        cmocka_unit_test(the_help_lists_keys_with_their_defaults),
        cmocka_unit_test(the_site_to_site_pair_fits_together),
        cmocka_unit_test(the_cloud_instance_has_at_most_ten_lines),
        cmocka_unit_test(the_concentrator_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
