/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Cuts a large frame into what its sender would have sent without segmentation offload, one segment at a
 * time. The frame is not copied and must stay as it is until the last one is out. Thread: one at a time.
 */
#include <stdbool.h>
#include <stdint.h>

/* Kinds, as in struct virtio_net_hdr (VIRTIO 1.2, 5.1.6). */
enum afpkt_gso {
    AFPKT_GSO_NONE = 0,
    AFPKT_GSO_TCP4 = 1,
    AFPKT_GSO_TCP6 = 4,
    AFPKT_GSO_UDP = 5,
    AFPKT_GSO_ECN = 0x80, /* with one of TCP: CWR is for the first segment alone; it always is so here */
};

struct afpkt_cut {
    const uint8_t *frame;
    uint32_t at, end; /* payload that is not yet out; equal: nothing is left */
    uint16_t size;    /* of payload in each segment but the last */
    uint32_t l3, l4;  /* where the headers are */
    uint32_t headers; /* bytes up to the payload */
    bool is6, is_udp;
    bool has_sum;   /* segments get a checksum: false for UDP that has none */
    uint16_t count; /* segments that are out */
};

/*
 * Begins to cut a frame of len bytes. False: not of that kind, cut short, or its headers contradict; nothing
 * is begun. type: enum afpkt_gso. is_summed: the sender left a checksum to be completed.
 */
bool afpkt_cut_begin(struct afpkt_cut *c, const uint8_t *frame, uint32_t len, uint8_t type, uint16_t size,
                     bool is_summed);

/* Bytes of the largest segment, which is the first. */
static inline uint32_t afpkt_cut_largest(const struct afpkt_cut *c)
{
    return c->headers + (c->end - c->at < c->size ? c->end - c->at : c->size);
}

static inline bool afpkt_cut_has_next(const struct afpkt_cut *c)
{
    return c->at < c->end;
}

/* Writes the next segment, with room for the largest, and returns its length. There must be one. */
uint32_t afpkt_cut_next(struct afpkt_cut *c, uint8_t *out);
