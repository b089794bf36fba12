/* SPDX-License-Identifier: BSD-3-Clause */
/* Faults of chains in words: which certificate, which date, and what to do about it, here or at the peer. */
#include "ossl_verdict.h"

#include <inttypes.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <time.h>
#include "ossl_cert.h"
#include "ossl_trust.h"

void ossl_verdict_date(int64_t seconds, struct base_text *out)
{
    const time_t t = (time_t)seconds;
    struct tm tm;
    char text[64];
    if (seconds != INT64_MIN && gmtime_r(&t, &tm) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm) > 0)
        base_text_add(out, "%s", text);
    else
        base_text_add(out, "a date that cannot be read");
}

void ossl_verdict_who(const X509 *x509, int depth, struct base_text *out)
{
    char dn[OSSL_DN_MAX];
    base_text_add(out, depth == 0 ? "the peer's certificate (%s)" : "the CA certificate of %s above it",
                  x509 ? ossl_cert_dn(X509_get_subject_name(x509), dn) : "unknown");
}

/* What an error of the library is to us. */
static const struct {
    int error;
    enum crypt_fault fault;
    const char *text; /* follows who; NULL: a function of its own writes the words */
} faults[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, CRYPT_CHAIN_EXPIRED, NULL},
    {X509_V_ERR_CERT_NOT_YET_VALID, CRYPT_CHAIN_NOT_YET_VALID, NULL},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CRYPT_CHAIN_NO_PATH, NULL},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, CRYPT_CHAIN_NO_PATH, NULL},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, CRYPT_CHAIN_NO_PATH, NULL},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, CRYPT_CHAIN_WRONG_CA, NULL},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, CRYPT_CHAIN_WRONG_CA, NULL},
    {X509_V_ERR_CERT_REVOKED, CRYPT_CHAIN_REVOKED, NULL},
    {X509_V_ERR_UNABLE_TO_GET_CRL, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_CRL_HAS_EXPIRED, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_CRL_NOT_YET_VALID, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE, CRYPT_CHAIN_NO_CRL, NULL},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, CRYPT_CHAIN_BAD_SIGNATURE,
     "is not signed by the CA that it names: it was changed, or another CA has the same name"},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, CRYPT_CHAIN_BAD_SIGNATURE,
     "has a signature that cannot be read"},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, CRYPT_CHAIN_SMALL_KEY,
     "has a key of a kind that is not known here"},
    {X509_V_ERR_INVALID_CA, CRYPT_CHAIN_NOT_A_CA,
     "has issued another, but it is no CA: somebody used the "
     "certificate of an end to make one"},
    {X509_V_ERR_INVALID_NON_CA, CRYPT_CHAIN_NOT_A_CA, "is a CA's, and not one of an end"},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, CRYPT_CHAIN_NOT_A_CA,
     "has issued another, but its key usage does not allow it (keyCertSign)"},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, CRYPT_CHAIN_PATH_LENGTH,
     "allows fewer CAs below it than there are (pathlen of its basicConstraints)"},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, CRYPT_CHAIN_TOO_LONG, "has too many CAs above it"},
    {X509_V_ERR_PERMITTED_VIOLATION, CRYPT_CHAIN_NAME_CONSTRAINT,
     "has a name that a CA above it may not give out (nameConstraints, permitted)"},
    {X509_V_ERR_EXCLUDED_VIOLATION, CRYPT_CHAIN_NAME_CONSTRAINT,
     "has a name that a CA above it is forbidden to give out (nameConstraints, excluded)"},
    {X509_V_ERR_SUBTREE_MINMAX, CRYPT_CHAIN_NAME_CONSTRAINT,
     "is under name constraints that are not known here"},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, CRYPT_CHAIN_NAME_CONSTRAINT,
     "is under a name constraint of a type that is not known here"},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, CRYPT_CHAIN_NAME_CONSTRAINT,
     "is under a name constraint that is malformed"},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, CRYPT_CHAIN_NAME_CONSTRAINT,
     "has a name that cannot be held against name constraints"},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, CRYPT_CHAIN_CRITICAL,
     "has an extension that is marked critical and is not known here (RFC 5280 4.2)"},
    {X509_V_ERR_INVALID_EXTENSION, CRYPT_CHAIN_MALFORMED, "has a malformed extension"},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, CRYPT_CHAIN_MALFORMED, "has a malformed date"},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, CRYPT_CHAIN_MALFORMED, "has a malformed date"},
    {X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, CRYPT_CHAIN_SMALL_KEY, "spells out the parameters of its curve"},
    {X509_V_ERR_OUT_OF_MEM, CRYPT_CHAIN_FAILED, "could not be checked, for memory is short here"},
};

static void words_of_time(const X509 *x509, bool is_over, int64_t now, struct base_text *out)
{
    const ASN1_TIME *limit = is_over ? X509_get0_notAfter(x509) : X509_get0_notBefore(x509);
    base_text_add(out, is_over ? " expired on " : " is not valid before ");
    ossl_verdict_date(ossl_cert_time(limit), out);
    base_text_add(out, ", and here it is ");
    ossl_verdict_date(now, out);
    base_text_add(out, is_over ? ": it needs a new one"
                               : ": wait, or correct the clock of this machine or of the CA");
}

/* Whether the trust has a CA of this name, hence with another key. */
static bool has_name(const struct crypt_trust *trust, const X509_NAME *name)
{
    for (size_t i = 0; i < trust->n_cas; i++)
        if (X509_NAME_cmp(X509_get_subject_name(trust->cas[i]->x509), name) == 0)
            return true;
    return false;
}

static void list_cas(const struct crypt_trust *trust, struct base_text *out)
{
    char dn[OSSL_DN_MAX];
    if (trust->n_cas == 0)
        base_text_add(out, "; no CA is trusted here at all");
    else
        base_text_add(out, "; trusted here %s: %s%s", trust->n_cas == 1 ? "is" : "are",
                      ossl_cert_text(trust->cas[0], dn), trust->n_cas > 1 ? " and others" : "");
}

static void words_of_path(const X509 *x509, const struct crypt_trust *trust, enum crypt_fault *fault,
                          struct base_text *out)
{
    char dn[OSSL_DN_MAX];
    const X509_NAME *issuer = X509_get_issuer_name(x509);
    if (*fault == CRYPT_CHAIN_WRONG_CA) {
        base_text_add(out,
                      " is signed by itself and not among the CAs that are trusted here: it would have to be "
                      "added to them");
    } else if (has_name(trust, issuer)) {
        *fault = CRYPT_CHAIN_WRONG_CA;
        base_text_add(out, " is issued by %s: a CA of that name is trusted here, but it has another key",
                      ossl_cert_dn(issuer, dn));
        return;
    } else
        base_text_add(
            out,
            " is issued by %s, which is not trusted here, and the peer sent no certificate that leads "
            "on from there: trust that CA, or let the peer send its intermediate certificates",
            ossl_cert_dn(issuer, dn));
    list_cas(trust, out);
}

static void words_of_revocation(X509_CRL *crl, const X509 *x509, struct base_text *out)
{
    X509_REVOKED *entry;
    base_text_add(out, " was revoked by its CA");
    if (crl && X509_CRL_get0_by_cert(crl, &entry, (X509 *)x509) == 1) {
        base_text_add(out, " on ");
        ossl_verdict_date(ossl_cert_time(X509_REVOKED_get0_revocationDate(entry)), out);
    }
    base_text_add(out, ": its owner needs a new one");
}

static void words_of_crl(int error, const X509_CRL *crl, const X509 *x509, struct base_text *out)
{
    char dn[OSSL_DN_MAX];
    const ASN1_TIME *next = crl ? X509_CRL_get0_nextUpdate(crl) : NULL;
    const char *issuer = ossl_cert_dn(X509_get_issuer_name(x509), dn);
    if (error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_DIFFERENT_CRL_SCOPE)
        base_text_add(
            out, " cannot be held against a revocation list: there is none of %s here, and one is required",
            issuer);
    else if (error == X509_V_ERR_CRL_HAS_EXPIRED && next) {
        base_text_add(out, " cannot be held against a revocation list: that of %s ended on ", issuer);
        ossl_verdict_date(ossl_cert_time(next), out);
    } else if (error == X509_V_ERR_CRL_NOT_YET_VALID)
        base_text_add(out, " cannot be held against a revocation list: that of %s is not valid yet", issuer);
    else
        base_text_add(
            out,
            " cannot be held against a revocation list: that of %s here is not signed by this CA, or not "
            "as it must be",
            issuer);
    base_text_add(out, "; get a current one from the CA");
}

void ossl_verdict_of(X509_STORE_CTX *store, X509_CRL *crl, const struct crypt_trust *trust, int64_t now,
                     struct crypt_verdict *out)
{
    const int error = X509_STORE_CTX_get_error(store);
    const int depth = X509_STORE_CTX_get_error_depth(store);
    const X509 *x509 = X509_STORE_CTX_get_current_cert(store);
    struct base_text words = base_text(out->words, sizeof out->words);
    const char *text = NULL;
    out->fault = CRYPT_CHAIN_FAILED;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].error == error) {
            out->fault = faults[i].fault;
            text = faults[i].text;
        }
    if (!x509)
        x509 = X509_STORE_CTX_get0_cert(store);
    ossl_verdict_who(x509, depth, &words);
    if (text)
        base_text_add(&words, " %s", text);
    else if (out->fault == CRYPT_CHAIN_EXPIRED || out->fault == CRYPT_CHAIN_NOT_YET_VALID)
        words_of_time(x509, out->fault == CRYPT_CHAIN_EXPIRED, now, &words);
    else if (out->fault == CRYPT_CHAIN_NO_PATH || out->fault == CRYPT_CHAIN_WRONG_CA)
        words_of_path(x509, trust, &out->fault, &words);
    else if (out->fault == CRYPT_CHAIN_REVOKED)
        words_of_revocation(crl, x509, &words);
    else if (out->fault == CRYPT_CHAIN_NO_CRL)
        words_of_crl(error, crl, x509, &words);
    else
        base_text_add(&words, " is refused by OpenSSL: %s", X509_verify_cert_error_string(error));
}
