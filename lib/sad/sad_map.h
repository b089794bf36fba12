/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Addresses of inner packets that are others on the wire (esp_pair.ends): what a worker puts in their place,
 * and what that does to a checksum over them. Made with a pair, constant, and gone with it. Thread: any.
 */
#include <stdbool.h>
#include <stdint.h>
#include "esp_pair.h"

/* The two addresses as an IP header has them: IPv4 in the first four bytes. */
struct sad_map_ends {
    uint8_t local[16], remote[16];
};

struct sad_map {
    bool is6;
    bool has_local;               /* else only the remote one is another */
    bool in_anew;                 /* in_delta is a guess: esp_pair.sums_anew */
    uint16_t in_delta, out_delta; /* sad_map_csum() */
    struct sad_map_ends here, in, out;
};

/* Owned by the caller (free). NULL: no memory. The pair was checked: sad_map_check(). Thread: control. */
struct sad_map *sad_map_make(const struct esp_pair *p);

/* Whether the ends of a pair go together: of one family, and both of them in transport mode. */
bool sad_map_check(const struct esp_pair *p);

/* Whether the pair's packets have other addresses on the wire, or none. */
bool sad_map_is_wanted(const struct esp_pair *p);

/* A checksum (as it lies in memory) after that of the addresses in its pseudo header. */
static inline uint16_t sad_map_csum(uint16_t csum, uint16_t delta)
{
    const uint32_t sum = (uint32_t)(uint16_t)~csum + delta;
    return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}
