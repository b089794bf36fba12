/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration that is loaded beside the one before is the same as if it were loaded alone, errors and
 * warnings included, after whatever edits; and what did not change is not made anew.
 */
#include <sys/stat.h>
#include <unistd.h>
#include "conf_int.h"
#include "conf_test_help.h"
#include "ike_conf_keys.h"
#include "seed_rng.h"

#define CONNS 12
#define FILES 3 /* the main one and two that it includes */
#define STEPS 400

/* What a connection's text says; the value that it has in each part is a choice. */
struct entry {
    unsigned file; /* FILES: in none */
    unsigned kind, dpd, net, blanks, fault;
};

struct model {
    struct entry entries[CONNS];
    unsigned order[CONNS];
    unsigned nat, tunnel, limits, broken;
};

static char folder[] = "/tmp/conf_texts_XXXXXX";

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/conf_texts_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void write_entry(FILE *f, const struct model *m, unsigned i)
{
    static const char *const blanks[] = {"", " ", "\n\t", " \n"};
    static const char *const faults[] = {"",
                                         "\"dpd\":1,",
                                         "\"dpd_s\":\"x\",",
                                         "\"encapsulation\":\"never\",",
                                         "\"version\":3,",
                                         "\"children\":{\"a\":5},",
                                         "\"dpd_s\":1,\"dpd_s\":1,",
                                         "\"proposals\":[\"aes256\"],"};
    static const char *const kinds[] = {
#define GW   "\"local\":{\"id\":\"@gw\""
#define NETS "\"local\":[\"10.1.0.0/24\"],\"remote\":"
        GW ",\"subnets\":[\"10.1.0.0/24\"]},\"remote\":{\"id\":\"@p%u\",\"subnets\":[\"10.2.%u.0/24\"]}",
        GW "},\"remote\":{\"id\":\"keyid:}\\\"{%u\"},\"children\":{\"a\":{" NETS "[\"10.2.%u.0/24\"]}}",
        GW "},\"remote\":{\"id\":\"@p%u\"},\"children\":{\"a\":{" NETS "[\"10.2.%u.0/24\"]},\"b\":{" NETS
           "[\"10.3.0.0/24\"]}}",
        "\"local\":{\"id\":\"192.168.1.1\",\"subnets\":[\"10.1.0.0/"
        "24\"]},\"remote\":{\"id\":\"@p%u\",\"address\":"
        "\"198.51.100.1\",\"subnets\":[\"10.2.%u.0/24\"]}",
        "\"ppk_id\":\"x\",\"ppk_file\":\"nowhere\"," GW ",\"subnets\":[\"10.1.0.0/24\"]},"
        "\"remote\":{\"id\":\"@p%u\",\"subnets\":[\"10.2.%u.0/24\"]}",
    };
    const struct entry *e = &m->entries[i];
    fprintf(f, "\"c%u\"%s:%s{%s", i, blanks[e->blanks], blanks[e->blanks], faults[e->fault]);
    if (e->dpd)
        fprintf(f, "\"dpd_s\":%u,%s", 10 + e->dpd, blanks[e->blanks]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fprintf(f, kinds[e->kind], i, e->net);
#pragma GCC diagnostic pop
    fputs("}", f);
}

static void write_file(const struct model *m, unsigned file)
{
    char path[200];
    const char *comma = "";
    snprintf(path, sizeof path, "%s/%u.json", folder, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("{\"connections\":{", f);
    for (unsigned k = 0; k < CONNS; k++) {
        if (m->entries[m->order[k]].file != file)
            continue;
        fputs(comma, f);
        write_entry(f, m, m->order[k]);
        comma = ",\n";
    }
    fputs(m->broken == file + 1 ? "}" : "}\n", f);
    if (file == 0) {
        fputs(",\"ports\":{\"p\":{\"device\":\"net_null0\",\"addresses\":[\"192.0.2.9/24\"]}},\"secrets\":[",
              f);
        for (unsigned i = 0; i < CONNS; i++)
            fprintf(f, "%s{\"local\":\"%s\",\"remote\":\"%s%u\",\"psk\":\"a-secret-of-32-characters-%06u\"}",
                    i ? "," : "", m->entries[i].kind == 3 ? "192.168.1.1" : "@gw",
                    m->entries[i].kind == 1 ? "keyid:}\\\"{" : "@p", i, i);
        fprintf(f, "],\"nat\":{\"keepalive_s\":%u},\"tunnel\":{\"mss_clamp\":%s},\"limits\":{\"sas\":%u}",
                20 + m->nat, m->tunnel ? "true" : "false", 100 + m->limits);
        fputs(",\"include\":[\"1.json\",\"2.json\"]", f);
    }
    fputs(m->broken == file + 1 ? "" : "}", f);
    fclose(f);
    chmod(path, 0600);
}

static void write_all(const struct model *m)
{
    for (unsigned i = 0; i < FILES; i++)
        write_file(m, i);
}

static void edit(struct model *m, struct seed_rng *rng)
{
    struct entry *e = &m->entries[seed_rng_below(rng, CONNS)];
    const unsigned a = (unsigned)seed_rng_below(rng, CONNS), b = (unsigned)seed_rng_below(rng, CONNS);
    const unsigned at_a = m->order[a];
    switch (seed_rng_below(rng, 12)) {
    case 0:
        e->file = (unsigned)seed_rng_below(rng, FILES + 1);
        break;
    case 1:
        e->kind = (unsigned)seed_rng_below(rng, 5);
        break;
    case 2:
        e->net = (unsigned)seed_rng_below(rng, 250);
        break;
    case 3:
        e->blanks = (unsigned)seed_rng_below(rng, 4);
        break;
    case 4:
        e->fault = (unsigned)seed_rng_below(rng, 8);
        break;
    case 5:
        m->order[a] = m->order[b];
        m->order[b] = at_a;
        break;
    case 6:
        m->nat = (unsigned)seed_rng_below(rng, 2);
        break;
    case 7:
        m->tunnel = (unsigned)seed_rng_below(rng, 2);
        break;
    case 8:
        m->limits = (unsigned)seed_rng_below(rng, 2);
        break;
    case 9:
        m->broken = (unsigned)seed_rng_below(rng, 4 * FILES);
        break;
    default:
        e->dpd = (unsigned)seed_rng_below(rng, 4);
    }
    if (seed_rng_chance(rng, 400)) { /* or nothing would be right for long */
        m->broken = 0;
        for (unsigned i = 0; i < CONNS; i++) {
            m->entries[i].fault = 0;
            m->entries[i].kind %= 4;
        }
    }
}

static void same_report(const struct conf_report *a, const struct conf_report *b)
{
    assert_int_equal(a->n_errors, b->n_errors);
    assert_int_equal(a->n_warnings, b->n_warnings);
    assert_int_equal(a->n_issues, b->n_issues);
    for (size_t i = 0; i < a->n_issues; i++) {
        assert_int_equal(a->issues[i].is_warning, b->issues[i].is_warning);
        assert_string_equal(a->issues[i].file, b->issues[i].file);
        assert_string_equal(a->issues[i].path, b->issues[i].path);
        assert_string_equal(a->issues[i].text, b->issues[i].text);
    }
}

static void same_conn(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    assert_string_equal(a->name, b->name);
    assert_false(ike_conn_conf_is_same(a, b)); /* each was made, and can be compared */
    assert_int_equal(ike_conn_conf_asks(a, b), 0);
    assert_int_equal(a->n_children, b->n_children);
    for (size_t i = 0; i < a->n_children; i++) {
        assert_string_equal(a->children[i].name, b->children[i].name);
        assert_int_equal(ike_keys_compare(IKE_OWNER_CHILD, &a->children[i], &b->children[i]), 0);
    }
}

static void same_conf(const struct conf *a, const struct conf *b)
{
    struct conf_diff diff;
    assert_int_equal(a->ike->n_conns, b->ike->n_conns);
    assert_int_equal(conf_diff_make(a, a, b, &diff), 0);
    assert_int_equal(diff.n_ops, a->ike->n_conns);
    for (size_t i = 0; i < diff.n_ops; i++)
        assert_int_equal(diff.ops[i].type, CONF_OP_UNCHANGED);
    conf_diff_free(&diff);
    for (size_t i = 0; i < a->ike->n_conns; i++)
        same_conn(&a->ike->conns[i], &b->ike->conns[i]);
}

static struct conf *load_beside(const struct conf *former, struct conf_report *told)
{
    char path[200];
    snprintf(path, sizeof path, "%s/0.json", folder);
    return conf_load_after(path, former, told, NULL);
}

static size_t kept(const struct conf *former, const struct conf *now)
{
    size_t n = 0;
    for (size_t i = 0; i < now->ike->n_conns; i++) {
        const struct ike_conn_conf *c = ike_conf_conn(former->ike, now->ike->conns[i].name);
        n += c && ike_conn_conf_is_same(c, &now->ike->conns[i]);
    }
    return n;
}

static void start(struct model *m)
{
    *m = (struct model){0};
    for (unsigned i = 0; i < CONNS; i++) {
        m->order[i] = i;
        m->entries[i] = (struct entry){.file = i % FILES, .kind = i % 4, .net = i};
    }
    write_all(m);
}

static void edits_of_all_kinds_lead_where_a_whole_reading_does(void **state)
{
    static struct conf_report beside, alone;
    struct model m;
    (void)state;
    start(&m);
    struct conf *former = load_beside(NULL, &beside);
    assert_non_null(former);
    size_t loaded = 0, refused = 0, spared = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        struct seed_rng rng = seed_rng(step);
        for (size_t n = seed_rng_between(&rng, 1, 3); n > 0; n--)
            edit(&m, &rng);
        write_all(&m);
        struct conf *now = load_beside(former, &beside), *whole = load_beside(NULL, &alone);
        same_report(&beside, &alone);
        assert_int_equal(now == NULL, whole == NULL);
        if (!now) {
            refused++;
            continue;
        }
        same_conf(now, whole);
        spared += kept(former, now);
        loaded++;
        conf_free(whole);
        conf_free(former);
        former = now;
    }
    conf_free(former);
    assert_true(loaded > STEPS / 5);
    assert_true(refused > STEPS / 10);
    assert_true(spared > loaded * 2);
}

static void one_change_makes_one_connection_anew(void **state)
{
    struct model m;
    (void)state;
    start(&m);
    struct conf *former = load_beside(NULL, &report);
    m.entries[4].dpd = 3;
    write_all(&m);
    struct conf *now = load_beside(former, &report);
    assert_non_null(now);
    assert_int_equal(kept(former, now), CONNS - 1);
    assert_int_equal(ike_conf_conn(now->ike, "c4")->dpd_s, 13);
    for (size_t i = 0; i < CONNS; i++)
        assert_ptr_equal(now->ike->conns[i].bulk, former->ike->conns[i].bulk);
    conf_free(former); /* and the other needs it no more */
    former = now;
    now = load_beside(former, &report);
    assert_int_equal(kept(former, now), CONNS);
    conf_free(former);
    conf_free(now);
}

static void what_all_connections_take_makes_all_anew(void **state)
{
    struct model m;
    (void)state;
    start(&m);
    struct conf *former = load_beside(NULL, &report);
    m.nat = 1;
    write_all(&m);
    struct conf *now = load_beside(former, &report);
    assert_int_equal(kept(former, now), 0);
    assert_int_equal(now->ike->conns[0].keepalive_s, 21);
    conf_free(former);
    conf_free(now);
}

/* The parser reads a name with an escape as the one without. */
static void a_name_with_an_escape_is_no_other_one(void **state)
{
    static const char form[] =
        "{\"\\u006eat\":{\"keepalive_s\":%u},"
        "\"ports\":{\"p\":{\"device\":\"net_null0\",\"addresses\":[\"192.0.2.9/24\"]}},\"secrets\":["
        "{\"local\":\"@gw\",\"remote\":\"@p\",\"psk\":\"a-secret-of-32-characters-000001\"}],\"connections\":"
        "{\"c\":{\"local\":{\"id\":\"@gw\",\"subnets\":[\"10.1.0.0/24\"]},"
        "\"remote\":{\"id\":\"@p\",\"subnets\":[\"10.2.0.0/24\"]}}}}";
    char text[1000];
    struct conf *former = NULL;
    (void)state;
    for (unsigned s = 20; s < 22; s++) {
        const int len = snprintf(text, sizeof text, form, s);
        struct conf *now = conf_load_text(text, (size_t)len, folder, former, &report);
        assert_non_null(now);
        assert_int_equal(now->ike->conns[0].keepalive_s, s);
        conf_free(former);
        former = now;
    }
    conf_free(former);
}

static void write_rows(const char *rows)
{
    char path[200];
    snprintf(path, sizeof path, "%s/rows", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(rows, f);
    fclose(f);
    chmod(path, 0600);
}

/* A text that names a file says nothing of what the file has by now, even where it had nothing. */
static void rows_of_a_file_that_had_none_are_read(void **state)
{
    static const char text[] =
        "{\"ports\":{\"p\":{\"device\":\"net_null0\",\"addresses\":[\"192.0.2.9/24\"]}},\"secrets\":["
        "{\"local\":\"@gw\",\"remote\":\"bob@example.org\",\"psk\":\"a-secret-of-32-characters-000001\"}],"
        "\"connections\":{\"c\":{\"local\":{\"id\":\"@gw\",\"subnets\":[\"10.1.0.0/24\"]},"
        "\"remote\":{\"id\":\"*@example.org\",\"peers_file\":\"rows\",\"subnets\":[\"10.2.0.0/24\"]}}}}";
    (void)state;
    write_rows("# none yet\n");
    struct conf *former = conf_load_text(text, sizeof text - 1, folder, NULL, &report);
    assert_non_null(former);
    write_rows("{\"id\":\"bob@example.org\"}\n");
    struct conf *now = conf_load_text(text, sizeof text - 1, folder, former, &report);
    assert_non_null(now);
    assert_int_equal(now->ike->conns[0].n_grants, 1);
    conf_free(former);
    conf_free(now);
}

/* A value that stands where a copy would be is what the file says. */
static void a_number_in_the_place_of_a_connection_is_refused(void **state)
{
    static const char text[] = "{\"connections\":{\"c0\":0}}";
    struct model m;
    (void)state;
    start(&m);
    struct conf *former = load_beside(NULL, &report);
    assert_null(conf_load_text(text, sizeof text - 1, ".", former, &report));
    expect_error("connections.c0", "is a number");
    conf_free(former);
}

/* Rules that span connections are held against those that did not change, too. */
static void networks_that_overlap_are_told(void **state)
{
    struct model m;
    (void)state;
    start(&m);
    struct conf *former = load_beside(NULL, &report);
    const size_t before = report.n_warnings;
    m.entries[4].net = 7; /* as that of c7 */
    write_all(&m);
    struct conf *now = load_beside(former, &report);
    assert_non_null(now);
    assert_int_equal(report.n_warnings, before + 1);
    conf_free(former);
    conf_free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(edits_of_all_kinds_lead_where_a_whole_reading_does, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_change_makes_one_connection_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_all_connections_take_makes_all_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_with_an_escape_is_no_other_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_of_a_file_that_had_none_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_number_in_the_place_of_a_connection_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(networks_that_overlap_are_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
