/* SPDX-License-Identifier: BSD-3-Clause */
/* The committed schema and examples against the table and the loader. CULVERT_SOURCE is the source tree. */
#include "conf_int.h"
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

/* The kind of field that a type of key is written into. */
static enum ike_field_kind kind_of(enum conf_type type)
{
    switch (type) {
    case CONF_STRING:
    case CONF_NAME:
        return IKE_FIELD_TEXT;
    case CONF_ADDR:
    case CONF_ADDR_ANY:
    case CONF_HOST:
        return IKE_FIELD_ADDR;
    case CONF_PREFIX:
    case CONF_IFADDR:
        return IKE_FIELD_PREFIX;
    case CONF_SUBNET:
    case CONF_RANGE:
        return IKE_FIELD_TS_LIST;
    case CONF_ID:
    case CONF_PEER_ID:
        return IKE_FIELD_ID;
    case CONF_IKE_PROPOSAL:
    case CONF_ESP_PROPOSAL:
        return IKE_FIELD_PROPOSAL;
    default:
        return IKE_FIELD_UINT;
    }
}

static void each_value_has_a_field_that_holds_it_and_says_what_a_change_asks(void **state)
{
    size_t n;
    const struct conf_key *keys = conf_keys(&n);
    for (const struct conf_key *k = keys; k < keys + n; k++) {
        const struct ike_field *f = k->engine ? &k->engine->field : &k->field;
        const bool holds_keys = k->type == CONF_OBJECT || k->type == CONF_MAP || k->type == CONF_LIST;
        if (holds_keys || k->type == CONF_REFUSED || k->nobody) {
            assert_int_equal(conf_key_asks(k), 0);
            continue;
        }
        if (!conf_key_asks(k))
            fail_msg("%s.%s does not say what a change asks", conf_section_path(k->in), k->name);
        if (f->size == 0)
            continue;
        const size_t most = f->kind == IKE_FIELD_TS_LIST ? BASE_TS_MAX
                            : k->type == CONF_DSCP       ? 8 * f->size
                            : k->is_first                ? k->list_max
                                                         : f->max;
        const bool is_net = f->kind == IKE_FIELD_TS_LIST && k->type == CONF_PREFIX;
        if ((f->kind != kind_of(k->type) && !is_net) || k->list_max > most)
            fail_msg("%s.%s does not fit its field", conf_section_path(k->in), k->name);
        if (k->type == CONF_UINT && f->size < 8 && (uint64_t)k->max >> f->size * 8)
            fail_msg("%s.%s is cut by its field", conf_section_path(k->in), k->name);
        if (k->type == CONF_STRING && (uint64_t)k->max >= f->size)
            fail_msg("%s.%s is longer than its field", conf_section_path(k->in), k->name);
        if (k->engine && (k->preset || k->preset_text))
            fail_msg("%s.%s has a second default", conf_section_path(k->in), k->name);
    }
}

static void a_choice_stands_for_a_number_and_back(void **state)
{
    const struct conf_key *role = conf_key_find(CONF_S_PORT, "role"),
                          *encap = conf_key_find(CONF_S_NAT, "encapsulation"),
                          *poll = conf_key_find(CONF_S_WORKERS, "poll");
    char word[16];
    assert_int_equal(conf_choice_number(role, "inside"), CONF_ROLE_INSIDE);
    assert_int_equal(conf_choice_number(role, "aside"), -1);
    assert_int_equal(conf_key_preset(role), CONF_ROLE_BOTH);
    assert_false(conf_key_has_preset(role));
    assert_int_equal(conf_choice_number(encap, "never"), IKE_ENCAP_NEVER);
    assert_true(conf_key_has_preset(encap));
    assert_int_equal(conf_key_preset(poll), CONF_POLL_AUTO);
    assert_true(conf_choice("a|bc", 1, word, sizeof word));
    assert_string_equal(word, "bc");
    assert_false(conf_choice("a|bc", 2, word, sizeof word));
    assert_false(conf_choice("a|bc", 1, word, 2));
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
    struct conf *conf = conf_load_text(text, strlen(text), folder, NULL, &report);
    drop_keys(text, folder);
    free(text);
    if (!conf || report.n_issues)
        conf_report_print(&report, "culvert.json", stderr);
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
    assert_true(base_ts_equal(ca->children[0].local_ts, cb->children[0].remote_ts));
    assert_true(base_ts_equal(ca->children[0].remote_ts, cb->children[0].local_ts));
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
        cmocka_unit_test(each_value_has_a_field_that_holds_it_and_says_what_a_change_asks),
        cmocka_unit_test(a_choice_stands_for_a_number_and_back),
        cmocka_unit_test(the_site_to_site_pair_fits_together),
        cmocka_unit_test(the_cloud_instance_has_at_most_ten_lines),
        cmocka_unit_test(the_concentrator_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
