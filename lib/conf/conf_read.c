/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks a JSON object with the table of keys: unknown, missing and refused keys, types, ranges, and values
 * that must parse. Builds nothing; afterwards the getters below may be trusted. Rules that need more than
 * one value are conf_check.c's.
 */
#include "conf_int.h"

#include <string.h>

#define WHY_MAX 320

static const char *type_words(const struct conf_key *k)
{
    switch (k->type) {
    case CONF_BOOL:
        return "true or false";
    case CONF_UINT:
        return "a whole number";
    case CONF_OBJECT:
    case CONF_MAP:
        return "an object { ... }";
    case CONF_LIST:
        return "a list [ ... ] of objects";
    default:
        return "a text in quotes";
    }
}

static const char *json_words(const json_t *v)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object",     [JSON_ARRAY] = "a list",
        [JSON_STRING] = "a text",        [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a broken number", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",          [JSON_NULL] = "null",
    };
    return names[json_typeof(v)];
}

/* Steps (insert, delete, replace) from one word to the other; words over 63 bytes count as far away. */
static size_t word_distance(const char *a, const char *b)
{
    size_t row[64];
    const size_t n = strlen(b);
    if (strlen(a) > 63 || n > 63)
        return 64;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            const size_t replace = diagonal + (a[i] != b[j]);
            const size_t step = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            diagonal = row[j + 1];
            row[j + 1] = replace < step ? replace : step;
        }
    }
    return row[n];
}

static void unknown_key(struct conf_reader *r, enum conf_section in, const char *name)
{
    size_t count, best = 64;
    const struct conf_key *keys = conf_keys(&count), *near = NULL, *elsewhere = NULL;
    for (size_t i = 0; i < count; i++) {
        if (keys[i].type == CONF_REFUSED)
            continue;
        if (keys[i].in != in) {
            if (!elsewhere && strcmp(keys[i].name, name) == 0)
                elsewhere = &keys[i];
            continue;
        }
        const size_t d = word_distance(name, keys[i].name);
        if (d < best) {
            best = d;
            near = &keys[i];
        }
    }
    const size_t mark = conf_enter(r, name);
    if (near && best <= 2 + strlen(near->name) / 4)
        conf_fail(r, "unknown key; did you mean \"%s\"?", near->name);
    else if (elsewhere)
        conf_fail(r, "unknown key here; \"%s\" belongs into %s", name,
                  elsewhere->in == CONF_S_ROOT ? "the top level" : conf_section_path(elsewhere->in));
    else
        conf_fail(r, "unknown key; take it out (culvertd --help-config lists all keys)");
    conf_leave(r, mark);
}

static bool read_choice(struct conf_reader *r, const struct conf_key *k, const char *text)
{
    char word[32], all[160] = "", nearest[32] = "";
    size_t best = 4;
    for (size_t i = 0; conf_choice(k->choices, i, word, sizeof word); i++) {
        const size_t d = word_distance(text, word);
        if (d == 0)
            return true;
        if (d < best) {
            best = d;
            memcpy(nearest, word, sizeof nearest);
        }
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s\"%s\"", i ? ", " : "", word);
    }
    conf_fail(r, "\"%.64s\" is none of %s%s%s%s", text, all, nearest[0] ? "; did you mean \"" : "", nearest,
              nearest[0] ? "\"?" : "");
    return false;
}

static bool read_address(struct conf_reader *r, const struct conf_key *k, const char *text)
{
    struct base_addr addr;
    if (base_addr_parse(text, &addr) == 0 || (k->type == CONF_ADDR_ANY && strcmp(text, "any") == 0))
        return true;
    conf_fail(r, "\"%.64s\" is no IP address; write 192.0.2.1 or 2001:db8::1%s (names are not resolved)",
              text, k->type == CONF_ADDR_ANY ? ", or any" : "");
    return false;
}

bool conf_is_host(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const size_t len = strlen(text);
    size_t label = 0;
    if (len == 0 || len >= IKE_HOST_MAX || !strpbrk(text, letters) || strcmp(text, "any") == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        const bool is_dot = text[i] == '.';
        if (is_dot ? label == 0 : !strchr(letters, text[i]) && !strchr("0123456789-_", text[i]))
            return false;
        label = is_dot ? 0 : label + 1;
        if (label > 63 || (label == 1 && text[i] == '-'))
            return false;
    }
    return true;
}

static bool read_host(struct conf_reader *r, const char *text)
{
    struct base_addr addr;
    const bool is_addr = base_addr_parse(text, &addr) == 0;
    if (is_addr && base_addr_equal(&addr, &(struct base_addr){.family = addr.family})) {
        conf_fail(r, "nobody is called at %s; write any for a peer that calls us", text);
        return false;
    }
    if (is_addr || strcmp(text, "any") == 0 || conf_is_host(text))
        return true;
    conf_fail(
        r,
        "\"%.64s\" is no IP address and no host name; write 192.0.2.1, 2001:db8::1, gw.example.org, or any",
        text);
    return false;
}

static bool read_ifaddr(struct conf_reader *r, const char *text)
{
    struct base_prefix prefix;
    if (strchr(text, '/') && base_prefix_parse_host(text, &prefix) == 0 && prefix.len > 0)
        return true;
    conf_fail(r, "\"%.64s\" is no address with prefix length; write it as on an interface: 192.0.2.1/24",
              text);
    return false;
}

static bool read_with_why(struct conf_reader *r, const struct conf_key *k, const char *text)
{
    char why[WHY_MAX] = "";
    struct ike_id id;
    struct base_ts ts;
    struct crypt_proposal proposal;
    int rc;
    if (k->type == CONF_ID)
        rc = conf_id_parse(text, &id, why, sizeof why);
    else if (k->type == CONF_PEER_ID)
        rc = conf_peer_id_parse(text, &id, why, sizeof why);
    else if (k->type == CONF_IKE_PROPOSAL)
        rc = crypt_proposal_parse(text, CRYPT_PROTOCOL_IKE, &proposal, why, sizeof why);
    else if (k->type == CONF_ESP_PROPOSAL)
        rc = crypt_proposal_parse(text, CRYPT_PROTOCOL_ESP, &proposal, why, sizeof why);
    else if (k->type == CONF_RANGE)
        rc = conf_range_parse(text, &ts, why, sizeof why);
    else
        rc = conf_subnet_parse(text, &ts, why, sizeof why);
    if (rc == 0 && k->type == CONF_PREFIX && base_ts_is_dynamic(&ts)) {
        snprintf(why, sizeof why, "\"%s\": only addresses here", text);
        rc = -1;
    }
    if (rc == 0 && k->type == CONF_PREFIX && strchr(text, '[')) {
        snprintf(why, sizeof why, "\"%s\": only addresses here, no protocol or port", text);
        rc = -1;
    }
    if (rc < 0)
        conf_fail(r, "%s", why);
    return rc == 0;
}

bool conf_read_name(struct conf_reader *r, const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    const size_t len = strlen(name);
    if (len > 0 && len < CONF_NAME_MAX && strspn(name, allowed) == len && name[0] != '-')
        return true;
    if (name[0] == '-')
        conf_fail(r, "a name that begins with \"-\" is an option to culvertctl; begin it with another sign");
    else
        conf_fail(r, "not a name; use 1 to %d letters, digits, \"_\", \".\" and \"-\"", CONF_NAME_MAX - 1);
    return false;
}

static bool read_text(struct conf_reader *r, const struct conf_key *k, const char *text)
{
    switch (k->type) {
    case CONF_CHOICE:
        return read_choice(r, k, text);
    case CONF_ADDR:
    case CONF_ADDR_ANY:
        return read_address(r, k, text);
    case CONF_HOST:
        return read_host(r, text);
    case CONF_IFADDR:
        return read_ifaddr(r, text);
    case CONF_NAME:
        return conf_read_name(r, text);
    case CONF_STRING:
        if ((int64_t)strlen(text) < k->min)
            conf_fail(r, "is empty; write something or take the key out");
        else if ((int64_t)strlen(text) > k->max)
            conf_fail(r, "is longer than %lld bytes", (long long)k->max);
        else
            return true;
        return false;
    default:
        return read_with_why(r, k, text);
    }
}

static bool read_dscp(struct conf_reader *r, const json_t *v)
{
    char why[WHY_MAX];
    const bool ok = conf_dscp_parse(v, why, sizeof why) >= 0;
    if (!ok)
        conf_fail(r, "%s", why);
    return ok;
}

static bool read_scalar(struct conf_reader *r, const struct conf_key *k, const json_t *v)
{
    if (k->type == CONF_DSCP)
        return read_dscp(r, v);
    if ((k->type == CONF_BOOL || k->is_yes_no) && json_is_boolean(v))
        return true;
    if (k->type == CONF_UINT && json_is_integer(v)) {
        const json_int_t n = json_integer_value(v);
        if (n >= k->min && n <= k->max)
            return true;
        conf_fail(r, "%lld is out of range; write %lld to %lld", (long long)n, (long long)k->min,
                  (long long)k->max);
        return false;
    }
    if (k->type == CONF_BOOL || k->type == CONF_UINT || !json_is_string(v)) {
        conf_fail(r, "is %s; write %s", json_words(v), type_words(k));
        return false;
    }
    return read_text(r, k, json_string_value(v));
}

static bool read_values(struct conf_reader *r, const struct conf_key *k, const json_t *list)
{
    const size_t n = json_array_size(list);
    bool ok = true;
    if (n > k->list_max) {
        conf_fail(r, "has %zu entries, at most %u are possible", n, k->list_max);
        return false;
    }
    if (n == 0 && conf_key_is_never_empty(k)) {
        conf_fail(r, "is empty; at least one is needed");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t mark = conf_enter_at(r, i);
        ok &= read_scalar(r, k, json_array_get(list, i));
        conf_leave(r, mark);
    }
    return ok;
}

static bool read_container(struct conf_reader *r, const struct conf_key *k, const json_t *v)
{
    if (k->type == CONF_LIST ? !json_is_array(v) : !json_is_object(v)) {
        conf_fail(r, "is %s; write %s", json_words(v), type_words(k));
        return false;
    }
    if (k->type == CONF_OBJECT)
        return conf_read_object(r, k->of, v);
    const int64_t n = (int64_t)(k->type == CONF_LIST ? json_array_size(v) : json_object_size(v));
    if (n < k->min || n > k->max) {
        conf_fail(r, "has %lld entries; there must be %lld to %lld", (long long)n, (long long)k->min,
                  (long long)k->max);
        return false;
    }
    return true;
}

static bool read_value(struct conf_reader *r, const struct conf_key *k, const json_t *v)
{
    if (k->type == CONF_REFUSED) {
        conf_fail(r, "%s", k->help);
        return false;
    }
    if (k->type == CONF_OBJECT || k->type == CONF_MAP || k->type == CONF_LIST)
        return read_container(r, k, v);
    if (k->list_max && json_is_array(v))
        return read_values(r, k, v);
    return read_scalar(r, k, v);
}

static bool read_missing(struct conf_reader *r, enum conf_section in, const json_t *object)
{
    size_t count;
    const struct conf_key *keys = conf_keys(&count);
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        if (keys[i].in != in || !keys[i].required || json_object_get(object, keys[i].name))
            continue;
        const size_t mark = conf_enter(r, keys[i].name);
        if (keys[i].missing)
            conf_fail(r, "missing: %s", keys[i].missing);
        else
            conf_fail(r, "missing: %s", keys[i].help);
        conf_leave(r, mark);
        ok = false;
    }
    return ok;
}

bool conf_read_object(struct conf_reader *r, enum conf_section in, const json_t *object)
{
    const char *name;
    json_t *value;
    if (conf_is_unwanted(r))
        return false;
    if (!json_is_object(object)) {
        conf_fail(r, "is %s; write an object { ... }", json_words(object));
        return false;
    }
    bool ok = read_missing(r, in, object);
    json_object_foreach((json_t *)object, name, value)
    {
        const struct conf_key *k = conf_key_find(in, name);
        if (!k) {
            unknown_key(r, in, name);
            ok = false;
            continue;
        }
        const size_t mark = conf_enter(r, name);
        ok &= read_value(r, k, value);
        conf_leave(r, mark);
    }
    return ok;
}
