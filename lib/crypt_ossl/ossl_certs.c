/* SPDX-License-Identifier: BSD-3-Clause */
/* Chains of our own: taken from a file, put in order, refused when a part does not belong to them. */
#include "ossl_certs.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include "ossl_cert.h"
#include "ossl_sniff.h"

void ossl_certs_put(struct crypt_certs *certs)
{
    for (size_t i = 0; i < certs->n; i++)
        ossl_cert_put(certs->at[i]);
    *certs = (struct crypt_certs){0};
}

static bool is_issuer(const struct crypt_cert *issuer, const struct crypt_cert *subject)
{
    return issuer->x509 && subject->x509 && X509_check_issued(issuer->x509, subject->x509) == X509_V_OK;
}

int ossl_certs_order(const char *name, struct crypt_certs *certs, struct base_text *why)
{
    char dn[OSSL_DN_MAX], first[OSSL_DN_MAX];
    for (size_t i = 1; i < certs->n; i++) {
        size_t at = i;
        while (at < certs->n && !is_issuer(certs->at[at], certs->at[i - 1]))
            at++;
        if (at == certs->n) {
            base_text_add(why,
                          "%s: the certificate of %s in it does not belong to the chain of %s, its first",
                          name, ossl_cert_text(certs->at[i], dn), ossl_cert_text(certs->at[0], first));
            ERR_clear_error();
            return -EINVAL;
        }
        struct crypt_cert *issuer = certs->at[at];
        certs->at[at] = certs->at[i];
        certs->at[i] = issuer;
    }
    ERR_clear_error();
    return 0;
}

size_t ossl_certs_append(struct crypt_certs *certs, struct crypt_certs *from)
{
    const size_t had = certs->n;
    size_t i = 0;
    while (certs->n > 0 && certs->n < CRYPT_CHAIN_MAX && i < from->n) {
        if (!is_issuer(from->at[i], certs->at[certs->n - 1])) {
            i++;
            continue;
        }
        certs->at[certs->n++] = from->at[i];
        from->at[i] = from->at[--from->n];
        i = 0;
    }
    ERR_clear_error();
    return certs->n - had;
}

/* What the taking of one block needs. */
struct taking {
    const char *name;
    enum crypt_cert_form form;
    struct crypt_certs *certs;
    struct base_text *why;
};

static int take_one(void *ctx, struct base_span der)
{
    struct taking *t = ctx;
    struct crypt_cert *cert;
    char reason[160];
    struct base_text flaw = base_text(reason, sizeof reason);
    if (t->certs->n == CRYPT_CHAIN_MAX) {
        base_text_add(t->why, "%s holds more than %d certificates; a chain of its own has no more", t->name,
                      CRYPT_CHAIN_MAX);
        return -EINVAL;
    }
    const int err = ossl_cert_new(t->form, der, CRYPT_CERT_DER_MAX, &cert, &flaw);
    if (err < 0) {
        base_text_add(t->why, "%s: part %zu of it %s", t->name, t->certs->n + 1, reason);
        return err;
    }
    if (!cert->is_usable) {
        char dn[OSSL_DN_MAX];
        base_text_add(t->why, "%s: %s has a key %s", t->name, ossl_cert_text(cert, dn), cert->flaw);
        ossl_cert_put(cert);
        return -EINVAL;
    }
    t->certs->at[t->certs->n++] = cert;
    return 0;
}

int ossl_certs_take(const char *name, struct base_span bytes, enum crypt_cert_form form,
                    struct crypt_certs *certs, struct base_text *why)
{
    struct taking t = {name, form, certs, why};
    const size_t said = why->len;
    const int err =
        ossl_sniff_each(bytes, form == CRYPT_CERT_X509 ? OSSL_HOLDS_CERT : OSSL_HOLDS_PUBLIC, take_one, &t);
    if (err < 0 && why->len == said)
        base_text_add(why, "%s: a PEM block in it is damaged", name);
    return err;
}
