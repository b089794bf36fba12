/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of a public key infrastructure, in the form in which tests/lib/pki.sh and culvert-pki leave them. */
#include "load_pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base_text.h"
#include "load_name.h"
#include "ossl_ops.h"

#define FILE_MAX  600
#define KEY_WORDS 80

/* Whether the key is of the kind that is to be measured. */
static bool pki_key_is(const struct load_args *a, const struct crypt_pki_ops *pki,
                       const struct crypt_key *key, struct base_text *why)
{
    char words[KEY_WORDS];
    struct base_text text = base_text(words, sizeof(words));
    pki->key_text(key, &text);
    const char *kind = a->auth == LOAD_AUTH_RSA ? "RSA" : a->auth == LOAD_AUTH_ECDSA ? "ECDSA" : "";
    if (strncmp(words, kind, strlen(kind)) == 0)
        return true;
    base_text_add(why, "the key in %s is %s, not %s", a->pki, words, kind);
    return false;
}

static bool pki_creds(struct ike_conf *conf, const struct load_args *a, const char *name,
                      const struct ike_creds **out, struct base_text *why)
{
    char file[FILE_MAX];
    struct ike_creds *c = ike_creds_new(&conf->creds);
    struct crypt_key *key;
    struct crypt_certs certs;
    snprintf(file, sizeof(file), "%.380s/%s.key", a->pki, name);
    if (!c || conf->pki->key_load(file, NULL, &key, NULL, why) < 0)
        return false;
    snprintf(file, sizeof(file), "%.380s/%s.crt", a->pki, name);
    if (!pki_key_is(a, conf->pki, key, why) || conf->pki->certs_load(file, NULL, &certs, why) < 0) {
        conf->pki->key_put(key);
        return false;
    }
    *out = c;
    return ike_creds_add(conf->pki, c, key, &certs, NULL);
}

static bool pki_anchor(struct ike_conf *conf, const struct load_args *a, const struct ike_anchor **out,
                       struct base_text *why)
{
    char file[FILE_MAX];
    snprintf(file, sizeof(file), "%.380s/ca.crl", a->pki);
    const bool has_crl = access(file, R_OK) == 0;
    const struct crypt_trust_rules rules = {.crl = has_crl ? CRYPT_CRL_REQUIRED : CRYPT_CRL_IF_THERE};
    struct ike_anchor *anchor = ike_anchor_new(&conf->anchors);
    struct crypt_trust *trust = anchor ? conf->pki->trust_new(&rules) : NULL;
    if (!trust)
        return false;
    *out = anchor;
    bool is_ok = !has_crl || conf->pki->trust_add_crls(trust, file, why) == 0;
    snprintf(file, sizeof(file), "%.380s/ca.crt", a->pki);
    is_ok = is_ok && conf->pki->trust_add_cas(trust, file, why) == 0;
    ike_anchor_set_trust(conf->pki, anchor, trust);
    return is_ok;
}

bool load_pki_read(struct load_pki *out, struct ike_conf *conf, const struct load_args *a)
{
    char name[LOAD_NAME_MAX], sentence[CRYPT_WORDS_MAX] = "";
    struct base_text why = base_text(sentence, sizeof(sentence));
    const bool has_creds = a->auth != LOAD_AUTH_EAP_MSCHAPV2;
    conf->pki = &ossl_pki_ops;
    *out = (struct load_pki){.creds = has_creds ? calloc(a->names, sizeof(*out->creds)) : NULL};
    bool is_ok = (out->creds || !has_creds) && pki_anchor(conf, a, &out->anchor, &why);
    for (uint32_t i = 0; is_ok && has_creds && i < a->names; i++)
        is_ok = pki_creds(conf, a, load_name_file(a->id, a->first + i, name), &out->creds[i], &why);
    if (!is_ok)
        fprintf(stderr, "culvert-bench ike: %s\n", sentence[0] ? sentence : "no memory");
    return is_ok;
}
