/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The algorithms that Culvert knows: one row each, by IANA "IKEv2 Transform" number. A number that a peer
 * sends is looked up here before it is used for anything; what has no row does not exist.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Transform types, RFC 7296 3.3.2. */
enum crypt_type {
    CRYPT_TYPE_ENCR = 1,
    CRYPT_TYPE_PRF = 2,
    CRYPT_TYPE_INTEG = 3,
    CRYPT_TYPE_DH = 4,
    CRYPT_TYPE_ESN = 5,
    CRYPT_TYPE_ADDKE1 =
        6, /* additional key exchanges, in this order, by the numbers of groups (RFC 9370 2.2.1) */
    CRYPT_TYPE_ADDKE7 = 12,
};

#define CRYPT_ADDKE_MAX (CRYPT_TYPE_ADDKE7 - CRYPT_TYPE_ADDKE1 + 1)

enum crypt_encr {
    CRYPT_ENCR_3DES = 3,
    CRYPT_ENCR_NULL = 11,
    CRYPT_ENCR_AES_CBC = 12,
    CRYPT_ENCR_AES_CCM_8 = 14,
    CRYPT_ENCR_AES_CCM_12 = 15,
    CRYPT_ENCR_AES_CCM_16 = 16,
    CRYPT_ENCR_AES_GCM_16 = 20,
    CRYPT_ENCR_CHACHA20_POLY1305 = 28,
};

enum crypt_prf {
    CRYPT_PRF_HMAC_SHA1 = 2,
    CRYPT_PRF_HMAC_SHA2_256 = 5,
    CRYPT_PRF_HMAC_SHA2_384 = 6,
    CRYPT_PRF_HMAC_SHA2_512 = 7,
};

enum crypt_integ {
    CRYPT_INTEG_NONE = 0,
    CRYPT_INTEG_HMAC_SHA1_96 = 2,
    CRYPT_INTEG_HMAC_SHA2_256_128 = 12,
    CRYPT_INTEG_HMAC_SHA2_384_192 = 13,
    CRYPT_INTEG_HMAC_SHA2_512_256 = 14,
};

enum crypt_dh {
    CRYPT_DH_NONE = 0,
    CRYPT_DH_MODP_1024 = 2,
    CRYPT_DH_MODP_1536 = 5,
    CRYPT_DH_MODP_2048 = 14,
    CRYPT_DH_MODP_3072 = 15,
    CRYPT_DH_MODP_4096 = 16,
    CRYPT_DH_MODP_6144 = 17,
    CRYPT_DH_MODP_8192 = 18,
    CRYPT_DH_ECP_256 = 19,
    CRYPT_DH_ECP_384 = 20,
    CRYPT_DH_ECP_521 = 21,
    CRYPT_DH_X25519 = 31,
    CRYPT_DH_ML_KEM_512 = 35,
    CRYPT_DH_ML_KEM_768 = 36,
    CRYPT_DH_ML_KEM_1024 = 37,
};

enum crypt_esn { CRYPT_ESN_OFF = 0, CRYPT_ESN_ON = 1 };

/* Upper bounds over all rows, in bytes. */
#define CRYPT_PRF_MAX       64
#define CRYPT_DH_MAX        1568 /* ML-KEM-1024; public values of both sides, and the shared secret */
#define CRYPT_ENCR_KEY_MAX  36   /* AES-256-GCM or ChaCha20 with salt */
#define CRYPT_INTEG_KEY_MAX 64

/* One algorithm. Fields that do not apply are zero. */
struct crypt_alg {
    uint8_t type;          /* enum crypt_type */
    uint16_t id;           /* IANA number */
    uint16_t key_bits;     /* cipher key length attribute; 0: the transform carries none (RFC 7296 3.3.5) */
    const char *keyword;   /* in proposals, strongSwan's notation: "aes128gcm16", "prfsha256", "x25519" */
    const char *name;      /* for people: "AES-GCM-16-128" */
    uint16_t key_bytes;    /* key without salt; PRF: preferred key length; INTEG: key length */
    uint8_t salt_bytes;    /* taken from KEYMAT behind the key (RFC 4106 8.1, RFC 5282 7.1); at most 4 */
    uint8_t iv_bytes;      /* explicit IV on the wire */
    uint8_t block_bytes;   /* padding granule of the cipher, 1 for stream modes */
    uint8_t icv_bytes;     /* AEAD tag, or truncated HMAC */
    uint16_t out_bytes;    /* PRF output; DH: public value length; INTEG: hash output */
    uint16_t answer_bytes; /* DH: length of the responder's value; of a KEM it is a ciphertext */
    bool is_aead;
    bool is_kem;  /* DH: the two sides differ, and only a library of today has it */
    bool for_ike; /* usable in an IKE proposal */
    bool for_esp; /* usable in an ESP proposal */
    const char *rfc;
    const char *weak; /* why it is good only for a peer that has nothing better; NULL: it is not weak */
};

/* Whether it is one of the types of additional key exchanges. */
static inline bool crypt_type_is_addke(uint8_t type)
{
    return type >= CRYPT_TYPE_ADDKE1 && type <= CRYPT_TYPE_ADDKE7;
}

/*
 * The row, or NULL when Culvert does not know this transform with this key length. Additional key exchanges
 * are those of CRYPT_TYPE_DH, and so are their rows.
 */
const struct crypt_alg *crypt_alg_find(uint8_t type, uint16_t id, uint16_t key_bits);

/* The row with this proposal keyword, or NULL. */
const struct crypt_alg *crypt_alg_by_keyword(const char *keyword);

/* Name for people; "unknown" for what has no row. Never NULL, static storage. */
const char *crypt_alg_name(uint8_t type, uint16_t id, uint16_t key_bits);

/* All rows, for tests and --help. */
const struct crypt_alg *crypt_alg_rows(size_t *count);
