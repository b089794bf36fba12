/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON values -> fields of the snapshot, by the table of keys. Values were judged by conf_read.c; what is
 * wrong nevertheless stands in an object with an error, whose snapshot nobody gets, and is left out.
 */
#include "conf_int.h"

#include <string.h>

#define WHY_MAX 320

/* A word of its own kind into its slot. False: it does not parse, or is an "any", which narrows nothing. */
static bool fill_text(const struct conf_key *k, const char *text, void *slot, size_t size)
{
    char why[WHY_MAX];
    switch (k->type) {
    case CONF_ADDR:
    case CONF_ADDR_ANY:
    case CONF_HOST: /* a name goes elsewhere */
        return base_addr_parse(text, slot) == 0;
    case CONF_PREFIX:
        return base_prefix_parse(text, slot) == 0;
    case CONF_IFADDR:
        return base_prefix_parse_host(text, slot) == 0;
    case CONF_PEER_ID:
        return conf_peer_id_parse(text, slot, why, sizeof why) == 0;
    case CONF_ID:
        return conf_id_parse(text, slot, why, sizeof why) == 0;
    case CONF_IKE_PROPOSAL:
        return crypt_proposal_parse(text, CRYPT_PROTOCOL_IKE, slot, why, sizeof why) == 0;
    case CONF_ESP_PROPOSAL:
        return crypt_proposal_parse(text, CRYPT_PROTOCOL_ESP, slot, why, sizeof why) == 0;
    default:
        snprintf(slot, size, "%s", text);
        return true;
    }
}

static bool fill_slot(const struct conf_key *k, const struct ike_field *f, const json_t *v, void *object,
                      size_t n)
{
    const char *text = json_string_value(v);
    int64_t number = -1;
    if (f->kind != IKE_FIELD_UINT)
        return text && fill_text(k, text, ike_field_slot(f, object, n), f->size);
    if (k->type == CONF_CHOICE && k->is_yes_no && json_is_boolean(v))
        number = k->first + json_boolean_value(v);
    else if (k->type == CONF_CHOICE)
        number = text ? conf_choice_number(k, text) : -1;
    else if (json_is_boolean(v))
        number = json_boolean_value(v);
    else if (json_is_integer(v))
        number = json_integer_value(v);
    if (number >= 0)
        ike_field_set_uint(f, object, n, (uint64_t)number);
    return number >= 0;
}

/* One value alone is a list of one. Proposals that are none are those that were there. */
static void fill_list(const struct conf_key *k, const struct ike_field *f, const json_t *v, void *object)
{
    const size_t n = json_is_array(v) ? json_array_size(v) : 1;
    size_t count = 0;
    for (size_t i = 0; i < n && count < f->max; i++)
        count += fill_slot(k, f, json_is_array(v) ? json_array_get(v, i) : v, object, count);
    if (count > 0 || f->kind != IKE_FIELD_PROPOSAL)
        ike_field_set_count(f, object, count);
}

/* Selectors, one or a list. Without memory there are none, as if they were missing. */
static void fill_selectors(const struct conf_key *k, const struct ike_field *f, const json_t *v, void *object)
{
    const size_t n = json_is_array(v) ? json_array_size(v) : 1;
    struct base_ts_list all = {0};
    char why[WHY_MAX];
    for (size_t i = 0; i < n && all.count < BASE_TS_MAX; i++) {
        const char *text = json_string_value(json_is_array(v) ? json_array_get(v, i) : v);
        struct base_ts *t = &all.list[all.count];
        if (text)
            all.count += (k->type == CONF_RANGE ? conf_range_parse(text, t, why, sizeof why)
                                                : conf_subnet_parse(text, t, why, sizeof why)) == 0;
    }
    base_ts_set(ike_field_slot(f, object, 0), all.count ? &all : NULL);
}

/* DSCPs, one or a list, become the set of them. */
static void fill_dscp(const struct ike_field *f, const json_t *v, void *object)
{
    const size_t n = json_is_array(v) ? json_array_size(v) : 1;
    char why[WHY_MAX];
    uint64_t set = 0;
    for (size_t i = 0; i < n; i++) {
        const int dscp = conf_dscp_parse(json_is_array(v) ? json_array_get(v, i) : v, why, sizeof why);
        set |= dscp < 0 ? 0 : UINT64_C(1) << dscp;
    }
    ike_field_set_uint(f, object, 0, set);
}

void conf_fill(const json_t *object, enum conf_section in, const struct conf_objects *to)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)object, name, v)
    {
        const struct conf_key *k = conf_key_find(in, name);
        const struct ike_field *f;
        void *target = k ? conf_key_object(k, to, &f) : NULL;
        if (target && f->kind == IKE_FIELD_TS_LIST)
            fill_selectors(k, f, v, target);
        else if (target && k->type == CONF_DSCP)
            fill_dscp(f, v, target);
        else if (target && f->max)
            fill_list(k, f, v, target);
        else if (target)
            fill_slot(k, f, k->is_first && json_is_array(v) ? json_array_get(v, 0) : v, target, 0);
    }
}

void conf_preset(enum conf_section in, void *own)
{
    size_t count;
    const struct conf_key *keys = conf_keys(&count);
    for (const struct conf_key *k = keys; k < keys + count; k++) {
        const struct ike_field *f = &k->field;
        if (k->in != in || f->size == 0)
            continue;
        memset(ike_field_slot(f, own, 0), 0, f->max ? f->max * f->size : f->size);
        if (f->max)
            ike_field_set_count(f, own, 0);
        else if (f->kind == IKE_FIELD_UINT)
            ike_field_set_uint(f, own, 0, (uint64_t)conf_key_preset(k));
        else if (k->preset_text)
            snprintf(ike_field_slot(f, own, 0), f->size, "%s", k->preset_text);
    }
}
