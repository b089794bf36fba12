/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending: a burst in one call. The socket goes past the queueing discipline (PACKET_QDISC_BYPASS), so that
 * a full device says so (ENOBUFS) instead of a discipline dropping what it was given.
 */
#include "afpkt.h"

#include <errno.h>
#include <rte_mbuf.h>
#include "afpkt_int.h"

/* Describes frames, as many as fit. Returns how many: 0 when the first one has too many segments. */
static uint16_t batch_fill(struct afpkt_tx_queue *q, struct rte_mbuf **frames, uint16_t n)
{
    uint16_t count = 0, pieces = 0;
    for (; count < n && count < AFPKT_TX_BATCH; count++) {
        struct rte_mbuf *m = frames[count];
        if (m->nb_segs > AFPKT_TX_PIECES - pieces)
            break;
        struct iovec *first = &q->pieces[pieces];
        for (; m; m = m->next)
            q->pieces[pieces++] = (struct iovec){rte_pktmbuf_mtod(m, void *), m->data_len};
        q->msgs[count].msg_hdr = (struct msghdr){.msg_iov = first, .msg_iovlen = frames[count]->nb_segs};
    }
    return count;
}

/* Sends a batch. Returns how many frames are done with, counting those that the interface refused. */
static uint16_t batch_send(struct afpkt_tx_queue *q, uint16_t count)
{
    const int sent = sendmmsg(q->fd, q->msgs, count, MSG_DONTWAIT);
    if (sent >= 0)
        return (uint16_t)sent; /* if not all: why the next one stays is told by the next call */
    switch (errno) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
    case EINTR:
        return 0;
    case ENETDOWN:
    case ENXIO: /* gone */
        q->count.tx_errors += count;
        return count;
    default: /* of the first one: too large */
        q->count.tx_errors++;
        return 1;
    }
}

uint16_t afpkt_tx(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    struct afpkt_tx_queue *q = &((struct afpkt *)port)->tx[queue];
    uint16_t done = 0, gone = 1;
    while (done < n && gone > 0) {
        const uint16_t count = batch_fill(q, frames + done, (uint16_t)(n - done));
        gone = count ? batch_send(q, count) : 1;
        q->count.tx_errors += count == 0;
        done = (uint16_t)(done + gone);
    }
    rte_pktmbuf_free_bulk(frames, done);
    return done;
}
