/* SPDX-License-Identifier: BSD-3-Clause */
/* Our own keys and certificates: which files make a pair, what is wrong with others, and who we are then. */
#include "conf_test_pki.h"
#include "ike_cred.h"
#include "wire_ike.h"

#define CA          "'ca':{'certificates':'ca.crt'}"
#define PEER        "'remote':{'id':'@foo','auth':'psk','subnets':['10.2.0.0/24']}"
/* A connection with this of its own side. */
#define CONN(local) "'foo':{'local':{'subnets':['10.1.0.0/24'],'auth':'pubkey'," local "}," PEER "}"

static void a_certificate_brings_its_chain_and_finds_its_key(void **state)
{
    (void)state;
    struct conf *conf =
        pki_load_good(CONN("'id':'@gw','certificate':['ed.crt','gw.crt'],'key':['gw.key','ed.key']"), CA);
    const struct ike_creds *c = conf->ike->conns[0].creds;
    assert_int_equal(conf->ike->conns[0].local_auth, IKE_AUTH_SIG);
    assert_int_equal(c->n, 2);
    assert_int_equal(c->list[0].certs.n, 1);
    assert_int_equal(c->list[0].n_cas,
                     1); /* the CA that is not in its chain is found among the authorities */
    assert_int_equal(c->list[1].certs.n, 2);
    assert_false(c->list[0].is_raw);
    assert_true(conf->ike->signs);
    expect_warning("connections.foo.local.id", "no certificate in `certificate` names @gw");
    conf_free(conf);
}

static void a_key_alone_is_shown_as_itself(void **state)
{
    (void)state;
    struct conf *conf = pki_load_good(CONN("'id':'@gw','key':'gw.key'"), "");
    assert_true(conf->ike->conns[0].creds->list[0].is_raw);
    conf_free(conf);
}

static void without_an_identity_the_subject_is_it(void **state)
{
    (void)state;
    char id[IKE_ID_TEXT_MAX];
    struct conf *conf =
        pki_load("'foo':{'local':{'subnets':['10.1.0.0/24'],'auth':'pubkey',"
                 "'certificate':'gw.crt','key':'gw.key'},'remote':{'id':'@foo','auth':'pubkey',"
                 "'subnets':['10.2.0.0/24']}}",
                 CA);
    assert_non_null(conf);
    assert_int_equal(conf->ike->conns[0].local_id.type, WIRE_IKE_ID_DN);
    ike_id_text(&conf->ike->conns[0].local_id, NULL, id);
    assert_int_equal(strncmp(id, "dn:30", 5), 0);
    conf_free(conf);
    pki_refused(CONN("'key':'gw.key'"), "", "connections.foo.local.id", "missing: say who we are");
    pki_refused("'foo':{'local':{'subnets':['10.1.0.0/24']}," PEER "}", "", "connections.foo.local.id",
                "missing: say who we are");
}

static void connections_with_the_same_files_share_them(void **state)
{
    (void)state;
    struct conf *conf = pki_load_good(
        "'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24'],'auth':'pubkey','key':'gw.key'}," PEER
        "},'bar':{'local':{'id':'@gw','subnets':['10.1.0.0/24'],'auth':'pubkey','key':'gw.key'},"
        "'remote':{'id':'@bar','auth':'pubkey','public_key':'gw.pub','subnets':['10.3.0.0/24']}}",
        "");
    assert_ptr_equal(conf->ike->conns[0].creds, conf->ike->conns[1].creds);
    assert_non_null(conf->ike->creds);
    assert_null(conf->ike->creds->next);
    conf_free(conf);
}

static void each_fault_is_told_where_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *local, *path, *part;
    } cases[] = {
        {"'id':'@gw'", "auth", "needs certificate and key"},
        {"'id':'@gw','certificate':'gw.crt'", "certificate", "no key of `key` belongs to certificate 1"},
        {"'id':'@gw','certificate':'gw.crt','key':'ed.key'", "certificate",
         "no key of `key` belongs to certificate 1"},
        {"'id':'@gw','certificate':'gw.crt','key':['gw.key','ed.key']", "key",
         "belongs to none of the certificates"},
        {"'id':'@gw','certificate':'missing.crt','key':'gw.key'", "certificate", "missing.crt"},
        {"'id':'@gw','certificate':'text','key':'gw.key'", "certificate", "text"},
        {"'id':'@gw','certificate':'gw.crt','key':'text'", "key", "text"},
        {"'id':'@gw','key':'gw.key','key_passphrase_file':'missing'", "key_passphrase_file", "missing"},
        {"'id':'@gw','pkcs12':'text'", "pkcs12", "text"},
        {"'id':'@gw','certificate':'gw.crt','key':'gw.key','chain':'ed.crt'", "chain", "none that issued"},
        {"'id':'@gw','certificate':'gw.crt','key':'gw.key','chain':'missing'", "chain", "missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char conn[512], path[128];
        snprintf(conn, sizeof conn, "'foo':{'local':{'subnets':['10.1.0.0/24'],'auth':'pubkey',%s}," PEER "}",
                 cases[i].local);
        snprintf(path, sizeof path, "connections.foo.local.%s", cases[i].path);
        pki_refused(conn, CA, path, cases[i].part);
    }
}

static void what_is_for_signatures_is_refused_beside_a_secret(void **state)
{
    (void)state;
    pki_refused("'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24'],'certificate':'gw.crt'}," PEER "}", "",
                "connections.foo.local.certificate", "write \"auth\": \"pubkey\" beside it");
}

static void a_key_that_others_can_read_is_refused(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/gw.key", pki_folder);
    assert_int_equal(chmod(path, 0644), 0);
    pki_refused(CONN("'id':'@gw','key':'gw.key'"), "", "connections.foo.local.key", "chmod 600");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, pki_make, pki_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_certificate_brings_its_chain_and_finds_its_key),
        TEST(a_key_alone_is_shown_as_itself),
        TEST(without_an_identity_the_subject_is_it),
        TEST(connections_with_the_same_files_share_them),
        TEST(each_fault_is_told_where_it_is),
        TEST(what_is_for_signatures_is_refused_beside_a_secret),
        TEST(a_key_that_others_can_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
