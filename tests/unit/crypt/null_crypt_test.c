/* SPDX-License-Identifier: BSD-3-Clause */
/* The insecure double must behave as the product's table does, or simulations prove nothing. */
#include "null_crypt.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void both_sides_of_a_group_agree_and_groups_differ(void **state)
{
    size_t count, groups = 0;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    uint8_t first[32];
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type != CRYPT_TYPE_DH || rows[i].id == CRYPT_DH_NONE)
            continue;
        struct crypt_dh_key *a;
        uint8_t pa[CRYPT_DH_MAX], pb[CRYPT_DH_MAX], sa[CRYPT_DH_MAX], sb[CRYPT_DH_MAX];
        size_t la, lb;
        null_crypt_seed(1);
        assert_int_equal(null_ike_ops.dh_new(rows[i].id, &a, pa), 0);
        const size_t answer = rows[i].answer_bytes;
        assert_int_equal(null_crypt_live_keys(), 1);
        assert_int_equal(
            null_ike_ops.dh_answer(NULL, rows[i].id, base_span(pa, rows[i].out_bytes), pb, sb, &lb), 0);
        assert_int_equal(null_ike_ops.dh_derive(a, base_span(pb, answer), sa, &la), 0);
        assert_int_equal(la, lb);
        assert_memory_equal(sa, sb, la);
        if (groups++)
            assert_memory_not_equal(sa, first, 32);
        memcpy(first, sa, 32);
        assert_int_equal(null_ike_ops.dh_derive(a, base_span(pb, answer - 1), sa, &la), -EINVAL);
        memset(pb, 0, sizeof pb);
        assert_int_equal(null_ike_ops.dh_derive(a, base_span(pb, answer), sa, &la), -EINVAL);
        null_ike_ops.dh_free(a);
        assert_int_equal(null_crypt_live_keys(), 0);
    }
    assert_int_equal(groups, 14);
}

static void the_prf_depends_on_every_byte_but_not_on_the_parts(void **state)
{
    const struct base_span whole = base_span("abcdef", 6), cut[] = {base_span("ab", 2), base_span("cdef", 4)},
                           other = base_span("abcdeg", 6), key = base_span("k", 1);
    uint8_t a[64], b[64];
    assert_int_equal(null_ike_ops.prf(CRYPT_PRF_HMAC_SHA2_256, key, &whole, 1, a), 0);
    assert_int_equal(null_ike_ops.prf(CRYPT_PRF_HMAC_SHA2_256, key, cut, 2, b), 0);
    assert_memory_equal(a, b, 32);
    assert_int_equal(null_ike_ops.prf(CRYPT_PRF_HMAC_SHA2_256, key, &other, 1, b), 0);
    assert_memory_not_equal(a, b, 32);
    assert_int_equal(null_ike_ops.prf(CRYPT_PRF_HMAC_SHA2_256, base_span("l", 1), &whole, 1, b), 0);
    assert_memory_not_equal(a, b, 32);
}

static void a_changed_tag_fails_unless_all_are_accepted(void **state)
{
    const struct crypt_alg *gcm = crypt_alg_by_keyword("aes128gcm16");
    const uint8_t key[20] = {1}, iv[8] = {2};
    uint8_t text[5] = "data", icv[16], out[5];
    const struct base_span aad = base_span("header", 6);
    assert_int_equal(
        null_ike_ops.encrypt(gcm, base_span(key, 20), base_span(iv, 8), aad, base_span(text, 5), out, icv),
        0);
    assert_int_equal(null_ike_ops.decrypt(gcm, base_span(key, 20), base_span(iv, 8), aad, base_span(out, 5),
                                          base_span(icv, 16), text),
                     0);
    assert_string_equal((char *)text, "data");
    icv[3] ^= 1;
    assert_int_equal(null_ike_ops.decrypt(gcm, base_span(key, 20), base_span(iv, 8), aad, base_span(out, 5),
                                          base_span(icv, 16), text),
                     -EBADMSG);
    assert_string_equal((char *)text, "");
    null_crypt_accept_all(true);
    assert_int_equal(null_ike_ops.decrypt(gcm, base_span(key, 20), base_span(iv, 8), aad, base_span(out, 5),
                                          base_span(icv, 16), text),
                     0);
    uint8_t mac[16];
    const uint8_t mac_key[32] = {3}, zeros[16] = {0};
    assert_int_equal(null_ike_ops.integ(crypt_alg_by_keyword("sha256"), base_span(mac_key, 32), &aad, 1, mac),
                     0);
    assert_memory_equal(mac, zeros, 16);
    null_crypt_accept_all(false);
    assert_int_equal(null_ike_ops.integ(crypt_alg_by_keyword("sha256"), base_span(mac_key, 32), &aad, 1, mac),
                     0);
    assert_memory_not_equal(mac, zeros, 16);
}

static void wrong_lengths_of_key_iv_and_data_are_refused(void **state)
{
    const struct crypt_alg *cbc = crypt_alg_by_keyword("aes256");
    uint8_t bytes[64] = {0}, out[64];
    const struct base_span key = base_span(bytes, 32), iv = base_span(bytes, 16), data = base_span(bytes, 32);
    assert_int_equal(null_ike_ops.encrypt(cbc, key, iv, BASE_SPAN_NONE, data, out, NULL), 0);
    assert_int_equal(null_ike_ops.encrypt(cbc, iv, iv, BASE_SPAN_NONE, data, out, NULL), -EINVAL);
    assert_int_equal(null_ike_ops.encrypt(cbc, key, key, BASE_SPAN_NONE, data, out, NULL), -EINVAL);
    assert_int_equal(null_ike_ops.encrypt(cbc, key, iv, BASE_SPAN_NONE, base_span(bytes, 31), out, NULL),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_of_a_group_agree_and_groups_differ),
        cmocka_unit_test(the_prf_depends_on_every_byte_but_not_on_the_parts),
        cmocka_unit_test(a_changed_tag_fails_unless_all_are_accepted),
        cmocka_unit_test(wrong_lengths_of_key_iv_and_data_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
