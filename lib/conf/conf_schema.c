/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of keys, made from conf_schema.def, and look-ups in it. Knows nothing of JSON values: reading
 * is conf_read.c, printing is conf_schema_print.c.
 */
#include "conf_int.h"

#include <string.h>

#define CONF_KEY(in_, name_, ...) {.in = CONF_S_##in_, .name = name_, __VA_ARGS__},
static const struct conf_key keys[] = {
#include "conf_schema.def"
};
#undef CONF_KEY

static const char *const section_paths[CONF_SECTIONS] = {
    [CONF_S_ROOT] = "",
    [CONF_S_PORT] = "ports.*",
    [CONF_S_ROUTE] = "routes[]",
    [CONF_S_WORKERS] = "workers",
    [CONF_S_EAL] = "eal",
    [CONF_S_CONTROL] = "control",
    [CONF_S_TUNNEL] = "tunnel",
    [CONF_S_NAT] = "nat",
    [CONF_S_LIMITS] = "limits",
    [CONF_S_SECRET] = "secrets[]",
    [CONF_S_CONNECTION] = "connections.*",
    [CONF_S_LOCAL] = "connections.*.local",
    [CONF_S_REMOTE] = "connections.*.remote",
    [CONF_S_CHILD] = "connections.*.child",
    [CONF_S_NET] = "connections.*.children.*",
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

bool conf_key_has_preset(const struct conf_key *k)
{
    if (k->required || k->unset || k->list_max)
        return false;
    return k->type == CONF_BOOL || k->type == CONF_UINT || k->preset_text;
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
