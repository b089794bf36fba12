/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of the configuration: a whole one in memory, and the folder that its own names start at. */
#include "conf_int.h"

#include <stdio.h>
#include <string.h>
#include "base_wipe.h"

bool conf_is_unwanted(struct conf_reader *r)
{
    if (!r->stops || !atomic_load_explicit(r->stops, memory_order_relaxed))
        return false;
    if (r->report->n_errors == 0)
        conf_fail(r, "not read to its end: the daemon stops");
    return true;
}

/* A text on its way to the parser, which asks for some of it at a time. */
struct file_feed {
    struct conf_reader *r;
    struct base_span rest;
};

static size_t file_feed(void *to, size_t most, void *arg)
{
    struct file_feed *f = arg;
    const size_t n = f->rest.len < most ? f->rest.len : most;
    if (conf_is_unwanted(f->r))
        return (size_t)-1;
    if (n)
        memcpy(to, f->rest.ptr, n);
    f->rest = base_span(f->rest.ptr + n, f->rest.len - n);
    return n;
}

json_t *conf_file_parse(struct conf_reader *r, struct base_span text)
{
    json_error_t error;
    const struct base_span cut = conf_texts_begin(r, text);
    json_t *root = json_load_callback(file_feed, &(struct file_feed){r, cut.len ? cut : text},
                                      JSON_REJECT_DUPLICATES, &error);
    conf_texts_end(cut);
    if (!root && !conf_is_unwanted(r))
        conf_fail(r, "not JSON: line %d, column %d: %s", error.line, error.column, error.text);
    return root;
}

json_t *conf_file_load(struct conf_reader *r, const char *path)
{
    char sentence[CONF_WHY_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    struct base_file file;
    json_t *root = NULL;
    if (base_file_read(path, CONF_FILE_MAX, false, &file, &why) < 0)
        conf_fail(r, "%s", sentence);
    else
        root = conf_file_parse(r, base_file_span(&file));
    base_wipe(file.bytes, file.len); /* it may hold keys, though nobody had to keep it for himself */
    base_file_free(&file);
    return root;
}

bool conf_file_at(const char *folder, const char *name, char out[CONF_PATH_MAX])
{
    const int n = name[0] == '/' ? snprintf(out, CONF_PATH_MAX, "%s", name)
                                 : snprintf(out, CONF_PATH_MAX, "%s/%s", folder, name);
    return n >= 0 && n < CONF_PATH_MAX;
}

bool conf_file_secret(struct conf_reader *r, const char *name, size_t max, struct base_file *out)
{
    char path[CONF_PATH_MAX], sentence[CONF_WHY_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    *out = (struct base_file){0};
    if (!conf_file_at(r->folder, name, path)) {
        conf_fail(r, "the name is too long");
        return false;
    }
    if (base_file_read(path, max, true, out, &why) == 0)
        return true;
    conf_fail(r, "%s", sentence);
    return false;
}

struct base_span conf_file_line(const struct base_file *file)
{
    size_t len = file->len;
    len -= len > 0 && file->bytes[len - 1] == '\n';
    len -= len > 0 && file->bytes[len - 1] == '\r';
    return base_span(file->bytes, len);
}
