/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of keys, SPIs and numbers, and the key that a gateway makes of a nonce. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "gen_key.h"

static char path[32];

static void file_write(const char *text)
{
    strcpy(path, "gen_key_test.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void a_key_is_hex_of_the_right_length(void **state)
{
    static const char *const bad[] = {"", "00", "000102030405060708090a0b0c0d0e0f1011121g",
                                      "000102030405060708090a0b0c0d0e0f101112131"};
    uint8_t keymat[36];
    file_write("000102030405060708090a0b0c0d0e0F\n10111213\n");
    assert_int_equal(gen_key_read(path, keymat), 20);
    for (uint8_t i = 0; i < 20; i++)
        assert_int_equal(keymat[i], i);
    unlink(path);
    file_write("0x000102030405060708090a0b0c0d0e0f10111213");
    assert_int_equal(gen_key_read(path, keymat), 20);
    assert_int_equal(keymat[19], 19);
    unlink(path);
    assert_int_equal(gen_key_read(path, keymat), 0);
    for (uint32_t i = 0; i < 4; i++) {
        file_write(bad[i]);
        assert_int_equal(gen_key_read(path, keymat), 0);
        unlink(path);
    }
}

static void spis_are_one_a_line(void **state)
{
    static const char *const bad[] = {"",     "# none\n", "0x100\n255\n", "0x100000000\n", "0x100 0x200\n",
                                      "spi\n"};
    uint32_t n, *spis;
    file_write("# of the gateway\n0x12345678\n\n4096 \n  0xffffffff # the last\n");
    spis = gen_key_spis(path, &n);
    unlink(path);
    assert_int_equal(n, 3);
    assert_true(spis[0] == 0x12345678 && spis[1] == 4096 && spis[2] == UINT32_MAX);
    free(spis);
    for (uint32_t i = 0; i < 6; i++) {
        file_write(bad[i]);
        spis = gen_key_spis(path, &n);
        unlink(path);
        if (spis)
            fail_msg("\"%s\" was taken", bad[i]);
    }
}

/* Made by `openssl kdf -keylen 20 -kdfopt digest:SHA256 ... HKDF` with these values. */
static void the_gateways_key_is_hkdf_of_the_nonce(void **state)
{
    static const uint8_t wanted[20] = {0x58, 0x06, 0x2c, 0xeb, 0xf2, 0x99, 0x21, 0x88, 0xb7, 0x55,
                                       0x96, 0x9e, 0xf0, 0xb3, 0x26, 0x66, 0x84, 0x1a, 0x24, 0xf2};
    static const uint8_t wide[36] = {0x91, 0x28, 0x14, 0x62, 0xd6, 0x64, 0x64, 0xc0, 0x9e, 0xf4, 0x0e, 0x05,
                                     0x15, 0xd7, 0x23, 0x7d, 0x9c, 0x3f, 0xf2, 0xae, 0xb5, 0x4d, 0x6f, 0xca,
                                     0x63, 0x67, 0x67, 0xb8, 0xbd, 0xcf, 0x14, 0x60, 0xcf, 0x7d, 0x68, 0x83};
    uint8_t keymat[36], nonce[GEN_NONCE_BYTES], out[36];
    for (uint8_t i = 0; i < 36; i++)
        keymat[i] = i;
    assert_true(gen_key_nonce("00112233445566778899aabbccddeeff0123456789abcdefFEDCBA9876543210", nonce));
    assert_true(gen_key_out(keymat, 20, nonce, out));
    assert_memory_equal(out, wanted, 20);
    assert_true(gen_key_out(keymat, 36, nonce, out));
    assert_memory_equal(out, wide, 36);
    assert_false(gen_key_nonce("", nonce));
    assert_false(gen_key_nonce("00112233445566778899aabbccddeeff0123456789abcdefFEDCBA987654321", nonce));
    assert_false(gen_key_nonce("00112233445566778899aabbccddeeff0123456789abcdefFEDCBA98765432100", nonce));
    assert_false(gen_key_nonce("0011223344556677 899aabbccddeeff0123456789abcdefFEDCBA9876543210", nonce));
}

static void numbers_go_on_where_they_ended(void **state)
{
    char next[40];
    static const uint32_t spis[] = {4096, 4097, 8192};
    struct timespec early[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    file_write("4096\n");
    assert_int_equal(gen_key_next(path, spis, 2), 1);
    gen_key_next_keep(path, spis, 2, 5000000001);
    snprintf(next, sizeof(next), "%s.next", path);
    utimensat(AT_FDCWD, next, early, 0); /* the same SPIs were written again since */
    assert_true(gen_key_next(path, spis, 2) == 5000000001);
    gen_key_next_keep(path, spis, 2, 7); /* of a run that was told a lower --seq */
    assert_true(gen_key_next(path, spis, 2) == 5000000001);
    assert_int_equal(gen_key_next(path, spis, 3), 1);
    assert_int_equal(gen_key_next(path, spis + 1, 2), 1);
    gen_key_next_keep(path, spis, 3, 7);
    assert_int_equal(gen_key_next(path, spis, 3), 7);
    unlink(next);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_hex_of_the_right_length),
        cmocka_unit_test(spis_are_one_a_line),
        cmocka_unit_test(the_gateways_key_is_hkdf_of_the_nonce),
        cmocka_unit_test(numbers_go_on_where_they_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
