/* SPDX-License-Identifier: BSD-3-Clause */
/* Distinguished names: from text, to text, compared, and malformed. */
#include "ossl_ops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "vectors.h"

static struct base_span der_of(const char *text)
{
    static uint8_t ring[8][512]; /* a few results live at a time */
    static unsigned at;
    uint8_t *der = ring[at++ % 8];
    size_t len;
    if (ossl_dn_parse(text, der, sizeof ring[0], &len) != 0)
        fail_msg("refused: %s", text);
    return base_span(der, len);
}

static void assert_reads_back(const char *text, const char *want)
{
    char out[512];
    assert_int_equal(ossl_ike_ops.dn_text(der_of(text), out, sizeof out), 0);
    assert_string_equal(out, want);
}

static void a_name_has_the_bytes_that_other_implementations_make(void **state)
{
    /* PrintableString (13) where the characters allow, UTF8String (0c) elsewhere. */
    uint8_t want[64];
    const struct base_span der = der_of("C=NZ, O=Lab, CN=x");
    const size_t len =
        vectors_hex("3027310b3009060355040613024e5a310c300a060355040a13034c6162310a30080603550403130178",
                    want, sizeof want);
    assert_int_equal(der.len, len);
    assert_memory_equal(der.ptr, want, len);
    const struct base_span other = der_of("CN=a_b");
    assert_int_equal(other.len, vectors_hex("300e310c300a06035504030c03615f62", want, sizeof want));
    assert_memory_equal(other.ptr, want, other.len);
}

static void text_reads_back_in_the_order_written(void **state)
{
    assert_reads_back("C=NZ, O=Lab, CN=x", "C=NZ, O=Lab, CN=x");
    assert_reads_back("CN=x,O=Lab,C=NZ", "CN=x, O=Lab, C=NZ");
    assert_reads_back("  c = NZ ,o=My  Lab  , cn=a b ", "C=NZ, O=My  Lab, CN=a b");
    assert_reads_back("CN=gw + UID=7, DC=example", "CN=gw + UID=7, DC=example");
    assert_reads_back("E=ops@example.org", "emailAddress=ops@example.org");
    assert_reads_back("2.5.4.3=dotted", "CN=dotted");
}

static void special_characters_are_escaped_both_ways(void **state)
{
    assert_reads_back("O=Foo\\, Inc., CN=a\\+b", "O=Foo\\, Inc., CN=a\\+b");
    assert_reads_back("CN=\\ lead\\ ", "CN=\\ lead\\ ");
    assert_reads_back("CN=\\23hash", "CN=\\#hash");
    assert_reads_back("CN=caf\\C3\\A9", "CN=caf\\C3\\A9");
    assert_reads_back("CN=a#b=c", "CN=a#b=c");
}

static void malformed_text_is_refused(void **state)
{
    static const char *const bad[] = {
        "",          " ",        "x",         "CN",      "CN=",         "=x",      "CN=x,",     ",CN=x",
        "CN=x,,O=y", "CN=x+",    "NOSUCH=x",  "CN=a\\",  "CN=a\\zz",    "CN=a\\0", "CN=a\\00b", "CN=\"q\"",
        "CN=a;b",    "CN=#0401", "C=caf\\C3", "CN=\\FF", "E=a\\C3\\A9", "CN=a<b",  "CN=  "};
    uint8_t der[512];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t len = 99;
        if (ossl_dn_parse(bad[i], der, sizeof der, &len) != -EINVAL)
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(len, 0);
    }
}

static void long_values_and_types_are_refused(void **state)
{
    char text[700] = "O=";
    uint8_t der[1024];
    size_t len;
    memset(text + 2, 'a', 257);
    assert_int_equal(ossl_dn_parse(text, der, sizeof der, &len), -EINVAL);
    memset(text, 'a', 80);
    text[80] = '=';
    assert_int_equal(ossl_dn_parse(text, der, sizeof der, &len), -EINVAL);
}

static void a_buffer_that_is_too_small_is_not_written(void **state)
{
    const struct base_span whole = der_of("C=NZ, CN=x");
    uint8_t der[64];
    size_t len;
    memset(der, 0xee, sizeof der);
    assert_int_equal(ossl_dn_parse("C=NZ, CN=x", der, whole.len - 1, &len), -ENOSPC);
    assert_int_equal(der[0], 0xee);
    assert_int_equal(ossl_dn_parse("C=NZ, CN=x", der, whole.len, &len), 0);
    assert_int_equal(der[whole.len], 0xee);
}

static void names_compare_by_meaning(void **state)
{
    const struct base_span a = der_of("C=NZ, O=Lab, CN=x");
    uint8_t utf8[64];
    assert_int_equal(ossl_ike_ops.dn_equal(a, der_of("c=nz, o=LAB, cn=X")), 1);
    assert_int_equal(ossl_ike_ops.dn_equal(a, der_of("C=NZ, O=Lab, CN=y")), 0);
    assert_int_equal(ossl_ike_ops.dn_equal(a, der_of("CN=x, O=Lab, C=NZ")), 0);
    assert_int_equal(ossl_ike_ops.dn_equal(a, der_of("C=NZ, O=Lab")), 0);
    /* Another string type for the same characters (RFC 5280 7.1). */
    memcpy(utf8, a.ptr, a.len);
    assert_int_equal(utf8[38], 0x13);
    utf8[38] = 0x0c;
    assert_int_equal(ossl_ike_ops.dn_equal(a, base_span(utf8, a.len)), 1);
}

static void malformed_der_is_neither_compared_nor_shown(void **state)
{
    const struct base_span good = der_of("C=NZ, O=Lab, CN=x");
    char out[64];
    uint8_t longer[64];
    for (size_t len = 0; len < good.len; len++) {
        assert_int_equal(ossl_ike_ops.dn_equal(good, base_span(good.ptr, len)), -EINVAL);
        assert_int_equal(ossl_ike_ops.dn_equal(base_span(good.ptr, len), good), -EINVAL);
        assert_int_equal(ossl_ike_ops.dn_text(base_span(good.ptr, len), out, sizeof out), -EINVAL);
    }
    memcpy(longer, good.ptr, good.len);
    longer[good.len] = 0;
    assert_int_equal(ossl_ike_ops.dn_equal(good, base_span(longer, good.len + 1)), -EINVAL);
    assert_int_equal(ossl_ike_ops.dn_text(base_span(longer, good.len + 1), out, sizeof out), -EINVAL);
}

static void text_that_does_not_fit_is_cut(void **state)
{
    char out[10];
    assert_int_equal(ossl_ike_ops.dn_text(der_of("C=NZ, O=Lab, CN=x"), out, sizeof out), 0);
    assert_string_equal(out, "C=NZ, ...");
    assert_int_equal(ossl_ike_ops.dn_text(der_of("C=NZ"), out, 3), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_the_bytes_that_other_implementations_make),
        cmocka_unit_test(text_reads_back_in_the_order_written),
        cmocka_unit_test(special_characters_are_escaped_both_ways),
        cmocka_unit_test(malformed_text_is_refused),
        cmocka_unit_test(long_values_and_types_are_refused),
        cmocka_unit_test(a_buffer_that_is_too_small_is_not_written),
        cmocka_unit_test(names_compare_by_meaning),
        cmocka_unit_test(malformed_der_is_neither_compared_nor_shown),
        cmocka_unit_test(text_that_does_not_fit_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
