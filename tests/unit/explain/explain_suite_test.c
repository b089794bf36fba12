/* SPDX-License-Identifier: BSD-3-Clause */
/* What of our proposals a vendor has words for. */
#include "explain_pair.h"
#include "explain_suite.h"

static const struct explain_word words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "gcm", EXPLAIN_FOR_ESP},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "cbc", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "prf", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "sha", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_2048, 0, "14", EXPLAIN_FOR_BOTH},
};

static bool suite_of(const char *a, const char *b, enum crypt_protocol protocol, struct explain_suite *out)
{
    struct crypt_proposal list[2];
    pair_proposal(a, protocol, &list[0]);
    pair_proposal(b, protocol, &list[1]);
    return explain_suite(list, 2, words, sizeof words / sizeof *words, out);
}

static void the_first_proposal_that_has_all_words(void **state)
{
    (void)state;
    struct explain_suite s;
    assert_true(
        suite_of("aes128gcm16-prfsha256-modp2048", "aes256-sha256-x25519-modp2048", CRYPT_PROTOCOL_IKE, &s));
    assert_string_equal(s.encr, "cbc"); /* its GCM is for ESP */
    assert_string_equal(s.integ, "sha");
    assert_string_equal(s.prf, "prf");
    assert_string_equal(s.dh, "14"); /* it has no word for the better one */
}

static void a_child_may_do_without_a_group(void **state)
{
    (void)state;
    struct explain_suite s;
    assert_true(suite_of("aes128gcm16", "aes256-sha256-modp2048", CRYPT_PROTOCOL_ESP, &s));
    assert_true(s.is_aead && !s.integ && !s.dh);
    assert_true(suite_of("aes128gcm16-modp2048-modpnone", "aes256-sha256", CRYPT_PROTOCOL_ESP, &s));
    assert_null(s.dh);
    assert_true(suite_of("aes128gcm16-x25519", "aes128gcm16-modp2048", CRYPT_PROTOCOL_ESP, &s));
    assert_string_equal(s.dh, "14");
}

static void nothing_in_common(void **state)
{
    (void)state;
    struct explain_suite s;
    assert_false(suite_of("aes256-sha256-x25519", "aes256-sha512-modp2048", CRYPT_PROTOCOL_IKE, &s));
    assert_false(suite_of("aes128gcm16-x25519", "aes256gcm16", CRYPT_PROTOCOL_ESP, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_proposal_that_has_all_words),
        cmocka_unit_test(a_child_may_do_without_a_group),
        cmocka_unit_test(nothing_in_common),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
