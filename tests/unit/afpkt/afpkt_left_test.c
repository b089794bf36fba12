/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of an ethdev whose checksums were left are complete when a worker gets them. */
#include "afpkt_left.h"

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include "afpkt_pkt.h"

static struct rte_mempool *pool;
static struct afpkt_left *left;
static uint16_t id; /* a ring: what is sent comes back */

static int start(void **state)
{
    char *args[] = {"test", "--no-huge", "--no-pci",       "--no-shconf",       "--no-telemetry",  "-m", "64",
                    "-l",   "0",         "--iova-mode=va", "--log-level=error", "--vdev=net_ring0"};
    const struct rte_eth_conf conf = {0};
    if (rte_eal_init(sizeof args / sizeof args[0], args) < 0)
        return -1;
    pool = rte_pktmbuf_pool_create("pool", 1023, 0, 0, 2048, 0);
    if (!pool || rte_eth_dev_get_port_by_name("net_ring0", &id) < 0 ||
        rte_eth_dev_configure(id, 1, 1, &conf) < 0 || rte_eth_rx_queue_setup(id, 0, 64, 0, NULL, pool) < 0 ||
        rte_eth_tx_queue_setup(id, 0, 64, 0, NULL) < 0 || rte_eth_dev_start(id) < 0)
        return -1;
    static const struct afpkt_xsks none;
    left = afpkt_left_make(id, 1, &none);
    return left ? 0 : -1;
}

static int end(void **state)
{
    afpkt_left_free(left);
    return 0;
}

static struct rte_mbuf *packet(const struct pkt *k, bool is_left)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
    uint8_t *frame = pkt_make(k, is_left);
    memcpy(rte_pktmbuf_append(m, (uint16_t)pkt_len(k)), frame, pkt_len(k));
    free(frame);
    return m;
}

static void what_was_left_is_completed_and_counted(void **state)
{
    const struct pkt k = {.payload = 100};
    struct rte_mbuf *frames[] = {packet(&k, false), packet(&k, true), packet(&k, true)}, *got[4];
    assert_int_equal(afpkt_left_tx(left, 0, frames, 3), 3);
    assert_int_equal(afpkt_left_rx(left, 0, got, 4), 3);
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(got[i], frames[i]);
        pkt_assert_good(&k, rte_pktmbuf_mtod(got[i], uint8_t *), got[i]->data_len);
    }
    assert_int_equal(afpkt_left_completed(left), 2);
    assert_int_equal(afpkt_left_missed(left), 0);
    rte_pktmbuf_free_bulk(got, 3);
}

static void a_frame_in_pieces_is_passed_as_it_is(void **state)
{
    const struct pkt k = {.payload = 100};
    struct rte_mbuf *m = packet(&k, true), *tail = rte_pktmbuf_alloc(pool), *got[1];
    const uint64_t before = afpkt_left_completed(left);
    assert_non_null(rte_pktmbuf_append(tail, 50));
    assert_int_equal(rte_pktmbuf_chain(m, tail), 0);
    assert_int_equal(afpkt_left_tx(left, 0, &m, 1), 1);
    assert_int_equal(afpkt_left_rx(left, 0, got, 1), 1);
    assert_int_equal(got[0]->nb_segs, 2);
    assert_int_equal(afpkt_left_completed(left), before);
    rte_pktmbuf_free(got[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_left_is_completed_and_counted),
        cmocka_unit_test(a_frame_in_pieces_is_passed_as_it_is),
    };
    return cmocka_run_group_tests(tests, start, end);
}
