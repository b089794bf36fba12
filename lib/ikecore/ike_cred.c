/* SPDX-License-Identifier: BSD-3-Clause */
/* Credentials of a configuration: their lists, their references, and what they have in common. */
#include "ike_cred.h"

#include <stdlib.h>
#include <string.h>
#include "base_span.h"

struct ike_creds *ike_creds_new(struct ike_creds **list)
{
    struct ike_creds *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->next = *list;
    *list = c;
    return c;
}

struct ike_anchor *ike_anchor_new(struct ike_anchor **list)
{
    struct ike_anchor *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->next = *list;
    *list = a;
    return a;
}

bool ike_creds_add(const struct crypt_pki_ops *pki, struct ike_creds *creds, struct crypt_key *key,
                   struct crypt_certs *certs, const struct crypt_trust *trust)
{
    if (creds->n == IKE_CREDS_MAX)
        return false;
    struct ike_cred *c = &creds->list[creds->n++];
    *c = (struct ike_cred){.key = key, .certs = *certs};
    *certs = (struct crypt_certs){0};
    c->is_raw = pki->cert_subject(c->certs.at[0]).len == 0;
    if (!c->is_raw)
        c->n_cas = pki->certs_hashes(&c->certs, trust, c->cas[0], IKE_CRED_CAS_MAX);
    return true;
}

void ike_anchor_set_trust(const struct crypt_pki_ops *pki, struct ike_anchor *anchor,
                          struct crypt_trust *trust)
{
    anchor->trust = trust;
    if (pki->trust_count(trust) <= IKE_CAS_MAX)
        anchor->cas.n = pki->trust_hashes(trust, anchor->cas.hashes[0], IKE_CAS_MAX);
}

static bool cas_add(struct ike_cas *all, const uint8_t hash[CRYPT_CA_HASH_BYTES])
{
    for (size_t i = 0; i < all->n; i++)
        if (memcmp(all->hashes[i], hash, CRYPT_CA_HASH_BYTES) == 0)
            return true;
    if (all->n == IKE_CAS_MAX)
        return false;
    memcpy(all->hashes[all->n++], hash, CRYPT_CA_HASH_BYTES);
    return true;
}

struct ike_cas *ike_anchors_cas(const struct ike_anchor *list)
{
    struct ike_cas *all = NULL;
    bool fit = true;
    for (const struct ike_anchor *a = list; a; a = a->next) {
        if (!a->trust)
            continue;
        all = all ? all : calloc(1, sizeof *all);
        if (!all)
            return NULL;
        fit = fit && a->cas.n > 0;
        for (size_t i = 0; fit && i < a->cas.n; i++)
            fit = cas_add(all, a->cas.hashes[i]);
    }
    if (!fit)
        all->n = 0;
    return all;
}

void ike_creds_free(const struct crypt_pki_ops *pki, struct ike_creds *list)
{
    for (struct ike_creds *c = list, *next; c; c = next) {
        next = c->next;
        for (size_t i = 0; i < c->n; i++) {
            pki->key_put(c->list[i].key);
            pki->certs_put(&c->list[i].certs);
        }
        free(c);
    }
}

void ike_anchors_free(const struct crypt_pki_ops *pki, struct ike_anchor *list)
{
    for (struct ike_anchor *a = list, *next; a; a = next) {
        next = a->next;
        pki->trust_put(a->trust);
        for (size_t i = 0; i < a->n_pinned; i++)
            pki->cert_put(a->pinned[i]);
        free(a);
    }
}

static bool certs_equal(const struct crypt_pki_ops *pki, const struct crypt_certs *a,
                        const struct crypt_certs *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = base_span_equal(pki->cert_der(a->at[i]), pki->cert_der(b->at[i]));
    return same;
}

bool ike_creds_equal(const struct crypt_pki_ops *pki, const struct ike_creds *a, const struct ike_creds *b)
{
    bool same = a && b ? a->n == b->n : a == b;
    for (size_t i = 0; same && a && i < a->n; i++)
        same = certs_equal(pki, &a->list[i].certs, &b->list[i].certs);
    return same;
}

static bool trusts_equal(const struct crypt_pki_ops *pki, const struct crypt_trust *a,
                         const struct crypt_trust *b)
{
    if (!a || !b)
        return a == b;
    const size_t n = pki->trust_count(a);
    bool same = n == pki->trust_count(b);
    for (size_t i = 0; same && i < n; i++)
        same = base_span_equal(pki->cert_der(pki->trust_ca(a, i)), pki->cert_der(pki->trust_ca(b, i)));
    return same;
}

bool ike_anchor_equal(const struct crypt_pki_ops *pki, const struct ike_anchor *a, const struct ike_anchor *b)
{
    if (!a || !b)
        return a == b;
    bool same = a->n_pinned == b->n_pinned && trusts_equal(pki, a->trust, b->trust);
    for (size_t i = 0; same && i < a->n_pinned; i++)
        same = base_span_equal(pki->cert_der(a->pinned[i]), pki->cert_der(b->pinned[i]));
    return same;
}

bool ike_anchor_revokes(const struct crypt_pki_ops *pki, const struct ike_anchor *anchor,
                        const struct crypt_marks *shown)
{
    bool is_revoked = false;
    for (size_t i = 0; anchor && anchor->trust && i < shown->n && !is_revoked; i++)
        is_revoked = pki->trust_lists(anchor->trust, shown->at[i]);
    return is_revoked;
}

bool ike_cred_is_of(const struct ike_cred *cred, struct base_span ca_hash)
{
    for (size_t i = 0; i < cred->n_cas; i++)
        if (base_span_equal(base_span(cred->cas[i], CRYPT_CA_HASH_BYTES), ca_hash))
            return true;
    return false;
}

bool ike_creds_name(const struct crypt_pki_ops *pki, const struct ike_creds *creds, uint8_t id_type,
                    struct base_span id)
{
    for (size_t i = 0; creds && i < creds->n; i++)
        if (pki->cert_names(creds->list[i].certs.at[0], id_type, id, false))
            return true;
    return false;
}
