/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections and children: what they inherit, and from whom. */
#include "conf_test_help.h"

#include "ike_conf.h"

static void a_connection_takes_what_it_does_not_say_from_nat(void **state)
{
    struct conf *conf =
        load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, ",'nat':{'encapsulation':'force','keepalive_s':0}");
    assert_non_null(conf);
    assert_int_equal(conf->ike->conns[0].encap, IKE_ENCAP_FORCE);
    assert_int_equal(conf->ike->conns[0].keepalive_s, 0);
    conf_free(conf);
}

static void a_connection_says_where_to_cut_or_takes_it_from_tunnel(void **state)
{
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET,
                                   "'says':{" GOOD_LOCAL "," GOOD_REMOTE ",'fragmentation':'before'},"
                                   "'takes':{" GOOD_LOCAL "," GOOD_REMOTE "}",
                                   ",'tunnel':{'fragmentation':'after'}");
    assert_non_null(conf);
    assert_false(ike_conf_conn(conf->ike, "says")->frag_after);
    assert_true(ike_conf_conn(conf->ike, "takes")->frag_after);
    conf_free(conf);
    assert_null(load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, ",'tunnel':{'fragmentation':'afterwards'}"));
    assert_true(has_issue(false, "tunnel.fragmentation", "is none of \"before\", \"after\""));
    assert_null(load_parts(GOOD_PORTS, GOOD_SECRET,
                           "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'fragmentation':'never'}", ""));
    assert_true(has_issue(false, "connections.foo.fragmentation", "is none of"));
}

static void children_inherit_the_settings_of_child(void **state)
{
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET,
                                   "'foo':{'local':{'id':'@gw'},'remote':{'id':'@foo'},"
                                   "'child':{'rekey_s':50,'replay_window':128},'children':{"
                                   "'a':{'local':['10.1.0.0/24'],'remote':['10.2.0.0/24']},"
                                   "'b':{'local':['10.1.0.0/24'],'remote':['10.3.0.0/24'],'rekey_s':70}}}",
                                   "");
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    const struct ike_conn_conf *c = &conf->ike->conns[0];
    assert_int_equal(c->n_children, 2);
    assert_string_equal(c->children[0].name, "a");
    assert_int_equal(c->children[0].rekey_s, 50);
    assert_int_equal(c->children[1].rekey_s, 70);
    assert_int_equal(c->children[1].replay_window, 128);
    assert_int_equal(c->children[1].remote_ts->list[0].lo.bytes[1], 3);
    conf_free(conf);
}

static void subnets_or_children_must_be_given_but_not_both(void **state)
{
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{'local':{'id':'@gw'}," GOOD_REMOTE "}", "",
            "connections.foo.local.subnets", "networks behind us");
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{" GOOD_LOCAL "," GOOD_REMOTE
            ",'children':{'a':{'local':'10.1.0.0/24','remote':'10.2.0.0/24'}}}",
            "", "connections.foo", "both subnets and children");
}

static void a_child_takes_proposals_of_its_connection_or_says_its_own(void **state)
{
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET,
                                   "'foo':{'local':{'id':'@gw'},'remote':{'id':'@foo'},"
                                   "'esp_proposals':'aes256gcm16','children':{"
                                   "'a':{'local':'10.1.0.0/24','remote':'10.2.0.0/24'},"
                                   "'b':{'local':'10.1.0.0/24','remote':'10.3.0.0/24',"
                                   "'esp_proposals':['aes128gcm16','aes256gcm16']}}}",
                                   "");
    assert_non_null(conf);
    const struct ike_conn_conf *c = &conf->ike->conns[0];
    assert_int_equal(c->children[0].n_proposals, 1);
    assert_int_equal(c->children[0].proposals[0].transforms[0].key_bits, 256);
    assert_int_equal(c->children[1].n_proposals, 2);
    assert_int_equal(c->children[1].proposals[0].transforms[0].key_bits, 128);
    conf_free(conf);
}

static void connections_of_a_kind_have_their_long_values_once(void **state)
{
    struct conf *conf = load_parts(
        GOOD_PORTS,
        GOOD_SECRET ",{'local':'@gw','remote':'@b','psk':'a-secret-of-32-characters-000001'},{'local':'@gw',"
                    "'remote':'@c','psk':'a-secret-of-32-characters-000002'}",
        GOOD_CONN
        ",'b':{" GOOD_LOCAL
        ",'ike_proposals':'aes256gcm16-prfsha384-ecp384','remote':{'id':'@b','subnets':['10.3.0.0/24']}},"
        "'c':{" GOOD_LOCAL ",'dpd_s':7,'remote':{'id':'@c','subnets':['10.4.0.0/24']}}",
        "");
    assert_non_null(conf);
    const struct ike_conn_conf *c = conf->ike->conns;
    assert_ptr_equal(c[0].bulk, c[2].bulk);
    assert_ptr_not_equal(c[0].bulk, c[1].bulk);
    assert_int_equal(c[1].n_proposals, 1);
    assert_int_equal(c[1].proposals[0].transforms[0].key_bits, 256);
    conf_free(conf);
    (void)state;
}

static void a_connection_says_what_one_more_sa_of_its_peer_means(void **state)
{
    static const struct {
        const char *text;
        enum ike_unique unique;
    } rows[] = {{"", IKE_UNIQUE_REPLACE},
                {"'unique':'replace',", IKE_UNIQUE_REPLACE},
                {"'unique':'keep',", IKE_UNIQUE_KEEP},
                {"'unique':'reject',", IKE_UNIQUE_REJECT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "'foo':{%s'local':{'id':'@gw','subnets':'10.1.0.0/24'},"
                 "'remote':{'id':'@foo','subnets':'10.2.0.0/24'}}",
                 rows[i].text);
        struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, text, "");
        assert_non_null(conf);
        assert_int_equal(conf->ike->conns[0].unique, rows[i].unique);
        assert_int_equal(conf->ike->sas_per_identity, 4);
        conf_free(conf);
    }
}

static void limits_and_public_addresses_arrive(void **state)
{
    struct conf *conf =
        load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN,
                   ",'limits':{'half_open':7,'half_open_per_endpoint':6,'cookie_threshold':5,"
                   "'half_open_timeout_s':4,'redirect_grace_s':8,'sas':3,'sas_per_identity':9,'children':2},"
                   "'tunnel':{'ike_fragment_bytes':576,'probe_path_mtu':false},"
                   "'nat':{'public_addresses':['198.51.100.1','2001:db8::1']}");
    assert_non_null(conf);
    assert_int_equal(conf->ike->fragment_bytes, 576);
    assert_false(conf->ike->probe_path_mtu);
    assert_int_equal(conf->ike->half_open_max, 7);
    assert_int_equal(conf->ike->half_open_per_endpoint, 6);
    assert_int_equal(conf->ike->cookie_threshold, 5);
    assert_int_equal(conf->ike->half_open_timeout_s, 4);
    assert_int_equal(conf->ike->redirect_grace_s, 8);
    assert_int_equal(conf->ike->sas_max, 3);
    assert_int_equal(conf->ike->sas_per_identity, 9);
    assert_int_equal(conf->ike->children_max, 2);
    assert_int_equal(conf->ike->n_public_addrs, 2);
    assert_int_equal(conf->ike->public_addrs[1].family, BASE_AF_IP6);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_takes_what_it_does_not_say_from_nat),
        cmocka_unit_test(a_connection_says_where_to_cut_or_takes_it_from_tunnel),
        cmocka_unit_test(children_inherit_the_settings_of_child),
        cmocka_unit_test(subnets_or_children_must_be_given_but_not_both),
        cmocka_unit_test(a_child_takes_proposals_of_its_connection_or_says_its_own),
        cmocka_unit_test(connections_of_a_kind_have_their_long_values_once),
        cmocka_unit_test(a_connection_says_what_one_more_sa_of_its_peer_means),
        cmocka_unit_test(limits_and_public_addresses_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
