/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What goes into the IKE engine beside packets (events), and what comes out of it (actions). */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_time.h"
#include "crypt_alg.h"
#include "crypt_ike_ops.h"
#include "esp_pair.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_job.h"
#include "ike_path.h"

enum ike_event_type {
    IKE_EV_INITIATE,  /* name: connection; child: this one only */
    IKE_EV_TRAP,      /* name: connection; child: a packet wants it, and it has no SA */
    IKE_EV_TERMINATE, /* name: connection; SAs get DELETE (1: again for more), with child only that */
    IKE_EV_RESOLVED,  /* name: connection; host, addrs, n_addrs, why: what the resolver said */
    IKE_EV_REKEY,     /* name: connection; what: the IKE SA, or its children, or the child that is named */
    IKE_EV_REAUTH,    /* name: connection; new IKE SAs, made before the old ones are closed */
    IKE_EV_REDIRECT,  /* host: where clients are sent; name: of this connection, NULL: all */
    IKE_EV_CONF_SWAP, /* conf: sealed; unchanged connections keep their SAs, others are closed; heirs */
    IKE_EV_CONF_MORE, /* the next part of what a swap has to do */
    IKE_EV_SHUTDOWN,  /* DELETE for every SA, as many more as answer (1: again for more); nothing new is
                         accepted */
    IKE_EV_JOB_DONE,  /* job: what IKE_ACT_JOB asked for, after ike_job_run() */
    IKE_EV_SA_SOFT,   /* spi_in: a soft limit (bytes, packets, sequence) was reached: rekey */
    IKE_EV_SA_HARD,   /* spi_in: a hard limit was reached: the SA is dead */
    IKE_EV_SA_WANTED, /* spi_in: a worker has packets for this child, and no SA of its own (RFC 9611) */
    IKE_EV_SA_FAILED, /* spi_in, error: the data path did not take this child */
    /* spi_in, remote: an authenticated, newest ESP packet came from there; path.tcp: by a connection of TCP,
     * and path.local.port is ours of it */
    IKE_EV_PEER_MOVED,
    /* spi_in, mtu, is_sure: ICMP says that the path carries packets of mtu bytes. is_sure: it quoted a packet
     * of this child, which uses no more already; else any packet between the same ends */
    IKE_EV_PATH_MTU,
    IKE_EV_TRAFFIC,      /* spi_in, last_in, last_out: when the data path last saw traffic of this child */
    IKE_EV_PLACES,       /* our addresses, their links or routes may have changed */
    IKE_EV_ADDRS,        /* the same, and which addresses are ours has changed */
    IKE_EV_UNKNOWN_SPI,  /* spi_in, path, len: ESP that has no SA came this way; within limits */
    IKE_EV_STREAM_ENDED, /* path, is_ours, error, why: a connection of TCP did not come up, or is no more */
};

struct ike_event {
    enum ike_event_type type;
    const char *name;
    const char *child; /* INITIATE, TERMINATE, REKEY: its name; NULL: all */
    bool rekey_ike;    /* REKEY: the IKE SA rather than its children */
    uint32_t spi_in;
    struct base_endpoint remote;
    uint16_t mtu;                  /* PATH_MTU */
    bool is_sure;                  /* PATH_MTU */
    bool is_ours;                  /* STREAM_ENDED: we had opened it */
    bool is_refused;               /* STREAM_ENDED: for what came by it */
    int error;                     /* SA_FAILED, STREAM_ENDED: a negative errno; 0: other reasons, see why */
    base_time last_in, last_out;   /* TRAFFIC; 0 ns: never */
    struct ike_path path;          /* UNKNOWN_SPI: the way of an answer by IKE; PEER_MOVED, STREAM_ENDED */
    uint16_t len;                  /* UNKNOWN_SPI: bytes of ESP */
    const char *host;              /* RESOLVED, REDIRECT */
    const struct base_addr *addrs; /* RESOLVED: n_addrs, in the order of the resolver */
    size_t n_addrs;
    const char *why; /* RESOLVED to none, STREAM_ENDED: words without an end */
    const struct ike_conf *conf;
    struct ike_heirs *heirs; /* CONF_SWAP: of the configuration in force and conf; the engine's. NULL: it
                                makes them itself */
    struct ike_job *job;     /* the engine's again, which frees it */
};

enum ike_action_type {
    IKE_ACT_SEND,          /* send */
    IKE_ACT_KEEPALIVE,     /* send.path: one byte 0xff (RFC 3948 2.3) */
    IKE_ACT_SA_INSTALL,    /* install: both directions of a child SA */
    IKE_ACT_SA_ACTIVATE,   /* spi_in: from now on send on this pair (it was installed with active false) */
    IKE_ACT_SA_DEACTIVATE, /* spi_in: send on it no more; what is under way still comes in until REMOVE */
    IKE_ACT_SA_REPATH, /* spi_in, path, way: outer addresses and ports of the pair changed, or how it goes */
    IKE_ACT_SA_MTU,    /* spi_in, mtu: of the outer packets of the pair, from now on; 0: as its port */
    IKE_ACT_SA_REMOVE, /* spi_in: both directions, keys wiped */
    IKE_ACT_JOB,       /* job, the caller's now: ike_job_run(), then IKE_EV_JOB_DONE; or ike_job_free() */
    IKE_ACT_AUDIT,     /* audit: something that an operator may want to know */
};

/* A child SA to install, and what people call it. */
struct ike_install {
    const char *conn; /* connection name, lives as long as the configuration */
    const char *child;
    struct ike_id remote_id; /* who the peer proved to be: overlap of selectors is judged by it */
    struct esp_pair pair;    /* its conn is the number of the connection (ike_env) */
};

struct ike_action {
    enum ike_action_type type;
    uint32_t spi_in;
    uint16_t mtu;           /* SA_MTU */
    bool is_whole;          /* SEND: one packet that nobody may cut on its way */
    enum esp_way way;       /* SA_REPATH */
    struct ike_path path;   /* SEND, KEEPALIVE, SA_INSTALL, SA_REPATH */
    struct base_span bytes; /* SEND: message without the marker */
    union {
        struct ike_install install; /* the caller wipes it with ike_action_wipe() */
        struct ike_job *job;
        struct ike_audit audit;
    }; /* by type */
};

/* Erases keys in an action that has been carried out. */
void ike_action_wipe(struct ike_action *a);
