/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets between a host's interface, here one end of a socket pair, and the data path, here a few lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>
#include <cmocka.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include "node_int.h"

#define BUFFERS 63

static struct rte_mempool *pool;
static struct node *node;
static int host_end;        /* what the host's stack would hold */
static unsigned n_for_host; /* packets that dp_host_pop() still gives */
static unsigned n_sent;
static uint16_t sent_len;
static bool is_full;

static struct rte_mbuf *packet(uint16_t len)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
    assert_non_null(m);
    void *bytes = rte_pktmbuf_append(m, len);
    if (!bytes)
        abort();
    memset(bytes, 0x45, len);
    return m;
}

struct rte_mbuf *dp_host_pop(struct dp *dp, uint16_t *port)
{
    if (n_for_host == 0)
        return NULL;
    n_for_host--;
    *port = 1;
    return packet(60);
}

bool dp_host_send(struct dp *dp, struct rte_mbuf *m)
{
    assert_true(rte_pktmbuf_headroom(m) >= DP_HOST_HEADROOM);
    assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[0], 0x45);
    sent_len = m->data_len;
    assert_int_equal(m->pkt_len, sent_len);
    n_sent += !is_full;
    rte_pktmbuf_free(m);
    return !is_full;
}

bool dp_host_wants(const struct dp *dp, struct dp_punt *punt)
{
    punt->port = 1;
    return !is_full;
}

/* Two ports; the second has a host. */
static int start(void **state)
{
    char *args[] = {"test", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",   "-m",
                    "64",   "-l",        "0",        "--iova-mode=va", "--log-level=error"};
    int ends[2];
    if (!pool) {
        assert_true(rte_eal_init(sizeof args / sizeof args[0], args) >= 0);
        pool = rte_pktmbuf_pool_create("host", BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
        assert_non_null(pool);
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends), 0);
    node = calloc(1, sizeof *node);
    assert_non_null(node);
    node->n_ports = 2;
    node->pool = pool;
    node->feeds[1].is_open = true;
    node->feeds[1].fd = ends[0];
    host_end = ends[1];
    n_for_host = n_sent = 0;
    is_full = false;
    return 0;
}

static int stop(void **state)
{
    assert_int_equal(rte_mempool_in_use_count(pool), 0);
    if (node->feeds[1].is_open)
        close(node->feeds[1].fd);
    close(host_end);
    free(node);
    return 0;
}

static void host_writes(size_t len)
{
    uint8_t bytes[1500];
    memset(bytes, 0x45, sizeof bytes);
    assert_int_equal(write(host_end, bytes, len), len);
}

static void what_the_host_sends_reaches_the_workers_whole(void **state)
{
    host_writes(1500);
    assert_true(node_feed_ready(node, node->feeds[1].fd));
    assert_int_equal(n_sent, 1);
    assert_int_equal(sent_len, 1500);
    assert_int_equal(node->feeds[1].count.out_pkts, 1);
    assert_int_equal(node->feeds[1].count.out_bytes, 1500);
}

static void descriptors_of_others_are_left_alone(void **state)
{
    assert_false(node_feed_ready(node, host_end));
    assert_false(node_feed_ready(node, 0)); /* as in the entry of a port without a host */
}

static void a_full_ring_loses_and_counts(void **state)
{
    is_full = true;
    host_writes(60);
    assert_true(node_feed_ready(node, node->feeds[1].fd));
    assert_int_equal(node->feeds[1].count.out_pkts, 0);
    assert_int_equal(node->feeds[1].count.out_lost, 1);
}

static void without_buffers_the_queue_is_emptied_and_counted(void **state)
{
    struct rte_mbuf *all[BUFFERS];
    for (size_t i = 0; i < BUFFERS; i++)
        all[i] = packet(1);
    host_writes(60);
    host_writes(60);
    assert_true(node_feed_ready(node, node->feeds[1].fd));
    assert_int_equal(node->feeds[1].count.out_lost, 2);
    assert_int_equal(n_sent, 0);
    rte_pktmbuf_free_bulk(all, BUFFERS);
    assert_true(node_feed_ready(node, node->feeds[1].fd));
    assert_int_equal(n_sent, 0);
}

static void an_interface_that_is_gone_is_given_up(void **state)
{
    const int gone = open("/dev/null", O_WRONLY); /* reading fails, as from a deleted interface */
    close(node->feeds[1].fd);
    node->feeds[1].fd = gone;
    assert_true(node_feed_ready(node, gone));
    assert_false(node->feeds[1].is_open);
    assert_false(node_feed_ready(node, gone));
    n_for_host = 1;
    assert_true(node_feed_turn(node));
    assert_int_equal(node->feeds[1].count.in_lost, 1);
}

static void one_turn_takes_no_more_than_its_share(void **state)
{
    uint8_t bytes[100];
    ssize_t n = 0;
    uint64_t before = 0;
    unsigned turns = 0;
    n_for_host = 300;
    while (node_feed_turn(node)) {
        assert_true(300 - n_for_host - before <= 256);
        before = 300 - n_for_host;
        turns++;
    }
    assert_int_equal(turns, 2);
    /* The pair's queue is short: what it took arrived, the rest was counted. */
    uint64_t arrived = 0;
    while ((n = read(host_end, bytes, sizeof bytes)) > 0) {
        assert_int_equal(n, 60);
        arrived++;
    }
    assert_true(arrived > 0);
    assert_int_equal(node->feeds[1].count.in_pkts, arrived);
    assert_int_equal(node->feeds[1].count.in_bytes, 60 * arrived);
    assert_int_equal(node->feeds[1].count.in_lost, 300 - arrived);
}

static void an_icmp_error_reaches_the_host_that_wants_it(void **state)
{
    uint8_t bytes[100];
    struct dp_punt punt = {.mbuf = packet(56)};
    node_feed_error(node, &punt);
    assert_int_equal(read(host_end, bytes, sizeof bytes), 56);
    is_full = true;
    node_feed_error(node, &punt);
    assert_int_equal(read(host_end, bytes, sizeof bytes), -1);
    rte_pktmbuf_free(punt.mbuf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_host_sends_reaches_the_workers_whole, start, stop),
        cmocka_unit_test_setup_teardown(descriptors_of_others_are_left_alone, start, stop),
        cmocka_unit_test_setup_teardown(a_full_ring_loses_and_counts, start, stop),
        cmocka_unit_test_setup_teardown(without_buffers_the_queue_is_emptied_and_counted, start, stop),
        cmocka_unit_test_setup_teardown(an_interface_that_is_gone_is_given_up, start, stop),
        cmocka_unit_test_setup_teardown(one_turn_takes_no_more_than_its_share, start, stop),
        cmocka_unit_test_setup_teardown(an_icmp_error_reaches_the_host_that_wants_it, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
