/* SPDX-License-Identifier: BSD-3-Clause */
/* Checksums that were left to a device are completed, others stay, and nothing is written outside. */
#include "afpkt_csum.h"

#include "afpkt_pkt.h"

static const uint32_t sizes[] = {0, 1, 2, 3, 17, 1399, 1460};

/* Each kind of packet with each payload. */
static void each(void (*look)(const struct pkt *k))
{
    for (unsigned kind = 0; kind < 16; kind++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const struct pkt k = {.is6 = kind & 1,
                                  .is_udp = kind & 2,
                                  .tags = kind & 4 ? 1 : 0,
                                  .options = kind & 8 && !(kind & 1) ? 8 : 0,
                                  .payload = sizes[i]};
            look(&k);
        }
}

static void look_told(const struct pkt *k)
{
    uint8_t *left = pkt_make(k, true), *whole = pkt_make(k, false);
    assert_true(afpkt_csum_complete(left, pkt_len(k), (uint16_t)pkt_l4(k), k->is_udp ? 6 : 16));
    assert_memory_equal(left, whole, pkt_len(k));
    free(left);
    free(whole);
}

static void what_is_told_of_is_completed(void **state)
{
    each(look_told);
}

static void a_place_outside_of_the_frame_is_refused(void **state)
{
    const struct pkt k = {.payload = 10};
    static const struct {
        uint16_t start, offset;
    } bad[] = {{63, 0}, {48, 15}, {64, 0}, {65535, 65535}, {0, 63}, {50, 65535}, {34, 15}};
    uint8_t *frame = pkt_make(&k, true), *before = pkt_make(&k, true);
    assert_int_equal(pkt_len(&k), 64);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(afpkt_csum_complete(frame, 64, bad[i].start, bad[i].offset));
    assert_memory_equal(frame, before, 64);
    assert_true(afpkt_csum_complete(frame, 64, 62, 0)); /* its last two bytes */
    free(frame);
    free(before);
}

static void look_left(const struct pkt *k)
{
    uint8_t *left = pkt_make(k, true), *whole = pkt_make(k, false);
    assert_true(afpkt_csum_left(left, pkt_len(k)));
    assert_memory_equal(left, whole, pkt_len(k));
    assert_false(afpkt_csum_left(left, pkt_len(k)));
    pkt_put16(pkt_field(k, left), pkt_get16(pkt_field(k, left)) ^ 0x0101); /* wrong stays wrong */
    memcpy(whole, left, pkt_len(k));
    assert_false(afpkt_csum_left(left, pkt_len(k)));
    assert_memory_equal(left, whole, pkt_len(k));
    free(left);
    free(whole);
}

static void what_nobody_tells_of_is_found_by_its_sum(void **state)
{
    each(look_left);
}

static void padding_behind_the_packet_is_not_of_it(void **state)
{
    const struct pkt k = {.payload = 1};
    uint8_t *left = pkt_make(&k, true), *whole = pkt_make(&k, false), padded[80];
    memset(padded, 0xee, sizeof padded);
    memcpy(padded, left, pkt_len(&k));
    assert_true(afpkt_csum_left(padded, sizeof padded));
    assert_memory_equal(padded, whole, pkt_len(&k));
    free(left);
    free(whole);
}

/* The payload's sum is zero: the right checksum is the complement of the pseudo-header's sum, and with an
 * address chosen so the two are the same. */
static void a_right_checksum_that_looks_left_stays(void **state)
{
    const struct pkt k = {.is_udp = true, .payload = 2};
    uint8_t *frame = pkt_make(&k, true), *before = malloc(pkt_len(&k));
    bool found = false;
    for (unsigned v = 0; v < 0x10000 && !found; v++) {
        pkt_put16(frame + pkt_headers(&k), v);
        found = pkt_sum(pkt_pseudo(&k, frame, 10), frame + pkt_l4(&k), 10) == 0xffff;
    }
    assert_true(found);
    memcpy(before, frame, pkt_len(&k));
    afpkt_csum_left(frame, pkt_len(&k));
    assert_memory_equal(frame, before, pkt_len(&k));
    free(frame);
    free(before);
}

/* Cut at each byte in memory of that size: no read and no write outside, for a sanitizer to see. */
static void look_short(const struct pkt *k)
{
    uint8_t *frame = pkt_make(k, true);
    for (uint32_t len = 0; len < pkt_len(k); len++) {
        uint8_t *cut = malloc(len ? len : 1);
        memcpy(cut, frame, len);
        assert_false(afpkt_csum_left(cut, len));
        assert_memory_equal(cut, frame, len);
        free(cut);
    }
    free(frame);
}

static void cut_short_it_is_left_alone(void **state)
{
    each(look_short);
}

static void fragments_and_other_protocols_are_left_alone(void **state)
{
    const struct pkt k = {.is_udp = true, .payload = 20};
    uint8_t *frame = pkt_make(&k, true);
    pkt_put16(frame + 14 + 6, 0x2000);
    assert_false(afpkt_csum_left(frame, pkt_len(&k)));
    pkt_put16(frame + 14 + 6, 0x0001);
    assert_false(afpkt_csum_left(frame, pkt_len(&k)));
    pkt_put16(frame + 14 + 6, 0);
    frame[14 + 9] = 50;
    assert_false(afpkt_csum_left(frame, pkt_len(&k)));
    frame[14 + 9] = 17;
    pkt_put16(frame + 12, 0x0806);
    assert_false(afpkt_csum_left(frame, pkt_len(&k)));
    pkt_put16(frame + 12, 0x86dd);
    assert_false(afpkt_csum_left(frame, pkt_len(&k)));
    pkt_put16(frame + 12, 0x0800);
    frame[14] = 0x44;
    assert_false(afpkt_csum_left(frame, pkt_len(&k)));
    frame[14] = 0x45;
    assert_true(afpkt_csum_left(frame, pkt_len(&k)));
    free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_of_is_completed),
        cmocka_unit_test(a_place_outside_of_the_frame_is_refused),
        cmocka_unit_test(what_nobody_tells_of_is_found_by_its_sum),
        cmocka_unit_test(padding_behind_the_packet_is_not_of_it),
        cmocka_unit_test(a_right_checksum_that_looks_left_stays),
        cmocka_unit_test(cut_short_it_is_left_alone),
        cmocka_unit_test(fragments_and_other_protocols_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
