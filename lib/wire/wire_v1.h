/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKEv1 messages: bytes to structs and back (RFC 2407, RFC 2408, RFC 2409, RFC 3947). No policy and no state,
 * and nothing that reads IKEv2: payload numbers of the other version are refused. What is of one form in
 * both stands in wire_ike.h: the header (its SPIs are the cookies), errors, builders, CERT and CR.
 *
 * Parsed structs borrow spans from the message. Every peer-controlled count has a cap, and more than the cap
 * is WIRE_IKE_TOO_MANY. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_ts.h"
#include "wire_ike.h"

#define WIRE_V1_VERSION      0x10
#define WIRE_V1_PLDS_MAX     40 /* payloads of one chain */
#define WIRE_V1_PROPS_MAX    16 /* proposals of one SA payload */
#define WIRE_V1_TRANS_MAX    64 /* transforms of one proposal */
#define WIRE_V1_COOKIE_BYTES 8
#define WIRE_V1_COOKIES_BYTES \
    16 /* both, in the place of an SPI that names the ISAKMP SA (RFC 2408 3.14, RFC 3706 5.3) */

enum wire_v1_exchange {
    WIRE_V1_MAIN = 2,
    WIRE_V1_AGGRESSIVE = 4,
    WIRE_V1_INFO = 5,
    WIRE_V1_CONFIG = 6, /* transaction: XAUTH and mode-config */
    WIRE_V1_QUICK = 32
};

enum wire_v1_flag { WIRE_V1_F_ENCRYPTED = 1, WIRE_V1_F_COMMIT = 2, WIRE_V1_F_AUTH_ONLY = 4 };

enum wire_v1_payload {
    WIRE_V1_P_NONE = 0,
    WIRE_V1_P_SA = 1,
    WIRE_V1_P_KE = 4,
    WIRE_V1_P_ID = 5,
    WIRE_V1_P_CERT = 6,
    WIRE_V1_P_CR = 7,
    WIRE_V1_P_HASH = 8,
    WIRE_V1_P_SIG = 9,
    WIRE_V1_P_NONCE = 10,
    WIRE_V1_P_NOTIFY = 11,
    WIRE_V1_P_DELETE = 12,
    WIRE_V1_P_VENDOR = 13,
    WIRE_V1_P_CONFIG = 14, /* attributes: wire_v1_attrs.h */
    WIRE_V1_P_NATD = 20,
    WIRE_V1_P_NATOA = 21,
    WIRE_V1_P_NATD_DRAFT = 130, /* draft-ietf-ipsec-nat-t-ike-02 and -03 */
    WIRE_V1_P_NATOA_DRAFT = 131,
    WIRE_V1_P_FRAGMENT = 132, /* Microsoft's and Cisco's */
};

/* RFC 2408 3.14.1, RFC 2407 4.6.3, RFC 3706 5. */
enum wire_v1_notify {
    WIRE_V1_N_INVALID_PAYLOAD_TYPE = 1,
    WIRE_V1_N_DOI_NOT_SUPPORTED = 2,
    WIRE_V1_N_SITUATION_NOT_SUPPORTED = 3,
    WIRE_V1_N_INVALID_COOKIE = 4,
    WIRE_V1_N_INVALID_EXCHANGE_TYPE = 7,
    WIRE_V1_N_INVALID_FLAGS = 8,
    WIRE_V1_N_INVALID_MESSAGE_ID = 9,
    WIRE_V1_N_INVALID_PROTOCOL_ID = 10,
    WIRE_V1_N_INVALID_SPI = 11,
    WIRE_V1_N_ATTRIBUTES_NOT_SUPPORTED = 13,
    WIRE_V1_N_NO_PROPOSAL_CHOSEN = 14,
    WIRE_V1_N_BAD_PROPOSAL_SYNTAX = 15,
    WIRE_V1_N_PAYLOAD_MALFORMED = 16,
    WIRE_V1_N_INVALID_KEY_INFORMATION = 17,
    WIRE_V1_N_INVALID_ID_INFORMATION = 18,
    WIRE_V1_N_INVALID_CERTIFICATE = 20,
    WIRE_V1_N_INVALID_CERT_AUTHORITY = 22,
    WIRE_V1_N_INVALID_HASH_INFORMATION = 23,
    WIRE_V1_N_AUTHENTICATION_FAILED = 24,
    WIRE_V1_N_INVALID_SIGNATURE = 25,
    WIRE_V1_N_CERTIFICATE_UNAVAILABLE = 28,
    WIRE_V1_N_UNSUPPORTED_EXCHANGE_TYPE = 29,
    WIRE_V1_N_ERROR_LAST = 16383, /* numbers up to here are errors */
    WIRE_V1_N_CONNECTED = 16384,
    WIRE_V1_N_RESPONDER_LIFETIME = 24576,
    WIRE_V1_N_REPLAY_STATUS = 24577,
    WIRE_V1_N_INITIAL_CONTACT = 24578,
    WIRE_V1_N_DPD_ASK = 36136,
    WIRE_V1_N_DPD_ACK = 36137,
};

/* Of proposals, notifications and deletes (RFC 2407 4.4.1). */
enum wire_v1_proto {
    WIRE_V1_PROTO_NONE = 0,
    WIRE_V1_PROTO_ISAKMP = 1,
    WIRE_V1_PROTO_AH = 2,
    WIRE_V1_PROTO_ESP = 3,
    WIRE_V1_PROTO_IPCOMP = 4
};

#define WIRE_V1_KEY_IKE 1 /* the transform of WIRE_V1_PROTO_ISAKMP (RFC 2407 4.4.2) */

/* Phase 1, class 1 (RFC 2409 appendix A, RFC 3602). */
enum wire_v1_encr { WIRE_V1_ENCR_DES = 1, WIRE_V1_ENCR_3DES = 5, WIRE_V1_ENCR_AES_CBC = 7 };

/* Phase 1, class 2 (RFC 2409 appendix A, RFC 4868). */
enum wire_v1_hash {
    WIRE_V1_HASH_MD5 = 1,
    WIRE_V1_HASH_SHA1 = 2,
    WIRE_V1_HASH_SHA2_256 = 4,
    WIRE_V1_HASH_SHA2_384 = 5,
    WIRE_V1_HASH_SHA2_512 = 6
};

/*
 * Phase 1, class 3 (RFC 2409 appendix A, RFC 4754, draft-beaulieu-ike-xauth-02 8). INIT and RESP say which of
 * the ISAKMP SA's two sides proves itself by XAUTH: the names of the draft's pairs.
 */
enum wire_v1_auth {
    WIRE_V1_AUTH_PSK = 1,
    WIRE_V1_AUTH_DSS = 2,
    WIRE_V1_AUTH_RSA_SIG = 3,
    WIRE_V1_AUTH_RSA_ENC = 4,
    WIRE_V1_AUTH_RSA_ENC_REVISED = 5,
    WIRE_V1_AUTH_ECDSA_256 = 9,
    WIRE_V1_AUTH_ECDSA_384 = 10,
    WIRE_V1_AUTH_ECDSA_521 = 11,
    WIRE_V1_AUTH_HYBRID_INIT_RSA = 64221,
    WIRE_V1_AUTH_HYBRID_RESP_RSA = 64222,
    WIRE_V1_AUTH_XAUTH_INIT_PSK = 65001,
    WIRE_V1_AUTH_XAUTH_RESP_PSK = 65002,
    WIRE_V1_AUTH_XAUTH_INIT_RSA = 65005,
    WIRE_V1_AUTH_XAUTH_RESP_RSA = 65006,
};

/* Phase 2, class 4: RFC 2407 4.5, RFC 3947 5.1, draft-ietf-ipsec-nat-t-ike-03 5.1. */
enum wire_v1_encap {
    WIRE_V1_ENCAP_TUNNEL = 1,
    WIRE_V1_ENCAP_TRANSPORT = 2,
    WIRE_V1_ENCAP_UDP_TUNNEL = 3,
    WIRE_V1_ENCAP_UDP_TRANSPORT = 4,
    WIRE_V1_ENCAP_UDP_TUNNEL_DRAFT = 61443,
    WIRE_V1_ENCAP_UDP_TRANSPORT_DRAFT = 61444,
};

/* Phase 2, class 5 (RFC 2407 4.5, RFC 4868). */
enum wire_v1_integ {
    WIRE_V1_INTEG_HMAC_MD5 = 1,
    WIRE_V1_INTEG_HMAC_SHA1 = 2,
    WIRE_V1_INTEG_HMAC_SHA2_256 = 5,
    WIRE_V1_INTEG_HMAC_SHA2_384 = 6,
    WIRE_V1_INTEG_HMAC_SHA2_512 = 7
};

/* Transforms of ESP (RFC 2407 4.4.4, RFC 3602, RFC 4106, RFC 4309): the numbers of IKEv2's ciphers. */
enum wire_v1_esp {
    WIRE_V1_ESP_3DES = 3,
    WIRE_V1_ESP_NULL = 11,
    WIRE_V1_ESP_AES_CBC = 12,
    WIRE_V1_ESP_AES_CCM_8 = 14,
    WIRE_V1_ESP_AES_CCM_12 = 15,
    WIRE_V1_ESP_AES_CCM_16 = 16,
    WIRE_V1_ESP_AES_GCM_16 = 20,
};

/* RFC 2407 4.6.2.1. */
enum wire_v1_id_type {
    WIRE_V1_ID_IP4 = 1,
    WIRE_V1_ID_FQDN = 2,
    WIRE_V1_ID_EMAIL = 3,
    WIRE_V1_ID_IP4_SUBNET = 4,
    WIRE_V1_ID_IP6 = 5,
    WIRE_V1_ID_IP6_SUBNET = 6,
    WIRE_V1_ID_IP4_RANGE = 7,
    WIRE_V1_ID_IP6_RANGE = 8,
    WIRE_V1_ID_DN = 9,
    WIRE_V1_ID_KEY = 11,
};

/* What peers say of themselves by vendor IDs. */
enum wire_v1_vendor {
    WIRE_V1_V_NONE,
    WIRE_V1_V_NATT_RFC,      /* RFC 3947 */
    WIRE_V1_V_NATT_03,       /* draft-ietf-ipsec-nat-t-ike-03: numbers of the draft */
    WIRE_V1_V_NATT_02N,      /* the same of -02, as most sent it: hashed with a newline behind its name */
    WIRE_V1_V_NATT_02,       /* as -02 says */
    WIRE_V1_V_NATT_00,       /* known by name only: it has no port 4500 */
    WIRE_V1_V_DPD,           /* RFC 3706; its last two bytes are a version */
    WIRE_V1_V_XAUTH,         /* draft-beaulieu-ike-xauth-02 */
    WIRE_V1_V_UNITY,         /* Cisco's; its last two bytes are a version */
    WIRE_V1_V_FRAGMENTATION, /* Microsoft's and Cisco's; a word of capabilities may follow */
    WIRE_V1_V_STRONGSWAN,
    WIRE_V1_V_MS_NT5, /* a word follows that tells which Windows */
    WIRE_V1_V_MS_NEGOTIATION,
    WIRE_V1_V_MS_INITIAL_CONTACT,
    WIRE_V1_V_MS_CGA,
    WIRE_V1_V_COUNT
};

/* A name for logs; unknown numbers give "unknown". Static storage. */
const char *wire_v1_notify_name(uint16_t type);

/*
 * Reads the header. WIRE_IKE_BAD_VERSION: its version is not 1.0, and the fields are filled all the same. Its
 * length field must equal the number of bytes given, or WIRE_IKE_BAD_LENGTH. WIRE_IKE_BAD_FIELD: no
 * cookie of the initiator (RFC 2408 2.5.3).
 */
enum wire_ike_err wire_v1_hdr_parse(struct base_span msg, struct wire_ike_hdr *out);

/* A payload of a chain. */
struct wire_v1_pld {
    uint8_t type;
    struct base_span body;  /* behind the generic header */
    struct base_span whole; /* with it */
};

struct wire_v1_plds {
    size_t count;
    struct wire_v1_pld list[WIRE_V1_PLDS_MAX];
    struct base_span used; /* all payloads, without the padding behind them */
};

/*
 * Splits the payloads in `chain`, of which the first has type `first`. may_pad: bytes behind the last one are
 * padding (of a decrypted chain; RFC 2408 does not say what is in it), else WIRE_IKE_BAD_LENGTH.
 * WIRE_IKE_BAD_FIELD: a type that nobody of this version sends, as of IKEv2. A second SA, KE, HASH, SIG or
 * NONCE, or a third ID, is WIRE_IKE_DUPLICATE.
 */
enum wire_ike_err wire_v1_plds_parse(uint8_t first, struct base_span chain, bool may_pad,
                                     struct wire_v1_plds *out);

/* The n-th payload of a type (from 0), or NULL. */
const struct wire_v1_pld *wire_v1_plds_find(const struct wire_v1_plds *plds, uint8_t type, size_t n);

/* What stands behind payload i, without padding: what HASH(1) covers when i is the HASH (RFC 2409 5.5). */
struct base_span wire_v1_plds_behind(const struct wire_v1_plds *plds, size_t i);

/* A transform with those of its attributes that mean something here; 0: it has no such attribute. */
struct wire_v1_transform {
    uint8_t number;
    uint8_t id;        /* WIRE_V1_KEY_IKE, or enum wire_v1_esp */
    uint16_t encr;     /* phase 1: enum wire_v1_encr */
    uint16_t hash;     /* phase 1 */
    uint16_t auth;     /* phase 1: the method */
    uint16_t prf;      /* phase 1; nobody numbered any */
    uint16_t group;    /* both phases */
    uint16_t key_bits; /* both phases */
    uint16_t encap;    /* phase 2 */
    uint16_t integ;    /* phase 2 */
    uint16_t esn;      /* phase 2: 1 for 64-bit sequence numbers (RFC 4304) */
    uint32_t life_s;
    uint32_t life_kb;
    bool is_unknown; /* has an attribute that is not read, or one twice with two values: it never matches */
    struct base_span attrs; /* as received; when there are any a writer writes these (RFC 2408 4.2) */
};

/* One of several with the same number: all of them at once (RFC 2408 4.2). */
struct wire_v1_proposal {
    uint8_t number;
    uint8_t protocol; /* enum wire_v1_proto */
    uint8_t spi_len;  /* of ISAKMP up to 16, and ignored (RFC 2408 3.5) */
    uint64_t spi;     /* right-aligned; 0 when it has more than 8 bytes */
    size_t count;
    struct wire_v1_transform list[WIRE_V1_TRANS_MAX];
};

/* About 80 KB: keep it in scratch storage. */
struct wire_v1_sa {
    size_t count;
    struct wire_v1_proposal list[WIRE_V1_PROPS_MAX];
};

/*
 * An SA payload of phase 1 or of phase 2, whose attributes have other numbers. WIRE_IKE_BAD_FIELD: a DOI
 * other than IPsec's, a situation other than SIT_IDENTITY_ONLY, a proposal without a transform.
 */
enum wire_ike_err wire_v1_sa_parse(struct base_span body, bool is_phase2, struct wire_v1_sa *out);
/* An SPI length beyond 8 fails the writer, as does an SA without a proposal. */
void wire_v1_put_sa(struct wire_ike_builder *b, const struct wire_v1_sa *sa, bool is_phase2);

struct wire_v1_id {
    uint8_t type;
    uint8_t protocol;
    uint16_t port;
    struct base_span data;
};

/* WIRE_IKE_BAD_LENGTH: not as long as an address type demands. */
enum wire_ike_err wire_v1_id_parse(struct base_span body, struct wire_v1_id *out);
void wire_v1_put_id(struct wire_ike_builder *b, const struct wire_v1_id *id);

/*
 * The selector that an ID of quick mode means (RFC 2407 4.6.2). False: its type is none of addresses, a mask
 * is none, or a range ends before it begins.
 */
bool wire_v1_id_to_ts(const struct wire_v1_id *id, struct base_ts *out);

#define WIRE_V1_TS_BYTES 32 /* of an ID's data at most */

/*
 * The ID that means this selector, the shortest form: an address, a subnet, or a range; its data is put into
 * `data`. False: IKEv1 can not say it, as of ports that are neither one nor all.
 */
bool wire_v1_id_from_ts(const struct base_ts *ts, uint8_t data[WIRE_V1_TS_BYTES], struct wire_v1_id *out);

/*
 * NAT-OA (RFC 3947 5.2): an address as its sender knows it. payload: WIRE_V1_P_NATOA, or that of the drafts.
 * WIRE_IKE_BAD_FIELD: of a type that is no single address. What is reserved in it is not judged.
 */
enum wire_ike_err wire_v1_natoa_parse(struct base_span body, struct base_addr *out);
void wire_v1_put_natoa(struct wire_ike_builder *b, uint8_t payload, const struct base_addr *addr);

struct wire_v1_notification {
    uint8_t protocol;
    uint16_t type;
    struct base_span spi; /* of any width up to 16 */
    struct base_span data;
};

/* DOI of IPsec or 0, else WIRE_IKE_BAD_FIELD. */
enum wire_ike_err wire_v1_notify_parse(struct base_span body, struct wire_v1_notification *out);
void wire_v1_put_notify(struct wire_ike_builder *b, const struct wire_v1_notification *n);

struct wire_v1_delete {
    uint8_t protocol;
    uint8_t spi_len; /* 16 of ISAKMP, 4 of ESP and AH */
    size_t count;
    struct base_span spis; /* count of them, one behind another */
};

/* WIRE_IKE_BAD_FIELD: another DOI or protocol, or a width that is not the protocol's. */
enum wire_ike_err wire_v1_delete_parse(struct base_span body, struct wire_v1_delete *out);
/* SPI number i < d->count. */
struct base_span wire_v1_delete_spi(const struct wire_v1_delete *d, size_t i);
void wire_v1_put_delete(struct wire_ike_builder *b, const struct wire_v1_delete *d);

/* CERT and CR are read by wire_ike_cert_parse(); the writer's payload is WIRE_V1_P_CERT or WIRE_V1_P_CR. */
void wire_v1_put_cert(struct wire_ike_builder *b, uint8_t payload, const struct wire_ike_cert *cert);

/* Which one it is, by the bytes that do not change from version to version; WIRE_V1_V_NONE: not known. */
enum wire_v1_vendor wire_v1_vendor_find(struct base_span body);
/* The bytes that it is found by; WIRE_V1_V_NONE fails the writer. */
void wire_v1_put_vendor(struct wire_ike_builder *b, enum wire_v1_vendor v);

/*
 * A payload of len zeros, and where they are, to be filled when what it covers is written (HASH); NULL when
 * it does not fit.
 */
uint8_t *wire_v1_put_room(struct wire_ike_builder *b, uint8_t type, size_t len);

/*
 * Appends zeros until what stands behind the header is a multiple of the cipher's block (RFC 2409 appendix
 * B), which is not 0. Then wire_ike_finish().
 */
void wire_v1_pad(struct wire_ike_builder *b, size_t block);

/* A fragment of an IKE message, as Microsoft and Cisco cut them; it covers everything, headers included. */
struct wire_v1_fragment {
    uint16_t id;    /* of the message, of who cut it */
    uint8_t number; /* from 1 */
    bool is_last;
    struct base_span data; /* at least a byte */
};

#define WIRE_V1_FRAGMENT_BYTES 36 /* header and payload heads of a datagram with one */

/* WIRE_IKE_BAD_FIELD: a number of 0, or no data. */
enum wire_ike_err wire_v1_fragment_parse(struct base_span body, struct wire_v1_fragment *out);
void wire_v1_put_fragment(struct wire_ike_builder *b, const struct wire_v1_fragment *f);
