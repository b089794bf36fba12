/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Limits, and events from workers to control. An event is one word (type and SPI) in a bounded ring; what
 * else it says is in the SA. A bit per type in the SA keeps a second one from being raised while one waits,
 * so no peer can fill the ring by itself. An event that finds the ring full is raised again by the next
 * packet.
 */
#include "sad_event.h"

#include <errno.h>
#include <stdlib.h>
#include <rte_ring.h>
#include "base_ration.h"

#define SEQ_MAX_32     UINT32_MAX
#define MOVES_AT_ONCE  4 /* of a peer that are told; then one a second */
#define SEQ_SOFT_SHARE 4 /* the last quarter of the sequence space calls for a rekey */

int sad_event_init(struct sad *sad)
{
    ssize_t bytes = rte_ring_get_memsize(SAD_EVENT_RING);
    if (bytes <= 0)
        return -ENOMEM;
    sad->events_mem = aligned_alloc(128, ((size_t)bytes + 127) & ~(size_t)127);
    if (!sad->events_mem)
        return -ENOMEM;
    sad->events = sad->events_mem;
    return rte_ring_init(sad->events, "sad_events", SAD_EVENT_RING, RING_F_SC_DEQ);
}

void sad_event_fini(struct sad *sad)
{
    free(sad->events_mem);
}

/* False: the ring is full. */
static bool event_send(struct sad *sad, uint32_t slot, enum sad_event_type type)
{
    /* The SPI, not the slot: the slot may serve another pair by the time that the event is read. */
    uint32_t spi = atomic_load_explicit(&sad_in_at(&sad->tables, slot)->spi, memory_order_relaxed);
    return rte_ring_enqueue(sad->events, (void *)((uintptr_t)type << 32 | spi)) == 0;
}

/* True when the event waits now, by this or an earlier call. */
static bool event_raise(struct sad *sad, uint32_t slot, enum sad_event_type type, _Atomic uint32_t *pending)
{
    uint32_t bit = 1u << type;
    if (atomic_load_explicit(pending, memory_order_acquire) & bit)
        return true;
    atomic_fetch_or_explicit(pending, bit, memory_order_release);
    if (event_send(sad, slot, type))
        return true;
    atomic_fetch_and_explicit(pending, ~bit, memory_order_release);
    return false;
}

/* The nearer of the limits that still count; a hard one may lie below the soft one, or have none. */
static uint64_t next_stop(uint64_t used, uint64_t soft, uint64_t hard)
{
    uint64_t stop = hard ? hard : UINT64_MAX;
    return soft && used < soft && soft < stop ? soft : stop;
}

/* The sequence space is the last limit of all. */
static uint64_t seq_max(const struct sad_out *out)
{
    return out->flags & SAD_F_ESN ? UINT64_MAX : SEQ_MAX_32;
}

static uint64_t seq_soft(const struct sad_out *out)
{
    return seq_max(out) - seq_max(out) / SEQ_SOFT_SHARE;
}

static uint64_t min_set(uint64_t a, uint64_t b)
{
    if (!a)
        return b;
    return a < b ? a : b;
}

void sad_limits_arm_in(struct sad_in *in)
{
    bool is_soft_done = in->limit_state != SAD_LIMIT_OK;
    in->stop_pkts = next_stop(in->pkts, is_soft_done ? 0 : in->limits.soft_pkts, in->limits.hard_pkts);
    in->stop_bytes = next_stop(in->bytes, is_soft_done ? 0 : in->limits.soft_bytes, in->limits.hard_bytes);
    in->near_pkts = sad_near(in->pkts, in->stop_pkts, in->bytes, in->stop_bytes);
}

void sad_limits_arm_out(struct sad_out *out)
{
    bool is_soft_done = out->limit_state != SAD_LIMIT_OK;
    uint64_t soft = is_soft_done ? 0 : min_set(out->limits.soft_pkts, seq_soft(out));
    out->stop_seq = next_stop(out->seq, soft, min_set(out->limits.hard_pkts, seq_max(out)));
    out->stop_bytes =
        next_stop(out->bytes, is_soft_done ? 0 : out->limits.soft_bytes, out->limits.hard_bytes);
    out->near_seq = sad_near(out->seq, out->stop_seq, out->bytes, out->stop_bytes);
}

static bool is_over(uint64_t used, uint64_t limit)
{
    return limit && used >= limit;
}

bool sad_in_limit(struct sad *sad, struct sad_in *in)
{
    uint32_t slot = sad_in_slot(&sad->tables, in);
    if (is_over(in->pkts, in->limits.hard_pkts) || is_over(in->bytes, in->limits.hard_bytes)) {
        if (in->limit_state != SAD_LIMIT_HARD && event_raise(sad, slot, SAD_EV_HARD, &in->pending))
            in->limit_state = SAD_LIMIT_HARD;
        return false;
    }
    if (in->limit_state == SAD_LIMIT_OK && event_raise(sad, slot, SAD_EV_SOFT, &in->pending))
        in->limit_state = SAD_LIMIT_SOFT;
    if (in->limit_state != SAD_LIMIT_OK)
        sad_limits_arm_in(in);
    return true;
}

bool sad_out_limit(struct sad *sad, struct sad_out *out)
{
    uint32_t slot = sad_out_slot(&sad->tables, out);
    if (out->seq >= seq_max(out)) {
        if (out->limit_state != SAD_LIMIT_SEQ_END && event_raise(sad, slot, SAD_EV_SEQ_END, &out->pending))
            out->limit_state = SAD_LIMIT_SEQ_END;
        return false;
    }
    if (is_over(out->seq, out->limits.hard_pkts) || is_over(out->bytes, out->limits.hard_bytes)) {
        if (out->limit_state != SAD_LIMIT_HARD && event_raise(sad, slot, SAD_EV_HARD, &out->pending))
            out->limit_state = SAD_LIMIT_HARD;
        return false;
    }
    if (out->limit_state == SAD_LIMIT_OK && event_raise(sad, slot, SAD_EV_SOFT, &out->pending))
        out->limit_state = SAD_LIMIT_SOFT;
    if (out->limit_state != SAD_LIMIT_OK)
        sad_limits_arm_out(out);
    return true;
}

void sad_in_moved(struct sad *sad, struct sad_in *in, const struct sad_moved *from, uint64_t tsc)
{
    uint32_t bit = 1u << SAD_EV_PEER_MOVED;
    if (atomic_load_explicit(&in->pending, memory_order_acquire) & bit)
        return;
    /* Until control has moved the pair, each packet from there comes here. */
    if (in->moves.used && tsc - in->moves.at < sad->params.tsc_hz && sad_moved_equal(&in->moved_to, from))
        return;
    struct base_ration moves = in->moves;
    if (!base_ration_take(&moves, tsc, sad->params.tsc_hz, MOVES_AT_ONCE))
        return;
    in->moved_to = *from;
    if (event_raise(sad, sad_in_slot(&sad->tables, in), SAD_EV_PEER_MOVED, &in->pending))
        in->moves = moves;
    else
        in->moved_to = (struct sad_moved){0};
}

uint32_t sad_group_slot(struct sad *sad, uint32_t verdict, uint16_t worker)
{
    if (!(verdict & SAD_SPD_GROUP))
        return verdict;
    struct sad_group *g = &sad->tables.groups[verdict & ~SAD_SPD_GROUP];
    const uint32_t slot = atomic_load_explicit(&g->slots[worker], memory_order_acquire);
    const uint64_t bit = UINT64_C(1) << worker;
    if (slot == SAD_NO_SLOT)
        return SAD_SPD_NO_SA;
    if (!(slot & SAD_GROUP_LENT))
        return slot;
    /* Once, until the group has changed: who is refused one does not ask with each packet. */
    if (!(atomic_load_explicit(&g->asked, memory_order_relaxed) & bit) &&
        event_send(sad, slot & ~SAD_GROUP_LENT, SAD_EV_WANTED))
        atomic_fetch_or_explicit(&g->asked, bit, memory_order_relaxed);
    return slot & ~SAD_GROUP_LENT;
}

static bool event_fill(struct sad *sad, uint64_t word, struct sad_event *out)
{
    uint32_t spi = (uint32_t)word;
    uint32_t slot = sad_slot_find(&sad->tables, spi);
    enum sad_event_type type = (enum sad_event_type)(word >> 32);
    const struct sad_pair *pair = &sad->pairs[slot];
    struct sad_in *in = sad_in_at(&sad->tables, slot);
    struct sad_out *dir_out = sad_out_at(&sad->tables, slot);
    uint32_t bit = 1u << type;
    if (pair->state != SAD_PAIR_LIVE || pair->spi_in != spi)
        return false;
    *out = (struct sad_event){.type = type, .spi_in = spi, .ike_id = pair->ike_id, .conn = pair->conn};
    if (type == SAD_EV_PEER_MOVED)
        out->moved = in->moved_to;
    atomic_fetch_and_explicit(&in->pending, ~bit, memory_order_release);
    atomic_fetch_and_explicit(&dir_out->pending, ~bit, memory_order_release);
    return true;
}

bool sad_event_pop(struct sad *sad, struct sad_event *out)
{
    void *word;
    while (rte_ring_dequeue(sad->events, &word) == 0)
        if (event_fill(sad, (uint64_t)(uintptr_t)word, out))
            return true;
    return false;
}
