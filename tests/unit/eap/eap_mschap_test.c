/* SPDX-License-Identifier: BSD-3-Clause */
/* MS-CHAPv2 against RFC 2759 9.2 and RFC 3079 3.5.3. */
#include "eap_mschap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "ossl_eap.h"
#include "ossl_ops.h"

static const uint8_t hash[16] = {0x44, 0xeb, 0xba, 0x8d, 0x53, 0x12, 0xb8, 0xd6,
                                 0x11, 0x47, 0x44, 0x11, 0xf5, 0x69, 0x89, 0xae};
static const uint8_t response[24] = {0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e, 0xa0, 0x8f, 0xaa, 0x39,
                                     0x81, 0xcd, 0x83, 0x54, 0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf};

static struct eap_mschap example(void)
{
    struct eap_mschap m = {
        .authenticator = {0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e, 0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26,
                          0x26, 0x28},
        .peer = {0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a, 0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c,
                 0x7e},
        .name = base_span("User", 4),
    };
    memcpy(m.hash, hash, 16);
    return m;
}

static void the_example_of_rfc_2759_comes_out(void **state)
{
    (void)state;
    const struct eap_mschap m = example();
    uint8_t got_hash[16], got[24];
    char proof[WIRE_MSCHAP_AUTH_BYTES];
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, base_span("clientPass", 10), got_hash), 0);
    assert_memory_equal(got_hash, hash, 16);
    assert_int_equal(eap_mschap_response(&ossl_eap_ops, &m, got), 0);
    assert_memory_equal(got, response, 24);
    assert_int_equal(eap_mschap_proof(&ossl_eap_ops, &m, response, proof), 0);
    assert_memory_equal(proof, "S=407A5589115FD0D6209F510FE9C04566932CDA56", sizeof proof);
}

/* The master key of the RFC's example gives a send key of the server whose first 16 bytes it prints. */
static void the_keys_of_rfc_3079_come_out(void **state)
{
    (void)state;
    static const uint8_t send_start_128[16] = {0x8b, 0x7c, 0xdc, 0x14, 0x9b, 0x99, 0x3a, 0x1b,
                                               0xa1, 0x18, 0xcb, 0x15, 0x3f, 0x56, 0xdc, 0xcb};
    static const uint8_t zeros[32];
    uint8_t msk[EAP_MSCHAP_MSK];
    assert_int_equal(eap_mschap_msk(&ossl_eap_ops, hash, response, msk), 0);
    assert_memory_equal(msk + 16, send_start_128, 16);
    assert_memory_equal(msk + 32, zeros, 32);
    assert_memory_not_equal(msk, send_start_128, 16);
}

static void a_password_is_unicode(void **state)
{
    (void)state;
    uint8_t got[16];
    char two[2 * EAP_PASSWORD_MAX];
    /* U+00E9 U+1F511, whose UTF-16LE is e9 00 3d d8 11 dd. */
    static const uint8_t utf16[] = {0xe9, 0x00, 0x3d, 0xd8, 0x11, 0xdd};
    const struct base_span part = base_span(utf16, sizeof utf16);
    uint8_t want[16];
    assert_int_equal(ossl_eap_ops.md4(&part, 1, want), 0);
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, base_span("\xc3\xa9\xf0\x9f\x94\x91", 6), got), 0);
    assert_memory_equal(got, want, 16);
    static const char *const bad[] = {"\xc3", "\xff",        "a\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                      "\x80", "\xe0\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(eap_mschap_hash(&ossl_eap_ops, base_span(bad[i], strlen(bad[i])), got), -EINVAL);
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, BASE_SPAN_NONE, got), -EINVAL);
    memset(two, 'x', sizeof two);
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, base_span(two, EAP_PASSWORD_MAX), got), 0);
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, base_span(two, EAP_PASSWORD_MAX + 1), got), -EINVAL);
}

static void a_domain_is_not_hashed(void **state)
{
    (void)state;
    assert_true(base_span_equal(eap_mschap_bare_name(base_span("CORP\\ann", 8)), base_span("ann", 3)));
    assert_true(base_span_equal(eap_mschap_bare_name(base_span("ann@corp", 8)), base_span("ann@corp", 8)));
    assert_int_equal(eap_mschap_bare_name(base_span("CORP\\", 5)).len, 0);
    assert_int_equal(eap_mschap_bare_name(BASE_SPAN_NONE).len, 0);
}

static int no_md4(const struct base_span *parts, size_t count, uint8_t out[16])
{
    (void)parts;
    (void)count;
    (void)out;
    return -ENOTSUP;
}

static void a_library_without_md4_is_told_of(void **state)
{
    (void)state;
    const struct eap_mschap m = example();
    struct crypt_eap_ops ops = ossl_eap_ops;
    uint8_t out[EAP_MSCHAP_MSK];
    char proof[WIRE_MSCHAP_AUTH_BYTES];
    ops.md4 = no_md4;
    assert_int_equal(eap_mschap_hash(&ops, base_span("x", 1), out), -ENOTSUP);
    assert_int_equal(eap_mschap_proof(&ops, &m, response, proof), -ENOTSUP);
    assert_int_equal(eap_mschap_msk(&ops, hash, response, out), -ENOTSUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_2759_comes_out),
        cmocka_unit_test(the_keys_of_rfc_3079_come_out),
        cmocka_unit_test(a_password_is_unicode),
        cmocka_unit_test(a_domain_is_not_hashed),
        cmocka_unit_test(a_library_without_md4_is_told_of),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_eap_fini();
    ossl_fini();
    return failed;
}
