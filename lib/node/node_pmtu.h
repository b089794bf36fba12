/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Path MTU of tunnels, learned from ICMP errors about our own ESP packets (RFC 4301 8.2). Thread: control. */
#include <stdint.h>
#include "base_time.h"

struct node;
struct dp_punt;

struct node_pmtu {
    base_time window; /* errors are counted per second from here */
    uint32_t errors;
    base_time restore_at; /* when lowered MTUs are tried in full again */
};

/*
 * An ICMP or ICMPv6 error that came to an own address. Lowers the MTU of the SA whose packet it quotes; what
 * quotes no live SPI between these two addresses could come from anybody and changes nothing.
 */
void node_pmtu_error(struct node *node, const struct dp_punt *punt);

/* Tries the full MTU again, ten minutes after the last error (RFC 1191 6.3). */
void node_pmtu_tick(struct node *node);
