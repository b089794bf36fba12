/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of algorithms: consistent in itself and within the bounds that others build on. */
#include "crypt_alg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void every_row_is_found_by_number_and_by_keyword(void **state)
{
    size_t count;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(crypt_alg_find(rows[i].type, rows[i].id, rows[i].key_bits), &rows[i]);
        assert_ptr_equal(crypt_alg_by_keyword(rows[i].keyword), &rows[i]);
        assert_string_equal(crypt_alg_name(rows[i].type, rows[i].id, rows[i].key_bits), rows[i].name);
        assert_non_null(rows[i].rfc);
    }
}

static void sizes_stay_within_the_published_bounds(void **state)
{
    size_t count;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (size_t i = 0; i < count; i++) {
        const struct crypt_alg *a = &rows[i];
        switch (a->type) {
        case CRYPT_TYPE_ENCR:
            assert_in_range(a->key_bytes + a->salt_bytes, 0, CRYPT_ENCR_KEY_MAX);
            assert_true(a->key_bits == 0 || a->key_bits == a->key_bytes * 8);
            assert_in_range(a->salt_bytes, 0, 4);
            assert_in_range(a->block_bytes, 1, 16);
            assert_int_equal(a->is_aead, a->icv_bytes != 0);
            break;
        case CRYPT_TYPE_PRF:
            assert_in_range(a->out_bytes, 20, CRYPT_PRF_MAX);
            assert_int_equal(a->key_bytes, a->out_bytes);
            break;
        case CRYPT_TYPE_INTEG:
            assert_in_range(a->key_bytes, 20, CRYPT_INTEG_KEY_MAX);
            assert_true(a->icv_bytes >= 12 && a->icv_bytes <= a->out_bytes);
            break;
        case CRYPT_TYPE_DH:
            assert_in_range(a->out_bytes, a->id == CRYPT_DH_NONE ? 0 : 32, CRYPT_DH_MAX);
            assert_in_range(a->answer_bytes, a->id == CRYPT_DH_NONE ? 0 : 32, CRYPT_DH_MAX);
            assert_true(a->is_kem || a->answer_bytes == a->out_bytes);
            for (uint8_t t = CRYPT_TYPE_ADDKE1; t <= CRYPT_TYPE_ADDKE7; t++)
                assert_ptr_equal(crypt_alg_find(t, a->id, 0), a);
            break;
        default:
            assert_int_equal(a->type, CRYPT_TYPE_ESN);
        }
    }
}

static void of_all_numbers_only_the_known_ones_exist(void **state)
{
    size_t found[6] = {0}, count, rows_of_type[6] = {0};
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (size_t i = 0; i < count; i++)
        rows_of_type[rows[i].type]++;
    for (unsigned type = 0; type < 6; type++)
        for (unsigned id = 0; id <= UINT16_MAX; id++)
            for (unsigned bits = 0; bits <= 256; bits += 64)
                found[type] += crypt_alg_find((uint8_t)type, (uint16_t)id, (uint16_t)bits) != NULL;
    for (unsigned type = 0; type < 6; type++)
        assert_int_equal(found[type], rows_of_type[type]);
}

static void a_cipher_without_its_key_length_does_not_exist(void **state)
{
    assert_null(crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 0));
    assert_null(crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 64));
    assert_null(crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_CHACHA20_POLY1305, 256));
    assert_non_null(crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128));
}

/* RFC 8221 5 and RFC 8247 2.1, 2.4; each is there only for a connection that says so. */
static void what_is_weak_says_why(void **state)
{
    size_t count, weak = 0;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (size_t i = 0; i < count; i++)
        weak += rows[i].weak != NULL;
    assert_int_equal(weak, 3);
    assert_non_null(crypt_alg_by_keyword("3des")->weak);
    assert_non_null(crypt_alg_by_keyword("modp1024")->weak);
    assert_non_null(crypt_alg_by_keyword("modp1536")->weak);
}

static void only_null_is_nothing_that_ike_may_use(void **state)
{
    assert_true(crypt_alg_find(CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA1, 0)->for_ike);
    assert_true(crypt_alg_find(CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA1_96, 0)->for_ike);
    assert_false(crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_NULL, 0)->for_ike);
}

static void what_has_no_row_still_has_a_name(void **state)
{
    assert_string_equal(crypt_alg_name(CRYPT_TYPE_ENCR, 2, 0), "unknown");
    assert_string_equal(crypt_alg_name(0, 0, 0), "unknown");
    assert_string_equal(crypt_alg_name(CRYPT_TYPE_INTEG, CRYPT_INTEG_NONE, 0), "NONE");
    assert_string_equal(crypt_alg_name(CRYPT_TYPE_DH, CRYPT_DH_NONE, 0), "NONE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_by_number_and_by_keyword),
        cmocka_unit_test(sizes_stay_within_the_published_bounds),
        cmocka_unit_test(of_all_numbers_only_the_known_ones_exist),
        cmocka_unit_test(a_cipher_without_its_key_length_does_not_exist),
        cmocka_unit_test(what_is_weak_says_why),
        cmocka_unit_test(only_null_is_nothing_that_ike_may_use),
        cmocka_unit_test(what_has_no_row_still_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
