/* SPDX-License-Identifier: BSD-3-Clause */
/* Algorithms for old peers: refused unless the connection says so, and then each is named once. */
#include "conf_test_help.h"
#include "ossl_ops.h"

#define CONN(EXTRA)                                          \
    "'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24']}," \
    "'remote':{'id':'@foo','subnets':['10.2.0.0/24']}" EXTRA "}"

static size_t issues_with(const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < report.n_issues; i++)
        n += strstr(report.issues[i].text, text) != NULL;
    return n;
}

static void weak_algorithms_need_a_word_of_the_connection(void **state)
{
    refused(
        GOOD_PORTS, GOOD_SECRET, CONN(",'ike_proposals':['aes128-sha1-modp1024']"), "", "connections.foo",
        "ike_proposals name modp1024, which is weak: its logarithms are within reach of who can spend much "
        "(RFC 8247 2.4); write x25519, ecp256 or modp2048, or, for a peer that has nothing better, add "
        "\"weak\": true to this connection");
    refused(
        GOOD_PORTS, GOOD_SECRET, CONN(",'esp_proposals':['aes128gcm16','3des-sha1']"), "", "connections.foo",
        "esp_proposals name 3des, which is weak: its 64-bit blocks leak after a few gigabytes (RFC 8221 5); "
        "write aes256gcm16 or aes256, or");
    refused(GOOD_PORTS, GOOD_SECRET, CONN(",'weak':false,'esp_proposals':['aes128gcm16-modp1024']"), "",
            "connections.foo", "esp_proposals name modp1024");
}

static void an_additional_exchange_by_a_weak_method_is_one(void **state)
{
    refused(GOOD_PORTS, GOOD_SECRET, CONN(",'ike_proposals':['aes256-sha256-x25519-ke1_modp1024']"), "",
            "connections.foo", "ike_proposals name modp1024, which is weak");
}

static void what_the_library_lacks_is_refused_with_its_reason(void **state)
{
    const char *conn = CONN(",'esp_proposals':['aes128gcm16-x25519-ke1_mlkem768']");
    if (ossl_dh_has(CRYPT_DH_ML_KEM_768)) {
        conf_free(load_parts(GOOD_PORTS, GOOD_SECRET, conn, ""));
        return;
    }
    refused(GOOD_PORTS, GOOD_SECRET, conn, "", "connections.foo",
            "esp_proposals name mlkem768, which is absent here: this program was built with OpenSSL ");
    refused(GOOD_PORTS, GOOD_SECRET, conn, "", "connections.foo",
            "3.5 (Debian 13) is the first that has it; leave it out, or run a culvertd that was built with a "
            "newer OpenSSL");
}

static void the_word_turns_them_into_one_warning_each(void **state)
{
    warned(
        GOOD_PORTS, GOOD_SECRET,
        CONN(",'weak':true,'ike_proposals':['3des-sha1-modp1024','3des-sha256-modp1024'],"
             "'esp_proposals':['3des-sha1-modp1024']"),
        "", "connections.foo",
        "ike_proposals name modp1024, which is weak: its logarithms are within reach of who can spend much "
        "(RFC 8247 2.4); write x25519, ecp256 or modp2048 as soon as the peer can do that");
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, CONN(",'weak':true"), "");
    assert_true(ike_conf_conn(conf->ike, "foo")->weak);
    conf_free(conf);
    conf = load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, "");
    assert_false(ike_conf_conn(conf->ike, "foo")->weak);
    conf_free(conf);
}

static void each_is_named_once_for_a_connection(void **state)
{
    struct conf *conf =
        load_parts(GOOD_PORTS, GOOD_SECRET,
                   CONN(",'weak':true,'ike_proposals':['3des-sha1-modp1024','3des-sha256-modp1024'],"
                        "'esp_proposals':['3des-sha1-modp1024']"),
                   "");
    assert_non_null(conf);
    conf_free(conf);
    assert_int_equal(issues_with("name modp1024"), 1);
    assert_int_equal(issues_with("name 3des"), 1);
}

static void sha1_and_aes_are_not_weak(void **state)
{
    struct conf *conf =
        load_parts(GOOD_PORTS, GOOD_SECRET,
                   CONN(",'ike_proposals':['aes192-sha1-modp2048'],'esp_proposals':['aes128ccm8']"), "");
    assert_non_null(conf);
    assert_int_equal(issues_with("weak"), 0);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_algorithms_need_a_word_of_the_connection),
        cmocka_unit_test(an_additional_exchange_by_a_weak_method_is_one),
        cmocka_unit_test(what_the_library_lacks_is_refused_with_its_reason),
        cmocka_unit_test(the_word_turns_them_into_one_warning_each),
        cmocka_unit_test(each_is_named_once_for_a_connection),
        cmocka_unit_test(sha1_and_aes_are_not_weak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
