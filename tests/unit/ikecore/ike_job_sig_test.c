/* SPDX-License-Identifier: BSD-3-Clause */
/* A signature and its check as jobs: each finding, and nothing that is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ike_conf.h"
#include "ike_job_sig.h"
#include "null_crypt.h"
#include "null_pki.h"

static struct ike_conf *conf;
static struct wire_ike_builder chain;
static uint8_t chain_bytes[4096];

/* A connection that trusts "ca", and a key of ours. */
static int make(void **state)
{
    (void)state;
    struct crypt_certs certs = {1, {null_pki_cert("r:k:a:ca")}};
    conf = ike_conf_new();
    conf->pki = &null_pki_ops;
    conf->n_conns = 1;
    conf->conns = calloc(1, sizeof *conf->conns);
    ike_conn_conf_defaults(&conf->conns[0]);
    conf->conns[0].creds = ike_creds_new(&conf->creds);
    conf->conns[0].anchor = ike_anchor_new(&conf->anchors);
    ike_creds_add(conf->pki, conf->creds, null_pki_key("r:k"), &certs, NULL);
    ike_anchor_set_trust(conf->pki, conf->anchors, null_pki_trust("ca"));
    ike_conf_seal(conf);
    chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    ike_conf_put(conf);
    return null_pki_alive() ? -1 : 0;
}

static void set_octets(struct ike_job_auth *a, const char *octets)
{
    a->octets_len = strlen(octets);
    a->octets = malloc(a->octets_len);
    memcpy(a->octets, octets, a->octets_len);
}

static struct ike_job_auth *signature(enum crypt_sig sig)
{
    struct ike_job_auth *a = ike_job_sign_new(conf, &conf->creds->list[0], sig);
    set_octets(a, "message");
    ike_job_run(&null_ike_ops, &a->job);
    return a;
}

static void put_cert(uint8_t encoding, const char *text)
{
    const struct wire_ike_cert c = {encoding, base_span(text, strlen(text))};
    wire_ike_put_cert(&chain, WIRE_IKE_P_CERT, &c);
}

/* What a check of this proof finds, by the certificates that were put. */
static struct ike_job_auth *check(const char *peer, const char *octets, uint8_t method, struct base_span data)
{
    struct ike_id id = {.type = WIRE_IKE_ID_FQDN, .len = (uint8_t)strlen(peer)};
    memcpy(id.bytes, peer, strlen(peer));
    struct ike_job_auth *a = ike_job_verify_new(&conf->conns[0], &id, method, 1000,
                                                wire_ike_chain_first(&chain), wire_ike_chain_bytes(&chain));
    set_octets(a, octets);
    memcpy(a->data, data.ptr, data.len);
    a->data_len = (uint16_t)data.len;
    ike_job_run(&null_ike_ops, &a->job);
    assert_int_equal(a->job.status, 0);
    return a;
}

static void expect(enum ike_sig_finding want, const char *octets, uint8_t method, struct base_span data)
{
    struct ike_job_auth *a = check("a", octets, method, data);
    assert_int_equal(ike_job_verify_of(a)->finding, want);
    assert_int_equal(ike_job_auth_is_verified(a), want == IKE_SIG_GOOD);
    ike_job_free(&null_ike_ops, &a->job);
}

static void expect_with(enum ike_sig_finding want)
{
    struct ike_job_auth *s = signature(CRYPT_SIG_RSA_SHA2_256);
    expect(want, "message", s->method, ike_job_auth_data(s));
    ike_job_free(&null_ike_ops, &s->job);
}

static void a_signature_names_its_algorithm_and_holds(void **state)
{
    (void)state;
    struct ike_job_auth *s = signature(CRYPT_SIG_RSA_SHA2_512);
    assert_int_equal(s->method, WIRE_IKE_AUTH_DIGITAL);
    assert_int_equal(s->data[0], crypt_sig_row(CRYPT_SIG_RSA_SHA2_512)->algid_len);
    put_cert(WIRE_IKE_CERT_X509, "r:k:a:ca");
    expect(IKE_SIG_GOOD, "message", 14, ike_job_auth_data(s));
    expect(IKE_SIG_WRONG, "massage", 14, ike_job_auth_data(s));
    expect(IKE_SIG_METHOD, "message", 14, base_span(s->data, 5));
    expect(IKE_SIG_METHOD, "message", 14, base_span(s->data, 0));
    expect(IKE_SIG_METHOD, "message", 3, ike_job_auth_data(s));
    ike_job_free(&null_ike_ops, &s->job);
}

static void an_old_method_has_the_bare_signature_and_sha1_needs_the_word(void **state)
{
    (void)state;
    struct ike_job_auth *s = signature(CRYPT_SIG_RSA_SHA1);
    assert_int_equal(s->method, WIRE_IKE_AUTH_RSA_SHA1);
    put_cert(WIRE_IKE_CERT_X509, "r:k:a:ca");
    expect(IKE_SIG_WEAK, "message", 1, ike_job_auth_data(s));
    conf->conns[0].weak = true;
    expect(IKE_SIG_GOOD, "message", 1, ike_job_auth_data(s));
    expect(IKE_SIG_WRONG, "message", 9, ike_job_auth_data(s));
    ike_job_free(&null_ike_ops, &s->job);
}

static void what_comes_as_a_certificate_is_one(void **state)
{
    (void)state;
    static const struct {
        enum ike_sig_finding want;
        uint8_t encoding;
        const char *text;
    } cases[] = {
        {IKE_SIG_GOOD, WIRE_IKE_CERT_X509, "r:k:a:ca"},
        {IKE_SIG_CHAIN, WIRE_IKE_CERT_X509, "r:k:a:other"},
        {IKE_SIG_CHAIN, WIRE_IKE_CERT_X509, "nothing"},
        {IKE_SIG_URL, WIRE_IKE_CERT_HASH_URL, "20 bytes of a hash..http://198.51.100.1/x"},
        {IKE_SIG_URL, WIRE_IKE_CERT_HASH_URL_BUNDLE, "20 bytes of a hash..http://198.51.100.1/x"},
        {IKE_SIG_FORM, WIRE_IKE_CERT_RAW_KEY, "r:k"},
        {IKE_SIG_FORM, 1, "r:k:a:ca"},
        {IKE_SIG_NO_CERT, WIRE_IKE_CERT_CRL, "list"},
        {IKE_SIG_NO_CERT, WIRE_IKE_CERT_OCSP, "answer"},
        {IKE_SIG_NAME, WIRE_IKE_CERT_X509, "r:k:b:ca"},
        {IKE_SIG_WRONG, WIRE_IKE_CERT_X509, "r:l:a:ca"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
        put_cert(cases[i].encoding, cases[i].text);
        expect_with(cases[i].want);
    }
    chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
    wire_ike_put_nonce(&chain, base_span("0123456789abcdef", 16));
    expect_with(IKE_SIG_NO_CERT);
}

static void what_a_name_is_not_is_told(void **state)
{
    (void)state;
    struct ike_job_auth *s = signature(CRYPT_SIG_RSA_SHA2_256);
    put_cert(WIRE_IKE_CERT_X509, "r:k:b,c:ca");
    struct ike_job_auth *a = check("a", "message", 14, ike_job_auth_data(s));
    assert_int_equal(ike_job_verify_of(a)->finding, IKE_SIG_NAME);
    assert_string_equal(ike_job_verify_of(a)->words, "b,c");
    ike_job_free(&null_ike_ops, &a->job);
    ike_job_free(&null_ike_ops, &s->job);
}

static void the_first_certificate_counts_and_others_only_lead_to_it(void **state)
{
    (void)state;
    put_cert(WIRE_IKE_CERT_X509, "r:k:a:sub");
    put_cert(WIRE_IKE_CERT_HASH_URL, "what stands behind it does not matter");
    put_cert(WIRE_IKE_CERT_X509, "r:x:sub:ca");
    expect_with(IKE_SIG_GOOD);
    chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
    put_cert(WIRE_IKE_CERT_X509, "r:x:sub:ca");
    put_cert(WIRE_IKE_CERT_X509, "r:k:a:sub");
    expect_with(IKE_SIG_NAME);
}

static void pin(const char *text)
{
    conf->anchors->pinned[conf->anchors->n_pinned++] = null_pki_cert(text);
}

static void without_a_certificate_any_of_the_configured_keys_will_do(void **state)
{
    (void)state;
    null_pki_ops.trust_put(conf->anchors->trust);
    conf->anchors->trust = NULL;
    expect_with(IKE_SIG_NO_CERT);
    pin("r:new");
    expect_with(IKE_SIG_WRONG);
    pin("r:k");
    expect_with(IKE_SIG_GOOD);
    put_cert(WIRE_IKE_CERT_RAW_KEY, "r:k");
    expect_with(IKE_SIG_GOOD);
    chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
    put_cert(WIRE_IKE_CERT_RAW_KEY, "r:unknown");
    expect_with(IKE_SIG_PINNED);
    chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
    put_cert(WIRE_IKE_CERT_RAW_KEY, "nothing");
    expect_with(IKE_SIG_MALFORMED);
}

static void a_pinned_certificate_and_an_authority_must_both_hold(void **state)
{
    (void)state;
    pin("r:k:a:ca");
    put_cert(WIRE_IKE_CERT_X509, "r:k:a:ca");
    expect_with(IKE_SIG_GOOD);
    chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
    put_cert(WIRE_IKE_CERT_X509, "r:other:a:ca");
    expect_with(IKE_SIG_PINNED);
    chain = wire_ike_build_chain(chain_bytes, sizeof chain_bytes);
    put_cert(WIRE_IKE_CERT_X509, "r:k:a:elsewhere");
    expect_with(IKE_SIG_CHAIN);
}

static void a_scheme_that_the_key_cannot_make_fails_here(void **state)
{
    (void)state;
    struct ike_job_auth *s = signature(CRYPT_SIG_ED25519);
    assert_true(s->job.status < 0);
    assert_int_equal(s->data_len, 0);
    assert_ptr_equal(ike_job_sign_cred(s), &conf->creds->list[0]);
    ike_job_free(&null_ike_ops, &s->job);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_signature_names_its_algorithm_and_holds),
        TEST(an_old_method_has_the_bare_signature_and_sha1_needs_the_word),
        TEST(what_comes_as_a_certificate_is_one),
        TEST(what_a_name_is_not_is_told),
        TEST(the_first_certificate_counts_and_others_only_lead_to_it),
        TEST(without_a_certificate_any_of_the_configured_keys_will_do),
        TEST(a_pinned_certificate_and_an_authority_must_both_hold),
        TEST(a_scheme_that_the_key_cannot_make_fails_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
