/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receiving: from places of the ring to packet buffers. What was left to a device is done on the way: a
 * checksum is completed in its place, a large frame is cut, as far as the burst has room, and the rest of it
 * waits where it is for the next call. Without a packet buffer all waits in the ring.
 */
#include "afpkt.h"

#include <string.h>
#include <rte_mbuf.h>
#include "afpkt_csum.h"
#include "afpkt_frame.h"

#define TURNS_MAX 256 /* places in one call: frames that are lost fill no burst */

static struct rte_mbuf *buffer_take(struct afpkt_rx_queue *q)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(q->pool);
    if (!m)
        q->count.no_buffer++;
    return m;
}

static void buffer_fill(struct rte_mbuf *m, uint32_t len)
{
    m->data_len = (uint16_t)len;
    m->pkt_len = len;
}

/* Segments of the frame that is being cut. Returns how many. */
static uint16_t segments_take(struct afpkt_rx_queue *q, struct rte_mbuf **frames, uint16_t n)
{
    uint16_t done = 0;
    while (done < n && afpkt_cut_has_next(&q->cut)) {
        struct rte_mbuf *m = buffer_take(q);
        if (!m)
            break;
        buffer_fill(m, afpkt_cut_next(&q->cut, rte_pktmbuf_mtod(m, uint8_t *)));
        q->count.segments++;
        frames[done++] = m;
    }
    return done;
}

/* Makes a frame ready that goes into one buffer. False: lost, and counted. */
static bool whole_ready(struct afpkt_rx_queue *q, const struct afpkt_frame *f)
{
    if (f->len > q->room) {
        q->count.too_large++;
        return false;
    }
    if (!(f->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
        return true;
    if (!afpkt_csum_complete(f->data, f->len, f->vnet.csum_start, f->vnet.csum_offset)) {
        q->count.csum_bad++;
        return false;
    }
    q->count.completed++;
    return true;
}

/* Begins to cut a large frame. False: lost, and counted. */
static bool cut_ready(struct afpkt_rx_queue *q, const struct afpkt_frame *f)
{
    if (!afpkt_cut_begin(&q->cut, f->data, f->len, f->vnet.gso_type, f->vnet.gso_size,
                         f->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) ||
        afpkt_cut_largest(&q->cut) > q->room) {
        q->cut = (struct afpkt_cut){0};
        q->count.segment_bad++;
        return false;
    }
    q->count.segmented++;
    return true;
}

enum taken { TAKEN_LOST, TAKEN_WHOLE, TAKEN_TO_CUT };

/* Takes the frame of a place: into the buffer, or to be cut. */
static enum taken place_take(struct afpkt_rx_queue *q, struct tpacket2_hdr *place, struct rte_mbuf *m)
{
    struct afpkt_frame f;
    if (!afpkt_frame_read(q, place, &f))
        return TAKEN_LOST;
    if (f.vnet.gso_type != VIRTIO_NET_HDR_GSO_NONE)
        return cut_ready(q, &f) ? TAKEN_TO_CUT : TAKEN_LOST;
    if (!whole_ready(q, &f))
        return TAKEN_LOST;
    memcpy(rte_pktmbuf_mtod(m, void *), f.data, f.len);
    buffer_fill(m, f.len);
    return TAKEN_WHOLE;
}

/* The next frame or segments, at most n. Returns how many; 0 with is_end: nothing more can be had now. */
static uint16_t next_take(struct afpkt_rx_queue *q, struct rte_mbuf **frames, uint16_t n, bool *is_end)
{
    uint16_t done = 0;
    if (!afpkt_cut_has_next(&q->cut)) {
        struct tpacket2_hdr *place = afpkt_place_next(q);
        struct rte_mbuf *m = place ? buffer_take(q) : NULL;
        *is_end = m == NULL;
        if (!m)
            return 0;
        const enum taken taken = place_take(q, place, m);
        if (taken == TAKEN_WHOLE)
            frames[done++] = m;
        else
            rte_pktmbuf_free(m);
        if (taken != TAKEN_TO_CUT) {
            afpkt_place_free(q);
            return done;
        }
    }
    done = segments_take(q, frames, n);
    *is_end = afpkt_cut_has_next(&q->cut);
    if (!*is_end)
        afpkt_place_free(q);
    return done;
}

uint16_t afpkt_rx(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    struct afpkt_rx_queue *q = &((struct afpkt *)port)->rx[queue];
    uint16_t done = 0;
    bool is_end = false;
    for (uint32_t turns = 0; done < n && turns < TURNS_MAX && !is_end; turns++)
        done = (uint16_t)(done + next_take(q, frames + done, (uint16_t)(n - done), &is_end));
    return done;
}
