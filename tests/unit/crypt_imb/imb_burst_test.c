/* SPDX-License-Identifier: BSD-3-Clause */
/* Bursts of the AEADs: each packet is worked on by itself, in its place, with its own key. */
#include "imb_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "vectors.h"

#define PKTS  37 /* more than any queue of the library has lanes, and no power of two */
#define BYTES 128
#define ROOM  (BYTES + 64)

static struct esp_ctx *imb;

/* A packet's record as the data path has it: with something of its own behind the operation. */
struct record {
    struct esp_op op;
    uint64_t own;
};

static struct burst {
    struct record records[PKTS];
    uint8_t data[PKTS][ROOM];
    union imb_key keys[2];
} burst;

static const struct aead {
    const char *keyword;
    enum imb_class cls;
} aeads[] = {{"aes128gcm16", IMB_CLASS_GCM128}, {"aes192gcm16", IMB_CLASS_GCM192},
             {"aes256gcm16", IMB_CLASS_GCM256}, {"chacha20poly1305", IMB_CLASS_CHACHA},
             {"aes128ccm16", IMB_CLASS_CCM},    {"aes256ccm16", IMB_CLASS_CCM}};

#define AEADS (sizeof aeads / sizeof *aeads)

static void key_make(const struct aead *a, uint8_t first, union imb_key *out)
{
    const struct crypt_alg *alg = crypt_alg_by_keyword(a->keyword);
    uint8_t key[36];
    memset(key, first, sizeof key);
    assert_int_equal(
        imb_key_expand(imb, alg, NULL, key, alg->key_bytes + (size_t)alg->salt_bytes, NULL, 0, &out->first),
        0);
}

/* Packet i has i + 1 bytes of payload, two keys take turns, every third has the long sequence number. */
static void burst_fill(const struct aead *a)
{
    key_make(a, 0x11, &burst.keys[0]);
    key_make(a, 0x22, &burst.keys[1]);
    for (size_t i = 0; i < PKTS; i++) {
        memset(burst.data[i], (int)i, ROOM);
        burst.records[i] = (struct record){.op = {.data = burst.data[i] + 16,
                                                  .key = &burst.keys[i % 2].first,
                                                  .len = (uint16_t)(i + 1),
                                                  .failed = 9},
                                           .own = i};
        burst.records[i].op.aad_len = i % 3 ? 8 : 12;
        memset(burst.records[i].op.iv, (int)i + 1, 12);
        memset(burst.records[i].op.aad, (int)i + 2, 12);
    }
}

static struct esp_burst all_of(size_t count, bool is_mixed)
{
    return (struct esp_burst){&burst.records[0].op, sizeof(struct record), count, is_mixed};
}

static void assert_as_filled(size_t i)
{
    uint8_t want[ROOM];
    memset(want, (int)i, sizeof want);
    assert_memory_equal(burst.data[i], want, 16 + i + 1);
    assert_memory_equal(burst.data[i] + 16 + i + 1 + 16, want, ROOM - 16 - i - 1 - 16);
}

static void what_a_burst_seals_it_opens(void **state)
{
    for (size_t a = 0; a < AEADS; a++) {
        burst_fill(&aeads[a]);
        const struct esp_burst ops = all_of(PKTS, true);
        imb_seal(imb, aeads[a].cls, &ops);
        for (size_t i = 8; i < PKTS; i++)
            assert_memory_not_equal(burst.data[i] + 16, burst.data[i], 8);
        assert_int_equal(imb_open(imb, aeads[a].cls, &ops), 0);
        for (size_t i = 0; i < PKTS; i++) {
            assert_as_filled(i);
            assert_int_equal(burst.records[i].op.failed, 0);
            assert_int_equal(burst.records[i].own, i);
        }
    }
}

static void a_burst_does_what_single_packets_do(void **state)
{
    static uint8_t want[PKTS][ROOM];
    for (size_t a = 0; a < AEADS; a++)
        for (int is_mixed = 0; is_mixed < 2; is_mixed++) {
            burst_fill(&aeads[a]);
            for (size_t i = 0; i < PKTS; i++)
                imb_seal(imb, aeads[a].cls, &(struct esp_burst){&burst.records[i].op, 1, 1, false});
            memcpy(want, burst.data, sizeof want);
            burst_fill(&aeads[a]);
            const struct esp_burst ops = all_of(PKTS, is_mixed);
            imb_seal(imb, aeads[a].cls, &ops);
            assert_memory_equal(burst.data, want, sizeof want);
        }
}

static void one_bad_packet_does_not_touch_its_neighbours(void **state)
{
    for (size_t a = 0; a < AEADS; a++)
        for (size_t bad = 0; bad < PKTS; bad += PKTS / 2) {
            burst_fill(&aeads[a]);
            const struct esp_burst ops = all_of(PKTS, true);
            imb_seal(imb, aeads[a].cls, &ops);
            burst.data[bad][16 + bad + 1 + 15] ^= 1; /* last bit of its ICV */
            assert_int_equal(imb_open(imb, aeads[a].cls, &ops), 1);
            for (size_t i = 0; i < PKTS; i++) {
                assert_int_equal(burst.records[i].op.failed, i == bad);
                if (i != bad)
                    assert_as_filled(i);
            }
        }
}

static void another_key_nonce_or_header_fails(void **state)
{
    for (size_t a = 0; a < AEADS; a++)
        for (int what = 0; what < 4; what++) {
            burst_fill(&aeads[a]);
            const struct esp_burst ops = all_of(1, false);
            imb_seal(imb, aeads[a].cls, &ops);
            struct esp_op *op = &burst.records[0].op;
            if (what == 0)
                op->key = &burst.keys[1].first;
            else if (what == 1)
                op->iv[11] ^= 1;
            else if (what == 2)
                op->aad[11] ^= 1;
            else
                op->aad_len = 8;
            assert_int_equal(imb_open(imb, aeads[a].cls, &ops), 1);
            assert_int_equal(op->failed, 1);
        }
}

static void no_packets_and_empty_packets_are_fine(void **state)
{
    for (size_t a = 0; a < AEADS; a++) {
        burst_fill(&aeads[a]);
        const struct esp_burst none = all_of(0, true), one = all_of(1, true);
        imb_seal(imb, aeads[a].cls, &none);
        assert_int_equal(imb_open(imb, aeads[a].cls, &none), 0);
        assert_int_equal(burst.records[0].op.failed, 9);
        burst.records[0].op.len = 0;
        imb_seal(imb, aeads[a].cls, &one);
        assert_int_equal(imb_open(imb, aeads[a].cls, &one), 0);
        burst.data[0][16] ^= 1;
        assert_int_equal(imb_open(imb, aeads[a].cls, &one), 1);
    }
}

/* Test case 9 of the specification of GCM, of 192 bits. */
static void gcm_of_192_bits_answers_as_specified(void **state)
{
    uint8_t key[28] = {0}, data[80], want[80];
    union imb_key expanded;
    struct esp_op op = {.data = data, .key = &expanded.first, .len = 64};
    vectors_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c", key, 24);
    vectors_hex("cafebabefacedbaddecaf888", op.iv, 12);
    vectors_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
                data, 64);
    vectors_hex("3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
                "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256"
                "9924a7c8587336bfb118024db8674a14",
                want, 80);
    assert_int_equal(imb_key_expand(imb, crypt_alg_by_keyword("aes192gcm16"), NULL, key, sizeof key, NULL, 0,
                                    &expanded.first),
                     0);
    imb_seal(imb, IMB_CLASS_GCM192, &(struct esp_burst){&op, sizeof op, 1, false});
    assert_memory_equal(data, want, 80);
    assert_int_equal(imb_open(imb, IMB_CLASS_GCM192, &(struct esp_burst){&op, sizeof op, 1, false}), 0);
}

/* Test case 3 of the specification of GCM that NIST took over. */
static void gcm_answers_as_specified(void **state)
{
    uint8_t key[20] = {0}, data[80], want[80];
    union imb_key expanded;
    struct esp_op op = {.data = data, .key = &expanded.first, .len = 64};
    vectors_hex("feffe9928665731c6d6a8f9467308308", key, 16);
    vectors_hex("cafebabefacedbaddecaf888", op.iv, 12);
    vectors_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
                data, 64);
    vectors_hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
                "4d5c2af327cd64a62cf35abd2ba6fab4",
                want, 80);
    assert_int_equal(imb_key_expand(imb, crypt_alg_by_keyword("aes128gcm16"), NULL, key, sizeof key, NULL, 0,
                                    &expanded.first),
                     0);
    imb_seal(imb, IMB_CLASS_GCM128, &(struct esp_burst){&op, sizeof op, 1, false});
    assert_memory_equal(data, want, 80);
}

static int setup(void **state)
{
    imb = imb_create(false);
    return imb ? 0 : -1;
}

static int teardown(void **state)
{
    imb_free(imb);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_burst_seals_it_opens),
        cmocka_unit_test(a_burst_does_what_single_packets_do),
        cmocka_unit_test(one_bad_packet_does_not_touch_its_neighbours),
        cmocka_unit_test(another_key_nonce_or_header_fails),
        cmocka_unit_test(no_packets_and_empty_packets_are_fine),
        cmocka_unit_test(gcm_of_192_bits_answers_as_specified),
        cmocka_unit_test(gcm_answers_as_specified),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
