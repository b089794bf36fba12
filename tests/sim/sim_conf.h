/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Configurations for simulated hosts, from a few words. */
#include "ike_conf.h"

/* One connection with one child. Texts as operators write them; NULL takes the default named. */
struct sim_conn {
    const char *name;            /* "c" */
    const char *local_id;        /* mandatory */
    const char *remote_id;       /* mandatory */
    const char *psk;             /* "secret"; "" leaves the pair without a key */
    const char *remote;          /* address to call; NULL: only answers */
    const char *local_ts;        /* mandatory */
    const char *remote_ts;       /* mandatory */
    const char *child2_ts;       /* remote selector of a second child; NULL: none */
    const char *child2_local_ts; /* its local selector; NULL: local_ts */
    const char *ike;             /* proposal; the built-in ones */
    const char *esp;             /* proposal; the built-in ones */
    uint8_t version;             /* of IKE; 0: 2 */
    enum ike_aggressive aggressive;
    uint16_t remote_port;
    enum ike_encap encap;
    bool start;
    bool is_transport; /* transport mode: the children are for the hosts themselves, whatever local_ts says */
    uint32_t tries;    /* repetitions of a request; 0: five */
    bool is_fixed;     /* without MOBIKE */
    bool any_local;    /* no address of ours is named */
    uint32_t rekey_s;  /* IKE SA; 0: never */
    uint32_t reauth_s; /* 0: never */
    uint32_t child_rekey_s; /* 0: never */
    uint64_t child_rekey_pkts;
    uint32_t worker_sas;     /* 0: one */
    uint32_t dpd_s;          /* 0: never */
    uint32_t keepalive_s;    /* 0: none */
    uint32_t fragment_bytes; /* 0: the default, above all messages */
};

/* Builds a configuration of n connections, not sealed yet: caps may still be changed. Aborts on bad text. */
struct ike_conf *sim_conf_build(const struct sim_conn *conns, size_t n);

/* The same, sealed. */
struct ike_conf *sim_conf(const struct sim_conn *conns, size_t n);
