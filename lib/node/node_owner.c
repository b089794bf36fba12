/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which worker owns an SA. It gets its owner by its slot, not by where the port's queues bring its packets;
 * every packet that comes to another worker costs two cores instead of one. When nearly all packets of a
 * direction came to one other worker since the last look, it becomes the owner. Packets that spread over
 * several workers move nothing: there is no better place for them. Pairs that share a child's packets out
 * stay where they are: in UDP all of them come by one queue, and are to be opened by several workers.
 */
#include "node_owner.h"

#include <errno.h>
#include <rte_cycles.h>

#include "host_log.h"
#include "node_int.h"

#define LOOK_NS       (3 * BASE_NS_PER_S)
#define STRAYS_MIN    100 /* fewer are not worth a move */
#define MOVES_MAX     64  /* per look: each makes packets wait */
#define GRACE_WAIT_US 200 /* most that control waits for the workers to see the moves */

/* More than nine in ten came to one worker that is not the owner. */
static bool is_astray(const struct sad_handoffs *s)
{
    return s->handoffs > STRAYS_MIN && s->handoffs * 10ull > s->pkts * 9 &&
           s->lead * 10ull > s->handoffs * 8ull;
}

static bool owner_look_at(struct node *node, const struct sad_stats *s)
{
    struct sad_handoffs in, out;
    if (sad_handoffs_take(node->sad, s->spi_in, &in, &out) < 0)
        return false;
    const bool may_move = s->shared < 2;
    const uint16_t to_in = may_move && is_astray(&in) ? in.worker : s->owner_in;
    const uint16_t to_out = may_move && is_astray(&out) ? out.worker : s->owner_out;
    if ((to_in == s->owner_in && to_out == s->owner_out) ||
        sad_owner_set(node->sad, s->spi_in, to_in, to_out) < 0)
        return false;
    node->own.rehomed++;
    host_log(HOST_DEBUG,
             "event=sa_rehomed spi_in=0x%08x worker_in=%u worker_out=%u before_in=%u before_out=%u",
             s->spi_in, to_in, to_out, s->owner_in, s->owner_out);
    return true;
}

void node_owner_look(struct node *node)
{
    struct dp_counters sum;
    struct sad_stats s;
    uint32_t cursor = 0, moves = 0;
    if (node->cores.n_workers < 2 || !base_time_reached(node->owner.at, node->now))
        return;
    node->owner.at = base_time_add(node->now, LOOK_NS);
    dp_counters(node->dp, -1, &sum);
    const bool is_quiet = sum.handed_over - node->owner.handed <= STRAYS_MIN;
    node->owner.handed = sum.handed_over;
    if (is_quiet)
        return;
    while (moves < MOVES_MAX && sad_next(node->sad, &cursor, &s))
        moves += owner_look_at(node, &s);
    /* Packets wait while an SA moves: the workers are microseconds away, the next turn of this loop is not.
     */
    const uint64_t until = rte_rdtsc() + node->tsc_hz / 1000000 * GRACE_WAIT_US;
    while (moves && sad_reclaim(node->sad) && rte_rdtsc() < until)
        ;
}
