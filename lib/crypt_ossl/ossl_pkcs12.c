/* SPDX-License-Identifier: BSD-3-Clause */
/* PKCS#12: one archive, one passphrase, a key and its chain. Old ciphers (RC2, 3DES of RC2 days) are not
 * opened. */
#include "ossl_pkcs12.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <string.h>
#include "ossl_cert.h"
#include "ossl_certs.h"
#include "ossl_lib.h"

/* NULL: not one. Owned by the caller. */
static PKCS12 *archive_read(struct base_span bytes)
{
    const unsigned char *pos = bytes.ptr;
    PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, ossl_lib(), NULL);
    return p12 ? d2i_PKCS12(&p12, &pos, (long)bytes.len) : NULL; /* frees it when it fails */
}

/* Whether its integrity code is right; an archive without one is judged by what its contents decode to. */
static bool is_opened_by(PKCS12 *p12, const char *passphrase)
{
    return !PKCS12_mac_present(p12) || PKCS12_verify_mac(p12, passphrase, -1) == 1 ||
           (passphrase[0] == '\0' && PKCS12_verify_mac(p12, NULL, 0) == 1);
}

static int add_cert(const char *name, X509 *x509, struct crypt_certs *certs, struct base_text *why)
{
    unsigned char *der = NULL;
    const int len = i2d_X509(x509, &der);
    const int err =
        len > 0 ? ossl_certs_take(name, base_span(der, (size_t)len), CRYPT_CERT_X509, certs, why) : -EINVAL;
    OPENSSL_free(der);
    return err;
}

/* Those that belong to the chain of the first; an archive may hold others. */
static int add_others(const char *name, const STACK_OF(X509) * others, struct crypt_certs *certs,
                      struct base_text *why)
{
    int err = 0;
    for (int i = 0; err == 0 && i < sk_X509_num(others); i++)
        err = add_cert(name, sk_X509_value(others, i), certs, why);
    return err < 0 ? err : ossl_certs_order(name, certs, why);
}

static int archive_open(const char *name, PKCS12 *p12, const char *passphrase, EVP_PKEY **key,
                        struct crypt_certs *certs, struct base_text *why)
{
    X509 *own = NULL;
    STACK_OF(X509) *others = NULL;
    int err = 0;
    if (PKCS12_parse(p12, passphrase, key, &own, &others) != 1) {
        base_text_add(
            why,
            "%s cannot be opened, though its passphrase is right: its contents are damaged, or encrypted "
            "by an old cipher such as RC2; make it anew with: openssl pkcs12 -export",
            name);
        return -EINVAL;
    }
    if (certs && own)
        err = add_cert(name, own, certs, why);
    if (certs && err == 0)
        err = add_others(name, others, certs, why);
    X509_free(own);
    sk_X509_pop_free(others, X509_free);
    return err;
}

int ossl_pkcs12_read(const char *name, struct base_span bytes, const char *passphrase, EVP_PKEY **key,
                     struct crypt_certs *certs, struct base_text *why)
{
    const char *phrase = passphrase ? passphrase : "";
    struct crypt_certs taken = {0};
    EVP_PKEY *pkey = NULL;
    int err = -EINVAL;
    PKCS12 *p12 = archive_read(bytes);
    if (!p12)
        base_text_add(why, "%s is a damaged PKCS#12 archive", name);
    else if (!is_opened_by(p12, phrase)) {
        base_text_add(why, "%s is a PKCS#12 archive, and %s", name,
                      passphrase ? "the passphrase does not open it" : "no passphrase is given to open it");
        err = -EACCES;
    } else
        err = archive_open(name, p12, phrase, &pkey, certs ? &taken : NULL, why);
    PKCS12_free(p12);
    ERR_clear_error();
    if (err == 0 && key) {
        *key = pkey;
        pkey = NULL;
    }
    EVP_PKEY_free(pkey);
    if (err == 0 && certs)
        *certs = taken;
    else
        ossl_certs_put(&taken);
    return err;
}
