/* SPDX-License-Identifier: BSD-3-Clause */
/* What a connection trusts: CA certificates and revocation lists, from files and folders. */
#include "ossl_trust.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base_file.h"
#include "ossl_cert.h"
#include "ossl_certs.h"
#include "ossl_lib.h"
#include "ossl_pki.h"
#include "ossl_sniff.h"

#define TRUST_PATH_MAX 4096

struct crypt_trust *ossl_trust_new(const struct crypt_trust_rules *rules)
{
    struct crypt_trust *trust = calloc(1, sizeof *trust);
    if (!trust)
        return NULL;
    trust->refs = 1;
    trust->rules = *rules;
    trust->store = X509_STORE_new();
    trust->memo = ossl_memo_new();
    if (trust->store && trust->memo)
        return trust;
    ossl_trust_put(trust);
    return NULL;
}

struct crypt_trust *ossl_trust_get(struct crypt_trust *trust)
{
    atomic_fetch_add_explicit(&trust->refs, 1, memory_order_relaxed);
    return trust;
}

void ossl_trust_put(struct crypt_trust *trust)
{
    /* Release what this thread did with it; acquire what all others did, before it goes. */
    if (!trust || atomic_fetch_sub_explicit(&trust->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < trust->n_cas; i++)
        ossl_cert_put(trust->cas[i]);
    free(trust->cas);
    free(trust->dates);
    ossl_revoked_free(&trust->revoked);
    ossl_memo_free(trust->memo);
    X509_STORE_free(trust->store);
    free(trust);
}

/* One block of a file on its way into the trust. */
struct adding {
    struct crypt_trust *trust;
    const char *name;
    struct base_text *why;
};

static int is_good_ca(const struct adding *a, const struct crypt_cert *cert)
{
    char dn[OSSL_DN_MAX];
    if (X509_check_ca(cert->x509) == 0)
        base_text_add(a->why,
                      "%s: the certificate of %s in it is no CA (basicConstraints does not say CA:TRUE); a "
                      "CA certificate was expected",
                      a->name, ossl_cert_text(cert, dn));
    else if (!cert->is_usable)
        base_text_add(a->why, "%s: the CA %s has a key %s", a->name, ossl_cert_text(cert, dn), cert->flaw);
    else
        return 0;
    return -EINVAL;
}

/* NULL: there is no such date. */
static bool trust_note_date(struct crypt_trust *trust, const ASN1_TIME *date)
{
    if (trust->n_dates == trust->dates_cap) {
        const size_t cap = trust->dates_cap ? 2 * trust->dates_cap : 8;
        int64_t *more = realloc(trust->dates, cap * sizeof *more);
        if (!more)
            return false;
        trust->dates = more;
        trust->dates_cap = cap;
    }
    if (date)
        trust->dates[trust->n_dates++] = ossl_cert_time(date);
    return true;
}

struct ossl_memo_span ossl_trust_span(const struct crypt_trust *trust, int64_t now)
{
    struct ossl_memo_span span = ossl_memo_always();
    for (size_t i = 0; i < trust->n_dates; i++)
        ossl_memo_narrow(&span, trust->dates[i], now);
    return span;
}

static int trust_keep(struct crypt_trust *trust, struct crypt_cert *cert)
{
    if (trust->n_cas == trust->cap) {
        const size_t cap = trust->cap ? 2 * trust->cap : 4;
        struct crypt_cert **more = cap <= OSSL_TRUST_CAS_MAX ? realloc(trust->cas, cap * sizeof *more) : NULL;
        if (!more)
            return -ENOMEM;
        trust->cas = more;
        trust->cap = cap;
    }
    if (!trust_note_date(trust, X509_get0_notBefore(cert->x509)) ||
        !trust_note_date(trust, X509_get0_notAfter(cert->x509)) ||
        X509_STORE_add_cert(trust->store, cert->x509) != 1)
        return -ENOMEM;
    trust->cas[trust->n_cas++] = ossl_cert_get(cert);
    return 0;
}

static bool has_ca(const struct crypt_trust *trust, const struct crypt_cert *cert)
{
    for (size_t i = 0; i < trust->n_cas; i++)
        if (X509_cmp(trust->cas[i]->x509, cert->x509) == 0)
            return true;
    return false;
}

static int add_ca(void *ctx, struct base_span der)
{
    struct adding *a = ctx;
    struct crypt_cert *cert;
    char reason[160];
    struct base_text flaw = base_text(reason, sizeof reason);
    int err = ossl_cert_new(CRYPT_CERT_X509, der, OSSL_FILE_MAX, &cert, &flaw);
    if (err < 0) {
        base_text_add(a->why, "%s: one of its parts %s", a->name, reason);
        return err;
    }
    err = is_good_ca(a, cert);
    if (err == 0 && !has_ca(a->trust, cert)) {
        err = trust_keep(a->trust, cert);
        if (err < 0)
            base_text_add(a->why, "%s: no memory, or more than %d CAs for one connection", a->name,
                          OSSL_TRUST_CAS_MAX);
    }
    ossl_cert_put(cert);
    return err;
}

/* The list's own CA of the trust has signed it (*is_ours), or its CA is not in the trust. */
static int crl_judge(const struct adding *a, X509_CRL *crl, bool *is_ours)
{
    char dn[OSSL_DN_MAX];
    const X509_NAME *issuer = X509_CRL_get_issuer(crl);
    bool is_known = false;
    for (size_t i = 0; i < a->trust->n_cas; i++) {
        const struct crypt_cert *ca = a->trust->cas[i];
        if (X509_NAME_cmp(X509_get_subject_name(ca->x509), issuer) != 0)
            continue;
        is_known = true;
        *is_ours = X509_CRL_verify(crl, ca->pkey) == 1;
        if (*is_ours)
            return 0;
    }
    if (!is_known) /* of a CA below those, that a peer will send */
        return 0;
    base_text_add(a->why, "%s: the revocation list of %s in it is not signed by the CA of that name", a->name,
                  ossl_cert_dn(issuer, dn));
    return -EINVAL;
}

static int add_crl(void *ctx, struct base_span der)
{
    struct adding *a = ctx;
    const unsigned char *pos = der.ptr;
    X509_REVOKED *unused;
    X509_CRL *crl = X509_CRL_new_ex(ossl_lib(), NULL);
    bool is_ours = false;
    int err = -EINVAL;
    if (crl && d2i_X509_CRL(&crl, &pos, (long)der.len) && pos == der.ptr + der.len)
        err = crl_judge(a, crl, &is_ours);
    else
        base_text_add(a->why, "%s: a revocation list in it is damaged", a->name);
    if (err == 0) {
        /* The first look-up sorts the list: not in a handshake. */
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        if (serial)
            (void)X509_CRL_get0_by_serial(crl, &unused, serial);
        ASN1_INTEGER_free(serial);
        const bool is_kept = trust_note_date(a->trust, X509_CRL_get0_lastUpdate(crl)) &&
                             trust_note_date(a->trust, X509_CRL_get0_nextUpdate(crl)) &&
                             X509_STORE_add_crl(a->trust->store, crl) == 1 &&
                             (!is_ours || ossl_revoked_add(&a->trust->revoked, crl));
        err = is_kept ? 0 : -ENOMEM;
        a->trust->n_crls += err == 0;
        if (err < 0)
            base_text_add(a->why, "%s: no memory for a revocation list", a->name);
    }
    X509_CRL_free(crl);
    return err;
}

/* What is added, and how it is called. */
struct trust_kind {
    enum ossl_holds holds;
    const char *wanted;
    size_t file_max;
    int (*add)(void *ctx, struct base_span der);
};

static const struct trust_kind trust_cas = {OSSL_HOLDS_CERT, "a CA certificate", OSSL_FILE_MAX, add_ca};
static const struct trust_kind trust_crls = {OSSL_HOLDS_CRL, "a revocation list (CRL)", OSSL_CRL_FILE_MAX,
                                             add_crl};

static int trust_read(struct crypt_trust *trust, const struct trust_kind *kind, const char *name,
                      struct base_span bytes, struct base_text *why)
{
    struct adding a = {trust, name, why};
    const size_t said = why->len;
    const unsigned holds = ossl_sniff(bytes);
    if (!(holds & kind->holds)) {
        base_text_add(why, "%s holds ", name);
        ossl_sniff_text(holds, bytes, why);
        base_text_add(why, ", and %s was expected", kind->wanted);
        return -EINVAL;
    }
    const int err = ossl_sniff_each(bytes, kind->holds, kind->add, &a);
    ossl_revoked_sort(&trust->revoked);
    if (err < 0 && why->len == said)
        base_text_add(why, "%s: a PEM block in it is damaged", name);
    ERR_clear_error();
    return err;
}

static int trust_file(struct crypt_trust *trust, const struct trust_kind *kind, const char *path,
                      bool passes_others, struct base_text *why)
{
    struct base_file file;
    int err = base_file_read(path, kind->file_max, false, &file, why);
    if (err < 0)
        return err;
    if (!passes_others || (ossl_sniff(base_file_span(&file)) & kind->holds))
        err = trust_read(trust, kind, path, base_file_span(&file), why);
    base_file_free(&file);
    return err;
}

static int trust_entry(struct crypt_trust *trust, const struct trust_kind *kind, const char *folder,
                       const char *name, struct base_text *why)
{
    char path[TRUST_PATH_MAX];
    struct stat st;
    const int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (name[0] == '.' || n < 0 || (size_t)n >= sizeof path || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    return trust_file(trust, kind, path, true, why);
}

/* In the order of names, so that the same folder always makes the same trust. */
static int trust_folder(struct crypt_trust *trust, const struct trust_kind *kind, const char *folder,
                        struct base_text *why)
{
    struct dirent **entries;
    const size_t before = trust->n_cas + trust->n_crls;
    const int n = scandir(folder, &entries, NULL, alphasort);
    int err = 0;
    if (n < 0) {
        err = -errno;
        base_text_add(why, "cannot read the folder %s: %s", folder, strerror(-err));
        return err;
    }
    for (int i = 0; i < n; i++) {
        if (err == 0)
            err = trust_entry(trust, kind, folder, entries[i]->d_name, why);
        free(entries[i]);
    }
    free(entries);
    if (err == 0 && kind == &trust_cas && trust->n_cas + trust->n_crls == before) {
        base_text_add(why, "no file in the folder %s holds %s", folder, kind->wanted);
        err = -EINVAL;
    }
    return err;
}

static int trust_add(struct crypt_trust *trust, const struct trust_kind *kind, const char *where,
                     struct base_text *why)
{
    struct stat st;
    if (stat(where, &st) == 0 && S_ISDIR(st.st_mode))
        return trust_folder(trust, kind, where, why);
    return trust_file(trust, kind, where, false, why);
}

int ossl_trust_add_cas(struct crypt_trust *trust, const char *where, struct base_text *why)
{
    return trust_add(trust, &trust_cas, where, why);
}

int ossl_trust_add_crls(struct crypt_trust *trust, const char *where, struct base_text *why)
{
    return trust_add(trust, &trust_crls, where, why);
}

int ossl_trust_read_cas(struct crypt_trust *trust, const char *name, struct base_span bytes,
                        struct base_text *why)
{
    return trust_read(trust, &trust_cas, name, bytes, why);
}

int ossl_trust_read_crls(struct crypt_trust *trust, const char *name, struct base_span bytes,
                         struct base_text *why)
{
    return trust_read(trust, &trust_crls, name, bytes, why);
}

size_t ossl_trust_count(const struct crypt_trust *trust)
{
    return trust->n_cas;
}

const struct crypt_cert *ossl_trust_ca(const struct crypt_trust *trust, size_t n)
{
    return n < trust->n_cas ? trust->cas[n] : NULL;
}

size_t ossl_trust_hashes(const struct crypt_trust *trust, uint8_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < trust->n_cas && n < max; i++)
        n += ossl_cert_key_hash(trust->cas[i]->x509, out + n * CRYPT_CA_HASH_BYTES);
    return n;
}

size_t ossl_certs_hashes(const struct crypt_certs *certs, const struct crypt_trust *trust, uint8_t *out,
                         size_t max)
{
    size_t n = 0;
    for (size_t i = 1; i < certs->n && n < max; i++)
        if (certs->at[i]->x509)
            n += ossl_cert_key_hash(certs->at[i]->x509, out + n * CRYPT_CA_HASH_BYTES);
    const X509 *last = certs->n ? certs->at[certs->n - 1]->x509 : NULL;
    for (size_t i = 0; trust && last && i < trust->n_cas && n < max; i++)
        if (X509_check_issued(trust->cas[i]->x509, (X509 *)last) == X509_V_OK)
            n += ossl_cert_key_hash(trust->cas[i]->x509, out + n * CRYPT_CA_HASH_BYTES);
    ERR_clear_error();
    return n;
}
