/* SPDX-License-Identifier: BSD-3-Clause */
/* A certificate for people: dates, names and fingerprint as text. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include "ossl_cert.h"
#include "ossl_lib.h"
#include "ossl_names.h"
#include "ossl_room.h"
#include "ossl_pki.h"

/* An ASN.1 integer in hexadecimal, or nothing when it is longer than any that a CA may make. */
static void serial_text(const X509 *x509, char *out, size_t size)
{
    struct base_text t = base_text(out, size);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
        base_text_add(&t, "-");
    base_text_add_hex(&t, base_span(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)));
}

static void dn_into(const X509_NAME *name, char out[CRYPT_NAME_TEXT_MAX])
{
    const unsigned char *der = NULL;
    size_t len = 0;
    if (X509_NAME_get0_der(name, &der, &len) != 1 ||
        ossl_dn_text(base_span(der, len), out, CRYPT_NAME_TEXT_MAX) < 0)
        out[0] = '\0';
}

void ossl_cert_info(const struct crypt_cert *cert, struct crypt_cert_info *out)
{
    struct base_text key = base_text(out->key, sizeof out->key);
    *out = (struct crypt_cert_info){.form = cert->form, .not_after = INT64_MAX};
    base_text_add(&key, "%s", cert->kind.text);
    (void)EVP_Q_digest(ossl_lib(), "SHA2-256", NULL, cert->der, cert->der_len, out->sha256, NULL);
    if (cert->x509) {
        out->is_ca = X509_check_ca(cert->x509) > 0;
        out->not_before = ossl_cert_time(X509_get0_notBefore(cert->x509));
        out->not_after = ossl_cert_time(X509_get0_notAfter(cert->x509));
        serial_text(cert->x509, out->serial, sizeof out->serial);
        dn_into(X509_get_subject_name(cert->x509), out->subject);
        dn_into(X509_get_issuer_name(cert->x509), out->issuer);
        struct base_text names = base_text(out->names, sizeof out->names);
        ossl_names_text(cert, &names);
    }
    ERR_clear_error();
}
