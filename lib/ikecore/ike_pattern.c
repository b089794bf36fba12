/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Patterns of identities. Each is looked up as if it were an identity itself: a peer's own is cut down to the
 * patterns that it can stand under, one after the other, so that nothing has to walk over the connections.
 */
#include "ike_pattern.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include "base_text.h"
#include "ike_dn.h"
#include "wire_ike.h"

static int pattern_refuse(char *why, size_t why_size, const char *text)
{
    struct base_text t = base_text(why, why_size);
    base_text_add(
        &t,
        "\"%.128s\" is no pattern: write *@example.org, *.branch.example.org, a name with \"CN=*\", or "
        "any",
        text);
    return -EINVAL;
}

int ike_pattern_parse(const char *text, struct ike_id *out, char *why, size_t why_size)
{
    if (strcasecmp(text, "any") == 0 || strcmp(text, "%any") == 0 || strcmp(text, "*") == 0) {
        *out = (struct ike_id){.pattern = IKE_ID_ANY};
        return 0;
    }
    if (!strchr(text, '*') || strncmp(text, "keyid:", 6) == 0)
        return ike_id_parse(text, out, why, why_size);
    const char *rest = text + 1;
    const size_t len = strlen(rest);
    if (text[0] != '*' || strchr(rest, '*') || (rest[0] != '@' && rest[0] != '.') || len < 2 ||
        len > IKE_ID_MAX || strchr(rest + 1, '@'))
        return pattern_refuse(why, why_size, text);
    *out = (struct ike_id){.type = rest[0] == '@' ? WIRE_IKE_ID_EMAIL : WIRE_IKE_ID_FQDN,
                           .len = (uint8_t)len,
                           .pattern = IKE_ID_SUFFIX};
    memcpy(out->bytes, rest, len);
    return 0;
}

void ike_pattern_settle(struct ike_id *id)
{
    struct ike_dn_shape shape;
    struct ike_id masked = {.type = WIRE_IKE_ID_DN, .pattern = IKE_ID_DN_PARTS};
    const struct base_span der = base_span(id->bytes, id->len);
    size_t len;
    if (id->type != WIRE_IKE_ID_DN || id->pattern || !ike_dn_shape(der, &shape) || !shape.wild ||
        !ike_dn_mask(der, &shape, masked.bytes, sizeof masked.bytes, &len))
        return;
    masked.len = (uint8_t)len;
    *id = masked;
}

void ike_probes_start(struct ike_probes *p, const struct ike_id *peer, const struct ike_dn_shapes *shapes)
{
    const char mark = peer->type == WIRE_IKE_ID_EMAIL ? '@' : '.';
    *p = (struct ike_probes){.peer = peer, .shapes = peer->type == WIRE_IKE_ID_DN ? shapes : NULL};
    if (peer->type != WIRE_IKE_ID_FQDN && peer->type != WIRE_IKE_ID_EMAIL)
        return;
    /* From the end: of a longer name the shortest suffixes are left. */
    for (size_t i = peer->len; i-- > 1 && p->n_suffixes < IKE_PATTERN_LABELS_MAX;)
        if (peer->bytes[i] == mark)
            p->at[IKE_PATTERN_LABELS_MAX - ++p->n_suffixes] = (uint8_t)i;
    memmove(p->at, p->at + IKE_PATTERN_LABELS_MAX - p->n_suffixes, p->n_suffixes);
}

static void probes_suffix(const struct ike_id *peer, uint8_t at, struct ike_id *out)
{
    *out = (struct ike_id){.type = peer->type, .len = (uint8_t)(peer->len - at), .pattern = IKE_ID_SUFFIX};
    memcpy(out->bytes, peer->bytes + at, out->len);
}

/* The peer's name under one shape; empty, as nobody is, where it does not fit. */
static void probes_masked(const struct ike_id *peer, const struct ike_dn_shape *shape, struct ike_id *out)
{
    size_t len = 0;
    *out = (struct ike_id){.type = WIRE_IKE_ID_DN, .pattern = IKE_ID_DN_PARTS};
    ike_dn_mask(base_span(peer->bytes, peer->len), shape, out->bytes, sizeof out->bytes, &len);
    out->len = (uint8_t)len;
}

bool ike_probes_next(struct ike_probes *p, struct ike_id *out)
{
    const size_t n = p->next++, n_shapes = p->shapes ? p->shapes->n : 0;
    if (n == 0)
        *out = *p->peer;
    else if (n <= p->n_suffixes)
        probes_suffix(p->peer, p->at[n - 1], out);
    else if (n <= p->n_suffixes + n_shapes)
        probes_masked(p->peer, &p->shapes->list[n - 1 - p->n_suffixes], out);
    else if (n == p->n_suffixes + n_shapes + 1)
        *out = (struct ike_id){.pattern = IKE_ID_ANY};
    else
        return false;
    return true;
}
