/* SPDX-License-Identifier: BSD-3-Clause */
/* The second round of a connection: two methods in "auth", and what is another one there. */
#include "conf_test_help.h"

#include "conf_int.h"

#define CONN(local, remote)                                                                  \
    "'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24']," local "},'remote':{'id':'@foo'," \
    "'subnets':['10.2.0.0/24']," remote "}}"
#define SECOND ",{'local':'@gw','remote':'@user','psk':'another secret of some length'}"

static void a_second_method_makes_a_second_round(void **state)
{
    (void)state;
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET SECOND,
                                   CONN("'auth':'psk'", "'auth':['psk','psk'],'then':{'id':'@user'}"), "");
    assert_non_null(conf);
    const struct ike_conn_conf *c = &conf->ike->conns[0], *then = c->then;
    char id[IKE_ID_TEXT_MAX];
    assert_int_equal(c->remote_auth, IKE_AUTH_PSK);
    assert_non_null(then);
    assert_int_equal(then->round, 1);
    assert_null(then->then);
    assert_ptr_equal(then->conf, conf->ike);
    assert_int_equal(then->local_auth, IKE_AUTH_NONE);
    assert_int_equal(then->remote_auth, IKE_AUTH_PSK);
    assert_string_equal(ike_id_text(&then->remote_id, NULL, id), "@user");
    assert_string_equal(ike_id_text(&then->local_id, NULL, id), "@gw");
    assert_int_equal(ike_conn_conf_proofs(c, true), 1);
    assert_int_equal(ike_conn_conf_proofs(c, false), 2);
    assert_true(conf->ike->has_rounds);
    conf_free(conf);
    conf = load_parts(GOOD_PORTS, GOOD_SECRET, CONN("'auth':['psk']", "'auth':'psk'"), "");
    assert_non_null(conf);
    assert_null(conf->ike->conns[0].then);
    assert_false(conf->ike->has_rounds);
    conf_free(conf);
}

static void what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *local, *remote, *path, *part;
    } cases[] = {
        {"'auth':'psk','then':{'id':'@x'}", "'auth':'psk'", "connections.foo.local.then",
         "belongs to a second proof"},
        {"'auth':'psk'", "'auth':'psk','then':{'id':'@x'}", "connections.foo.remote.then",
         "belongs to a second proof"},
        {"'auth':[]", "'auth':'psk'", "connections.foo.local.auth", "is empty"},
        {"'auth':'psk'", "'auth':['psk','psk','psk']", "connections.foo.remote.auth", "at most 2"},
        {"'auth':'psk'", "'auth':['eap-radius','eap-radius']", "connections.foo", "more than one EAP"},
        {"'auth':'psk'", "'auth':['psk','psk'],'then':{'id':'@user'}", "connections.foo",
         "no secret for the pair"},
        {"'auth':'psk'", "'auth':['psk','psk'],'then':{'id':'@user','ca':'x'}",
         "connections.foo.remote.then.ca", "proves itself by a signature"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char conn[1024];
        snprintf(conn, sizeof conn, CONN("%s", "%s"), cases[i].local, cases[i].remote);
        refused(GOOD_PORTS, GOOD_SECRET, conn, "", cases[i].path, cases[i].part);
    }
}

static void another_second_round_asks_for_a_new_sa(void **state)
{
    (void)state;
    struct conf *a = load_parts(GOOD_PORTS, GOOD_SECRET SECOND,
                                CONN("'auth':'psk'", "'auth':['psk','psk'],'then':{'id':'@user'}"), "");
    struct conf *b = load_parts(GOOD_PORTS, GOOD_SECRET, CONN("'auth':'psk'", "'auth':'psk'"), "");
    struct conf *c = load_parts(GOOD_PORTS, GOOD_SECRET, CONN("'auth':'psk'", "'auth':['psk','psk']"), "");
    const struct ike_conn_conf *with[] = {&a->ike->conns[0], &b->ike->conns[0], &c->ike->conns[0]};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            assert_int_equal(ike_conn_conf_asks(with[i], with[k]), i == k ? 0 : IKE_ASKS_SA);
    conf_free(a);
    conf_free(b);
    conf_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_method_makes_a_second_round),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(another_second_round_asks_for_a_new_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
