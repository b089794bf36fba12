/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates of the callers of ike_load, from files that tests/lib/pki.sh makes. */
#include "load_pki.h"

#include <stdio.h>
#include <stdlib.h>
#include "base_text.h"
#include "ossl_ops.h"

#define FILE_MAX 400

static bool pki_creds(struct ike_conf *conf, const char *folder, const char *name,
                      const struct ike_creds **out, struct base_text *why)
{
    char file[FILE_MAX];
    struct ike_creds *c = ike_creds_new(&conf->creds);
    struct crypt_key *key;
    struct crypt_certs certs;
    snprintf(file, sizeof file, "%s/%s.key", folder, name);
    if (!c || conf->pki->key_load(file, NULL, &key, NULL, why) < 0)
        return false;
    snprintf(file, sizeof file, "%s/%s.crt", folder, name);
    if (conf->pki->certs_load(file, NULL, &certs, why) < 0) {
        conf->pki->key_put(key);
        return false;
    }
    *out = c;
    return ike_creds_add(conf->pki, c, key, &certs, NULL);
}

static bool pki_anchor(struct ike_conf *conf, const char *folder, const struct ike_anchor **out,
                       struct base_text *why)
{
    static const struct crypt_trust_rules rules = {.crl = CRYPT_CRL_REQUIRED};
    char file[FILE_MAX];
    struct ike_anchor *a = ike_anchor_new(&conf->anchors);
    struct crypt_trust *trust = a ? conf->pki->trust_new(&rules) : NULL;
    if (!trust)
        return false;
    *out = a;
    snprintf(file, sizeof file, "%s/ca.crt", folder);
    bool ok = conf->pki->trust_add_cas(trust, file, why) == 0;
    snprintf(file, sizeof file, "%s/ca.crl", folder);
    ok = ok && conf->pki->trust_add_crls(trust, file, why) == 0;
    ike_anchor_set_trust(conf->pki, a, trust);
    return ok;
}

bool load_pki_read(struct load_pki *out, struct ike_conf *conf, const char *folder, uint32_t n,
                   void (*name)(uint32_t i, char *out, size_t size))
{
    char text[FILE_MAX / 2], sentence[CRYPT_WORDS_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    conf->pki = &ossl_pki_ops;
    out->creds = calloc(n, sizeof *out->creds);
    bool ok = out->creds && pki_anchor(conf, folder, &out->anchor, &why);
    for (uint32_t i = 0; ok && i < n; i++) {
        name(i, text, sizeof text);
        ok = pki_creds(conf, folder, text, &out->creds[i], &why);
    }
    if (!ok)
        fprintf(stderr, "ike_load: %s\n", sentence[0] ? sentence : "no memory");
    return ok;
}
