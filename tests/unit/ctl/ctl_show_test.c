/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands and documents, from request line to answer line; engine and node are a few values here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include "api.h"
#include "ctl_api_cmd.h"
#include "ctl_node_views.h"

static struct ctl ctl;
static struct ike_conn_conf conns[2];
static struct ike_child_conf children[2];
static struct ike_conf ike_conf;
static struct conf conf;
static struct ike_sa_view view;
static struct ike_child_view view_child;
static struct base_ts_list nets[2];
static bool has_view;
static struct ike_event last_event;
static char last_name[IKE_NAME_MAX];
static json_t *answer;
static int event_rc, reload_rc;
static size_t n_workers;
static struct node_port_view port_view;

base_time ctl_now(void)
{
    return (base_time){1000 * BASE_NS_PER_S};
}

int ctl_event(struct ctl *c, const struct ike_event *ev)
{
    last_event = *ev;
    snprintf(last_name, sizeof last_name, "%s", ev->name);
    return event_rc;
}

int ctl_reload(struct ctl *c, struct conf_report *report, struct conf_diff *diff)
{
    *report = (struct conf_report){.n_errors = reload_rc == -EINVAL, .n_issues = 1};
    report->issues[0].is_warning = reload_rc == 0;
    snprintf(report->issues[0].path, sizeof report->issues[0].path, "nat.x");
    snprintf(report->issues[0].text, sizeof report->issues[0].text, "words");
    *diff = (struct conf_diff){0};
    if (reload_rc == 0) {
        diff->ops = calloc(1, sizeof *diff->ops);
        diff->ops[diff->n_ops++] = (struct conf_op){CONF_OP_NEW_CHILD, "connections.foo.child.replay_window"};
    }
    return reload_rc;
}

int ctl_reload_plan(struct ctl *c, struct conf_report *report, struct conf_diff *diff)
{
    const int rc = ctl_reload(&ctl, report, diff);
    if (rc == 0)
        diff->ops[0].type = CONF_OP_NEW_SA;
    return rc;
}

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    if (!has_view || after_id >= view.id)
        return false;
    *out = view;
    return true;
}

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    return n < view.n_children && (*out = view_child, true);
}

bool ike_show_presence(const struct ike *ike, const char *name, struct ike_presence *out)
{
    const bool has = has_view && strcmp(name, view.conn) == 0, up = has && view.state == IKE_VIEW_ESTABLISHED;
    return *out =
               (struct ike_presence){has, up, has && !up, 0, view.path.remote, 0, 0, {up && view.n_children}},
           true;
}

bool ike_show_conn(const struct ike *ike, const char *name, struct ike_conn_view *out)
{
    *out = (struct ike_conn_view){.number = strcmp(name, "foo") == 0 ? 5 : 0, .stats = {.rekeyed_child = 6}};
    return true;
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = (struct ike_stats){.ike_sas = 1, .half_open = 2, .children = 3, .childless = 5, .cookies_sent = 4};
}

static size_t row_of(enum node_rows which, const char *name)
{
    const struct telem_rows *rows = node_rows(which);
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->list[i].name, name) == 0)
            return i;
    fail_msg("no row %s", name);
    return 0;
}

static void count_set(struct node_counters *c, enum node_rows which, const char *name, uint64_t value)
{
    c->words[node_rows(which)->list[row_of(which, name)].offset / sizeof value] = value;
}

static struct node_counters worker_counters(void)
{
    struct node_counters c = {0};
    count_set(&c, NODE_ROWS_WORKER, "rx_pkts", 7);
    count_set(&c, NODE_ROWS_DROP, "bad_icv", 3);
    count_set(&c, NODE_ROWS_DROP, "replay", 9);
    return c;
}

void node_view(const struct node *node, struct node_view *out)
{
    *out = (struct node_view){
        .n_workers = n_workers, .n_ports = 1, .own.rehomed = 9, .counters = worker_counters()};
}

bool node_view_worker(const struct node *node, size_t index, struct node_worker_view *out)
{
    *out = (struct node_worker_view){.cpu = 3, .load_percent = 25, .counters = worker_counters()};
    return index < n_workers;
}

bool node_view_port(const struct node *node, size_t index, struct node_port_view *out)
{
    *out = port_view;
    count_set(&out->counters, NODE_ROWS_PORT, "rx_pkts", 11);
    return index < 1;
}

bool node_view_neighbour(const struct node *node, uint32_t *cursor, struct node_neighbour_view *out)
{
    *out = (struct node_neighbour_view){
        .port = 0, .addr = base_addr_ip4(0xc0000201), .mac = {2}, .is_resolved = true};
    return (*cursor)++ == 0;
}

int node_view_conn(const struct node *node, uint32_t conn, struct node_counters *out)
{
    *out = (struct node_counters){.words = {7, 0, 0, 8}};
    return conn == 5 ? 0 : -ENOENT;
}

int node_view_pair(const struct node *node, uint32_t spi_in, struct node_pair_view *out)
{
    if (spi_in != 0x100)
        return -ENOENT;
    *out = (struct node_pair_view){.in = {10, 1000, 12, {990 * BASE_NS_PER_S}},
                                   .out = {20, 2000, 20, {0}},
                                   .bad_icv = 5,
                                   .inner_mtu = 1400};
    return 0;
}

static struct ike_id fqdn(const char *name)
{
    struct ike_id id = {.type = WIRE_IKE_ID_FQDN, .len = (uint8_t)strlen(name)};
    memcpy(id.bytes, name, id.len);
    return id;
}

static struct base_ts_list subnet(uint32_t lo, uint32_t hi, uint8_t proto, uint16_t from, uint16_t to)
{
    return (struct base_ts_list){.count = 1,
                                 .list = {{proto, from, to, base_addr_ip4(lo), base_addr_ip4(hi)}}};
}

static void make_view(void)
{
    view = (struct ike_sa_view){.id = 7,
                                .conn = "foo",
                                .state = IKE_VIEW_ESTABLISHED,
                                .spi_i = 1,
                                .spi_r = 2,
                                .path = {.local = {base_addr_ip4(0xac1f000a), 4500},
                                         .remote = {base_addr_ip4(0xc6336407), 1024},
                                         .natt = true},
                                .local_id = fqdn("gw"),
                                .remote_id = fqdn("foo"),
                                .proposal = "AES",
                                .local_nat = true,
                                .remote_nat = true,
                                .way = ESP_WAY_UDP,
                                .public_addr = base_addr_ip4(0xc6336402),
                                .established_at = {900 * BASE_NS_PER_S},
                                .rekey_at = {1600 * BASE_NS_PER_S},
                                .last_in_at = {998 * BASE_NS_PER_S},
                                .moves = 1,
                                .n_children = 1};
    nets[0] = subnet(0x0a010000, 0x0a0100ff, 0, 0, 65535);
    nets[1] = subnet(0x0a020000, 0x0a0200fe, 6, 80, 81);
    view_child = (struct ike_child_view){"foo", 0x100, 0x200, "AES-GCM", &nets[0], &nets[1]};
    view_child.installed_at = (base_time){950 * BASE_NS_PER_S}, view_child.rekey_at = BASE_TIME_NEVER;
}

static int start(void **state)
{
    static char names[][4] = {"foo", "bar", ""};
    memset(&ctl, 0, sizeof ctl);
    for (size_t i = 0; i < 2; i++) {
        conns[i] = (struct ike_conn_conf){
            .local_id = fqdn("gw"), .remote_id = fqdn(names[i]), .keepalive_s = 20, .remote_name = names[2]};
        snprintf(conns[i].name, sizeof conns[i].name, "%s", names[i]);
        children[i] = (struct ike_child_conf){.local_ts = &nets[0], .remote_ts = &nets[0]};
        snprintf(children[i].name, sizeof children[i].name, "%s", names[i]);
        conns[i].n_children = 1;
        conns[i].children = &children[i];
    }
    conns[1].start = conns[1].frag_after = conns[1].icmp_errors = true;
    ike_conf = (struct ike_conf){.refs = 1, .n_conns = 2, .conns = conns, .n_public_addrs = 1};
    ike_conf.public_addrs[0] = base_addr_ip4(0xc6336402);
    conf = (struct conf){.ike = &ike_conf, .n_ports = 1};
    ctl.conf = &conf;
    ctl.conf_file = "/etc/culvert.json";
    n_workers = 1;
    port_view = (struct node_port_view){.reason = "its MTU is 9001", .host.in_pkts = 5}; /* no device */
    ctl.in_force.n_ports = 1;
    snprintf(ctl.in_force.ports[0].name, sizeof ctl.in_force.ports[0].name, "out");
    ctl.in_force.ports[0].role = CONF_ROLE_OUTSIDE;
    snprintf(ctl.in_force.ports[0].host, sizeof ctl.in_force.ports[0].host, "culvert0");
    memcpy(conf.ports, ctl.in_force.ports, sizeof conf.ports);
    ctl.tally.started_at = (base_time){400 * BASE_NS_PER_S};
    make_view();
    has_view = true;
    return event_rc = reload_rc = 0;
}

static int stop(void **state)
{
    json_decref(answer);
    answer = NULL;
    return 0;
}

static void check_value(const json_t *v, const char *path, const char *json)
{
    char *text =
        v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(5)) : strdup("(absent)");
    if (strcmp(text, json) != 0)
        fail_msg("%s is %s, wanted %s", path, text, json);
    free(text);
}

/* Member at "a.0.b" of the answer, as JSON. */
static void expect(const char *path, const char *json)
{
    char copy[128];
    const json_t *v = answer;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key = strtok(copy, "."); key && v; key = strtok(NULL, "."))
        v = json_is_array(v) ? json_array_get(v, (size_t)atoi(key)) : json_object_get(v, key);
    check_value(v, path, json);
}

static void ask(const char *request)
{
    size_t len;
    json_decref(answer);
    char *line = ctl_api_answer(&ctl, request, strlen(request), &len);
    assert_non_null(line);
    assert_int_equal(line[len - 1], '\n');
    answer = json_loadb(line, len, 0, NULL);
    assert_non_null(answer);
    free(line);
}

#define ASK(command)             ask("{\"command\":\"" command "\"}")
#define ASK_NAME(command, extra) ask("{\"command\":\"" command "\",\"args\":{\"connection\":" extra "}}")

static void sas_join_the_engine_with_the_data_path(void **state)
{
    ASK("show sas");
    expect("data.sas.0.id", "7");
    expect("data.sas.0.role", "\"responder\"");
    expect("data.sas.0.local", "\"172.31.0.10:4500\"");
    expect("data.sas.0.remote", "\"198.51.100.7:1024\"");
    expect("data.sas.0.spi_r", "\"0x0000000000000002\"");
    expect("data.sas.0.age_s", "100");
    expect("data.sas.0.rekey_in_s", "600");
    expect("data.sas.0.idle_s", "2");
    expect("data.sas.0.children.0.spi_in", "\"0x00000100\"");
    expect("data.sas.0.children.0.local", "[\"10.1.0.0/24\"]");
    expect("data.sas.0.children.0.remote", "[\"10.2.0.0-10.2.0.254[tcp/80-81]\"]");
    expect("data.sas.0.children.0.rekey_in_s", "(absent)");
    expect("data.sas.0.children.0.in", "{\"pkts\":10,\"bytes\":1000,\"seq\":12,\"idle_s\":10}");
    expect("data.sas.0.children.0.out", "{\"pkts\":20,\"bytes\":2000,\"seq\":20}");
    expect("data.sas.0.children.0.bad_icv", "5");
    expect("data.sas.0.refused", "(absent)");
    view.refusal = WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    view_child.spi_in = 0x300; /* not in the data path */
    ASK("show sas");
    expect("data.sas.0.children.0.in", "(absent)");
    expect("data.sas.0.refused", "\"NO_PROPOSAL_CHOSEN\"");
}

static void a_page_begins_where_the_request_says(void **state)
{
    ask("{\"command\":\"show sas\",\"args\":{\"after\":6}}");
    expect("data.sas.0.id", "7");
    expect("data.next", "(absent)");
    ask("{\"command\":\"show sas\",\"args\":{\"after\":7}}");
    expect("data.sas", "[]");
    ask("{\"command\":\"show nat\",\"args\":{\"after\":7}}");
    expect("data.peers", "[]");
    ask("{\"command\":\"show sas\",\"args\":{\"after\":-1}}");
    expect("error.code", "\"bad_argument\"");
    ask("{\"command\":\"show nat\",\"args\":{\"after\":\"x\"}}");
    expect("error.code", "\"bad_argument\"");
}

static void connections_tell_whether_they_are_up(void **state)
{
    ASK("show connections"); /* in the order of the configuration */
    expect("data.connections.1.name", "\"bar\"");
    expect("data.connections.1.state", "\"down\"");
    expect("data.connections.1.peer", "(absent)");
    expect("data.connections.0.state", "\"up\"");
    expect("data.connections.0.peer", "\"198.51.100.7:1024\"");
    expect("data.connections.1.fragmentation", "\"after\"");
    expect("data.connections.0.fragmentation", "\"before\"");
    expect("data.connections.1.icmp_errors", "true");
    expect("data.connections.0.children.0.up", "true");
    view.n_children = 0;
    ASK_NAME("show connections", "\"foo\"");
    expect("data.connections.0.state", "\"childless\"");
    view.state = IKE_VIEW_CONNECTING;
    ASK_NAME("show connections", "\"foo\"");
    expect("data.connections.0.state", "\"connecting\"");
    has_view = false;
    ASK_NAME("show connections", "\"foo\"");
    expect("data.connections.0.state", "\"waiting\"");
    expect("data.connections.0.remote_address", "\"any\"");
    expect("data.connections.0.hint",
           "\"it waits for the peer's call: it has no remote.address, so only the peer can begin\"");
}

static void a_connection_has_totals_of_all_its_sas(void **state)
{
    ASK_NAME("show connections", "\"foo\"");
    expect("data.connections.0.totals.in_pkts", "7");
    expect("data.connections.0.totals.out_bytes", "8");
    expect("data.connections.0.totals.rekeyed_child", "6");
    ASK_NAME("show connections", "\"bar\""); /* the tables do not know it */
    expect("data.connections.0.totals.in_pkts", "(absent)");
    ASK_NAME("show counters", "\"foo\"");
    expect("data.connection", "\"foo\"");
    expect("data.traffic.in_pkts", "7");
    expect("data.ike.rekeyed_child", "6");
    expect("data.about.0.counters.0.name", "\"in_pkts\"");
    expect("data.about.1.group", "\"ike\"");
    expect("data.data_path", "(absent)");
    ASK_NAME("show counters", "\"nobody\"");
    expect("error.code", "\"not_found\"");
}

static void nat_tells_the_address_that_the_peer_dialled(void **state)
{
    view.keepalive_s = view.local_mapping.held_s = view.remote_mapping.lost_s = 20;
    ASK("show nat");
    expect("data.public_addresses", "[\"198.51.100.2\"]");
    expect("data.peers.0.local", "{\"seen\":\"172.31.0.10:4500\",\"behind_nat\":true,\"dialled\":"
                                 "\"198.51.100.2\",\"nat\":{\"keeps_ports\":true},\"mapping_held_s\":20}");
    expect("data.peers.0.remote", "{\"seen\":\"198.51.100.7:1024\",\"behind_nat\":true,\"nat\":{\"keeps_"
                                  "ports\":false},\"mapping_lost_s\":20}");
    expect("data.peers.0.keepalive_s", "20");
    assert_non_null(strstr(
        json_string_value(json_object_get(
            json_array_get(json_object_get(json_object_get(answer, "data"), "peers"), 0), "explanation")),
        "the peer dials 198.51.100.2, which arrives at 172.31.0.10:4500"));
}

static void without_nat_both_sides_have_their_addresses_themselves(void **state)
{
    view.local_nat = view.remote_nat = false;
    view.local_hash_matches = view.remote_hash_matches = true;
    view.public_addr = (struct base_addr){0};
    ASK("show nat");
    expect("data.peers.0.local.dialled", "\"172.31.0.10\"");
    expect("data.peers.0.remote.announced", "\"198.51.100.7\"");
    expect("data.peers.0.keepalive_s", "(absent)");
}

static void status_and_counters_add_up(void **state)
{
    ASK("status");
    expect("data.uptime_s", "600");
    expect("data.half_open", "2");
    expect("data.child_sas", "3");
    expect("data.workers.0.core", "3");
    expect("data.workers.0.load_percent", "25.0");
    expect("data.workers.0.dropped", "12");
    expect("data.drops",
           "[{\"name\":\"replay\",\"count\":9,\"help\":\"sequence number too old or seen before\"},"
           "{\"name\":\"bad_icv\",\"count\":3,\"help\":\"ESP authentication failed\"}]");
    expect("data.restart_pending", "[]");
    conf.ports[0].mtu = 9000;
    conf.tunnel.copy_df = true;
    ASK("status");
    expect("data.restart_pending", "[\"ports.out.mtu\",\"tunnel.copy_df\"]");
    ASK("show counters");
    expect("data.data_path.rx_pkts", "7");
    expect("data.ike.cookies_sent", "4");
    assert_int_equal(json_array_size(json_object_get(json_object_get(answer, "data"), "drops")),
                     node_rows(NODE_ROWS_DROP)->count);
    ASK("show workers");
    expect("data.workers.0.rx_pkts", "7");
    ASK("show ports");
    expect("data.ports.0.reason", "\"its MTU is 9001\"");
    expect("data.ports.0.role", "\"outside\"");
    expect("data.ports.0.rx_pkts", "11");
    expect("data.ports.0.neighbours.0.mac", "\"02:00:00:00:00:00\"");
    expect("data.ports.0.host.interface", "\"culvert0\"");
    expect("data.ports.0.host.in_pkts", "5");
}

static void has_all(const json_t *values, const json_t *counters)
{
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)counters, i, row)
    {
        assert_true(
            json_is_integer(json_object_get(values, json_string_value(json_object_get(row, "name")))));
        assert_true(strlen(json_string_value(json_object_get(row, "help"))) > 0);
    }
    assert_true(i > 0);
}

static void every_counter_is_told_with_its_meaning(void **state)
{
    size_t i;
    json_t *group;
    ctl.tally.reloads = 8;
    ASK("show counters");
    const json_t *data = json_object_get(answer, "data"), *about = json_object_get(data, "about");
    assert_true(json_array_size(about) > 0);
    json_array_foreach((json_t *)about, i, group)
    {
        json_t *values = json_object_get(data, json_string_value(json_object_get(group, "group"))), *place;
        const char *name;
        assert_true(strlen(json_string_value(json_object_get(group, "title"))) > 0);
        if (!json_is_true(json_object_get(group, "each")))
            has_all(values, json_object_get(group, "counters"));
        else
            json_object_foreach(values, name, place) has_all(place, json_object_get(group, "counters"));
    }
    expect("data.about.0.group", "\"data_path\"");
    expect("data.about.0.counters.0", "{\"name\":\"rx_pkts\",\"unit\":\"pkts\",\"kind\":\"counter\","
                                      "\"help\":\"frames received\"}");
    expect("data.control", "{\"install_failures\":0,\"workers_stuck\":0,\"syscalls_refused\":0,\"log_lines_"
                           "dropped\":0,\"reloads\":8}");
    expect("data.node.rehomed", "9");
    expect("data.ports.out.rx_pkts", "11");
    expect("data.hosts.culvert0.in_pkts", "5");
    expect("data.devices", "{}"); /* the port has no device here */
}

static void every_drop_has_a_place_and_a_meaning(void **state)
{
    n_workers = 2;
    port_view.host.in_lost = 4;
    ctl.tally.install_failures = 6;
    ASK("show drops");
    const json_t *list = json_object_get(json_object_get(answer, "data"), "drops");
    const size_t reasons = node_rows(NODE_ROWS_DROP)->count;
    assert_int_equal(json_array_size(list), 2 * reasons + 2 + 7); /* the port has no device here */
    size_t i;
    json_t *d;
    json_array_foreach((json_t *)list, i, d)
    {
        assert_true(strlen(json_string_value(json_object_get(d, "where"))) > 0);
        assert_true(strlen(json_string_value(json_object_get(d, "help"))) > 0);
    }
    check_value(json_array_get(list, reasons + row_of(NODE_ROWS_DROP, "replay")), "the second worker's",
                "{\"where\":\"worker 1\",\"name\":\"replay\",\"count\":9,"
                "\"help\":\"sequence number too old or seen before\"}");
    check_value(json_array_get(list, 2 * reasons), "the host's",
                "{\"where\":\"host culvert0\",\"name\":\"in_lost\",\"count\":4,"
                "\"help\":\"for the host, whose interface took no more\"}");
    check_value(json_object_get(json_array_get(list, json_array_size(list) - 1), "count"), "the last", "6");
}

static void failures_come_newest_first_without_empty_texts(void **state)
{
    struct ctl_failures *f = &ctl.failures;
    f->count = 2;
    f->total = 5;
    f->ring[0] =
        (struct ctl_failure){.audit = {.kind = IKE_AUDIT_FAIL_WRONG_KEY}, .first = 0, .last = 1, .count = 1};
    f->ring[1] = (struct ctl_failure){
        .audit = {.kind = IKE_AUDIT_FAIL_UNKNOWN_ID, .notify = 24}, .last = 60, .count = 4};
    snprintf(f->ring[1].audit.why, IKE_AUDIT_TEXT_MAX, "because\x1b[2J");
    ASK("show failures");
    expect("data.total", "5");
    expect("data.failures.0.last", "\"1970-01-01T00:01:00Z\"");
    expect("data.failures.0.notify", "\"AUTHENTICATION_FAILED\"");
    expect("data.failures.0.why", "\"because?[2J\"");
    expect("data.failures.0.fix_here", "(absent)");
    expect("data.failures.1.count", "1");
    snprintf(f->ring[0].audit.conn, IKE_NAME_MAX, "foo");
    ASK_NAME("show failures", "\"foo\"");
    expect("data.connection", "\"foo\"");
    expect("data.failures.0.kind", "\"wrong_key\"");
    expect("data.failures.1.kind", "(absent)");
}

static void actions_become_events(void **state)
{
    ASK_NAME("initiate", "\"bar\"");
    expect("data", "{}");
    assert_int_equal(last_event.type, IKE_EV_INITIATE);
    assert_string_equal(last_name, "bar");
    ASK_NAME("terminate", "\"foo\"");
    assert_int_equal(last_event.type, IKE_EV_TERMINATE);
    ASK_NAME("rekey", "\"foo\"");
    assert_int_equal(last_event.type, IKE_EV_REKEY);
    assert_false(last_event.rekey_ike);
    ASK_NAME("rekey", "\"foo\",\"what\":\"ike\"");
    assert_true(last_event.rekey_ike);
}

static void refused_actions_say_why(void **state)
{
    ASK("initiate");
    expect("error.code", "\"bad_argument\"");
    ASK_NAME("initiate", "\"nobody\"");
    expect("error.code", "\"not_found\"");
    event_rc = -EALREADY;
    ASK_NAME("initiate", "\"foo\"");
    expect("error.code", "\"already\"");
    event_rc = -EHOSTUNREACH;
    ASK_NAME("initiate", "\"foo\"");
    expect("error.code", "\"no_address\"");
    event_rc = -ENOENT;
    ASK_NAME("terminate", "\"foo\"");
    expect("error.code", "\"not_found\"");
    ASK_NAME("rekey", "\"foo\",\"what\":\"all\"");
    expect("error.code", "\"bad_argument\"");
}

static void reload_tells_operations_or_errors(void **state)
{
    ASK("reload");
    expect("data.operations", "[{\"type\":\"new_child\",\"name\":\"connections.foo.child.replay_window\"}]");
    expect("data.needs_restart", "false");
    expect("data.is_plan", "false");
    expect("data.warnings", "[{\"path\":\"nat.x\",\"text\":\"words\"}]");
    ask("{\"command\":\"reload\",\"args\":{\"plan\":true}}");
    expect("data.is_plan", "true");
    expect("data.operations.0.type", "\"new_sa\"");
    ask("{\"command\":\"reload\",\"args\":{\"plan\":1}}");
    expect("error.code", "\"bad_argument\"");
    reload_rc = -EINVAL;
    ASK("reload");
    expect("error.code", "\"bad_config\"");
    expect("error.details", "[{\"path\":\"nat.x\",\"text\":\"words\"}]");
    reload_rc = -ENOMEM;
    ASK("reload");
    expect("error.code", "\"failed\"");
}

static void nonsense_is_answered(void **state)
{
    ask("nonsense");
    expect("error.code", "\"bad_request\"");
    ASK("show everything");
    expect("error.code", "\"unknown_command\"");
}
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sas_join_the_engine_with_the_data_path),
        TEST(a_page_begins_where_the_request_says),
        TEST(connections_tell_whether_they_are_up),
        TEST(a_connection_has_totals_of_all_its_sas),
        TEST(nat_tells_the_address_that_the_peer_dialled),
        TEST(without_nat_both_sides_have_their_addresses_themselves),
        TEST(status_and_counters_add_up),
        TEST(every_counter_is_told_with_its_meaning),
        TEST(every_drop_has_a_place_and_a_meaning),
        TEST(failures_come_newest_first_without_empty_texts),
        TEST(actions_become_events),
        TEST(refused_actions_say_why),
        TEST(reload_tells_operations_or_errors),
        TEST(nonsense_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
