/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Documents for tests, written with ' for ", and what is printed of them. */
#include "cli_int.h"

/* Owned by the caller. */
static inline json_t *doc_of(const char *json)
{
    char *copy = strdup(json);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_error_t error;
    json_t *doc = json_loads(copy, JSON_DECODE_ANY, &error);
    if (!doc)
        fail_msg("%s: %s", error.text, copy);
    free(copy);
    return doc;
}

/* Takes doc. */
static inline void expect_doc(json_t *doc, const char *json)
{
    json_t *want = doc_of(json);
    if (!json_equal(doc, want)) {
        char *text = json_dumps(doc, 0);
        fail_msg("%s is not %s", text, json);
    }
    json_decref(want);
    json_decref(doc);
}

/* As a terminal of so many columns shows it; 0: as wide as it takes. Returns whether something was cut. */
static inline bool expect_printed_at(unsigned columns, void (*print)(struct cli_out *, const json_t *),
                                     const char *json, const char *want)
{
    char *text;
    size_t len;
    json_t *doc = doc_of(json);
    struct cli_out out = {.file = open_memstream(&text, &len), .columns = columns};
    print(&out, doc);
    fclose(out.file);
    for (const char *line = text; columns && *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > columns)
            fail_msg("wider than %u: %.*s", columns, (int)strcspn(line, "\n"), line);
    if (strcmp(text, want) != 0)
        fail_msg("printed:\n%s\nwanted:\n%s", text, want);
    free(text);
    json_decref(doc);
    return out.is_cut;
}

static inline void expect_printed(void (*print)(struct cli_out *, const json_t *), const char *json,
                                  const char *want)
{
    assert_false(expect_printed_at(0, print, json, want));
}
