/* SPDX-License-Identifier: BSD-3-Clause */
/* Algorithms in others' words: each word becomes strongSwan's keyword, and a list of them a proposal. */
#include "explain_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALG_WORD_MAX 32

/* The first of the usual key lengths in a word; 128 when there is none. */
static unsigned alg_bits(const char *word)
{
    for (const char *c = word; *c; c++) {
        char *end;
        if (*c < '0' || *c > '9')
            continue;
        const unsigned long n = strtoul(c, &end, 10);
        if (n == 128 || n == 192 || n == 256)
            return (unsigned)n;
        c = end - 1;
    }
    return 128;
}

static const char *alg_hash(const char *word)
{
    return strstr(word, "512")                                ? "sha512"
           : strstr(word, "384")                              ? "sha384"
           : strstr(word, "256") || strcmp(word, "sha2") == 0 ? "sha256"
                                                              : "sha1";
}

/* "group14", "dh14", "14": the keyword of a group by its number. NULL: it is none. */
static const char *alg_group(const char *word)
{
    const size_t letters = strcspn(word, "0123456789");
    const bool is_named = letters == 0 || strncmp(word, "dh", 2) == 0 || strncmp(word, "group", 5) == 0;
    char *end;
    const unsigned long n = strtoul(word + letters, &end, 10);
    if (!is_named || !word[letters] || *end || n > 64)
        return NULL;
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)n, 0);
    return alg ? alg->keyword : NULL;
}

/* A word in strongSwan's notation; "" for none. What is not known stays as it is, for the parser to say so.
 */
static void alg_keyword(const char *word, char out[ALG_WORD_MAX])
{
    const char *group = alg_group(word);
    if (strcmp(word, "none") == 0 || strcmp(word, "null") == 0 || strcmp(word, "disable") == 0 ||
        strcmp(word, "disabled") == 0)
        out[0] = '\0';
    else if (group)
        snprintf(out, ALG_WORD_MAX, "%s", group);
    else if (strncmp(word, "prf", 3) == 0)
        snprintf(out, ALG_WORD_MAX, "prf%s", alg_hash(word));
    else if (strstr(word, "gcm"))
        snprintf(out, ALG_WORD_MAX, "aes%ugcm16", alg_bits(word));
    else if (strstr(word, "chacha"))
        snprintf(out, ALG_WORD_MAX, "chacha20poly1305");
    else if (strncmp(word, "aes", 3) == 0 || strncmp(word, "cbc-aes", 7) == 0)
        snprintf(out, ALG_WORD_MAX, "aes%u", alg_bits(word));
    else if (strstr(word, "sha"))
        snprintf(out, ALG_WORD_MAX, "%s", alg_hash(word));
    else
        snprintf(out, ALG_WORD_MAX, "%s", word);
}

/* Puts a word into a proposal that grows. An AEAD's hash is its PRF in IKE and nothing in ESP. */
struct alg_text {
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    bool has_aead;
    enum crypt_protocol protocol;
};

static void alg_add(struct alg_text *p, const char *word)
{
    char keyword[ALG_WORD_MAX];
    alg_keyword(word, keyword);
    const struct crypt_alg *alg = crypt_alg_by_keyword(keyword);
    p->has_aead |= alg && alg->is_aead;
    const bool is_hash = alg && alg->type == CRYPT_TYPE_INTEG && p->has_aead;
    if (!keyword[0] || (is_hash && p->protocol == CRYPT_PROTOCOL_ESP))
        return;
    const size_t len = strlen(p->text);
    snprintf(p->text + len, sizeof p->text - len, "%s%s%s", len ? "-" : "", is_hash ? "prf" : "", keyword);
}

static bool alg_finish(struct explain_reader *r, struct alg_text *p)
{
    struct explain_site *s = r->site;
    const bool is_ike = p->protocol == CRYPT_PROTOCOL_IKE;
    size_t *n = is_ike ? &s->n_ike : &s->n_esp;
    char why[256];
    if (!p->text[0] || *n == IKE_PROPOSALS_MAX)
        return true;
    if (crypt_proposal_parse(p->text, p->protocol, is_ike ? &s->ike[*n] : &s->esp[*n], why, sizeof why) < 0)
        return explain_reader_fault(r, "the algorithms \"%.100s\" cannot be had: %.200s", p->text, why);
    ++*n;
    return true;
}

void explain_part(struct base_span s, char out[ALG_WORD_MAX])
{
    size_t n = 0;
    s = explain_unquote(explain_trim(s));
    for (size_t i = 0; i < s.len && n + 1 < ALG_WORD_MAX; i++)
        if (s.ptr[i] > ' ' && s.ptr[i] <= '~')
            out[n++] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] | 0x20 : s.ptr[i]);
    out[n] = '\0';
}

bool explain_read_proposals(struct explain_reader *r, struct base_span s, enum crypt_protocol protocol)
{
    struct alg_text p = {.protocol = protocol};
    char word[ALG_WORD_MAX];
    s = explain_unquote(explain_trim(s));
    for (size_t from = 0, to = 0; to <= s.len; to++) {
        const uint8_t c = to < s.len ? s.ptr[to] : ',';
        if (c != ',' && c != '-' && c != ';' && c != '+')
            continue;
        struct base_span part = explain_trim(base_span(s.ptr + from, to - from));
        if (part.len && part.ptr[part.len - 1] == '!') /* "and nothing else", in ipsec.conf */
            part.len--;
        explain_part(part, word);
        from = to + 1;
        if (strcmp(word, "default") != 0 && word[0])
            alg_add(&p, word);
        if (c != ',')
            continue;
        if (!alg_finish(r, &p))
            return false;
        p = (struct alg_text){.protocol = protocol};
    }
    return true;
}

bool explain_read_parts(struct explain_reader *r, const struct explain_parts *parts,
                        enum crypt_protocol protocol)
{
    struct alg_text p = {.protocol = protocol};
    if (!parts->encr[0])
        return true;
    alg_add(&p, parts->encr);
    if (parts->integ[0])
        alg_add(&p, parts->integ);
    else if (p.has_aead && protocol == CRYPT_PROTOCOL_IKE)
        alg_add(&p, "sha256");
    if (parts->dh[0])
        alg_add(&p, parts->dh);
    return alg_finish(r, &p);
}
