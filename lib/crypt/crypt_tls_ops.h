/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * TLS 1.2 and 1.3 as EAP needs it, as a table of functions: a handshake between bytes and bytes, without a
 * socket, in which both sides show a certificate. The peer's is judged by crypt_pki_ops.chain_verify's rules,
 * with its words. No tickets, no resumption, no renegotiation, no early data. The product's table is
 * ossl_tls_ops (crypt_ossl).
 *
 * Thread: one conversation is used by one thread at a time; it owns references and no configuration. step may
 * take milliseconds: a job.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_pki_ops.h"

#define CRYPT_TLS_OWN_MAX    4 /* certificates of one side: RSA and ECDSA, old and new */
#define CRYPT_TLS_PINNED_MAX 4 /* certificates or keys that the peer may have */

struct crypt_tls; /* a conversation */

struct crypt_tls_own {
    struct crypt_key *key;
    const struct crypt_certs *certs; /* the key's own first; no raw public key */
};

/* Borrowed until crypt_tls_ops.open returns. */
struct crypt_tls_setup {
    bool is_server;
    bool only_12; /* TLS 1.2, although 1.3 is there */
    size_t n_own;
    struct crypt_tls_own own[CRYPT_TLS_OWN_MAX]; /* in order of preference */
    struct crypt_trust *trust;                   /* what the peer's certificate comes from; NULL: pins say */
    size_t n_pinned; /* 0: any of trust will do; else the peer has one of these, too */
    struct crypt_cert *pinned[CRYPT_TLS_PINNED_MAX]; /* certificates or raw public keys */
    int64_t now;                                     /* seconds since 1970 */
};

enum crypt_tls_step {
    CRYPT_TLS_GOES,  /* more is to come from the peer */
    CRYPT_TLS_DONE,  /* both sides have proved themselves; what is pending is still to go out */
    CRYPT_TLS_FAILED /* over; what is pending (an alert) is still to go out */
};

enum crypt_tls_fault {
    CRYPT_TLS_GOOD,
    CRYPT_TLS_CERT,     /* the peer's certificate is refused, or there is none; words are a sentence's part */
    CRYPT_TLS_ALERT,    /* the peer ended it; words: its alert, "unknown ca" */
    CRYPT_TLS_PROTOCOL, /* nothing that both can speak, or malformed; words: what the library says */
    CRYPT_TLS_HERE      /* it failed on this machine: no memory, a key that cannot sign */
};

struct crypt_tls_ops {
    /* References to keys, certificates and trust are taken; nothing else happens. NULL: no memory. */
    struct crypt_tls *(*open)(const struct crypt_tls_setup *setup);
    void (*close)(struct crypt_tls *tls); /* NULL is fine */
    /* Bytes of the peer, for the next step. The caller bounds them. 0, -ENOMEM. */
    int (*put)(struct crypt_tls *tls, struct base_span bytes);
    /* Goes on with what was put. Of TLS 1.3, DONE includes the server's protected indication (RFC 9190 2.5).
     */
    enum crypt_tls_step (*step)(struct crypt_tls *tls);
    /* Bytes for the peer: how many there are, and the next ones; returns how many were taken. */
    size_t (*pending)(struct crypt_tls *tls);
    size_t (*take)(struct crypt_tls *tls, uint8_t *out, size_t max);
    bool (*is_13)(const struct crypt_tls *tls);
    /* The exporter of RFC 5705 and RFC 8446 7.5, after DONE. context.ptr NULL: none. 0, -EIO. */
    int (*export)(struct crypt_tls *tls, const char *label, struct base_span context, uint8_t *out,
                  size_t len);
    /* Why it FAILED. Static for its life. */
    enum crypt_tls_fault (*fault)(const struct crypt_tls *tls);
    const char *(*words)(const struct crypt_tls *tls);
    /*
     * The peer's certificate, good and with its key proved, after DONE; borrowed. The pinned one, where there
     * is one: a raw public key names nobody. NULL: not yet.
     */
    const struct crypt_cert *(*peer)(const struct crypt_tls *tls);
    /* What revocation lists may name of how the peer proved itself, after DONE; none without a trust. */
    struct crypt_marks (*peer_path)(const struct crypt_tls *tls);
    /*
     * Whom it names: its first e-mail address, else its common name; what has a NUL in it names nobody.
     * Returns the length in out, 0: nobody, or longer than max.
     */
    size_t (*peer_name)(const struct crypt_tls *tls, char *out, size_t max);
};
