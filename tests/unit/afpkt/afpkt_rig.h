/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A port over one end of a veth, "port0", in a network namespace of the test's own; the other end, "host0",
 * is its neighbour on the same host. Without the right to make a namespace the tests are skipped.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include "afpkt.h"
#include "afpkt_pkt.h"

#define RIG_QUIET_MS 50 /* after which nothing more is expected */

static struct rte_mempool *rig_pool, *rig_small; /* buffers of 9,216 and of 1,500 bytes of IP */
static struct afpkt *rig_port;
static int rig_fd = -1; /* sends and hears at host0, with struct virtio_net_hdr before each frame */
static bool rig_may;

__attribute__((format(printf, 1, 2))) static inline void rig_run(const char *format, ...)
{
    char line[300];
    va_list ap;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (system(line) != 0)
        fail_msg("%s", line);
}

static inline void rig_no_ip6(void)
{
    FILE *f = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w");
    if (f) {
        fputs("1", f);
        fclose(f);
    }
}

static inline int rig_start(void **state)
{
    char *args[] = {"test", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",   "-m",
                    "64",   "-l",        "0",        "--iova-mode=va", "--log-level=error"};
    if (rte_eal_init(sizeof args / sizeof args[0], args) < 0)
        return -1;
    rig_pool = rte_pktmbuf_pool_create("rig", 2047, 32, 0, RTE_PKTMBUF_HEADROOM + 9216 + 64, 0);
    rig_small = rte_pktmbuf_pool_create("small", 63, 0, 0, RTE_PKTMBUF_HEADROOM + 1518, 0);
    if (!rig_pool || !rig_small)
        return -1;
    rig_may = unshare(CLONE_NEWNET) == 0;
    if (!rig_may) {
        print_message("skipped: a network namespace needs root (%s)\n", strerror(errno));
        return 0;
    }
    rig_no_ip6();
    rig_run("ip link add port0 numrxqueues 2 numtxqueues 2 mtu 9216 type veth peer name host0 numrxqueues 2 "
            "numtxqueues 2 mtu 9216 && ip link set port0 up && ip link set host0 up");
    return 0;
}

/* First in each test. */
static inline void rig_need(void)
{
    if (!rig_may)
        skip();
}

static inline void rig_hear(void)
{
    const int on = 1, bytes = 4 << 20;
    const struct sockaddr_ll at = {.sll_family = AF_PACKET,
                                   .sll_protocol = htobe16(ETH_P_ALL),
                                   .sll_ifindex = (int)if_nametoindex("host0")};
    rig_fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
    assert_true(rig_fd >= 0);
    assert_int_equal(setsockopt(rig_fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on), 0);
    assert_int_equal(setsockopt(rig_fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on), 0);
    assert_int_equal(setsockopt(rig_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes), 0);
    assert_int_equal(bind(rig_fd, (const struct sockaddr *)&at, sizeof at), 0);
}

static inline void rig_open_by(struct rte_mempool *pool, uint16_t mtu, uint16_t queues)
{
    char why[300] = "";
    const struct afpkt_params p = {
        .interface = "port0", .mtu = mtu, .rx_queues = queues, .tx_queues = queues, .pool = pool};
    rig_need();
    rig_hear();
    rig_port = afpkt_open(&p, why, sizeof why);
    if (!rig_port)
        fail_msg("%s", why);
}

static inline void rig_open(uint16_t mtu, uint16_t queues)
{
    rig_open_by(rig_pool, mtu, queues);
}

/* Also after a test that failed. */
static inline int rig_close(void **state)
{
    afpkt_close(rig_port);
    rig_port = NULL;
    if (rig_fd >= 0)
        close(rig_fd);
    rig_fd = -1;
    return 0;
}

/* From the neighbour, with what it leaves to a device. False: its kernel does not know how. */
static inline bool rig_try_send(const uint8_t *frame, size_t len, const struct virtio_net_hdr *left)
{
    struct virtio_net_hdr vnet = {0};
    struct iovec parts[] = {{&vnet, sizeof vnet}, {(void *)(uintptr_t)frame, len}};
    struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};
    if (left)
        vnet = *left;
    return sendmsg(rig_fd, &msg, 0) == (ssize_t)(sizeof vnet + len);
}

static inline void rig_send(const uint8_t *frame, size_t len, const struct virtio_net_hdr *left)
{
    assert_true(rig_try_send(frame, len, left));
}

static inline uint64_t rig_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Receives by a queue in bursts of `burst` until `want` frames are there or it is quiet. */
static inline uint32_t rig_take(uint16_t queue, struct rte_mbuf **frames, uint32_t want, uint16_t burst)
{
    uint32_t n = 0;
    for (uint64_t end = rig_ms() + RIG_QUIET_MS; n < want && rig_ms() < end;) {
        const uint16_t got =
            afpkt_rx(rig_port, queue, frames + n, want - n < burst ? (uint16_t)(want - n) : burst);
        if (got)
            end = rig_ms() + RIG_QUIET_MS;
        n += got;
    }
    return n;
}

/* The next one has these bytes. */
static inline void rig_assert_first(const uint8_t *frame, size_t len)
{
    struct rte_mbuf *got[1];
    assert_int_equal(rig_take(0, got, 1, 32), 1);
    assert_int_equal(got[0]->pkt_len, len);
    assert_int_equal(got[0]->data_len, len);
    assert_int_equal(got[0]->nb_segs, 1);
    assert_int_equal(got[0]->data_off, RTE_PKTMBUF_HEADROOM);
    assert_memory_equal(rte_pktmbuf_mtod(got[0], uint8_t *), frame, len);
    rte_pktmbuf_free(got[0]);
}

/* And nothing comes behind it. */
static inline void rig_assert_one(const uint8_t *frame, size_t len)
{
    struct rte_mbuf *more[1];
    rig_assert_first(frame, len);
    assert_int_equal(afpkt_rx(rig_port, 0, more, 1), 0);
}

/* What the neighbour hears; 0: nothing. */
static inline size_t rig_heard(uint8_t *frame, size_t size)
{
    struct virtio_net_hdr vnet;
    struct iovec parts[] = {{&vnet, sizeof vnet}, {frame, size}};
    struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};
    for (uint64_t end = rig_ms() + RIG_QUIET_MS; rig_ms() < end;) {
        const ssize_t n = recvmsg(rig_fd, &msg, 0);
        if (n >= (ssize_t)sizeof vnet)
            return (size_t)n - sizeof vnet;
    }
    return 0;
}

static inline struct afpkt_counters rig_count(void)
{
    struct afpkt_counters c;
    afpkt_counters(rig_port, &c);
    return c;
}

/* The kernel tells a carrier after a while. */
static inline void rig_assert_up(bool is_up)
{
    for (uint64_t end = rig_ms() + 3000; rig_ms() < end && afpkt_is_up(rig_port) != is_up;)
        usleep(1000);
    assert_int_equal(afpkt_is_up(rig_port), is_up);
}

/* A frame of len bytes that is not IP. */
static inline uint8_t *rig_plain(size_t len)
{
    uint8_t *frame = malloc(len);
    assert_non_null(frame);
    for (size_t i = 0; i < len; i++)
        frame[i] = (uint8_t)(i * 11 + i / 251);
    memcpy(frame, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x88\xb5", 14);
    return frame;
}
