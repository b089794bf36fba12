/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Marks are FNV-1a over the serial number, from a hash of the issuer's name that is the same however the name
 * is encoded. Who gets certificates does not choose either, so nobody makes two of one mark.
 */
#include "ossl_revoked.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include "ossl_cert.h"
#include "ossl_lib.h"
#include "ossl_trust.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)
#define ROOM_MIN  64

static uint64_t revoked_hash(uint64_t hash, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * FNV_PRIME;
    return hash;
}

/* What all marks of an issuer begin with. False: the library failed. */
static bool revoked_issuer(const X509_NAME *name, uint64_t *out)
{
    int ok = 0;
    const uint32_t hash = (uint32_t)X509_NAME_hash_ex(name, ossl_lib(), NULL, &ok);
    const uint8_t bytes[] = {(uint8_t)(hash >> 24), (uint8_t)(hash >> 16), (uint8_t)(hash >> 8),
                             (uint8_t)hash};
    *out = revoked_hash(FNV_BASIS, bytes, sizeof bytes);
    return ok == 1;
}

static uint64_t revoked_mark(uint64_t issuer, const ASN1_INTEGER *serial)
{
    const uint64_t mark =
        revoked_hash(issuer, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
    return mark ? mark : 1;
}

static bool revoked_room(struct ossl_revoked *r, size_t more)
{
    if (r->cap - r->n >= more)
        return true;
    const size_t cap = 2 * r->cap > r->n + more ? 2 * r->cap : r->n + more + ROOM_MIN;
    uint64_t *marks = reallocarray(r->marks, cap, sizeof *marks);
    if (!marks)
        return false;
    r->marks = marks;
    r->cap = cap;
    return true;
}

/* One that a later list takes back (RFC 5280 5.3.1) is not revoked. */
static bool revoked_is_back(const X509_REVOKED *entry)
{
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    const bool is_back = reason && ASN1_ENUMERATED_get(reason) == CRL_REASON_REMOVE_FROM_CRL;
    ASN1_ENUMERATED_free(reason);
    return is_back;
}

bool ossl_revoked_add(struct ossl_revoked *r, X509_CRL *crl)
{
    const STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(crl);
    const int n = all ? sk_X509_REVOKED_num(all) : 0;
    uint64_t issuer;
    if (n <= 0)
        return true;
    if (!revoked_issuer(X509_CRL_get_issuer(crl), &issuer) || !revoked_room(r, (size_t)n))
        return false;
    for (int i = 0; i < n; i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(all, i);
        if (!revoked_is_back(entry))
            r->marks[r->n++] = revoked_mark(issuer, X509_REVOKED_get0_serialNumber(entry));
    }
    return true;
}

static int marks_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void ossl_revoked_sort(struct ossl_revoked *r)
{
    if (r->n)
        qsort(r->marks, r->n, sizeof *r->marks, marks_order);
}

static bool revoked_has(const struct ossl_revoked *r, uint64_t mark)
{
    return mark && r->n && bsearch(&mark, r->marks, r->n, sizeof mark, marks_order);
}

void ossl_revoked_free(struct ossl_revoked *r)
{
    free(r->marks);
    *r = (struct ossl_revoked){0};
}

uint64_t ossl_x509_mark(const X509 *x509)
{
    uint64_t issuer;
    return revoked_issuer(X509_get_issuer_name(x509), &issuer)
               ? revoked_mark(issuer, X509_get0_serialNumber(x509))
               : 0;
}

uint64_t ossl_cert_mark(const struct crypt_cert *cert)
{
    return cert->x509 ? ossl_x509_mark(cert->x509) : 0;
}

bool ossl_trust_lists(const struct crypt_trust *trust, uint64_t mark)
{
    return trust->rules.crl != CRYPT_CRL_OFF && revoked_has(&trust->revoked, mark);
}
