/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A TLS conversation between two memory buffers. The library does the protocol; whom to trust is
 * ossl_chain.c's to say, which is asked in the place of the library's own check.
 */
#include "ossl_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include "base_text.h"
#include "ossl_cert.h"
#include "ossl_certs.h"
#include "ossl_key.h"
#include "ossl_lib.h"
#include "ossl_pki.h"

#define NAMED_CAS_MAX 32 /* authorities that a client is told of; of more than that, none is */

struct crypt_tls {
    bool is_server;
    bool only_12;
    bool is_shaken; /* the handshake is over */
    size_t n_own;
    struct crypt_key *keys[CRYPT_TLS_OWN_MAX];
    struct crypt_certs certs[CRYPT_TLS_OWN_MAX];
    struct crypt_trust *trust; /* NULL: pins alone */
    size_t n_pinned;
    struct crypt_cert *pinned[CRYPT_TLS_PINNED_MAX];
    int64_t now;
    SSL_CTX *ctx; /* NULL: not begun */
    SSL *ssl;
    BIO *in, *out; /* the SSL's */
    struct crypt_cert *peer;
    enum crypt_tls_fault fault;
    struct crypt_verdict verdict;
    char words[CRYPT_WORDS_MAX];
};

static struct crypt_tls *tls_open(const struct crypt_tls_setup *s)
{
    struct crypt_tls *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->is_server = s->is_server;
    t->only_12 = s->only_12;
    t->trust = s->trust ? ossl_trust_get(s->trust) : NULL;
    t->now = s->now;
    t->n_pinned = s->n_pinned;
    for (size_t i = 0; i < s->n_pinned; i++)
        t->pinned[i] = ossl_cert_get(s->pinned[i]);
    t->n_own = s->n_own;
    for (size_t i = 0; i < s->n_own; i++) {
        t->keys[i] = ossl_key_get(s->own[i].key);
        t->certs[i].n = s->own[i].certs->n;
        for (size_t k = 0; k < t->certs[i].n; k++)
            t->certs[i].at[k] = ossl_cert_get(s->own[i].certs->at[k]);
    }
    return t;
}

static void tls_close(struct crypt_tls *t)
{
    if (!t)
        return;
    SSL_free(t->ssl);
    SSL_CTX_free(t->ctx);
    for (size_t i = 0; i < t->n_own; i++) {
        ossl_key_put(t->keys[i]);
        ossl_certs_put(&t->certs[i]);
    }
    for (size_t i = 0; i < t->n_pinned; i++)
        ossl_cert_put(t->pinned[i]);
    ossl_trust_put(t->trust);
    ossl_cert_put(t->peer);
    free(t);
}

/* ---- the peer's certificate ---- */

/* DER of a certificate as a span, owned through *buf; empty: the library failed. */
static struct base_span tls_der(const X509 *x509, uint8_t **buf)
{
    *buf = NULL;
    const int len = i2d_X509(x509, buf);
    return base_span(*buf, len > 0 ? (size_t)len : 0);
}

/* The alert for a chain that is refused (RFC 8446 6.2), by the library's name of the fault. */
static int tls_error_of(enum crypt_fault fault)
{
    switch (fault) {
    case CRYPT_CHAIN_EXPIRED:
        return X509_V_ERR_CERT_HAS_EXPIRED;
    case CRYPT_CHAIN_WRONG_CA:
    case CRYPT_CHAIN_NO_PATH:
        return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    case CRYPT_CHAIN_REVOKED:
        return X509_V_ERR_CERT_REVOKED;
    case CRYPT_CHAIN_FAILED:
        return X509_V_ERR_UNSPECIFIED;
    default:
        return X509_V_ERR_CERT_REJECTED;
    }
}

static enum crypt_fault tls_refuse(struct crypt_tls *t, enum crypt_fault fault, const char *words)
{
    struct base_text out = base_text(t->verdict.words, sizeof t->verdict.words);
    base_text_add(&out, "%s", words);
    return t->verdict.fault = fault;
}

/* What was sent, without a look at who issued it. */
static enum crypt_fault tls_parse(struct crypt_tls *t, struct base_span leaf)
{
    struct base_text words = base_text(t->verdict.words, sizeof t->verdict.words);
    const int rc = ossl_cert_parse(CRYPT_CERT_X509, leaf, &t->peer, &words);
    return t->verdict.fault = rc < 0 ? CRYPT_CHAIN_MALFORMED : CRYPT_CHAIN_GOOD;
}

/* The peer has the key of a pinned one, which then says who it is, and until when. */
static enum crypt_fault tls_take_pinned(struct crypt_tls *t)
{
    struct crypt_cert_info info;
    size_t i = 0;
    while (i < t->n_pinned && !ossl_cert_same_key(t->pinned[i], t->peer))
        i++;
    if (i == t->n_pinned)
        return tls_refuse(t, CRYPT_CHAIN_WRONG_CA,
                          "the certificate has none of the keys that are configured for the peer");
    ossl_cert_put(t->peer);
    t->peer = ossl_cert_get(t->pinned[i]);
    ossl_cert_info(t->peer, &info);
    if (t->now < info.not_before)
        return tls_refuse(t, CRYPT_CHAIN_NOT_YET_VALID,
                          "the certificate that is configured for the peer is not valid yet");
    if (t->now > info.not_after)
        return tls_refuse(t, CRYPT_CHAIN_EXPIRED,
                          "the certificate that is configured for the peer has expired");
    return CRYPT_CHAIN_GOOD;
}

/* Judges what the peer showed; good: t->peer is whom it is. */
static enum crypt_fault tls_judge(struct crypt_tls *t, const struct crypt_peer_chain *chain)
{
    ossl_cert_put(t->peer);
    t->peer = NULL;
    const enum crypt_fault fault =
        t->trust
            ? ossl_chain_verify(t->trust, chain, t->is_server ? CRYPT_PURPOSE_CLIENT : CRYPT_PURPOSE_SERVER,
                                t->now, &t->verdict, &t->peer)
            : tls_parse(t, chain->leaf);
    return fault == CRYPT_CHAIN_GOOD && (t->n_pinned || !t->trust) ? tls_take_pinned(t) : fault;
}

/* In the place of the library's check. 1: it is good. */
static int tls_verify(X509_STORE_CTX *store, void *arg)
{
    struct crypt_tls *t = arg;
    const STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);
    struct base_span others[CRYPT_CHAIN_MAX + 1];
    uint8_t *owned[CRYPT_CHAIN_MAX + 2] = {NULL};
    struct crypt_peer_chain chain = {tls_der(X509_STORE_CTX_get0_cert(store), &owned[0]), others, 0};
    /* The first of those that were sent is the peer's own. One above the cap is refused as too long. */
    for (int i = 1; i < sk_X509_num(sent) && chain.n_others <= CRYPT_CHAIN_MAX; i++) {
        others[chain.n_others] = tls_der(sk_X509_value(sent, i), &owned[i]);
        chain.n_others++;
    }
    const enum crypt_fault fault = tls_judge(t, &chain);
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        OPENSSL_free(owned[i]);
    if (fault != CRYPT_CHAIN_GOOD)
        X509_STORE_CTX_set_error(store, tls_error_of(fault));
    return fault == CRYPT_CHAIN_GOOD;
}

/* ---- beginning ---- */

/* One of our certificates, with what issued it. One of the same kind takes the place of an earlier one. */
static bool tls_use(SSL_CTX *ctx, const struct crypt_key *key, const struct crypt_certs *certs)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    bool ok = chain && certs->n > 0 && certs->at[0]->x509;
    for (size_t i = 1; ok && i < certs->n; i++)
        ok = sk_X509_push(chain, certs->at[i]->x509) > 0;
    ok = ok && SSL_CTX_use_cert_and_key(ctx, certs->at[0]->x509, key->pkey, chain, 1) == 1;
    sk_X509_free(chain);
    return ok;
}

/* Whom a server's clients may have their certificates from: they choose by it. */
static bool tls_name_cas(SSL_CTX *ctx, const struct crypt_trust *trust)
{
    const size_t n = trust ? ossl_trust_count(trust) : 0;
    bool ok = true;
    for (size_t i = 0; ok && n <= NAMED_CAS_MAX && i < n; i++)
        ok = SSL_CTX_add_client_CA(ctx, ossl_trust_ca(trust, i)->x509) == 1;
    return ok;
}

static SSL_CTX *tls_context(struct crypt_tls *t)
{
    SSL_CTX *ctx = SSL_CTX_new_ex(ossl_lib(), NULL, TLS_method());
    bool ok = ctx && SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
              SSL_CTX_set_max_proto_version(ctx, t->only_12 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1 &&
              SSL_CTX_set_num_tickets(ctx, 0) == 1;
    for (size_t i = t->n_own; ok && i > 0; i--)
        ok = tls_use(ctx, t->keys[i - 1], &t->certs[i - 1]);
    if (!ok || (t->is_server && !tls_name_cas(ctx, t->trust))) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    /* Where there is no renegotiation, a server without RFC 5746 (strongSwan 5.9) does no harm. */
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, tls_verify, t);
    return ctx;
}

/* At first use, which is on a thread that may take its time. */
static bool tls_begin(struct crypt_tls *t)
{
    if (t->ssl)
        return true;
    t->ctx = tls_context(t);
    t->ssl = t->ctx ? SSL_new(t->ctx) : NULL;
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    if (!t->ssl || !t->in || !t->out) {
        BIO_free(t->in);
        BIO_free(t->out);
        SSL_free(t->ssl);
        SSL_CTX_free(t->ctx);
        t->ctx = NULL;
        t->ssl = NULL;
        t->in = t->out = NULL;
        ERR_clear_error();
        return false;
    }
    BIO_set_mem_eof_return(t->in, -1);
    SSL_set_bio(t->ssl, t->in, t->out);
    if (t->is_server)
        SSL_set_accept_state(t->ssl);
    else
        SSL_set_connect_state(t->ssl);
    return true;
}

/* ---- steps ---- */

static int tls_put(struct crypt_tls *t, struct base_span bytes)
{
    if (!tls_begin(t))
        return -ENOMEM;
    if (bytes.len && BIO_write(t->in, bytes.ptr, (int)bytes.len) != (int)bytes.len)
        return -ENOMEM;
    return 0;
}

static enum crypt_tls_step tls_fail(struct crypt_tls *t, enum crypt_tls_fault fault, const char *words)
{
    struct base_text out = base_text(t->words, sizeof t->words);
    t->fault = fault;
    base_text_add(&out, "%s", words);
    ERR_clear_error();
    return CRYPT_TLS_FAILED;
}

/* An alert by its name (RFC 8446 6); the library lacks that of TLS 1.3 for a client without a certificate. */
static const char *tls_alert_text(int alert)
{
    return alert == SSL_AD_CERTIFICATE_REQUIRED ? "certificate required" : SSL_alert_desc_string_long(alert);
}

/* What the library's first error is. */
static enum crypt_tls_step tls_fail_by_error(struct crypt_tls *t)
{
    const unsigned long error = ERR_peek_error();
    const int reason = ERR_GET_REASON(error);
    const char *words = ERR_reason_error_string(error);
    if (t->verdict.words[0])
        return tls_fail(t, t->verdict.fault == CRYPT_CHAIN_FAILED ? CRYPT_TLS_HERE : CRYPT_TLS_CERT,
                        t->verdict.words);
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
        return tls_fail(t, CRYPT_TLS_CERT, "the peer showed no certificate");
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET)
        return tls_fail(t, CRYPT_TLS_ALERT, tls_alert_text(reason - SSL_AD_REASON_OFFSET));
    return tls_fail(t, CRYPT_TLS_PROTOCOL, words ? words : "the library gives no reason");
}

/* The server says that it is content, by one byte of zero under the new keys (RFC 9190 2.5). */
static enum crypt_tls_step tls_indicate(struct crypt_tls *t)
{
    static const uint8_t commitment[1];
    if (!t->is_server)
        return CRYPT_TLS_DONE;
    return SSL_write(t->ssl, commitment, sizeof commitment) == 1 ? CRYPT_TLS_DONE : tls_fail_by_error(t);
}

static enum crypt_tls_step tls_await_indication(struct crypt_tls *t)
{
    uint8_t got[2] = {0};
    const int n = SSL_read(t->ssl, got, sizeof got);
    if (n == 1 && got[0] == 0)
        return CRYPT_TLS_DONE;
    if (n > 0)
        return tls_fail(t, CRYPT_TLS_PROTOCOL, "the server sends data that have no place in EAP");
    return SSL_get_error(t->ssl, n) == SSL_ERROR_WANT_READ ? CRYPT_TLS_GOES : tls_fail_by_error(t);
}

static enum crypt_tls_step tls_step(struct crypt_tls *t)
{
    ERR_clear_error();
    if (t->fault)
        return CRYPT_TLS_FAILED;
    if (!tls_begin(t))
        return tls_fail(t, CRYPT_TLS_HERE, "the library does not begin");
    if (!t->is_shaken) {
        const int rc = SSL_do_handshake(t->ssl);
        if (rc != 1)
            return SSL_get_error(t->ssl, rc) == SSL_ERROR_WANT_READ ? CRYPT_TLS_GOES : tls_fail_by_error(t);
        t->is_shaken = true;
        if (SSL_version(t->ssl) == TLS1_3_VERSION && t->is_server)
            return tls_indicate(t);
    }
    return SSL_version(t->ssl) == TLS1_3_VERSION && !t->is_server ? tls_await_indication(t) : CRYPT_TLS_DONE;
}

static size_t tls_pending(struct crypt_tls *t)
{
    return t->out ? BIO_ctrl_pending(t->out) : 0;
}

static size_t tls_take(struct crypt_tls *t, uint8_t *out, size_t max)
{
    const int n = t->out ? BIO_read(t->out, out, (int)max) : 0;
    return n > 0 ? (size_t)n : 0;
}

/* ---- what came of it ---- */

static bool tls_is_13(const struct crypt_tls *t)
{
    return t->ssl && SSL_version(t->ssl) == TLS1_3_VERSION;
}

static int tls_export(struct crypt_tls *t, const char *label, struct base_span context, uint8_t *out,
                      size_t len)
{
    const int ok = t->is_shaken && SSL_export_keying_material(t->ssl, out, len, label, strlen(label),
                                                              context.ptr, context.len, context.ptr != NULL);
    ERR_clear_error();
    return ok == 1 ? 0 : -EIO;
}

static enum crypt_tls_fault tls_fault(const struct crypt_tls *t)
{
    return t->fault;
}

static const char *tls_words(const struct crypt_tls *t)
{
    return t->words;
}

static const struct crypt_cert *tls_peer(const struct crypt_tls *t)
{
    return t->is_shaken ? t->peer : NULL;
}

static struct crypt_marks tls_peer_path(const struct crypt_tls *t)
{
    return tls_peer(t) && t->trust ? t->verdict.path : (struct crypt_marks){0};
}

/* A copy without NUL at its end. 0: too long, or there is a NUL in it. */
static size_t tls_copy(const uint8_t *text, int len, char *out, size_t max)
{
    if (len <= 0 || (size_t)len > max || memchr(text, 0, (size_t)len))
        return 0;
    memcpy(out, text, (size_t)len);
    return (size_t)len;
}

/* False: it has no e-mail address. */
static bool tls_email(X509 *x509, char *out, size_t max, size_t *len)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    bool found = false;
    for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);
        found = n->type == GEN_EMAIL;
        if (found)
            *len = tls_copy(ASN1_STRING_get0_data(n->d.rfc822Name), ASN1_STRING_length(n->d.rfc822Name), out,
                            max);
    }
    GENERAL_NAMES_free(names);
    return found;
}

/* The last one, which is the most specific (RFC 6125 1.8): those of Active Directory lie in one called Users.
 */
static size_t tls_common_name(const X509 *x509, char *out, size_t max)
{
    const X509_NAME *subject = X509_get_subject_name(x509);
    int at = -1;
    uint8_t *text = NULL;
    for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;)
        at = i;
    if (at < 0)
        return 0;
    const int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    const size_t n = tls_copy(text, len, out, max);
    OPENSSL_free(text);
    return n;
}

static size_t tls_peer_name(const struct crypt_tls *t, char *out, size_t max)
{
    const struct crypt_cert *peer = tls_peer(t);
    if (!peer || !peer->x509)
        return 0;
    size_t len = 0;
    if (!tls_email(peer->x509, out, max, &len))
        len = tls_common_name(peer->x509, out, max);
    ERR_clear_error();
    return len;
}

const struct crypt_tls_ops ossl_tls_ops = {
    .open = tls_open,
    .close = tls_close,
    .put = tls_put,
    .step = tls_step,
    .pending = tls_pending,
    .take = tls_take,
    .is_13 = tls_is_13,
    .export = tls_export,
    .fault = tls_fault,
    .words = tls_words,
    .peer = tls_peer,
    .peer_path = tls_peer_path,
    .peer_name = tls_peer_name,
};
