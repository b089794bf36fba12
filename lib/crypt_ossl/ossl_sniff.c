/* SPDX-License-Identifier: BSD-3-Clause */
/* What bytes of a file are: PEM by its labels (RFC 7468), DER by what takes it whole. */
#include "ossl_sniff.h"

#include <errno.h>
#include <limits.h>
#include <openssl/asn1t.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>
#include "ossl_lib.h"

#define PEM_BEGIN "-----BEGIN "

static const struct {
    const char *label;
    unsigned holds;
} labels[] = {
    {"PRIVATE KEY", OSSL_HOLDS_KEY},
    {"RSA PRIVATE KEY", OSSL_HOLDS_KEY},
    {"EC PRIVATE KEY", OSSL_HOLDS_KEY},
    {"ENCRYPTED PRIVATE KEY", OSSL_HOLDS_LOCKED_KEY},
    {"CERTIFICATE", OSSL_HOLDS_CERT},
    {"TRUSTED CERTIFICATE", OSSL_HOLDS_OTHER},
    {"X509 CERTIFICATE", OSSL_HOLDS_CERT},
    {"PUBLIC KEY", OSSL_HOLDS_PUBLIC},
    {"X509 CRL", OSSL_HOLDS_CRL},
    {"CERTIFICATE REQUEST", OSSL_HOLDS_REQUEST},
    {"NEW CERTIFICATE REQUEST", OSSL_HOLDS_REQUEST},
};

static unsigned label_holds(const char *label, size_t len)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strlen(labels[i].label) == len && memcmp(labels[i].label, label, len) == 0)
            return labels[i].holds;
    return OSSL_HOLDS_OTHER;
}

/* The set of labels of PEM; 0: there is no PEM in it. */
static unsigned pem_holds(struct base_span bytes)
{
    unsigned holds = 0;
    const char *at = (const char *)bytes.ptr, *end = at + bytes.len;
    while (at < end && (at = memmem(at, (size_t)(end - at), PEM_BEGIN, strlen(PEM_BEGIN)))) {
        at += strlen(PEM_BEGIN);
        const char *stop = memmem(at, (size_t)(end - at), "-----", 5);
        if (!stop)
            break;
        holds |= OSSL_HOLDS_PEM | label_holds(at, (size_t)(stop - at));
        at = stop;
    }
    if ((holds & OSSL_HOLDS_KEY) && memmem(bytes.ptr, bytes.len, "Proc-Type: 4,ENCRYPTED", 22))
        holds = (holds & ~(unsigned)OSSL_HOLDS_KEY) | OSSL_HOLDS_LOCKED_KEY;
    return holds;
}

/* Whether the bytes are exactly one of these. */
static bool der_is(struct base_span bytes, const ASN1_ITEM *item)
{
    const unsigned char *pos = bytes.ptr;
    ASN1_VALUE *value = ASN1_item_d2i(NULL, &pos, (long)bytes.len, item);
    ASN1_item_free(value, item);
    return value && pos == bytes.ptr + bytes.len;
}

/* Whether the bytes begin as SEQUENCE, and the first in it is an INTEGER, as in all that is a private key. */
static bool begins_with_number(struct base_span bytes)
{
    struct base_reader r = base_reader(bytes);
    const uint8_t tag = base_read_u8(&r), len = base_read_u8(&r);
    if (len > 0x80)
        base_read_span(&r, len & 0x7f);
    return tag == V_ASN1_SEQUENCE + V_ASN1_CONSTRUCTED && base_read_u8(&r) == V_ASN1_INTEGER;
}

static bool der_is_key(struct base_span bytes)
{
    if (!begins_with_number(bytes)) /* the library's trials are many and slow */
        return false;
    const unsigned char *pos = bytes.ptr;
    EVP_PKEY *pkey = d2i_AutoPrivateKey_ex(NULL, &pos, (long)bytes.len, ossl_lib(), NULL);
    EVP_PKEY_free(pkey);
    return pkey;
}

static unsigned der_holds(struct base_span bytes)
{
    if (bytes.len == 0 || bytes.len > INT_MAX)
        return 0;
    if (der_is(bytes, ASN1_ITEM_rptr(X509)))
        return OSSL_HOLDS_CERT;
    if (der_is(bytes, ASN1_ITEM_rptr(X509_CRL)))
        return OSSL_HOLDS_CRL;
    if (der_is(bytes, ASN1_ITEM_rptr(X509_REQ)))
        return OSSL_HOLDS_REQUEST;
    if (der_is(bytes, ASN1_ITEM_rptr(PKCS12)))
        return OSSL_HOLDS_PKCS12;
    if (der_is(bytes, ASN1_ITEM_rptr(X509_PUBKEY)))
        return OSSL_HOLDS_PUBLIC;
    if (der_is(bytes, ASN1_ITEM_rptr(X509_SIG)))
        return OSSL_HOLDS_LOCKED_KEY;
    return der_is_key(bytes) ? OSSL_HOLDS_KEY : 0;
}

unsigned ossl_sniff(struct base_span bytes)
{
    const unsigned pem = bytes.len ? pem_holds(bytes) : 0;
    const unsigned holds = pem ? pem : der_holds(bytes);
    ERR_clear_error();
    return holds;
}

void ossl_sniff_text(unsigned holds, struct base_span bytes, struct base_text *out)
{
    static const struct {
        unsigned bit;
        const char *text;
    } texts[] = {
        {OSSL_HOLDS_CERT, "a certificate"},
        {OSSL_HOLDS_KEY, "a private key"},
        {OSSL_HOLDS_LOCKED_KEY, "an encrypted private key"},
        {OSSL_HOLDS_PUBLIC, "a public key"},
        {OSSL_HOLDS_PKCS12, "a PKCS#12 archive"},
        {OSSL_HOLDS_CRL, "a revocation list"},
        {OSSL_HOLDS_REQUEST, "a request for a certificate"},
        {OSSL_HOLDS_OTHER, "PEM of another kind"},
    };
    bool is_first = true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (holds & texts[i].bit) {
            base_text_add(out, "%s%s", is_first ? "" : " and ", texts[i].text);
            is_first = false;
        }
    if (is_first && bytes.len == 0)
        base_text_add(out, "nothing, it is empty");
    else if (is_first)
        base_text_add(out,
                      "nothing that is known here (%zu bytes, neither PEM nor DER of keys or certificates)",
                      bytes.len);
}

/* One block of PEM: 1 taken or passed over, 0 there is none left, or what fn returned. */
static int pem_next(BIO *bio, enum ossl_holds kind, int (*fn)(void *ctx, struct base_span der), void *ctx)
{
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long len = 0;
    if (PEM_read_bio(bio, &name, &header, &data, &len) != 1) {
        const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        return is_end ? 0 : -EINVAL;
    }
    int result = 1;
    if (label_holds(name, strlen(name)) == (unsigned)kind) {
        const int err = fn(ctx, base_span(data, (size_t)len));
        result = err ? err : 1;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, (size_t)len);
    return result;
}

int ossl_sniff_each(struct base_span bytes, enum ossl_holds kind, int (*fn)(void *ctx, struct base_span der),
                    void *ctx)
{
    const unsigned holds = ossl_sniff(bytes);
    if (!(holds & kind))
        return 0;
    if (!(holds & OSSL_HOLDS_PEM))
        return fn(ctx, bytes);
    BIO *bio = BIO_new_mem_buf(bytes.ptr, (int)bytes.len);
    int err = bio ? 1 : -ENOMEM;
    while (err == 1)
        err = pem_next(bio, kind, fn, ctx);
    BIO_free(bio);
    ERR_clear_error();
    return err;
}
