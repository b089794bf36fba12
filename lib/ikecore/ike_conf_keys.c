/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of the engine's configuration values, made from ike_conf_keys.def, and what needs nothing else.
 */
#include "ike_conf_keys.h"

#include <string.h>

#define CONF  struct ike_conf
#define CONN  struct ike_conn_conf
#define CHILD struct ike_child_conf
#define IKE_KEY_NUM(owner_, name, member, asks_, preset_) \
    {IKE_OWNER_##owner_, IKE_ASKS_##asks_, IKE_FIELD(UINT, owner_, member), preset_},
#define IKE_KEY_ONE(owner_, name, kind, member, asks_) \
    {IKE_OWNER_##owner_, IKE_ASKS_##asks_, IKE_FIELD(kind, owner_, member), 0},
#define IKE_KEY_LIST(owner_, name, kind, count, list, asks_) \
    {IKE_OWNER_##owner_, IKE_ASKS_##asks_, IKE_FIELD_LIST(kind, owner_, count, list), 0},
#define IKE_KEY_FAR(owner_, name, kind, member, asks_) \
    {IKE_OWNER_##owner_, IKE_ASKS_##asks_, IKE_FIELD_FAR(kind, owner_, member, struct ike_bulk), 0},
#define IKE_KEY_FAR_LIST(owner_, name, kind, count, list, asks_) \
    {IKE_OWNER_##owner_, IKE_ASKS_##asks_, IKE_FIELD_FAR_LIST(kind, owner_, count, list, struct ike_bulk), 0},
const struct ike_key ike_keys[IKE_KEYS] = {
#include "ike_conf_keys.def"
};
#undef CONF
#undef CONN
#undef CHILD

/* Copies the built-in proposals of a protocol, as many as fit. */
static void preset_proposals(const struct ike_field *f, enum crypt_protocol protocol, void *object)
{
    size_t n;
    const struct crypt_proposal *p = crypt_proposal_defaults(protocol, &n);
    if (n > f->max)
        n = f->max;
    memcpy(ike_field_slot(f, object, 0), p, n * sizeof *p);
    ike_field_set_count(f, object, n);
}

void ike_keys_preset(enum ike_owner owner, void *object)
{
    for (size_t i = 0; i < IKE_KEYS; i++) {
        const struct ike_field *f = &ike_keys[i].field;
        if (ike_keys[i].owner != owner)
            continue;
        if (f->kind == IKE_FIELD_PROPOSAL)
            preset_proposals(f, owner == IKE_OWNER_CONN ? CRYPT_PROTOCOL_IKE : CRYPT_PROTOCOL_ESP, object);
        else if (f->max)
            ike_field_set_count(f, object, 0);
        else if (f->kind == IKE_FIELD_UINT)
            ike_field_set_uint(f, object, 0, ike_keys[i].preset);
        else
            memset(ike_field_slot(f, object, 0), 0, f->size);
    }
}

enum ike_asks ike_keys_compare(enum ike_owner owner, const void *from, const void *to)
{
    enum ike_asks most = 0;
    for (size_t i = 0; i < IKE_KEYS && from != to; i++)
        if (ike_keys[i].owner == owner && ike_keys[i].asks > most &&
            !ike_field_equal(&ike_keys[i].field, from, to))
            most = ike_keys[i].asks;
    return most;
}
