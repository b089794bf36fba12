/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Choosing from proposals (RFC 7296 2.7, 3.3.6): one algorithm of each type, in our order of preference.
 * Only algorithms that have a row in the table can match. No policy beyond the lists it is given.
 */
#include "ikev2_select.h"

#include "base_text.h"
#include "crypt_alg.h"
#include "crypt_proposal.h"
#include "wire_ike.h"

static bool select_offers(const struct wire_ike_proposal *p, uint8_t type, uint16_t id, uint16_t key_bits)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct wire_ike_transform *t = &p->list[i];
        if (t->type == type && t->id == id && t->key_bits == key_bits && !t->is_unknown)
            return true;
    }
    return false;
}

static size_t count_of(const struct wire_ike_proposal *p, uint8_t type)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        n += p->list[i].type == type;
    return n;
}

/* A type that we do not know must be agreed on too, so such a proposal cannot match (RFC 7296 3.3.6). */
static bool has_unknown_type(const struct wire_ike_proposal *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].type < CRYPT_TYPE_ENCR || p->list[i].type > CRYPT_TYPE_ADDKE7)
            return true;
    return false;
}

static bool has_any_addke(const struct wire_ike_proposal *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (crypt_type_is_addke(p->list[i].type) && p->list[i].id != CRYPT_DH_NONE)
            return true;
    return false;
}

static size_t count_ours(const struct crypt_proposal *p, uint8_t type)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        n += p->transforms[i].type == type;
    return n;
}

/* Our first transform of a type that they offer as well. */
static const struct crypt_transform *select_common(const struct crypt_proposal *ours,
                                                   const struct wire_ike_proposal *theirs, uint8_t type)
{
    for (size_t i = 0; i < ours->count; i++) {
        const struct crypt_transform *t = &ours->transforms[i];
        if (t->type == type && select_offers(theirs, type, t->id, t->key_bits))
            return t;
    }
    return NULL;
}

static const struct crypt_alg *select_row(const struct crypt_transform *t)
{
    return t ? crypt_alg_find(t->type, t->id, t->key_bits) : NULL;
}

static bool match_cipher(const struct crypt_proposal *ours, const struct wire_ike_proposal *theirs,
                         struct ikev2_choice *c)
{
    c->encr = select_row(select_common(ours, theirs, CRYPT_TYPE_ENCR));
    if (!c->encr)
        return false;
    if (c->encr->is_aead) /* an AEAD comes with no integrity algorithm, or NONE (RFC 7296 3.3) */
        return count_of(theirs, CRYPT_TYPE_INTEG) == 0 ||
               select_offers(theirs, CRYPT_TYPE_INTEG, CRYPT_INTEG_NONE, 0);
    c->integ = select_row(select_common(ours, theirs, CRYPT_TYPE_INTEG));
    return c->integ != NULL;
}

static bool offers_none(const struct wire_ike_proposal *theirs)
{
    return count_of(theirs, CRYPT_TYPE_DH) == 0 || select_offers(theirs, CRYPT_TYPE_DH, CRYPT_DH_NONE, 0);
}

/*
 * Key exchange: the group whose value came with the request, or none if none came; else our first. Doing
 * without is a choice like any other: both sides must have it, and an IKE SA never does.
 */
static bool match_dh(const struct crypt_proposal *ours, const struct wire_ike_proposal *theirs,
                     enum ikev2_dh_rule rule, enum crypt_dh hint, struct ikev2_choice *c)
{
    if (rule == IKEV2_DH_IGNORE)
        return true;
    const bool is_none =
        theirs->protocol == WIRE_IKE_PROTO_ESP && ikev2_select_allows_none(ours, 1) && offers_none(theirs);
    if (rule == IKEV2_DH_NONE || (is_none && hint == CRYPT_DH_NONE))
        return is_none;
    if (hint != CRYPT_DH_NONE && select_offers(theirs, CRYPT_TYPE_DH, (uint16_t)hint, 0) &&
        ikev2_select_has_group(ours, 1, hint)) {
        c->dh = hint;
        return true;
    }
    for (size_t i = 0; i < ours->count; i++) {
        const struct crypt_transform *t = &ours->transforms[i];
        if (t->type != CRYPT_TYPE_DH || t->id == CRYPT_DH_NONE ||
            !select_offers(theirs, CRYPT_TYPE_DH, t->id, 0))
            continue;
        c->dh = (enum crypt_dh)t->id;
        return true;
    }
    return is_none;
}

static bool match_esn(const struct crypt_proposal *ours, const struct wire_ike_proposal *theirs,
                      struct ikev2_choice *c)
{
    const struct crypt_transform *t = select_common(ours, theirs, CRYPT_TYPE_ESN);
    if (t) {
        c->esn = t->id == CRYPT_ESN_ON;
        return true;
    }
    /* Old peers leave the type out and mean 32-bit sequence numbers (RFC 7296 3.3.2). */
    if (count_of(theirs, CRYPT_TYPE_ESN) > 0)
        return false;
    if (count_ours(ours, CRYPT_TYPE_ESN) == 0)
        return true;
    for (size_t i = 0; i < ours->count; i++)
        if (ours->transforms[i].type == CRYPT_TYPE_ESN && ours->transforms[i].id == CRYPT_ESN_OFF)
            return true;
    return false;
}

/* Whether a method of key exchange is in the choice already: each may be there once (RFC 9370 2.2.1). */
static bool addke_is_taken(const struct ikev2_choice *c, uint16_t id)
{
    bool is_taken = id == (uint16_t)c->dh;
    for (size_t i = 0; i < CRYPT_ADDKE_MAX && !is_taken; i++)
        is_taken = c->addke[i] == id;
    return is_taken;
}

static bool addke_can_skip(const struct wire_ike_proposal *p, uint8_t type)
{
    return count_of(p, type) == 0 || select_offers(p, type, CRYPT_DH_NONE, 0);
}

/*
 * Additional key exchanges from this type on: of each the first of ours that they have and that is not taken;
 * a choice that leaves nothing for a later type is taken back. What a side does not name is NONE.
 */
static bool match_addke(const struct crypt_proposal *ours, const struct wire_ike_proposal *theirs,
                        uint8_t type, struct ikev2_choice *c)
{
    if (type > CRYPT_TYPE_ADDKE7)
        return true;
    const bool can_skip = crypt_proposal_can_skip(ours, type) && addke_can_skip(theirs, type);
    for (size_t i = 0; i < ours->count; i++) {
        const struct crypt_transform *t = &ours->transforms[i];
        const bool is_none = t->id == CRYPT_DH_NONE;
        if (t->type != type || (is_none ? !can_skip : addke_is_taken(c, t->id)) ||
            (!is_none && !select_offers(theirs, type, t->id, 0)))
            continue;
        c->addke[type - CRYPT_TYPE_ADDKE1] = t->id;
        if (match_addke(ours, theirs, type + 1, c))
            return true;
        c->addke[type - CRYPT_TYPE_ADDKE1] = CRYPT_DH_NONE;
    }
    return count_ours(ours, type) == 0 && can_skip && match_addke(ours, theirs, type + 1, c);
}

/* They count with a first exchange only; without one both sides must be able to do without. */
static bool match_more(const struct crypt_proposal *ours, const struct wire_ike_proposal *theirs,
                       enum ikev2_dh_rule rule, struct ikev2_choice *c)
{
    if (rule == IKEV2_DH_IGNORE)
        return true;
    if (rule == IKEV2_DH_SINGLE && has_any_addke(theirs))
        return false;
    if (c->dh != CRYPT_DH_NONE)
        return match_addke(ours, theirs, CRYPT_TYPE_ADDKE1, c);
    for (uint8_t type = CRYPT_TYPE_ADDKE1; type <= CRYPT_TYPE_ADDKE7; type++)
        if (!crypt_proposal_can_skip(ours, type) || !addke_can_skip(theirs, type))
            return false;
    return true;
}

/* Of each type that they offer, the answer has one; of those that they do not, none (RFC 7296 3.3.6). */
static void select_note_none(const struct wire_ike_proposal *theirs, struct ikev2_choice *c)
{
    c->integ_is_none = !c->integ && select_offers(theirs, CRYPT_TYPE_INTEG, CRYPT_INTEG_NONE, 0);
    c->dh_is_none = c->dh == CRYPT_DH_NONE && select_offers(theirs, CRYPT_TYPE_DH, CRYPT_DH_NONE, 0);
    c->esn_is_absent = count_of(theirs, CRYPT_TYPE_ESN) == 0;
    for (uint8_t i = 0; i < CRYPT_ADDKE_MAX; i++)
        if (c->addke[i] == CRYPT_DH_NONE && select_offers(theirs, CRYPT_TYPE_ADDKE1 + i, CRYPT_DH_NONE, 0))
            c->addke_is_none |= 1u << i;
}

static bool select_match(const struct crypt_proposal *ours, const struct wire_ike_proposal *theirs,
                         uint8_t protocol, enum ikev2_dh_rule rule, enum crypt_dh hint,
                         struct ikev2_choice *out)
{
    struct ikev2_choice c = {.number = theirs->number, .protocol = protocol, .spi = theirs->spi};
    if (theirs->protocol != protocol || has_unknown_type(theirs) || !match_cipher(ours, theirs, &c) ||
        !match_dh(ours, theirs, rule, hint, &c) || !match_more(ours, theirs, rule, &c))
        return false;
    if (protocol == WIRE_IKE_PROTO_ESP) {
        if (!match_esn(ours, theirs, &c) || theirs->spi_len != IKEV2_ESP_SPI_BYTES || theirs->spi < 256)
            return false;
    } else {
        c.prf = select_row(select_common(ours, theirs, CRYPT_TYPE_PRF));
        if (!c.prf)
            return false;
    }
    select_note_none(theirs, &c);
    *out = c;
    return true;
}

bool ikev2_select(const struct crypt_proposal *ours, size_t n_ours, const struct wire_ike_sa *theirs,
                  uint8_t protocol, enum ikev2_dh_rule rule, enum crypt_dh hint, struct ikev2_choice *out)
{
    for (size_t i = 0; i < n_ours; i++)
        for (size_t j = 0; j < theirs->count; j++)
            if (select_match(&ours[i], &theirs->list[j], protocol, rule, hint, out))
                return true;
    return false;
}

/* Whether a proposal of ours stands in an offer under this rule. */
static bool select_is_offered(const struct crypt_proposal *p, enum ikev2_dh_rule rule)
{
    return rule != IKEV2_DH_NONE || ikev2_select_allows_none(p, 1);
}

/* The one of ours that had this number in our offer; offers are counted from 1 (RFC 7296 3.3.1). */
static const struct crypt_proposal *select_offered(const struct crypt_proposal *ours, size_t n_ours,
                                                   enum ikev2_dh_rule rule, uint8_t number)
{
    for (size_t i = 0, n = 0; i < n_ours; i++)
        if (select_is_offered(&ours[i], rule) && ++n == number)
            return &ours[i];
    return NULL;
}

static const struct wire_ike_transform *select_first(const struct wire_ike_proposal *p, uint8_t type)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].type == type)
            return &p->list[i];
    return NULL;
}

bool ikev2_select_answer(const struct crypt_proposal *ours, size_t n_ours, const struct wire_ike_sa *answer,
                         uint8_t protocol, enum ikev2_dh_rule rule, struct ikev2_choice *out)
{
    if (answer->count != 1)
        return false;
    const struct wire_ike_proposal *p = &answer->list[0];
    for (uint8_t type = CRYPT_TYPE_ENCR; type <= CRYPT_TYPE_ADDKE7; type++)
        if (count_of(p, type) > 1)
            return false;
    const struct crypt_proposal *offered = select_offered(ours, n_ours, rule, p->number);
    const struct wire_ike_transform *dh = select_first(p, CRYPT_TYPE_DH);
    return offered && select_match(offered, p, protocol, rule,
                                   dh && !dh->is_unknown ? (enum crypt_dh)dh->id : CRYPT_DH_NONE, out);
}

static bool select_lists(const struct crypt_proposal *p, uint8_t type, const struct crypt_alg *alg)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->transforms[i].type == type && p->transforms[i].id == alg->id &&
            p->transforms[i].key_bits == alg->key_bits)
            return true;
    return false;
}

/* Whether these additional key exchanges could be those of the proposal. */
static bool select_covers_addke(const struct crypt_proposal *p, const struct ikev2_choice *c)
{
    for (uint8_t i = 0; i < CRYPT_ADDKE_MAX; i++) {
        const uint8_t type = CRYPT_TYPE_ADDKE1 + i;
        const struct crypt_alg method = {.type = type, .id = c->addke[i]};
        if (c->addke[i] == CRYPT_DH_NONE ? !crypt_proposal_can_skip(p, type)
                                         : !select_lists(p, type, &method))
            return false;
    }
    return true;
}

bool ikev2_select_covers(const struct crypt_proposal *ours, size_t n_ours, const struct ikev2_choice *c)
{
    for (size_t i = 0; i < n_ours; i++) {
        const struct crypt_proposal *p = &ours[i];
        if (select_lists(p, CRYPT_TYPE_ENCR, c->encr) &&
            (!c->prf || select_lists(p, CRYPT_TYPE_PRF, c->prf)) &&
            (!c->integ || select_lists(p, CRYPT_TYPE_INTEG, c->integ)) &&
            (c->dh == CRYPT_DH_NONE || ikev2_select_has_group(p, 1, c->dh)) && select_covers_addke(p, c))
            return true;
    }
    return false;
}

void ikev2_select_offer(const struct crypt_proposal *ours, size_t n_ours, uint64_t spi, uint8_t spi_len,
                        enum ikev2_dh_rule rule, struct wire_ike_sa *out)
{
    out->count = 0;
    for (size_t i = 0; i < n_ours; i++) {
        if (!select_is_offered(&ours[i], rule))
            continue;
        struct wire_ike_proposal *p = &out->list[out->count++];
        *p = (struct wire_ike_proposal){
            .number = (uint8_t)out->count, .protocol = ours[i].protocol, .spi_len = spi_len, .spi = spi};
        for (size_t j = 0; j < ours[i].count; j++) {
            const struct crypt_transform *t = &ours[i].transforms[j];
            if ((t->type == CRYPT_TYPE_DH || crypt_type_is_addke(t->type)) && rule != IKEV2_DH_WANTED)
                continue;
            p->list[p->count++] =
                (struct wire_ike_transform){.type = t->type, .id = t->id, .key_bits = t->key_bits};
        }
    }
}

enum crypt_dh ikev2_select_first_group(const struct crypt_proposal *ours, size_t n_ours)
{
    for (size_t i = 0; i < n_ours; i++)
        for (size_t j = 0; j < ours[i].count; j++)
            if (ours[i].transforms[j].type == CRYPT_TYPE_DH && ours[i].transforms[j].id != CRYPT_DH_NONE)
                return (enum crypt_dh)ours[i].transforms[j].id;
    return CRYPT_DH_NONE;
}

bool ikev2_select_has_group(const struct crypt_proposal *ours, size_t n_ours, enum crypt_dh group)
{
    for (size_t i = 0; i < n_ours; i++)
        for (size_t j = 0; j < ours[i].count; j++)
            if (ours[i].transforms[j].type == CRYPT_TYPE_DH && ours[i].transforms[j].id == group)
                return true;
    return false;
}

static bool select_can_skip_all(const struct crypt_proposal *p)
{
    for (uint8_t type = CRYPT_TYPE_ADDKE1; type <= CRYPT_TYPE_ADDKE7; type++)
        if (!crypt_proposal_can_skip(p, type))
            return false;
    return true;
}

bool ikev2_select_allows_none(const struct crypt_proposal *ours, size_t n_ours)
{
    for (size_t i = 0; i < n_ours; i++)
        if ((count_ours(&ours[i], CRYPT_TYPE_DH) == 0 ||
             ikev2_select_has_group(&ours[i], 1, CRYPT_DH_NONE)) &&
            select_can_skip_all(&ours[i]))
            return true;
    return false;
}

uint8_t ikev2_select_addke_from(const struct ikev2_choice *c, uint8_t from)
{
    for (uint8_t type = from; type <= CRYPT_TYPE_ADDKE7; type++)
        if (c->addke[type - CRYPT_TYPE_ADDKE1] != CRYPT_DH_NONE)
            return type;
    return 0;
}

bool ikev2_select_has_addke(const struct ikev2_choice *c)
{
    return ikev2_select_addke_from(c, CRYPT_TYPE_ADDKE1) != 0;
}

bool ikev2_select_asks_ah(const struct wire_ike_sa *theirs)
{
    for (size_t i = 0; i < theirs->count; i++)
        if (theirs->list[i].protocol == WIRE_IKE_PROTO_AH)
            return true;
    return false;
}

const char *ikev2_select_words(const struct ikev2_choice *c, char *out, size_t size)
{
    struct base_text t = base_text(out, size);
    const struct crypt_alg *const rows[] = {c->encr, c->prf, c->integ,
                                            crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)c->dh, 0)};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i])
            base_text_add(&t, "%s%s", i ? "-" : "", rows[i]->keyword);
    for (uint8_t n = 1; n <= CRYPT_ADDKE_MAX; n++)
        if (c->addke[n - 1] != CRYPT_DH_NONE)
            base_text_add(&t, "-ke%d_%s", n, crypt_alg_find(CRYPT_TYPE_DH, c->addke[n - 1], 0)->keyword);
    return out;
}

const char *ikev2_select_text(const struct ikev2_choice *c, char *out, size_t size)
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
    for (size_t i = 0; i < CRYPT_ADDKE_MAX; i++)
        if (c->addke[i] != CRYPT_DH_NONE)
            base_text_add(&t, "+%s", crypt_alg_name(CRYPT_TYPE_DH, c->addke[i], 0));
    if (c->protocol == WIRE_IKE_PROTO_ESP)
        base_text_add(&t, "/%s", c->esn ? "ESN" : "32-bit sequence");
    return out;
}
