/* SPDX-License-Identifier: BSD-3-Clause */
/* The insecure double of crypt_pki_ops: no cryptography, but the rules that an engine can break. */
#include "null_pki.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "crypt_sig.h"

#define TEXT_MAX  400
#define TRUST_MAX 40

/* Keys, certificates and trusts alike: a text and its parts. */
struct null_object {
    _Atomic unsigned refs;
    char text[TEXT_MAX];
    char kind, key[64], names[200], issuer[64];
    long long not_after;
    bool is_raw;
};

struct crypt_key {
    struct null_object o;
};
struct crypt_cert {
    struct null_object o;
};
struct crypt_trust {
    struct null_object o;
    struct crypt_cert cas[TRUST_MAX];
};

static _Atomic unsigned alive;

unsigned null_pki_alive(void)
{
    return alive;
}

static void *object_new(size_t size, const char *text)
{
    struct null_object *o = calloc(1, size);
    if (!o || strlen(text) >= sizeof o->text)
        abort();
    o->refs = 1;
    alive++;
    strcpy(o->text, text);
    return o;
}

static void *object_get(struct null_object *o)
{
    o->refs++;
    return o;
}

static void object_put(struct null_object *o)
{
    if (!o || --o->refs > 0)
        return;
    alive--;
    free(o);
}

/* Copies up to the next ':' and returns what stands behind it. */
static const char *part_take(const char *text, char *out, size_t size)
{
    const size_t n = strcspn(text, ":");
    if (n >= size)
        abort();
    memcpy(out, text, n);
    out[n] = '\0';
    return text[n] ? text + n + 1 : text + n;
}

static bool object_parse(struct null_object *o)
{
    char kind[2] = "", end[32];
    if (strspn(o->text, "red") < 1 || o->text[1] != ':')
        return false;
    const char *p = part_take(o->text, kind, sizeof kind);
    o->kind = kind[0];
    p = part_take(p, o->key, sizeof o->key);
    o->is_raw = *p == '\0';
    p = part_take(p, o->names, sizeof o->names);
    p = part_take(p, o->issuer, sizeof o->issuer);
    part_take(p, end, sizeof end);
    o->not_after = end[0] ? atoll(end) : INT64_MAX;
    return o->key[0] != '\0';
}

struct crypt_key *null_pki_key(const char *text)
{
    struct crypt_key *k = object_new(sizeof *k, text);
    if (!object_parse(&k->o))
        abort();
    return k;
}

struct crypt_cert *null_pki_cert(const char *text)
{
    struct crypt_cert *c = object_new(sizeof *c, text);
    if (!object_parse(&c->o))
        abort();
    return c;
}

struct crypt_trust *null_pki_trust(const char *names)
{
    struct crypt_trust *t = object_new(sizeof *t, names);
    size_t n = 0;
    for (const char *p = names; *p; n++) {
        const int len = (int)strcspn(p, ",");
        if (n == TRUST_MAX)
            abort();
        snprintf(t->cas[n].o.text, TEXT_MAX, "r:%.*s:%.*s:%.*s", len, p, len, p, len, p);
        p += len + (p[len] == ',');
    }
    return t;
}

/* Whether `word` is one of those with commas between them. */
static bool list_has(const char *list, const char *word, size_t len)
{
    for (const char *p = list; *p;) {
        const size_t n = strcspn(p, ",");
        if (n == len && strncasecmp(p, word, n) == 0)
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}

static struct crypt_key *null_key_get(struct crypt_key *key)
{
    return object_get(&key->o);
}

static void null_key_put(struct crypt_key *key)
{
    object_put((struct null_object *)key);
}

static void null_key_text(const struct crypt_key *key, struct base_text *out)
{
    base_text_add(out, "%s", key->o.text);
}

static struct crypt_cert *null_key_public(const struct crypt_key *key)
{
    return null_pki_cert(key->o.text);
}

static bool null_key_fits(const struct crypt_key *key, const struct crypt_cert *cert, struct base_text *why)
{
    const bool fits = key->o.kind == cert->o.kind && strcmp(key->o.key, cert->o.key) == 0;
    if (!fits)
        base_text_add(why, "the key is not that of %s", cert->o.text);
    return fits;
}

static bool kind_makes(char kind, const struct crypt_sig_row *row)
{
    if (kind == 'e')
        return row->key == CRYPT_SIG_KEY_EC && (row->ec_bits == 0 || row->ec_bits == 256);
    return row->key == (kind == 'r' ? CRYPT_SIG_KEY_RSA : CRYPT_SIG_KEY_ED25519);
}

static size_t null_key_schemes(const struct crypt_key *key, uint32_t hashes, bool prefers_pss,
                               enum crypt_sig out[CRYPT_SIGS])
{
    size_t n = 0;
    for (int second = 0; second < 2; second++)
        for (enum crypt_sig s = CRYPT_SIG_NONE + 1; s < CRYPT_SIGS; s++) {
            const struct crypt_sig_row *row = crypt_sig_row(s);
            const bool by_hash = row->method == CRYPT_SIG_METHOD_DIGITAL;
            if (row->method && kind_makes(key->o.kind, row) && by_hash == (hashes != 0) &&
                (!by_hash || hashes & CRYPT_HASH_BIT(row->hash)) &&
                (crypt_sig_is_pss(s) == prefers_pss) == !second)
                out[n++] = s;
        }
    return n;
}

static void toy_signature(const struct null_object *o, enum crypt_sig sig, struct base_span octets,
                          uint8_t out[8])
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) + (uint64_t)sig;
    for (const char *p = o->key; *p; p++)
        h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < octets.len; i++)
        h = (h ^ octets.ptr[i]) * UINT64_C(0x100000001b3);
    memcpy(out, &h, 8);
}

static int null_sign(const struct crypt_key *key, enum crypt_sig sig, struct base_span octets, uint8_t *out,
                     size_t *len)
{
    if (!crypt_sig_row(sig) || !kind_makes(key->o.kind, crypt_sig_row(sig)))
        return -EINVAL;
    toy_signature(&key->o, sig, octets, out);
    *len = 8;
    return 0;
}

static int null_verify(const struct crypt_cert *cert, enum crypt_sig sig, struct base_span octets,
                       struct base_span signature)
{
    uint8_t want[8];
    if (!crypt_sig_row(sig) || !kind_makes(cert->o.kind, crypt_sig_row(sig)))
        return 0;
    toy_signature(&cert->o, sig, octets, want);
    return base_span_equal(signature, base_span(want, 8));
}

static void null_certs_put(struct crypt_certs *certs)
{
    for (size_t i = 0; i < certs->n; i++)
        object_put(&certs->at[i]->o);
    *certs = (struct crypt_certs){0};
}

static int null_cert_parse(enum crypt_cert_form form, struct base_span der, struct crypt_cert **out,
                           struct base_text *why)
{
    char text[TEXT_MAX];
    *out = NULL;
    if (der.len < 3 || der.len >= sizeof text || memchr(der.ptr, 0, der.len)) {
        base_text_add(why, "no certificate");
        return -EINVAL;
    }
    memcpy(text, der.ptr, der.len);
    text[der.len] = '\0';
    struct crypt_cert *c = object_new(sizeof *c, text);
    if (!object_parse(&c->o) || c->o.is_raw != (form == CRYPT_CERT_RAW_KEY)) {
        object_put(&c->o);
        base_text_add(why, "no certificate");
        return -EINVAL;
    }
    *out = c;
    return 0;
}

static struct crypt_cert *null_cert_get(struct crypt_cert *cert)
{
    return object_get(&cert->o);
}

static void null_cert_put(struct crypt_cert *cert)
{
    object_put((struct null_object *)cert);
}

static struct base_span null_cert_der(const struct crypt_cert *cert)
{
    return base_span(cert->o.text, strlen(cert->o.text));
}

static struct base_span null_cert_subject(const struct crypt_cert *cert)
{
    return base_span(cert->o.names, cert->o.is_raw ? 0 : strcspn(cert->o.names, ","));
}

static bool null_cert_same_key(const struct crypt_cert *a, const struct crypt_cert *b)
{
    return a->o.kind == b->o.kind && strcmp(a->o.key, b->o.key) == 0;
}

static void null_cert_info(const struct crypt_cert *cert, struct crypt_cert_info *out)
{
    *out = (struct crypt_cert_info){.form = cert->o.is_raw ? CRYPT_CERT_RAW_KEY : CRYPT_CERT_X509,
                                    .not_after = cert->o.not_after};
    snprintf(out->names, sizeof out->names, "%s", cert->o.names);
}

static bool null_cert_names(const struct crypt_cert *cert, uint8_t id_type, struct base_span id,
                            bool takes_cn)
{
    (void)id_type;
    (void)takes_cn;
    return !cert->o.is_raw && list_has(cert->o.names, (const char *)id.ptr, id.len);
}

static struct crypt_trust *null_trust_get(struct crypt_trust *trust)
{
    return object_get(&trust->o);
}

static void null_trust_put(struct crypt_trust *trust)
{
    object_put((struct null_object *)trust);
}

static size_t null_trust_count(const struct crypt_trust *trust)
{
    size_t n = trust->o.text[0] != '\0';
    for (const char *p = trust->o.text; *p; p++)
        n += *p == ',';
    return n;
}

static const struct crypt_cert *null_trust_ca(const struct crypt_trust *trust, size_t n)
{
    return n < null_trust_count(trust) ? &trust->cas[n] : NULL;
}

static uint64_t mark_of(const char *name, size_t len)
{
    uint64_t mark = 5381;
    for (size_t i = 0; i < len; i++)
        mark = mark * 33 + (uint8_t)name[i];
    return mark;
}

static uint64_t null_cert_mark(const struct crypt_cert *cert)
{
    return cert->o.is_raw ? 0 : mark_of(cert->o.names, strcspn(cert->o.names, ","));
}

static bool null_trust_lists(const struct crypt_trust *trust, uint64_t mark)
{
    for (const char *p = trust->o.text; *p; p += *p == ',') {
        const size_t len = strcspn(p, ",");
        if (*p == '-' && mark_of(p + 1, len - 1) == mark)
            return true;
        p += len;
    }
    return false;
}

/* From a certificate by its issuers, one of which the trust has; path gets the marks of all below that. */
static bool chain_ends(const struct crypt_trust *trust, const struct crypt_peer_chain *peer,
                       const struct crypt_cert *leaf, struct crypt_marks *path)
{
    char issuer[64];
    strcpy(issuer, leaf->o.issuer);
    *path = (struct crypt_marks){1, {null_cert_mark(leaf)}};
    for (size_t depth = 0; depth < CRYPT_CHAIN_MAX; depth++) {
        bool found = false;
        if (list_has(trust->o.text, issuer, strlen(issuer)))
            return true;
        for (size_t i = 0; i < peer->n_others && !found; i++) {
            struct crypt_cert *c;
            char why[100];
            struct base_text words = base_text(why, sizeof why);
            if (null_cert_parse(CRYPT_CERT_X509, peer->others[i], &c, &words) < 0)
                continue;
            found = list_has(c->o.names, issuer, strlen(issuer));
            if (found) {
                strcpy(issuer, c->o.issuer);
                path->at[path->n++] = null_cert_mark(c);
            }
            object_put(&c->o);
        }
        if (!found)
            return false;
    }
    return false;
}

static enum crypt_fault null_chain_verify(const struct crypt_trust *trust,
                                          const struct crypt_peer_chain *peer, enum crypt_purpose purpose,
                                          int64_t now, struct crypt_verdict *verdict,
                                          struct crypt_cert **leaf)
{
    struct base_text words = base_text(verdict->words, sizeof verdict->words);
    (void)purpose;
    verdict->fault = CRYPT_CHAIN_GOOD;
    if (null_cert_parse(CRYPT_CERT_X509, peer->leaf, leaf, &words) < 0)
        return verdict->fault = CRYPT_CHAIN_MALFORMED;
    if (!chain_ends(trust, peer, *leaf, &verdict->path))
        verdict->fault = CRYPT_CHAIN_NO_PATH;
    else if (now > (*leaf)->o.not_after)
        verdict->fault = CRYPT_CHAIN_EXPIRED;
    if (verdict->fault == CRYPT_CHAIN_GOOD)
        return verdict->fault;
    base_text_add(&words, "fault %d of %s.", verdict->fault, (*leaf)->o.text);
    object_put(&(*leaf)->o);
    *leaf = NULL;
    return verdict->fault;
}

/* The name of an authority, filled up. */
static void hash_of(const char *name, size_t len, uint8_t out[CRYPT_CA_HASH_BYTES])
{
    memset(out, 0, CRYPT_CA_HASH_BYTES);
    memcpy(out, name, len < CRYPT_CA_HASH_BYTES ? len : CRYPT_CA_HASH_BYTES);
}

static size_t null_trust_hashes(const struct crypt_trust *trust, uint8_t *out, size_t max)
{
    size_t n = 0;
    for (const char *p = trust->o.text; *p && n < max; n++) {
        const size_t len = strcspn(p, ",");
        hash_of(p, len, out + n * CRYPT_CA_HASH_BYTES);
        p += len + (p[len] == ',');
    }
    return n;
}

static size_t null_certs_hashes(const struct crypt_certs *certs, const struct crypt_trust *trust,
                                uint8_t *out, size_t max)
{
    size_t n = 0;
    (void)trust;
    for (size_t i = 0; i < certs->n && n < max; i++, n++)
        hash_of(certs->at[i]->o.issuer, strlen(certs->at[i]->o.issuer), out + n * CRYPT_CA_HASH_BYTES);
    return n;
}

const struct crypt_pki_ops null_pki_ops = {
    .key_get = null_key_get,
    .key_put = null_key_put,
    .key_text = null_key_text,
    .key_public = null_key_public,
    .key_fits = null_key_fits,
    .key_schemes = null_key_schemes,
    .sign = null_sign,
    .verify = null_verify,
    .certs_put = null_certs_put,
    .cert_parse = null_cert_parse,
    .cert_get = null_cert_get,
    .cert_put = null_cert_put,
    .cert_der = null_cert_der,
    .cert_subject = null_cert_subject,
    .cert_same_key = null_cert_same_key,
    .cert_mark = null_cert_mark,
    .cert_info = null_cert_info,
    .cert_names = null_cert_names,
    .trust_get = null_trust_get,
    .trust_put = null_trust_put,
    .trust_count = null_trust_count,
    .trust_ca = null_trust_ca,
    .trust_lists = null_trust_lists,
    .chain_verify = null_chain_verify,
    .trust_hashes = null_trust_hashes,
    .certs_hashes = null_certs_hashes,
};
