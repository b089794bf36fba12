/* SPDX-License-Identifier: BSD-3-Clause */
/* Exports: the vendor must be known, the key is told only on demand, and the address is the one that was
 * proved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "api.h"
#include "ctl_aside.h"
#include "ctl_api_cmd.h"
#include "ike_index.h"
#include "ike_sets.h"

static struct ctl ctl;
static struct ike_conn_conf conn;
static struct ike_secret secret;
static struct ike_conf ike_conf;
static struct conf conf;
static struct ctl_refusal refusal;
static struct ike_sa_view view;
static bool has_view;

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    (void)ike, (void)id, (void)n, (void)out;
    return false;
}

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    (void)ike;
    *out = view;
    return has_view && after_id < view.id;
}

static struct ike_id named(char letter)
{
    return (struct ike_id){.type = WIRE_IKE_ID_FQDN, .len = 1, .bytes = {(uint8_t)letter}};
}

static int start(void **state)
{
    (void)state;
    memset(&ctl, 0, sizeof ctl);
    memset(&refusal, 0, sizeof refusal);
    free(conn.bulk);
    ike_conn_conf_defaults(&conn);
    strcpy(conn.name, "foo");
    conn.local_id = secret.local = named('g');
    conn.remote_id = secret.remote = named('f');
    secret.psk_len = 6;
    memcpy(secret.psk, "hidden", 6);
    ike_conf =
        (struct ike_conf){.refs = 1000, .n_conns = 1, .conns = &conn, .n_secrets = 1, .secrets = &secret};
    ike_conf_seal(&ike_conf);
    conf.ike = &ike_conf;
    ctl.conf = &conf;
    ctl.in_force.n_ports = 1;
    ctl.in_force.ports[0].role = CONF_ROLE_OUTSIDE;
    ctl.in_force.ports[0].n_addresses = 1;
    ctl.in_force.ports[0].addresses[0] = (struct base_prefix){base_addr_ip4(0xc0000201), 24}; /* 192.0.2.1 */
    view = (struct ike_sa_view){.id = 1,
                                .conn = "foo",
                                .state = IKE_VIEW_ESTABLISHED,
                                .local_nat = true,
                                .public_addr = base_addr_ip4(0xc6336402)}; /* 198.51.100.2 */
    has_view = false;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    ike_index_free(ike_conf.index);
    ike_sets_free(ike_conf.sets);
    return 0;
}

static const char *text_of(const char *args)
{
    static char text[32768];
    json_t *a = json_loads(args, 0, NULL);
    json_t *d = ctl_export(&ctl, a, &refusal);
    text[0] = '\0';
    if (d)
        strncpy(text, json_string_value(json_object_get(d, "text")), sizeof text - 1);
    json_decref(a);
    json_decref(d);
    return text;
}

static void the_key_is_told_on_demand(void **state)
{
    (void)state;
    const char *text = text_of("{\"connection\": \"foo\", \"for\": \"strongswan\"}");
    assert_null(strstr(text, "hidden"));
    assert_non_null(strstr(text, "id = @f"));
    assert_non_null(
        strstr(text_of("{\"connection\": \"foo\", \"for\": \"strongswan\", \"secrets\": true}"), "hidden"));
}

static void the_peer_calls_where_we_can_be_reached(void **state)
{
    (void)state;
    assert_non_null(
        strstr(text_of("{\"connection\": \"foo\", \"for\": \"strongswan\"}"), "remote_addrs = 192.0.2.1\n"));
    has_view = true; /* and its hash proved another one */
    assert_non_null(strstr(text_of("{\"connection\": \"foo\", \"for\": \"strongswan\"}"),
                           "remote_addrs = 198.51.100.2\n"));
}

static void a_vendor_that_is_not_known(void **state)
{
    (void)state;
    assert_string_equal(text_of("{\"connection\": \"foo\", \"for\": \"cisco\"}"), "");
    assert_string_equal(refusal.code, API_ERR_BAD_ARGUMENT);
    assert_non_null(strstr(refusal.message, "culvert, strongswan, libreswan, vyos"));
    assert_string_equal(text_of("{\"for\": \"vyos\"}"), "");
    assert_string_equal(refusal.message, "say which connection");
}

/* What no dialect has a word for is not written as something else. */
static void what_exports_cannot_tell_is_refused(void **state)
{
    (void)state;
    static struct ike_child_conf child = {.name = "net", .mode = ESP_MODE_TRANSPORT};
    static struct ike_conn_conf then;
    conn.version = 1;
    assert_string_equal(text_of("{\"connection\": \"foo\", \"for\": \"strongswan\"}"), "");
    assert_string_equal(refusal.code, API_ERR_FAILED);
    assert_non_null(strstr(refusal.message, "connection foo is of IKEv1"));
    conn.version = 2;
    conn.then = &then;
    assert_string_equal(text_of("{\"connection\": \"foo\", \"for\": \"strongswan\"}"), "");
    assert_non_null(strstr(refusal.message, "connection foo has several rounds of authentication"));
    conn.then = NULL;
    conn.n_children = 1;
    conn.children = &child;
    assert_string_equal(text_of("{\"connection\": \"foo\", \"for\": \"strongswan\"}"), "");
    assert_non_null(strstr(refusal.message, "transport mode"));
    conn.n_children = 0;
    conn.children = NULL;
}

static atomic_bool has_turned;

static void turn(struct ctl *c, bool waits)
{
    (void)c;
    if (waits)
        has_turned = true;
}

/* Work of somebody else's, until the loop has had a turn. */
static void hold(void *arg)
{
    (void)arg;
    while (!has_turned)
        usleep(100);
}

/* Some dialects write each network with each: the loop's turns go on meanwhile. */
static void it_is_written_beside_the_loop(void **state)
{
    (void)state;
    ctl.aside = ctl_aside_new();
    ctl.loop.turn = turn;
    assert_true(ctl_aside_leave(&ctl, hold, NULL));
    const char *text = text_of("{\"connection\": \"foo\", \"for\": \"fortigate\"}");
    const bool is_beside = has_turned;
    has_turned = true;
    ctl_aside_free(ctl.aside);
    assert_true(is_beside);
    assert_non_null(strstr(text, "set localid"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_key_is_told_on_demand, start, stop),
        cmocka_unit_test_setup_teardown(the_peer_calls_where_we_can_be_reached, start, stop),
        cmocka_unit_test_setup_teardown(a_vendor_that_is_not_known, start, stop),
        cmocka_unit_test_setup_teardown(what_exports_cannot_tell_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(it_is_written_beside_the_loop, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
