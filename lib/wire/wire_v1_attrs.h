/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Attributes payloads of the transaction exchange: mode-config (draft-ietf-ipsec-isakmp-mode-cfg-05 3) and
 * XAUTH (draft-beaulieu-ike-xauth-02 6). Attributes are read as they come, short or long; what a type means
 * is told by the functions below. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "wire_ike.h"
#include "wire_ike_cp.h"

#define WIRE_V1_ATTRS_MAX 64 /* of one payload that are read; clients ask for some 20 */

enum wire_v1_attrs_kind {
    WIRE_V1_ATTRS_REQUEST = 1,
    WIRE_V1_ATTRS_REPLY = 2,
    WIRE_V1_ATTRS_SET = 3,
    WIRE_V1_ATTRS_ACK = 4
};

/* XAUTH, and Cisco's Unity; those of mode-config have the numbers of enum wire_ike_cfg_type. */
enum wire_v1_attr_type {
    WIRE_V1_ATTR_XAUTH_TYPE = 16520, /* 0: a name and a password */
    WIRE_V1_ATTR_XAUTH_USER = 16521,
    WIRE_V1_ATTR_XAUTH_PASSWORD = 16522,
    WIRE_V1_ATTR_XAUTH_PASSCODE = 16523,
    WIRE_V1_ATTR_XAUTH_MESSAGE = 16524,
    WIRE_V1_ATTR_XAUTH_CHALLENGE = 16525,
    WIRE_V1_ATTR_XAUTH_DOMAIN = 16526,
    WIRE_V1_ATTR_XAUTH_STATUS = 16527, /* 1: it is the one it claims to be, 0: not */
    WIRE_V1_ATTR_UNITY_BANNER = 28672,
    WIRE_V1_ATTR_UNITY_DEF_DOMAIN = 28674,
    WIRE_V1_ATTR_UNITY_SPLIT_DNS = 28675,
    WIRE_V1_ATTR_UNITY_SPLIT_INCLUDE = 28676, /* prefixes of WIRE_V1_SPLIT_BYTES each */
    WIRE_V1_ATTR_UNITY_LOCAL_LAN = 28678,
};

#define WIRE_V1_SPLIT_BYTES 14 /* address, mask, and six bytes of zeros */

struct wire_v1_attr {
    uint16_t type; /* 15 bits */
    bool is_short; /* its value is `number` (TV); else `data` (TLV), which may be empty: it is asked for */
    uint16_t number;
    struct base_span data; /* borrowed */
};

struct wire_v1_attrs {
    uint8_t kind;   /* enum wire_v1_attrs_kind, or another number */
    uint16_t id;    /* ties an answer to what was asked */
    size_t skipped; /* beyond the cap */
    size_t count;
    struct wire_v1_attr list[WIRE_V1_ATTRS_MAX];
};

enum wire_ike_err wire_v1_attrs_parse(struct base_span body, struct wire_v1_attrs *out);

/* Append an attribute; beyond the cap it counts as skipped. */
void wire_v1_attrs_add_short(struct wire_v1_attrs *a, uint16_t type, uint16_t number);
void wire_v1_attrs_add_long(struct wire_v1_attrs *a, uint16_t type, struct base_span data);

/* The first attribute of a type, or NULL. */
const struct wire_v1_attr *wire_v1_attrs_find(const struct wire_v1_attrs *a, uint16_t type);

/* Whether any is of XAUTH: the payload is of an authentication, not of mode-config. */
bool wire_v1_attrs_is_xauth(const struct wire_v1_attrs *a);

/*
 * The value as a number, written short or in up to 4 bytes: some peers write XAUTH_STATUS so. False: it is
 * longer, or empty.
 */
bool wire_v1_attr_number(const struct wire_v1_attr *attr, uint32_t *out);

/* The same attributes in the form of IKEv2's configuration payload, whose numbers they share; others are
 * counted as skipped, as are values of a wrong length. The kinds are the same, too. */
void wire_v1_attrs_to_cfg(const struct wire_v1_attrs *a, struct wire_ike_cfg *out);

void wire_v1_put_attrs(struct wire_ike_builder *b, const struct wire_v1_attrs *a);
