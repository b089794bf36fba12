/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wire of a metering port. Frames that this host itself sends through the interface are not its business;
 * the kernel should have neither addresses nor ARP on it, or it answers beside the gateway.
 */
#include "meter_relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOT_BYTES  2048u
#define SLOTS       8192u
#define BLOCK_BYTES 65536u

static struct tpacket2_hdr *slot(const struct meter_relay *r)
{
    return (struct tpacket2_hdr *)(void *)(r->ring + (size_t)r->at * SLOT_BYTES);
}

static int ring_make(struct meter_relay *r)
{
    int version = TPACKET_V2, yes = 1;
    struct tpacket_req ring = {.tp_block_size = BLOCK_BYTES,
                               .tp_block_nr = SLOTS * SLOT_BYTES / BLOCK_BYTES,
                               .tp_frame_size = SLOT_BYTES,
                               .tp_frame_nr = SLOTS};
    if (setsockopt(r->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
        setsockopt(r->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) ||
        setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)))
        return -errno;
    void *at = mmap(NULL, (size_t)SLOTS * SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    r->ring = at;
    return 0;
}

static int interface_take(struct meter_relay *r, const char *interface)
{
    struct ifreq request = {0};
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
    if (ioctl(r->fd, SIOCGIFHWADDR, &request))
        return -errno;
    memcpy(r->mac, request.ifr_hwaddr.sa_data, sizeof(r->mac));
    to.sll_ifindex = (int)if_nametoindex(interface);
    return bind(r->fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
}

int meter_relay_open(struct meter_relay *r, const char *interface)
{
    memset(r, 0, sizeof(*r));
    r->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* hears nothing until it is bound */
    int rc = r->fd < 0 ? -errno : ring_make(r);
    if (!rc)
        rc = interface_take(r, interface);
    if (!rc)
        return 0;
    fprintf(stderr, "meter: relay=%s: %s\n", interface, strerror(-rc));
    meter_relay_close(r);
    return rc;
}

void meter_relay_close(struct meter_relay *r)
{
    if (r->ring)
        munmap(r->ring, (size_t)SLOTS * SLOT_BYTES);
    if (r->fd >= 0)
        close(r->fd);
    r->ring = NULL;
    r->fd = -1;
}

const uint8_t *meter_relay_peek(const struct meter_relay *r, uint32_t *bytes)
{
    const struct tpacket2_hdr *h = r->ring ? slot(r) : NULL;
    /* Pairs with the kernel's release of a filled slot. */
    if (!h || !(__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
        return NULL;
    *bytes = h->tp_snaplen;
    return (const uint8_t *)h + h->tp_mac;
}

void meter_relay_pop(struct meter_relay *r)
{
    __atomic_store_n(&slot(r)->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    r->at = (r->at + 1) % SLOTS;
}

void meter_relay_send(struct meter_relay *r, const uint8_t *data, uint32_t bytes)
{
    (void)!send(r->fd, data, bytes, MSG_DONTWAIT);
}

uint64_t meter_relay_lost(struct meter_relay *r)
{
    struct tpacket_stats stats;
    socklen_t size = sizeof(stats);
    /* Reading resets the kernel's count. */
    if (!getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
        r->lost += stats.tp_drops;
    return r->lost;
}
