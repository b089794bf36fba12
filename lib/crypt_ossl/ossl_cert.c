/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates and raw public keys: parsed, named, compared. Nothing here says whether one is to be trusted.
 */
#include "ossl_cert.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ossl_fetch.h"
#include "ossl_lib.h"
#include "ossl_room.h"

/* Takes all octets, or nothing. */
static X509 *x509_read(struct base_span der)
{
    const unsigned char *pos = der.ptr;
    X509 *x509 = X509_new_ex(ossl_lib(), NULL);
    if (!x509)
        return NULL;
    if (!d2i_X509(&x509, &pos, (long)der.len)) /* frees it */
        return NULL;
    /* Fills what the library keeps of extensions, so that later it only reads. */
    const bool is_whole = pos == der.ptr + der.len && X509_check_purpose(x509, -1, 0) == 1 &&
                          !(X509_get_extension_flags(x509) & EXFLAG_INVALID);
    if (!is_whole) {
        X509_free(x509);
        return NULL;
    }
    return x509;
}

static EVP_PKEY *raw_key_read(struct base_span der)
{
    const unsigned char *pos = der.ptr;
    EVP_PKEY *pkey = d2i_PUBKEY_ex(NULL, &pos, (long)der.len, ossl_lib(), NULL);
    if (pkey && pos != der.ptr + der.len) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    return pkey;
}

static bool cert_fill(struct crypt_cert *c, struct base_span der)
{
    c->der = malloc(der.len);
    if (!c->der)
        return false;
    memcpy(c->der, der.ptr, der.len);
    c->der_len = der.len;
    if (c->form == CRYPT_CERT_RAW_KEY)
        return (c->pkey = raw_key_read(der)) != NULL;
    c->x509 = x509_read(der);
    c->pkey = c->x509 ? X509_get_pubkey(c->x509) : NULL;
    return c->x509;
}

static void cert_judge_key(struct crypt_cert *c)
{
    struct base_text flaw = base_text(c->flaw, sizeof c->flaw);
    if (c->pkey)
        c->is_usable = ossl_kind_of(c->pkey, &c->kind, &flaw);
    else {
        struct base_text text = base_text(c->kind.text, sizeof c->kind.text);
        base_text_add(&text, "unknown");
        base_text_add(&flaw, "of a kind that is not known here");
    }
}

int ossl_cert_new(enum crypt_cert_form form, struct base_span der, size_t max, struct crypt_cert **out,
                  struct base_text *why)
{
    const char *what = form == CRYPT_CERT_X509 ? "certificate" : "public key";
    *out = NULL;
    if (der.len > max || der.len == 0) {
        base_text_add(why, "has %zu bytes, and a %s has at most %zu", der.len, what, max);
        return -EINVAL;
    }
    struct crypt_cert *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->refs = 1;
    c->form = form;
    if ((form != CRYPT_CERT_X509 && form != CRYPT_CERT_RAW_KEY) || !cert_fill(c, der)) {
        base_text_add(why, "is not a well-formed %s", what);
        ossl_cert_put(c);
        ERR_clear_error();
        return -EINVAL;
    }
    cert_judge_key(c);
    ERR_clear_error();
    *out = c;
    return 0;
}

int ossl_cert_parse(enum crypt_cert_form form, struct base_span der, struct crypt_cert **out,
                    struct base_text *why)
{
    int err = ossl_cert_new(form, der, CRYPT_CERT_DER_MAX, out, why);
    if (err == 0 && !(*out)->is_usable) {
        base_text_add(why, "has a key %s", (*out)->flaw);
        ossl_cert_put(*out);
        *out = NULL;
        err = -EINVAL;
    }
    return err;
}

struct crypt_cert *ossl_cert_get(struct crypt_cert *cert)
{
    atomic_fetch_add_explicit(&cert->refs, 1, memory_order_relaxed);
    return cert;
}

void ossl_cert_put(struct crypt_cert *cert)
{
    /* Release what this thread did with it; acquire what all others did, before it goes. */
    if (!cert || atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1)
        return;
    X509_free(cert->x509);
    EVP_PKEY_free(cert->pkey);
    free(cert->der);
    free(cert);
}

struct base_span ossl_cert_der(const struct crypt_cert *cert)
{
    return base_span(cert->der, cert->der_len);
}

static struct base_span name_der(const X509_NAME *name)
{
    const unsigned char *der = NULL;
    size_t len = 0;
    /* It has its encoding from when it was parsed; the library's parameter lacks a const before 3.0. */
    if (X509_NAME_get0_der(name, &der, &len) != 1)
        return BASE_SPAN_NONE;
    return base_span(der, len);
}

struct base_span ossl_cert_subject(const struct crypt_cert *cert)
{
    return cert->x509 ? name_der(X509_get_subject_name(cert->x509)) : BASE_SPAN_NONE;
}

const char *ossl_cert_dn(const X509_NAME *name, char out[OSSL_DN_MAX])
{
    if (ossl_dn_text(name_der(name), out, OSSL_DN_MAX) < 0 || out[0] == '\0')
        memcpy(out, "(no name)", sizeof "(no name)");
    return out;
}

const char *ossl_cert_text(const struct crypt_cert *cert, char out[OSSL_DN_MAX])
{
    if (cert->x509)
        return ossl_cert_dn(X509_get_subject_name(cert->x509), out);
    memcpy(out, "the raw key", sizeof "the raw key");
    return out;
}

bool ossl_cert_same_key(const struct crypt_cert *a, const struct crypt_cert *b)
{
    const bool is_same = a->pkey && b->pkey && EVP_PKEY_eq(a->pkey, b->pkey) == 1;
    ERR_clear_error();
    return is_same;
}

int64_t ossl_cert_time(const ASN1_TIME *time)
{
    struct tm tm;
    return ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : INT64_MIN;
}

bool ossl_cert_key_hash(const X509 *x509, uint8_t out[CRYPT_CA_HASH_BYTES])
{
    unsigned char *der = NULL;
    const int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
    const bool ok = len > 0 && EVP_Digest(der, (size_t)len, out, NULL, ossl_fetch_sha1(), NULL) == 1;
    OPENSSL_free(der);
    ERR_clear_error();
    return ok;
}
