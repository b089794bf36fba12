/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What we prove ourselves by with a signature: keys and certificates from files or a token. Keys and
 * certificates are paired by what is in them, not by their order.
 */
#include "conf_creds.h"

#include <stdlib.h>
#include <string.h>
#include "base_file.h"
#include "base_wipe.h"
#include "base_text.h"
#include "ossl_ops.h"

#define PASSPHRASE_MAX 1024

/* Keys and chains of one connection while they are loaded. */
struct creds_load {
    struct conf_creds *x;
    struct base_file passphrase; /* its file, with NUL; none */
    size_t n_keys, n_chains;
    struct crypt_key *keys[2 * IKE_CREDS_MAX];
    struct crypt_certs chains[2 * IKE_CREDS_MAX];
    bool ok;
};

/* A file that could not be used is told at its key, `name`. */
static void creds_fail(struct creds_load *l, const char *name, const char *sentence)
{
    const size_t mark = conf_enter(l->x->r, name);
    conf_fail(l->x->r, "%s", sentence);
    conf_leave(l->x->r, mark);
    l->ok = false;
}

static void creds_read_passphrase(struct creds_load *l, const json_t *local)
{
    const char *file = json_string_value(json_object_get(local, "key_passphrase_file"));
    if (!file)
        return;
    const size_t mark = conf_enter(l->x->r, "key_passphrase_file");
    l->ok = conf_file_secret(l->x->r, file, PASSPHRASE_MAX, &l->passphrase);
    conf_leave(l->x->r, mark);
    if (l->ok && (l->passphrase.len == 0 || memchr(l->passphrase.bytes, '\0', l->passphrase.len)))
        creds_fail(l, "key_passphrase_file",
                   "is empty or holds a NUL byte; write the passphrase as one line");
}

/* Copies the first line. NULL: there is no passphrase. */
static const char *creds_passphrase(const struct creds_load *l, char out[PASSPHRASE_MAX + 1])
{
    if (!l->passphrase.len)
        return NULL;
    memcpy(out, l->passphrase.bytes, l->passphrase.len);
    out[l->passphrase.len] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    return out;
}

static void creds_load_key(struct creds_load *l, const char *name, const char *file, const char *passphrase)
{
    char where[CONF_PATH_MAX], sentence[CONF_WHY_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    const bool is_pkcs12 = strcmp(name, "pkcs12") == 0;
    struct crypt_certs *certs = is_pkcs12 ? &l->chains[l->n_chains] : NULL;
    if (ossl_pki_ops.key_load(conf_where(l->x->r->folder, file, where), passphrase, &l->keys[l->n_keys],
                              certs, &why) < 0) {
        creds_fail(l, name, sentence);
        return;
    }
    l->n_keys++;
    l->n_chains += is_pkcs12 && certs->n > 0;
}

static void creds_load_chain(struct creds_load *l, const char *file, const char *passphrase)
{
    char where[CONF_PATH_MAX], sentence[CONF_WHY_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    if (ossl_pki_ops.certs_load(conf_where(l->x->r->folder, file, where), passphrase, &l->chains[l->n_chains],
                                &why) < 0)
        creds_fail(l, "certificate", sentence);
    else
        l->n_chains++;
}

/* Intermediate certificates from a file, each behind the one that it issued. */
static void creds_load_issuers(struct creds_load *l, const char *file)
{
    char where[CONF_PATH_MAX], sentence[CONF_WHY_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    size_t took, all = 0;
    conf_where(l->x->r->folder, file, where);
    for (size_t i = 0; l->ok && i < l->n_chains; i++) {
        if (ossl_pki_ops.certs_extend(where, &l->chains[i], &took, &why) < 0)
            creds_fail(l, "chain", sentence);
        all += took;
    }
    if (!l->ok || all > 0)
        return;
    base_text_add(&why, "%s holds none that issued one of `certificate`", where);
    creds_fail(l, "chain", sentence);
}

static void creds_load_files(struct creds_load *l, const json_t *local)
{
    char buf[PASSPHRASE_MAX + 1];
    const char *file, *passphrase = creds_passphrase(l, buf);
    const json_t *keys = json_object_get(local, "key"), *certs = json_object_get(local, "certificate");
    const json_t *both = json_object_get(local, "pkcs12");
    for (size_t i = 0; (file = conf_value_at(both, i)) != NULL; i++)
        creds_load_key(l, "pkcs12", file, passphrase);
    for (size_t i = 0; (file = conf_value_at(certs, i)) != NULL; i++)
        creds_load_chain(l, file, passphrase);
    for (size_t i = 0; l->ok && (file = conf_value_at(json_object_get(local, "chain"), i)) != NULL; i++)
        creds_load_issuers(l, file);
    for (size_t i = 0; (file = conf_value_at(keys, i)) != NULL; i++)
        creds_load_key(l, "key", file, passphrase);
    base_wipe(buf, sizeof buf);
}

/* The key of a chain, which is taken out of the list. NULL: none fits. */
static struct crypt_key *creds_key_of(struct creds_load *l, const struct crypt_cert *cert)
{
    for (size_t i = 0; i < l->n_keys; i++) {
        char sentence[CONF_WHY_MAX];
        struct base_text why = base_text(sentence, sizeof sentence);
        struct crypt_key *key = l->keys[i];
        if (!ossl_pki_ops.key_fits(key, cert, &why))
            continue;
        l->keys[i] = l->keys[--l->n_keys];
        return key;
    }
    return NULL;
}

/* Pairs, in the order of the certificates; a key that no certificate shows is a raw one. */
static void creds_pair(struct creds_load *l, struct ike_creds *out)
{
    char sentence[CONF_WHY_MAX];
    for (size_t i = 0; i < l->n_chains; i++) {
        struct base_text why = base_text(sentence, sizeof sentence);
        struct crypt_key *key = creds_key_of(l, l->chains[i].at[0]);
        if (key && ike_creds_add(&ossl_pki_ops, out, key, &l->chains[i], conf_authority_all(l->x)))
            continue;
        ossl_pki_ops.key_put(key);
        base_text_add(&why, key ? "at most %d of them" : "no key of `key` belongs to certificate %d",
                      key ? IKE_CREDS_MAX : (int)i + 1);
        creds_fail(l, "certificate", sentence);
    }
    if (l->n_keys && l->n_chains)
        creds_fail(l, "key", "there is a key that belongs to none of the certificates");
    while (l->n_keys > 0 && l->ok) {
        struct crypt_key *key = l->keys[0];
        struct crypt_certs certs = {1, {ossl_pki_ops.key_public(key)}};
        memmove(l->keys, l->keys + 1, --l->n_keys * sizeof *l->keys);
        if (certs.at[0] && ike_creds_add(&ossl_pki_ops, out, key, &certs, NULL))
            continue;
        ossl_pki_ops.key_put(key);
        ossl_pki_ops.cert_put(certs.at[0]);
        creds_fail(l, "key", "its public key cannot be told; write its certificate beside it");
    }
}

/* NULL: faults are noted. */
static const struct ike_creds *creds_load(struct conf_creds *x, const json_t *local)
{
    struct creds_load l = {.x = x, .ok = true};
    struct ike_creds *out = ike_creds_new(&x->ike->creds);
    if (!out)
        return NULL;
    creds_read_passphrase(&l, local);
    if (l.ok)
        creds_load_files(&l, local);
    if (l.ok)
        creds_pair(&l, out);
    if (l.ok && out->n == 0)
        creds_fail(&l, "auth",
                   "\"pubkey\" needs certificate and key, or pkcs12, or a key alone where peers know it");
    base_file_free(&l.passphrase);
    for (size_t i = 0; i < l.n_keys; i++)
        ossl_pki_ops.key_put(l.keys[i]);
    for (size_t i = 0; i < l.n_chains; i++)
        ossl_pki_ops.certs_put(&l.chains[i]);
    return l.ok ? out : NULL;
}

/* Text that is the same for connections that prove themselves by the same files. To be freed. */
static char *creds_key(const struct conf_creds *x, const json_t *local)
{
    json_t *key =
        json_pack("{s:O*, s:O*, s:O*, s:O*, s:O*, s:s}", "certificate", json_object_get(local, "certificate"),
                  "chain", json_object_get(local, "chain"), "key", json_object_get(local, "key"), "pkcs12",
                  json_object_get(local, "pkcs12"), "passphrase",
                  json_object_get(local, "key_passphrase_file"), "folder", x->r->folder);
    char *text = key ? json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(key);
    return text;
}

/* Without local.id: the subject of the first certificate. */
static void creds_settle_id(struct conf_creds *x, const json_t *local, struct ike_conn_conf *conn)
{
    const struct crypt_cert *cert = conn->creds ? conn->creds->list[0].certs.at[0] : NULL;
    const struct base_span subject = cert ? ossl_pki_ops.cert_subject(cert) : BASE_SPAN_NONE;
    char id[IKE_ID_TEXT_MAX];
    const size_t mark = conf_enter(x->r, "id");
    if (!json_object_get(local, "id") && subject.len > 2 && subject.len <= IKE_ID_MAX) {
        conn->local_id = (struct ike_id){.type = WIRE_IKE_ID_DN, .len = (uint8_t)subject.len};
        memcpy(conn->local_id.bytes, subject.ptr, subject.len);
    } else if (!json_object_get(local, "id")) {
        conf_fail(x->r,
                  "missing: say who we are to the peer: NAT changes addresses, so keys are found by "
                  "identity; write for example \"id\": \"@gw.example.org\", and the same as remote id on "
                  "the peer");
    } else if (subject.len && !ike_creds_name(&ossl_pki_ops, conn->creds, conn->local_id.type,
                                              base_span(conn->local_id.bytes, conn->local_id.len))) {
        conf_warn(
            x->r,
            "no certificate in `certificate` names %.200s, so most peers will refuse it; write a name that "
            "is in the certificate, or take the key out for its subject",
            ike_id_text(&conn->local_id, &ossl_ike_ops, id));
    }
    conf_leave(x->r, mark);
}

/* Loads what a side says of keys and certificates, unless another connection has. False: faults are noted. */
static bool creds_take(struct conf_creds *x, const json_t *side, struct ike_conn_conf *conn)
{
    char *key = creds_key(x, side);
    const json_t *was = key ? json_object_get(x->ours, key) : NULL;
    if (was)
        conn->creds = (const struct ike_creds *)(uintptr_t)json_integer_value(was);
    else if (key) {
        conn->creds = creds_load(x, side);
        json_object_set_new(x->ours, key, json_integer((json_int_t)(uintptr_t)conn->creds));
    }
    free(key);
    return conn->creds != NULL;
}

static const char *const creds_keys[] = {"certificate", "chain", "key", "pkcs12", "key_passphrase_file"};

static bool creds_has(const json_t *side)
{
    for (size_t i = 0; i < sizeof creds_keys / sizeof *creds_keys; i++)
        if (json_object_get(side, creds_keys[i]))
            return true;
    return false;
}

/* Keys and certificates that no method of ours shows. */
static void creds_refuse(struct conf_creds *x, const json_t *side)
{
    for (size_t i = 0; i < sizeof creds_keys / sizeof *creds_keys; i++)
        if (json_object_get(side, creds_keys[i])) {
            const size_t at = conf_enter(x->r, creds_keys[i]);
            conf_fail(x->r, "is for a signature; write \"auth\": \"pubkey\" beside it, or take it out");
            conf_leave(x->r, at);
        }
}

/* Those of a further round: of its own, or the first one's. */
static void creds_then(struct conf_creds *x, const json_t *local, const struct ike_conn_conf *conn,
                       struct ike_conn_conf *then)
{
    const json_t *own = conf_round_then(local, then->round);
    const bool has_own = creds_has(own);
    const size_t mark = conf_round_enter(x->r, has_own ? then->round : 0);
    if (then->local_auth == IKE_AUTH_NONE)
        then->creds = conn->creds; /* a login by TLS shows them, too */
    if (!conf_creds_is_used(then->local_auth))
        creds_refuse(x, own);
    else if (creds_take(x, has_own ? own : local, then) && has_own)
        creds_settle_id(x, own, then);
    conf_leave(x->r, mark);
}

static void creds_local(struct conf_creds *x, const json_t *local, struct ike_conn_conf *conn)
{
    const bool is_used = conf_creds_is_used(conn->local_auth);
    const size_t mark = conf_enter(x->r, "local");
    if (!conf_creds_are_used(conn, true))
        creds_refuse(x, local);
    if (!is_used || creds_take(x, local, conn))
        creds_settle_id(x, local, conn);
    for (struct ike_conn_conf *then = conn->then; then; then = then->then)
        creds_then(x, local, conn, then);
    conf_leave(x->r, mark);
}

void conf_creds_build(struct conf_reader *r, const json_t *root, struct ike_conf *ike)
{
    struct conf_creds x = {.ike = ike, .r = r, .folder = r->folder};
    const json_t *list = json_object_get(root, "connections");
    const char *name;
    json_t *o;
    size_t n = 0;
    ike->pki = &ossl_pki_ops;
    x.ours = json_object();
    x.theirs = json_object();
    x.named = json_object();
    conf_authority_read(&x, root);
    const size_t mark = conf_enter(r, "connections");
    json_object_foreach((json_t *)list, name, o)
    {
        /* Those with faults were not built. */
        if (n == ike->n_conns || strcmp(ike->conns[n].name, name) != 0)
            continue;
        if (!json_is_object(o)) { /* copied, with no credentials of this kind (conf_texts.c) */
            n++;
            continue;
        }
        const size_t at = conf_enter(r, name);
        creds_local(&x, json_object_get(o, "local"), &ike->conns[n]);
        conf_authority_remote(&x, json_object_get(o, "remote"), &ike->conns[n++]);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    conf_authority_unused(&x);
    ossl_pki_ops.trust_put(x.all);
    json_decref(x.ours);
    json_decref(x.theirs);
    json_decref(x.named);
}
