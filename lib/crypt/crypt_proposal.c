/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Proposals as text: the words that operators write, turned into transforms grouped by type, and back, and
 * the lists that hold when the configuration names none. A refused text gets a sentence that names the
 * word, the reason and what to write instead. Negotiation itself is the IKE engine's.
 */
#include "crypt_proposal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base_span.h"
#include "base_text.h"

#define WORD_MAX 32 /* longer than any keyword, with NUL */

/* Other spellings that strongSwan reads. */
static const struct {
    const char *word, *keyword;
} aliases[] = {
    {"aes", "aes128"},
    {"aes128gcm", "aes128gcm16"},
    {"aes192gcm", "aes192gcm16"},
    {"aes256gcm", "aes256gcm16"},
    {"aes128gcm128", "aes128gcm16"},
    {"aes192gcm128", "aes192gcm16"},
    {"aes256gcm128", "aes256gcm16"},
    {"aes128ccm", "aes128ccm16"},
    {"aes256ccm", "aes256ccm16"},
    {"aes128ccm128", "aes128ccm16"},
    {"aes256ccm128", "aes256ccm16"},
    {"aes128ccm96", "aes128ccm12"},
    {"aes256ccm96", "aes256ccm12"},
    {"aes128ccm64", "aes128ccm8"},
    {"aes256ccm64", "aes256ccm8"},
    {"sha", "sha1"},
    {"sha2_256", "sha256"},
    {"sha2_384", "sha384"},
    {"sha2_512", "sha512"},
    {"curve25519", "x25519"},
};

/* Words that operators bring from elsewhere, by their beginning. */
static const struct {
    const char *start, *why;
} known_bad[] = {
    {"des", "it is broken (RFC 8247 2.1); write aes256 or aes256gcm16"},
    {"cast", "its 64-bit blocks leak after a few gigabytes; write aes256 or aes256gcm16"},
    {"blowfish", "its 64-bit blocks leak after a few gigabytes; write aes256 or aes256gcm16"},
    {"aes128gcm8", "only the full 16-byte tag is supported; write aes128gcm16"},
    {"aes128gcm12", "only the full 16-byte tag is supported; write aes128gcm16"},
    {"aes192gcm8", "only the full 16-byte tag is supported; write aes192gcm16"},
    {"aes192gcm12", "only the full 16-byte tag is supported; write aes192gcm16"},
    {"aes256gcm8", "only the full 16-byte tag is supported; write aes256gcm16"},
    {"aes256gcm12", "only the full 16-byte tag is supported; write aes256gcm16"},
    {"aes192ccm", "AES-CCM is supported with 128 and 256 bits; write aes256ccm16 or aes192gcm16"},
    {"md5", "it is broken (RFC 8247 2.3); write sha256"},
    {"prfmd5", "it is broken (RFC 8247 2.2); write prfsha256"},
    {"modp768", "the group is too small (RFC 8247 2.4); write x25519, ecp256 or modp2048"},
    {"modp1024s", "the group is too small (RFC 8247 2.4); write x25519, ecp256 or modp2048"},
};

struct parse {
    enum crypt_protocol protocol;
    char *why;
    size_t why_size;
    struct crypt_proposal p;
    bool has_aead, has_plain; /* kinds of ciphers seen */
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct parse *ps, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(ps->why, ps->why_size, format, ap);
    va_end(ap);
    return -EINVAL;
}

static const char *protocol_name(enum crypt_protocol protocol)
{
    return protocol == CRYPT_PROTOCOL_IKE ? "IKE" : "ESP";
}

static bool alg_fits(const struct crypt_alg *alg, enum crypt_protocol protocol)
{
    return protocol == CRYPT_PROTOCOL_IKE ? alg->for_ike : alg->for_esp;
}

static size_t count_type(const struct crypt_proposal *p, uint8_t type)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        n += p->transforms[i].type == type;
    return n;
}

/* How many letters must change to make b of a (both shorter than WORD_MAX). */
static unsigned word_distance(const char *a, const char *b)
{
    const size_t n = strlen(b);
    unsigned row[WORD_MAX];
    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const unsigned swap = diagonal + (a[i - 1] != b[j - 1]);
            const unsigned gap = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = swap < gap ? swap : gap;
        }
    }
    return row[n];
}

/* The keyword usable in `protocol` that looks most like word, or NULL when none is near. */
static const char *keyword_nearest(const char *word, enum crypt_protocol protocol)
{
    size_t count;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    const char *best = NULL;
    unsigned best_distance = strlen(word) > 5 ? 4 : 3; /* from here on it is another word */
    for (size_t i = 0; i < count; i++) {
        const unsigned d = word_distance(word, rows[i].keyword);
        if (alg_fits(&rows[i], protocol) && !rows[i].weak && d < best_distance) {
            best = rows[i].keyword;
            best_distance = d;
        }
    }
    return best;
}

static int refuse_unknown(const struct parse *ps, const char *word)
{
    char shown[4 * WORD_MAX];
    struct base_text t = base_text(shown, sizeof shown);
    base_text_add_escaped(&t, base_span(word, strlen(word)));
    if (word[0] == '\0')
        return refuse(ps, "an empty word between two '-'; write for example %s",
                      ps->protocol == CRYPT_PROTOCOL_IKE ? "aes256gcm16-prfsha256-x25519"
                                                         : "aes128gcm16-esn");
    if (word[strlen(word) - 1] == '!')
        return refuse(ps, "\"%s\": proposals are always strict here; leave out the '!'", shown);
    for (size_t i = 0; i < sizeof known_bad / sizeof known_bad[0]; i++)
        if (strncasecmp(word, known_bad[i].start, strlen(known_bad[i].start)) == 0)
            return refuse(ps, "\"%s\" is not supported: %s", shown, known_bad[i].why);
    const char *near = keyword_nearest(word, ps->protocol);
    if (near)
        return refuse(ps, "unknown word \"%s\" in %s proposal; did you mean \"%s\"?", shown,
                      protocol_name(ps->protocol), near);
    return refuse(ps, "unknown word \"%s\" in %s proposal; words are like %s", shown,
                  protocol_name(ps->protocol),
                  ps->protocol == CRYPT_PROTOCOL_IKE
                      ? "aes256gcm16, aes256, sha256, prfsha256, x25519, ecp256, modp2048"
                      : "aes128gcm16, aes256, sha256, x25519, ecp256, modp2048, esn, noesn");
}

/* A known algorithm in the wrong place. */
static int refuse_protocol(const struct parse *ps, const struct crypt_alg *alg)
{
    if (alg->type == CRYPT_TYPE_ESN)
        return refuse(ps, "\"%s\" belongs into the ESP proposal: IKE has no sequence numbers to extend",
                      alg->keyword);
    if (alg->type == CRYPT_TYPE_PRF && ps->protocol == CRYPT_PROTOCOL_ESP)
        return refuse(ps, "\"%s\" belongs into the IKE proposal: ESP takes its keys from the IKE SA's PRF",
                      alg->keyword);
    return refuse(ps, "\"%s\" is for ESP only: IKE messages are always encrypted; write aes256gcm16",
                  alg->keyword);
}

/* Inserts behind the last transform of the same or a lower type. */
static int alg_add_as(struct parse *ps, uint8_t type, const struct crypt_alg *alg)
{
    struct crypt_proposal *p = &ps->p;
    const struct crypt_transform t = {type, alg->id, alg->key_bits};
    size_t at = 0;
    if (p->count == CRYPT_PROPOSAL_TRANSFORMS_MAX)
        return refuse(ps, "more than %d algorithms in one proposal; split it into two",
                      CRYPT_PROPOSAL_TRANSFORMS_MAX);
    for (size_t i = 0; i < p->count; i++) {
        const struct crypt_transform *q = &p->transforms[i];
        if (q->type == t.type && q->id == t.id && q->key_bits == t.key_bits)
            return refuse(ps, "\"%s\" stands there twice; leave one out", alg->keyword);
        if (q->type <= t.type)
            at = i + 1;
    }
    memmove(&p->transforms[at + 1], &p->transforms[at], (p->count - at) * sizeof t);
    p->transforms[at] = t;
    p->count++;
    if (alg->type == CRYPT_TYPE_ENCR) {
        ps->has_aead |= alg->is_aead;
        ps->has_plain |= !alg->is_aead;
    }
    return 0;
}

static int alg_add(struct parse *ps, const struct crypt_alg *alg)
{
    return alg_add_as(ps, alg->type, alg);
}

static const struct crypt_alg *alg_named(const char *word)
{
    const char *keyword = word;
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcasecmp(aliases[i].word, word) == 0)
            keyword = aliases[i].keyword;
    return crypt_alg_by_keyword(keyword);
}

/* The type of an additional key exchange when the word begins as one does, "ke1_"; 0: it does not. */
static uint8_t word_addke(const char *word)
{
    const bool is = strncasecmp(word, "ke", 2) == 0 && word[2] >= '1' && word[2] < '1' + CRYPT_ADDKE_MAX &&
                    word[3] == '_';
    return is ? (uint8_t)(CRYPT_TYPE_ADDKE1 + word[2] - '1') : 0;
}

static int take_addke(struct parse *ps, uint8_t type, const char *word)
{
    const struct crypt_alg *alg = alg_named(strcasecmp(word + 4, "none") == 0 ? "modpnone" : word + 4);
    if (alg && alg->type == CRYPT_TYPE_DH)
        return alg_add_as(ps, type, alg);
    return refuse(
        ps,
        "\"%.3s_\" stands in front of the method of an additional key exchange (RFC 9370): write for "
        "example %.3s_mlkem768 or %.3s_ecp384, and %.3s_none beside it when it may be left out",
        word, word, word, word);
}

static int take_word(struct parse *ps, const char *word)
{
    const uint8_t addke = word_addke(word);
    if (addke)
        return take_addke(ps, addke, word);
    const struct crypt_alg *alg = alg_named(word);
    if (!alg)
        return refuse_unknown(ps, word);
    if (!alg_fits(alg, ps->protocol))
        return refuse_protocol(ps, alg);
    return alg_add(ps, alg);
}

static int take_words(struct parse *ps, const char *text)
{
    for (;;) {
        char word[WORD_MAX];
        const size_t n = strcspn(text, "-");
        snprintf(word, sizeof word, "%.*s", (int)(n < WORD_MAX ? n : WORD_MAX - 1), text);
        const int err = take_word(ps, word);
        if (err)
            return err;
        if (text[n] == '\0')
            return 0;
        text += n + 1;
    }
}

/* What RFC 7296 3.3.3 asks of ciphers and integrity algorithms in one proposal. */
static int check_ciphers(const struct parse *ps)
{
    const bool has_integ = count_type(&ps->p, CRYPT_TYPE_INTEG) > 0;
    const bool is_ike = ps->protocol == CRYPT_PROTOCOL_IKE;
    if (!ps->has_aead && !ps->has_plain && has_integ && !is_ike)
        return refuse(ps,
                      "integrity without a cipher is AH, which no NAT lets through: its hash covers the "
                      "addresses that NAT changes; write aes128gcm16, or null-%s for ESP without encryption",
                      crypt_alg_find(CRYPT_TYPE_INTEG, ps->p.transforms[0].id, 0)->keyword);
    if (!ps->has_aead && !ps->has_plain)
        return refuse(ps, "no cipher; begin with aes256gcm16 or aes128gcm16");
    if (ps->has_aead && ps->has_plain)
        return refuse(ps, "AEAD ciphers (gcm, ccm, chacha20poly1305) and others need separate proposals "
                          "(RFC 7296 3.3.3); split this one into two");
    if (ps->has_aead && has_integ)
        return refuse(ps, "an AEAD cipher has its own integrity (RFC 7296 3.3.3); %s",
                      is_ike ? "write prfsha256 in place of sha256 for the PRF" : "leave the hash out");
    if (ps->has_plain && !has_integ)
        return refuse(ps,
                      "a cipher without AEAD needs an integrity algorithm (RFC 7296 3.3.3); add sha256, or "
                      "write aes256gcm16");
    return 0;
}

/* The PRF of the same hash for each integrity algorithm, SHA2-256 beside an AEAD. */
static int derive_prf(struct parse *ps)
{
    static const struct {
        enum crypt_integ integ;
        enum crypt_prf prf;
    } same_hash[] = {
        {CRYPT_INTEG_HMAC_SHA1_96, CRYPT_PRF_HMAC_SHA1},
        {CRYPT_INTEG_HMAC_SHA2_256_128, CRYPT_PRF_HMAC_SHA2_256},
        {CRYPT_INTEG_HMAC_SHA2_384_192, CRYPT_PRF_HMAC_SHA2_384},
        {CRYPT_INTEG_HMAC_SHA2_512_256, CRYPT_PRF_HMAC_SHA2_512},
    };
    if (ps->has_aead)
        return alg_add(ps, crypt_alg_find(CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0));
    const struct crypt_proposal given = ps->p;
    for (size_t i = 0; i < given.count; i++) {
        for (size_t j = 0; j < sizeof same_hash / sizeof same_hash[0]; j++) {
            if (given.transforms[i].type != CRYPT_TYPE_INTEG || given.transforms[i].id != same_hash[j].integ)
                continue;
            const int err = alg_add(ps, crypt_alg_find(CRYPT_TYPE_PRF, same_hash[j].prf, 0));
            if (err)
                return err;
        }
    }
    return 0;
}

/* The only method of an additional key exchange that has to be; NULL: there is a choice. */
static const struct crypt_transform *only_method(const struct crypt_proposal *p, uint8_t type)
{
    const struct crypt_transform *only = NULL;
    for (size_t i = 0; i < p->count; i++) {
        if (p->transforms[i].type != type)
            continue;
        if (only)
            return NULL;
        only = &p->transforms[i];
    }
    return only && only->id != CRYPT_DH_NONE ? only : NULL;
}

/* Additional key exchanges follow a first one, each by a method of its own (RFC 9370 2.2.1). */
static int check_addke(const struct parse *ps)
{
    const struct crypt_transform *first = only_method(&ps->p, CRYPT_TYPE_DH);
    const bool has_first = first || count_type(&ps->p, CRYPT_TYPE_DH) > 1;
    for (uint8_t a = CRYPT_TYPE_ADDKE1; a <= CRYPT_TYPE_ADDKE7; a++) {
        const struct crypt_transform *t = only_method(&ps->p, a);
        if (count_type(&ps->p, a) && !has_first)
            return refuse(ps, "an additional key exchange needs a first one; add for example -x25519");
        if (!t)
            continue;
        bool is_twin = first && first->id == t->id;
        for (uint8_t b = CRYPT_TYPE_ADDKE1; b < a && !is_twin; b++) {
            const struct crypt_transform *u = only_method(&ps->p, b);
            is_twin = u && u->id == t->id;
        }
        if (is_twin)
            return refuse(ps,
                          "%s stands there for two key exchanges, and each needs a method of its own; name "
                          "another one",
                          crypt_alg_find(t->type, t->id, 0)->keyword);
    }
    return 0;
}

static int complete_ike(struct parse *ps)
{
    if (count_type(&ps->p, CRYPT_TYPE_DH) == 0)
        return refuse(ps, "an IKE proposal needs a Diffie-Hellman group; add for example -x25519 or -ecp256");
    return count_type(&ps->p, CRYPT_TYPE_PRF) ? 0 : derive_prf(ps);
}

static int complete_esp(struct parse *ps)
{
    if (count_type(&ps->p, CRYPT_TYPE_ESN))
        return 0;
    const int err = alg_add(ps, crypt_alg_find(CRYPT_TYPE_ESN, CRYPT_ESN_ON, 0));
    return err ? err : alg_add(ps, crypt_alg_find(CRYPT_TYPE_ESN, CRYPT_ESN_OFF, 0));
}

int crypt_proposal_parse(const char *text, enum crypt_protocol protocol, struct crypt_proposal *out,
                         char *why, size_t why_size)
{
    struct parse ps = {
        .protocol = protocol, .why = why, .why_size = why_size, .p = {.protocol = (uint8_t)protocol}};
    if (protocol == CRYPT_PROTOCOL_AH || strncasecmp(text, "ah-", 3) == 0 || strcasecmp(text, "ah") == 0)
        return refuse(&ps,
                      "AH is not supported: its hash covers the addresses that NAT changes, so NAT always "
                      "breaks it; write an ESP proposal such as aes128gcm16, or null-sha256 for ESP "
                      "without encryption");
    if (protocol == CRYPT_PROTOCOL_ESP && strncasecmp(text, "esp-", 4) == 0)
        return refuse(&ps, "leave out \"esp-\"; write for example aes128gcm16");
    int err = take_words(&ps, text);
    if (!err)
        err = check_ciphers(&ps);
    if (!err)
        err = protocol == CRYPT_PROTOCOL_IKE ? complete_ike(&ps) : complete_esp(&ps);
    if (!err)
        err = check_addke(&ps);
    if (!err)
        *out = ps.p;
    return err;
}

/* Whether both have one of a type; of ciphers, one that is an AEAD or not, as is asked. */
static bool type_meets(const struct crypt_proposal *a, const struct crypt_proposal *b, uint8_t type,
                       bool is_aead)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct crypt_transform *t = &a->transforms[i];
        const struct crypt_alg *alg = crypt_alg_find(t->type, t->id, t->key_bits);
        for (size_t j = 0; j < b->count && t->type == type && alg && alg->is_aead == is_aead; j++) {
            const struct crypt_transform *u = &b->transforms[j];
            if (u->type == type && u->id == t->id && u->key_bits == t->key_bits)
                return true;
        }
    }
    return false;
}

bool crypt_proposal_can_skip(const struct crypt_proposal *p, uint8_t addke)
{
    bool is_named = false;
    for (size_t i = 0; i < p->count; i++) {
        if (p->transforms[i].type == addke && p->transforms[i].id == CRYPT_DH_NONE)
            return true;
        is_named |= p->transforms[i].type == addke;
    }
    return !is_named;
}

bool crypt_proposal_has_addke(const struct crypt_proposal *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (crypt_type_is_addke(p->transforms[i].type))
            return true;
    return false;
}

static bool addke_agrees(const struct crypt_proposal *a, const struct crypt_proposal *b)
{
    for (uint8_t type = CRYPT_TYPE_ADDKE1; type <= CRYPT_TYPE_ADDKE7; type++)
        if (!(crypt_proposal_can_skip(a, type) && crypt_proposal_can_skip(b, type)) &&
            !type_meets(a, b, type, false))
            return false;
    return true;
}

static bool type_agrees(const struct crypt_proposal *a, const struct crypt_proposal *b, uint8_t type)
{
    return (count_type(a, type) == 0 && count_type(b, type) == 0) || type_meets(a, b, type, false);
}

bool crypt_proposals_meet(const struct crypt_proposal *a, size_t n_a, const struct crypt_proposal *b,
                          size_t n_b)
{
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++)
            if ((type_meets(&a[i], &b[j], CRYPT_TYPE_ENCR, true) ||
                 (type_meets(&a[i], &b[j], CRYPT_TYPE_ENCR, false) &&
                  type_agrees(&a[i], &b[j], CRYPT_TYPE_INTEG))) &&
                type_agrees(&a[i], &b[j], CRYPT_TYPE_PRF) && type_agrees(&a[i], &b[j], CRYPT_TYPE_DH) &&
                type_agrees(&a[i], &b[j], CRYPT_TYPE_ESN) && addke_agrees(&a[i], &b[j]))
                return true;
    return false;
}

const char *crypt_proposal_text(const struct crypt_proposal *p, char out[CRYPT_PROPOSAL_TEXT_MAX])
{
    struct base_text t = base_text(out, CRYPT_PROPOSAL_TEXT_MAX);
    for (size_t i = 0; i < p->count; i++) {
        const struct crypt_transform *q = &p->transforms[i];
        const struct crypt_alg *alg = crypt_alg_find(q->type, q->id, q->key_bits);
        base_text_add(&t, i ? "-" : "");
        if (crypt_type_is_addke(q->type))
            base_text_add(&t, "ke%d_", q->type - CRYPT_TYPE_ADDKE1 + 1);
        const bool is_none = crypt_type_is_addke(q->type) && q->id == CRYPT_DH_NONE;
        base_text_add(&t, "%s", is_none ? "none" : alg ? alg->keyword : "unknown");
    }
    return out;
}

/* clang-format off */
#define ENCR_GCM(BITS) {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, (BITS)}
#define ENCR_CBC(BITS) {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, (BITS)}
#define ENCR_CHACHA    {CRYPT_TYPE_ENCR, CRYPT_ENCR_CHACHA20_POLY1305, 0}
#define PRFS                                                                                                  \
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0}, {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_384, 0},               \
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_512, 0}
#define PRF_SHA1 {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA1, 0}
#define INTEGS                                                                                                \
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0}, {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_384_192, 0}, \
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_512_256, 0}, {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA1_96, 0}
#define GROUPS                                                                                                \
    {CRYPT_TYPE_DH, CRYPT_DH_X25519, 0}, {CRYPT_TYPE_DH, CRYPT_DH_ECP_256, 0},                                \
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_384, 0}, {CRYPT_TYPE_DH, CRYPT_DH_ECP_521, 0},                               \
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_2048, 0}, {CRYPT_TYPE_DH, CRYPT_DH_MODP_3072, 0},                           \
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_4096, 0}
#define GROUP_NONE {CRYPT_TYPE_DH, CRYPT_DH_NONE, 0}
#define ESNS       {CRYPT_TYPE_ESN, CRYPT_ESN_ON, 0}, {CRYPT_TYPE_ESN, CRYPT_ESN_OFF, 0}

/* What they are as text stands in the header. */
static const struct crypt_proposal ike_defaults[] = {
    {CRYPT_PROTOCOL_IKE, 13, {ENCR_GCM(256), ENCR_GCM(128), ENCR_CHACHA, PRFS, GROUPS}},
    {CRYPT_PROTOCOL_IKE, 18, {ENCR_CBC(256), ENCR_CBC(192), ENCR_CBC(128), PRFS, PRF_SHA1, INTEGS, GROUPS}},
};
static const struct crypt_proposal esp_defaults[] = {
    {CRYPT_PROTOCOL_ESP, 13, {ENCR_GCM(128), ENCR_GCM(256), ENCR_CHACHA, GROUPS, GROUP_NONE, ESNS}},
    {CRYPT_PROTOCOL_ESP, 17, {ENCR_CBC(128), ENCR_CBC(256), ENCR_CBC(192), INTEGS, GROUPS, GROUP_NONE, ESNS}},
};
/* clang-format on */

const struct crypt_proposal *crypt_proposal_defaults(enum crypt_protocol protocol, size_t *count)
{
    switch (protocol) {
    case CRYPT_PROTOCOL_IKE:
        *count = sizeof ike_defaults / sizeof ike_defaults[0];
        return ike_defaults;
    case CRYPT_PROTOCOL_ESP:
        *count = sizeof esp_defaults / sizeof esp_defaults[0];
        return esp_defaults;
    default:
        *count = 0;
        return NULL;
    }
}
