/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Two engines that prove themselves by signatures (null_pki.h): credentials for the pair of ike_pair.h. */
#include "ike_core.h"
#include "ike_cred.h"
#include "ike_pair.h"
#include "null_pki.h"

#define SIG_NOW 1000 /* seconds since 1970, as the engines see it */

static inline int64_t sig_calendar(void *ctx)
{
    (void)ctx;
    return SIG_NOW;
}

/* Host i proves itself with this key and certificate, too; who issued it comes with it (NULL: nobody). */
static inline void sig_cred(struct pair *p, int i, const char *key, const char *cert, const char *issuer)
{
    struct ike_conf *conf = p->h[i].conf;
    struct ike_conn_conf *c = &conf->conns[0];
    struct crypt_certs certs = {1, {null_pki_cert(cert)}};
    if (issuer)
        certs.at[certs.n++] = null_pki_cert(issuer);
    conf->pki = &null_pki_ops;
    c->local_auth = IKE_AUTH_SIG;
    if (!c->creds)
        c->creds = ike_creds_new(&conf->creds);
    assert_true(ike_creds_add(conf->pki, conf->creds, null_pki_key(key), &certs, NULL));
}

static inline struct ike_anchor *sig_anchor(struct pair *p, int i)
{
    struct ike_conf *conf = p->h[i].conf;
    struct ike_conn_conf *c = &conf->conns[0];
    conf->pki = &null_pki_ops;
    c->remote_auth = IKE_AUTH_SIG;
    if (!c->anchor)
        c->anchor = ike_anchor_new(&conf->anchors);
    return conf->anchors;
}

/* Host i takes peers with a certificate of these authorities, or with just this certificate or key. */
static inline void sig_trust(struct pair *p, int i, const char *names)
{
    ike_anchor_set_trust(&null_pki_ops, sig_anchor(p, i), null_pki_trust(names));
}

static inline void sig_pin(struct pair *p, int i, const char *cert)
{
    struct ike_anchor *a = sig_anchor(p, i);
    a->pinned[a->n_pinned++] = null_pki_cert(cert);
}

/* "@a" and "@b", each with an RSA key and a certificate of the authority "ca". */
static inline struct pair *sig_pair_new(void)
{
    struct pair *p = pair_new();
    sig_cred(p, 0, "r:ka", "r:ka:a:ca", NULL);
    sig_cred(p, 1, "r:kb", "r:kb:b:ca", NULL);
    sig_trust(p, 0, "ca");
    sig_trust(p, 1, "ca");
    return p;
}

/* Starts both and lets the first call; whether a child came up on both sides. */
static inline bool sig_pair_go(struct pair *p)
{
    pair_start(p);
    for (int i = 0; i < 2; i++)
        p->h[i].ike->env.calendar = sig_calendar;
    pair_connect(p);
    return pair_live(&p->h[0]) == 1 && pair_live(&p->h[1]) == 1;
}

/* The pair ends, and nobody holds a key or a certificate. */
static inline void sig_pair_free(struct pair *p)
{
    pair_free(p);
    assert_int_equal(null_pki_alive(), 0);
}
