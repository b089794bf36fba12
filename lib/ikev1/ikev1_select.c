/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the lists of a configuration, which are IKEv2's, and the transforms of IKEv1. */
#include "ikev1_select.h"

#include "base_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Numbers of IKEv1 for what IKEv2 has another number for. */
static const struct select_number {
    uint16_t v2, phase1, phase2;
} encrs[] =
    {
        {CRYPT_ENCR_AES_CBC, WIRE_V1_ENCR_AES_CBC, WIRE_V1_ESP_AES_CBC},
        {CRYPT_ENCR_3DES, WIRE_V1_ENCR_3DES, WIRE_V1_ESP_3DES},
        {CRYPT_ENCR_AES_GCM_16, 0, WIRE_V1_ESP_AES_GCM_16},
        {CRYPT_ENCR_AES_CCM_8, 0, WIRE_V1_ESP_AES_CCM_8},
        {CRYPT_ENCR_AES_CCM_12, 0, WIRE_V1_ESP_AES_CCM_12},
        {CRYPT_ENCR_AES_CCM_16, 0, WIRE_V1_ESP_AES_CCM_16},
        {CRYPT_ENCR_NULL, 0, WIRE_V1_ESP_NULL},
},
  integs[] = {
      {CRYPT_INTEG_HMAC_SHA1_96, WIRE_V1_HASH_SHA1, WIRE_V1_INTEG_HMAC_SHA1},
      {CRYPT_INTEG_HMAC_SHA2_256_128, WIRE_V1_HASH_SHA2_256, WIRE_V1_INTEG_HMAC_SHA2_256},
      {CRYPT_INTEG_HMAC_SHA2_384_192, WIRE_V1_HASH_SHA2_384, WIRE_V1_INTEG_HMAC_SHA2_384},
      {CRYPT_INTEG_HMAC_SHA2_512_256, WIRE_V1_HASH_SHA2_512, WIRE_V1_INTEG_HMAC_SHA2_512},
};

/* The PRF of phase 1 is the HMAC of its hash (RFC 2409 4). */
static const struct {
    uint16_t hash;
    enum crypt_prf prf;
    uint16_t integ;
} prfs[] = {
    {WIRE_V1_HASH_SHA1, CRYPT_PRF_HMAC_SHA1, CRYPT_INTEG_HMAC_SHA1_96},
    {WIRE_V1_HASH_SHA2_256, CRYPT_PRF_HMAC_SHA2_256, CRYPT_INTEG_HMAC_SHA2_256_128},
    {WIRE_V1_HASH_SHA2_384, CRYPT_PRF_HMAC_SHA2_384, CRYPT_INTEG_HMAC_SHA2_384_192},
    {WIRE_V1_HASH_SHA2_512, CRYPT_PRF_HMAC_SHA2_512, CRYPT_INTEG_HMAC_SHA2_512_256},
};

static uint16_t number_of(const struct select_number *rows, size_t n, uint16_t v2, bool is_phase2)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].v2 == v2)
            return is_phase2 ? rows[i].phase2 : rows[i].phase1;
    return 0;
}

/* 3DES has no key length attribute, and each AES has one (RFC 3602 5.3). */
static const struct crypt_alg *encr_of(uint16_t number, uint16_t key_bits, bool is_phase2)
{
    for (size_t i = 0; i < COUNT(encrs); i++)
        if (number && (is_phase2 ? encrs[i].phase2 : encrs[i].phase1) == number)
            return crypt_alg_find(CRYPT_TYPE_ENCR, encrs[i].v2, key_bits);
    return NULL;
}

/* A group that IKEv1 has a number for (RFC 2409 6, RFC 3526, RFC 5903): those of IKEv2 from before 2005. */
static bool group_is_usable(uint16_t group)
{
    return group != CRYPT_DH_NONE && group <= CRYPT_DH_ECP_521;
}

static bool proposal_has(const struct crypt_proposal *p, uint8_t type, uint16_t id, uint16_t key_bits)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->transforms[i].type == type && p->transforms[i].id == id &&
            p->transforms[i].key_bits == key_bits)
            return true;
    return false;
}

static bool proposal_names(const struct crypt_proposal *p, uint8_t type)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->transforms[i].type == type)
            return true;
    return false;
}

/* ---- what is configured, one combination after another ---- */

/* The n-th transform of a type; NULL: there are no more. */
static const struct crypt_transform *proposal_nth(const struct crypt_proposal *p, uint8_t type, size_t n)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->transforms[i].type == type && n-- == 0)
            return &p->transforms[i];
    return NULL;
}

static void offer_add(struct wire_v1_sa *out, struct wire_v1_transform t)
{
    struct wire_v1_proposal *p = &out->list[0];
    if (p->count == WIRE_V1_TRANS_MAX)
        return;
    t.number = (uint8_t)(p->count + 1);
    p->list[p->count++] = t;
}

static void offer_start(struct wire_v1_sa *out, uint8_t protocol, uint32_t spi)
{
    out->count = 1;
    out->list[0].number = 1;
    out->list[0].protocol = protocol;
    out->list[0].spi = spi;
    out->list[0].spi_len = spi ? sizeof spi : 0;
    out->list[0].count = 0;
}

/* Of one pair of cipher and hash, all groups. */
static void offer_ike_groups(const struct crypt_proposal *p, struct wire_v1_transform t,
                             struct wire_v1_sa *out)
{
    const struct crypt_transform *g;
    for (size_t i = 0; (g = proposal_nth(p, CRYPT_TYPE_DH, i)) != NULL; i++) {
        t.group = g->id;
        if (group_is_usable(g->id))
            offer_add(out, t);
    }
}

void ikev1_select_offer_ike(const struct crypt_proposal *ours, size_t n, uint16_t auth, uint32_t life_s,
                            struct wire_v1_sa *out)
{
    const struct crypt_transform *e, *h;
    offer_start(out, WIRE_V1_PROTO_ISAKMP, 0);
    for (size_t at = 0; at < n; at++) {
        for (size_t i = 0; (e = proposal_nth(&ours[at], CRYPT_TYPE_ENCR, i)) != NULL; i++) {
            for (size_t j = 0; (h = proposal_nth(&ours[at], CRYPT_TYPE_INTEG, j)) != NULL; j++) {
                const struct wire_v1_transform t = {.id = WIRE_V1_KEY_IKE,
                                                    .encr = number_of(encrs, COUNT(encrs), e->id, false),
                                                    .key_bits = e->key_bits,
                                                    .hash = number_of(integs, COUNT(integs), h->id, false),
                                                    .auth = auth,
                                                    .life_s = life_s};
                if (t.encr && t.hash)
                    offer_ike_groups(&ours[at], t, out);
            }
        }
    }
}

/* Of one cipher, each way to authenticate. */
static void offer_esp_integs(const struct crypt_proposal *p, const struct crypt_transform *e,
                             struct wire_v1_transform t, struct wire_v1_sa *out)
{
    const struct crypt_alg *encr = crypt_alg_find(CRYPT_TYPE_ENCR, e->id, e->key_bits);
    const struct crypt_transform *h;
    if (encr && encr->is_aead)
        offer_add(out, t);
    for (size_t j = 0; encr && !encr->is_aead && (h = proposal_nth(p, CRYPT_TYPE_INTEG, j)) != NULL; j++) {
        t.integ = number_of(integs, COUNT(integs), h->id, true);
        if (t.integ)
            offer_add(out, t);
    }
}

/* Without a word of it sequence numbers have 32 bits, which every peer knows. */
static bool proposal_takes_esn(const struct crypt_proposal *p, bool esn)
{
    return proposal_names(p, CRYPT_TYPE_ESN)
               ? proposal_has(p, CRYPT_TYPE_ESN, esn ? CRYPT_ESN_ON : CRYPT_ESN_OFF, 0)
               : true;
}

static bool proposal_takes_group(const struct crypt_proposal *p, enum crypt_dh dh)
{
    return dh == CRYPT_DH_NONE && !proposal_names(p, CRYPT_TYPE_DH)
               ? true
               : proposal_has(p, CRYPT_TYPE_DH, (uint16_t)dh, 0);
}

void ikev1_select_offer_esp(const struct crypt_proposal *ours, size_t n, uint32_t spi,
                            const struct ikev1_wants *wants, uint32_t life_s, struct wire_v1_sa *out)
{
    const struct crypt_transform *e;
    offer_start(out, WIRE_V1_PROTO_ESP, spi);
    for (size_t at = 0; at < n; at++) {
        if (!proposal_takes_group(&ours[at], wants->dh))
            continue;
        for (size_t i = 0; (e = proposal_nth(&ours[at], CRYPT_TYPE_ENCR, i)) != NULL; i++) {
            const struct wire_v1_transform t = {.id = (uint8_t)number_of(encrs, COUNT(encrs), e->id, true),
                                                .key_bits = e->key_bits,
                                                .encap = wants->encap,
                                                .group = (uint16_t)wants->dh,
                                                .esn = !proposal_takes_esn(&ours[at], false),
                                                .life_s = life_s};
            if (t.id)
                offer_esp_integs(&ours[at], e, t, out);
        }
    }
}

/* ---- what the peer sent ---- */

static bool transform_ike(const struct wire_v1_transform *t, struct ikev1_choice *c)
{
    const struct crypt_alg *encr = encr_of(t->encr, t->key_bits, false), *prf = NULL;
    for (size_t i = 0; i < COUNT(prfs); i++)
        if (prfs[i].hash == t->hash)
            prf = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prfs[i].prf, 0);
    if (t->is_unknown || t->id != WIRE_V1_KEY_IKE || t->prf || !encr || !prf || !group_is_usable(t->group))
        return false;
    *c = (struct ikev1_choice){.transform = t->number,
                               .encr = encr,
                               .prf = prf,
                               .dh = (enum crypt_dh)t->group,
                               .auth = t->auth,
                               .life_s = t->life_s};
    return true;
}

bool ikev1_select_covers(const struct crypt_proposal *ours, size_t n, const struct ikev1_choice *c)
{
    uint16_t integ = 0;
    for (size_t i = 0; i < COUNT(prfs); i++)
        if (prfs[i].prf == (enum crypt_prf)c->prf->id)
            integ = prfs[i].integ;
    for (size_t i = 0; i < n; i++)
        if (proposal_has(&ours[i], CRYPT_TYPE_ENCR, c->encr->id, c->encr->key_bits) &&
            proposal_has(&ours[i], CRYPT_TYPE_INTEG, integ, 0) &&
            proposal_has(&ours[i], CRYPT_TYPE_DH, (uint16_t)c->dh, 0))
            return true;
    return false;
}

bool ikev1_select_ike(const struct crypt_proposal *ours, size_t n, const struct wire_v1_sa *theirs,
                      uint16_t auth, struct ikev1_choice *out)
{
    for (size_t i = 0; i < theirs->count; i++) {
        const struct wire_v1_proposal *p = &theirs->list[i];
        for (size_t j = 0; p->protocol == WIRE_V1_PROTO_ISAKMP && j < p->count; j++) {
            struct ikev1_choice c;
            if (!transform_ike(&p->list[j], &c) || c.auth != auth || !ikev1_select_covers(ours, n, &c))
                continue;
            *out = c;
            out->proposal = p->number;
            return true;
        }
    }
    return false;
}

static bool transform_esp(const struct wire_v1_transform *t, const struct ikev1_wants *wants,
                          struct ikev1_choice *c)
{
    const struct crypt_alg *encr = encr_of(t->id, t->key_bits, true), *integ = NULL;
    for (size_t i = 0; i < COUNT(integs); i++)
        if (t->integ && integs[i].phase2 == t->integ)
            integ = crypt_alg_find(CRYPT_TYPE_INTEG, integs[i].v2, 0);
    if (t->is_unknown || !encr || encr->is_aead == (t->integ != 0) || (t->integ && !integ) ||
        t->group != wants->dh || t->esn > 1 || !t->encap ||
        (t->encap != wants->encap && t->encap != wants->encap_too))
        return false;
    *c = (struct ikev1_choice){.transform = t->number,
                               .encr = encr,
                               .integ = integ,
                               .dh = wants->dh,
                               .encap = t->encap,
                               .esn = t->esn,
                               .life_s = t->life_s};
    return true;
}

static bool esp_is_ours(const struct crypt_proposal *p, const struct ikev1_choice *c)
{
    return proposal_has(p, CRYPT_TYPE_ENCR, c->encr->id, c->encr->key_bits) &&
           (!c->integ || proposal_has(p, CRYPT_TYPE_INTEG, c->integ->id, 0)) &&
           proposal_takes_esn(p, c->esn) && proposal_takes_group(p, c->dh);
}

/* Proposals with one number are wanted together, as ESP with AH or IPComp: none of that is done. */
static bool proposal_stands_alone(const struct wire_v1_sa *sa, size_t at)
{
    for (size_t i = 0; i < sa->count; i++)
        if (i != at && sa->list[i].number == sa->list[at].number)
            return false;
    return true;
}

bool ikev1_select_esp(const struct crypt_proposal *ours, size_t n, const struct wire_v1_sa *theirs,
                      const struct ikev1_wants *wants, struct ikev1_choice *out)
{
    for (size_t i = 0; i < theirs->count; i++) {
        const struct wire_v1_proposal *p = &theirs->list[i];
        if (p->protocol != WIRE_V1_PROTO_ESP || p->spi_len != 4 || !p->spi ||
            !proposal_stands_alone(theirs, i))
            continue;
        for (size_t j = 0; j < p->count; j++) {
            struct ikev1_choice c;
            if (!transform_esp(&p->list[j], wants, &c))
                continue;
            for (size_t k = 0; k < n; k++) {
                if (!esp_is_ours(&ours[k], &c))
                    continue;
                *out = c;
                out->proposal = p->number;
                out->spi = p->spi;
                return true;
            }
        }
    }
    return false;
}

void ikev1_select_answer(const struct wire_v1_sa *theirs, const struct ikev1_choice *c, uint32_t spi,
                         struct wire_v1_sa *out)
{
    out->count = 0;
    for (size_t i = 0; i < theirs->count && !out->count; i++) {
        const struct wire_v1_proposal *p = &theirs->list[i];
        for (size_t j = 0; p->number == c->proposal && j < p->count; j++) {
            if (p->list[j].number != c->transform)
                continue;
            offer_start(out, p->protocol, spi);
            out->list[0].number = p->number;
            out->list[0].count = 1;
            out->list[0].list[0] = p->list[j];
            break;
        }
    }
}

enum crypt_dh ikev1_select_group(const struct crypt_proposal *ours, size_t n)
{
    const struct crypt_transform *g;
    for (size_t at = 0; at < n; at++)
        for (size_t i = 0; (g = proposal_nth(&ours[at], CRYPT_TYPE_DH, i)) != NULL; i++)
            if (group_is_usable(g->id))
                return (enum crypt_dh)g->id;
    return CRYPT_DH_NONE;
}

enum crypt_dh ikev1_select_pfs(const struct crypt_proposal *ours, size_t n)
{
    for (size_t at = 0; at < n; at++)
        if (proposal_takes_group(&ours[at], CRYPT_DH_NONE))
            return CRYPT_DH_NONE;
    return ikev1_select_group(ours, n);
}

/* Its mode: the numbers of each mode, plain, in UDP, and in UDP as the drafts have it. */
static bool encap_is_of(uint16_t encap, enum esp_mode mode)
{
    return mode == ESP_MODE_TRANSPORT
               ? encap == WIRE_V1_ENCAP_TRANSPORT || encap == WIRE_V1_ENCAP_UDP_TRANSPORT ||
                     encap == WIRE_V1_ENCAP_UDP_TRANSPORT_DRAFT
               : encap == WIRE_V1_ENCAP_TUNNEL || encap == WIRE_V1_ENCAP_UDP_TUNNEL ||
                     encap == WIRE_V1_ENCAP_UDP_TUNNEL_DRAFT;
}

bool ikev1_select_asks_mode(const struct wire_v1_sa *theirs, enum esp_mode mode)
{
    for (size_t i = 0; i < theirs->count; i++)
        for (size_t j = 0; j < theirs->list[i].count; j++)
            if (encap_is_of(theirs->list[i].list[j].encap, mode))
                return true;
    return false;
}

bool ikev1_select_asks_ah(const struct wire_v1_sa *theirs)
{
    for (size_t i = 0; i < theirs->count; i++)
        if (theirs->list[i].protocol == WIRE_V1_PROTO_AH)
            return true;
    return false;
}

/* ---- words ---- */

const char *ikev1_select_text(const struct ikev1_choice *c, char *out, size_t size)
{
    struct base_text t = base_text(out, size);
    if (!c->encr)
        return out;
    base_text_add(&t, "%s", c->encr->name);
    if (c->integ)
        base_text_add(&t, "/%s", c->integ->name);
    if (c->prf)
        base_text_add(&t, "/%s", c->prf->name);
    if (c->dh != CRYPT_DH_NONE)
        base_text_add(&t, "/%s", crypt_alg_name(CRYPT_TYPE_DH, (uint16_t)c->dh, 0));
    if (!c->prf)
        base_text_add(&t, "/%s", c->esn ? "ESN" : "32-bit sequence");
    return out;
}

static void theirs_add(struct base_text *t, const struct wire_v1_transform *x, bool is_phase2)
{
    const struct crypt_alg *encr = encr_of(is_phase2 ? x->id : x->encr, x->key_bits, is_phase2);
    const uint16_t hash = is_phase2 ? x->integ : x->hash;
    const char *name = NULL;
    for (size_t i = 0; i < COUNT(integs) && !name; i++)
        if ((is_phase2 ? integs[i].phase2 : integs[i].phase1) == hash)
            name = crypt_alg_find(CRYPT_TYPE_INTEG, integs[i].v2, 0)->keyword;
    if (encr)
        base_text_add(t, "%s", encr->keyword);
    else
        base_text_add(t, "cipher %u", is_phase2 ? x->id : x->encr);
    if (name)
        base_text_add(t, "-%s", name);
    else if (hash)
        base_text_add(t, "-%s", hash == WIRE_V1_HASH_MD5 ? "md5" : "unknown hash");
    const struct crypt_alg *dh = crypt_alg_find(CRYPT_TYPE_DH, x->group, 0);
    if (x->group && dh)
        base_text_add(t, "-%s", dh->keyword);
    else if (x->group)
        base_text_add(t, "-group %u", x->group);
}

const char *ikev1_select_theirs(const struct wire_v1_sa *theirs, bool is_phase2, char *out, size_t size)
{
    struct base_text t = base_text(out, size);
    const char *between = "";
    for (size_t i = 0; i < theirs->count; i++) {
        for (size_t j = 0; j < theirs->list[i].count; j++) {
            base_text_add(&t, "%s", between);
            theirs_add(&t, &theirs->list[i].list[j], is_phase2);
            between = ", ";
        }
    }
    return out;
}
