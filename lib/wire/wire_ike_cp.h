/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Configuration payloads (RFC 7296 3.15, RFC 8598 4): what an initiator asks for its inside, and what it
 * gets. Attributes that nobody here has a use for are skipped and counted, as the RFC wants it. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "wire_ike.h"

#define WIRE_IKE_CFG_MAX 64 /* attributes of one payload that are read; clients ask for some 20 */

enum wire_ike_cfg_kind {
    WIRE_IKE_CFG_REQUEST = 1,
    WIRE_IKE_CFG_REPLY = 2,
    WIRE_IKE_CFG_SET = 3,
    WIRE_IKE_CFG_ACK = 4,
};

enum wire_ike_cfg_type {
    WIRE_IKE_CFG_IP4_ADDRESS = 1,
    WIRE_IKE_CFG_IP4_NETMASK = 2,
    WIRE_IKE_CFG_IP4_DNS = 3,
    WIRE_IKE_CFG_IP4_NBNS = 4,
    WIRE_IKE_CFG_VERSION = 7,
    WIRE_IKE_CFG_IP6_ADDRESS = 8,
    WIRE_IKE_CFG_IP6_DNS = 10,
    WIRE_IKE_CFG_IP4_SUBNET = 13,
    WIRE_IKE_CFG_IP6_SUBNET = 15,
    WIRE_IKE_CFG_DNS_DOMAIN = 25,
    WIRE_IKE_CFG_IP4_SERVER = 23456, /* Microsoft's: the gateway's own address inside */
    WIRE_IKE_CFG_IP6_SERVER = 23457,
};

/* One attribute. Without a value (it is asked for) the address is of no family and the text is empty. */
struct wire_ike_cfg_attr {
    uint16_t type;         /* enum wire_ike_cfg_type */
    uint8_t len;           /* bits: IP6_ADDRESS and the subnets have it */
    struct base_addr addr; /* of all but VERSION and DNS_DOMAIN */
    struct base_span text; /* of these two; borrowed, any bytes */
};

/* About 3 KB. */
struct wire_ike_cfg {
    uint8_t kind;   /* enum wire_ike_cfg_kind, or another number */
    size_t skipped; /* unknown attributes, those beyond the cap, and subnets whose mask is none */
    size_t count;
    struct wire_ike_cfg_attr list[WIRE_IKE_CFG_MAX];
};

/* WIRE_IKE_BAD_LENGTH: a known attribute has a value of another size than it may have. */
enum wire_ike_err wire_ike_cfg_parse(struct base_span body, struct wire_ike_cfg *out);

/* Appends an attribute; beyond the cap it counts as skipped. */
void wire_ike_cfg_add(struct wire_ike_cfg *c, const struct wire_ike_cfg_attr *attr);

/* The n-th attribute of a type, from 0, or NULL. */
const struct wire_ike_cfg_attr *wire_ike_cfg_find(const struct wire_ike_cfg *c, uint16_t type, size_t n);

/* One CP payload; an unknown type, or an address of the wrong family, fails the writer. */
void wire_ike_put_cfg(struct wire_ike_builder *b, const struct wire_ike_cfg *c);
