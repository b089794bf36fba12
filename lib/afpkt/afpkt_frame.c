/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel writes each frame to the next place of the ring: a struct tpacket2_hdr and, tp_mac bytes behind
 * it, the frame with a struct virtio_net_hdr right before it. Of a frame larger than the place the head is
 * there (TP_STATUS_COPY), and all of it waits in the socket.
 */
#include "afpkt_frame.h"

#include <string.h>
#include <sys/uio.h>
#include "wire_eth.h"

#define RECEIVE_TRIES 3 /* an error of the interface, as that it went down, is reported once in between */

static struct tpacket2_hdr *place_at(const struct afpkt_rx_queue *q, uint32_t at)
{
    return (struct tpacket2_hdr *)(void *)(q->ring + (size_t)at * q->place_bytes);
}

struct tpacket2_hdr *afpkt_place_next(const struct afpkt_rx_queue *q)
{
    struct tpacket2_hdr *place = place_at(q, q->next);
    /* Pairs with the kernel's store behind all else of the place. */
    return __atomic_load_n(&place->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER ? place : NULL;
}

void afpkt_place_free(struct afpkt_rx_queue *q)
{
    __atomic_store_n(&place_at(q, q->next)->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    q->next = q->next + 1 < q->n_places ? q->next + 1 : 0;
}

/* Puts the tag back that the kernel took off, as the sender had it. */
static void tag_put(struct afpkt_frame *f, uint32_t status, uint16_t tci, uint16_t tpid)
{
    if (!(status & TP_STATUS_VLAN_VALID) || f->len < 2 * WIRE_MAC_BYTES)
        return;
    const uint16_t tag[2] = {wire_be16(status & TP_STATUS_VLAN_TPID_VALID ? tpid : WIRE_ETH_VLAN),
                             wire_be16(tci)};
    f->data -= AFPKT_TAG_BYTES;
    f->len += AFPKT_TAG_BYTES;
    memmove(f->data, f->data + AFPKT_TAG_BYTES, 2 * WIRE_MAC_BYTES);
    memcpy(f->data + 2 * WIRE_MAC_BYTES, tag, sizeof tag);
    f->vnet.csum_start = (uint16_t)(f->vnet.csum_start + AFPKT_TAG_BYTES);
}

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
};

static void large_tag_put(struct afpkt_frame *f, struct msghdr *msg)
{
    struct tpacket_auxdata aux;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA ||
            c->cmsg_len < CMSG_LEN(sizeof aux))
            continue;
        memcpy(&aux, CMSG_DATA(c), sizeof aux);
        tag_put(f, aux.tp_status, aux.tp_vlan_tci, aux.tp_vlan_tpid);
        return;
    }
}

static bool large_read(struct afpkt_rx_queue *q, struct afpkt_frame *f)
{
    union control control;
    struct iovec parts[] = {{&f->vnet, sizeof f->vnet},
                            {q->large + AFPKT_TAG_BYTES, sizeof q->large - AFPKT_TAG_BYTES}};
    struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t n = -1;
    for (int i = 0; i < RECEIVE_TRIES && n < 0; i++) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control;
        n = recvmsg(q->fd, &msg, MSG_DONTWAIT);
    }
    if (n < (ssize_t)sizeof f->vnet) {
        q->count.large_full++;
        return false;
    }
    if (msg.msg_flags & MSG_TRUNC) {
        q->count.too_large++;
        return false;
    }
    f->data = q->large + AFPKT_TAG_BYTES;
    f->len = (uint32_t)n - (uint32_t)sizeof f->vnet;
    large_tag_put(f, &msg);
    return true;
}

bool afpkt_frame_read(struct afpkt_rx_queue *q, struct tpacket2_hdr *place, struct afpkt_frame *f)
{
    const uint32_t status = place->tp_status;
    if (status & TP_STATUS_COPY)
        return large_read(q, f);
    if (place->tp_snaplen < place->tp_len) {
        q->count.large_full++;
        return false;
    }
    f->data = (uint8_t *)place + place->tp_mac;
    f->len = place->tp_snaplen;
    memcpy(&f->vnet, f->data - sizeof f->vnet, sizeof f->vnet);
    tag_put(f, status, place->tp_vlan_tci, place->tp_vlan_tpid);
    return true;
}
