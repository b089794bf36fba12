/* SPDX-License-Identifier: BSD-3-Clause */
/* What peers are held against: authorities by name, and certificates and keys of single peers. */
#include "conf_test_pki.h"
#include "ike_cred.h"
#include "ossl_ops.h"

#define US "'local':{'id':'@gw','subnets':['10.1.0.0/24'],'auth':'pubkey','key':'gw.key'}"
#define CA "'ca':{'certificates':'ca.crt','crls':'ca.crl'}"
/* A connection with this of its peer's side. */
#define CONN(remote) \
    "'foo':{" US ",'remote':{'id':'@foo','subnets':['10.2.0.0/24'],'auth':'pubkey'" remote "}}"

static void a_named_authority_is_trusted_and_no_other(void **state)
{
    (void)state;
    struct conf *conf = pki_load_good(CONN(",'ca':'ca'"), CA ",'unused':{'certificates':'missing'}");
    const struct ike_anchor *a = conf->ike->conns[0].anchor;
    assert_int_equal(conf->ike->conns[0].remote_auth, IKE_AUTH_SIG);
    assert_int_equal(ossl_pki_ops.trust_count(a->trust), 1);
    assert_int_equal(a->cas.n, 1);
    assert_int_equal(a->n_pinned, 0);
    assert_non_null(conf->ike->cas);
    expect_warning("authorities.unused", "no connection");
    conf_free(conf);
}

static void who_names_none_trusts_all(void **state)
{
    (void)state;
    struct conf *conf = pki_load_good(CONN(""), CA);
    assert_int_equal(ossl_pki_ops.trust_count(conf->ike->conns[0].anchor->trust), 1);
    conf_free(conf);
    pki_refused(CONN(""), "", "connections.foo.remote",
                "needs something to hold the peer's signature against");
}

static void a_peer_can_have_one_certificate_or_key(void **state)
{
    (void)state;
    struct conf *conf = pki_load_good(CONN(",'certificate':'ed.crt','public_key':'gw.pub'"), "");
    const struct ike_anchor *a = conf->ike->conns[0].anchor;
    assert_null(a->trust);
    assert_int_equal(a->n_pinned, 2);
    conf_free(conf);
    pki_refused(CONN(",'public_key':'ed.crt'"), "", "connections.foo.remote.public_key",
                "holds a certificate");
    pki_refused(CONN(",'certificate':'gw.pub'"), "", "connections.foo.remote.certificate",
                "holds a public key");
    pki_refused(CONN(",'certificate':'text'"), "", "connections.foo.remote.certificate", "text");
}

static void connections_that_trust_the_same_share_it(void **state)
{
    (void)state;
    struct conf *conf = pki_load_good(
        CONN(",'ca':'ca'") ",'bar':{" US ",'remote':{'id':'@bar','subnets':['10.3.0.0/24'],'auth':'pubkey',"
                           "'ca':'ca'}},'old':{" US
                           ",'weak':true,'remote':{'id':'@old','subnets':['10.4.0.0/24'],"
                           "'auth':'pubkey','ca':'ca'}}",
        CA);
    assert_ptr_equal(conf->ike->conns[0].anchor, conf->ike->conns[1].anchor);
    assert_ptr_not_equal(conf->ike->conns[0].anchor, conf->ike->conns[2].anchor); /* it takes SHA-1, too */
    conf_free(conf);
}

static void each_fault_is_told_where_it_is(void **state)
{
    (void)state;
    pki_refused(CONN(",'ca':'nobody'"), CA, "connections.foo.remote.ca", "there is no authority \"nobody\"");
    pki_refused(CONN(",'ca':'ca'"), "'ca':{'certificates':'missing.crt'}", "authorities.ca.certificates",
                "missing.crt");
    pki_refused(CONN(",'ca':'ca'"), "'ca':{'certificates':'gw.key'}", "authorities.ca.certificates",
                "gw.key");
    pki_refused(CONN(",'ca':'ca'"), "'ca':{'certificates':'ca.crt','crls':'text'}", "authorities.ca.crls",
                "text");
    pki_refused(CONN(",'ca':'ca'"), "'ca':{'crls':'ca.crl'}", "authorities.ca.certificates", "missing");
    pki_refused(CONN(",'ca':'ca'"), "'ca':{'certificates':'ca.crt','url':'x'}", "authorities.ca.url",
                "unknown key");
    pki_refused("'foo':{" US ",'remote':{'id':'@foo','subnets':['10.2.0.0/24'],'ca':'ca'}}", CA,
                "connections.foo.remote.ca", "write \"auth\": \"pubkey\" beside it");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, pki_make, pki_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_named_authority_is_trusted_and_no_other),
        TEST(who_names_none_trusts_all),
        TEST(a_peer_can_have_one_certificate_or_key),
        TEST(connections_that_trust_the_same_share_it),
        TEST(each_fault_is_told_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
