/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * One end of a site-to-site connection, in nobody's words: what the dialects of other vendors are written
 * from (explain_export.h) and read into (explain_import.h). Plain values; a key in it is the owner's to wipe.
 * What a configuration has beyond the caps is left out and counted. Thread: any.
 */
#include "base_addr.h"
#include "base_text.h"
#include "ike_conf.h"

#define EXPLAIN_NETS_MAX     32 /* networks of a side of a child */
#define EXPLAIN_CHILDREN_MAX 16

struct explain_child {
    char name[IKE_NAME_MAX];
    size_t n_local, n_remote; /* none: the address that the side has, or is given */
    struct base_prefix local[EXPLAIN_NETS_MAX], remote[EXPLAIN_NETS_MAX];
    uint64_t dscp; /* as ike_child_conf.dscp */
};

struct explain_site {
    char name[IKE_NAME_MAX];
    struct ike_id local_id, remote_id;
    enum ike_auth_kind local_auth, remote_auth;
    char local_addr[IKE_HOST_MAX];  /* its own address as it knows it; "": any */
    char public_addr[IKE_HOST_MAX]; /* where the other side calls it; "": that cannot, or it is not known */
    char remote_addr[IKE_HOST_MAX]; /* where it calls the other side, address or host name; "": it waits */
    bool local_nat, remote_nat;     /* it is, or the other side is, behind a NAT */
    bool starts;                    /* it calls by itself */
    bool forces_udp;                /* ESP always in UDP */
    size_t n_ike, n_esp;            /* 0: what its vendor has as default */
    struct crypt_proposal ike[IKE_PROPOSALS_MAX], esp[IKE_PROPOSALS_MAX];
    uint32_t ike_s, child_s, dpd_s; /* seconds; 0: never, of one that is read: not said */
    size_t n_children;
    struct explain_child children[EXPLAIN_CHILDREN_MAX];
    size_t n_lost;  /* children and networks beyond the caps, and selectors that are no networks */
    size_t psk_len; /* 0: none is told */
    uint8_t psk[IKE_PSK_MAX];
};

/* What a running gateway knows of where both ends are; texts as in explain_site. */
struct explain_place {
    char local_addr[IKE_HOST_MAX], public_addr[IKE_HOST_MAX];
    bool local_nat, remote_nat;
};

/* Our own end of a connection, without its key. */
void explain_site_of(const struct ike_conn_conf *conn, const struct explain_place *place,
                     struct explain_site *out);

/* The other end of the same connection. */
void explain_site_mirror(const struct explain_site *site, struct explain_site *out);

/* Adds a text as JSON has it between quotes. */
void explain_add_json(struct base_text *t, const char *text);

/* Whether the key can be written as text between quotes of any kind, as all vendors read it; else it goes as
 * hexadecimal. */
bool explain_psk_is_text(const struct explain_site *site);
/* Adds the key as text or 0xHEX, or EXPLAIN_PSK_PLACE. */
void explain_add_psk(struct base_text *t, const struct explain_site *site);
#define EXPLAIN_PSK_PLACE "PUT-THE-SHARED-KEY-HERE"
