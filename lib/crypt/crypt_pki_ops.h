/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Keys, certificates and trust, as a table of functions, so that the engine is free of any library and tests
 * can put their own in. The product takes them from crypt_ossl.
 *
 * Keys, certificates and trusts never change once made and are shared by reference count (get, put), by any
 * number of threads at once. Nothing here opens a socket: URLs inside certificates are not followed.
 *
 * `where` names what is loaded: a file, for CA certificates and CRLs also a folder; a key or a certificate
 * of our own also by "pkcs11:" URI (RFC 7512). `why` gets a sentence for the operator when a call fails, with
 * the name of the file, what is in it and what was expected; it is never NULL. Loading reads files and may
 * ask hardware: control at start, else a job. All buffers are borrowed until return.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_text.h"
#include "crypt_sig.h"

struct crypt_key;  /* a private key, in memory or in hardware */
struct crypt_cert; /* a parsed X.509 certificate, or a raw public key */
struct crypt_tls_ops;
struct crypt_trust; /* CA certificates and CRLs that a connection trusts, and rules */

#define CRYPT_CHAIN_MAX     8 /* certificates of one side: its own and intermediate ones */
#define CRYPT_MARKS_MAX     (CRYPT_CHAIN_MAX + 1) /* the longest path below a CA */
#define CRYPT_CERT_DER_MAX  16384                 /* octets of one certificate of a peer */
#define CRYPT_CA_HASH_BYTES 20                    /* SHA-1 of a SubjectPublicKeyInfo (RFC 7296 3.7) */
#define CRYPT_WORDS_MAX     512                   /* a sentence, with NUL */
#define CRYPT_NAME_TEXT_MAX 512                   /* a distinguished name in text, with NUL */

/* Encodings of a CERT payload that are taken (RFC 7296 3.6, RFC 7670). */
enum crypt_cert_form { CRYPT_CERT_X509 = 4, CRYPT_CERT_RAW_KEY = 15 };

/* Certificates of one side, its own first, then each one's issuer. Each is a reference. */
struct crypt_certs {
    size_t n;
    struct crypt_cert *at[CRYPT_CHAIN_MAX];
};

/* What revocation lists decide. */
enum crypt_crl_rule {
    CRYPT_CRL_IF_THERE, /* a certificate is held against its CA's list when there is one that is current */
    CRYPT_CRL_REQUIRED, /* without a current list of its CA a certificate is refused */
    CRYPT_CRL_OFF
};

/* What a trust holds certificates against, beside its CAs. */
struct crypt_trust_rules {
    enum crypt_crl_rule crl;
    bool takes_sha1; /* certificates signed with SHA-1 are taken; MD5 never is */
};

/*
 * What a peer's certificate must be good for, where it restricts its extended key usage at all (RFC 4945
 * 5.1.3.12). IKE's own usages (ipsecIKE, iKEIntermediate) and anyExtendedKeyUsage are always enough.
 */
enum crypt_purpose {
    CRYPT_PURPOSE_IKE,    /* serverAuth or clientAuth */
    CRYPT_PURPOSE_SERVER, /* serverAuth */
    CRYPT_PURPOSE_CLIENT  /* clientAuth */
};

/* Why a chain is not good. The words of a crypt_verdict say which certificate, and what to do. */
enum crypt_fault {
    CRYPT_CHAIN_GOOD = 0,
    CRYPT_CHAIN_MALFORMED, /* not DER of a certificate */
    CRYPT_CHAIN_TOO_BIG,   /* a certificate above CRYPT_CERT_DER_MAX */
    CRYPT_CHAIN_TOO_LONG,  /* more certificates than CRYPT_CHAIN_MAX */
    CRYPT_CHAIN_EXPIRED,
    CRYPT_CHAIN_NOT_YET_VALID,
    CRYPT_CHAIN_WRONG_CA, /* it is complete, but ends in a CA that is not trusted here */
    CRYPT_CHAIN_NO_PATH,  /* an issuer is missing */
    CRYPT_CHAIN_REVOKED,
    CRYPT_CHAIN_NO_CRL,    /* required, and there is none that is current */
    CRYPT_CHAIN_BAD_USAGE, /* key usage or extended key usage */
    CRYPT_CHAIN_BAD_SIGNATURE,
    CRYPT_CHAIN_WEAK_DIGEST, /* MD5, SHA-1 */
    CRYPT_CHAIN_SMALL_KEY,   /* RSA below 2048 bits, a curve below 256, or a kind of key not known */
    CRYPT_CHAIN_NAME_CONSTRAINT,
    CRYPT_CHAIN_PATH_LENGTH,
    CRYPT_CHAIN_NOT_A_CA, /* an issuer that is no CA */
    CRYPT_CHAIN_CRITICAL, /* a critical extension that is not known here */
    CRYPT_CHAIN_FAILED,   /* it could not be checked here: not the peer's fault */
    CRYPT_CHAIN_FAULTS
};

/* Certificates by what revocation lists call them (crypt_pki_ops.cert_mark). */
struct crypt_marks {
    uint8_t n;
    uint64_t at[CRYPT_MARKS_MAX];
};

struct crypt_verdict {
    enum crypt_fault fault;
    char words[CRYPT_WORDS_MAX];     /* empty when good; what a peer chose in it is escaped */
    uint8_t ca[CRYPT_CA_HASH_BYTES]; /* good: which CA of the trust it ends in */
    struct crypt_marks path;         /* good: the certificates from the peer's own up to below that CA */
};

/* What a peer sent: encodings as they came, its own certificate first (RFC 7296 3.6). */
struct crypt_peer_chain {
    struct base_span leaf;
    const struct base_span *others; /* in any order, may hold what is not needed */
    size_t n_others;
};

/* A certificate for people. Texts are escaped and fit for a log. */
struct crypt_cert_info {
    enum crypt_cert_form form;
    bool is_ca;
    int64_t not_before, not_after; /* seconds since 1970; a raw key: 0 and INT64_MAX */
    uint8_t sha256[32];            /* of the whole encoding */
    char key[24];                  /* "RSA 2048", "ECDSA P-256", "Ed25519" */
    char serial[64];               /* hexadecimal; empty: none */
    char subject[CRYPT_NAME_TEXT_MAX];
    char issuer[CRYPT_NAME_TEXT_MAX];
    char names[CRYPT_NAME_TEXT_MAX]; /* subject alternative names: "DNS:a.b, email:c@d, IP:192.0.2.1" */
};

struct crypt_pki_ops {
    /*
     * A private key: PKCS#8 or a traditional form, PEM or DER, encrypted or not, PKCS#12, or one in hardware
     * by URI. passphrase (NULL: none) is what opens it; of a token: its PIN. certs (NULL: not wanted) gets
     * the certificates that come with it in PKCS#12, the key's own first; it is empty when there are none.
     * A file that others than its owner may read or change is refused. *out: the caller's, put it.
     * 0; -EACCES wrong or missing passphrase, or a file open to others; -ENOENT; -EINVAL anything else.
     */
    int (*key_load)(const char *where, const char *passphrase, struct crypt_key **out,
                    struct crypt_certs *certs, struct base_text *why);
    /* The same from bytes; name is for the words only. */
    int (*key_read)(const char *name, struct base_span bytes, const char *passphrase, struct crypt_key **out,
                    struct crypt_certs *certs, struct base_text *why);
    struct crypt_key *(*key_get)(struct crypt_key *key);
    void (*key_put)(struct crypt_key *key); /* NULL is fine; the last one wipes */
    /* "RSA 2048", "ECDSA P-256 in hardware". */
    void (*key_text)(const struct crypt_key *key, struct base_text *out);
    /*
     * The key as something to hand out: a raw public key (RFC 7670). The caller's, put it. NULL: no memory,
     * or hardware that does not tell.
     */
    struct crypt_cert *(*key_public)(const struct crypt_key *key);
    /* Whether the key belongs to the certificate. False, and the reason in why. */
    bool (*key_fits)(const struct crypt_key *key, const struct crypt_cert *cert, struct base_text *why);

    /*
     * The schemes that the key can make, what serves best first. hashes: those that the peer announced
     * (CRYPT_HASH_BIT each), for schemes of method 14. Without any: those of the other methods; among them is
     * RSA with SHA-1, which the caller takes only where weak things are allowed. Returns how many are in out.
     */
    size_t (*key_schemes)(const struct crypt_key *key, uint32_t hashes, bool prefers_pss,
                          enum crypt_sig out[CRYPT_SIGS]);

    /*
     * Signs. out has CRYPT_SIG_BYTES_MAX; *len gets the length, without AlgorithmIdentifier. May take
     * milliseconds, in hardware seconds: a job. 0, -EINVAL the key cannot make this scheme, -EIO.
     */
    int (*sign)(const struct crypt_key *key, enum crypt_sig sig, struct base_span octets, uint8_t *out,
                size_t *len);

    /*
     * Whether the signature is by the key of cert. Exactly 1: yes. 0: no, or the key is not of this scheme.
     * -EIO: it could not be checked here. Whether a weak scheme is allowed is the caller's. A job.
     */
    int (*verify)(const struct crypt_cert *cert, enum crypt_sig sig, struct base_span octets,
                  struct base_span signature);

    /*
     * Certificates from a file (PEM with one or several, DER, PKCS#12), one in hardware by URI (passphrase:
     * the token's PIN), or a raw public key (PEM "PUBLIC KEY", or DER). The first of the file is the owner's;
     * the rest comes in the order of issue; what does not belong to its chain is refused. 0, or negative as
     * key_load.
     */
    int (*certs_load)(const char *where, const char *passphrase, struct crypt_certs *out,
                      struct base_text *why);
    int (*certs_read)(const char *name, struct base_span bytes, const char *passphrase,
                      struct crypt_certs *out, struct base_text *why);
    /*
     * Appends those of a file (no raw keys) that issued the last of certs, and each other, to certs; the rest
     * is left out. *took gets how many. 0, or negative as key_load, and certs is as before.
     */
    int (*certs_extend)(const char *where, struct crypt_certs *certs, size_t *took, struct base_text *why);
    /* Puts all of them and empties it. */
    void (*certs_put)(struct crypt_certs *certs);

    /*
     * One certificate or raw public key as a peer sends it; nothing says yet that it is to be trusted. *out:
     * the caller's, put it. 0, or -EINVAL: malformed, bytes left over, too big, or a key that is too small.
     */
    int (*cert_parse)(enum crypt_cert_form form, struct base_span der, struct crypt_cert **out,
                      struct base_text *why);
    struct crypt_cert *(*cert_get)(struct crypt_cert *cert);
    void (*cert_put)(struct crypt_cert *cert); /* NULL is fine */
    /* What it consists of, borrowed from it: the whole encoding; the subject in DER (empty for a raw key). */
    struct base_span (*cert_der)(const struct crypt_cert *cert);
    struct base_span (*cert_subject)(const struct crypt_cert *cert);
    /* Whether both have the same public key. How a raw key of a peer is held against a configured one. */
    bool (*cert_same_key)(const struct crypt_cert *a, const struct crypt_cert *b);
    /* What revocation lists call it by: a hash of who issued it and of its serial number. 0: a raw key. */
    uint64_t (*cert_mark)(const struct crypt_cert *cert);
    /* Fills out, all of it. */
    void (*cert_info)(const struct crypt_cert *cert, struct crypt_cert_info *out);

    /*
     * Whether the certificate names this identity: type and bytes of an IKE identity (RFC 7296 3.5). Address,
     * FQDN and user@FQDN stand in the subject alternative names, a DN is the subject or stands there. FQDN
     * and the host part are compared without regard to ASCII case. takes_cn: an FQDN or user@FQDN may also be
     * the common name of a certificate that has no alternative name of that type. A wildcard in a certificate
     * stands for nothing but itself. A key
     * id, and whatever is asked of a raw key, is named by none.
     */
    bool (*cert_names)(const struct crypt_cert *cert, uint8_t id_type, struct base_span id, bool takes_cn);

    /*
     * An empty trust with one reference, to be filled by its maker alone before anybody else sees it. NULL:
     * no memory.
     */
    struct crypt_trust *(*trust_new)(const struct crypt_trust_rules *rules);
    /*
     * Adds what a file or all files of a folder hold; of a folder, files that hold no certificate are passed
     * over. A certificate that is no CA is refused by name. A CRL that no CA in it has signed is refused
     * when it is used. 0, -ENOENT, -EINVAL.
     */
    int (*trust_add_cas)(struct crypt_trust *trust, const char *where, struct base_text *why);
    int (*trust_add_crls)(struct crypt_trust *trust, const char *where, struct base_text *why);
    /* The same from bytes. */
    int (*trust_read_cas)(struct crypt_trust *trust, const char *name, struct base_span bytes,
                          struct base_text *why);
    int (*trust_read_crls)(struct crypt_trust *trust, const char *name, struct base_span bytes,
                           struct base_text *why);
    struct crypt_trust *(*trust_get)(struct crypt_trust *trust);
    void (*trust_put)(struct crypt_trust *trust);           /* NULL is fine */
    size_t (*trust_count)(const struct crypt_trust *trust); /* of CA certificates */
    /* The n-th CA certificate, borrowed. NULL: there are not so many. */
    const struct crypt_cert *(*trust_ca)(const struct crypt_trust *trust, size_t n);
    /*
     * Whether a revocation list of the trust, which one of its CAs has signed, names a certificate by this
     * mark; false where lists decide nothing. A short search in memory.
     */
    bool (*trust_lists)(const struct crypt_trust *trust, uint64_t mark);

    /*
     * Builds a path from a peer's certificate to a CA of the trust and checks all of it at time now (seconds
     * since 1970). Fills verdict. *leaf gets the parsed certificate when the verdict is good, else NULL; the
     * caller's, put it. Returns verdict->fault. A job.
     */
    enum crypt_fault (*chain_verify)(const struct crypt_trust *trust, const struct crypt_peer_chain *peer,
                                     enum crypt_purpose purpose, int64_t now, struct crypt_verdict *verdict,
                                     struct crypt_cert **leaf);

    /*
     * Key hashes for a CERTREQ (RFC 7296 3.7), CRYPT_CA_HASH_BYTES each: of all CAs of a trust, and of the
     * CAs that a side's own chain can be asked by: those in it, and the one of the trust (NULL: none) that
     * issued its last. At most max are written; returns how many.
     */
    size_t (*trust_hashes)(const struct crypt_trust *trust, uint8_t *out, size_t max);
    size_t (*certs_hashes)(const struct crypt_certs *certs, const struct crypt_trust *trust, uint8_t *out,
                           size_t max);

    /* TLS with these keys, certificates and trusts (crypt_tls_ops.h). NULL: there is none. */
    const struct crypt_tls_ops *tls;
};
