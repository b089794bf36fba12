/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explanations of signatures: what is wrong with a peer's certificate, its chain, the name in it, or the
 * signature itself; and why we have none to offer.
 */
#include "explain_auth.h"

#include "base_text.h"
#include "crypt_pki_ops.h"
#include "crypt_sig.h"
#include "explain_int.h"
#include "explain_swan.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_cred.h"
#include "wire_ike.h"

/* What the operator of one side can do about a fault of a chain. NULL: nothing on that side. */
static const struct {
    const char *here, *peer;
} auth_cures[CRYPT_CHAIN_FAULTS] = {
    [CRYPT_CHAIN_MALFORMED] = {NULL, "a certificate in X.509 there"},
    [CRYPT_CHAIN_TOO_BIG] = {NULL, "a smaller certificate there"},
    [CRYPT_CHAIN_TOO_LONG] = {NULL, "fewer intermediate certificates there"},
    [CRYPT_CHAIN_EXPIRED] = {"look at this machine's clock, too", "a renewed certificate there"},
    [CRYPT_CHAIN_NOT_YET_VALID] = {"look at this machine's clock", "look at the clock of whoever issues"},
    [CRYPT_CHAIN_WRONG_CA] = {"%s: add this CA, if its holders are to be trusted",
                              "a certificate of a CA that is trusted here"},
    [CRYPT_CHAIN_NO_PATH] = {"%s: add the missing CA, if its holders are to be trusted",
                             "send the intermediate certificates, too (strongSwan: put them into x509ca)"},
    [CRYPT_CHAIN_REVOKED] = {NULL, "a new certificate there"},
    [CRYPT_CHAIN_NO_CRL] = {"%s: a current revocation list in crls, then reload", NULL},
    [CRYPT_CHAIN_BAD_USAGE] = {NULL, "a certificate there whose extended key usage allows clientAuth, "
                                     "serverAuth or ipsecIKE, or that has none"},
    [CRYPT_CHAIN_BAD_SIGNATURE] = {NULL, "a certificate there that its CA really signed"},
    [CRYPT_CHAIN_WEAK_DIGEST] = {NULL, "a certificate there that is signed with SHA-256 or better"},
    [CRYPT_CHAIN_SMALL_KEY] = {NULL, "a larger key there: RSA from 2048 bits on, ECDSA P-256, Ed25519"},
    [CRYPT_CHAIN_NAME_CONSTRAINT] = {NULL, "a certificate there with a name that its CA may give"},
    [CRYPT_CHAIN_PATH_LENGTH] = {NULL, "a certificate there whose chain is as short as its CAs want it"},
    [CRYPT_CHAIN_NOT_A_CA] = {NULL, "a certificate there that a CA issued"},
    [CRYPT_CHAIN_CRITICAL] = {NULL, "a certificate there without that extension"},
};

static void add_where(struct base_text *t, const struct ike_conn_conf *c)
{
    base_text_add(t, "the authorities of connections.%s.remote.ca", c->name);
}

/* `%s` of a cure is where the authorities are configured. */
static void add_cure(struct base_text *t, const char *cure, const struct ike_conn_conf *c)
{
    if (!cure)
        return;
    if (cure[0] == '%' && cure[1] == 's') {
        add_where(t, c);
        cure += 2;
    }
    base_text_add(t, "%s", cure);
}

static void add_chain(struct explain *e, const struct ike_conn_conf *conn, const struct crypt_verdict *v)
{
    base_text_add(&e->why, "%s", v->words);
    add_cure(&e->fix_here, auth_cures[v->fault].here, conn);
    add_cure(&e->fix_peer, auth_cures[v->fault].peer, conn);
}

static void add_name(struct explain *e, const struct ike_conn_conf *conn, const struct ike_job_verify *v)
{
    char id[IKE_ID_TEXT_MAX], swan[IKE_ID_TEXT_MAX];
    base_text_add(&e->why, "Its certificate is good, but does not name %s. It names: %s.",
                  ike_id_text(&v->peer, e->crypto, id), v->words[0] ? v->words : "nobody");
    base_text_add(&e->fix_here,
                  "connections.%s.remote.id: one of the names in the certificate, and the "
                  "same as the peer's own id",
                  conn->name);
    base_text_add(&e->fix_peer,
                  "one of these names as its identity (strongSwan: local.id), or a certificate with the "
                  "alternative name %s",
                  explain_swan_id(&v->peer, e->crypto, swan));
}

static void add_scheme(struct explain *e, const struct ike_conn_conf *conn, const struct ike_job_verify *v)
{
    if (v->finding == IKE_SIG_WEAK) {
        base_text_add(&e->why,
                      "It signs with %s (AUTH method %u), which is weak and not taken unless a connection "
                      "says so.",
                      crypt_sig_name(v->sig), v->auth.method);
        base_text_add(&e->fix_here, "connections.%s.weak: true, for a peer that has nothing better",
                      conn->name);
        base_text_add(&e->fix_peer,
                      "signatures by RFC 7427 there (strongSwan: charon.signature_authentication = yes)");
        return;
    }
    base_text_add(&e->why, "It signs with an algorithm that is not taken here (AUTH method %u).",
                  v->auth.method);
    base_text_add(&e->fix_peer, "RSA, RSA-PSS, ECDSA P-256 to P-521 or Ed25519, with SHA-2, there");
}

static void add_cert(struct explain *e, const struct ike_conn_conf *conn, const struct ike_job_verify *v)
{
    switch (v->finding) {
    case IKE_SIG_NO_CERT:
        base_text_add(&e->why, "It sent no certificate, and no certificate or key of it is configured.");
        base_text_add(&e->fix_here,
                      "connections.%s.remote.certificate or .public_key: a file with the peer's", conn->name);
        base_text_add(&e->fix_peer, "send the certificate (strongSwan: send_cert = always)");
        break;
    case IKE_SIG_URL:
        base_text_add(&e->why, "It sent a URL instead of a certificate (hash and URL). URLs of peers are "
                               "never fetched.");
        base_text_add(&e->fix_peer, "send the certificate itself (strongSwan: hash_and_url = no)");
        break;
    case IKE_SIG_FORM:
        base_text_add(&e->why, "It sent its certificate in a form that is not taken%s%s.",
                      v->words[0] ? ", encoding " : "", v->words);
        base_text_add(&e->fix_peer, "a certificate in X.509 there");
        break;
    case IKE_SIG_MALFORMED:
        base_text_add(&e->why, "%s", v->words);
        base_text_add(&e->fix_peer, "a certificate in X.509 there");
        break;
    case IKE_SIG_TIME:
        base_text_add(&e->why, "The certificate that is configured for it is %s.", v->words);
        base_text_add(
            &e->fix_here,
            "connections.%s.remote.certificate: the peer's renewed one; look at this machine's clock",
            conn->name);
        break;
    default:
        base_text_add(&e->why, "Its certificate or key is not the one that is configured for it.");
        base_text_add(&e->fix_here, "connections.%s.remote.certificate or .public_key: what the peer has now",
                      conn->name);
        break;
    }
}

static void add_wrong(struct explain *e, const struct ike_conn_conf *conn, const struct ike_job_verify *v)
{
    base_text_add(&e->why, "%s",
                  v->is_bare ? "The signature is not by the key that is configured for it."
                             : "The signature is not by the key of the certificate that it sent.");
    if (v->is_bare)
        base_text_add(&e->fix_here, "connections.%s.remote.public_key: the key that the peer has now",
                      conn->name);
    base_text_add(&e->fix_peer, "the private key that belongs to its certificate");
}

void explain_signature(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                       const struct ike_job_verify *v)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_CERT, about, conn))
        return;
    e.a->remote_id = v->peer;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s sent a signature as proof of its identity",
                  ike_id_text(&v->peer, e.crypto, id));
    explain_add_pair(&e, conn);
    switch (v->finding) {
    case IKE_SIG_METHOD:
    case IKE_SIG_WEAK:
        add_scheme(&e, conn, v);
        break;
    case IKE_SIG_CHAIN:
        e.a->detail = v->verdict.fault;
        add_chain(&e, conn, &v->verdict);
        break;
    case IKE_SIG_NAME:
        add_name(&e, conn, v);
        break;
    case IKE_SIG_WRONG:
        add_wrong(&e, conn, v);
        break;
    default:
        add_cert(&e, conn, v);
        break;
    }
    explain_end(ike, &e);
}

/* "SHA2-256, SHA2-384". */
static void add_hashes(struct base_text *t, uint32_t hashes)
{
    const char *separator = "";
    for (uint16_t h = 0; h < 32; h++) {
        const char *name = hashes & CRYPT_HASH_BIT(h) ? crypt_hash_name(h) : NULL;
        if (!name)
            continue;
        base_text_add(t, "%s%s", separator, name);
        separator = ", ";
    }
}

/* That the configuration narrows what an RSA key makes, where it does. */
static void add_pss(struct explain *e, const struct ike_conn_conf *conn)
{
    if (conn->rsa_pss == IKE_RSA_PSS_AUTO)
        return;
    base_text_add(&e->why, " An RSA key %s by RSASSA-PSS here.",
                  conn->rsa_pss == IKE_RSA_PSS_ALWAYS ? "signs only" : "never signs");
    base_text_add(&e->fix_here, "connections.%s.local.rsa_pss: \"auto\"; or ", conn->name);
}

void explain_no_scheme(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                       uint32_t hashes)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_UNPROVED, about, conn))
        return;
    base_text_add(&e.what, "we were to prove by a signature that we are %s",
                  ike_id_text(&conn->local_id, e.crypto, id));
    explain_add_pair(&e, conn);
    if (hashes) {
        base_text_add(&e.why, "None of our keys makes a signature with a hash that the peer takes: ");
        add_hashes(&e.why, hashes);
        base_text_add(&e.why, ".");
        add_pss(&e, conn);
        base_text_add(&e.fix_here, "connections.%s.local.certificate and .key: one more of another kind",
                      conn->name);
    } else {
        base_text_add(&e.why,
                      "The peer announced no hashes (RFC 7427), and without that an RSA key signs with SHA-1 "
                      "only, which is weak, and an Ed25519 key not at all.");
        base_text_add(
            &e.fix_here,
            "connections.%s.local.certificate and .key: an ECDSA one beside it; or, for a peer that "
            "has nothing better, connections.%s.weak: true",
            conn->name, conn->name);
    }
    base_text_add(&e.fix_peer,
                  "signatures by RFC 7427 there (strongSwan: charon.signature_authentication = yes)");
    explain_end(ike, &e);
}
