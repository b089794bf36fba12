/* SPDX-License-Identifier: BSD-3-Clause */
/* Digests and DES of EAP and RADIUS, against RFC 1320, RFC 1321, RFC 2202 and FIPS 81. */
#include "ossl_eap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "ossl_ops.h"
#include "vectors.h"

static void assert_hex(const uint8_t *got, size_t len, const char *want)
{
    char text[65];
    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", got[i]);
    assert_string_equal(text, want);
}

static void digests_of_parts_are_those_of_the_whole(void **state)
{
    (void)state;
    const struct base_span abc[] = {base_span("a", 1), BASE_SPAN_NONE, base_span("bc", 2)};
    uint8_t out[20];
    assert_int_equal(ossl_eap_ops.md4(abc, 3, out), 0);
    assert_hex(out, 16, "a448017aaf21d8525fc10ae87aa6729d");
    assert_int_equal(ossl_eap_ops.md5(abc, 3, out), 0);
    assert_hex(out, 16, "900150983cd24fb0d6963f7d28e17f72");
    assert_int_equal(ossl_eap_ops.sha1(abc, 3, out), 0);
    assert_hex(out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_int_equal(ossl_eap_ops.md4(NULL, 0, out), 0);
    assert_hex(out, 16, "31d6cfe0d16ae931b73c59d7e0c089c0");
}

static void hmac_md5_is_that_of_rfc_2202(void **state)
{
    (void)state;
    uint8_t key[80], out[16];
    const struct base_span hi = base_span("Hi There", 8);
    memset(key, 0x0b, 16);
    assert_int_equal(ossl_eap_ops.hmac_md5(base_span(key, 16), &hi, 1, out), 0);
    assert_hex(out, 16, "9294727a3638bb1c13f48ef8158bfc9d");
    const struct base_span want[] = {base_span("what do ya want ", 16), base_span("for nothing?", 12)};
    assert_int_equal(ossl_eap_ops.hmac_md5(base_span("Jefe", 4), want, 2, out), 0);
    assert_hex(out, 16, "750c783e6ab0b503eaa86e310a5db738");
    memset(key, 0xaa, 80);
    const struct base_span large = base_span("Test Using Larger Than Block-Size Key - Hash Key First", 54);
    assert_int_equal(ossl_eap_ops.hmac_md5(base_span(key, 80), &large, 1, out), 0);
    assert_hex(out, 16, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
}

static void des_takes_56_bits_without_parity(void **state)
{
    (void)state;
    /* FIPS 81's key 0123456789abcdef without the lowest bit of each byte. */
    static const uint8_t eight[8] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    uint8_t key[7], out[8];
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++)
        bits = bits << 7 | eight[i] >> 1;
    for (size_t i = 0; i < 7; i++)
        key[i] = (uint8_t)(bits >> (48 - 8 * i));
    assert_int_equal(ossl_eap_ops.des(key, (const uint8_t *)"Now is t", out), 0);
    assert_hex(out, 8, "3fa40e8a984d4815");
}

static void after_the_end_there_is_nothing(void **state)
{
    (void)state;
    uint8_t out[16];
    const uint8_t key[7] = {0};
    assert_int_equal(ossl_eap_start(), 0);
    ossl_eap_fini();
    ossl_eap_fini();
    assert_int_equal(ossl_eap_start(), -ENOTSUP);
    assert_int_equal(ossl_eap_ops.md4(NULL, 0, out), -ENOTSUP);
    assert_int_equal(ossl_eap_ops.md5(NULL, 0, out), -ENOTSUP);
    assert_int_equal(ossl_eap_ops.hmac_md5(BASE_SPAN_NONE, NULL, 0, out), -ENOTSUP);
    assert_int_equal(ossl_eap_ops.des(key, key, out), -ENOTSUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_of_parts_are_those_of_the_whole),
        cmocka_unit_test(hmac_md5_is_that_of_rfc_2202),
        cmocka_unit_test(des_takes_56_bits_without_parity),
        cmocka_unit_test(after_the_end_there_is_nothing),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
