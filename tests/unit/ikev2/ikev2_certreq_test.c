/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests for certificates: any number of authorities, of which those that are ours count. */
#include "ikev2_certreq.h"
#include "ikev2_msg.h"
#include "sig_pair.h"

static uint8_t bytes[8192];

/* A message with one CERTREQ of so many authorities, of which number `at` is "new". */
static struct ikev2_msg asking(size_t n, size_t at, uint8_t encoding)
{
    static uint8_t hashes[200][CRYPT_CA_HASH_BYTES];
    struct ikev2_msg msg = {0};
    memset(hashes, 7, sizeof hashes);
    memset(hashes[at], 0, sizeof hashes[at]);
    memcpy(hashes[at], "new", 3);
    struct wire_ike_builder b = wire_ike_build_chain(bytes, sizeof bytes);
    const struct wire_ike_cert c = {encoding, base_span(hashes, n * CRYPT_CA_HASH_BYTES)};
    wire_ike_put_cert(&b, WIRE_IKE_P_CERTREQ, &c);
    assert_int_equal(wire_ike_plds_parse(wire_ike_chain_first(&b), wire_ike_chain_bytes(&b), &msg.plds),
                     WIRE_IKE_OK);
    return msg;
}

static struct ike_creds *two(void)
{
    struct ike_creds *list = NULL, *c = ike_creds_new(&list);
    struct crypt_certs certs = {1, {null_pki_cert("r:k:a:old")}};
    ike_creds_add(&null_pki_ops, c, null_pki_key("r:k"), &certs, NULL);
    certs = (struct crypt_certs){1, {null_pki_cert("e:l:a:new")}};
    ike_creds_add(&null_pki_ops, c, null_pki_key("e:l"), &certs, NULL);
    return list;
}

static void ours_is_found_among_none_53_and_135(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 53, 135};
    struct ike_creds *c = two();
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct ikev2_msg msg = asking(counts[i], counts[i] ? counts[i] - 1 : 0, WIRE_IKE_CERT_X509);
        assert_int_equal(ikev2_certreq_wants(&msg, c), counts[i] ? 2 : 0);
        msg = asking(counts[i], counts[i], WIRE_IKE_CERT_X509); /* just behind the last */
        assert_int_equal(ikev2_certreq_wants(&msg, c), 0);
    }
    struct ikev2_msg msg = asking(1, 0, WIRE_IKE_CERT_HASH_URL);
    assert_int_equal(ikev2_certreq_wants(&msg, c), 0);
    assert_int_equal(ikev2_certreq_wants(&msg, NULL), 0);
    ike_creds_free(&null_pki_ops, c);
}

static void a_raw_key_is_asked_for_by_its_encoding(void **state)
{
    (void)state;
    struct ike_creds *list = NULL, *c = ike_creds_new(&list);
    struct crypt_certs certs = {1, {null_pki_cert("r:k")}};
    ike_creds_add(&null_pki_ops, c, null_pki_key("r:k"), &certs, NULL);
    struct ikev2_msg msg = asking(0, 0, WIRE_IKE_CERT_RAW_KEY);
    assert_int_equal(ikev2_certreq_wants(&msg, c), 1);
    ike_creds_free(&null_pki_ops, list);
}

static void what_is_put_is_as_long_as_is_said(void **state)
{
    (void)state;
    struct ike_cas cas = {0};
    for (cas.n = 0; cas.n <= IKE_CAS_MAX; cas.n++) {
        struct wire_ike_builder b = wire_ike_build_chain(bytes, sizeof bytes);
        ikev2_certreq_put(&b, &cas);
        assert_int_equal(wire_ike_chain_bytes(&b).len, ikev2_certreq_bytes(&cas));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_is_found_among_none_53_and_135),
        cmocka_unit_test(a_raw_key_is_asked_for_by_its_encoding),
        cmocka_unit_test(what_is_put_is_as_long_as_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
