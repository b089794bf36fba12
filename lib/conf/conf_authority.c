/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What peers' signatures are held against: authorities with their revocation lists, and certificates or keys
 * of single peers.
 */
#include "conf_creds.h"

#include <stdlib.h>
#include <string.h>
#include "base_text.h"
#include "ossl_ops.h"

const char *conf_value_at(const json_t *value, size_t n)
{
    if (!json_is_array(value))
        return n == 0 ? json_string_value(value) : NULL;
    return json_string_value(json_array_get(value, n));
}

const char *conf_where(const char *folder, const char *name, char out[CONF_PATH_MAX])
{
    const bool is_uri = strncmp(name, "pkcs11:", 7) == 0;
    if (is_uri || !conf_file_at(folder, name, out)) /* a name that is too long is cut, and not found */
        snprintf(out, CONF_PATH_MAX, "%s", name);
    return out;
}

typedef int authority_add_fn(struct crypt_trust *trust, const char *where, struct base_text *why);

/* The files of one key of an authority; faults are noted there, wherever the reader stands now. */
static bool authority_add(struct conf_creds *x, struct crypt_trust *trust, const char *name, const char *key,
                          authority_add_fn *add)
{
    struct conf_reader at = {
        .report = x->r->report, .folder = x->folder, .main_folder = x->folder, .origins = x->r->origins};
    const json_t *files = json_object_get(json_object_get(x->authorities, name), key);
    const char *file;
    bool ok = true;
    conf_enter(&at, "authorities");
    conf_enter(&at, name);
    conf_enter(&at, key);
    for (size_t i = 0; (file = conf_value_at(files, i)) != NULL; i++) {
        char where[CONF_PATH_MAX], sentence[CONF_WHY_MAX];
        struct base_text why = base_text(sentence, sizeof sentence);
        if (add(trust, conf_where(at.folder, file, where), &why) == 0)
            continue;
        conf_fail(&at, "%s", sentence);
        ok = false;
    }
    return ok;
}

static bool authority_fill(struct conf_creds *x, struct crypt_trust *trust, const char *name)
{
    const bool has_cas = authority_add(x, trust, name, "certificates", ossl_pki_ops.trust_add_cas);
    return authority_add(x, trust, name, "crls", ossl_pki_ops.trust_add_crls) && has_cas;
}

bool conf_authority_read(struct conf_creds *x, const json_t *root)
{
    json_t *list = json_object_get(root, "authorities"), *o;
    const char *name;
    bool ok = json_is_object(list);
    if (!ok)
        return false;
    const size_t mark = conf_enter(x->r, "authorities");
    json_object_foreach(list, name, o)
    {
        const size_t at = conf_enter(x->r, name);
        ok &= conf_read_name(x->r, name);
        ok &= conf_read_object(x->r, CONF_S_AUTHORITY, o);
        conf_leave(x->r, at);
    }
    conf_leave(x->r, mark);
    if (ok)
        x->authorities = list;
    return ok;
}

void conf_authority_unused(struct conf_creds *x)
{
    const char *name;
    json_t *o;
    const size_t mark = conf_enter(x->r, "authorities");
    json_object_foreach((json_t *)x->authorities, name, o)
    {
        const size_t at = conf_enter(x->r, name);
        if (!json_object_get(x->named, name))
            conf_warn(x->r, "no connection with remote.auth \"pubkey\" names it, so its files are not read");
        conf_leave(x->r, at);
    }
    conf_leave(x->r, mark);
}

const struct crypt_trust *conf_authority_all(struct conf_creds *x)
{
    static const struct crypt_trust_rules any = {.takes_sha1 = true};
    const char *name;
    json_t *o;
    if (x->all || json_object_size(x->authorities) == 0)
        return x->all;
    x->all = ossl_pki_ops.trust_new(&any);
    json_object_foreach((json_t *)x->authorities, name, o)
    {
        if (x->all)
            authority_add(x, x->all, name, "certificates", ossl_pki_ops.trust_add_cas);
    }
    return x->all;
}

/* Which authorities a connection trusts: those that it names, or all when it says nothing of its peer. */
static json_t *authority_names(const struct conf_creds *x, const json_t *remote)
{
    json_t *ca = json_object_get(remote, "ca"), *names = json_array(), *o;
    const bool says_nothing =
        !ca && !json_object_get(remote, "certificate") && !json_object_get(remote, "public_key");
    const char *name;
    for (size_t i = 0; (name = conf_value_at(ca, i)) != NULL; i++)
        json_array_append_new(names, json_string(name));
    json_object_foreach((json_t *)(says_nothing ? x->authorities : NULL), name, o)
    {
        json_array_append_new(names, json_string(name));
    }
    return names;
}

/* NULL: faults are noted. */
static struct crypt_trust *authority_trust(struct conf_creds *x, const json_t *names,
                                           const struct ike_conn_conf *conn)
{
    struct crypt_trust_rules rules = {.takes_sha1 = conn->weak};
    const char *name;
    bool ok = true;
    for (size_t i = 0; (name = conf_value_at(names, i)) != NULL; i++) {
        const json_t *o = json_object_get(x->authorities, name);
        json_object_set_new(x->named, name, json_true());
        if (json_is_true(json_object_get(o, "crl_required")))
            rules.crl = CRYPT_CRL_REQUIRED;
        if (o)
            continue;
        const size_t mark = conf_enter(x->r, "ca");
        conf_fail(x->r, "there is no authority \"%.64s\"; write a name from \"authorities\" of the top level",
                  name);
        conf_leave(x->r, mark);
        ok = false;
    }
    struct crypt_trust *trust = ok ? ossl_pki_ops.trust_new(&rules) : NULL;
    for (size_t i = 0; trust && (name = conf_value_at(names, i)) != NULL; i++)
        ok &= authority_fill(x, trust, name);
    if (ok)
        return trust;
    ossl_pki_ops.trust_put(trust);
    return NULL;
}

/* The peer's own certificates, or its keys. */
static bool authority_pin(struct conf_creds *x, const json_t *remote, const char *key, struct ike_anchor *a)
{
    const json_t *files = json_object_get(remote, key);
    const bool wants_raw = strcmp(key, "public_key") == 0;
    const char *file;
    bool ok = true;
    const size_t mark = conf_enter(x->r, key);
    for (size_t i = 0; (file = conf_value_at(files, i)) != NULL; i++) {
        char where[CONF_PATH_MAX], sentence[CONF_WHY_MAX];
        struct base_text why = base_text(sentence, sizeof sentence);
        struct crypt_certs certs = {0};
        if (a->n_pinned == IKE_PINNED_MAX)
            conf_fail(x->r, "at most %d certificates and keys of one peer", IKE_PINNED_MAX);
        else if (ossl_pki_ops.certs_load(conf_where(x->r->folder, file, where), NULL, &certs, &why) < 0)
            conf_fail(x->r, "%s", sentence);
        else if ((ossl_pki_ops.cert_subject(certs.at[0]).len == 0) != wants_raw)
            conf_fail(x->r, "%s holds a %s; write it into remote.%s", where,
                      wants_raw ? "certificate" : "public key", wants_raw ? "certificate" : "public_key");
        else {
            a->pinned[a->n_pinned++] = ossl_pki_ops.cert_get(certs.at[0]);
            ossl_pki_ops.certs_put(&certs);
            continue;
        }
        ossl_pki_ops.certs_put(&certs);
        ok = false;
    }
    conf_leave(x->r, mark);
    return ok;
}

/* NULL: faults are noted. */
static const struct ike_anchor *authority_load(struct conf_creds *x, const json_t *remote,
                                               const json_t *names, const struct ike_conn_conf *conn)
{
    struct ike_anchor *a = ike_anchor_new(&x->ike->anchors);
    const bool is_any = json_array_size(names) || json_object_get(remote, "certificate") ||
                        json_object_get(remote, "public_key");
    if (!a)
        return NULL;
    if (!is_any)
        conf_fail(x->r, "auth \"pubkey\" needs something to hold the peer's signature against: an entry in "
                        "\"authorities\" of the top level, or certificate or public_key with the peer's own");
    bool ok = is_any;
    if (json_array_size(names)) {
        struct crypt_trust *trust = authority_trust(x, names, conn);
        ok = trust != NULL;
        if (trust)
            ike_anchor_set_trust(&ossl_pki_ops, a, trust);
    }
    ok &= authority_pin(x, remote, "certificate", a);
    ok &= authority_pin(x, remote, "public_key", a);
    return ok ? a : NULL;
}

/* Text that is the same for connections whose peers are held against the same. To be freed. */
static char *authority_key(const struct conf_creds *x, const json_t *remote, json_t *names,
                           const struct ike_conn_conf *conn)
{
    json_t *key = json_pack(
        "{s:O, s:O*, s:O*, s:b, s:s}", "ca", names, "certificate", json_object_get(remote, "certificate"),
        "public_key", json_object_get(remote, "public_key"), "weak", conn->weak, "folder", x->r->folder);
    char *text = key ? json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(key);
    return text;
}

static const char *const authority_keys[] = {"ca", "certificate", "public_key"};

static bool authority_has(const json_t *side)
{
    for (size_t i = 0; i < sizeof authority_keys / sizeof *authority_keys; i++)
        if (json_object_get(side, authority_keys[i]))
            return true;
    return false;
}

/* Loads what a peer in one round is held against, unless another connection has. */
static void authority_take(struct conf_creds *x, const json_t *side, struct ike_conn_conf *conn)
{
    json_t *names = authority_names(x, side);
    char *key = authority_key(x, side, names, conn);
    const json_t *was = key ? json_object_get(x->theirs, key) : NULL;
    if (was)
        conn->anchor = (const struct ike_anchor *)(uintptr_t)json_integer_value(was);
    else if (key) {
        conn->anchor = authority_load(x, side, names, conn);
        json_object_set_new(x->theirs, key, json_integer((json_int_t)(uintptr_t)conn->anchor));
    }
    free(key);
    json_decref(names);
}

static void authority_refuse(struct conf_creds *x, const json_t *side)
{
    for (size_t i = 0; i < sizeof authority_keys / sizeof *authority_keys; i++)
        if (json_object_get(side, authority_keys[i])) {
            const size_t at = conf_enter(x->r, authority_keys[i]);
            conf_fail(x->r,
                      "is for a peer that proves itself by a signature; write \"auth\": \"pubkey\" beside "
                      "it, or take it out");
            conf_leave(x->r, at);
        }
}

bool conf_creds_is_used(enum ike_auth_kind kind)
{
    return kind == IKE_AUTH_SIG || kind == IKE_AUTH_EAP_TLS;
}

bool conf_creds_are_used(const struct ike_conn_conf *c, bool is_ours)
{
    return conf_round_any(c, is_ours, IKE_AUTH_SIG) || conf_round_any(c, is_ours, IKE_AUTH_EAP_TLS);
}

/* That of a further round: of its own, or the first one's. */
static void authority_then(struct conf_creds *x, const json_t *remote, const struct ike_conn_conf *conn,
                           struct ike_conn_conf *then)
{
    const json_t *own = conf_round_then(remote, then->round);
    const bool has_own = authority_has(own);
    const size_t mark = conf_round_enter(x->r, has_own ? then->round : 0);
    if (then->remote_auth == IKE_AUTH_NONE)
        then->anchor = conn->anchor; /* a login by TLS is held against it, too */
    if (conf_creds_is_used(then->remote_auth))
        authority_take(x, has_own ? own : remote, then);
    else
        authority_refuse(x, own);
    conf_leave(x->r, mark);
}

void conf_authority_remote(struct conf_creds *x, const json_t *remote, struct ike_conn_conf *conn)
{
    const size_t mark = conf_enter(x->r, "remote");
    if (conf_creds_is_used(conn->remote_auth))
        authority_take(x, remote, conn);
    else if (!conf_creds_are_used(conn, false))
        authority_refuse(x, remote);
    for (struct ike_conn_conf *then = conn->then; then; then = then->then)
        authority_then(x, remote, conn, then);
    conf_leave(x->r, mark);
}
