/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a packet reads of its key is what is fetched ahead for it. The answer comes from the library itself: a
 * byte of the key that it reads is one whose change is seen in the packet.
 */
#include "imb_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define STEP      16 /* one round key or one power */
#define BYTES_MAX 1536

static struct esp_ctx *imb;

struct packet {
    uint8_t bytes[BYTES_MAX + 16];
};

static void packet_seal(struct packet *p, uint8_t cls, const union imb_key *key, uint32_t len)
{
    memset(p->bytes, 0x3c, sizeof p->bytes);
    struct esp_op op = {.data = p->bytes,
                        .key = &key->first,
                        .len = (uint16_t)len,
                        .iv = {1, 2, 3},
                        .aad = {4, 5},
                        .aad_len = 8};
    imb_seal(imb, cls, &(struct esp_burst){&op, sizeof op, 1, false});
}

/* The code that the layout is made for. */
static bool has_vaes_avx512(void)
{
    return imb->mgr->used_arch == IMB_ARCH_AVX512 && imb->mgr->features & IMB_FEATURE_VAES;
}

static bool is_read(uint8_t cls, const union imb_key *key, uint32_t at, uint32_t len)
{
    static struct packet with, without;
    static union imb_key changed;
    changed = *key;
    for (uint32_t i = 0; i < STEP; i++)
        changed.bytes[at + i] ^= (uint8_t)(0x51 + i);
    packet_seal(&with, cls, &changed, len);
    packet_seal(&without, cls, key, len);
    return memcmp(&with, &without, sizeof with) != 0;
}

static bool is_fetched(uint32_t at, uint32_t len)
{
    const struct esp_key_shape *s = &imb_esp_ops.key;
    for (int i = 0; i < 2; i++)
        if (at >= esp_key_run_begin(s->run_bytes, s->run_end[i], len) && at < s->run_end[i])
            return true;
    return at < ESP_KEY_FRONT;
}

static void key_make(uint16_t bits, union imb_key *out, uint8_t *cls)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, bits);
    static const uint8_t bytes[36] = {7, 1, 9, 2, 8, 3};
    struct esp_suite suite;
    assert_int_equal(imb_suite_find(alg, NULL, &suite), 0);
    assert_int_equal(imb_key_expand(imb, alg, NULL, bytes, suite.encr_len, NULL, 0, &out->first), 0);
    *cls = suite.cls;
}

static void a_packet_reads_nothing_of_its_key_that_is_not_fetched_ahead(void **state)
{
    static const uint32_t lengths[] = {16,  48,  64,  80,  128, 200,  256,
                                       496, 512, 528, 760, 768, 1024, BYTES_MAX};
    static union imb_key key;
    uint8_t cls;
    if (!has_vaes_avx512())
        skip();
    for (uint16_t bits = 128; bits <= 256; bits += 128) {
        key_make(bits, &key, &cls);
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            uint32_t read = 0;
            for (uint32_t at = 0; at < IMB_KEY_END; at += STEP)
                if (is_read(cls, &key, at, lengths[i])) {
                    read += STEP;
                    /* The last round keys of AES-256 have a line of their own, which is left to the CPU. */
                    assert_true(is_fetched(at, lengths[i]) || (bits > 128 && at < 240));
                }
            assert_true(read > 176);
        }
    }
}

static void a_long_packet_reads_each_line_that_is_fetched(void **state)
{
    static union imb_key key;
    uint8_t cls;
    if (!has_vaes_avx512())
        skip();
    key_make(128, &key, &cls);
    for (uint32_t line = 0; line < IMB_KEY_END; line += 64) {
        bool is_used = false;
        for (uint32_t at = line; at < line + 64 && at < IMB_KEY_END; at += STEP)
            is_used |= is_read(cls, &key, at, BYTES_MAX);
        assert_int_equal(is_used, is_fetched(line, BYTES_MAX));
    }
}

static int create(void **state)
{
    imb = imb_create(false);
    return imb ? 0 : -1;
}

static int destroy(void **state)
{
    imb_free(imb);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_reads_nothing_of_its_key_that_is_not_fetched_ahead),
        cmocka_unit_test(a_long_packet_reads_each_line_that_is_fetched),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
