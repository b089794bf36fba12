/* SPDX-License-Identifier: BSD-3-Clause */
/* The doctor's request, and the facts that reach it: failures of this connection alone, what the client
 * heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "api.h"
#include "ctl_api_cmd.h"
#include "ike_index.h"
#include "ike_sets.h"

static struct ctl ctl;
static struct ike_conn_conf conns[2];
static struct ike_conf ike_conf;
static struct ike_child_conf children[2];
static struct base_ts_list nets[4];
static struct conf conf;
static struct ctl_refusal refusal;

base_time ctl_now(void)
{
    return (base_time){1000 * BASE_NS_PER_S};
}

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    (void)ike, (void)id, (void)n, (void)out;
    return false;
}

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    (void)ike;
    (void)after_id;
    (void)out;
    return false;
}

static int start(void **state)
{
    static char no_name[1];
    (void)state;
    memset(&ctl, 0, sizeof ctl);
    memset(&refusal, 0, sizeof refusal);
    memset(conns, 0, sizeof conns);
    strcpy(conns[0].name, "foo");
    strcpy(conns[1].name, "bar");
    for (size_t i = 0; i < 2; i++) {
        conns[i].local_id = conns[i].remote_id =
            (struct ike_id){.type = WIRE_IKE_ID_FQDN, .len = 1, .bytes = {'a' + (uint8_t)i}};
        for (size_t side = 0; side < 2; side++) /* 10.0.0.0/24, 10.0.1.0/24, ... */
            nets[2 * i + side] = (struct base_ts_list){
                .count = 1,
                .list = {{0, 0, 65535, base_addr_ip4(0x0a000000 + (uint32_t)(2 * i + side) * 256),
                          base_addr_ip4(0x0a0000ff + (uint32_t)(2 * i + side) * 256)}}};
        children[i] = (struct ike_child_conf){.local_ts = &nets[2 * i], .remote_ts = &nets[2 * i + 1]};
        conns[i].children = &children[i];
        conns[i].n_children = 1;
        conns[i].remote_name = no_name;
        conns[i].remote_addr = base_addr_ip4(0xcb007102); /* 203.0.113.2 */
        conns[i].start = IKE_START_START;
        conns[i].local_auth = conns[i].remote_auth = IKE_AUTH_SIG;
    }
    ike_conf = (struct ike_conf){.refs = 1000, .n_conns = 2, .conns = conns};
    ike_conf_seal(&ike_conf);
    conf.ike = &ike_conf;
    ctl.conf = &conf;
    ctl.in_force.n_ports = 1;
    strcpy(ctl.in_force.ports[0].name, "outside");
    return 0;
}

static void failed(const char *conn, enum ike_audit_kind kind)
{
    struct ctl_failure *f = &ctl.failures.ring[ctl.failures.count++];
    *f = (struct ctl_failure){.audit = {.kind = kind, .what = "it"}, .last = time(NULL), .count = 1};
    strcpy(f->audit.conn, conn);
    f->audit.path.remote = (struct base_endpoint){base_addr_ip4(0xcb007102), 500};
}

static int stop(void **state)
{
    (void)state;
    ike_index_free(ike_conf.index);
    ike_sets_free(ike_conf.sets);
    return 0;
}

/* The document, and the name of its first finding. */
static json_t *ask(const char *args, const char *first)
{
    json_t *a = json_loads(args, 0, NULL);
    json_t *d = ctl_doctor(&ctl, a, &refusal);
    json_decref(a);
    if (first) {
        assert_non_null(d);
        assert_string_equal(
            json_string_value(json_object_get(json_array_get(json_object_get(d, "findings"), 0), "name")),
            first);
    }
    return d;
}

static void a_connection_without_a_failure(void **state)
{
    (void)state;
    json_t *d = ask("{\"connection\": \"foo\"}", "announced");
    assert_int_equal(json_integer_value(json_object_get(d, "bad")), 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(d, "peer"), "address")),
                        "203.0.113.2");
    json_decref(d);
}

static void failures_of_others_are_theirs(void **state)
{
    (void)state;
    failed("bar", IKE_AUDIT_FAIL_WRONG_KEY);
    json_decref(ask("{\"connection\": \"foo\"}", "announced"));
    json_decref(ask("{\"connection\": \"bar\"}", "wrong-key"));
    failed("", IKE_AUDIT_FAIL_AH); /* of nobody, from the peer's address */
    json_decref(ask("{\"connection\": \"foo\"}", "ah"));
}

static void what_the_client_heard_is_judged(void **state)
{
    (void)state;
    json_decref(
        ask("{\"connection\": \"foo\", \"heard\": {\"udp_500\": \"answered\", \"udp_4500\": \"silent\"}}",
            "udp-4500-blocked"));
    assert_null(ask("{\"connection\": \"foo\", \"heard\": {\"udp_500\": \"perhaps\"}}", NULL));
    assert_string_equal(refusal.code, API_ERR_BAD_ARGUMENT);
}

static void a_connection_must_be_named(void **state)
{
    (void)state;
    assert_null(ask("{}", NULL));
    assert_string_equal(refusal.code, API_ERR_BAD_ARGUMENT);
    assert_null(ask("{\"connection\": \"baz\"}", NULL));
    assert_string_equal(refusal.code, API_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_connection_without_a_failure, start, stop),
        cmocka_unit_test_setup_teardown(failures_of_others_are_theirs, start, stop),
        cmocka_unit_test_setup_teardown(what_the_client_heard_is_judged, start, stop),
        cmocka_unit_test_setup_teardown(a_connection_must_be_named, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
