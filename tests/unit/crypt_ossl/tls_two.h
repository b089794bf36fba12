/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Sides of TLS from the test certificates. Include it behind pki_files.h. */
#include "ossl_tls.h"

struct tls_side {
    const char *chain, *key; /* files; NULL: none */
    const char *ca;          /* that it trusts; NULL: pins say whom */
    const char *pinned[2];   /* files of certificates or public keys that the peer may have */
    bool only_12;
};

/* A trust in one CA. */
static inline struct crypt_trust *tls_trust(const char *ca)
{
    static const struct crypt_trust_rules by_default;
    struct crypt_trust *trust = ossl_pki_ops.trust_new(&by_default);
    struct base_text why = pki_why();
    if (ossl_pki_ops.trust_read_cas(trust, ca, pki_bytes(ca), &why) < 0)
        fail_msg("%s", pki_sentence);
    return trust;
}

static inline struct crypt_tls *tls_open_side(bool is_server, const struct tls_side *side)
{
    struct base_text why = pki_why();
    struct crypt_certs certs = {0};
    struct crypt_tls_setup s = {.is_server = is_server,
                                .only_12 = side->only_12,
                                .trust = side->ca ? tls_trust(side->ca) : NULL,
                                .now = PKI_NOW};
    for (; s.n_pinned < 2 && side->pinned[s.n_pinned]; s.n_pinned++)
        s.pinned[s.n_pinned] = pki_cert(side->pinned[s.n_pinned]);
    if (side->chain) {
        if (ossl_pki_ops.certs_read(side->chain, pki_bytes(side->chain), NULL, &certs, &why) < 0)
            fail_msg("%s", pki_sentence);
        s.own[s.n_own++] = (struct crypt_tls_own){pki_key(side->key), &certs};
    }
    struct crypt_tls *t = ossl_tls_ops.open(&s);
    assert_non_null(t);
    ossl_pki_ops.certs_put(&certs);
    ossl_pki_ops.key_put(s.own[0].key);
    ossl_pki_ops.trust_put(s.trust);
    for (size_t i = 0; i < s.n_pinned; i++)
        ossl_pki_ops.cert_put(s.pinned[i]);
    return t;
}
