/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of keys as a JSON Schema (draft 2020-12) for editors, as text for people, and for the manual
 * page. */
#include "conf_int.h"

#include <string.h>

#include "base_text.h"

static const char name_pattern[] = "^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,62}$";
static const char addr_pattern[] = "^[0-9a-fA-F:.]+$";
static const char prefix_pattern[] = "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$";

static json_t *text_schema(const char *pattern)
{
    json_t *s = json_pack("{s:s}", "type", "string");
    if (pattern)
        json_object_set_new(s, "pattern", json_string(pattern));
    return s;
}

static json_t *choice_schema(const struct conf_key *k)
{
    char word[32];
    json_t *words = json_array();
    for (size_t i = 0; conf_choice(k->choices, i, word, sizeof word); i++)
        json_array_append_new(words, json_string(word));
    return json_pack("{s:o}", "enum", words);
}

static json_t *ref_schema(enum conf_section of)
{
    char ref[64];
    snprintf(ref, sizeof ref, "#/$defs/%s", conf_section_path(of));
    return json_pack("{s:s}", "$ref", ref);
}

static json_t *scalar_schema(const struct conf_key *k)
{
    switch (k->type) {
    case CONF_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case CONF_UINT:
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)k->min, "maximum",
                         (json_int_t)k->max);
    case CONF_CHOICE:
        return k->is_yes_no ? json_pack("{s:[o, {s:s}]}", "anyOf", choice_schema(k), "type", "boolean")
                            : choice_schema(k);
    case CONF_STRING:
        return json_pack("{s:s, s:I, s:I}", "type", "string", "minLength", (json_int_t)k->min, "maxLength",
                         (json_int_t)k->max);
    case CONF_NAME:
        return text_schema(name_pattern);
    case CONF_ADDR:
        return text_schema(addr_pattern);
    case CONF_ADDR_ANY:
        return text_schema("^([0-9a-fA-F:.]+|any)$");
    case CONF_HOST:
        return text_schema("^[0-9a-zA-Z:._-]+$");
    case CONF_PREFIX:
        return text_schema(prefix_pattern);
    case CONF_IFADDR:
        return text_schema("^[0-9a-fA-F:.]+/[0-9]{1,3}$");
    case CONF_SUBNET:
        return text_schema("^([0-9a-fA-F:.]+(/[0-9]{1,3})?|dynamic)(\\[[a-z0-9]+(/[0-9]+(-[0-9]+)?)?\\])?$");
    case CONF_RANGE:
        return text_schema("^[0-9a-fA-F:.]+(/[0-9]{1,3}|-[0-9a-fA-F:.]+)?$");
    case CONF_DSCP:
        return json_pack("{s:[o, {s:s, s:i, s:i}]}", "anyOf",
                         text_schema("^(be|default|le|ef|va|cs[0-7]|af[1-4][1-3])$"), "type", "integer",
                         "minimum", 0, "maximum", BASE_DSCPS - 1);
    default:
        return text_schema(NULL);
    }
}

static json_t *container_schema(const struct conf_key *k)
{
    if (k->type == CONF_OBJECT)
        return ref_schema(k->of);
    if (k->type == CONF_LIST)
        return json_pack("{s:s, s:o, s:I}", "type", "array", "items", ref_schema(k->of), "maxItems",
                         (json_int_t)k->max);
    return json_pack("{s:s, s:o, s:o, s:I, s:I}", "type", "object", "propertyNames",
                     text_schema(name_pattern), "additionalProperties", ref_schema(k->of), "minProperties",
                     (json_int_t)k->min, "maxProperties", (json_int_t)k->max);
}

/* The preset of a CHOICE or STRING. */
static const char *preset_text(const struct conf_key *k, char *buf, size_t size)
{
    if (k->type != CONF_CHOICE)
        return k->preset_text;
    conf_choice(k->choices, (size_t)(conf_key_preset(k) - k->first), buf, size);
    return buf;
}

static json_t *key_schema(const struct conf_key *k)
{
    json_t *s;
    if (k->type == CONF_OBJECT || k->type == CONF_MAP || k->type == CONF_LIST) {
        s = container_schema(k);
    } else if (k->list_max) {
        json_t *one = scalar_schema(k);
        s = json_pack("{s:[O, {s:s, s:o, s:i, s:I}]}", "anyOf", one, "type", "array", "items", one,
                      "minItems", conf_key_is_never_empty(k), "maxItems", (json_int_t)k->list_max);
    } else {
        s = scalar_schema(k);
    }
    char text[32];
    const enum conf_asks asks = conf_key_asks(k);
    json_object_set_new(s, "description",
                        asks > CONF_ASKS_NOTHING
                            ? json_sprintf("%s (a change: %s)", k->help, conf_asks_words(asks))
                            : json_string(k->help));
    if (!conf_key_has_preset(k))
        return s;
    if (k->type == CONF_BOOL)
        json_object_set_new(s, "default", json_boolean(conf_key_preset(k)));
    else if (k->type == CONF_UINT)
        json_object_set_new(s, "default", json_integer(conf_key_preset(k)));
    else
        json_object_set_new(s, "default", json_string(preset_text(k, text, sizeof text)));
    return s;
}

static json_t *section_schema(enum conf_section in)
{
    size_t count;
    const struct conf_key *keys = conf_keys(&count);
    json_t *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < count; i++) {
        if (keys[i].in != in || keys[i].type == CONF_REFUSED)
            continue;
        json_object_set_new(properties, keys[i].name, key_schema(&keys[i]));
        if (keys[i].required)
            json_array_append_new(required, json_string(keys[i].name));
    }
    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", 0, "required",
                     required, "properties", properties);
}

void conf_schema_print(FILE *out)
{
    json_t *defs = json_object();
    json_t *schema = json_pack("{s:s, s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
                               "title", "Culvert configuration", "$comment",
                               "Generated from lib/conf/conf_schema.def by: culvertd --schema");
    json_object_update_new(schema, section_schema(CONF_S_ROOT));
    for (enum conf_section s = CONF_S_ROOT + 1; s < CONF_SECTIONS; s++)
        json_object_set_new(defs, conf_section_path(s), section_schema(s));
    json_object_set_new(schema, "$defs", defs);
    json_dumpf(schema, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(schema);
}

static const char *type_text(const struct conf_key *k, char *buf, size_t size)
{
    static const char *const words[] = {
        [CONF_BOOL] = "true|false",
        [CONF_STRING] = "text",
        [CONF_NAME] = "name",
        [CONF_ADDR] = "address",
        [CONF_ADDR_ANY] = "address|any",
        [CONF_HOST] = "address|host name|any",
        [CONF_PREFIX] = "network",
        [CONF_IFADDR] = "address/len",
        [CONF_SUBNET] = "network",
        [CONF_RANGE] = "network or range",
        [CONF_DSCP] = "DSCP",
        [CONF_ID] = "identity",
        [CONF_PEER_ID] = "identity|pattern|any",
        [CONF_IKE_PROPOSAL] = "proposal",
        [CONF_ESP_PROPOSAL] = "proposal",
        [CONF_OBJECT] = "{ }",
        [CONF_MAP] = "{ name: { } }",
        [CONF_LIST] = "[ { } ]",
    };
    if (k->type == CONF_UINT)
        snprintf(buf, size, "%lld..%lld", (long long)k->min, (long long)k->max);
    else
        snprintf(buf, size, "%s", k->type == CONF_CHOICE ? k->choices : words[k->type]);
    if (k->list_max)
        strncat(buf, ", list", size - strlen(buf) - 1);
    return buf;
}

/* What a key means, what holds without it, and what a change asks. */
static void add_meaning(struct base_text *t, const struct conf_key *k)
{
    char buf[32];
    base_text_add(t, "%s", k->help);
    if (k->required)
        base_text_add(t, " (must be given)");
    else if (k->unset)
        base_text_add(t, " (default: %s)", k->unset);
    else if (conf_key_has_preset(k) && k->type == CONF_BOOL)
        base_text_add(t, " (default %s)", conf_key_preset(k) ? "true" : "false");
    else if (conf_key_has_preset(k) && k->type == CONF_UINT)
        base_text_add(t, " (default %lld)", (long long)conf_key_preset(k));
    else if (conf_key_has_preset(k))
        base_text_add(t, " (default %s)", preset_text(k, buf, sizeof buf));
    if (conf_key_asks(k) > CONF_ASKS_NOTHING)
        base_text_add(t, " (a change: %s)", conf_asks_words(conf_key_asks(k)));
}

/* Calls print with each key that can be had; first: it is the first one of its section. */
static void each_key(FILE *out, void (*print)(FILE *out, const struct conf_key *k, bool first))
{
    size_t count;
    const struct conf_key *keys = conf_keys(&count), *last = NULL;
    for (const struct conf_key *k = keys; k < keys + count; k++) {
        if (k->type == CONF_REFUSED)
            continue;
        print(out, k, !last || last->in != k->in);
        last = k;
    }
}

static const char *section_title(const struct conf_key *k)
{
    return k->in == CONF_S_ROOT ? "top level" : conf_section_path(k->in);
}

static void help_key(FILE *out, const struct conf_key *k, bool first)
{
    char type[96], meaning[512];
    struct base_text t = base_text(meaning, sizeof meaning);
    add_meaning(&t, k);
    if (first)
        fprintf(out, "%s%s\n", k->in == CONF_S_ROOT ? "" : "\n", section_title(k));
    fprintf(out, "  %-22s %-24s %s\n", k->name, type_text(k, type, sizeof type), meaning);
}

void conf_schema_help(FILE *out)
{
    each_key(out, help_key);
}

static void man_key(FILE *out, const struct conf_key *k, bool first)
{
    char type[96], meaning[512], line[1024];
    struct base_text m = base_text(meaning, sizeof meaning), t = base_text(line, sizeof line);
    add_meaning(&m, k);
    if (first)
        base_text_add(&t, ".SS %s\n", section_title(k));
    base_text_add(&t, ".TP\n\\fB");
    base_text_add_roff(&t, k->name);
    base_text_add(&t, "\\fR  \\fI");
    base_text_add_roff(&t, type_text(k, type, sizeof type));
    base_text_add(&t, "\\fR\n");
    base_text_add_roff(&t, meaning);
    fprintf(out, "%s\n", line);
}

void conf_schema_man(FILE *out)
{
    each_key(out, man_key);
}
