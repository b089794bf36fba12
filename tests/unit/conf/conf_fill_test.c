/* SPDX-License-Identifier: BSD-3-Clause */
/* Values into fields: presets, each type of key, lists, and that filling twice inherits. */
#include "conf_int.h"
#include "conf_test_help.h"

static json_t *object(const char *text)
{
    json_t *o = json_loads(text, 0, NULL);
    assert_non_null(o);
    return o;
}

static void fill(const char *text, enum conf_section in, const struct conf_objects *to)
{
    json_t *o = object(text);
    conf_fill(o, in, to);
    json_decref(o);
}

static void presets_are_those_of_the_rows(void **state)
{
    struct conf_port port;
    struct conf_control control;
    struct conf_workers workers;
    memset(&port, 0xff, sizeof port);
    memset(&control, 0xff, sizeof control);
    memset(&workers, 0xff, sizeof workers);
    conf_preset(CONF_S_PORT, &port);
    conf_preset(CONF_S_CONTROL, &control);
    conf_preset(CONF_S_WORKERS, &workers);
    assert_int_equal(port.mtu, 0);
    assert_int_equal(port.driver, CONF_DRIVER_AUTO);
    assert_int_equal(port.role, CONF_ROLE_BOTH);
    assert_int_equal(port.n_addresses, 0);
    assert_int_equal(port.gateway.family, BASE_AF_NONE);
    assert_string_equal(port.host, "");
    assert_string_equal(control.socket, "/run/culvert/culvertd.sock");
    assert_false(control.telemetry);
    assert_int_equal(workers.control_core, CONF_CORE_AUTO);
    assert_int_equal(workers.poll, CONF_POLL_AUTO);
}

static void each_type_of_value_is_written(void **state)
{
    struct conf_port port;
    conf_preset(CONF_S_PORT, &port);
    fill("{\"device\":\"x\",\"role\":\"inside\",\"addresses\":[\"10.1.0.1/24\",\"2001:db8::1/64\"],"
         "\"gateway\":\"10.1.0.254\",\"mtu\":1400}",
         CONF_S_PORT, &(struct conf_objects){.own = &port});
    assert_string_equal(port.device, "x");
    assert_int_equal(port.role, CONF_ROLE_INSIDE);
    assert_int_equal(port.n_addresses, 2);
    assert_int_equal(port.addresses[0].addr.bytes[3], 1);
    assert_int_equal(port.addresses[1].len, 64);
    assert_int_equal(port.gateway.bytes[3], 254);
    assert_int_equal(port.mtu, 1400);
    assert_int_equal(port.vlan, 0);
}

static void values_go_to_the_object_that_has_them(void **state)
{
    struct ike_conn_conf conn;
    struct ike_child_conf child, plain;
    ike_conn_conf_defaults(&conn);
    ike_child_conf_defaults(&child);
    const char *text = "{\"dpd_s\":7,\"esp_proposals\":\"aes256gcm16\",\"encapsulation\":\"never\"}";
    fill(text, CONF_S_CONNECTION, &(struct conf_objects){.conn = &conn});
    assert_int_equal(conn.dpd_s, 7);
    assert_int_equal(conn.encap, IKE_ENCAP_NEVER);
    ike_child_conf_defaults(&plain);
    assert_int_equal(ike_keys_compare(IKE_OWNER_CHILD, &child, &plain), 0);
    fill(text, CONF_S_CONNECTION, &(struct conf_objects){.child = &child});
    assert_int_equal(child.n_proposals, 1);
    assert_int_equal(child.proposals[0].transforms[0].key_bits, 256);
    fill("{\"address\":\"any\"}", CONF_S_LOCAL, &(struct conf_objects){.conn = &conn});
    assert_int_equal(conn.n_local_addrs, 0); /* it narrows nothing */
    ike_conn_conf_clear(&conn);
}

static void what_is_not_there_keeps_what_it_has(void **state)
{
    struct ike_child_conf child;
    const struct conf_objects to = {.child = &child};
    ike_child_conf_defaults(&child);
    const size_t built_in = child.n_proposals;
    fill("{\"rekey_s\":5,\"life_s\":9}", CONF_S_CHILD, &to);
    fill("{\"rekey_s\":6,\"esp_proposals\":[]}", CONF_S_NET, &to);
    conf_fill(NULL, CONF_S_NET, &to);
    assert_int_equal(child.rekey_s, 6);
    assert_int_equal(child.life_s, 9);
    assert_int_equal(child.replay_window, 1024);
    assert_int_equal(child.n_proposals, built_in);
}

/* The rest of a configuration with errors is judged too, so its values are read as far as they go. */
static void what_is_wrong_is_left_out(void **state)
{
    struct conf_workers w;
    conf_preset(CONF_S_WORKERS, &w);
    fill("{\"cores\":[1,\"x\",3],\"poll\":\"often\",\"control_core\":-1,\"nonsense\":1}", CONF_S_WORKERS,
         &(struct conf_objects){.own = &w});
    assert_int_equal(w.n_cores, 2);
    assert_int_equal(w.cores[1], 3);
    assert_int_equal(w.poll, CONF_POLL_AUTO);
    assert_int_equal(w.control_core, CONF_CORE_AUTO);
    char many[CONF_CORES_MAX * 4 + 64] = "{\"cores\":[0";
    for (int i = 0; i < CONF_CORES_MAX + 9; i++)
        strcat(many, ",1");
    strcat(many, "]}");
    fill(many, CONF_S_WORKERS, &(struct conf_objects){.own = &w});
    assert_int_equal(w.n_cores, CONF_CORES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_those_of_the_rows),
        cmocka_unit_test(each_type_of_value_is_written),
        cmocka_unit_test(values_go_to_the_object_that_has_them),
        cmocka_unit_test(what_is_not_there_keeps_what_it_has),
        cmocka_unit_test(what_is_wrong_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
