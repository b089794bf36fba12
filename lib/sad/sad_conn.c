/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections: the pairs that each has, as a list through the pairs, and the sum of those that are gone. */
#include "sad_int.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_CAP 64

struct sad_conn {
    struct sad_counters gone; /* of pairs that are gone */
    bool is_open;
    uint32_t first;     /* pair: its slot + 1; 0: none */
    uint32_t next_free; /* neither open nor with pairs */
};

static struct sad_conn *conn_at(const struct sad *sad, uint32_t conn)
{
    return conn != SAD_CONN_NONE && conn < sad->conns.count ? &sad->conns.list[conn] : NULL;
}

static struct sad_conn *conn_open_at(const struct sad *sad, uint32_t conn)
{
    struct sad_conn *c = conn_at(sad, conn);
    return c && c->is_open ? c : NULL;
}

/* Room for one more number. False: no memory. */
static bool conns_grow(struct sad_conns *s)
{
    const uint32_t cap = s->cap ? 2 * s->cap : FIRST_CAP;
    if (s->count < s->cap)
        return true;
    struct sad_conn *list = realloc(s->list, cap * sizeof *list);
    if (!list)
        return false;
    s->list = list;
    s->cap = cap;
    s->count = s->count ? s->count : 1; /* number 0 is nobody's */
    return true;
}

uint32_t sad_conn_open(struct sad *sad)
{
    struct sad_conns *s = &sad->conns;
    uint32_t conn = s->free;
    if (conn != SAD_CONN_NONE)
        s->free = s->list[conn].next_free;
    else if (conns_grow(s))
        conn = s->count++;
    if (conn != SAD_CONN_NONE)
        s->list[conn] = (struct sad_conn){.is_open = true};
    return conn;
}

/* The number may be given out again when nobody has it and nothing counts under it. */
static void conn_release(struct sad *sad, uint32_t conn)
{
    struct sad_conn *c = &sad->conns.list[conn];
    if (c->is_open || c->first)
        return;
    c->next_free = sad->conns.free;
    sad->conns.free = conn;
}

void sad_conn_close(struct sad *sad, uint32_t conn)
{
    struct sad_conn *c = conn_open_at(sad, conn);
    if (!c)
        return;
    c->is_open = false;
    if (sad->conns.sum.conn == conn)
        sad->conns.sum.conn = SAD_CONN_NONE;
    conn_release(sad, conn);
}

/* Counters are read while their owners count, each as a whole. */
static uint64_t peek(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void counters_of(const struct sad *sad, uint32_t slot, struct sad_counters *out)
{
    const struct sad_in *i = sad_in_at(&sad->tables, slot);
    const struct sad_out *o = sad_out_at(&sad->tables, slot);
    *out = (struct sad_counters){
        .in_pkts = peek(&i->pkts),
        .in_bytes = peek(&i->bytes),
        .out_pkts = peek(&o->seq),
        .out_bytes = peek(&o->bytes),
        .replay = peek(&i->replay_drops),
        .bad_icv = peek(&i->bad_icv),
        .bad_trailer = peek(&i->bad_trailer),
        .policy = peek(&i->policy_drops),
        .limit = peek(&i->limit_drops) + peek(&o->limit_drops),
    };
}

void sad_conn_join(struct sad *sad, uint32_t slot)
{
    struct sad_pair *pair = &sad->pairs[slot];
    struct sad_conn *c = conn_open_at(sad, pair->conn);
    pair->in_conn = c != NULL;
    if (!c)
        return;
    pair->conn_turn = sad->conns.sum.turn; /* too late for a sum under way */
    pair->conn_prev = 0;
    pair->conn_next = c->first;
    if (c->first)
        sad->pairs[c->first - 1].conn_prev = slot + 1;
    c->first = slot + 1;
}

/* A pair that is not in the sum under way is so now: it has counted its last. */
static void sum_before_it_leaves(struct sad *sad, uint32_t slot, const struct sad_counters *last)
{
    const struct sad_pair *pair = &sad->pairs[slot];
    if (sad->conns.sum.conn != pair->conn || pair->conn_turn == sad->conns.sum.turn)
        return;
    telem_add(&sad_rows, &sad->conns.sum.so_far, last);
    if (sad->conns.sum.next == slot + 1)
        sad->conns.sum.next = pair->conn_next;
}

void sad_conn_leave(struct sad *sad, uint32_t slot)
{
    struct sad_counters last;
    struct sad_pair *pair = &sad->pairs[slot];
    if (!pair->in_conn)
        return;
    struct sad_conn *c = &sad->conns.list[pair->conn];
    counters_of(sad, slot, &last);
    telem_add(&sad_rows, &c->gone, &last);
    sum_before_it_leaves(sad, slot, &last);
    if (pair->conn_next)
        sad->pairs[pair->conn_next - 1].conn_prev = pair->conn_prev;
    if (pair->conn_prev)
        sad->pairs[pair->conn_prev - 1].conn_next = pair->conn_next;
    else
        c->first = pair->conn_next;
    pair->in_conn = false;
    conn_release(sad, pair->conn);
}

int sad_conn_counters(struct sad *sad, uint32_t conn, uint32_t most, struct sad_counters *out)
{
    const struct sad_conn *c = conn_open_at(sad, conn);
    struct sad_conns *s = &sad->conns;
    if (!c)
        return -ENOENT;
    if (s->sum.conn != conn) {
        s->sum.conn = conn;
        s->sum.next = c->first;
        s->sum.turn++;
        s->sum.so_far = c->gone;
    }
    for (; s->sum.next && most; most--) {
        struct sad_pair *pair = &sad->pairs[s->sum.next - 1];
        struct sad_counters one;
        counters_of(sad, s->sum.next - 1, &one);
        telem_add(&sad_rows, &s->sum.so_far, &one);
        pair->conn_turn = s->sum.turn;
        s->sum.next = pair->conn_next;
    }
    if (s->sum.next)
        return 1;
    s->sum.conn = SAD_CONN_NONE;
    *out = s->sum.so_far;
    return 0;
}

void sad_conn_fini(struct sad *sad)
{
    free(sad->conns.list);
}
