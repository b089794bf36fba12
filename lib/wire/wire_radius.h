/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * RADIUS packets (RFC 2865 3 and 5, RFC 2866, RFC 2869 5, RFC 2548, RFC 3579). Pure: what is signed, and by
 * what, is eap_radius.h's. Parsed views borrow from the packet. Thread: any.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"

#define WIRE_RADIUS_MAX       4096
#define WIRE_RADIUS_HDR_BYTES 20
#define WIRE_RADIUS_VALUE_MAX 253

enum wire_radius_code {
    WIRE_RADIUS_REQUEST = 1,
    WIRE_RADIUS_ACCEPT = 2,
    WIRE_RADIUS_REJECT = 3,
    WIRE_RADIUS_ACCT_REQUEST = 4,
    WIRE_RADIUS_ACCT_RESPONSE = 5,
    WIRE_RADIUS_CHALLENGE = 11
};

enum wire_radius_type {
    WIRE_RADIUS_USER_NAME = 1,
    WIRE_RADIUS_SERVICE_TYPE = 6,
    WIRE_RADIUS_FRAMED_IP = 8,
    WIRE_RADIUS_FILTER_ID = 11,
    WIRE_RADIUS_FRAMED_MTU = 12,
    WIRE_RADIUS_REPLY_MESSAGE = 18,
    WIRE_RADIUS_STATE = 24,
    WIRE_RADIUS_CLASS = 25,
    WIRE_RADIUS_VENDOR = 26,
    WIRE_RADIUS_SESSION_TIMEOUT = 27,
    WIRE_RADIUS_CALLED_STATION = 30,
    WIRE_RADIUS_CALLING_STATION = 31,
    WIRE_RADIUS_NAS_ID = 32,
    WIRE_RADIUS_ACCT_STATUS = 40,
    WIRE_RADIUS_ACCT_INPUT_OCTETS = 42, /* input: from the peer */
    WIRE_RADIUS_ACCT_OUTPUT_OCTETS = 43,
    WIRE_RADIUS_ACCT_SESSION_ID = 44,
    WIRE_RADIUS_ACCT_SESSION_TIME = 46,
    WIRE_RADIUS_ACCT_INPUT_PACKETS = 47,
    WIRE_RADIUS_ACCT_OUTPUT_PACKETS = 48,
    WIRE_RADIUS_ACCT_INPUT_GIGAWORDS = 52, /* the octets' upper 32 bits (RFC 2869 5.1) */
    WIRE_RADIUS_ACCT_OUTPUT_GIGAWORDS = 53,
    WIRE_RADIUS_NAS_PORT_TYPE = 61,
    WIRE_RADIUS_EAP_MESSAGE = 79,
    WIRE_RADIUS_MESSAGE_AUTHENTICATOR = 80,
    WIRE_RADIUS_ACCT_INTERIM_INTERVAL = 85
};

enum { WIRE_RADIUS_VENDOR_MS = 311, WIRE_RADIUS_MS_SEND_KEY = 16, WIRE_RADIUS_MS_RECV_KEY = 17 };

struct wire_radius {
    uint8_t code, id;
    const uint8_t *authenticator; /* 16 bytes */
    struct base_span attributes;  /* each of them is whole */
    struct base_span packet;      /* without padding behind its length */
};

/* False: no packet, or an attribute that is cut. */
bool wire_radius_parse(struct base_span bytes, struct wire_radius *out);

/* The n-th attribute of this type, counted from 0. False: there are not so many. */
bool wire_radius_find(const struct wire_radius *p, uint8_t type, size_t n, struct base_span *value);
/* The first of Microsoft's attributes of this type (RFC 2548 2). */
bool wire_radius_find_ms(const struct wire_radius *p, uint8_t type, struct base_span *value);

void wire_radius_begin(struct base_writer *w, uint8_t code, uint8_t id, const uint8_t authenticator[16]);
/* A value above WIRE_RADIUS_VALUE_MAX goes into several attributes (RFC 3579 3.1). */
void wire_radius_put(struct base_writer *w, uint8_t type, struct base_span value);
void wire_radius_put_u32(struct base_writer *w, uint8_t type, uint32_t value);
void wire_radius_end(struct base_writer *w);
