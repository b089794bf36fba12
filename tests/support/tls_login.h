/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Sides of a login by TLS for configurations of tests, from the test certificates. Include it behind
 * cmocka.h. */
#include "ike_conf.h"
#include "ike_cred.h"
#include "pki_files.h"

/* The date at which the certificates are good, for an engine's surroundings. */
static inline int64_t tls_calendar(void *ctx)
{
    (void)ctx;
    return PKI_NOW;
}

/* The first connection shows this certificate, and takes those of the CA. */
static inline void tls_show(struct ike_conf *conf, const char *crt, const char *key)
{
    static const struct crypt_trust_rules by_default;
    struct crypt_trust *trust = ossl_pki_ops.trust_new(&by_default);
    struct crypt_certs certs = {1, {pki_cert(crt)}};
    struct base_text why = pki_why();
    assert_int_equal(ossl_pki_ops.trust_read_cas(trust, "ca.crt", pki_bytes("ca.crt"), &why), 0);
    conf->pki = &ossl_pki_ops;
    conf->conns[0].creds = ike_creds_new(&conf->creds);
    conf->conns[0].anchor = ike_anchor_new(&conf->anchors);
    ike_anchor_set_trust(&ossl_pki_ops, conf->anchors, trust);
    assert_true(ike_creds_add(&ossl_pki_ops, conf->creds, pki_key(key), &certs, trust));
}
