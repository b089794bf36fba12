/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes in by a port over a veth: as it was on the wire, or counted by its name. */
#include "afpkt_cut.h"
#include "afpkt_rig.h"

static struct rte_mbuf *got[1024];

static void a_frame_of_every_size_comes_as_it_was(void **state)
{
    rig_open(1500, 1);
    uint8_t *frame = rig_plain(1518);
    for (size_t len = 14; len <= 1514; len += len < 70 || len > 1500 ? 1 : 97) {
        rig_send(frame, len, NULL);
        rig_assert_one(frame, len);
    }
    free(frame);
}

static void frames_come_in_their_order_round_the_ring(void **state)
{
    rig_open(1500, 1);
    uint8_t *frame = rig_plain(60);
    uint32_t sent = 0, seen = 0;
    while (sent < 5000) {
        for (uint32_t i = 0; i < 100; i++) {
            pkt_put32(frame + 14, sent++);
            rig_send(frame, 60, NULL);
        }
        const uint32_t n = rig_take(0, got, 100, 32);
        assert_int_equal(n, 100);
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(pkt_get32(rte_pktmbuf_mtod(got[i], uint8_t *) + 14), seen++);
        rte_pktmbuf_free_bulk(got, n);
    }
    assert_int_equal(rig_count().missed, 0);
    free(frame);
}

static void a_ring_that_overflows_is_counted(void **state)
{
    rig_open(1500, 1);
    uint8_t *frame = rig_plain(60);
    for (uint32_t i = 0; i < 1500; i++)
        rig_send(frame, 60, NULL);
    const uint32_t n = rig_take(0, got, 1024, 64);
    assert_int_equal(n, 1024);
    assert_int_equal(rig_count().missed, 1500 - n);
    assert_int_equal(rig_count().missed, 1500 - n); /* it stays */
    rte_pktmbuf_free_bulk(got, n);
    free(frame);
}

/* A port of 1,500 bytes over an interface of 9,216, whose buffers are larger than its places. */
static void a_frame_larger_than_a_place_comes_whole_and_in_order(void **state)
{
    rig_open(1500, 1);
    uint8_t *frame = rig_plain(9230);
    for (size_t len = 1500; len <= 9230; len += 773) {
        rig_send(frame, len, NULL);
        rig_send(frame, 60, NULL);
        rig_assert_first(frame, len);
        rig_assert_one(frame, 60);
    }
    assert_int_equal(rig_count().missed, 0);
    free(frame);
}

static void a_frame_that_fits_no_buffer_is_counted(void **state)
{
    rig_open_by(rig_small, 1500, 1);
    uint8_t *frame = rig_plain(9230);
    rig_send(frame, 1518, NULL);
    rig_assert_one(frame, 1518);
    rig_send(frame, 1519, NULL);
    rig_send(frame, 9230, NULL);
    rig_send(frame, 60, NULL);
    rig_assert_one(frame, 60);
    assert_int_equal(rig_count().too_large, 2);
    free(frame);
}

static void without_a_buffer_frames_wait(void **state)
{
    rig_open_by(rig_small, 1500, 1);
    uint8_t *frame = rig_plain(60);
    uint32_t taken = 0;
    for (uint32_t i = 0; i < 100; i++) {
        pkt_put32(frame + 14, i);
        rig_send(frame, 60, NULL);
    }
    for (uint32_t n; taken < 100; taken += n) {
        n = rig_take(0, got, 100, 64);
        assert_in_range(n, 1, 63);
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(pkt_get32(rte_pktmbuf_mtod(got[i], uint8_t *) + 14), taken + i);
        rte_pktmbuf_free_bulk(got, n);
    }
    assert_true(rig_count().no_buffer > 0);
    free(frame);
}

static void jumbo_frames_fit_a_place(void **state)
{
    rig_open(9216, 1);
    uint8_t *frame = rig_plain(9230);
    for (size_t len = 8990; len <= 9230; len += 30) {
        rig_send(frame, len, NULL);
        rig_assert_one(frame, len);
    }
    free(frame);
}

static void what_the_host_sends_is_not_heard(void **state)
{
    for (uint16_t queues = 1; queues <= 2; queues++) {
        rig_open(1500, queues);
        uint8_t *frame = rig_plain(60);
        const struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("port0")};
        const int fd = socket(AF_PACKET, SOCK_RAW, 0);
        assert_int_equal(sendto(fd, frame, 60, 0, (const struct sockaddr *)&at, sizeof at), 60);
        close(fd);
        for (uint16_t q = 0; q < queues; q++)
            assert_int_equal(rig_take(q, got, 1, 32), 0);
        rig_close(NULL);
        free(frame);
    }
}

static void a_tag_that_the_kernel_took_off_is_back(void **state)
{
    static const uint32_t tags[] = {0x81000011, 0x8100e000, 0x8100ffff, 0x88a80011};
    rig_open(1500, 1);
    uint8_t *frame = rig_plain(3000);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        for (size_t len = 60; len <= 3000; len += 1470) { /* the last by way of the socket */
            pkt_put32(frame + 12, tags[i]);
            pkt_put16(frame + 16, 0x88b5);
            rig_send(frame, len, NULL);
            rig_assert_one(frame, len);
        }
    free(frame);
}

static struct virtio_net_hdr left_of(const struct pkt *k, uint8_t gso, uint16_t size)
{
    return (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                   .gso_type = gso,
                                   .gso_size = size,
                                   .hdr_len = (uint16_t)pkt_headers(k),
                                   .csum_start = (uint16_t)pkt_l4(k),
                                   .csum_offset = k->is_udp ? 6 : 16};
}

static void a_checksum_that_was_left_to_a_device_is_completed(void **state)
{
    rig_open(1500, 1);
    for (unsigned kind = 0; kind < 8; kind++) {
        const struct pkt k = {.is6 = kind & 1, .is_udp = kind & 2, .tags = kind & 4 ? 1 : 0, .payload = 333};
        const struct virtio_net_hdr left = left_of(&k, 0, 0);
        uint8_t *frame = pkt_make(&k, true), *whole = pkt_make(&k, false);
        rig_send(frame, pkt_len(&k), &left);
        rig_assert_one(whole, pkt_len(&k));
        free(frame);
        free(whole);
    }
    assert_int_equal(rig_count().completed, 8);
    assert_int_equal(rig_count().csum_bad, 0);
}

/* The neighbour leaves 64 KB to a device; here it comes in bursts of any size. */
static void assert_cut(const struct pkt *k, uint8_t gso, uint16_t size, uint16_t burst)
{
    const struct virtio_net_hdr left = left_of(k, gso, size);
    const uint32_t want = (k->payload + size - 1) / size;
    uint8_t *frame = pkt_make(k, true);
    rig_send(frame, pkt_len(k), &left);
    rig_send(frame, 60, NULL);
    assert_int_equal(rig_take(0, got, want + 2, burst), want + 1);
    for (uint32_t i = 0, at = 0; i < want; i++, at += size) {
        const uint32_t payload = k->payload - at < size ? k->payload - at : size;
        const uint8_t *p = rte_pktmbuf_mtod(got[i], uint8_t *);
        assert_int_equal(got[i]->pkt_len, pkt_headers(k) + payload);
        pkt_assert_good(k, p, got[i]->data_len);
        assert_memory_equal(p + pkt_headers(k), frame + pkt_headers(k) + at, payload);
    }
    assert_int_equal(got[want]->data_len, 60);
    rte_pktmbuf_free_bulk(got, want + 1);
    free(frame);
}

static void a_large_frame_is_cut_and_what_does_not_fit_the_burst_waits(void **state)
{
    static const uint16_t bursts[] = {1, 7, 64};
    rig_open(1500, 1);
    for (size_t i = 0; i < sizeof bursts / sizeof *bursts; i++) {
        const struct pkt t4 = {.payload = 60000}, t6 = {.is6 = true, .payload = 61001, .options = 0},
                         tag = {.payload = 30000, .tags = 1}, small = {.payload = 900};
        assert_cut(&t4, VIRTIO_NET_HDR_GSO_TCPV4, 1448, bursts[i]);
        assert_cut(&t6, VIRTIO_NET_HDR_GSO_TCPV6, 1428, bursts[i]);
        assert_cut(&tag, VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN, 1448, bursts[i]);
        assert_cut(&small, VIRTIO_NET_HDR_GSO_TCPV4, 100, bursts[i]); /* fits a place */
    }
    assert_int_equal(rig_count().segmented, 12);
    assert_int_equal(rig_count().segment_bad, 0);
}

static void segments_of_udp_are_cut_where_the_kernel_describes_them(void **state)
{
    const struct pkt k4 = {.is_udp = true, .payload = 30000},
                     k6 = {.is6 = true, .is_udp = true, .payload = 30000};
    rig_open(1500, 1);
    const struct virtio_net_hdr left = left_of(&k4, AFPKT_GSO_UDP, 1200);
    uint8_t *frame = pkt_make(&k4, true);
    const bool is_known = rig_try_send(frame, pkt_len(&k4), &left);
    free(frame);
    if (!is_known) /* before Linux 6.2 */
        skip();
    rte_pktmbuf_free_bulk(got, rig_take(0, got, 25, 64));
    assert_cut(&k4, AFPKT_GSO_UDP, 1200, 7);
    assert_cut(&k6, AFPKT_GSO_UDP, 1200, 64);
    assert_int_equal(rig_count().segmented, 3);
    assert_int_equal(rig_count().segment_bad, 0);
}

/* Fragments of one datagram, and flows: each frame comes once, by one queue, as it was. */
static void several_queues_share_the_frames(void **state)
{
    rig_open(1500, 2);
    struct pkt k = {.is_udp = true, .payload = 600};
    uint32_t n[2], fragments = 0;
    for (unsigned i = 0; i < 64; i++) {
        uint8_t *frame = pkt_make(&k, false);
        pkt_put16(frame + 14 + 6, i < 32 ? 0 : i % 2 ? 0x0040 : 0x2000);
        pkt_put16(frame + 34, 2000 + i * 7);
        pkt_put16(frame + 14 + 10, 0);
        pkt_put16(frame + 14 + 10, 0xffff ^ pkt_sum(0, frame + 14, 20));
        rig_send(frame, pkt_len(&k), NULL);
        free(frame);
    }
    for (uint16_t q = 0; q < 2; q++) {
        n[q] = rig_take(q, got, 1024, 32);
        for (uint32_t i = 0; i < n[q]; i++)
            fragments += (pkt_get16(rte_pktmbuf_mtod(got[i], uint8_t *) + 20) & 0x3fff) != 0;
        rte_pktmbuf_free_bulk(got, n[q]);
    }
    assert_int_equal(n[0] + n[1], 64);
    assert_int_equal(fragments, 32);
    assert_in_range(n[0], 1, 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_frame_of_every_size_comes_as_it_was, rig_close),
        cmocka_unit_test_teardown(frames_come_in_their_order_round_the_ring, rig_close),
        cmocka_unit_test_teardown(a_ring_that_overflows_is_counted, rig_close),
        cmocka_unit_test_teardown(a_frame_larger_than_a_place_comes_whole_and_in_order, rig_close),
        cmocka_unit_test_teardown(a_frame_that_fits_no_buffer_is_counted, rig_close),
        cmocka_unit_test_teardown(without_a_buffer_frames_wait, rig_close),
        cmocka_unit_test_teardown(jumbo_frames_fit_a_place, rig_close),
        cmocka_unit_test_teardown(what_the_host_sends_is_not_heard, rig_close),
        cmocka_unit_test_teardown(a_tag_that_the_kernel_took_off_is_back, rig_close),
        cmocka_unit_test_teardown(a_checksum_that_was_left_to_a_device_is_completed, rig_close),
        cmocka_unit_test_teardown(a_large_frame_is_cut_and_what_does_not_fit_the_burst_waits, rig_close),
        cmocka_unit_test_teardown(segments_of_udp_are_cut_where_the_kernel_describes_them, rig_close),
        cmocka_unit_test_teardown(several_queues_share_the_frames, rig_close),
    };
    return cmocka_run_group_tests(tests, rig_start, NULL);
}
