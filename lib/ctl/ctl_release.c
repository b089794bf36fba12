/* SPDX-License-Identifier: BSD-3-Clause */
/* host_release() for people and programs. */
#include "ctl_release.h"

#include "ctl_json.h"
#include "host_take.h"

static void release_keep(void *arg, const char *sentence)
{
    json_array_append_new(arg, ctl_json_text(sentence));
}

bool ctl_release(const char *interface, bool is_json, FILE *out)
{
    json_t *said = json_array();
    const int n = host_release(NULL, interface, release_keep, said);
    if (is_json) {
        json_t *doc = json_pack("{s:i, s:O}", "released", n < 0 ? 0 : n, "said", said);
        json_dumpf(doc, out, JSON_INDENT(2));
        fputc('\n', out);
        json_decref(doc);
    } else if (json_array_size(said) == 0) {
        fputs("nothing was left behind\n", out);
    } else {
        for (size_t i = 0; i < json_array_size(said); i++)
            fprintf(out, "%s\n", json_string_value(json_array_get(said, i)));
    }
    json_decref(said);
    return n >= 0;
}
