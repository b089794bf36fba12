/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory a port's rings take, and what their places hold. */
#include "afpkt_ring.h"

#include "afpkt_rig.h"

static void rings_are_bounded_and_made_of_whole_pages(void **state)
{
    for (uint32_t mtu = AFPKT_MTU_MIN; mtu <= AFPKT_MTU_MAX; mtu++) {
        const uint32_t bytes = afpkt_place_bytes((uint16_t)mtu);
        assert_true(bytes >= mtu + 14 + 8 + 90);
        for (uint16_t queues = 1; queues <= AFPKT_QUEUES_MAX; queues++) {
            const uint64_t count = afpkt_place_count(bytes, queues);
            assert_in_range(count, 64, 1024);
            assert_int_equal(count % 64, 0);
            assert_int_equal(64 * bytes % 4096, 0);
            assert_true(count * bytes * queues <= 64u << 20);
        }
    }
    assert_int_equal(afpkt_place_count(afpkt_place_bytes(9216), 1), 1024);
    assert_int_equal(afpkt_place_count(afpkt_place_bytes(1500), 32), 1024);
}

static void a_refusal_names_its_step(void **state)
{
    struct afpkt_rx_queue *q = aligned_alloc(64, sizeof *q);
    struct afpkt_tx_queue tx = {.fd = -1};
    const char *step = "";
    rig_need();
    memset(q, 0, sizeof *q);
    q->fd = -1;
    q->place_bytes = 1664;
    q->n_places = 64;
    assert_int_equal(afpkt_rx_open(q, 9999, &step), -ENODEV);
    assert_string_equal(step, "to be bound");
    afpkt_rx_close(q);
    memset(q, 0, sizeof *q);
    q->fd = -1;
    q->place_bytes = 1665;
    q->n_places = 64;
    assert_int_equal(afpkt_rx_open(q, (int)if_nametoindex("port0"), &step), -EINVAL);
    assert_string_equal(step, "a receive ring");
    afpkt_rx_close(q);
    assert_int_equal(afpkt_tx_open(&tx, 9999, &step), -ENODEV);
    afpkt_tx_close(&tx);
    free(q);
}

/* Nothing is let in before all queues are ready. */
static void a_queue_is_closed_until_it_is_opened(void **state)
{
    struct afpkt_rx_queue *q = aligned_alloc(64, sizeof *q);
    const char *step;
    uint16_t group = 0;
    uint8_t *frame = rig_plain(60);
    rig_need();
    rig_hear();
    memset(q, 0, sizeof *q);
    q->fd = -1;
    q->place_bytes = afpkt_place_bytes(1500);
    q->n_places = 64;
    assert_int_equal(afpkt_rx_open(q, (int)if_nametoindex("port0"), &step), 0);
    assert_int_equal(afpkt_rx_join(q, &group), 0);
    rig_send(frame, 60, NULL);
    usleep(20000);
    const struct tpacket2_hdr *place = (const struct tpacket2_hdr *)(const void *)q->ring;
    assert_int_equal(place->tp_status, TP_STATUS_KERNEL);
    assert_int_equal(afpkt_rx_let_in(q), 0);
    rig_send(frame, 60, NULL);
    usleep(20000);
    assert_true(place->tp_status & TP_STATUS_USER);
    afpkt_rx_close(q);
    free(q);
    free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(rings_are_bounded_and_made_of_whole_pages, rig_close),
        cmocka_unit_test_teardown(a_refusal_names_its_step, rig_close),
        cmocka_unit_test_teardown(a_queue_is_closed_until_it_is_opened, rig_close),
    };
    return cmocka_run_group_tests(tests, rig_start, NULL);
}
