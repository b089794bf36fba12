/* SPDX-License-Identifier: BSD-3-Clause */
/* Large frames become the segments that a sender without offload would have sent; others are refused. */
#include "afpkt_cut.h"

#include "afpkt_pkt.h"

#define FIN_PSH_ACK_CWR 0x99

static uint8_t kind_of(const struct pkt *k)
{
    return k->is_udp ? AFPKT_GSO_UDP : k->is6 ? AFPKT_GSO_TCP6 : AFPKT_GSO_TCP4;
}

/* The n-th segment, of `payload` bytes from `at` on. */
static void assert_segment(const struct pkt *k, const uint8_t *frame, const uint8_t *got, uint32_t n,
                           uint32_t at, uint32_t payload)
{
    const uint32_t headers = pkt_headers(k);
    const bool is_last = at + payload == k->payload;
    pkt_assert_good(k, got, headers + payload);
    assert_memory_equal(got, frame, pkt_l3(k));
    assert_memory_equal(got + headers, frame + headers + at, payload);
    assert_memory_equal(got + pkt_l4(k), frame + pkt_l4(k), 4);
    if (!k->is6)
        assert_int_equal(pkt_get16(got + pkt_l3(k) + 4), (PKT_ID + n) & 0xffff);
    if (k->is_udp)
        return;
    assert_int_equal(pkt_get32(got + pkt_l4(k) + 4), PKT_SEQ + at);
    assert_int_equal(got[pkt_l4(k) + 13], 0x10 | (n == 0 ? 0x80 : 0) | (is_last ? 0x09 : 0));
}

static void cut_all(const struct pkt *k, uint16_t size, uint8_t more)
{
    uint8_t *frame = pkt_make(k, true);
    uint8_t *out = malloc(pkt_headers(k) + size);
    struct afpkt_cut c;
    uint32_t at = 0, n = 0;
    assert_true(afpkt_cut_begin(&c, frame, pkt_len(k), kind_of(k) | more, size, true));
    while (afpkt_cut_has_next(&c)) {
        const uint32_t payload = k->payload - at < size ? k->payload - at : size;
        assert_int_equal(afpkt_cut_largest(&c), pkt_headers(k) + payload);
        assert_int_equal(afpkt_cut_next(&c, out), pkt_headers(k) + payload);
        assert_segment(k, frame, out, n++, at, payload);
        at += payload;
    }
    assert_int_equal(at, k->payload);
    assert_int_equal(n, (k->payload + size - 1) / size);
    free(frame);
    free(out);
}

static void every_kind_is_cut_at_every_edge(void **state)
{
    static const uint16_t sizes[] = {1, 7, 536, 1398, 1448};
    for (unsigned kind = 0; kind < 24; kind++) {
        struct pkt k = {.is6 = kind & 1,
                        .is_udp = kind & 2,
                        .options = kind & 4 ? 16 : 0,
                        .tags = kind / 8,
                        .flags = FIN_PSH_ACK_CWR};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (uint32_t times = 1; times <= 3; times++)
                for (uint32_t less = 0; less < 3; less++) {
                    k.payload = sizes[i] * times + 1 - less;
                    if (k.payload > 0 && k.payload < 0x10000)
                        cut_all(&k, sizes[i], i % 2 && !k.is_udp ? AFPKT_GSO_ECN : 0);
                }
    }
}

static void the_largest_packet_there_is_can_be_cut(void **state)
{
    const struct pkt k4 = {.payload = 65535 - 40, .flags = FIN_PSH_ACK_CWR};
    const struct pkt k6 = {.is6 = true, .payload = 65535 - 20, .flags = FIN_PSH_ACK_CWR};
    const struct pkt u6 = {.is6 = true, .is_udp = true, .payload = 65535 - 8};
    cut_all(&k4, 1448, 0);
    cut_all(&k4, 65535, 0);
    cut_all(&k6, 1428, 0);
    cut_all(&u6, 1200, 0);
}

static void udp_without_a_checksum_keeps_none(void **state)
{
    const struct pkt k = {.is_udp = true, .payload = 3000};
    uint8_t *frame = pkt_make(&k, false), out[1042];
    struct afpkt_cut c;
    pkt_put16(pkt_field(&k, frame), 0);
    assert_true(afpkt_cut_begin(&c, frame, pkt_len(&k), AFPKT_GSO_UDP, 1000, false));
    assert_int_equal(afpkt_cut_next(&c, out), sizeof out);
    assert_int_equal(pkt_get16(pkt_field(&k, out)), 0);
    assert_true(afpkt_cut_begin(&c, frame, pkt_len(&k), AFPKT_GSO_UDP, 1000, true));
    afpkt_cut_next(&c, out);
    pkt_assert_good(&k, out, sizeof out);
    free(frame);
}

/* Cut short at each byte: refused, and for a sanitizer to see that nothing outside is read. */
static void what_is_cut_short_is_refused(void **state)
{
    for (unsigned kind = 0; kind < 8; kind++) {
        const struct pkt k = {
            .is6 = kind & 1, .is_udp = kind & 2, .options = kind & 4 ? 16 : 0, .tags = 1, .payload = 100};
        uint8_t *frame = pkt_make(&k, true);
        struct afpkt_cut c;
        for (uint32_t len = 0; len < pkt_len(&k); len++) {
            uint8_t *cut = malloc(len ? len : 1);
            memcpy(cut, frame, len);
            assert_false(afpkt_cut_begin(&c, cut, len, kind_of(&k), 50, true));
            free(cut);
        }
        free(frame);
    }
}

/* One byte of a good frame is another, and it is refused. */
static void assert_refused(struct pkt k, uint32_t at, uint8_t value)
{
    uint8_t *frame = pkt_make(&k, true);
    struct afpkt_cut c;
    frame[at] = value;
    assert_false(afpkt_cut_begin(&c, frame, pkt_len(&k), kind_of(&k), 50, true));
    free(frame);
}

static void headers_that_contradict_are_refused(void **state)
{
    const struct pkt t4 = {.payload = 100}, t6 = {.is6 = true, .payload = 100},
                     u4 = {.is_udp = true, .payload = 100}, o6 = {.is6 = true, .payload = 100, .options = 8};
    assert_refused(t4, 12, 0x86); /* type */
    assert_refused(t4, 13, 0x06);
    assert_refused(t4, 14, 0x65);     /* version */
    assert_refused(t4, 14, 0x44);     /* header length */
    assert_refused(t4, 14 + 2, 0xff); /* total length beyond the frame */
    assert_refused(t4, 14 + 3, 20);   /* and so short that nothing is left */
    assert_refused(t4, 14 + 6, 0x20); /* a fragment */
    assert_refused(t4, 14 + 7, 0x01);
    assert_refused(t4, 14 + 9, 17); /* protocol */
    assert_refused(u4, 14 + 9, 6);
    assert_refused(t4, 34 + 12, 0x40); /* TCP's header length */
    assert_refused(t6, 12, 0x08);
    assert_refused(t6, 14, 0x40);
    assert_refused(t6, 14 + 4, 0xff); /* payload length */
    assert_refused(t6, 14 + 5, 20);   /* headers alone */
    assert_refused(t6, 14 + 6, 44);   /* a fragment */
    assert_refused(t6, 14 + 6, 17);
    assert_refused(o6, 14 + 40, 60);   /* options without an end */
    assert_refused(o6, 14 + 41, 0xff); /* beyond the packet */
}

static void kinds_and_sizes_that_nothing_is_cut_by_are_refused(void **state)
{
    const struct pkt k = {.payload = 100};
    uint8_t *frame = pkt_make(&k, true);
    struct afpkt_cut c = {0};
    for (unsigned type = 0; type < 256; type++)
        assert_true(afpkt_cut_begin(&c, frame, pkt_len(&k), (uint8_t)type, 50, true) ==
                    (type == AFPKT_GSO_TCP4 || type == (AFPKT_GSO_TCP4 | AFPKT_GSO_ECN)));
    assert_false(afpkt_cut_begin(&c, frame, pkt_len(&k), AFPKT_GSO_TCP4, 0, true));
    free(frame);
}

static void what_is_behind_the_packet_is_not_sent(void **state)
{
    const struct pkt k = {.payload = 100, .flags = FIN_PSH_ACK_CWR};
    uint8_t *frame = pkt_make(&k, true), padded[300], out[200];
    struct afpkt_cut c;
    memset(padded, 0xee, sizeof padded);
    memcpy(padded, frame, pkt_len(&k));
    assert_true(afpkt_cut_begin(&c, padded, sizeof padded, AFPKT_GSO_TCP4, 60, true));
    assert_int_equal(afpkt_cut_next(&c, out), 54 + 60);
    assert_int_equal(afpkt_cut_next(&c, out), 54 + 40);
    assert_segment(&k, frame, out, 1, 60, 40);
    assert_false(afpkt_cut_has_next(&c));
    free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_cut_at_every_edge),
        cmocka_unit_test(the_largest_packet_there_is_can_be_cut),
        cmocka_unit_test(udp_without_a_checksum_keeps_none),
        cmocka_unit_test(what_is_cut_short_is_refused),
        cmocka_unit_test(headers_that_contradict_are_refused),
        cmocka_unit_test(kinds_and_sizes_that_nothing_is_cut_by_are_refused),
        cmocka_unit_test(what_is_behind_the_packet_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
