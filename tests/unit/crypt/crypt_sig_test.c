/* SPDX-License-Identifier: BSD-3-Clause */
/* Signature schemes: the table is consistent, and a peer's AlgorithmIdentifier is taken only as it should be.
 */
#include "crypt_sig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct base_span row_algid(enum crypt_sig sig)
{
    const struct crypt_sig_row *row = crypt_sig_row(sig);
    return base_span(row->algid, row->algid_len);
}

static void every_row_stands_at_its_number_and_is_found_by_what_a_peer_sends(void **state)
{
    for (enum crypt_sig sig = CRYPT_SIG_NONE + 1; sig < CRYPT_SIGS; sig++) {
        const struct crypt_sig_row *row = crypt_sig_row(sig);
        assert_int_equal(row->sig, sig);
        assert_string_equal(crypt_sig_name(sig), row->name);
        assert_non_null(crypt_hash_name((uint16_t)row->hash));
        assert_int_equal(row->method == CRYPT_SIG_METHOD_DIGITAL, row->algid != NULL);
        if (row->algid) {
            assert_in_range(row->algid_len, 7, CRYPT_SIG_ALGID_MAX - 1);
            assert_int_equal(crypt_sig_of_algid(row_algid(sig)), sig);
            assert_true(CRYPT_HASHES_OURS & CRYPT_HASH_BIT(row->hash));
        } else
            assert_int_equal(crypt_sig_of_method(row->method), row->method ? sig : CRYPT_SIG_NONE);
    }
}

static void three_schemes_are_pss(void **state)
{
    (void)state;
    size_t n = 0;
    for (int sig = CRYPT_SIG_NONE; sig <= CRYPT_SIGS; sig++) {
        const bool is_pss = crypt_sig_is_pss((enum crypt_sig)sig);
        assert_int_equal(is_pss, strncmp(crypt_sig_name((enum crypt_sig)sig), "RSA-PSS", 7) == 0);
        n += is_pss;
    }
    assert_int_equal(n, 3);
}

static void what_is_no_scheme_has_no_row_and_still_a_name(void **state)
{
    assert_null(crypt_sig_row(CRYPT_SIG_NONE));
    assert_null(crypt_sig_row(CRYPT_SIGS));
    assert_string_equal(crypt_sig_name(CRYPT_SIGS), "none");
    for (unsigned m = 0; m < 256; m++)
        if (m != 1 && (m < 9 || m > 11))
            assert_int_equal(crypt_sig_of_method((uint8_t)m), CRYPT_SIG_NONE);
    assert_null(crypt_hash_name(0));
    assert_null(crypt_hash_name(6));
    assert_string_equal(crypt_hash_name(2), "SHA2-256");
}

static void sha1_is_never_announced_and_only_method_1_is_weak(void **state)
{
    assert_false(CRYPT_HASHES_OURS & CRYPT_HASH_BIT(CRYPT_HASH_SHA1));
    for (enum crypt_sig sig = CRYPT_SIG_NONE + 1; sig < CRYPT_SIGS; sig++)
        assert_int_equal(crypt_sig_row(sig)->is_weak, crypt_sig_row(sig)->method == 1);
}

/* RFC 7427 Appendix A: the bytes as it prints them. */
static void identifiers_are_those_of_the_rfc(void **state)
{
    static const uint8_t rsa256[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                     0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00};
    static const uint8_t ecdsa512[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                       0x48, 0xce, 0x3d, 0x04, 0x03, 0x04};
    assert_true(base_span_equal(row_algid(CRYPT_SIG_RSA_SHA2_256), base_span(rsa256, sizeof rsa256)));
    assert_true(base_span_equal(row_algid(CRYPT_SIG_ECDSA_SHA2_512), base_span(ecdsa512, sizeof ecdsa512)));
}

/* An RSASSA-PSS identifier put together of its parts, whose lengths are those of what is in them. */
struct pss_parts {
    uint8_t hash, mgf_hash, salt, trailer; /* last octets of the hash identifiers; trailer 0: none */
    bool without_null, without_salt;
};

static void put(uint8_t *out, size_t *n, uint8_t tag, const uint8_t *bytes, size_t len)
{
    memmove(out + 2, bytes, len);
    out[0] = tag;
    out[1] = (uint8_t)len;
    *n = len + 2;
}

static size_t put_hash(uint8_t *out, uint8_t last, bool without_null)
{
    const uint8_t body[] = {6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last, 5, 0};
    size_t n;
    put(out, &n, 0x30, body, sizeof body - (without_null ? 2 : 0));
    return n;
}

static enum crypt_sig pss_of(struct pss_parts p)
{
    static const uint8_t mgf1[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8};
    static const uint8_t pss[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10};
    uint8_t all[128], part[64];
    size_t at = sizeof pss + 2, n;
    memcpy(all, pss, sizeof pss);
    n = put_hash(part, p.hash, p.without_null);
    put(all + at, &n, 0xa0, part, n);
    at += n;
    memcpy(part, mgf1, sizeof mgf1);
    n = put_hash(part + sizeof mgf1, p.mgf_hash, p.without_null);
    put(part, &n, 0x30, part, sizeof mgf1 + n);
    put(all + at, &n, 0xa1, part, n);
    at += n;
    const uint8_t salt[] = {0xa2, 3, 2, 1, p.salt}, trailer[] = {0xa3, 3, 2, 1, p.trailer};
    memcpy(all + at, salt, sizeof salt);
    at += p.without_salt ? 0 : sizeof salt;
    memcpy(all + at, trailer, sizeof trailer);
    at += p.trailer ? sizeof trailer : 0;
    all[sizeof pss] = 0x30;
    all[sizeof pss + 1] = (uint8_t)(at - sizeof pss - 2);
    put(all, &n, 0x30, all, at);
    return crypt_sig_of_algid(base_span(all, n));
}

static void parameters_of_pss_are_held_against_the_scheme(void **state)
{
    assert_int_equal(pss_of((struct pss_parts){1, 1, 32, 0, false, false}), CRYPT_SIG_PSS_SHA2_256);
    assert_int_equal(pss_of((struct pss_parts){2, 2, 48, 0, false, false}), CRYPT_SIG_PSS_SHA2_384);
    assert_int_equal(pss_of((struct pss_parts){3, 3, 64, 0, false, false}), CRYPT_SIG_PSS_SHA2_512);
    /* Hash parameters absent, and FortiGate's explicit trailer. */
    assert_int_equal(pss_of((struct pss_parts){1, 1, 32, 0, true, false}), CRYPT_SIG_PSS_SHA2_256);
    assert_int_equal(pss_of((struct pss_parts){1, 1, 32, 1, false, false}), CRYPT_SIG_PSS_SHA2_256);
    /* Another trailer, mask, salt; no salt means 20 octets; SHA-224. */
    assert_int_equal(pss_of((struct pss_parts){1, 1, 32, 2, false, false}), CRYPT_SIG_NONE);
    assert_int_equal(pss_of((struct pss_parts){1, 2, 32, 0, false, false}), CRYPT_SIG_NONE);
    assert_int_equal(pss_of((struct pss_parts){1, 1, 20, 0, false, false}), CRYPT_SIG_NONE);
    assert_int_equal(pss_of((struct pss_parts){1, 1, 32, 0, false, true}), CRYPT_SIG_NONE);
    assert_int_equal(pss_of((struct pss_parts){4, 4, 28, 0, false, false}), CRYPT_SIG_NONE);
}

static void absent_parameters_are_null_where_the_rfcs_say_so(void **state)
{
    /* RFC 4055 5: PKCS#1 v1.5 may come without the NULL. RFC 5758 3.2: ECDSA has none. */
    static const uint8_t rsa[] = {0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0d};
    static const uint8_t ecdsa[] = {0x30, 0x0c, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2, 5, 0};
    static const uint8_t full_null[] = {0x30, 0x0e, 6, 9, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 1, 1, 0x0d, 5,    1,    0};
    assert_int_equal(crypt_sig_of_algid(base_span(rsa, sizeof rsa)), CRYPT_SIG_RSA_SHA2_512);
    assert_int_equal(crypt_sig_of_algid(base_span(ecdsa, sizeof ecdsa)), CRYPT_SIG_NONE);
    assert_int_equal(crypt_sig_of_algid(base_span(full_null, sizeof full_null)), CRYPT_SIG_NONE);
}

static void sha1_by_method_14_does_not_exist(void **state)
{
    static const uint8_t rsa[] = {0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5, 5, 0};
    static const uint8_t ecdsa[] = {0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1};
    assert_int_equal(crypt_sig_of_algid(base_span(rsa, sizeof rsa)), CRYPT_SIG_NONE);
    assert_int_equal(crypt_sig_of_algid(base_span(ecdsa, sizeof ecdsa)), CRYPT_SIG_NONE);
}

/* Each identifier with each of its octets changed, cut at each length, and with one octet more. */
static void a_damaged_identifier_is_none_or_another_scheme(void **state)
{
    for (enum crypt_sig sig = CRYPT_SIG_NONE + 1; sig < CRYPT_SIGS; sig++) {
        uint8_t copy[CRYPT_SIG_ALGID_MAX + 1] = {0};
        const struct base_span good = row_algid(sig);
        if (good.len == 0)
            continue;
        memcpy(copy, good.ptr, good.len);
        assert_int_equal(crypt_sig_of_algid(base_span(copy, good.len + 1)), CRYPT_SIG_NONE);
        for (size_t len = 0; len < good.len; len++)
            assert_int_equal(crypt_sig_of_algid(base_span(copy, len)), CRYPT_SIG_NONE);
        for (size_t i = 0; i < good.len * 8; i++) {
            copy[i / 8] ^= (uint8_t)(1u << i % 8);
            assert_int_not_equal(crypt_sig_of_algid(base_span(copy, good.len)), sig);
            copy[i / 8] ^= (uint8_t)(1u << i % 8);
        }
    }
}

static void a_long_length_must_need_its_form(void **state)
{
    static const uint8_t loose[] = {0x30, 0x81, 5, 6, 3, 0x2b, 0x65, 0x70};
    static const uint8_t endless[] = {0x30, 0x80, 6, 3, 0x2b, 0x65, 0x70, 0, 0};
    assert_int_equal(crypt_sig_of_algid(base_span(loose, sizeof loose)), CRYPT_SIG_NONE);
    assert_int_equal(crypt_sig_of_algid(base_span(endless, sizeof endless)), CRYPT_SIG_NONE);
}

static void what_is_written_before_a_signature_is_split_from_it_again(void **state)
{
    for (enum crypt_sig sig = CRYPT_SIG_NONE; sig <= CRYPT_SIGS; sig++) {
        uint8_t data[CRYPT_SIG_ALGID_MAX + 4];
        struct base_span algid, signature;
        struct base_writer w = base_writer(data, sizeof data);
        const struct crypt_sig_row *row = crypt_sig_row(sig);
        crypt_sig_write_algid(&w, sig);
        assert_int_equal(w.failed, !row || !row->algid);
        if (w.failed)
            continue;
        assert_false(crypt_sig_split(base_writer_span(&w), &algid, &signature)); /* no signature */
        base_write(&w, "sig", 3);
        assert_true(crypt_sig_split(base_writer_span(&w), &algid, &signature));
        assert_int_equal(crypt_sig_of_algid(algid), sig);
        assert_true(base_span_equal(signature, base_span("sig", 3)));
    }
    struct base_span algid, signature;
    assert_false(crypt_sig_split(BASE_SPAN_NONE, &algid, &signature));
    assert_false(crypt_sig_split(base_span("\0sig", 4), &algid, &signature));
    assert_false(crypt_sig_split(base_span("\4sig", 4), &algid, &signature));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_stands_at_its_number_and_is_found_by_what_a_peer_sends),
        cmocka_unit_test(three_schemes_are_pss),
        cmocka_unit_test(what_is_no_scheme_has_no_row_and_still_a_name),
        cmocka_unit_test(sha1_is_never_announced_and_only_method_1_is_weak),
        cmocka_unit_test(identifiers_are_those_of_the_rfc),
        cmocka_unit_test(parameters_of_pss_are_held_against_the_scheme),
        cmocka_unit_test(absent_parameters_are_null_where_the_rfcs_say_so),
        cmocka_unit_test(sha1_by_method_14_does_not_exist),
        cmocka_unit_test(a_damaged_identifier_is_none_or_another_scheme),
        cmocka_unit_test(a_long_length_must_need_its_form),
        cmocka_unit_test(what_is_written_before_a_signature_is_split_from_it_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
