/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A peer's chain against a trust. OpenSSL finds the path and checks signatures, dates, revocation,
 * constraints and critical extensions (RFC 5280 6); here are the caps before that, and after it what IKE asks
 * beyond: usage (RFC 4945 5.1.3), digests and sizes of keys. Nothing is fetched from anywhere.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include "ossl_cert.h"
#include "ossl_lib.h"
#include "ossl_memo.h"
#include "ossl_pki.h"
#include "ossl_trust.h"
#include "ossl_verdict.h"

#define OID_IKE_INTERMEDIATE "1.3.6.1.5.5.8.2.2"

/* What one check needs. */
struct chain {
    const struct crypt_trust *trust;
    enum crypt_purpose purpose;
    int64_t now;
    struct crypt_verdict *verdict;
    struct crypt_cert *leaf;
    STACK_OF(X509) * others; /* owned, as are those in it */
    X509_CRL *crl;           /* that the last error is about; the trust's */
};

/* Says it, with the certificate at its head when there is one. */
__attribute__((format(printf, 5, 6))) static void chain_refuse(struct chain *c, enum crypt_fault fault,
                                                               const X509 *x509, int depth,
                                                               const char *format, ...)
{
    struct base_text words = base_text(c->verdict->words, sizeof c->verdict->words);
    char text[CRYPT_WORDS_MAX];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    c->verdict->fault = fault;
    if (x509)
        ossl_verdict_who(x509, depth, &words);
    base_text_add(&words, "%s", text);
}

/* One certificate of the peer, parsed. NULL: it was said why. */
static struct crypt_cert *chain_parse(struct chain *c, struct base_span der, size_t number)
{
    struct crypt_cert *cert;
    char reason[160];
    struct base_text flaw = base_text(reason, sizeof reason);
    if (der.len > CRYPT_CERT_DER_MAX)
        chain_refuse(c, CRYPT_CHAIN_TOO_BIG, NULL, 0,
                     "certificate %zu of the peer has %zu bytes, and %d are taken at most", number, der.len,
                     CRYPT_CERT_DER_MAX);
    else if (ossl_cert_new(CRYPT_CERT_X509, der, CRYPT_CERT_DER_MAX, &cert, &flaw) < 0)
        chain_refuse(c, CRYPT_CHAIN_MALFORMED, NULL, 0, "certificate %zu of the peer %s", number, reason);
    else
        return cert;
    return NULL;
}

static bool chain_take(struct chain *c, const struct crypt_peer_chain *peer)
{
    if (peer->n_others >= CRYPT_CHAIN_MAX) {
        chain_refuse(c, CRYPT_CHAIN_TOO_LONG, NULL, 0,
                     "the peer sent a chain of %zu certificates, and %d are taken at most",
                     peer->n_others + 1, CRYPT_CHAIN_MAX);
        return false;
    }
    c->others = sk_X509_new_null();
    c->leaf = c->others ? chain_parse(c, peer->leaf, 1) : NULL;
    for (size_t i = 0; c->leaf && i < peer->n_others; i++) {
        struct crypt_cert *cert = chain_parse(c, peer->others[i], i + 2);
        if (!cert)
            return false;
        const bool ok = X509_up_ref(cert->x509) == 1 && sk_X509_push(c->others, cert->x509) > 0;
        ossl_cert_put(cert);
        if (!ok)
            return false;
    }
    return c->leaf;
}

static bool is_listed(const EXTENDED_KEY_USAGE *usages, const char *oid)
{
    ASN1_OBJECT *wanted = OBJ_txt2obj(oid, 1);
    bool found = false;
    for (int i = 0; wanted && !found && i < sk_ASN1_OBJECT_num(usages); i++)
        found = OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), wanted) == 0;
    ASN1_OBJECT_free(wanted);
    return found;
}

static bool usages_serve(const EXTENDED_KEY_USAGE *usages, enum crypt_purpose purpose)
{
    return is_listed(usages, "2.5.29.37.0") /* any */ ||
           is_listed(usages, "1.3.6.1.5.5.7.3.17") /* ipsecIKE */ ||
           is_listed(usages, OID_IKE_INTERMEDIATE) ||
           (purpose != CRYPT_PURPOSE_CLIENT && is_listed(usages, "1.3.6.1.5.5.7.3.1")) ||
           (purpose != CRYPT_PURPOSE_SERVER && is_listed(usages, "1.3.6.1.5.5.7.3.2"));
}

/* Where it restricts its usage, IKE must be in it; that holds for each CA that does, too. */
static bool has_usage(struct chain *c, X509 *x509, int depth)
{
    static const char *const wanted[] = {[CRYPT_PURPOSE_IKE] = "serverAuth, clientAuth",
                                         [CRYPT_PURPOSE_SERVER] = "serverAuth",
                                         [CRYPT_PURPOSE_CLIENT] = "clientAuth"};
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    const bool is_good = !usages || usages_serve(usages, c->purpose);
    EXTENDED_KEY_USAGE_free(usages);
    if (!is_good)
        chain_refuse(
            c, CRYPT_CHAIN_BAD_USAGE, x509, depth,
            " is not made for this: its extended key usage has none of %s, ipsecIKE, iKEIntermediate and "
            "anyExtendedKeyUsage",
            wanted[c->purpose]);
    else if (depth == 0 && (X509_get_extension_flags(x509) & EXFLAG_KUSAGE) &&
             !(X509_get_key_usage(x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))) {
        chain_refuse(c, CRYPT_CHAIN_BAD_USAGE, x509, depth,
                     " may not sign: its key usage has neither digitalSignature nor nonRepudiation");
        return false;
    }
    return is_good;
}

static bool has_strong_key(struct chain *c, X509 *x509, int depth)
{
    EVP_PKEY *pkey = X509_get0_pubkey(x509);
    struct ossl_kind kind;
    char reason[96];
    struct base_text flaw = base_text(reason, sizeof reason);
    if (!pkey)
        base_text_add(&flaw, "of a kind that is not known here");
    else if (ossl_kind_of(pkey, &kind, &flaw))
        return true;
    chain_refuse(c, CRYPT_CHAIN_SMALL_KEY, x509, depth, " has a key %s", reason);
    return false;
}

static bool has_strong_digest(struct chain *c, X509 *x509, int depth)
{
    int digest = NID_undef, kind = NID_undef;
    (void)X509_get_signature_info(x509, &digest, &kind, NULL, NULL);
    switch (digest) {
    case NID_sha256:
    case NID_sha384:
    case NID_sha512:
    case NID_sha3_256:
    case NID_sha3_384:
    case NID_sha3_512:
        return true;
    case NID_sha1:
        if (c->trust->rules.takes_sha1)
            return true;
        break;
    case NID_undef:
        if (kind == NID_ED25519 || kind == NID_ED448) /* they hash by themselves */
            return true;
        break;
    default:
        break;
    }
    chain_refuse(c, CRYPT_CHAIN_WEAK_DIGEST, x509, depth,
                 " is signed by way of %s, which is too weak to prove anything",
                 digest == NID_undef ? "a digest that is not known here" : OBJ_nid2sn(digest));
    return false;
}

/* What the library does not ask; the CA that is trusted needs no proof, so its signature is not looked at. */
static bool chain_is_good(struct chain *c, const STACK_OF(X509) * path)
{
    const int n = sk_X509_num(path);
    for (int i = 0; i < n; i++) {
        X509 *x509 = sk_X509_value(path, i);
        const bool is_trusted = i == n - 1;
        if (!has_strong_key(c, x509, i) ||
            (!is_trusted && (!has_strong_digest(c, x509, i) || !has_usage(c, x509, i))))
            return false;
    }
    return true;
}

/* Whether an error of the library is none to us: lists of revoked ones, where they are not required. */
static bool is_tolerated(X509_STORE_CTX *store, const struct chain *c)
{
    const int error = X509_STORE_CTX_get_error(store);
    const STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(store);
    const bool is_trusted = X509_STORE_CTX_get_error_depth(store) == sk_X509_num(path) - 1;
    switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_CRL: /* the CA that is trusted need not be on a list */
        return is_trusted || c->trust->rules.crl == CRYPT_CRL_IF_THERE;
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_HAS_EXPIRED: /* what it revokes stays revoked */
    case X509_V_ERR_CRL_NOT_YET_VALID:
        return c->trust->rules.crl == CRYPT_CRL_IF_THERE;
    default:
        return false;
    }
}

static int chain_on_error(int ok, X509_STORE_CTX *store)
{
    struct chain *c = X509_STORE_CTX_get_app_data(store);
    if (!ok)
        c->crl = X509_STORE_CTX_get0_current_crl(store); /* which the library forgets before it returns */
    if (ok || !is_tolerated(store, c))
        return ok;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

/* What of a good path a list may name later: all but the CA at its end, which is trusted by itself. */
static void chain_note_path(struct chain *c, const STACK_OF(X509) * path)
{
    struct crypt_marks *m = &c->verdict->path;
    for (int i = 0; i + 1 < sk_X509_num(path) && m->n < CRYPT_MARKS_MAX; i++)
        m->at[m->n++] = ossl_x509_mark(sk_X509_value(path, i));
}

static void chain_check(struct chain *c, X509_STORE_CTX *store)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(store);
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN; /* an intermediate CA may be what is trusted */
    if (c->trust->rules.crl != CRYPT_CRL_OFF)
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    X509_VERIFY_PARAM_set_flags(param, flags);
    X509_VERIFY_PARAM_set_time(param, (time_t)c->now);
    X509_VERIFY_PARAM_set_depth(param, CRYPT_CHAIN_MAX);
    X509_VERIFY_PARAM_set_auth_level(param, 0); /* chain_is_good() judges keys and digests */
    X509_STORE_CTX_set_app_data(store, c);
    X509_STORE_CTX_set_verify_cb(store, chain_on_error);
    if (X509_verify_cert(store) != 1 || X509_STORE_CTX_get_error(store) != X509_V_OK) {
        ossl_verdict_of(store, c->crl, c->trust, c->now, c->verdict);
        return;
    }
    const STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(store);
    if (!chain_is_good(c, path) ||
        !ossl_cert_key_hash(sk_X509_value(path, sk_X509_num(path) - 1), c->verdict->ca))
        return;
    chain_note_path(c, path);
    c->verdict->fault = CRYPT_CHAIN_GOOD;
}

static void chain_verify_anew(struct chain *c, const struct crypt_peer_chain *peer)
{
    if (!chain_take(c, peer))
        return;
    X509_STORE_CTX *store = X509_STORE_CTX_new_ex(ossl_lib(), NULL);
    if (store && X509_STORE_CTX_init(store, c->trust->store, c->leaf->x509, c->others) == 1)
        chain_check(c, store);
    X509_STORE_CTX_free(store);
}

/* Until when, and from when on, the verdict is what it is now. */
static struct ossl_memo_span chain_span(const struct chain *c)
{
    struct ossl_memo_span span = ossl_trust_span(c->trust, c->now);
    for (int i = -1; i < sk_X509_num(c->others); i++) {
        const X509 *x509 = i < 0 ? c->leaf->x509 : sk_X509_value(c->others, i);
        ossl_memo_narrow(&span, ossl_cert_time(X509_get0_notBefore(x509)), c->now);
        ossl_memo_narrow(&span, ossl_cert_time(X509_get0_notAfter(x509)), c->now);
    }
    return span;
}

enum crypt_fault ossl_chain_verify(const struct crypt_trust *trust, const struct crypt_peer_chain *peer,
                                   enum crypt_purpose purpose, int64_t now, struct crypt_verdict *verdict,
                                   struct crypt_cert **leaf)
{
    struct chain c = {trust, purpose, now, verdict, NULL, NULL, NULL};
    struct ossl_memo_key key;
    const bool has_key = peer->n_others < CRYPT_CHAIN_MAX && ossl_memo_key(peer, purpose, &key);
    *verdict = (struct crypt_verdict){.fault = CRYPT_CHAIN_FAILED};
    *leaf = has_key ? ossl_memo_find(trust->memo, &key, now, verdict) : NULL;
    if (*leaf)
        return verdict->fault = CRYPT_CHAIN_GOOD;
    chain_verify_anew(&c, peer);
    if (verdict->fault == CRYPT_CHAIN_GOOD && has_key)
        ossl_memo_keep(trust->memo, &key, chain_span(&c), c.leaf, verdict);
    if (verdict->fault == CRYPT_CHAIN_FAILED && verdict->words[0] == '\0')
        chain_refuse(&c, CRYPT_CHAIN_FAILED, NULL, 0,
                     "the peer's certificate could not be checked: OpenSSL failed, or memory is short here");
    if (verdict->fault == CRYPT_CHAIN_GOOD) {
        *leaf = c.leaf;
        c.leaf = NULL;
    }
    ossl_cert_put(c.leaf);
    sk_X509_pop_free(c.others, X509_free);
    ERR_clear_error();
    return verdict->fault;
}
