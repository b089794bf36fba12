/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes out by a port over a veth: every frame that was taken arrives as it was, or is counted. */
#include "afpkt_rig.h"

static struct rte_mbuf *frame_make(const uint8_t *bytes, uint32_t len, uint32_t pieces)
{
    struct rte_mbuf *head = NULL;
    for (uint32_t i = 0, at = 0; i < pieces; i++) {
        const uint32_t n = i + 1 < pieces ? len / pieces : len - at;
        struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
        assert_non_null(m);
        memcpy(rte_pktmbuf_append(m, (uint16_t)n), bytes + at, n);
        at += n;
        if (!head)
            head = m;
        else
            assert_int_equal(rte_pktmbuf_chain(head, m), 0);
    }
    return head;
}

static void frames_of_any_size_and_pieces_arrive(void **state)
{
    rig_open(9000, 1);
    uint8_t *bytes = rig_plain(9014), heard[9300];
    for (uint32_t len = 14; len <= 9014; len += 1500)
        for (uint32_t pieces = 1; pieces <= 4; pieces++) {
            struct rte_mbuf *m = frame_make(bytes, len, pieces);
            assert_int_equal(afpkt_tx(rig_port, 0, &m, 1), 1);
            assert_int_equal(rig_heard(heard, sizeof heard), len);
            assert_memory_equal(heard, bytes, len);
        }
    assert_int_equal(rte_mempool_in_use_count(rig_pool), 0);
    free(bytes);
}

static void a_burst_goes_in_its_order_by_each_queue(void **state)
{
    struct rte_mbuf *frames[300];
    uint8_t heard[100];
    rig_open(1500, 2);
    uint8_t *bytes = rig_plain(60);
    for (uint16_t q = 0; q < 2; q++) {
        for (uint32_t i = 0; i < 300; i++) {
            pkt_put32(bytes + 14, i);
            frames[i] = frame_make(bytes, 60, 1 + i % 3);
        }
        assert_int_equal(afpkt_tx(rig_port, q, frames, 300), 300);
        for (uint32_t i = 0; i < 300; i++) {
            assert_int_equal(rig_heard(heard, sizeof heard), 60);
            assert_int_equal(pkt_get32(heard + 14), i);
        }
    }
    assert_int_equal(rte_mempool_in_use_count(rig_pool), 0);
    assert_int_equal(rig_count().tx_errors, 0);
    free(bytes);
}

static void a_frame_that_the_interface_refuses_is_counted_and_the_rest_goes(void **state)
{
    struct rte_mbuf *frames[4];
    uint8_t heard[100];
    rig_open(9216, 1);
    uint8_t *bytes = rig_plain(12000);
    frames[0] = frame_make(bytes, 60, 1);
    frames[1] = frame_make(bytes, 12000, 2); /* above the MTU */
    frames[2] = frame_make(bytes, 300, 300); /* more pieces than a batch has */
    frames[3] = frame_make(bytes, 61, 1);
    assert_int_equal(afpkt_tx(rig_port, 0, frames, 4), 4);
    assert_int_equal(rig_heard(heard, sizeof heard), 60);
    assert_int_equal(rig_heard(heard, sizeof heard), 61);
    assert_int_equal(rig_heard(heard, sizeof heard), 0);
    assert_int_equal(rig_count().tx_errors, 2);
    assert_int_equal(rte_mempool_in_use_count(rig_pool), 0);
    free(bytes);
}

static void an_interface_that_is_down_loses_by_name_and_comes_back(void **state)
{
    struct rte_mbuf *frames[8];
    uint8_t heard[100];
    rig_open(1500, 1);
    uint8_t *bytes = rig_plain(60);
    rig_run("ip link set port0 down");
    rig_assert_up(false);
    for (size_t i = 0; i < 8; i++)
        frames[i] = frame_make(bytes, 60, 1);
    assert_int_equal(afpkt_tx(rig_port, 0, frames, 8), 8);
    assert_int_equal(rig_count().tx_errors, 8);
    rig_run("ip link set port0 up");
    rig_assert_up(true);
    frames[0] = frame_make(bytes, 60, 1);
    assert_int_equal(afpkt_tx(rig_port, 0, frames, 1), 1);
    assert_int_equal(rig_heard(heard, sizeof heard), 60);
    rig_send(bytes, 60, NULL);
    rig_assert_one(bytes, 60);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(frames_of_any_size_and_pieces_arrive, rig_close),
        cmocka_unit_test_teardown(a_burst_goes_in_its_order_by_each_queue, rig_close),
        cmocka_unit_test_teardown(a_frame_that_the_interface_refuses_is_counted_and_the_rest_goes, rig_close),
        cmocka_unit_test_teardown(an_interface_that_is_down_loses_by_name_and_comes_back, rig_close),
    };
    return cmocka_run_group_tests(tests, rig_start, NULL);
}
