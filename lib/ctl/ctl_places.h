/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Where the gateway is: links of ports, and the addresses that a host interface has. When one goes or comes,
 * the engine looks which of its SAs are better off with another address of ours (RFC 4555). A port whose
 * addresses the configuration leaves to the host has those of its host interface, by the way that a reload
 * takes; one whose addresses are configured keeps them, and the log tells where the host has others. Thread:
 * control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "conf.h"
#include "ike_action.h"

struct ctl;

/* Addresses with their networks, host bits kept. */
struct ctl_addrs {
    size_t n;
    struct base_prefix list[CONF_ADDRS_MAX];
};

struct ctl_places {
    base_time look_at; /* when to look next */
    uint64_t links;    /* at the last look: node_view_links() */
    bool has_looked;
    uint64_t heard; /* bits by port: of its host interface something was heard that is not looked at yet */
    base_time hosts_at;                     /* when to look there: what belongs together has come by then */
    struct ctl_addrs hosts[CONF_PORTS_MAX]; /* what host interfaces had at the last look */
    bool is_moved;                          /* ports have other addresses, and the engine was not told yet */
};

/* Fills in what ports run with that is left to the host, once, when the node is started. */
void ctl_places_start(struct ctl *ctl);

/* The host interface of this port may have other addresses. */
static inline void ctl_places_heard(struct ctl_places *p, uint16_t port, base_time now)
{
    if (!p->heard)
        p->hosts_at = base_time_add(now, 50 * BASE_NS_PER_MS);
    p->heard |= (uint64_t)1 << port;
}

/* What the engine is to be told of places now. */
static inline enum ike_event_type ctl_places_news(struct ctl_places *p)
{
    const bool is_moved = p->is_moved;
    p->is_moved = false;
    return is_moved ? IKE_EV_ADDRS : IKE_EV_PLACES;
}

/* Looks when it is time; call it in each turn of the loop. */
void ctl_places_turn(struct ctl *ctl, base_time now);
