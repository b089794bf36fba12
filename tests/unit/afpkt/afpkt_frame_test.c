/* SPDX-License-Identifier: BSD-3-Clause */
/* Places of a ring as the kernel fills them, also as it seldom does. */
#include "afpkt_frame.h"

#include <sys/socket.h>
#include <unistd.h>
#include "afpkt_pkt.h"

#define PLACES 4
#define BYTES  1664

static struct afpkt_rx_queue *q;
static struct afpkt_frame f;

static int start(void **state)
{
    q = aligned_alloc(64, sizeof *q);
    memset(q, 0, sizeof *q);
    q->fd = -1;
    q->place_bytes = BYTES;
    q->n_places = PLACES;
    q->ring = calloc(PLACES, BYTES);
    return 0;
}

static int end(void **state)
{
    free(q->ring);
    free(q);
    return 0;
}

/* The kernel's part: a frame into a place. */
static struct tpacket2_hdr *place_fill(uint32_t at, uint32_t status, uint32_t len, uint32_t snaplen)
{
    struct tpacket2_hdr *place = (struct tpacket2_hdr *)(void *)(q->ring + at * BYTES);
    *place = (struct tpacket2_hdr){
        .tp_status = TP_STATUS_USER | status, .tp_len = len, .tp_snaplen = snaplen, .tp_mac = 76};
    for (uint32_t i = 0; i < snaplen; i++)
        q->ring[at * BYTES + 76 + i] = (uint8_t)(i + 1);
    const struct virtio_net_hdr vnet = {.csum_start = 34, .csum_offset = 16, .flags = 1};
    memcpy(q->ring + at * BYTES + 76 - sizeof vnet, &vnet, sizeof vnet);
    return place;
}

static void places_are_taken_round_the_ring(void **state)
{
    for (uint32_t i = 0; i < 3 * PLACES; i++) {
        assert_null(afpkt_place_next(q));
        struct tpacket2_hdr *place = place_fill(i % PLACES, 0, 60, 60);
        assert_ptr_equal(afpkt_place_next(q), place);
        assert_ptr_equal(afpkt_place_next(q), place);
        afpkt_place_free(q);
        assert_int_equal(place->tp_status, TP_STATUS_KERNEL);
    }
}

static void a_frame_comes_with_what_was_left(void **state)
{
    assert_true(afpkt_frame_read(q, place_fill(0, TP_STATUS_LOSING, 100, 100), &f));
    assert_int_equal(f.len, 100);
    assert_int_equal(f.data[0], 1);
    assert_int_equal(f.data[99], 100);
    assert_int_equal(f.vnet.csum_start, 34);
    assert_int_equal(f.vnet.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
}

static void a_tag_goes_behind_the_addresses(void **state)
{
    struct tpacket2_hdr *place = place_fill(0, TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID, 60, 60);
    place->tp_vlan_tci = 0x2011;
    place->tp_vlan_tpid = 0x88a8;
    assert_true(afpkt_frame_read(q, place, &f));
    assert_int_equal(f.len, 64);
    for (uint8_t i = 0; i < 64; i++)
        assert_int_equal(f.data[i], i < 12 ? i + 1 : i > 15 ? i - 3 : "\x88\xa8\x20\x11"[i - 12] & 0xff);
    assert_int_equal(f.vnet.csum_start, 38);
    place = place_fill(0, TP_STATUS_VLAN_VALID, 60, 60); /* a kernel that does not tell the kind */
    assert_true(afpkt_frame_read(q, place, &f));
    assert_int_equal(pkt_get16(f.data + 12), 0x8100);
}

/* What waits in the socket may have an error of the interface before it, and may be too large itself. */
static void a_large_frame_comes_from_the_socket(void **state)
{
    int pair[2];
    uint8_t *whole = calloc(1, 10 + AFPKT_LARGE_MAX + 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    q->fd = pair[0];
    whole[10] = 7;
    whole[10 + AFPKT_LARGE_MAX - 1] = 9;
    assert_int_equal(send(pair[1], whole, 10 + AFPKT_LARGE_MAX, 0), 10 + AFPKT_LARGE_MAX);
    assert_true(afpkt_frame_read(q, place_fill(0, TP_STATUS_COPY, AFPKT_LARGE_MAX, 1500), &f));
    assert_int_equal(f.len, AFPKT_LARGE_MAX);
    assert_int_equal(f.data[0], 7);
    assert_int_equal(f.data[AFPKT_LARGE_MAX - 1], 9);
    assert_int_equal(send(pair[1], whole, 11 + AFPKT_LARGE_MAX, 0), 11 + AFPKT_LARGE_MAX);
    assert_false(afpkt_frame_read(q, place_fill(0, TP_STATUS_COPY, 70000, 1500), &f));
    assert_int_equal(q->count.too_large, 1);
    assert_false(afpkt_frame_read(q, place_fill(0, TP_STATUS_COPY, 70000, 1500), &f));
    assert_int_equal(q->count.large_full, 1);
    close(pair[0]);
    close(pair[1]);
    free(whole);
}

static void a_frame_whose_rest_nobody_kept_is_counted(void **state)
{
    assert_false(afpkt_frame_read(q, place_fill(0, 0, 4000, 1500), &f));
    assert_int_equal(q->count.large_full, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(places_are_taken_round_the_ring, start, end),
        cmocka_unit_test_setup_teardown(a_frame_comes_with_what_was_left, start, end),
        cmocka_unit_test_setup_teardown(a_tag_goes_behind_the_addresses, start, end),
        cmocka_unit_test_setup_teardown(a_large_frame_comes_from_the_socket, start, end),
        cmocka_unit_test_setup_teardown(a_frame_whose_rest_nobody_kept_is_counted, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
