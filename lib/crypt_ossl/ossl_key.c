/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private keys: read from PEM, DER, PKCS#12 or hardware, judged, and held against certificates. The library
 * keeps the numbers of a key where ossl_secret_start() says; bytes of files are in memory for secrets.
 */
#include "ossl_key.h"

#include <errno.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "base_file.h"
#include "ossl_cert.h"
#include "ossl_certs.h"
#include "ossl_lib.h"
#include "ossl_pkcs12.h"
#include "ossl_pki.h"
#include "ossl_sniff.h"
#include "ossl_token.h"

static int phrase_tell(char *buf, int size, int writes, void *passphrase)
{
    const size_t len = passphrase ? strlen(passphrase) : 0;
    if (!passphrase || size < 0 || len > (size_t)size)
        return -1;
    memcpy(buf, passphrase, len);
    return (int)len;
}

static EVP_PKEY *pem_key(struct base_span bytes, char *passphrase)
{
    BIO *bio = BIO_new_mem_buf(bytes.ptr, (int)bytes.len);
    EVP_PKEY *pkey =
        bio ? PEM_read_bio_PrivateKey_ex(bio, NULL, phrase_tell, passphrase, ossl_lib(), NULL) : NULL;
    BIO_free(bio);
    return pkey;
}

static EVP_PKEY *locked_der_key(struct base_span bytes, const char *passphrase)
{
    const unsigned char *pos = bytes.ptr;
    EVP_PKEY *pkey = NULL;
    X509_SIG *locked = d2i_X509_SIG(NULL, &pos, (long)bytes.len);
    PKCS8_PRIV_KEY_INFO *info =
        locked ? PKCS8_decrypt_ex(locked, passphrase, (int)strlen(passphrase), ossl_lib(), NULL) : NULL;
    if (info)
        pkey = EVP_PKCS82PKEY_ex(info, ossl_lib(), NULL);
    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(locked);
    return pkey;
}

static EVP_PKEY *der_key(struct base_span bytes, unsigned holds, const char *passphrase)
{
    const unsigned char *pos = bytes.ptr;
    if (holds & OSSL_HOLDS_LOCKED_KEY)
        return locked_der_key(bytes, passphrase);
    return d2i_AutoPrivateKey_ex(NULL, &pos, (long)bytes.len, ossl_lib(), NULL);
}

/* What is no PKCS#12. 0, or negative and why. */
static int plain_key(const char *name, struct base_span bytes, unsigned holds, const char *passphrase,
                     EVP_PKEY **out, struct base_text *why)
{
    if (!(holds & (OSSL_HOLDS_KEY | OSSL_HOLDS_LOCKED_KEY))) {
        base_text_add(why, "%s holds ", name);
        ossl_sniff_text(holds, bytes, why);
        base_text_add(why, ", and a private key was expected");
        return -EINVAL;
    }
    const bool is_locked = holds & OSSL_HOLDS_LOCKED_KEY;
    if (is_locked && !passphrase) {
        base_text_add(why, "%s is encrypted, and no passphrase is given to open it", name);
        return -EACCES;
    }
    *out = holds & OSSL_HOLDS_PEM ? pem_key(bytes, (char *)passphrase) : der_key(bytes, holds, passphrase);
    if (*out)
        return 0;
    if (is_locked)
        base_text_add(
            why,
            "the passphrase does not open %s, or it is encrypted by an old cipher; make it anew with: "
            "openssl pkcs8 -topk8",
            name);
    else
        base_text_add(why, "%s: the private key in it is damaged", name);
    return is_locked ? -EACCES : -EINVAL;
}

/* The public part as something of its own. NULL: the key does not give it away. */
static struct crypt_cert *public_of(const EVP_PKEY *pkey)
{
    char ignored[160];
    struct base_text why = base_text(ignored, sizeof ignored);
    unsigned char *der = NULL;
    struct crypt_cert *out = NULL;
    const int len = i2d_PUBKEY(pkey, &der);
    if (len > 0)
        (void)ossl_cert_new(CRYPT_CERT_RAW_KEY, base_span(der, (size_t)len), CRYPT_CERT_DER_MAX, &out, &why);
    OPENSSL_free(der);
    return out;
}

/* Takes pkey, also when it fails. */
static int key_make(const char *name, EVP_PKEY *pkey, OSSL_LIB_CTX *lib, bool is_hard, struct crypt_key **out,
                    struct base_text *why)
{
    struct crypt_key *key = calloc(1, sizeof *key);
    char reason[160];
    struct base_text flaw = base_text(reason, sizeof reason);
    if (!key) {
        EVP_PKEY_free(pkey);
        base_text_add(why, "no memory for %s", name);
        return -ENOMEM;
    }
    *key = (struct crypt_key){.refs = 1, .pkey = pkey, .lib = lib, .is_hard = is_hard};
    if (!ossl_kind_of(pkey, &key->kind, &flaw)) {
        base_text_add(why, "%s: its key is %s", name, reason);
        ossl_key_put(key);
        return -EINVAL;
    }
    key->public = public_of(pkey);
    ERR_clear_error();
    *out = key;
    return 0;
}

int ossl_key_read(const char *name, struct base_span bytes, const char *passphrase, struct crypt_key **out,
                  struct crypt_certs *certs, struct base_text *why)
{
    EVP_PKEY *pkey = NULL;
    int err;
    *out = NULL;
    if (certs)
        *certs = (struct crypt_certs){0};
    if (bytes.len > OSSL_FILE_MAX) {
        base_text_add(why, "%s is too large for a key", name);
        return -EINVAL;
    }
    const unsigned holds = ossl_sniff(bytes);
    if (holds & OSSL_HOLDS_PKCS12) {
        err = ossl_pkcs12_read(name, bytes, passphrase, &pkey, certs, why);
        if (err == 0 && !pkey) {
            base_text_add(why, "%s is a PKCS#12 archive without a private key", name);
            err = -EINVAL;
        }
    } else
        err = plain_key(name, bytes, holds, passphrase, &pkey, why);
    if (err == 0)
        err = key_make(name, pkey, ossl_lib(), false, out, why);
    if (err < 0 && certs)
        ossl_certs_put(certs);
    ERR_clear_error();
    return err;
}

static int token_key(const char *uri, const char *pin, struct crypt_key **out, struct base_text *why)
{
    EVP_PKEY *pkey;
    OSSL_LIB_CTX *lib;
    const int err = ossl_token_key(uri, pin, &pkey, &lib, why);
    return err < 0 ? err : key_make("the token", pkey, lib, true, out, why);
}

/* Whether a file that others may read holds something known that is no private key. */
static bool holds_no_secret(const char *path)
{
    char ignored[CRYPT_WORDS_MAX];
    struct base_text why = base_text(ignored, sizeof ignored);
    struct base_file file;
    if (base_file_read(path, OSSL_FILE_MAX, false, &file, &why) < 0)
        return false;
    const unsigned holds = ossl_sniff(base_file_span(&file));
    base_file_free(&file);
    return holds && !(holds & (OSSL_HOLDS_KEY | OSSL_HOLDS_LOCKED_KEY | OSSL_HOLDS_PKCS12));
}

int ossl_key_load(const char *where, const char *passphrase, struct crypt_key **out,
                  struct crypt_certs *certs, struct base_text *why)
{
    struct base_file file;
    *out = NULL;
    if (certs)
        *certs = (struct crypt_certs){0};
    if (ossl_token_is_uri(where))
        return token_key(where, passphrase, out, why);
    const size_t said = why->len;
    int err = base_file_read(where, OSSL_FILE_MAX, true, &file, why);
    if (err == -EACCES && holds_no_secret(where)) { /* the wrong file matters more than who may read it */
        why->len = said;
        why->buf[said] = '\0';
        err = base_file_read(where, OSSL_FILE_MAX, false, &file, why);
    }
    if (err < 0)
        return err;
    err = ossl_key_read(where, base_file_span(&file), passphrase, out, certs, why);
    base_file_free(&file);
    return err;
}

struct crypt_key *ossl_key_get(struct crypt_key *key)
{
    atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
    return key;
}

void ossl_key_put(struct crypt_key *key)
{
    /* Release what this thread did with it; acquire what all others did, before it goes. */
    if (!key || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1)
        return;
    EVP_PKEY_free(key->pkey); /* wipes */
    ossl_cert_put(key->public);
    free(key);
}

void ossl_key_text(const struct crypt_key *key, struct base_text *out)
{
    base_text_add(out, "%s%s", key->kind.text, key->is_hard ? " in hardware" : "");
}

struct crypt_cert *ossl_key_public(const struct crypt_key *key)
{
    return key->public ? ossl_cert_get(key->public) : NULL;
}

bool ossl_key_fits(const struct crypt_key *key, const struct crypt_cert *cert, struct base_text *why)
{
    char dn[OSSL_DN_MAX];
    const EVP_PKEY *own = key->public ? key->public->pkey : key->pkey;
    const bool is_own = cert->pkey && EVP_PKEY_eq(own, cert->pkey) == 1;
    if (!is_own)
        base_text_add(why, "the private key (%s) does not belong to the certificate of %s (%s)",
                      key->kind.text, ossl_cert_text(cert, dn), cert->kind.text);
    ERR_clear_error();
    return is_own;
}
