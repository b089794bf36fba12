/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKEv2 messages: bytes to structs and back (RFC 7296 section 3). No policy and no state: a parser says
 * what the bytes mean or how they are malformed; whether that is acceptable is the engine's business.
 *
 * Parsed structs borrow spans from the message; they live as long as its bytes. Every peer-controlled
 * count has a cap here, and more than the cap is WIRE_IKE_TOO_MANY. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_ts.h"

#define WIRE_IKE_HDR_BYTES 28
#define WIRE_IKE_MSG_MAX \
    65535                     /* bytes of a message that is accepted or built; no datagram of UDP is longer */
#define WIRE_IKE_SKF_BYTES 4  /* fragment number and total, in front of an SKF payload's IV */
#define WIRE_IKE_PLDS_MAX  40 /* payloads in one chain */
#define WIRE_IKE_PROPS_MAX 32 /* proposals in one SA payload */
#define WIRE_IKE_TRANS_MAX 64 /* transforms in one proposal; a default offer of strongSwan has some 40 */

#define WIRE_IKE_MAJOR     2 /* version octet 0x20 */
#define WIRE_IKE_V1_MAJOR  1

/* Exchanges of IKEv1 that begin a conversation (RFC 2408 3.1). */
enum wire_ike_v1_exchange { WIRE_IKE_V1_MAIN = 2, WIRE_IKE_V1_AGGRESSIVE = 4 };

enum wire_ike_exchange {
    WIRE_IKE_SA_INIT = 34,
    WIRE_IKE_AUTH = 35,
    WIRE_IKE_CREATE_CHILD_SA = 36,
    WIRE_IKE_INFORMATIONAL = 37,
    WIRE_IKE_INTERMEDIATE = 43, /* RFC 9242 */
    WIRE_IKE_FOLLOWUP_KE = 44,  /* RFC 9370 */
};

enum wire_ike_flag { WIRE_IKE_F_INITIATOR = 0x08, WIRE_IKE_F_VERSION = 0x10, WIRE_IKE_F_RESPONSE = 0x20 };

enum wire_ike_payload {
    WIRE_IKE_P_NONE = 0,
    WIRE_IKE_P_SA = 33,
    WIRE_IKE_P_KE = 34,
    WIRE_IKE_P_IDI = 35,
    WIRE_IKE_P_IDR = 36,
    WIRE_IKE_P_CERT = 37,
    WIRE_IKE_P_CERTREQ = 38,
    WIRE_IKE_P_AUTH = 39,
    WIRE_IKE_P_NONCE = 40,
    WIRE_IKE_P_NOTIFY = 41,
    WIRE_IKE_P_DELETE = 42,
    WIRE_IKE_P_VENDOR = 43,
    WIRE_IKE_P_TSI = 44,
    WIRE_IKE_P_TSR = 45,
    WIRE_IKE_P_SK = 46,
    WIRE_IKE_P_CP = 47,
    WIRE_IKE_P_EAP = 48,
    WIRE_IKE_P_SKF = 53,
};

enum wire_ike_notify {
    WIRE_IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD = 1,
    WIRE_IKE_N_INVALID_IKE_SPI = 4,
    WIRE_IKE_N_INVALID_MAJOR_VERSION = 5,
    WIRE_IKE_N_INVALID_SYNTAX = 7,
    WIRE_IKE_N_INVALID_MESSAGE_ID = 9,
    WIRE_IKE_N_INVALID_SPI = 11,
    WIRE_IKE_N_NO_PROPOSAL_CHOSEN = 14,
    WIRE_IKE_N_INVALID_KE_PAYLOAD = 17,
    WIRE_IKE_N_AUTHENTICATION_FAILED = 24,
    WIRE_IKE_N_SINGLE_PAIR_REQUIRED = 34,
    WIRE_IKE_N_NO_ADDITIONAL_SAS = 35,
    WIRE_IKE_N_INTERNAL_ADDRESS_FAILURE = 36,
    WIRE_IKE_N_FAILED_CP_REQUIRED = 37,
    WIRE_IKE_N_TS_UNACCEPTABLE = 38,
    WIRE_IKE_N_INVALID_SELECTORS = 39,
    WIRE_IKE_N_UNACCEPTABLE_ADDRESSES = 40,
    WIRE_IKE_N_UNEXPECTED_NAT_DETECTED = 41,
    WIRE_IKE_N_TEMPORARY_FAILURE = 43,
    WIRE_IKE_N_CHILD_SA_NOT_FOUND = 44,
    WIRE_IKE_N_STATE_NOT_FOUND = 47,
    WIRE_IKE_N_TS_MAX_QUEUE = 48,  /* RFC 9611 */
    WIRE_IKE_N_ERROR_LAST = 16383, /* numbers up to here are errors, from 8192 on of private use (3.10.1) */
    WIRE_IKE_N_INITIAL_CONTACT = 16384,
    WIRE_IKE_N_SET_WINDOW_SIZE = 16385,
    WIRE_IKE_N_ADDITIONAL_TS_POSSIBLE = 16386,
    WIRE_IKE_N_NAT_DETECTION_SOURCE_IP = 16388,
    WIRE_IKE_N_NAT_DETECTION_DESTINATION_IP = 16389,
    WIRE_IKE_N_COOKIE = 16390,
    WIRE_IKE_N_USE_TRANSPORT_MODE = 16391,
    WIRE_IKE_N_REKEY_SA = 16393,
    WIRE_IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED = 16394,
    WIRE_IKE_N_MOBIKE_SUPPORTED = 16396,
    WIRE_IKE_N_ADDITIONAL_IP4_ADDRESS = 16397,
    WIRE_IKE_N_ADDITIONAL_IP6_ADDRESS = 16398,
    WIRE_IKE_N_NO_ADDITIONAL_ADDRESSES = 16399,
    WIRE_IKE_N_UPDATE_SA_ADDRESSES = 16400,
    WIRE_IKE_N_COOKIE2 = 16401,
    WIRE_IKE_N_NO_NATS_ALLOWED = 16402,
    WIRE_IKE_N_REDIRECT_SUPPORTED = 16406,
    WIRE_IKE_N_REDIRECT = 16407,
    WIRE_IKE_N_REDIRECTED_FROM = 16408,
    WIRE_IKE_N_AUTH_LIFETIME = 16403, /* RFC 4478 */
    WIRE_IKE_N_EAP_ONLY_AUTHENTICATION = 16417,
    WIRE_IKE_N_MULTIPLE_AUTH_SUPPORTED = 16404,
    WIRE_IKE_N_ANOTHER_AUTH_FOLLOWS = 16405,
    WIRE_IKE_N_CHILDLESS_IKEV2_SUPPORTED = 16418, /* RFC 6023 */
    WIRE_IKE_N_FRAGMENTATION_SUPPORTED = 16430,
    WIRE_IKE_N_SIGNATURE_HASH_ALGORITHMS = 16431,
    WIRE_IKE_N_USE_PPK = 16435,
    WIRE_IKE_N_PPK_IDENTITY = 16436,
    WIRE_IKE_N_NO_PPK_AUTH = 16437,
    WIRE_IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED = 16438,
    WIRE_IKE_N_ADDITIONAL_KEY_EXCHANGE = 16441,
    WIRE_IKE_N_SA_RESOURCE_INFO = 16444, /* RFC 9611 */
};

enum wire_ike_proto {
    WIRE_IKE_PROTO_NONE = 0,
    WIRE_IKE_PROTO_IKE = 1,
    WIRE_IKE_PROTO_AH = 2,
    WIRE_IKE_PROTO_ESP = 3
};

enum wire_ike_id_type {
    WIRE_IKE_ID_IP4 = 1,
    WIRE_IKE_ID_FQDN = 2,
    WIRE_IKE_ID_EMAIL = 3,
    WIRE_IKE_ID_IP6 = 5,
    WIRE_IKE_ID_DN = 9,
    WIRE_IKE_ID_KEY = 11,
};

/* RFC 7296 3.8, RFC 4754, RFC 7427, RFC 5998. */
enum wire_ike_auth_method {
    WIRE_IKE_AUTH_RSA_SHA1 = 1, /* PKCS#1 v1.5 */
    WIRE_IKE_AUTH_PSK = 2,
    WIRE_IKE_AUTH_ECDSA_256 = 9,
    WIRE_IKE_AUTH_ECDSA_384 = 10,
    WIRE_IKE_AUTH_ECDSA_521 = 11,
    WIRE_IKE_AUTH_DIGITAL = 14 /* names its algorithm itself */
};

/* How a certificate is encoded (RFC 7296 3.6, RFC 7670). */
enum wire_ike_cert_encoding {
    WIRE_IKE_CERT_X509 = 4,
    WIRE_IKE_CERT_CRL = 7,
    WIRE_IKE_CERT_HASH_URL = 12,
    WIRE_IKE_CERT_HASH_URL_BUNDLE = 13,
    WIRE_IKE_CERT_OCSP = 14,
    WIRE_IKE_CERT_RAW_KEY = 15 /* a SubjectPublicKeyInfo */
};

#define WIRE_IKE_CA_HASH_BYTES 20 /* SHA-1 of an authority's SubjectPublicKeyInfo, in CERTREQ */

/* Why bytes are malformed. Each maps once to a notify or a drop in the engine. */
enum wire_ike_err {
    WIRE_IKE_OK = 0,
    WIRE_IKE_SHORT,       /* ends inside a structure */
    WIRE_IKE_BAD_LENGTH,  /* a length field contradicts its surroundings */
    WIRE_IKE_BAD_VERSION, /* major version is not 2; the header fields are still filled */
    WIRE_IKE_BAD_FIELD,   /* a field holds a value that its RFC forbids */
    WIRE_IKE_TOO_MANY,    /* more elements than the cap */
    WIRE_IKE_CRITICAL,    /* unknown payload with the critical bit; plds->critical_type says which */
    WIRE_IKE_DUPLICATE,   /* a payload that may occur once occurs again */
};

const char *wire_ike_err_name(enum wire_ike_err e);
/* IANA names for logs, "unknown(N)" never: unknown numbers give "unknown". Static storage. */
const char *wire_ike_exchange_name(uint8_t exchange);
const char *wire_ike_notify_name(uint16_t type);

struct wire_ike_hdr {
    uint64_t spi_i;
    uint64_t spi_r;
    uint8_t next; /* first payload */
    uint8_t version;
    uint8_t exchange;
    uint8_t flags;
    uint32_t msgid;
    uint32_t length; /* whole message */
};

/*
 * Reads the header; its length field must equal the number of bytes given. WIRE_IKE_TOO_MANY: a message of
 * more than WIRE_IKE_MSG_MAX bytes.
 */
enum wire_ike_err wire_ike_hdr_parse(struct base_span msg, struct wire_ike_hdr *out);

/* A payload of a chain. */
struct wire_ike_pld {
    uint8_t type;
    bool critical;
    struct base_span body;  /* behind the generic header */
    struct base_span whole; /* with the generic header */
};

/*
 * A chain split into payloads. For types that may occur once (all but NOTIFY, DELETE, VENDOR, CERT,
 * CERTREQ, CP and unknown ones) `first` is the only one.
 */
struct wire_ike_plds {
    size_t count;
    struct wire_ike_pld list[WIRE_IKE_PLDS_MAX];
    uint8_t critical_type; /* set with WIRE_IKE_CRITICAL */
    uint8_t sk_first;      /* first payload inside SK/SKF (the SK payload's next field), else 0 */
};

/*
 * Splits the payloads in `chain`, of which the first has type `first`. SK and SKF end the chain (RFC 7296
 * 3.14): their body is the rest, next goes to sk_first. Trailing bytes are WIRE_IKE_BAD_LENGTH.
 */
enum wire_ike_err wire_ike_plds_parse(uint8_t first, struct base_span chain, struct wire_ike_plds *out);

/* The n-th payload of a type (from 0), or NULL. */
const struct wire_ike_pld *wire_ike_plds_find(const struct wire_ike_plds *plds, uint8_t type, size_t n);

struct wire_ike_transform {
    uint8_t type;
    uint16_t id;
    uint16_t key_bits; /* 0: no key length attribute */
    bool is_unknown;   /* carries an attribute other than key length: never matches (RFC 7296 3.3.6) */
};

struct wire_ike_proposal {
    uint8_t number;
    uint8_t protocol;
    uint8_t spi_len; /* 0, 4 or 8 */
    uint64_t spi;    /* right-aligned */
    size_t count;
    struct wire_ike_transform list[WIRE_IKE_TRANS_MAX];
};

/* About 11 KB: keep it in scratch storage, not on a deep stack. */
struct wire_ike_sa {
    size_t count;
    struct wire_ike_proposal list[WIRE_IKE_PROPS_MAX];
};

enum wire_ike_err wire_ike_sa_parse(struct base_span body, struct wire_ike_sa *out);

struct wire_ike_ke {
    uint16_t group;
    struct base_span value;
};

enum wire_ike_err wire_ike_ke_parse(struct base_span body, struct wire_ike_ke *out);

/* IDi, IDr. data is raw; its length is checked for the IP types only. */
struct wire_ike_id {
    uint8_t type;
    struct base_span data;
    uint8_t reserved[3]; /* as received, since AUTH covers them (RFC 7296 2.15); sent as they are here */
};

enum wire_ike_err wire_ike_id_parse(struct base_span body, struct wire_ike_id *out);

/* What stands behind the generic header of an SKF payload (RFC 7383 2.5). */
struct wire_ike_skf {
    uint16_t number;       /* of the fragment, from 1 */
    uint16_t total;        /* of fragments */
    struct base_span body; /* iv | ciphertext | icv */
};

/* WIRE_IKE_BAD_FIELD: a number of 0, or one beyond the total (RFC 7383 2.6). */
enum wire_ike_err wire_ike_skf_parse(struct base_span body, struct wire_ike_skf *out);

struct wire_ike_auth {
    uint8_t method;
    struct base_span data;
};

enum wire_ike_err wire_ike_auth_parse(struct base_span body, struct wire_ike_auth *out);

/* CERT, and CERTREQ whose data are names of authorities. */
struct wire_ike_cert {
    uint8_t encoding;
    struct base_span data;
};

enum wire_ike_err wire_ike_cert_parse(struct base_span body, struct wire_ike_cert *out);
/* Hashes of authorities in a CERTREQ, none but for X.509; and number i < count of them. */
size_t wire_ike_certreq_count(const struct wire_ike_cert *c);
struct base_span wire_ike_certreq_hash(const struct wire_ike_cert *c, size_t i);

/* Nonce: 16 to 256 bytes (RFC 7296 3.9), else WIRE_IKE_BAD_LENGTH. */
enum wire_ike_err wire_ike_nonce_parse(struct base_span body, struct base_span *out);

struct wire_ike_notification {
    uint8_t protocol;
    uint8_t spi_len; /* 0, 4 or 8 */
    uint16_t type;
    uint64_t spi; /* right-aligned */
    struct base_span data;
};

enum wire_ike_err wire_ike_notify_parse(struct base_span body, struct wire_ike_notification *out);

struct wire_ike_delete {
    uint8_t protocol;
    uint8_t spi_len; /* 0 (IKE) or 4 */
    size_t count;
    struct base_span spis; /* count of them, one behind another: as many as a payload holds */
};

enum wire_ike_err wire_ike_delete_parse(struct base_span body, struct wire_ike_delete *out);
/* SPI number i < d->count, of a width of 4. */
uint32_t wire_ike_delete_spi(const struct wire_ike_delete *d, size_t i);

/* TSi, TSr, RFC 7296 3.13. Selectors of unknown types are skipped and counted. */
enum wire_ike_err wire_ike_ts_parse(struct base_span body, struct base_ts_list *out);

/*
 * Building. A message is a writer that starts with wire_ike_build(); each put adds one payload and links
 * it to the one before. A failed writer (did not fit) shows at the end: base_writer.failed.
 */
struct wire_ike_builder {
    struct base_writer w;
    size_t next_at; /* where the previous payload's next-payload octet is */
};

/* Starts a message in buf. hdr->next and hdr->length are ignored: they are patched as payloads come. */
struct wire_ike_builder wire_ike_build(void *buf, size_t cap, const struct wire_ike_hdr *hdr);

/*
 * Starts a bare payload chain (to be encrypted into SK): no header; wire_ike_chain_first() tells the type
 * of its first payload. Bytes 0 of buf is that octet, payloads begin at 1.
 */
struct wire_ike_builder wire_ike_build_chain(void *buf, size_t cap);
uint8_t wire_ike_chain_first(const struct wire_ike_builder *b);
struct base_span wire_ike_chain_bytes(const struct wire_ike_builder *b);

/*
 * Writes the final length into the header. The message, or an empty span when it did not fit into buf or
 * WIRE_IKE_MSG_MAX.
 */
struct base_span wire_ike_finish(struct wire_ike_builder *b);

/*
 * One payload each, of what the parser beside it reads. What no parser would take back fails the writer: an
 * SA or TS list without elements, a transform that is_unknown, an SPI of another width, mixed address
 * families.
 */
void wire_ike_put_raw(struct wire_ike_builder *b, uint8_t type, struct base_span body);
void wire_ike_put_sa(struct wire_ike_builder *b, const struct wire_ike_sa *sa);
void wire_ike_put_ke(struct wire_ike_builder *b, uint16_t group, struct base_span value);
void wire_ike_put_id(struct wire_ike_builder *b, uint8_t payload, const struct wire_ike_id *id);
void wire_ike_put_auth(struct wire_ike_builder *b, uint8_t method, struct base_span data);
/* payload: CERT or CERTREQ */
void wire_ike_put_cert(struct wire_ike_builder *b, uint8_t payload, const struct wire_ike_cert *cert);
void wire_ike_put_nonce(struct wire_ike_builder *b, struct base_span nonce);
void wire_ike_put_notify(struct wire_ike_builder *b, const struct wire_ike_notification *n);
void wire_ike_put_delete(struct wire_ike_builder *b, const struct wire_ike_delete *d);
void wire_ike_put_ts(struct wire_ike_builder *b, uint8_t payload, const struct base_ts_list *ts);

/*
 * Appends an SK payload header (next = first inner type) with room for iv | ciphertext | icv and returns
 * where iv begins, or NULL when it does not fit. The message length is final afterwards (wire_ike_finish).
 */
uint8_t *wire_ike_put_sk(struct wire_ike_builder *b, uint8_t inner_first, size_t iv_len, size_t cipher_len,
                         size_t icv_len);

/* The same for the SKF payload of a fragment; inner_first is 0 but in fragment 1 (RFC 7383 2.5). */
uint8_t *wire_ike_put_skf(struct wire_ike_builder *b, uint8_t inner_first, uint16_t number, uint16_t total,
                          size_t iv_len, size_t cipher_len, size_t icv_len);
