/* SPDX-License-Identifier: BSD-3-Clause */
/* Choosing what two vendors have words for. */
#include "explain_suite.h"

struct suite_words {
    const struct explain_word *list;
    size_t n;
    bool is_ike;
};

static const char *suite_word(const struct suite_words *w, const struct crypt_transform *t)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct explain_word *r = &w->list[i];
        const bool fits = r->use == EXPLAIN_FOR_BOTH || (r->use == EXPLAIN_FOR_IKE) == w->is_ike;
        if (fits && r->type == t->type && r->id == t->id && r->key_bits == t->key_bits)
            return r->word;
    }
    return NULL;
}

/* The first transform of a type that has a word, of those that is_aead (NULL: all) agrees with. */
static const char *suite_pick(const struct suite_words *w, const struct crypt_proposal *p, uint8_t type,
                              bool *is_aead)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct crypt_transform *t = &p->transforms[i];
        const char *word = t->type == type ? suite_word(w, t) : NULL;
        if (!word)
            continue;
        if (is_aead)
            *is_aead = crypt_alg_find(t->type, t->id, t->key_bits)->is_aead;
        return word;
    }
    return NULL;
}

static bool suite_may_skip_dh(const struct crypt_proposal *p)
{
    bool has = false;
    for (size_t i = 0; i < p->count; i++) {
        if (p->transforms[i].type != CRYPT_TYPE_DH)
            continue;
        if (p->transforms[i].id == CRYPT_DH_NONE)
            return true;
        has = true;
    }
    return !has;
}

static bool suite_one(const struct suite_words *w, const struct crypt_proposal *p, struct explain_suite *out)
{
    *out = (struct explain_suite){0};
    out->encr = suite_pick(w, p, CRYPT_TYPE_ENCR, &out->is_aead);
    out->integ = out->is_aead ? NULL : suite_pick(w, p, CRYPT_TYPE_INTEG, NULL);
    out->prf = suite_pick(w, p, CRYPT_TYPE_PRF, NULL);
    out->dh = !w->is_ike && suite_may_skip_dh(p) ? NULL : suite_pick(w, p, CRYPT_TYPE_DH, NULL);
    return out->encr && (out->is_aead || out->integ) && (out->dh || (!w->is_ike && suite_may_skip_dh(p))) &&
           (!w->is_ike || out->prf);
}

bool explain_suite(const struct crypt_proposal *list, size_t n, const struct explain_word *words,
                   size_t n_words, struct explain_suite *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct suite_words w = {words, n_words, list[i].protocol == CRYPT_PROTOCOL_IKE};
        if (suite_one(&w, &list[i], out))
            return true;
    }
    return false;
}
