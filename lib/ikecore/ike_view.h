/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What status shows of an IKE SA: plain values, nothing of the engine. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "base_ts.h"
#include "esp_way.h"
#include "ike_conf.h"
#include "ike_path.h"
#include "ike_stats.h"

enum ike_view_state { IKE_VIEW_CONNECTING, IKE_VIEW_ESTABLISHED, IKE_VIEW_CLOSING, IKE_VIEW_STATES };

/* "connecting", "established" or "closing". Static storage. Thread: any. */
const char *ike_view_state_name(enum ike_view_state state);

/* How the MTU of a path is known. */
enum ike_mtu_by {
    IKE_MTU_BY_PORT,  /* it is taken to be what our port has */
    IKE_MTU_BY_ICMP,  /* a router said so */
    IKE_MTU_BY_PROBE, /* a packet of that size arrived (RFC 8899) */
};

/* "port", "icmp" or "probe". Static storage. Thread: any. */
const char *ike_mtu_by_name(enum ike_mtu_by by);

/* A child SA, for status. */
struct ike_child_view {
    char name[IKE_NAME_MAX];
    uint32_t spi_in, spi_out;
    char proposal[96];                               /* "AES-GCM-16-128/ESN" */
    const struct base_ts_list *local_ts, *remote_ts; /* the engine's, until it is given something to do */
    enum esp_mode mode;
    uint64_t dscp; /* ike_child_conf.dscp */
    base_time installed_at, rekey_at;
    bool is_rekeyed; /* replaced, lingers for packets under way */
};

/* What a NAT was seen to do with mappings that are silent (ike_mapping.h). */
struct ike_mapping_view {
    uint32_t held_s, lost_s; /* 0: not seen */
    bool gives_others;       /* ports, to new mappings */
};

/* An IKE SA, likewise; its children are asked for one by one. Plain values. */
struct ike_sa_view {
    uint8_t version; /* of IKE: 1; 2 or 0: IKEv2 */
    uint64_t id;     /* local number, never reused while the engine lives */
    char conn[IKE_NAME_MAX];
    enum ike_view_state state;
    bool is_initiator;
    uint64_t spi_i, spi_r;
    struct ike_path path;
    struct ike_id local_id, remote_id;
    struct ike_id also[IKE_ROUNDS_MAX - 1]; /* who the peer is by its further rounds; type 0: no more */
    char proposal[96];
    bool local_nat;               /* NAT detection: we are behind a NAT */
    bool remote_nat;              /* the peer is */
    enum esp_way way;             /* that ESP goes */
    struct base_addr public_addr; /* which nat.public_addresses entry the peer dialled; none: unknown */
    /* What the peer announced as its own address, as far as its hash tells: seen address when it matches. */
    bool remote_hash_matches, local_hash_matches;
    base_time established_at, rekey_at, last_in_at;
    uint32_t retransmits; /* of the request in flight */
    uint16_t refusal;     /* connecting: the error notify that came in clear, no better answer yet; 0: none */
    uint16_t path_mtu;    /* of whole packets to the peer; 0: unknown */
    enum ike_mtu_by mtu_by;
    bool is_probed;  /* the path is probed; else ICMP alone tells what it carries */
    bool has_ppk;    /* a post-quantum preshared key is in its keys (RFC 8784) */
    bool is_mobile;  /* either side may go on from another address (RFC 4555) */
    size_t n_places; /* where the peer can be reached, too: */
    struct base_addr places[IKE_ADDRS_MAX];
    uint32_t moves;       /* times that the peer's endpoint moved */
    uint32_t keepalive_s; /* the silence that we allow ourselves behind our NAT; 0: we keep no mapping */
    struct ike_mapping_view local_mapping, remote_mapping; /* of the NAT of each side */
    bool has_addresses; /* the NAT in front of the peer: it went from one to another by itself */
    /* Inner addresses that one side gave the other, and what the peer told with ours. */
    size_t n_inner, n_inner_dns;
    struct base_addr inner[2], inner_dns[4];
    bool is_inner_ours; /* we have them, from the peer */
    /* An address of the peer's that another peer has, too, and ours in its place; none: its own everywhere.
     */
    struct base_addr remap_real, remap_here;
    size_t n_children;
};

/* What there is of a connection now, over all its SAs. */
#define IKE_PRESENCE_FEW 16
struct ike_presence {
    uint32_t sas, up, connecting, closing;
    struct base_endpoint peer;           /* of the newest of a few that came last, */
    bool is_tcp;                         /* which goes by TCP (RFC 9329) */
    uint16_t refusal;                    /* as in ike_sa_view, of one of these that has one */
    uint32_t children[IKE_CHILDREN_MAX]; /* live child SAs of each child that is configured */
};

/* What a connection has from its first day in the configuration to its last, under whatever settings. */
struct ike_conn_view {
    uint32_t number; /* of ike_env.conn_open() */
    struct ike_conn_stats stats;
};
