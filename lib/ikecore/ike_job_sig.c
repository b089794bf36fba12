/* SPDX-License-Identifier: BSD-3-Clause */
/* Signing and verifying, off the control core. The order of a check is from what costs nothing to what does.
 */
#include "ike_job_sig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_span.h"
#include "base_text.h"
#include "ike_job.h"

/* ---- ours ---- */

static int sign_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_sign *s = (struct ike_job_sign *)job;
    struct ike_job_auth *a = &s->auth;
    struct base_writer w = base_writer(a->data, sizeof a->data - CRYPT_SIG_BYTES_MAX);
    size_t len = 0;
    (void)ops;
    if (a->method == WIRE_IKE_AUTH_DIGITAL)
        crypt_sig_write_algid(&w, s->sig);
    const int rc =
        w.failed ? -EINVAL
                 : s->conf->pki->sign(s->cred->key, s->sig, ike_job_auth_octets(a), a->data + w.pos, &len);
    a->data_len = rc == 0 ? (uint16_t)(w.pos + len) : 0;
    return rc;
}

static void sign_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    ike_job_auth_drop(ops, job);
    ike_conf_put(((struct ike_job_sign *)job)->conf);
}

static const struct ike_job_kind sign_kind = {"sign", sizeof(struct ike_job_sign), sign_run, sign_drop};

struct ike_job_auth *ike_job_sign_new(const struct ike_conf *conf, const struct ike_cred *cred,
                                      enum crypt_sig sig)
{
    struct ike_job_sign *s = (struct ike_job_sign *)ike_job_new(&sign_kind);
    if (!s)
        return NULL;
    s->conf = ike_conf_get(conf);
    s->cred = cred;
    s->sig = sig;
    s->auth.method = crypt_sig_row(sig)->method;
    return &s->auth;
}

const struct ike_cred *ike_job_sign_cred(const struct ike_job_auth *a)
{
    return ((const struct ike_job_sign *)a)->cred;
}

/* ---- the peer's ---- */

/* CERT payloads of a message: the first that shows a key, and the other certificates. */
struct verify_certs {
    struct wire_ike_cert leaf; /* encoding 0: none */
    size_t n;
    struct base_span others[WIRE_IKE_PLDS_MAX];
};

static struct base_text verify_words(struct ike_job_verify *v)
{
    return base_text(v->words, sizeof v->words);
}

/* The scheme and the signature in the AUTH data. */
static enum ike_sig_finding verify_scheme(struct ike_job_verify *v, struct base_span *signature)
{
    struct base_span algid;
    *signature = ike_job_auth_data(&v->auth);
    if (v->auth.method == 0)
        v->sig = CRYPT_SIG_RSA_BARE;
    else if (v->auth.method != WIRE_IKE_AUTH_DIGITAL)
        v->sig = crypt_sig_of_method(v->auth.method);
    else if (crypt_sig_split(*signature, &algid, signature))
        v->sig = crypt_sig_of_algid(algid);
    const struct crypt_sig_row *row = crypt_sig_row(v->sig);
    if (!row)
        return IKE_SIG_METHOD;
    return row->is_weak && !v->conn->weak ? IKE_SIG_WEAK : IKE_SIG_GOOD;
}

static void verify_collect(const struct ike_job_verify *v, struct verify_certs *out)
{
    struct wire_ike_plds plds;
    struct wire_ike_cert c;
    *out = (struct verify_certs){0};
    if (wire_ike_plds_parse(v->first_type, base_span(v->payloads, v->payloads_len), &plds) != WIRE_IKE_OK)
        return;
    for (size_t i = 0; i < plds.count; i++) {
        if (plds.list[i].type != WIRE_IKE_P_CERT || wire_ike_cert_parse(plds.list[i].body, &c) != WIRE_IKE_OK)
            continue;
        if (c.encoding == WIRE_IKE_CERT_CRL || c.encoding == WIRE_IKE_CERT_OCSP)
            continue; /* of revocation, only what is configured counts */
        if (!out->leaf.encoding)
            out->leaf = c;
        else if (c.encoding == WIRE_IKE_CERT_X509)
            out->others[out->n++] = c.data;
    }
}

/* One of the configured certificates that has the key of `cert`, or, when there is none, the first. */
static struct crypt_cert *verify_pinned(const struct ike_job_verify *v, const struct crypt_cert *cert)
{
    const struct ike_anchor *anchor = v->conn->anchor;
    for (size_t i = 0; anchor && i < anchor->n_pinned; i++)
        if (!cert || v->conf->pki->cert_same_key(anchor->pinned[i], cert))
            return v->conf->pki->cert_get(anchor->pinned[i]);
    return NULL;
}

static bool verify_is_raw(const struct ike_job_verify *v, const struct crypt_cert *cert)
{
    return v->conf->pki->cert_subject(cert).len == 0;
}

/* A certificate that is trusted for itself has no chain, but an end. */
static enum ike_sig_finding verify_time(struct ike_job_verify *v, const struct crypt_cert *cert)
{
    struct base_text words = verify_words(v);
    struct crypt_cert_info info;
    if (verify_is_raw(v, cert))
        return IKE_SIG_GOOD;
    v->conf->pki->cert_info(cert, &info);
    if (v->now >= info.not_before && v->now <= info.not_after)
        return IKE_SIG_GOOD;
    base_text_add(&words, "%s", v->now < info.not_before ? "not valid yet" : "expired");
    return IKE_SIG_TIME;
}

/* Parses what shows the peer's key; *leaf is the caller's. */
static enum ike_sig_finding verify_parse(struct ike_job_verify *v, const struct wire_ike_cert *sent,
                                         struct crypt_cert **leaf)
{
    struct base_text words = verify_words(v);
    switch (sent->encoding) {
    case WIRE_IKE_CERT_X509:
    case WIRE_IKE_CERT_RAW_KEY:
        break;
    case WIRE_IKE_CERT_HASH_URL:
    case WIRE_IKE_CERT_HASH_URL_BUNDLE:
        return IKE_SIG_URL;
    default:
        base_text_add(&words, "%u", sent->encoding);
        return IKE_SIG_FORM;
    }
    const int rc = v->conf->pki->cert_parse((enum crypt_cert_form)sent->encoding, sent->data, leaf, &words);
    return rc == 0 ? IKE_SIG_GOOD : IKE_SIG_MALFORMED;
}

static enum ike_sig_finding verify_chain(struct ike_job_verify *v, const struct verify_certs *certs,
                                         struct crypt_cert **leaf)
{
    const struct crypt_peer_chain chain = {certs->leaf.data, certs->others, certs->n};
    if (certs->leaf.encoding != WIRE_IKE_CERT_X509)
        return verify_parse(v, &certs->leaf, leaf) == IKE_SIG_URL ? IKE_SIG_URL : IKE_SIG_FORM;
    return v->conf->pki->chain_verify(v->conn->anchor->trust, &chain, CRYPT_PURPOSE_IKE, v->now, &v->verdict,
                                      leaf) == CRYPT_CHAIN_GOOD
               ? IKE_SIG_GOOD
               : IKE_SIG_CHAIN;
}

/* What the peer's signature is held against. *leaf is the caller's, also when this is no good. */
static enum ike_sig_finding verify_leaf(struct ike_job_verify *v, struct crypt_cert **leaf)
{
    struct verify_certs certs;
    const struct ike_anchor *anchor = v->conn->anchor;
    verify_collect(v, &certs);
    if (!certs.leaf.encoding && anchor && !anchor->trust) {
        *leaf = verify_pinned(v, NULL);
        v->is_bare = true;
        return *leaf ? verify_time(v, *leaf) : IKE_SIG_NO_CERT;
    }
    if (!certs.leaf.encoding || !anchor)
        return IKE_SIG_NO_CERT;
    enum ike_sig_finding f =
        anchor->trust ? verify_chain(v, &certs, leaf) : verify_parse(v, &certs.leaf, leaf);
    if (f != IKE_SIG_GOOD || !anchor->n_pinned)
        return f;
    struct crypt_cert *pinned = verify_pinned(v, *leaf);
    v->conf->pki->cert_put(*leaf);
    *leaf = pinned;
    return pinned ? verify_time(v, pinned) : IKE_SIG_PINNED;
}

static enum ike_sig_finding verify_name(struct ike_job_verify *v, const struct crypt_cert *leaf)
{
    struct crypt_cert_info info;
    struct base_text words = verify_words(v);
    const struct base_span id = base_span(v->peer.bytes, v->peer.len);
    if (verify_is_raw(v, leaf) || v->conf->pki->cert_names(leaf, v->peer.type, id, false))
        return IKE_SIG_GOOD;
    v->conf->pki->cert_info(leaf, &info);
    base_text_add(&words, "%s%s%s", info.subject, info.subject[0] && info.names[0] ? "; " : "", info.names);
    return IKE_SIG_NAME;
}

/* 1 when the signature is by this key or, where no certificate came, by any of those that are configured. */
static int verify_signature(const struct ike_job_verify *v, const struct crypt_cert *leaf,
                            struct base_span signature)
{
    const struct crypt_pki_ops *pki = v->conf->pki;
    const struct base_span octets = ike_job_auth_octets(&v->auth);
    const struct ike_anchor *anchor = v->conn->anchor;
    int rc = pki->verify(leaf, v->sig, octets, signature);
    for (size_t i = 1; v->is_bare && rc == 0 && i < anchor->n_pinned; i++)
        if (verify_is_raw(v, anchor->pinned[i]))
            rc = pki->verify(anchor->pinned[i], v->sig, octets, signature);
    return rc;
}

/* A certificate that is configured, without an authority, has no path, and may get an authority later. */
static void verify_note_shown(struct ike_job_verify *v, const struct crypt_cert *leaf)
{
    v->shown = v->verdict.path;
    const uint64_t mark = v->shown.n ? 0 : v->conf->pki->cert_mark(leaf);
    if (mark)
        v->shown.at[v->shown.n++] = mark;
}

static int verify_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_verify *v = (struct ike_job_verify *)job;
    struct crypt_cert *leaf = NULL;
    struct base_span signature;
    int rc = 0;
    (void)ops;
    v->finding = verify_scheme(v, &signature);
    if (v->finding == IKE_SIG_GOOD)
        v->finding = verify_leaf(v, &leaf);
    if (v->finding == IKE_SIG_GOOD)
        v->finding = verify_name(v, leaf);
    if (v->finding == IKE_SIG_GOOD) {
        const int is_right = verify_signature(v, leaf, signature);
        v->auth.verified = is_right == 1;
        v->finding = is_right == 1 ? IKE_SIG_GOOD : IKE_SIG_WRONG;
        rc = is_right < 0 ? is_right : 0;
    }
    if (leaf && v->auth.verified)
        verify_note_shown(v, leaf);
    if (leaf)
        v->conf->pki->cert_put(leaf);
    /* What could not be checked here is not the peer's fault. */
    return v->finding == IKE_SIG_CHAIN && v->verdict.fault == CRYPT_CHAIN_FAILED ? -EIO : rc;
}

static void verify_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_verify *v = (struct ike_job_verify *)job;
    ike_job_auth_drop(ops, job);
    free(v->payloads);
    ike_conf_put(v->conf);
}

static const struct ike_job_kind verify_kind = {"verify", sizeof(struct ike_job_verify), verify_run,
                                                verify_drop};

struct ike_job_auth *ike_job_verify_new(const struct ike_conn_conf *conn, const struct ike_id *peer,
                                        uint8_t method, int64_t now, uint8_t first_type,
                                        struct base_span payloads)
{
    struct ike_job_verify *v = (struct ike_job_verify *)ike_job_new(&verify_kind);
    if (!v)
        return NULL;
    v->conf = ike_conf_get(conn->conf);
    v->payloads = malloc(payloads.len ? payloads.len : 1);
    if (!v->payloads) {
        ike_job_free(NULL, &v->auth.job);
        return NULL;
    }
    memcpy(v->payloads, payloads.ptr, payloads.len);
    v->payloads_len = payloads.len;
    v->first_type = first_type;
    v->conn = conn;
    v->peer = *peer;
    v->now = now;
    v->auth.method = method;
    return &v->auth;
}

const struct ike_job_verify *ike_job_verify_of(const struct ike_job_auth *a)
{
    return (const struct ike_job_verify *)a;
}
