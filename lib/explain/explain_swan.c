/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strongSwan's notation of identities. What its parser could take for something else goes as hexadecimal
 * behind the type, which it reads since 5.2 (Identity Parsing, docs.strongswan.org).
 */
#include "explain_swan.h"

#include <string.h>
#include "base_text.h"
#include "wire_ike.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool is_made_of(const struct ike_id *id, const char *characters)
{
    char text[IKE_ID_MAX + 1];
    memcpy(text, id->bytes, id->len);
    text[id->len] = '\0';
    return id->len > 0 && strspn(text, characters) == id->len;
}

/* Attribute types that strongSwan knows by the names that ours have, and encodes as we do. */
static bool is_known_attribute(const char *name, size_t len)
{
    static const char *const known[] = {"C",   "ST",           "L",           "O", "OU", "CN",
                                        "UID", "emailAddress", "serialNumber"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == len && memcmp(known[i], name, len) == 0)
            return true;
    return false;
}

/* Whether strongSwan reads this text as the name that it stands for: it knows no escapes and no "a + b". */
static bool is_plain_name(const char *text)
{
    if (strncmp(text, "dn:", 3) == 0 || strpbrk(text, "\\\"+#/"))
        return false;
    for (; *text; text += strspn(text, ", ")) {
        const size_t len = strcspn(text, "=,");
        if (text[len] != '=' || !is_known_attribute(text, len))
            return false;
        text += strcspn(text, ",");
    }
    return true;
}

static void add_hex(struct base_text *t, const char *prefix, const struct ike_id *id)
{
    base_text_add(t, "\"%s", prefix);
    base_text_add_hex(t, base_span(id->bytes, id->len));
    base_text_add(t, "\"");
}

static void add_name(struct base_text *t, const struct ike_id *id, const struct crypt_ike_ops *crypto)
{
    char name[IKE_ID_TEXT_MAX];
    ike_id_text(id, crypto, name);
    if (is_plain_name(name))
        base_text_add(t, "\"%s\"", name);
    else
        add_hex(t, "asn1dn:#", id);
}

const char *explain_swan_id(const struct ike_id *id, const struct crypt_ike_ops *crypto,
                            char out[IKE_ID_TEXT_MAX])
{
    struct base_text t = base_text(out, IKE_ID_TEXT_MAX);
    if (id->type == WIRE_IKE_ID_DN)
        add_name(&t, id, crypto);
    else if (id->type == WIRE_IKE_ID_KEY && is_made_of(id, LETTERS "._-"))
        base_text_add(&t, "keyid:%.*s", id->len, (const char *)id->bytes);
    else if (id->type == WIRE_IKE_ID_KEY)
        add_hex(&t, "@#", id);
    else if (id->type == WIRE_IKE_ID_FQDN && !is_made_of(id, LETTERS ".-_"))
        add_hex(&t, "fqdn:#", id);
    else if (id->type == WIRE_IKE_ID_EMAIL && !is_made_of(id, LETTERS ".-_+@"))
        add_hex(&t, "email:#", id);
    else
        ike_id_text(id, crypto, out);
    return out;
}
