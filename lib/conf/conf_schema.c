/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of keys, made from conf_schema.def, and look-ups in it. Knows nothing of JSON values: reading
 * is conf_read.c, printing is conf_schema_print.c.
 */
#include "conf_int.h"
#include "ike_grant.h"
#include "ike_radius_conf.h"

#include <string.h>

/* The second argument is one of these; a row without it does not compile. */
#define CONF_TO(asks_, kind, type, member) .asks = CONF_ASKS_##asks_, .field = IKE_FIELD(kind, type, member)
#define CONF_TO_LIST(asks_, kind, type, count, list) \
    .asks = CONF_ASKS_##asks_, .field = IKE_FIELD_LIST(kind, type, count, list)
#define CONF_TO_ENGINE(id)              .engine = &ike_keys[IKE_KEY_##id]
#define CONF_BY_HAND(asks_)             .asks = CONF_ASKS_##asks_
#define CONF_HOLDS                      .asks = 0
#define CONF_NOBODY(why)                .nobody = why
#define CONF_REFUSED_KEY                .type = CONF_REFUSED
#define CONF_KEY(in_, name_, goes, ...) {.in = CONF_S_##in_, .name = name_, CONF_##goes, __VA_ARGS__},
static const struct conf_key keys[] = {
#include "conf_schema.def"
};
#undef CONF_KEY

static const char *const section_paths[CONF_SECTIONS] = {
    [CONF_S_ROOT] = "",
    [CONF_S_PORT] = "ports.*",
    [CONF_S_ROUTE] = "routes[]",
    [CONF_S_BYPASS] = "bypass[]",
    [CONF_S_WORKERS] = "workers",
    [CONF_S_EAL] = "eal",
    [CONF_S_CONTROL] = "control",
    [CONF_S_TUNNEL] = "tunnel",
    [CONF_S_TCP] = "tcp",
    [CONF_S_NAT] = "nat",
    [CONF_S_LIMITS] = "limits",
    [CONF_S_SECRET] = "secrets[]",
    [CONF_S_USERS] = "users",
    [CONF_S_RADIUS] = "radius",
    [CONF_S_RADIUS_SERVER] = "radius.servers[]",
    [CONF_S_POOL] = "pools.*",
    [CONF_S_AUTHORITY] = "authorities.*",
    [CONF_S_CONNECTION] = "connections.*",
    [CONF_S_LOCAL] = "connections.*.local",
    [CONF_S_REMOTE] = "connections.*.remote",
    [CONF_S_PEER] = "connections.*.remote.peers[]",
    [CONF_S_LOCAL_THEN] = "connections.*.local.then",
    [CONF_S_REMOTE_THEN] = "connections.*.remote.then",
    [CONF_S_CHILD] = "connections.*.child",
    [CONF_S_NET] = "connections.*.children.*",
    [CONF_S_MANUAL] = "manual.*",
};

static const struct conf_part parts[] = {
    {CONF_S_WORKERS, offsetof(struct conf, workers)}, {CONF_S_EAL, offsetof(struct conf, eal)},
    {CONF_S_CONTROL, offsetof(struct conf, control)}, {CONF_S_TUNNEL, offsetof(struct conf, tunnel)},
    {CONF_S_TCP, offsetof(struct conf, tcp)},
};

const struct conf_key *conf_keys(size_t *count)
{
    *count = sizeof keys / sizeof *keys;
    return keys;
}

const struct conf_key *conf_key_find(enum conf_section in, const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].in == in && strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

const char *conf_section_path(enum conf_section in)
{
    return section_paths[in];
}

bool conf_key_is_never_empty(const struct conf_key *k)
{
    return k->required || k->type == CONF_IFADDR || k->type == CONF_SUBNET || k->type == CONF_CHOICE ||
           k->type == CONF_DSCP;
}

bool conf_key_has_preset(const struct conf_key *k)
{
    if (k->required || k->unset || k->list_max)
        return false;
    return k->type == CONF_BOOL || k->type == CONF_UINT || k->preset_text ||
           (k->engine && k->type == CONF_CHOICE);
}

int64_t conf_choice_number(const struct conf_key *k, const char *text)
{
    char word[32];
    for (size_t i = 0; conf_choice(k->choices, i, word, sizeof word); i++)
        if (strcmp(word, text) == 0)
            return k->first + (int64_t)i;
    return -1;
}

int64_t conf_key_preset(const struct conf_key *k)
{
    if (k->engine)
        return (int64_t)k->engine->preset;
    return k->type == CONF_CHOICE && k->preset_text ? conf_choice_number(k, k->preset_text) : k->preset;
}

enum conf_asks conf_key_asks(const struct conf_key *k)
{
    return k->engine ? (enum conf_asks)k->engine->asks : k->asks;
}

const char *conf_asks_words(enum conf_asks asks)
{
    static const char *const words[] = {[CONF_ASKS_NOTHING] = "in force",
                                        [CONF_ASKS_MOVE] = "the IKE SA moves, or a new one",
                                        [CONF_ASKS_CHILD] = "new child SAs",
                                        [CONF_ASKS_SA] = "new IKE SA",
                                        [CONF_ASKS_RESTART] = "needs a restart"};
    return words[asks];
}

const struct conf_part *conf_parts(size_t *count)
{
    *count = sizeof parts / sizeof *parts;
    return parts;
}

void *conf_key_object(const struct conf_key *k, const struct conf_objects *in, const struct ike_field **field)
{
    void *const owners[] = {
        [IKE_OWNER_CONF] = in->conf, [IKE_OWNER_CONN] = in->conn, [IKE_OWNER_CHILD] = in->child};
    *field = k->engine ? &k->engine->field : &k->field;
    if (k->engine)
        return owners[k->engine->owner];
    return k->field.size ? in->own : NULL;
}

bool conf_choice(const char *choices, size_t n, char *out, size_t size)
{
    for (; n > 0; n--) {
        choices = strchr(choices, '|');
        if (!choices)
            return false;
        choices++;
    }
    const size_t len = strcspn(choices, "|");
    if (len >= size)
        return false;
    memcpy(out, choices, len);
    out[len] = '\0';
    return true;
}
