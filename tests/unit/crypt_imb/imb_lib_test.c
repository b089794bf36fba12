/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies of the library: code and variables of their own, the same answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "imb_int.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define HAS_COPIES false
#else
#define HAS_COPIES true
#endif

static void seal(struct esp_ctx *imb, uint8_t out[80])
{
    static const uint8_t keymat[20] = {1, 2, 3};
    static union imb_key key;
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128);
    struct esp_op op = {.data = out, .key = &key.first, .len = 64, .aad_len = 8};
    memset(out, 7, 80);
    assert_int_equal(imb_key_expand(imb, alg, NULL, keymat, sizeof keymat, NULL, 0, &key.first), 0);
    imb_seal(imb, IMB_CLASS_GCM128, &(struct esp_burst){&op, sizeof op, 1, false});
}

static void each_copy_has_code_of_its_own_and_all_give_the_same_answer(void **state)
{
    struct esp_ctx *all[3] = {imb_create(false), imb_create(true), imb_create(true)};
    uint8_t want[80], got[80];
    seal(all[0], want);
    assert_null(all[0]->lib.handle);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(all[i]->lib.handle != NULL, HAS_COPIES);
        seal(all[i], got);
        assert_memory_equal(got, want, sizeof want);
        assert_int_equal(all[i]->mgr->used_arch, all[0]->mgr->used_arch);
    }
    if (HAS_COPIES) {
        assert_true(all[0]->mgr->gcm128_enc != all[1]->mgr->gcm128_enc);
        assert_true(all[1]->mgr->gcm128_enc != all[2]->mgr->gcm128_enc);
        assert_true(all[0]->mgr->gcm256_dec != all[1]->mgr->gcm256_dec);
        assert_true(all[0]->mgr->submit_job != all[1]->mgr->submit_job);
    }
    for (int i = 0; i < 3; i++)
        imb_free(all[i]);
}

static void what_one_copy_remembers_another_does_not(void **state)
{
    if (!HAS_COPIES)
        return;
    struct esp_ctx *a = imb_create(true), *b = imb_create(true);
    struct esp_op op = {.len = 16};
    /* An error of a's: no key. The library keeps it for the process, as each copy thinks that it is one. */
    a->mgr->gcm128_enc(NULL, &a->gcm, op.iv, op.iv, 1, op.iv, op.aad, 8, op.iv, 16);
    assert_int_not_equal(a->lib.get_errno(NULL), 0);
    assert_int_equal(b->lib.get_errno(NULL), 0);
    imb_free(a);
    imb_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_copy_has_code_of_its_own_and_all_give_the_same_answer),
        cmocka_unit_test(what_one_copy_remembers_another_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
