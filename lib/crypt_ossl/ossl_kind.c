/* SPDX-License-Identifier: BSD-3-Clause */
/* Kinds of keys: RSA, ECDSA on the three curves of NIST, Ed25519, Ed448. */
#include "ossl_kind.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <string.h>

static const struct {
    int bits;
    const char *text, *name, *alias, *nist; /* the same curve in three ways */
} curves[] = {
    {256, "ECDSA P-256", SN_X9_62_prime256v1, "secp256r1", "P-256"},
    {384, "ECDSA P-384", SN_secp384r1, "secp384r1", "P-384"},
    {521, "ECDSA P-521", SN_secp521r1, "secp521r1", "P-521"},
};

static bool kind_of_rsa(const EVP_PKEY *pkey, struct ossl_kind *out, struct base_text *why)
{
    struct base_text text = base_text(out->text, sizeof out->text);
    out->key = CRYPT_SIG_KEY_RSA;
    out->is_pss_only = EVP_PKEY_is_a(pkey, "RSA-PSS") == 1;
    out->bits = EVP_PKEY_get_bits(pkey);
    base_text_add(&text, "RSA %d", out->bits);
    if (out->bits < OSSL_RSA_BITS_MIN)
        base_text_add(why, "RSA of %d bits, less than %d", out->bits, OSSL_RSA_BITS_MIN);
    else if (out->bits > OSSL_RSA_BITS_MAX)
        base_text_add(why, "RSA of %d bits, more than %d", out->bits, OSSL_RSA_BITS_MAX);
    return out->bits >= OSSL_RSA_BITS_MIN && out->bits <= OSSL_RSA_BITS_MAX;
}

/* RFC 5480 2.1.1: curves are named; parameters that spell one out can hide another. */
static bool kind_of_ec(const EVP_PKEY *pkey, struct ossl_kind *out, struct base_text *why)
{
    struct base_text text = base_text(out->text, sizeof out->text);
    char name[64] = "";
    size_t len;
    int is_spelled_out = 0;
    out->key = CRYPT_SIG_KEY_EC;
    out->bits = EVP_PKEY_get_bits(pkey);
    (void)EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_spelled_out);
    if (!is_spelled_out && EVP_PKEY_get_group_name(pkey, name, sizeof name, &len) == 1)
        for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
            if (strcmp(name, curves[i].name) == 0 || strcmp(name, curves[i].alias) == 0 ||
                strcmp(name, curves[i].nist) == 0) {
                out->bits = curves[i].bits;
                base_text_add(&text, "%s", curves[i].text);
                return true;
            }
    base_text_add(&text, "EC %d", out->bits);
    base_text_add(why, "on the curve %s; P-256, P-384 and P-521 are taken",
                  name[0] ? name : "of its own parameters");
    return false;
}

bool ossl_kind_of(const EVP_PKEY *pkey, struct ossl_kind *out, struct base_text *why)
{
    struct base_text text = base_text(out->text, sizeof out->text);
    bool is_good = true;
    out->is_pss_only = false;
    if (EVP_PKEY_is_a(pkey, "RSA") == 1 || EVP_PKEY_is_a(pkey, "RSA-PSS") == 1)
        is_good = kind_of_rsa(pkey, out, why);
    else if (EVP_PKEY_is_a(pkey, "EC") == 1)
        is_good = kind_of_ec(pkey, out, why);
    else if (EVP_PKEY_is_a(pkey, "ED25519") == 1 || EVP_PKEY_is_a(pkey, "ED448") == 1) {
        const bool is_small = EVP_PKEY_is_a(pkey, "ED25519") == 1;
        out->key = is_small ? CRYPT_SIG_KEY_ED25519 : CRYPT_SIG_KEY_ED448;
        out->bits = is_small ? 256 : 456;
        base_text_add(&text, "%s", is_small ? "Ed25519" : "Ed448");
    } else {
        const char *name = EVP_PKEY_get0_type_name(pkey);
        base_text_add(&text, "%s", name ? name : "unknown");
        base_text_add(why, "of the kind %s; RSA, ECDSA, Ed25519 and Ed448 are taken",
                      name ? name : "unknown");
        is_good = false;
    }
    ERR_clear_error();
    return is_good;
}

bool ossl_kind_takes(const struct ossl_kind *kind, const struct crypt_sig_row *row)
{
    return kind->key == row->key && (row->ec_bits == 0 || row->ec_bits == kind->bits) &&
           (!kind->is_pss_only || crypt_sig_is_pss(row->sig));
}
