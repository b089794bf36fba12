/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Further files: what they hold joins the tree as if it stood in the main file, and where it came from is
 * kept beside, so that findings name the file and its own names start at its folder. A file is taken whole
 * or, when something of it is twice, not at all.
 */
#include "conf_int.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a further file may hold. */
static const char *const include_sections[] = {"connections", "secrets", "authorities"};
/* Where it all goes: the tree, and the files of what joins it. */
struct include {
    struct conf_reader *r;
    json_t *root, *origins;
};

#define N_SECTIONS (sizeof include_sections / sizeof *include_sections)

static bool include_is_section(const char *key)
{
    for (size_t i = 0; i < N_SECTIONS; i++)
        if (strcmp(key, include_sections[i]) == 0)
            return true;
    return false;
}

/* Only sections, each of the kind that the main file has it in. */
static bool include_is_sound(struct conf_reader *r, const json_t *root)
{
    const char *key;
    json_t *value;
    const size_t errors = r->report->n_errors;
    if (!json_is_object(root))
        conf_fail(r, "must be an object: { \"connections\": { ... } }");
    json_object_foreach((json_t *)root, key, value)
    {
        const size_t mark = conf_enter(r, key);
        if (!include_is_section(key))
            conf_fail(r, "does not belong into an included file, which has \"connections\", \"secrets\" and "
                         "\"authorities\" only; write it into the main file");
        else if (strcmp(key, "secrets") == 0 ? !json_is_array(value) : !json_is_object(value))
            conf_fail(r, "must be %s", strcmp(key, "secrets") == 0 ? "a list: [ { ... } ]" : "an object");
        conf_leave(r, mark);
    }
    return r->report->n_errors == errors;
}

/* The section of a tree, made where there is none. NULL: no memory, or it is of another kind (told later). */
static json_t *include_section(json_t *tree, const char *key, bool is_list)
{
    json_t *s = json_object_get(tree, key);
    if (!s && json_object_set_new(tree, key, is_list ? json_array() : json_object()) == 0)
        s = json_object_get(tree, key);
    return (is_list ? json_is_array(s) : json_is_object(s)) ? s : NULL;
}

/* Puts named entries into the tree's section. */
static void include_map(const struct include *in, const char *key, const json_t *map, const char *file)
{
    struct conf_reader *r = in->r;
    const char *name;
    json_t *value;
    json_t *to = include_section(in->root, key, false), *from = include_section(in->origins, key, false);
    json_object_foreach((json_t *)map, name, value)
    {
        const size_t mark = conf_enter(r, key), at = conf_enter(r, name);
        const char *other = json_string_value(json_object_get(from, name));
        if (!to || !from)
            conf_fail(r, "out of memory, or the main file's \"%s\" is no object", key);
        else if (json_object_get(to, name))
            conf_fail(r, "stands in %s, too; a name is for one of them", other ? other : "the main file");
        else if (json_object_set_new_nocheck(from, name, json_string(file)) < 0 ||
                 json_object_set_nocheck(to, name, value) < 0)
            conf_fail(r, "out of memory");
        conf_leave(r, at);
        conf_leave(r, mark);
    }
}

/* Puts entries behind those of the tree's list; each has its file and its number there. */
static void include_list(const struct include *in, const char *key, const json_t *list, const char *file)
{
    struct conf_reader *r = in->r;
    json_t *to = include_section(in->root, key, true), *from = include_section(in->origins, key, true);
    json_t *value;
    size_t i;
    while (to && from && json_array_size(from) < json_array_size(to))
        if (json_array_append_new(from, json_null()) < 0)
            return conf_fail(r, "out of memory");
    json_array_foreach((json_t *)list, i, value)
    {
        if (!to || !from || json_array_append(to, value) < 0 ||
            json_array_append_new(from, json_pack("{s:s, s:I}", "file", file, "at", (json_int_t)i)) < 0)
            return conf_fail(r, "out of memory, or the main file's \"%s\" is no list", key);
    }
}

static void include_file(const struct include *in, const char *file)
{
    struct conf_reader *r = in->r;
    r->file = file;
    json_t *more = conf_file_load(r, file);
    if (more && json_array_append(r->trees, more) < 0)
        conf_fail(r, "out of memory");
    else if (more && include_is_sound(r, more)) {
        include_map(in, "connections", json_object_get(more, "connections"), file);
        include_map(in, "authorities", json_object_get(more, "authorities"), file);
        include_list(in, "secrets", json_object_get(more, "secrets"), file);
    }
    json_decref(more);
    r->file = NULL;
}

static int include_is_wanted(const struct dirent *d)
{
    const size_t n = strlen(d->d_name);
    return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".json") == 0;
}

/* What is wrong with an entry of "include" itself. */
__attribute__((format(printf, 3, 4))) static void include_fail(struct conf_reader *r, size_t i,
                                                               const char *format, ...)
{
    char text[sizeof((struct conf_issue *)0)->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const size_t mark = conf_enter(r, "include"), at = conf_enter_at(r, i);
    conf_fail(r, "%s", text);
    conf_leave(r, at);
    conf_leave(r, mark);
}

static void include_folder(const struct include *in, const char *folder, size_t entry)
{
    struct dirent **list;
    char file[CONF_PATH_MAX];
    const int n = scandir(folder, &list, include_is_wanted, alphasort);
    if (n < 0)
        return include_fail(in->r, entry, "%s cannot be read: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (conf_file_at(folder, list[i]->d_name, file))
            include_file(in, file);
        else
            include_fail(in->r, entry, "the name of a file in %s is too long", folder);
        free(list[i]);
    }
    free(list);
}

void conf_include(struct conf_reader *r, json_t *root)
{
    char path[CONF_PATH_MAX];
    struct stat st;
    const json_t *list = json_object_get(root, "include");
    const size_t n = json_is_array(list) ? json_array_size(list) : list != NULL;
    if (!list)
        return;
    const struct include in = {r, root, json_object()};
    r->trees = json_array();
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_is_array(list) ? json_array_get(list, i) : list;
        if (!conf_file_at(r->folder, json_string_value(entry), path))
            include_fail(r, i, "the name is too long");
        else if (stat(path, &st) < 0)
            include_fail(r, i, "%s: %s", path, strerror(errno));
        else if (S_ISDIR(st.st_mode))
            include_folder(&in, path, i);
        else
            include_file(&in, path);
    }
    r->origins = in.origins; /* not before: the reader stood in files that it had not joined yet */
}

void conf_include_end(struct conf_reader *r)
{
    json_t *tree;
    size_t i;
    json_array_foreach(r->trees, i, tree) conf_psk_wipe(tree);
    json_decref(r->trees);
    json_decref(r->origins);
    r->trees = r->origins = NULL;
}
