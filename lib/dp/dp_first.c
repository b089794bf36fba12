/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A table of fixed size: 1,024 packets of which fragments are under way, in sets of four, of which the oldest
 * makes room. Each is known for WAIT_S after its first fragment.
 */
#include "dp_first.h"

#include <stdlib.h>

#define SETS   256
#define WAYS   4
#define WAIT_S 5

/* What fragments of one packet have alike; all of it is compared. */
struct first_key {
    uint64_t words[6];
};

struct first {
    struct first_key key;
    uint64_t tsc;
    union {
        uint32_t spi; /* 0: free */
        struct {
            uint16_t local_port, remote_port;
        }; /* is_clear */
    };
    uint16_t ports_end;
    uint8_t proto; /* is_clear: and this */
    uint8_t is_clear : 1;
    uint8_t has_ports : 1;
};
_Static_assert(sizeof(struct first) == 64, "a fragment reads one line for each way");

struct dp_firsts {
    struct first sets[SETS][WAYS];
    uint64_t wait_tsc, seed;
};

struct dp_firsts *dp_firsts_create(uint64_t tsc_hz, uint64_t seed)
{
    struct dp_firsts *t = aligned_alloc(64, (sizeof *t + 63) & ~(size_t)63);
    if (!t)
        return NULL;
    memset(t, 0, sizeof *t);
    t->wait_tsc = WAIT_S * tsc_hz;
    t->seed = seed;
    return t;
}

void dp_firsts_free(struct dp_firsts *t)
{
    free(t);
}

/* Fragments of one IPv6 packet may differ in their next header (RFC 8200 4.5). */
static struct first_key key_of(uint32_t from, const struct sad_flow *flow, const struct dp_fragment *f)
{
    const bool is6 = flow->family == BASE_AF_IP6;
    struct first_key key;
    memcpy(&key.words[0], flow->local, 16);
    memcpy(&key.words[2], flow->remote, 16);
    key.words[4] = (uint64_t)f->id << 32 | from;
    key.words[5] = is6 ? 0x100u : flow->proto;
    return key;
}

/* No cryptography: who does not know the seed cannot tell what meets what. */
static uint32_t set_of(const struct dp_firsts *t, const struct first_key *key)
{
    uint64_t h = t->seed;
    for (size_t i = 0; i < sizeof key->words / sizeof *key->words; i++) {
        h = (h ^ key->words[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return (uint32_t)(h >> 32) % SETS;
}

/* Where to keep what the first fragment of this key tells. */
static struct first *first_put(struct dp_firsts *t, const struct first_key *key)
{
    struct first *set = t->sets[set_of(t, key)], *at = set;
    for (struct first *e = set; e < set + WAYS; e++) {
        if (memcmp(&e->key, key, sizeof *key) == 0)
            return e;
        if (e->tsc < at->tsc)
            at = e;
    }
    return at;
}

void dp_first_note(struct dp_firsts *t, uint32_t from, const struct sad_flow *flow,
                   const struct dp_fragment *first, uint32_t spi, uint64_t now_tsc)
{
    const struct first_key key = key_of(from, flow, first);
    *first_put(t, &key) =
        (struct first){.key = key, .tsc = now_tsc, .spi = spi, .ports_end = (uint16_t)first->ports_end};
}

void dp_first_note_clear(struct dp_firsts *t, uint32_t from, const struct sad_flow *flow,
                         const struct dp_fragment *first, uint64_t now_tsc)
{
    const struct first_key key = key_of(from, flow, first);
    *first_put(t, &key) = (struct first){.key = key,
                                         .tsc = now_tsc,
                                         .local_port = flow->local_port,
                                         .remote_port = flow->remote_port,
                                         .ports_end = (uint16_t)first->ports_end,
                                         .proto = flow->proto,
                                         .is_clear = true,
                                         .has_ports = flow->has_ports};
}

/* The first fragment that goes with a later one, as dp_first_find() says. NULL: there is none. */
static const struct first *first_get(const struct dp_firsts *t, const struct first_key *key,
                                     const struct dp_fragment *later, uint64_t now_tsc)
{
    const struct first *set = t->sets[set_of(t, key)];
    for (const struct first *e = set; e < set + WAYS; e++)
        if (memcmp(&e->key, key, sizeof *key) == 0)
            return now_tsc - e->tsc <= t->wait_tsc && later->at >= e->ports_end ? e : NULL;
    return NULL;
}

uint32_t dp_first_find(const struct dp_firsts *t, uint32_t from, struct sad_flow *flow,
                       const struct dp_fragment *later, uint64_t now_tsc)
{
    const struct first_key key = key_of(from, flow, later);
    const struct first *e = first_get(t, &key, later, now_tsc);
    if (!e || !e->is_clear)
        return e ? e->spi : 0;
    flow->proto = e->proto;
    flow->has_ports = e->has_ports;
    flow->local_port = e->local_port;
    flow->remote_port = e->remote_port;
    flow->is_later = false;
    return 0;
}
