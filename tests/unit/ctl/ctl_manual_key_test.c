/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys made by hand. The published answers are of "openssl kdf ... HKDF" with the same secret, salt and info.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ctl_manual_key.h"

static const uint8_t key20[20] = {0,  1,  2,  3,  4,  5,  6,    7,    8,    9,
                                  10, 11, 12, 13, 14, 15, 0xa0, 0xa1, 0xa2, 0xa3};

static struct conf_manual manual(size_t len)
{
    struct conf_manual m = {.key_len = (uint8_t)len};
    for (size_t i = 0; i < len; i++)
        m.key[i] = (uint8_t)i;
    if (len == sizeof key20)
        memcpy(m.key, key20, len);
    return m;
}

static struct ctl_manual_keys made(size_t len, uint8_t nonce_byte)
{
    uint8_t nonce[CTL_MANUAL_NONCE_BYTES];
    struct ctl_manual_keys keys;
    const struct conf_manual m = manual(len);
    memset(nonce, nonce_byte, sizeof nonce);
    assert_int_equal(ctl_manual_keys_make(&m, nonce, &keys), 0);
    return keys;
}

static void ours_are_the_answer_of_hkdf(void **state)
{
    static const uint8_t out20[] = {0x48, 0x4f, 0x38, 0x50, 0x19, 0x41, 0x25, 0x73, 0xf8, 0xed,
                                    0x95, 0xe2, 0x3f, 0x22, 0x41, 0x7e, 0x43, 0xf4, 0x0b, 0xcc};
    static const uint8_t out36[] = {0xd2, 0x0f, 0xc1, 0x1b, 0xef, 0xbb, 0xb1, 0xf3, 0x12, 0x68, 0xc5, 0x7b,
                                    0x9a, 0xa0, 0x73, 0xea, 0x74, 0xf1, 0xf7, 0x77, 0x0d, 0x07, 0x96, 0x9c,
                                    0x6b, 0x01, 0x64, 0xa2, 0x21, 0xfe, 0x7f, 0x45, 0x44, 0x84, 0xfe, 0xf8};
    (void)state;
    const struct ctl_manual_keys a = made(20, 0x5a), b = made(36, 0x5a);
    assert_int_equal(a.out.encr_len, 20);
    assert_memory_equal(a.out.encr, out20, sizeof out20);
    assert_int_equal(b.out.encr_len, 36);
    assert_memory_equal(b.out.encr, out36, sizeof out36);
}

static void theirs_are_the_file(void **state)
{
    (void)state;
    const struct ctl_manual_keys a = made(20, 0x5a), b = made(20, 0x5b);
    assert_int_equal(a.in.encr_len, 20);
    assert_int_equal(a.in.integ_len, 0);
    assert_memory_equal(a.in.encr, key20, sizeof key20);
    assert_memory_equal(b.in.encr, key20, sizeof key20);
}

static void another_nonce_is_another_key(void **state)
{
    (void)state;
    const struct ctl_manual_keys a = made(20, 0x5a), b = made(20, 0x5b);
    assert_memory_not_equal(a.out.encr, b.out.encr, 16);
    assert_memory_not_equal(a.out.encr, a.in.encr, 16);
}

static void each_pair_has_a_salt_of_its_own_under_one_key(void **state)
{
    struct ctl_manual_keys keys = made(20, 0x5a);
    struct esp_keymat k;
    (void)state;
    ctl_manual_key_of(&keys, 0, &k);
    assert_memory_equal(&k, &keys.out, sizeof k);
    ctl_manual_key_of(&keys, 0x34, &k);
    assert_memory_equal(k.encr, keys.out.encr, 16);
    assert_memory_equal(k.encr + 16, "\x43\xf4\x0c\x00", 4);
    ctl_manual_key_of(&keys, 99999, &k);
    assert_memory_equal(k.encr + 16, "\x43\xf5\x92\x6b", 4);
    memset(keys.out.encr + 16, 0xff, 4); /* it may wrap */
    ctl_manual_key_of(&keys, 2, &k);
    assert_memory_equal(k.encr, keys.out.encr, 16);
    assert_memory_equal(k.encr + 16, "\x00\x00\x00\x01", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_are_the_answer_of_hkdf),
        cmocka_unit_test(theirs_are_the_file),
        cmocka_unit_test(another_nonce_is_another_key),
        cmocka_unit_test(each_pair_has_a_salt_of_its_own_under_one_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
