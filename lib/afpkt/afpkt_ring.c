/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is asked of the kernel for a queue. A receive socket hears nothing until it is bound; between that and
 * the fanout, which spreads frames over the queues, each would hear all of them, so a filter is in the way
 * until every queue is ready. The fanout is by flow and without PACKET_FANOUT_FLAG_DEFRAG, which would put
 * fragments together, and without rollover.
 */
#include "afpkt_ring.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <sys/mman.h>
#include <unistd.h>
#include "wire_eth.h"

#ifndef PACKET_FANOUT_FLAG_IGNORE_OUTGOING
#define PACKET_FANOUT_FLAG_IGNORE_OUTGOING \
    0x4000 /* newer than Debian 12's headers; older kernels ignore it */
#endif

#define PLACES          1024
#define PLACES_MIN      64          /* a multiple of which is a multiple of pages, of any place_bytes */
#define RING_BYTES_MAX  (64u << 20) /* of all queues of a port */
#define SOCKET_BYTES    (2 << 20)   /* of large frames, or frames to be sent; the kernel doubles it */
#define PLACE_HEAD      96          /* what the kernel may put before the Ethernet header */
#define PLACE_ALIGNMENT 64

uint32_t afpkt_place_bytes(uint16_t mtu)
{
    const uint32_t bytes = PLACE_HEAD + WIRE_ETH_BYTES + 2 * WIRE_VLAN_BYTES + mtu;
    return (bytes + PLACE_ALIGNMENT - 1) / PLACE_ALIGNMENT * PLACE_ALIGNMENT;
}

uint32_t afpkt_place_count(uint32_t place_bytes, uint16_t queues)
{
    uint32_t count = PLACES;
    while (count > PLACES_MIN && (uint64_t)count * place_bytes * queues > RING_BYTES_MAX)
        count /= 2;
    return count;
}

static int socket_bind(int fd, int ifindex, uint16_t protocol)
{
    const struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = wire_be16(protocol), .sll_ifindex = ifindex};
    return bind(fd, (const struct sockaddr *)&at, sizeof at) < 0 ? -errno : 0;
}

/* The kernel's own bounds are passed where it allows that. */
static void socket_grow(int fd, int forced, int asked)
{
    const int bytes = SOCKET_BYTES;
    if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) < 0)
        (void)setsockopt(fd, SOL_SOCKET, asked, &bytes, sizeof bytes);
}

static int socket_filter(int fd, struct sock_filter *code, unsigned short len)
{
    const struct sock_fprog program = {len, code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ? -errno : 0;
}

/* What must be set before the ring is there. */
static int rx_set(int fd, const char **step)
{
    static const struct {
        const char *name;
        int option, value;
    } list[] = {
        {"PACKET_VERSION", PACKET_VERSION, TPACKET_V2},
        {"PACKET_VNET_HDR", PACKET_VNET_HDR, 1},
        {"PACKET_AUXDATA", PACKET_AUXDATA, 1},
        {"PACKET_COPY_THRESH", PACKET_COPY_THRESH, 1},
        {"PACKET_IGNORE_OUTGOING", PACKET_IGNORE_OUTGOING, 1},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        *step = list[i].name;
        if (setsockopt(fd, SOL_PACKET, list[i].option, &list[i].value, sizeof list[i].value) < 0)
            return -errno;
    }
    socket_grow(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    return 0;
}

static int ring_make(struct afpkt_rx_queue *q)
{
    const struct tpacket_req want = {
        .tp_block_size = PLACES_MIN * q->place_bytes,
        .tp_block_nr = q->n_places / PLACES_MIN,
        .tp_frame_size = q->place_bytes,
        .tp_frame_nr = q->n_places,
    };
    q->ring_bytes = (size_t)q->n_places * q->place_bytes;
    if (setsockopt(q->fd, SOL_PACKET, PACKET_RX_RING, &want, sizeof want) < 0)
        return -errno;
    void *ring = mmap(NULL, q->ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, q->fd, 0);
    if (ring == MAP_FAILED)
        return -errno;
    q->ring = ring;
    return 0;
}

/* IPv6 neighbours ask by multicast. */
static int rx_hear_multicast(int fd, int ifindex)
{
    const struct packet_mreq want = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_ALLMULTI};
    return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &want, sizeof want) < 0 ? -errno : 0;
}

int afpkt_rx_open(struct afpkt_rx_queue *q, int ifindex, const char **step)
{
    struct sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    *step = "a packet socket";
    q->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (q->fd < 0)
        return -errno;
    int rc = rx_set(q->fd, step);
    if (rc < 0)
        return rc;
    *step = "a receive ring";
    rc = ring_make(q);
    if (rc < 0)
        return rc;
    *step = "a filter";
    rc = socket_filter(q->fd, nothing, 1);
    if (rc < 0)
        return rc;
    *step = "to be bound";
    rc = socket_bind(q->fd, ifindex, ETH_P_ALL);
    if (rc < 0)
        return rc;
    *step = "all multicast";
    return rx_hear_multicast(q->fd, ifindex);
}

int afpkt_rx_join(struct afpkt_rx_queue *q, uint16_t *group)
{
    const uint32_t flags = PACKET_FANOUT_FLAG_IGNORE_OUTGOING | (*group ? 0 : PACKET_FANOUT_FLAG_UNIQUEID);
    const uint32_t want = *group | (uint32_t)PACKET_FANOUT_HASH << 16 | flags << 16;
    uint32_t got = 0;
    socklen_t len = sizeof got;
    if (setsockopt(q->fd, SOL_PACKET, PACKET_FANOUT, &want, sizeof want) < 0 ||
        getsockopt(q->fd, SOL_PACKET, PACKET_FANOUT, &got, &len) < 0)
        return -errno;
    *group = (uint16_t)got;
    return 0;
}

int afpkt_rx_let_in(struct afpkt_rx_queue *q)
{
    struct sock_filter others[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    return socket_filter(q->fd, others, 4);
}

int afpkt_tx_open(struct afpkt_tx_queue *q, int ifindex, const char **step)
{
    const int on = 1;
    *step = "a packet socket";
    q->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* of no protocol: it receives nothing */
    if (q->fd < 0)
        return -errno;
    *step = "PACKET_QDISC_BYPASS";
    if (setsockopt(q->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) < 0)
        return -errno;
    socket_grow(q->fd, SO_SNDBUFFORCE, SO_SNDBUF);
    *step = "to be bound";
    return socket_bind(q->fd, ifindex, 0);
}

void afpkt_rx_close(struct afpkt_rx_queue *q)
{
    if (q->ring)
        munmap(q->ring, q->ring_bytes);
    if (q->fd >= 0)
        close(q->fd);
}

void afpkt_tx_close(struct afpkt_tx_queue *q)
{
    if (q->fd >= 0)
        close(q->fd);
}
