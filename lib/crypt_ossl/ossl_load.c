/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates and raw public keys of one side from a file, or a certificate from a token. */
#include <errno.h>
#include <openssl/x509.h>
#include "base_file.h"
#include "ossl_certs.h"
#include "ossl_pkcs12.h"
#include "ossl_pki.h"
#include "ossl_sniff.h"
#include "ossl_token.h"

int ossl_certs_read(const char *name, struct base_span bytes, const char *passphrase, struct crypt_certs *out,
                    struct base_text *why)
{
    const unsigned holds = bytes.len <= OSSL_FILE_MAX ? ossl_sniff(bytes) : 0;
    int err = -EINVAL;
    *out = (struct crypt_certs){0};
    if (holds & OSSL_HOLDS_PKCS12)
        err = ossl_pkcs12_read(name, bytes, passphrase, NULL, out, why);
    else if (holds & OSSL_HOLDS_CERT) {
        err = ossl_certs_take(name, bytes, CRYPT_CERT_X509, out, why);
        if (err == 0)
            err = ossl_certs_order(name, out, why);
    } else if (holds & OSSL_HOLDS_PUBLIC)
        err = ossl_certs_take(name, bytes, CRYPT_CERT_RAW_KEY, out, why);
    else {
        base_text_add(why, "%s holds ", name);
        ossl_sniff_text(holds, bytes, why);
        base_text_add(why, ", and a certificate was expected");
    }
    if (err == 0 && out->n == 0) {
        base_text_add(why, "%s holds no certificate", name);
        err = -EINVAL;
    }
    if (err < 0)
        ossl_certs_put(out);
    return err;
}

/* One certificate; the token has no order of issue. */
static int token_certs(const char *uri, const char *pin, struct crypt_certs *out, struct base_text *why)
{
    X509 *x509;
    unsigned char *der = NULL;
    int err = ossl_token_cert(uri, pin, &x509, why);
    if (err < 0)
        return err;
    const int len = i2d_X509(x509, &der);
    X509_free(x509);
    if (len > 0)
        err = ossl_certs_take("the token", base_span(der, (size_t)len), CRYPT_CERT_X509, out, why);
    else {
        base_text_add(why, "the token's certificate cannot be read");
        err = -EINVAL;
    }
    OPENSSL_free(der);
    if (err < 0)
        ossl_certs_put(out);
    return err;
}

int ossl_certs_load(const char *where, const char *passphrase, struct crypt_certs *out, struct base_text *why)
{
    struct base_file file;
    *out = (struct crypt_certs){0};
    if (ossl_token_is_uri(where))
        return token_certs(where, passphrase, out, why);
    int err = base_file_read(where, OSSL_FILE_MAX, false, &file, why);
    if (err < 0)
        return err;
    err = ossl_certs_read(where, base_file_span(&file), passphrase, out, why);
    base_file_free(&file);
    return err;
}

int ossl_certs_extend(const char *where, struct crypt_certs *certs, size_t *took, struct base_text *why)
{
    struct base_file file;
    struct crypt_certs more = {0};
    *took = 0;
    int err = base_file_read(where, OSSL_FILE_MAX, false, &file, why);
    if (err < 0)
        return err;
    err = ossl_certs_take(where, base_file_span(&file), CRYPT_CERT_X509, &more, why);
    base_file_free(&file);
    if (err == 0)
        *took = ossl_certs_append(certs, &more);
    ossl_certs_put(&more);
    return err;
}
