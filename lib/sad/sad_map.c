/* SPDX-License-Identifier: BSD-3-Clause */
/* From the ends of a pair to what workers read. Sums are of 16-bit words as they lie in memory (RFC 1624). */
#include "sad_map.h"

#include <stdlib.h>
#include <string.h>

bool sad_map_is_wanted(const struct esp_pair *p)
{
    return p->ends.remote.family != BASE_AF_NONE;
}

static bool is_of(const struct base_addr *a, uint8_t family)
{
    return a->family == BASE_AF_NONE || a->family == family;
}

bool sad_map_check(const struct esp_pair *p)
{
    const uint8_t family = p->ends.remote.family;
    const bool is_transport = p->mode == ESP_MODE_TRANSPORT;
    if (!sad_map_is_wanted(p))
        return p->mode == ESP_MODE_TUNNEL && p->ends.local.family == BASE_AF_NONE;
    return (family == BASE_AF_IP4 || family == BASE_AF_IP6) && (unsigned)p->mode <= ESP_MODE_TRANSPORT &&
           p->ends.local.family == (is_transport ? family : BASE_AF_NONE) &&
           is_of(&p->ends_in.local, p->ends.local.family) &&
           is_of(&p->ends_out.local, p->ends.local.family) && is_of(&p->ends_in.remote, family) &&
           is_of(&p->ends_out.remote, family);
}

static void ends_fill(struct sad_map_ends *out, const struct esp_ends *ends, const struct esp_ends *here)
{
    const struct base_addr *local = ends->local.family ? &ends->local : &here->local;
    const struct base_addr *remote = ends->remote.family ? &ends->remote : &here->remote;
    memcpy(out->local, local->bytes, sizeof out->local);
    memcpy(out->remote, remote->bytes, sizeof out->remote);
}

static uint32_t sum_of(const struct sad_map_ends *e, uint16_t flip)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof *e; i += 2) {
        uint16_t word;
        memcpy(&word, (const uint8_t *)e + i, sizeof word);
        sum += (uint16_t)(word ^ flip);
    }
    return sum;
}

/* What the complement of a checksum changes by when `from` becomes `to`. */
static uint16_t delta_of(const struct sad_map_ends *from, const struct sad_map_ends *to)
{
    uint32_t sum = sum_of(from, UINT16_MAX) + sum_of(to, 0);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

struct sad_map *sad_map_make(const struct esp_pair *p)
{
    struct sad_map *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->is6 = p->ends.remote.family == BASE_AF_IP6;
    m->has_local = p->mode == ESP_MODE_TRANSPORT;
    m->in_anew = m->has_local && p->sums_anew;
    ends_fill(&m->here, &p->ends, &p->ends);
    ends_fill(&m->in, &p->ends_in, &p->ends);
    ends_fill(&m->out, &p->ends_out, &p->ends);
    m->in_delta = delta_of(&m->in, &m->here);
    m->out_delta = delta_of(&m->here, &m->out);
    return m;
}
