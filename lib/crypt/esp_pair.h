/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A child SA as the data path wants it: two directions of ESP with their keys, addresses, selectors and
 * limits (RFC 4301 4.4.2.1). The IKE engine fills it once and all the way down it is passed on as it is.
 * Plain bytes without a pointer: it may cross to another process. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "base_addr.h"
#include "base_ts.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "esp_way.h"

/* Keys of one direction, straight from KEYMAT (RFC 7296 2.17): encr is key | salt. */
struct esp_keymat {
    uint8_t encr_len;
    uint8_t integ_len;
    uint8_t encr[CRYPT_ENCR_KEY_MAX];
    uint8_t integ[CRYPT_INTEG_KEY_MAX];
};

/* Outer addresses and ports. Plain ESP (protocol 50) has no ports: they mean nothing then. */
struct esp_path {
    struct base_endpoint local;
    struct base_endpoint remote;
};

/* What a packet of ESP carries (RFC 4303 3.1). */
enum esp_mode {
    ESP_MODE_TUNNEL,   /* a whole IP packet */
    ESP_MODE_TRANSPORT /* what stands behind the IP header, which is the outer one */
};

/* One address of each side. */
struct esp_ends {
    struct base_addr local, remote;
};

/* Whoever is done with a copy wipes it with esp_pair_wipe(). */
struct esp_pair {
    uint32_t spi_in;    /* ours, as the data side gave it out */
    uint32_t spi_out;   /* the peer's */
    uint16_t encr;      /* enum crypt_encr */
    uint16_t encr_bits; /* key length attribute of the cipher; 0: it has none */
    uint16_t integ;     /* enum crypt_integ; CRYPT_INTEG_NONE with an AEAD */
    uint16_t outer_mtu; /* bytes of the way to the peer, 576..9216 (1280.. with IPv6): inner MTU follows */
    bool esn;           /* extended sequence numbers (RFC 4304) */
    enum esp_way way;   /* until the pair moves */
    bool frag_after;    /* packets above the inner MTU that may be cut are cut after encryption, not before */
    bool icmp_errors;   /* ICMP errors about its packets pass in it from wherever they come (RFC 4301 6) */
    bool follow;        /* the peer's endpoint may be learned from ESP: events of moves are wanted */
    uint8_t priority;   /* of several active pairs with the same selectors the lowest sends */
    uint64_t dscp; /* of the packets that it sends, bit n for DSCP n; 0: all that no other pair or policy with
                      its selectors names. Not with is_shared */
    bool active;   /* send on it at once; false: wait until it is activated (RFC 7296 2.8) */
    uint32_t replay_window; /* packets, SAD_WINDOW_MIN..MAX; 0: no replay protection (test benches) */
    uint32_t replaces_in; /* spi_in of the pair that this one replaces, which stays until removed; 0: none */
    bool is_shared; /* pairs beside it may carry the same traffic, each for a worker (RFC 9611): whoever has
                       packets for it and no pair is told of */
    uint32_t beside_in; /* with is_shared: spi_in of any pair that it is to stand beside; 0: none */
    uint32_t conn;      /* number of its connection, as the data side gave it out: totals are kept under it */
    uint64_t ike_id;    /* number of its IKE SA, likewise */
    struct esp_keymat keys_in, keys_out;
    struct esp_path path;
    /* Addresses that the peer gave us by this SA, for the use of this machine; of family none: none. */
    struct base_addr inner[2];
    uint64_t soft_bytes, soft_pkts; /* 0: no limit. Each direction counts by itself */
    uint64_t hard_bytes, hard_pkts;
    enum esp_mode mode;
    /*
     * The addresses that inner packets have on this side, where the peer's packets have others: `ends`, which
     * the selectors are for, too. ends_in: those that the peer's packets have in their place, or in transport
     * mode that its checksums cover (NAT-OA of RFC 3947, the selectors of RFC 7296 2.23.1). ends_out: the
     * same of packets to the peer. An address of family none in either: that of `ends`. Transport mode has
     * both in `ends`, and tunnel mode none or remote alone, whose packets are mapped one to one.
     */
    struct esp_ends ends, ends_in, ends_out;
    /*
     * In transport mode: the peer did not tell an address of ends_in that a NAT makes another one, so what
     * its checksums cover is not known, and they are made anew (RFC 3948 3.1.2).
     */
    bool sums_anew;
    /* Inner selectors, most of which are not there: esp_pair_copy() leaves those out. */
    struct base_ts_list local_ts, remote_ts;
};

/* All of a pair but its selectors. */
#define ESP_PAIR_FIXED_BYTES offsetof(struct esp_pair, local_ts)

/* Names both algorithms by their numbers. integ may be NULL: an AEAD. */
static inline void esp_pair_set_algs(struct esp_pair *p, const struct crypt_alg *encr,
                                     const struct crypt_alg *integ)
{
    p->encr = encr->id;
    p->encr_bits = encr->key_bits;
    p->integ = integ ? integ->id : CRYPT_INTEG_NONE;
}

/*
 * Selectors, and the addresses of packets: `here` are the peer's selectors as packets have them on this side
 * (NULL: as on the wire), `said` what ends_in is in transport mode, whose sides have one address each.
 */
static inline void esp_pair_set_nets(struct esp_pair *p, enum esp_mode mode, const struct base_ts_list *local,
                                     const struct base_ts_list *remote, const struct base_ts_list *here,
                                     const struct esp_ends *said)
{
    const struct base_ts_list *held = here ? here : remote;
    base_ts_copy(&p->local_ts, local);
    base_ts_copy(&p->remote_ts, held);
    p->mode = mode;
    if (mode == ESP_MODE_TRANSPORT) {
        p->ends.local = local->list[0].lo;
        p->ends_in = *said;
    } else if (here) {
        p->ends_in.remote = remote->list[0].lo;
    }
    if (mode == ESP_MODE_TRANSPORT || here) {
        p->ends.remote = held->list[0].lo;
        p->ends_out.remote = remote->list[0].lo;
    }
}

/* Copies what there is: of the selectors those that are counted. */
static inline void esp_pair_copy(struct esp_pair *to, const struct esp_pair *from)
{
    memcpy(to, from, ESP_PAIR_FIXED_BYTES);
    base_ts_copy(&to->local_ts, &from->local_ts);
    base_ts_copy(&to->remote_ts, &from->remote_ts);
}

/* Erases the keys, and all else but selectors. */
static inline void esp_pair_wipe(struct esp_pair *p)
{
    base_wipe(p, ESP_PAIR_FIXED_BYTES);
    p->local_ts.count = p->remote_ts.count = 0;
}
