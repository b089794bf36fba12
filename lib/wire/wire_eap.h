/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * EAP packets (RFC 3748 4), and what stands in those of the methods that Culvert speaks: MSCHAPv2
 * (draft-kamath-pppext-eap-mschapv2, RFC 2759) and TLS (RFC 5216). Pure; parsed views borrow from the
 * packet. Thread: any.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"

#define WIRE_EAP_HDR_BYTES 4

enum wire_eap_code {
    WIRE_EAP_REQUEST = 1,
    WIRE_EAP_RESPONSE = 2,
    WIRE_EAP_SUCCESS = 3,
    WIRE_EAP_FAILURE = 4
};

/* RFC 3748 5 and IANA's list of method types. */
enum wire_eap_type {
    WIRE_EAP_IDENTITY = 1,
    WIRE_EAP_NOTIFICATION = 2,
    WIRE_EAP_NAK = 3,
    WIRE_EAP_MD5 = 4,
    WIRE_EAP_GTC = 6,
    WIRE_EAP_TLS = 13,
    WIRE_EAP_TTLS = 21,
    WIRE_EAP_PEAP = 25,
    WIRE_EAP_MSCHAPV2 = 26,
    WIRE_EAP_EXPANDED = 254
};

struct wire_eap {
    uint8_t code, id;
    uint8_t type;          /* of a request or response; else 0 */
    struct base_span data; /* behind the type */
};

/*
 * False: shorter than its length says, an unknown code, a request or response without a type, or success or
 * failure with one. Bytes behind the length are padding (RFC 3748 4.1).
 */
bool wire_eap_parse(struct base_span packet, struct wire_eap *out);

/* "MSCHAPV2"; NULL: a type without a name here. Static storage. */
const char *wire_eap_type_name(uint8_t type);

/* Begins a packet; type 0: success or failure. The writer fails when it does not fit. */
void wire_eap_begin(struct base_writer *w, uint8_t code, uint8_t id, uint8_t type);
/* Writes the length of the packet that begins at the start of the buffer. */
void wire_eap_end(struct base_writer *w);

/* ---- MSCHAPv2 ---- */

#define WIRE_MSCHAP_CHALLENGE_BYTES 16
#define WIRE_MSCHAP_RESPONSE_BYTES  24
/* Of a Success request's message: "S=" and 40 digits. */
#define WIRE_MSCHAP_AUTH_BYTES      42

enum wire_mschap_op {
    WIRE_MSCHAP_CHALLENGE = 1,
    WIRE_MSCHAP_RESPONSE = 2,
    WIRE_MSCHAP_SUCCESS = 3,
    WIRE_MSCHAP_FAILURE = 4
};

/* A packet of either side. What its op has not is empty or zero. */
struct wire_mschap {
    uint8_t op, id;
    const uint8_t *challenge; /* CHALLENGE: the authenticator's; RESPONSE: the peer's; 16 bytes */
    const uint8_t *response;  /* RESPONSE: 24 bytes */
    struct base_span name;    /* CHALLENGE, RESPONSE */
    struct base_span message; /* SUCCESS, FAILURE of an authenticator */
};

/*
 * is_request: an authenticator's. Success and failure of a peer are one byte (more is passed over). False:
 * malformed, or an op that this side has not.
 */
bool wire_mschap_parse(struct base_span data, bool is_request, struct wire_mschap *out);

void wire_mschap_put_challenge(struct base_writer *w, uint8_t id, const uint8_t challenge[16],
                               struct base_span name);
void wire_mschap_put_response(struct base_writer *w, uint8_t id, const uint8_t challenge[16],
                              const uint8_t response[24], struct base_span name);
/* An authenticator's success or failure. */
void wire_mschap_put_message(struct base_writer *w, uint8_t op, uint8_t id, struct base_span message);

/* What a failure says: error code, whether another try is allowed, and the challenge of that. */
struct wire_mschap_failure {
    uint32_t error;
    bool can_retry;
    bool has_challenge;
    uint8_t challenge[16];
};
/* Reads "E=691 R=1 C=... V=3 M=..."; what is missing is zero. */
void wire_mschap_read_failure(struct base_span message, struct wire_mschap_failure *out);

/* ---- TLS ---- */

#define WIRE_EAP_TLS_HDR_MAX 5 /* flags and length */

/* One fragment of a flight of TLS records, or, with none of it, an acknowledgement (RFC 5216 3.1). */
struct wire_eap_tls {
    bool is_start; /* of a server's first request */
    bool has_more; /* fragments */
    bool has_total;
    uint32_t total; /* bytes of the whole flight */
    struct base_span data;
};

/* Reserved flags are passed over (RFC 5216 3.1). False: it ends before its header does. */
bool wire_eap_tls_parse(struct base_span data, struct wire_eap_tls *out);
void wire_eap_tls_put(struct base_writer *w, const struct wire_eap_tls *p);
