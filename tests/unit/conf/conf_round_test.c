/* SPDX-License-Identifier: BSD-3-Clause */
/* Further rounds of a connection: several methods in "auth", and what is another one there. */
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

/* What a round does not say is as in the first one. */
static void a_then_of_its_own_makes_a_third_round(void **state)
{
    (void)state;
    struct conf *conf;
    char secrets[1024];
    snprintf(secrets, sizeof secrets, "%s%s%s", GOOD_SECRET, SECOND,
             ",{'local':'@gw','remote':'@third','psk':'yet another secret of some length'}");
    conf = load_parts(GOOD_PORTS, secrets,
                      CONN("'auth':['psk','psk']",
                           "'auth':['psk','psk','psk','psk'],'then':{'id':'@user','then':{'id':'@third'}}"),
                      "");
    assert_non_null(conf);
    static const char *const ids[] = {"@foo", "@user", "@third", "@foo"};
    const struct ike_conn_conf *c = &conf->ike->conns[0];
    for (uint8_t n = 0; n < IKE_ROUNDS_MAX; n++, c = c->then) {
        char id[IKE_ID_TEXT_MAX];
        assert_int_equal(c->round, n);
        assert_ptr_equal(c->conf, conf->ike);
        assert_int_equal(c->local_auth, n < 2 ? IKE_AUTH_PSK : IKE_AUTH_NONE);
        assert_int_equal(c->remote_auth, IKE_AUTH_PSK);
        assert_string_equal(ike_id_text(&c->remote_id, NULL, id), ids[n]);
        assert_non_null(c->secret);
        assert_ptr_equal(ike_conn_conf_round(&conf->ike->conns[0], n), c);
    }
    assert_null(c);
    assert_int_equal(ike_conn_conf_proofs(&conf->ike->conns[0], true), 2);
    assert_int_equal(ike_conn_conf_proofs(&conf->ike->conns[0], false), 4);
    conf_free(conf);
}

static void what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *local, *remote, *path, *part;
    } cases[] = {
        {"'auth':'psk','then':{'id':'@x'}", "'auth':'psk'", "connections.foo.local.then",
         "belongs to a further proof"},
        {"'auth':'psk'", "'auth':'psk','then':{'id':'@x'}", "connections.foo.remote.then",
         "belongs to a further proof"},
        {"'auth':'psk'", "'auth':['psk','psk'],'then':{'then':{'id':'@x'}}",
         "connections.foo.remote.then.then", "belongs to a further proof"},
        {"'auth':'psk'", "'auth':['psk','psk','psk'],'then':{'id':'@user','then':{'id':'@third'}}",
         "connections.foo", "no secret for the pair"},
        {"'auth':'psk'", "'auth':['psk','eap-radius','psk','eap-mschapv2']", "connections.foo",
         "more than one EAP"},
        {"'auth':'psk'", "'auth':['psk','psk','psk'],'then':{'id':'@user','then':{'id':'@user','ca':'x'}}",
         "connections.foo.remote.then.then.ca", "proves itself by a signature"},
        {"'auth':[]", "'auth':'psk'", "connections.foo.local.auth", "is empty"},
        {"'auth':'psk'", "'auth':['psk','psk','psk','psk','psk']", "connections.foo.remote.auth",
         "at most 4"},
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

static void another_further_round_asks_for_a_new_sa(void **state)
{
    (void)state;
    struct conf *a = load_parts(GOOD_PORTS, GOOD_SECRET SECOND,
                                CONN("'auth':'psk'", "'auth':['psk','psk'],'then':{'id':'@user'}"), "");
    struct conf *b = load_parts(GOOD_PORTS, GOOD_SECRET, CONN("'auth':'psk'", "'auth':'psk'"), "");
    struct conf *c = load_parts(GOOD_PORTS, GOOD_SECRET, CONN("'auth':'psk'", "'auth':['psk','psk']"), "");
    struct conf *d = load_parts(GOOD_PORTS, GOOD_SECRET SECOND,
                                CONN("'auth':'psk'", "'auth':['psk','psk','psk'],'then':{'id':'@user'}"), "");
    struct conf *e = load_parts(
        GOOD_PORTS, GOOD_SECRET SECOND,
        CONN("'auth':'psk'", "'auth':['psk','psk','psk'],'then':{'id':'@user','then':{'id':'@user'}}"), "");
    const struct ike_conn_conf *with[] = {&a->ike->conns[0], &b->ike->conns[0], &c->ike->conns[0],
                                          &d->ike->conns[0], &e->ike->conns[0]};
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 5; k++)
            assert_int_equal(ike_conn_conf_asks(with[i], with[k]), i == k ? 0 : IKE_ASKS_SA);
    conf_free(a);
    conf_free(b);
    conf_free(c);
    conf_free(d);
    conf_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_method_makes_a_second_round),
        cmocka_unit_test(a_then_of_its_own_makes_a_third_round),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(another_further_round_asks_for_a_new_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
