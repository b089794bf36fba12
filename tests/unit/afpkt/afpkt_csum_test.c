/* SPDX-License-Identifier: BSD-3-Clause */
/* Checksums that were left to a device are completed, and nothing is written outside. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_of_is_completed),
        cmocka_unit_test(a_place_outside_of_the_frame_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
