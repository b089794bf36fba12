/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The simulated Internet: datagrams, weather (loss, duplicates, delay, late packets), NATs that rewrite
 * addresses and ports as real ones do, and an attacker who repeats what has been delivered.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_time.h"

struct sim_world;
struct sim_host;

enum sim_kind { SIM_IKE, SIM_KEEPALIVE, SIM_ESP };

/* A datagram on the wire. Both ports 0: plain ESP. */
struct sim_dgram {
    struct base_endpoint src, dst;
    enum sim_kind kind;
    uint32_t spi; /* ESP */
    uint64_t seq;
    uint64_t seal; /* fingerprint of the keys that the sender used */
    bool is_hostile;
    size_t len;
    uint8_t bytes[]; /* IKE message */
};

enum sim_nat_kind { SIM_NAT_NONE, SIM_NAT_MASQUERADE, SIM_NAT_STATIC };

#define SIM_NAT_MAPS 1024

struct sim_nat_map {
    struct base_endpoint inside, peer;
    uint16_t port;
    base_time last_out;
};

/* STATIC: one inside host, ports kept, anybody may call. MASQUERADE: as Linux: one mapping per flow. */
struct sim_nat {
    enum sim_nat_kind kind;
    struct base_addr public_addr;
    uint64_t timeout_ns; /* of a masquerade mapping without outbound packets */
    bool keeps_ports;    /* tries the inside port first */
    size_t n_maps;
    struct sim_nat_map maps[SIM_NAT_MAPS];
};

/* How bad the network is; all chances per mille. */
struct sim_weather {
    uint16_t loss, dup, late;
    uint32_t delay_us, jitter_us, late_us;
};

extern const struct sim_weather sim_weather_calm;

/* Sends from a host: through its NAT, the weather, the receiver's NAT. Takes ownership of d. */
void sim_net_send(struct sim_world *w, struct sim_host *from, struct sim_dgram *d);

/* Sends from nowhere in particular with any source address: no NAT, no loss. Takes ownership of d. */
void sim_net_inject(struct sim_world *w, struct sim_dgram *d);

/* Repeats a random datagram that was delivered before, from the address `from`. */
void sim_net_replay(struct sim_world *w, struct base_endpoint from);

/* Forgets the mappings: the next packet of each flow gets a new port. */
void sim_nat_flush(struct sim_world *w, struct sim_nat *nat);

struct sim_dgram *sim_dgram_new(struct base_endpoint src, struct base_endpoint dst, enum sim_kind kind,
                                struct base_span bytes);
