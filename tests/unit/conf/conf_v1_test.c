/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections of IKEv1: off unless they say so, warned of, and refused with the cure where they ask for more.
 */
#include "conf_test_help.h"

#include "crypt_proposal.h"

#define LOCAL(EXTRA)  "'local':{'id':'@gw','subnets':['10.1.0.0/24']" EXTRA "}"
#define REMOTE(EXTRA) "'remote':{'id':'@foo','address':'192.0.2.9','subnets':['10.2.0.0/24']" EXTRA "}"
#define V1(EXTRA)     "'foo':{'version':1," LOCAL("") "," REMOTE("") EXTRA "}"
#define V2(EXTRA)     "'foo':{" LOCAL("") "," REMOTE("") EXTRA "}"

static void v1_refused(const char *conn, const char *path, const char *part)
{
    refused(GOOD_PORTS, GOOD_SECRET, conn, "", path, part);
}

static void a_connection_is_of_ikev2_unless_it_says_1(void **state)
{
    (void)state;
    needs_ikev1();
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, V2(""), "");
    assert_int_equal(ike_conf_conn(conf->ike, "foo")->version, 2);
    assert_false(has_issue(true, "connections.foo", "version"));
    conf_free(conf);
    conf = load_parts(GOOD_PORTS, GOOD_SECRET, V1(""), "");
    assert_int_equal(ike_conf_conn(conf->ike, "foo")->version, 1);
    assert_int_equal(ike_conf_conn(conf->ike, "foo")->aggressive, IKE_AGGRESSIVE_NO);
    conf_free(conf);
    expect_warning("connections.foo", "version 1: IKEv1 is historic (RFC 9395)");
    v1_refused("'foo':{'version':3," LOCAL("") "," REMOTE("") "}", "connections.foo.version", "2");
}

#ifndef CULVERT_IKEV1
static void a_build_without_it_says_so(void **state)
{
    (void)state;
    v1_refused(V1(""), "connections.foo", "this build was made without IKEv1");
}
#endif

static void expect_text(const struct crypt_proposal *p, const char *want)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    assert_string_equal(crypt_proposal_text(p, text), want);
}

static void it_has_algorithms_that_ikev1_has_numbers_for(void **state)
{
    (void)state;
    needs_ikev1();
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, V1(""), "");
    const struct ike_conn_conf *c = ike_conf_conn(conf->ike, "foo");
    assert_int_equal(c->n_proposals, 1);
    expect_text(&c->proposals[0],
                "aes256-aes192-aes128-prfsha256-prfsha384-prfsha512-prfsha1-sha256-sha384-sha512-sha1-"
                "modp2048-modp3072-modp4096-ecp256-ecp384-ecp521");
    assert_int_equal(c->children[0].n_proposals, 2);
    expect_text(&c->children[0].proposals[0], "aes128gcm16-aes256gcm16-noesn");
    conf_free(conf);
    conf = load_parts(
        GOOD_PORTS, GOOD_SECRET,
        V1(",'ike_proposals':['aes128-sha1-modp2048'],'esp_proposals':['aes256-sha1-modp2048']"), "");
    c = ike_conf_conn(conf->ike, "foo");
    expect_text(&c->proposals[0], "aes128-prfsha1-sha1-modp2048");
    assert_int_equal(c->children[0].n_proposals, 1);
    conf_free(conf);
}

static void what_has_no_number_is_refused_by_name(void **state)
{
    (void)state;
    v1_refused(
        V1(",'ike_proposals':['aes256gcm16-prfsha256-modp2048']"), "connections.foo",
        "ike_proposals name aes256gcm16, for which IKEv1 has no number; write aes256-sha256-modp2048 or "
        "aes128-sha256-ecp256, or \"version\": 2");
    v1_refused(V1(",'ike_proposals':['aes256-sha256-x25519']"), "connections.foo",
               "ike_proposals name x25519");
    v1_refused(V1(",'esp_proposals':['chacha20poly1305']"), "connections.foo",
               "esp_proposals name chacha20poly1305, for which IKEv1 has no number; write aes256gcm16 or");
    v1_refused(V1(",'ike_proposals':['aes256-sha256-modp2048-ke1_modp3072']"), "connections.foo",
               "ike_proposals name modp3072");
}

static void keys_of_ikev2_are_refused_with_what_to_write_instead(void **state)
{
    (void)state;
    v1_refused("'foo':{'version':1," LOCAL("") "," REMOTE(",'auth':'eap-mschapv2'") "}", "connections.foo",
               "version 1 has no auth by EAP: write \"auth\": \"psk\" or \"pubkey\", and \"xauth\" for a "
               "login with a "
               "password, or write \"version\": 2");
    v1_refused(V1(",'tcp':'always'"), "connections.foo",
               "version 1 has no tcp: take it out: RFC 9329 is of IKEv2");
    v1_refused(V1(",'reauth_s':3600"), "connections.foo", "version 1 has no reauth_s: write rekey_s");
    v1_refused(V1(",'childless':'prefer'"), "connections.foo", "version 1 has no childless \"prefer\"");
    v1_refused(V1(",'redirect_to':'192.0.2.77'"), "connections.foo", "version 1 has no redirect_to");
    v1_refused("'foo':{'version':1," LOCAL("") "," REMOTE(",'peers':[{'id':'@foo'}],'peers_only':true") "}",
               "connections.foo", "version 1 has no rows of single identities");
    v1_refused("'foo':{'version':1," LOCAL("") "," REMOTE(",'peers_only':true") "}", "connections.foo",
               "version 1 has no rows of single identities");
    v1_refused("'foo':{'version':1," LOCAL("") "," REMOTE(",'address_required':true") "}", "connections.foo",
               "version 1 has no remote.address_required");
    v1_refused(V1(",'child':{'worker_sas':4}"), "connections.foo", "child \"foo\": worker_sas is of IKEv2");
    v1_refused(
        "'foo':{'version':1,'local':{'id':'@gw','subnets':['10.1.0.0/24','10.3.0.0/24']}," REMOTE("") "}",
        "connections.foo",
        "child \"foo\" has several networks on a side, and IKEv1 says one of each in an SA");
}

static void keys_of_ikev1_are_refused_elsewhere(void **state)
{
    (void)state;
    v1_refused(V2(",'aggressive':true"), "connections.foo",
               "aggressive is of IKEv1; take it out, or write \"version\": 1");
    v1_refused(V2(",'xauth':'server'"), "connections.foo",
               "xauth is of IKEv1; write \"auth\": \"eap-mschapv2\"");
    v1_refused(V2(",'mode_config':'push'"), "connections.foo", "mode_config is of IKEv1");
}

/* CVE-2002-1623. */
static void aggressive_mode_with_a_key_needs_its_own_word(void **state)
{
    (void)state;
    needs_ikev1();
    v1_refused(
        V1(",'aggressive':true"), "connections.foo",
        "aggressive mode with a pre-shared key gives a hash of the key to everyone who asks, to guess it by: "
        "take "
        "\"aggressive\" out (main mode), or use certificates; for a peer that knows nothing else write "
        "\"aggressive\": \"with-psk\" and a random key (openssl rand -base64 32)");
    warned(GOOD_PORTS, GOOD_SECRET, V1(",'aggressive':'with-psk'"), "", "connections.foo",
           "whoever knows our identity gets a hash of the key and guesses at it at home");
}

static void xauth_needs_users_or_a_user(void **state)
{
    (void)state;
    v1_refused(V1(",'xauth':'server'"), "connections.foo.xauth",
               "the users of this connection log in with a password, and there are none");
    v1_refused(V1(",'xauth':'server','start':true"), "connections.foo.xauth",
               "who logs in calls, and cannot be called");
    v1_refused(V1(",'xauth':'client'"), "connections.foo.xauth",
               "a login needs local.user and local.password_file");
    v1_refused("'foo':{'version':1,'xauth':'client'," LOCAL(",'user':'ann'") "," REMOTE("") "}",
               "connections.foo.local", "user needs password_file");
    v1_refused(
        "'foo':{'version':1,'xauth':'client'," LOCAL("") ","
                                                         "'remote':{'id':'@foo','subnets':['10.2.0.0/24']}}",
        "connections.foo.xauth", "who logs in calls: remote.address must say whom");
    expect_warning("connections.foo.xauth", "each of them can play the gateway");
}

static void mode_config_is_pulled_unless_it_is_pushed(void **state)
{
    (void)state;
    needs_ikev1();
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, V1(""), "");
    assert_false(ike_conf_conn(conf->ike, "foo")->cfg_push);
    conf_free(conf);
    conf = load_parts(GOOD_PORTS, GOOD_SECRET, V1(",'mode_config':'push'"), "");
    assert_true(ike_conf_conn(conf->ike, "foo")->cfg_push);
    conf_free(conf);
}

static void transport_mode_is_of_both_versions(void **state)
{
    (void)state;
    needs_ikev1();
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, V1(",'child':{'mode':'transport'}"), "");
    assert_int_equal(ike_conf_conn(conf->ike, "foo")->children[0].mode, ESP_MODE_TRANSPORT);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_of_ikev2_unless_it_says_1),
#ifndef CULVERT_IKEV1
        cmocka_unit_test(a_build_without_it_says_so),
#endif
        cmocka_unit_test(it_has_algorithms_that_ikev1_has_numbers_for),
        cmocka_unit_test(what_has_no_number_is_refused_by_name),
        cmocka_unit_test(keys_of_ikev2_are_refused_with_what_to_write_instead),
        cmocka_unit_test(keys_of_ikev1_are_refused_elsewhere),
        cmocka_unit_test(aggressive_mode_with_a_key_needs_its_own_word),
        cmocka_unit_test(xauth_needs_users_or_a_user),
        cmocka_unit_test(mode_config_is_pulled_unless_it_is_pushed),
        cmocka_unit_test(transport_mode_is_of_both_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
