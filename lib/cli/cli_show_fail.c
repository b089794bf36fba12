/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures as a table and as paragraphs, and what actions and exports answer. */
#include "cli_int.h"

#include <inttypes.h>
#include <string.h>

#include "base_text.h"

#define NONE_MAX 208 /* two names of a connection, and words */

/* What is said when nothing has failed, or nothing with the connection that was asked for. */
static const char *failures_none(const json_t *data, char out[NONE_MAX])
{
    const char *name = cli_text(data, "connection");
    snprintf(out, NONE_MAX, "nothing has failed%s%.63s%s%.63s", name[0] ? " with " : "", name,
             name[0] ? "; what it does: culvertctl show connections " : "", name);
    return out;
}

void cli_print_failures(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"LAST",   "1>TIMES",    "2KIND", "3CONNECTION",
                                         "REMOTE", "4REMOTE ID", "/WHY",  NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX], none[NONE_MAX];
    size_t i;
    json_t *f;
    cli_table_start(&t, titles);
    json_array_foreach(json_object_get(data, "failures"), i, f)
    {
        cli_table_cell(&t, cli_text(f, "last"));
        cli_table_cell(&t, cli_count(f, "count", v));
        cli_table_cell(&t, cli_text(f, "kind"));
        cli_table_cell(&t, cli_text(f, "connection"));
        cli_table_cell(&t, cli_text(f, "remote"));
        cli_table_cell(&t, cli_text(f, "remote_id"));
        cli_table_cell(&t, cli_text(f, "why"));
    }
    cli_table_end(&t, out, failures_none(data, none));
    if (json_array_size(json_object_get(data, "failures")))
        fprintf(out->file, "\nwhat to change is told by: culvertctl explain\n");
}

static void paragraph(struct cli_out *out, const json_t *f, const char *title, const char *key)
{
    if (!cli_text(f, key)[0])
        return;
    fprintf(out->file, "  %s\n", title);
    cli_fold(out, 4, cli_text(f, key));
}

static void explain_one(struct cli_out *out, const json_t *f)
{
    char times[128] = "", peer[1024];
    struct base_text t = base_text(peer, sizeof peer);
    if (cli_num(f, "count") > 1)
        snprintf(times, sizeof times, "  (%" PRIu64 " times since %s)", cli_num(f, "count"),
                 cli_text(f, "first"));
    cli_say(out, 2, "%s  %s%s", cli_text(f, "last"), cli_text(f, "kind"), times);
    base_text_add(&t, "peer %s", cli_text(f, "remote")[0] ? cli_text(f, "remote") : "unknown");
    if (cli_text(f, "remote_id")[0])
        base_text_add(&t, " as %s", cli_text(f, "remote_id"));
    if (cli_text(f, "connection")[0])
        base_text_add(&t, ", connection %s", cli_text(f, "connection"));
    if (cli_text(f, "notify")[0])
        base_text_add(&t, ", notify %s", cli_text(f, "notify"));
    cli_say(out, 2, "  %s", peer);
    paragraph(out, f, "what arrived", "what");
    paragraph(out, f, "nearest configuration", "nearest");
    paragraph(out, f, "why it failed", "why");
    paragraph(out, f, "change here", "fix_here");
    paragraph(out, f, "or on the peer", "fix_peer");
}

void cli_print_explain(struct cli_out *out, const json_t *data)
{
    char none[NONE_MAX];
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(data, "failures"), i, f)
    {
        if (i)
            fputc('\n', out->file);
        explain_one(out, f);
    }
    if (json_array_size(json_object_get(data, "failures")) == 0)
        fprintf(out->file, "%s\n", failures_none(data, none));
}

/* What an operation means, in an operator's words; one that has none here stands for itself. */
static const char *operation_words(const char *type)
{
    static const struct {
        const char *type, *words;
    } list[] = {{"in_force", "in force"},
                {"move", "the IKE SA moves, or a new one"},
                {"new_child", "new child SAs"},
                {"new_sa", "new IKE SA"},
                {"needs_restart", "needs a restart"}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcmp(type, list[i].type) == 0)
            return list[i].words;
    return type;
}

void cli_print_reload(struct cli_out *out, const json_t *data)
{
    size_t i, unchanged = 0;
    json_t *o;
    if (cli_true(data, "is_plan"))
        fprintf(out->file, "a plan: nothing was changed. A reload would do this:\n");
    json_array_foreach(json_object_get(data, "operations"), i, o)
    {
        if (strcmp(cli_text(o, "type"), "unchanged") == 0)
            unchanged++; /* only counted, there may be thousands */
        else
            cli_say(out, 2, "%s: %s", cli_text(o, "name"), operation_words(cli_text(o, "type")));
    }
    fprintf(out->file, "%zu connections unchanged\n", unchanged);
    json_array_foreach(json_object_get(data, "warnings"), i, o)
        cli_say(out, 2, "warning: %s%s%s: %s", cli_text(o, "file"), cli_text(o, "file")[0] ? ": " : "",
                cli_text(o, "path"), cli_text(o, "text"));
    if (cli_true(data, "needs_restart"))
        fprintf(out->file, "what needs a restart takes effect at the next start of culvertd only\n");
}

void cli_print_export(struct cli_out *out, const json_t *data)
{
    fputs(cli_text(data, "text"), out->file); /* for the other side's files: no line is folded */
}

void cli_print_done(struct cli_out *out, const json_t *data)
{
    if (cli_text(data, "note")[0])
        cli_say(out, 0, "%s", cli_text(data, "note"));
    if (!cli_true(data, "done"))
        fprintf(out->file, "under way; see: culvertctl show sas\n");
}
