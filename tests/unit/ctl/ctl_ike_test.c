/* SPDX-License-Identifier: BSD-3-Clause */
/* Engine and node on either side of the adapter, both replaced by lists: what goes in here comes out there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include "ctl_ike.h"
#include "ctl_job.h"
#include "ctl_radius.h"
#include "host_log.h"
#include "node.h"
#include "node_event.h"
#include "node_request.h"
#include "node_view.h"

#define LIST_MAX 8
#define SENT_MAX 16

static struct ctl ctl;
static struct ike_env env;
static struct ike_conf ike_conf;
static struct conf conf = {.ike = &ike_conf};
static struct ike_action actions[LIST_MAX];
static size_t n_actions, at_action, n_wiped;
static struct node_event reports[LIST_MAX];
static size_t n_reports, at_report;
static struct node_request asked[LIST_MAX];
static size_t n_asked;
static struct node_send sent[LIST_MAX];
static uint8_t sent_bytes[LIST_MAX][SENT_MAX];
static size_t n_sent;
static int node_rc;
static struct ike_event events[LIST_MAX];
static size_t n_events;
static struct ike_path packet_path;
static uint8_t packet[16];
static size_t packet_len;
static struct ike_job *submitted, *done, *own;
static unsigned unrested; /* jobs run since control rested */
static base_time deadline;
static int timers, audits;
static bool is_behind;

base_time ctl_now(void)
{
    return (base_time){1000 * BASE_NS_PER_S};
}

int64_t ctl_calendar(void)
{
    return 1000;
}

struct ike *ike_new(const struct ike_env *e, const struct ike_conf *c, base_time now)
{
    assert_ptr_equal(c, &ike_conf);
    env = *e;
    return (struct ike *)&ctl;
}

void ike_on_packet(struct ike *ike, base_time now, const struct ike_path *path, struct base_span msg)
{
    packet_path = *path;
    packet_len = msg.len;
    memcpy(packet, msg.ptr, msg.len);
}

int ike_on_event(struct ike *ike, base_time now, const struct ike_event *ev)
{
    assert_true(n_events < LIST_MAX);
    events[n_events++] = *ev;
    return -EALREADY;
}

void ike_on_timer(struct ike *ike, base_time now)
{
    timers++;
}

base_time ike_deadline(const struct ike *ike)
{
    return deadline;
}

bool ike_next_action(struct ike *ike, struct ike_action *out)
{
    if (at_action == n_actions)
        return false;
    *out = actions[at_action++];
    return true;
}

void ike_action_wipe(struct ike_action *a)
{
    n_wiped++;
}

int node_do(struct node *node, struct node_request *r)
{
    assert_true(n_asked < LIST_MAX);
    memcpy(&asked[n_asked++], r, sizeof *r);
    if (r->type == NODE_SPI_RESERVE)
        r->spi_in = 0x700;
    return node_rc;
}

int node_send(struct node *node, const struct node_send *send, const uint8_t *bytes)
{
    assert_true(n_sent < LIST_MAX);
    memcpy(sent_bytes[n_sent], bytes, send->len < SENT_MAX ? send->len : SENT_MAX);
    sent[n_sent++] = *send;
    return node_rc;
}

bool node_is_behind(const struct node *node)
{
    return is_behind;
}

bool node_event_pop(struct node *node, struct node_event *out, uint8_t bytes[NODE_DATAGRAM_MAX])
{
    if (at_report == n_reports)
        return false;
    memcpy(bytes, "ike", 3);
    *out = reports[at_report++];
    return true;
}

int node_view_local(const struct node *node, const struct base_addr *to, struct base_addr *local)
{
    *local = *to;
    return -ENETUNREACH;
}

bool node_view_is_usable(const struct node *node, const struct base_addr *local, const struct base_addr *to)
{
    return base_addr_equal(local, to);
}

size_t node_view_outside(const struct node *node, struct base_addr *out, size_t max)
{
    *out = (struct base_addr){.family = BASE_AF_IP4};
    return 1;
}

uint16_t node_view_mtu(const struct node *node, const struct base_addr *to)
{
    return 1444;
}

int node_view_pair(const struct node *node, uint32_t spi_in, struct node_pair_view *out)
{
    if (spi_in != 7)
        return -ENOENT;
    *out = (struct node_pair_view){.in = {.pkts = 1, .bytes = 2}, .out = {.pkts = 3, .bytes = 4}};
    return 0;
}

void ctl_jobs_submit(struct ctl_jobs *jobs, struct ike_job *job)
{
    submitted = job;
}

struct ike_job *ctl_jobs_pop_own(struct ctl_jobs *jobs)
{
    struct ike_job *job = own;
    own = NULL;
    return job;
}

void ctl_jobs_run_own(struct ctl_jobs *jobs, struct ike_job *job)
{
    job->status = job->kind->run(NULL, job);
    unrested++;
}

void ctl_jobs_rest(struct ctl_jobs *jobs)
{
    unrested = 0;
}

/* Jobs of RADIUS go another way, which these tests have not. */
void ctl_radius_submit(struct ctl_radius *r, struct ike_job *job)
{
    fail_msg("a job of kind %s", job->kind->name);
}

struct ike_job *ctl_jobs_pop(struct ctl_jobs *jobs)
{
    struct ike_job *job = done;
    done = NULL;
    return job;
}

void ctl_audit(struct ctl_failures *failures, const struct ike_audit *audit)
{
    audits++;
}

static int setup(void **state)
{
    host_log_set_level(HOST_ERR);
    ctl = (struct ctl){.conf = &conf};
    n_actions = at_action = n_wiped = n_reports = at_report = n_asked = n_sent = n_events = 0;
    node_rc = timers = audits = 0;
    submitted = done = own = NULL;
    return ctl_ike_start(&ctl);
}

static void act(struct ike_action a)
{
    at_action = n_asked = n_sent = 0;
    n_actions = 1;
    actions[0] = a;
    ctl_ike_actions(&ctl);
}

static void what_the_engine_needs_of_its_surroundings_is_asked_of_the_node(void **state)
{
    struct base_addr local, to = base_addr_ip4(1);
    uint8_t bytes[32] = {0}, none[32] = {0};
    uint32_t spi = 0;
    assert_int_equal(env.spi_alloc(env.ctx, &spi), 0);
    assert_int_equal(spi, 0x700);
    env.spi_free(env.ctx, spi);
    assert_int_equal(asked[1].type, NODE_SPI_RELEASE);
    assert_int_equal(asked[1].spi_in, 0x700);
    node_rc = -ENOSPC;
    spi = 1;
    assert_int_equal(env.spi_alloc(env.ctx, &spi), -ENOSPC);
    assert_int_equal(spi, 1);
    assert_int_equal(env.local_for(env.ctx, &to, &local), -ENETUNREACH);
    assert_int_equal(env.mtu_for(env.ctx, &to), 1444);
    assert_true(env.is_usable(env.ctx, &to, &to));
    assert_int_equal(env.own_addrs(env.ctx, &local, 1), 1);
    assert_int_equal(local.family, BASE_AF_IP4);
    const struct ike_traffic carried = env.traffic(env.ctx, 7), nothing = env.traffic(env.ctx, 8);
    assert_memory_equal(&carried, (&(struct ike_traffic){1, 2, 3, 4}), sizeof carried);
    assert_memory_equal(&nothing, &(struct ike_traffic){0}, sizeof nothing);
    env.spi_known(env.ctx, 0x1122334455667788, true);
    assert_int_equal(asked[n_asked - 1].type, NODE_IKE_KNOW);
    assert_true(asked[n_asked - 1].known.is_known);
    assert_true(asked[n_asked - 1].known.ike_spi == 0x1122334455667788);
    env.rng(env.ctx, IKE_RNG_COOKIE, bytes, sizeof bytes);
    assert_memory_not_equal(bytes, none, sizeof bytes);
    assert_int_equal(ctl.random.left, 0); /* a secret is not of the bytes that wait for others to see */
    env.rng(env.ctx, IKE_RNG_NONCE, bytes, sizeof bytes);
    assert_int_equal(ctl.random.left, CTL_RANDOM_BYTES - sizeof bytes);
}

static void datagrams_carry_the_marker_on_the_natt_port_and_keepalives_do_not(void **state)
{
    struct ike_path path = {{base_addr_ip4(1), 4500}, {base_addr_ip4(2), 1024}, true};
    act((struct ike_action){.type = IKE_ACT_SEND, .path = path, .bytes = base_span("ike", 3)});
    assert_true(sent[0].marker);
    assert_int_equal(sent[0].len, 3);
    assert_memory_equal(sent_bytes[0], "ike", 3);
    assert_int_equal(sent[0].remote.port, 1024);
    assert_false(sent[0].whole);
    act((struct ike_action){
        .type = IKE_ACT_SEND, .path = path, .is_whole = true, .bytes = base_span("ike", 3)});
    assert_true(sent[0].whole);
    act((struct ike_action){.type = IKE_ACT_KEEPALIVE, .path = path});
    assert_false(sent[0].marker);
    assert_int_equal(sent[0].len, 1);
    assert_int_equal(sent_bytes[0][0], 0xff);
    path.natt = false;
    act((struct ike_action){.type = IKE_ACT_SEND, .path = path, .bytes = base_span("ike", 3)});
    assert_false(sent[0].marker);
    static uint8_t huge[UINT16_MAX + 1];
    act((struct ike_action){.type = IKE_ACT_SEND, .path = path, .bytes = base_span(huge, UINT16_MAX)});
    assert_int_equal(sent[0].len, UINT16_MAX);
    act((struct ike_action){.type = IKE_ACT_SEND, .path = path, .bytes = base_span(huge, sizeof huge)});
    assert_int_equal(n_sent, 0);
}

static void a_child_is_installed_activated_moved_and_removed_by_its_spi(void **state)
{
    const struct ike_path path = {{base_addr_ip4(1), 4500}, {base_addr_ip4(2), 1024}, true};
    struct ike_action a = {.type = IKE_ACT_SA_INSTALL};
    a.install.pair = (struct esp_pair){.spi_in = 0x700, .keys_in.encr = {1, 2, 3}, .ike_id = 9};
    a.install.pair.local_ts.count = 1;
    a.install.pair.local_ts.list[0].port_hi = 443;
    act(a);
    assert_int_equal(asked[0].type, NODE_PAIR_INSTALL);
    assert_memory_equal(&asked[0].pair, &a.install.pair, ESP_PAIR_FIXED_BYTES);
    assert_true(base_ts_equal(&asked[0].pair.local_ts, &a.install.pair.local_ts));
    assert_int_equal(asked[0].pair.remote_ts.count, 0);
    assert_int_equal(n_wiped, 1);
    assert_int_equal(n_events, 0);
    act((struct ike_action){.type = IKE_ACT_SA_ACTIVATE, .spi_in = 0x700});
    assert_int_equal(asked[0].type, NODE_PAIR_ACTIVATE);
    act((struct ike_action){.type = IKE_ACT_SA_MTU, .spi_in = 0x700, .mtu = 1400});
    assert_int_equal(asked[0].type, NODE_PAIR_MTU);
    assert_int_equal(asked[0].mtu.spi_in, 0x700);
    assert_int_equal(asked[0].mtu.outer_mtu, 1400);
    act((struct ike_action){.type = IKE_ACT_SA_DEACTIVATE, .spi_in = 0x700});
    assert_int_equal(asked[0].type, NODE_PAIR_DEACTIVATE);
    act((struct ike_action){.type = IKE_ACT_SA_REPATH, .spi_in = 0x700, .path = path, .way = ESP_WAY_UDP});
    assert_int_equal(asked[0].type, NODE_PAIR_MOVE);
    assert_int_equal(asked[0].move.spi_in, 0x700);
    assert_int_equal(asked[0].move.path.remote.port, 1024);
    assert_int_equal(asked[0].move.way, ESP_WAY_UDP);
    act((struct ike_action){.type = IKE_ACT_SA_REMOVE, .spi_in = 0x700});
    assert_int_equal(asked[0].type, NODE_PAIR_REMOVE);
    assert_int_equal(asked[0].spi_in, 0x700);
}

static void a_child_that_is_refused_is_dead_for_the_engine(void **state)
{
    struct ike_action a = {.type = IKE_ACT_SA_INSTALL};
    a.install.conn = a.install.child = "x";
    a.install.pair.spi_in = 0x700;
    node_rc = -ENOTSUP;
    host_log_set_level(HOST_ERR);
    act(a);
    assert_int_equal(ctl.tally.install_failures, 1);
    assert_int_equal(n_events, 1);
    assert_int_equal(events[0].type, IKE_EV_SA_FAILED);
    assert_true(events[0].error < 0);
    assert_int_equal(events[0].spi_in, 0x700);
}

static void what_the_node_reports_becomes_the_engines_events(void **state)
{
    const struct base_endpoint there = {base_addr_ip4(3), 99};
    reports[n_reports++] = (struct node_event){.type = NODE_EV_SOFT, .spi_in = 1};
    reports[n_reports++] = (struct node_event){.type = NODE_EV_HARD, .spi_in = 2};
    reports[n_reports++] = (struct node_event){.type = NODE_EV_MOVED, .spi_in = 3, .moved.to = there};
    reports[n_reports++] = (struct node_event){.type = NODE_EV_TRAFFIC, .spi_in = 4, .traffic = {{5}, {6}}};
    assert_true(ctl_ike_events(&ctl));
    static const enum ike_event_type want[] = {IKE_EV_SA_SOFT, IKE_EV_SA_HARD, IKE_EV_PEER_MOVED,
                                               IKE_EV_TRAFFIC};
    assert_int_equal(n_events, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(events[i].type, want[i]);
        assert_int_equal(events[i].spi_in, i + 1);
    }
    assert_true(base_endpoint_equal(&events[2].remote, &there));
    assert_int_equal(events[3].last_in.ns, 5);
    assert_int_equal(events[3].last_out.ns, 6);
    at_report = n_reports = n_events = 0;
    reports[n_reports++] =
        (struct node_event){.type = NODE_EV_PATH_MTU, .spi_in = 5, .path_mtu = {1400, true}};
    assert_true(ctl_ike_events(&ctl));
    assert_int_equal(events[0].type, IKE_EV_PATH_MTU);
    assert_int_equal(events[0].spi_in, 5);
    assert_int_equal(events[0].mtu, 1400);
    assert_true(events[0].is_sure);
    at_report = n_reports = n_events = 0;
    reports[n_reports++] = (struct node_event){.type = NODE_EV_WANTED, .spi_in = 6};
    assert_true(ctl_ike_events(&ctl));
    assert_int_equal(events[0].type, IKE_EV_SA_WANTED);
    assert_int_equal(events[0].spi_in, 6);
    n_reports = at_report = 0;
    reports[n_reports++] = (struct node_event){.type = NODE_EV_TRAFFIC, .spi_in = 4, .traffic = {{5}, {6}}};
    /* a look at counters is no work */
    assert_false(ctl_ike_events(&ctl));
}

/* The way back of an answer: as ESP in UDP came, else from port to port of IKE. */
static void esp_with_an_unknown_spi_reaches_the_engine_with_the_way_of_an_answer(void **state)
{
    const struct base_addr us = base_addr_ip4(1), them = base_addr_ip4(2);
    reports[n_reports++] = (struct node_event){
        .type = NODE_EV_UNKNOWN_SPI, .spi_in = 7, .stray = {{us, 4500}, {them, 1024}, true, 100}};
    reports[n_reports++] = (struct node_event){
        .type = NODE_EV_UNKNOWN_SPI, .spi_in = 8, .stray = {{us, 0}, {them, 0}, false, 60}};
    assert_true(ctl_ike_events(&ctl));
    assert_int_equal(events[0].type, IKE_EV_UNKNOWN_SPI);
    assert_int_equal(events[0].spi_in, 7);
    assert_int_equal(events[0].len, 100);
    assert_true(events[0].path.natt);
    assert_int_equal(events[0].path.local.port, 4500);
    assert_int_equal(events[0].path.remote.port, 1024);
    assert_int_equal(events[1].spi_in, 8);
    assert_false(events[1].path.natt);
    assert_int_equal(events[1].path.local.port, 500);
    assert_int_equal(events[1].path.remote.port, 500);
}

/* The engine here says -EALREADY to everything: nothing is made, so nothing has to wait. */
static void a_packet_that_calls_reaches_the_engine_and_is_let_go(void **state)
{
    struct ike_child_conf child = {.name = "net"};
    struct ike_conn_conf conn = {.name = "foo", .n_children = 1, .children = &child};
    struct ctl_trap first = {0, 0};
    ike_conf.n_conns = 1;
    ike_conf.conns = &conn;
    ctl.traps = (struct ctl_traps){1, 1, &first};
    reports[n_reports++] = (struct node_event){.type = NODE_EV_TRAP, .trap = 1};
    reports[n_reports++] = (struct node_event){.type = NODE_EV_TRAP, .trap = 2};
    assert_true(ctl_ike_events(&ctl));
    assert_int_equal(n_events, 1);
    assert_int_equal(events[0].type, IKE_EV_TRAP);
    assert_string_equal(events[0].name, "foo");
    assert_string_equal(events[0].child, "net");
    assert_int_equal(n_asked, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(asked[i].type, NODE_TRAP_REFUSE);
        assert_int_equal(asked[i].trap, i + 1);
    }
    ctl.traps = (struct ctl_traps){0};
    ike_conf.n_conns = 0;
}

static void a_datagram_reaches_the_engine_with_its_path(void **state)
{
    struct node_event *ev = &reports[n_reports++];
    *ev = (struct node_event){
        .type = NODE_EV_DATAGRAM,
        .datagram = {
            .local = {base_addr_ip4(1), 4500}, .remote = {base_addr_ip4(2), 1024}, .natt = true, .len = 3}};
    assert_true(ctl_ike_events(&ctl));
    assert_int_equal(packet_len, 3);
    assert_memory_equal(packet, "ike", 3);
    assert_true(packet_path.natt);
    assert_int_equal(packet_path.local.port, 4500);
    assert_int_equal(packet_path.remote.port, 1024);
}

static int n_run;

static int job_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    return n_run++, 7;
}

static void a_quick_job_is_done_at_once(void **state)
{
    static const struct ike_job_kind kind = {.run = job_run, .is_quick = true};
    struct ike_job job = {.kind = &kind};
    n_run = 0;
    act((struct ike_action){.type = IKE_ACT_JOB, .job = &job});
    assert_null(submitted);
    assert_int_equal(n_run, 1);
    assert_int_equal(n_events, 1);
    assert_int_equal(events[0].type, IKE_EV_JOB_DONE);
    assert_ptr_equal(events[0].job, &job);
    assert_int_equal(job.status, 7);
}

static void short_jobs_are_done_in_the_turn(void **state)
{
    static const struct ike_job_kind kind = {.run = job_run};
    struct ike_job job = {.kind = &kind, .is_short = true};
    n_run = 0;
    act((struct ike_action){.type = IKE_ACT_JOB, .job = &job});
    assert_ptr_equal(submitted, &job);
    assert_false(ctl_ike_own_jobs(&ctl));
    own = &job;
    assert_true(ctl_ike_own_jobs(&ctl));
    assert_int_equal(n_run, 1);
    assert_int_equal(unrested, 0);
    assert_int_equal(n_events, 1);
    assert_int_equal(events[0].type, IKE_EV_JOB_DONE);
    assert_ptr_equal(events[0].job, &job);
}

static void jobs_go_and_come_back_and_timers_run_when_due(void **state)
{
    static const struct ike_job_kind kind = {.run = job_run};
    struct ike_job slow = {.kind = &kind}, *job = &slow;
    act((struct ike_action){.type = IKE_ACT_JOB, .job = job});
    assert_ptr_equal(submitted, job);
    act((struct ike_action){.type = IKE_ACT_AUDIT});
    assert_int_equal(audits, 1);
    assert_false(ctl_ike_jobs(&ctl));
    done = job;
    assert_true(ctl_ike_jobs(&ctl));
    assert_int_equal(events[0].type, IKE_EV_JOB_DONE);
    assert_ptr_equal(events[0].job, job);
    deadline = (base_time){10};
    ctl_ike_timer(&ctl, (base_time){9});
    assert_int_equal(timers, 0);
    is_behind = true;
    ctl_ike_timer(&ctl, (base_time){10});
    assert_int_equal(timers, 0);
    is_behind = false;
    ctl_ike_timer(&ctl, (base_time){10});
    assert_int_equal(timers, 1);
    assert_int_equal(ctl_event(&ctl, &(struct ike_event){.type = IKE_EV_SHUTDOWN}), -EALREADY);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_engine_needs_of_its_surroundings_is_asked_of_the_node),
        TEST(datagrams_carry_the_marker_on_the_natt_port_and_keepalives_do_not),
        TEST(a_child_is_installed_activated_moved_and_removed_by_its_spi),
        TEST(a_child_that_is_refused_is_dead_for_the_engine),
        TEST(what_the_node_reports_becomes_the_engines_events),
        TEST(esp_with_an_unknown_spi_reaches_the_engine_with_the_way_of_an_answer),
        TEST(a_packet_that_calls_reaches_the_engine_and_is_let_go),
        TEST(a_datagram_reaches_the_engine_with_its_path),
        TEST(a_quick_job_is_done_at_once),
        TEST(short_jobs_are_done_in_the_turn),
        TEST(jobs_go_and_come_back_and_timers_run_when_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
