/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists that are narrowed, and connections in pages. The engine has one SA, of the first of many connections.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "api.h"
#include "ctl_api_cmd.h"
#include "node_view.h"

#define CONNS 300

static struct ctl ctl;
static struct conf conf;
static struct ike_conn_conf conns[CONNS];
static struct base_ts_list none;
static struct ike_child_conf child = {.local_ts = &none, .remote_ts = &none};
static struct ike_conf ike_conf = {.refs = 1, .conns = conns};
static struct ctl_refusal refusal;

static bool is_inner_ours;

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    *out = (struct ike_sa_view){.id = 7,
                                .is_mobile = true,
                                .has_ppk = true,
                                .also = {{.type = WIRE_IKE_ID_EMAIL, .len = 3, .bytes = "a@b"}},
                                .n_places = 1,
                                .n_inner = 1,
                                .inner = {base_addr_ip4(0x0a090001)},
                                .n_inner_dns = 1,
                                .inner_dns = {base_addr_ip4(0x0a020035)},
                                .is_inner_ours = is_inner_ours,
                                .places = {base_addr_ip4(0xc6336408)},
                                .conn = "c0",
                                .state = IKE_VIEW_ESTABLISHED,
                                .path.remote = {base_addr_ip4(0xc6336407), 1024},
                                .n_children = 1};
    return after_id < 7;
}

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    *out =
        (struct ike_child_view){.spi_in = 0x100, .local_ts = &none, .remote_ts = &none, .dscp = child.dscp};
    return id == 7 && n == 0;
}

bool ike_show_presence(const struct ike *ike, const char *name, struct ike_presence *out)
{
    const bool is_up = strcmp(name, "c0") == 0;
    *out = (struct ike_presence){.sas = is_up, .up = is_up, .peer = {base_addr_ip4(0xc6336407), 1024}};
    out->children[0] = is_up;
    return true;
}

bool ike_show_conn(const struct ike *ike, const char *name, struct ike_conn_view *out)
{
    return false;
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = (struct ike_stats){0};
}

int node_view_pair(const struct node *node, uint32_t spi_in, struct node_pair_view *out)
{
    return -1;
}

bool node_view_inner(const struct node *node, const struct base_addr *addr, char out[NODE_VIEW_INTERFACE_MAX])
{
    snprintf(out, NODE_VIEW_INTERFACE_MAX, "culvert-wan");
    return addr->bytes[3] == 1;
}

int node_view_conn(const struct node *node, uint32_t conn, struct node_counters *out)
{
    return -1;
}

static int setup(void **state)
{
    static char no_name[1];
    for (size_t i = 0; i < CONNS; i++) {
        conns[i] = (struct ike_conn_conf){.n_children = 1, .children = &child, .remote_name = no_name};
        snprintf(conns[i].name, sizeof conns[i].name, "c%zu", i);
    }
    ike_conf.n_conns = CONNS;
    conf.ike = &ike_conf;
    ctl = (struct ctl){.conf = &conf};
    ctl.failures.count = 1;
    snprintf(ctl.failures.ring[0].audit.conn, sizeof ctl.failures.ring[0].audit.conn, "c0");
    refusal = (struct ctl_refusal){0};
    return 0;
}

/* Asks with args (' for ") and returns the document, NULL: it was refused. */
static json_t *ask(ctl_handler *handler, const char *args)
{
    char json[200];
    snprintf(json, sizeof json, "%s", args);
    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *a = json_loads(json, 0, NULL);
    assert_non_null(a);
    json_t *document = handler(&ctl, a, &refusal);
    json_decref(a);
    return document;
}

/* How many the list of the answer has. */
static size_t rows(ctl_handler *handler, const char *list, const char *args)
{
    json_t *document = ask(handler, args);
    if (!document)
        fail_msg("%s: %s", args, refusal.message);
    const size_t n = json_array_size(json_object_get(document, list));
    json_decref(document);
    return n;
}

static void where_else_a_peer_can_be_reached_is_told(void **state)
{
    json_t *sas = ask(ctl_show_sas, "{}"), *nat = ask(ctl_show_nat, "{}");
    const json_t *peer = json_array_get(json_object_get(nat, "peers"), 0);
    assert_true(json_is_true(json_object_get(json_array_get(json_object_get(sas, "sas"), 0), "mobike")));
    assert_true(json_is_true(json_object_get(peer, "mobike")));
    assert_true(json_is_true(json_object_get(json_array_get(json_object_get(sas, "sas"), 0), "ppk")));
    char *also =
        json_dumps(json_object_get(json_array_get(json_object_get(sas, "sas"), 0), "also_ids"), JSON_COMPACT);
    assert_string_equal(also, "[\"a@b\"]");
    free(also);
    assert_string_equal(json_string_value(json_array_get(json_object_get(peer, "further"), 0)),
                        "198.51.100.8");
    json_decref(sas);
    json_decref(nat);
}

static void a_child_tells_its_dscps_if_it_names_any(void **state)
{
    for (int is_named = 0; is_named < 2; is_named++) {
        child.dscp = is_named ? UINT64_C(3) << 46 : 0;
        json_t *of[] = {ask(ctl_show_sas, "{}"), ask(ctl_show_connections, "{'connection':'c0'}")};
        for (size_t i = 0; i < 2; i++) {
            const json_t *list = json_object_get(of[i], i ? "connections" : "sas");
            const json_t *c = json_array_get(json_object_get(json_array_get(list, 0), "children"), 0);
            char *text = json_dumps(json_object_get(c, "dscp"), JSON_COMPACT);
            assert_string_equal(text ? text : "none", is_named ? "[\"ef\",\"47\"]" : "none");
            free(text);
            json_decref(of[i]);
        }
    }
    child.dscp = 0;
}

static void each_list_is_narrowed_by_what_it_has(void **state)
{
    static const struct {
        ctl_handler *handler;
        const char *list, *args;
        size_t rows;
    } all[] = {
        {ctl_show_sas, "sas", "{}", 1},
        {ctl_show_sas, "sas", "{'peer':'198.51.100.7','spi':'0x100','state':'up','name':'c*'}", 1},
        {ctl_show_sas, "sas", "{'connection':'c0'}", 1},
        {ctl_show_sas, "sas", "{'connection':'c1'}", 0},
        {ctl_show_sas, "sas", "{'peer':'192.0.2.1'}", 0},
        {ctl_show_sas, "sas", "{'spi':'0x300'}", 0},
        {ctl_show_sas, "sas", "{'state':'down'}", 0},
        {ctl_show_sas, "sas", "{'name':'c1*'}", 0},
        {ctl_show_connections, "connections", "{'state':'up'}", 1},
        {ctl_show_connections, "connections", "{'peer':'198.51.100.0/24'}", 1},
        {ctl_show_connections, "connections", "{'name':'c1?'}", 10},
        {ctl_show_connections, "connections", "{'name':'c1?','state':'up'}", 0},
        {ctl_show_nat, "peers", "{'spi':'0x100'}", 1},
        {ctl_show_nat, "peers", "{'peer':'@bar'}", 0},
        {ctl_show_failures, "failures", "{'name':'c0'}", 1},
        {ctl_show_failures, "failures", "{'name':'c1'}", 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (rows(all[i].handler, all[i].list, all[i].args) != all[i].rows)
            fail_msg("%s: %s", all[i].list, all[i].args);
    assert_null(ask(ctl_show_sas, "{'connection':'nobody'}"));
    assert_string_equal(refusal.code, API_ERR_NOT_FOUND);
    assert_null(ask(ctl_show_nat, "{'state':'down'}"));
    assert_null(ask(ctl_show_failures, "{'spi':'0x100'}"));
    assert_null(ask(ctl_show_connections, "{'spi':'0x100'}"));
    assert_string_equal(refusal.code, API_ERR_BAD_ARGUMENT);
}

/* One page of connections. Returns where the next one begins, 0: that was all. */
static json_int_t page(json_int_t after, const char *more, size_t *told)
{
    char args[200];
    snprintf(args, sizeof args, "{'after':%lld%s}", (long long)after, more);
    json_t *document = ask(ctl_show_connections, args);
    assert_non_null(document);
    const size_t n = json_array_size(json_object_get(document, "connections"));
    const json_int_t next = json_integer_value(json_object_get(document, "next"));
    json_decref(document);
    assert_true(n <= 100);
    assert_true(next == 0 || next > after);
    *told += n;
    return next;
}

static void connections_come_in_pages(void **state)
{
    size_t told = 0, pages = 0;
    for (json_int_t next = 0; next > 0 || pages == 0; pages++)
        next = page(next, "", &told);
    assert_int_equal(told, CONNS);
    assert_in_range(pages, 4, 10);
    told = 0;
    json_int_t next = page(0, ",'name':'c299'", &told);
    while (next)
        next = page(next, ",'name':'c299'", &told);
    assert_int_equal(told, 1);
}

static void pages_are_of_one_configuration(void **state)
{
    char args[64];
    size_t told = 0;
    ctl.tally.reloads = 2;
    const json_int_t next = page(0, "", &told);
    assert_true(next > 0);
    snprintf(args, sizeof args, "{'after':%lld}", (long long)next);
    ctl.tally.reloads = 3;
    assert_null(ask(ctl_show_connections, args));
    assert_non_null(strstr(refusal.message, "loaded anew"));
    ctl.tally.reloads = 2;
    ike_conf.n_conns = 10; /* and a place that is none */
    assert_null(ask(ctl_show_connections, args));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

static void inner_addresses_are_told_with_whose_they_are(void **state)
{
    for (int ours = 0; ours < 2; ours++) {
        is_inner_ours = ours;
        json_t *args = json_object(), *d = ctl_show_sas(&ctl, args, &refusal);
        const json_t *sa = json_array_get(json_object_get(d, "sas"), 0);
        const json_t *inner = json_object_get(sa, ours ? "local_inner" : "remote_inner");
        assert_string_equal(json_string_value(json_array_get(inner, 0)), "10.9.0.1");
        assert_null(json_object_get(sa, ours ? "remote_inner" : "local_inner"));
        const char *interface = json_string_value(json_object_get(sa, "interface"));
        assert_string_equal(interface ? interface : "none", ours ? "culvert-wan" : "none");
        assert_string_equal(json_string_value(json_array_get(json_object_get(sa, "dns"), 0)), "10.2.0.53");
        json_decref(d);
        json_decref(args);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(inner_addresses_are_told_with_whose_they_are),
        TEST(where_else_a_peer_can_be_reached_is_told),
        TEST(a_child_tells_its_dscps_if_it_names_any),
        TEST(each_list_is_narrowed_by_what_it_has),
        TEST(connections_come_in_pages),
        TEST(pages_are_of_one_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
