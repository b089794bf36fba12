/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of algorithms, a row each, and the look-ups in it. Sizes follow the RFC named in the row.
 * It computes nothing: what a row means in code is for the back ends (crypt_ossl, crypt_imb). Rows without
 * for_ike and for_esp are known by name only; no proposal can contain them.
 */
#include "crypt_alg.h"

#include <strings.h>

/* clang-format off */
#define ENCR(ID, BITS, WORD, NAME, KEY, SALT, IV, BLOCK, ICV, IKE, RFC)                                       \
    WEAK_ENCR(ID, BITS, WORD, NAME, KEY, SALT, IV, BLOCK, ICV, IKE, RFC, NULL)
#define WEAK_ENCR(ID, BITS, WORD, NAME, KEY, SALT, IV, BLOCK, ICV, IKE, RFC, WHY)                             \
    {.type = CRYPT_TYPE_ENCR, .id = (ID), .key_bits = (BITS), .keyword = (WORD), .name = (NAME),              \
     .key_bytes = (KEY), .salt_bytes = (SALT), .iv_bytes = (IV), .block_bytes = (BLOCK), .icv_bytes = (ICV),  \
     .is_aead = (ICV) != 0, .for_ike = (IKE), .for_esp = true, .rfc = (RFC), .weak = (WHY)}
#define PRF(ID, WORD, NAME, BYTES, RFC)                                                                       \
    {.type = CRYPT_TYPE_PRF, .id = (ID), .keyword = (WORD), .name = (NAME), .key_bytes = (BYTES),             \
     .out_bytes = (BYTES), .for_ike = true, .rfc = (RFC)}
#define INTEG(ID, WORD, NAME, KEY, ICV, RFC)                                                                  \
    {.type = CRYPT_TYPE_INTEG, .id = (ID), .keyword = (WORD), .name = (NAME), .key_bytes = (KEY),             \
     .icv_bytes = (ICV), .out_bytes = (KEY), .for_ike = true, .for_esp = true, .rfc = (RFC)}
#define DH(ID, WORD, NAME, BYTES, RFC) WEAK_DH(ID, WORD, NAME, BYTES, RFC, NULL)
#define WEAK_DH(ID, WORD, NAME, BYTES, RFC, WHY)                                                              \
    {.type = CRYPT_TYPE_DH, .id = (ID), .keyword = (WORD), .name = (NAME), .out_bytes = (BYTES),              \
     .answer_bytes = (BYTES), .for_ike = true, .for_esp = true, .rfc = (RFC), .weak = (WHY)}
#define KEM(ID, WORD, NAME, KEY, CIPHERTEXT, RFC)                                                             \
    {.type = CRYPT_TYPE_DH, .id = (ID), .keyword = (WORD), .name = (NAME), .out_bytes = (KEY),                \
     .answer_bytes = (CIPHERTEXT), .is_kem = true, .for_ike = true, .for_esp = true, .rfc = (RFC)}
#define ESN(ID, WORD, NAME)                                                                                   \
    {.type = CRYPT_TYPE_ESN, .id = (ID), .keyword = (WORD), .name = (NAME), .for_esp = true, .rfc = "RFC 4303"}

static const struct crypt_alg rows[] = {
    ENCR(CRYPT_ENCR_AES_GCM_16, 128, "aes128gcm16", "AES-GCM-16-128", 16, 4, 8, 1, 16, true, "RFC 4106, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_GCM_16, 192, "aes192gcm16", "AES-GCM-16-192", 24, 4, 8, 1, 16, true, "RFC 4106, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_GCM_16, 256, "aes256gcm16", "AES-GCM-16-256", 32, 4, 8, 1, 16, true, "RFC 4106, RFC 5282"),
    ENCR(CRYPT_ENCR_CHACHA20_POLY1305, 0, "chacha20poly1305", "ChaCha20-Poly1305", 32, 4, 8, 1, 16, true, "RFC 7634"),
    ENCR(CRYPT_ENCR_AES_CCM_16, 128, "aes128ccm16", "AES-CCM-16-128", 16, 3, 8, 1, 16, true, "RFC 4309, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_CCM_16, 256, "aes256ccm16", "AES-CCM-16-256", 32, 3, 8, 1, 16, true, "RFC 4309, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_CCM_12, 128, "aes128ccm12", "AES-CCM-12-128", 16, 3, 8, 1, 12, true, "RFC 4309, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_CCM_12, 256, "aes256ccm12", "AES-CCM-12-256", 32, 3, 8, 1, 12, true, "RFC 4309, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_CCM_8, 128, "aes128ccm8", "AES-CCM-8-128", 16, 3, 8, 1, 8, true, "RFC 4309, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_CCM_8, 256, "aes256ccm8", "AES-CCM-8-256", 32, 3, 8, 1, 8, true, "RFC 4309, RFC 5282"),
    ENCR(CRYPT_ENCR_AES_CBC, 128, "aes128", "AES-CBC-128", 16, 0, 16, 16, 0, true, "RFC 3602"),
    ENCR(CRYPT_ENCR_AES_CBC, 192, "aes192", "AES-CBC-192", 24, 0, 16, 16, 0, true, "RFC 3602"),
    ENCR(CRYPT_ENCR_AES_CBC, 256, "aes256", "AES-CBC-256", 32, 0, 16, 16, 0, true, "RFC 3602"),
    WEAK_ENCR(CRYPT_ENCR_3DES, 0, "3des", "3DES-CBC", 24, 0, 8, 8, 0, true, "RFC 2451",
              "its 64-bit blocks leak after a few gigabytes (RFC 8221 5)"),
    /* RFC 7296 3.14: an SK payload is always encrypted. */
    ENCR(CRYPT_ENCR_NULL, 0, "null", "NULL", 0, 0, 0, 1, 0, false, "RFC 2410"),

    PRF(CRYPT_PRF_HMAC_SHA2_256, "prfsha256", "PRF-HMAC-SHA2-256", 32, "RFC 4868"),
    PRF(CRYPT_PRF_HMAC_SHA2_384, "prfsha384", "PRF-HMAC-SHA2-384", 48, "RFC 4868"),
    PRF(CRYPT_PRF_HMAC_SHA2_512, "prfsha512", "PRF-HMAC-SHA2-512", 64, "RFC 4868"),
    PRF(CRYPT_PRF_HMAC_SHA1, "prfsha1", "PRF-HMAC-SHA1", 20, "RFC 2104"),

    INTEG(CRYPT_INTEG_HMAC_SHA2_256_128, "sha256", "HMAC-SHA2-256-128", 32, 16, "RFC 4868"),
    INTEG(CRYPT_INTEG_HMAC_SHA2_384_192, "sha384", "HMAC-SHA2-384-192", 48, 24, "RFC 4868"),
    INTEG(CRYPT_INTEG_HMAC_SHA2_512_256, "sha512", "HMAC-SHA2-512-256", 64, 32, "RFC 4868"),
    INTEG(CRYPT_INTEG_HMAC_SHA1_96, "sha1", "HMAC-SHA1-96", 20, 12, "RFC 2404"),

    /* To do without: among groups of a child (RFC 7296 3.3.3). Whoever computes has no such group. */
    {.type = CRYPT_TYPE_DH, .id = CRYPT_DH_NONE, .keyword = "modpnone", .name = "NONE", .for_esp = true,
     .rfc = "RFC 7296"},
    DH(CRYPT_DH_X25519, "x25519", "X25519", 32, "RFC 8031"),
    DH(CRYPT_DH_ECP_256, "ecp256", "ECP-256", 64, "RFC 5903"),
    DH(CRYPT_DH_ECP_384, "ecp384", "ECP-384", 96, "RFC 5903"),
    DH(CRYPT_DH_ECP_521, "ecp521", "ECP-521", 132, "RFC 5903"),
    DH(CRYPT_DH_MODP_2048, "modp2048", "MODP-2048", 256, "RFC 3526"),
    DH(CRYPT_DH_MODP_3072, "modp3072", "MODP-3072", 384, "RFC 3526"),
    DH(CRYPT_DH_MODP_4096, "modp4096", "MODP-4096", 512, "RFC 3526"),
    DH(CRYPT_DH_MODP_6144, "modp6144", "MODP-6144", 768, "RFC 3526"),
    DH(CRYPT_DH_MODP_8192, "modp8192", "MODP-8192", 1024, "RFC 3526"),
    KEM(CRYPT_DH_ML_KEM_512, "mlkem512", "ML-KEM-512", 800, 768, "draft-ietf-ipsecme-ikev2-mlkem"),
    KEM(CRYPT_DH_ML_KEM_768, "mlkem768", "ML-KEM-768", 1184, 1088, "draft-ietf-ipsecme-ikev2-mlkem"),
    KEM(CRYPT_DH_ML_KEM_1024, "mlkem1024", "ML-KEM-1024", 1568, 1568, "draft-ietf-ipsecme-ikev2-mlkem"),
    WEAK_DH(CRYPT_DH_MODP_1024, "modp1024", "MODP-1024", 128, "RFC 7296 B.2",
            "its logarithms are within reach of who can spend much (RFC 8247 2.4)"),
    WEAK_DH(CRYPT_DH_MODP_1536, "modp1536", "MODP-1536", 192, "RFC 3526",
            "its logarithms may come within reach before long (RFC 8247 2.4)"),

    ESN(CRYPT_ESN_ON, "esn", "ESN"),
    ESN(CRYPT_ESN_OFF, "noesn", "no ESN"),
};
/* clang-format on */

#define ROW_COUNT (sizeof rows / sizeof rows[0])

const struct crypt_alg *crypt_alg_find(uint8_t type, uint16_t id, uint16_t key_bits)
{
    if (crypt_type_is_addke(type))
        type = CRYPT_TYPE_DH;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].type == type && rows[i].id == id && rows[i].key_bits == key_bits)
            return &rows[i];
    return NULL;
}

const struct crypt_alg *crypt_alg_by_keyword(const char *keyword)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcasecmp(rows[i].keyword, keyword) == 0)
            return &rows[i];
    return NULL;
}

const char *crypt_alg_name(uint8_t type, uint16_t id, uint16_t key_bits)
{
    const struct crypt_alg *alg = crypt_alg_find(type, id, key_bits);
    if (alg)
        return alg->name;
    /* Not algorithms, but peers write them (RFC 7296 3.3.3), and people read the lists. */
    if ((type == CRYPT_TYPE_INTEG || type == CRYPT_TYPE_DH || crypt_type_is_addke(type)) && id == 0)
        return "NONE";
    return "unknown";
}

const struct crypt_alg *crypt_alg_rows(size_t *count)
{
    *count = ROW_COUNT;
    return rows;
}
