/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values out of objects that conf_read_object() found right, or their presets. A key that is not in the
 * table is a mistake of ours, so it stops the program.
 */
#include "conf_int.h"

#include <assert.h>
#include <string.h>

int64_t conf_get_num(const json_t *object, enum conf_section in, const char *name)
{
    const struct conf_key *k = conf_key_find(in, name);
    const json_t *v = json_object_get(object, name);
    assert(k && (k->type == CONF_UINT || k->type == CONF_BOOL));
    if (json_is_boolean(v))
        return json_boolean_value(v);
    return json_is_integer(v) ? json_integer_value(v) : k->preset;
}

const char *conf_get_text(const json_t *object, enum conf_section in, const char *name)
{
    const struct conf_key *k = conf_key_find(in, name);
    const json_t *v = json_object_get(object, name);
    assert(k);
    return json_is_string(v) ? json_string_value(v) : k->preset_text;
}

unsigned conf_get_choice(const json_t *object, enum conf_section in, const char *name, unsigned fallback)
{
    const struct conf_key *k = conf_key_find(in, name);
    const char *text = conf_get_text(object, in, name);
    char word[32];
    assert(k && k->choices);
    for (unsigned i = 0; text && conf_choice(k->choices, i, word, sizeof word); i++)
        if (strcmp(word, text) == 0)
            return i;
    return fallback;
}

size_t conf_get_count(const json_t *object, const char *name)
{
    const json_t *v = json_object_get(object, name);
    return !v ? 0 : json_is_array(v) ? json_array_size(v) : 1;
}

const json_t *conf_get_item(const json_t *object, const char *name, size_t n)
{
    const json_t *v = json_object_get(object, name);
    return json_is_array(v) ? json_array_get(v, n) : v;
}

const char *conf_get_item_text(const json_t *object, const char *name, size_t n)
{
    const json_t *v = conf_get_item(object, name, n);
    return json_is_string(v) ? json_string_value(v) : "";
}
