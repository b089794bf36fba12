/* SPDX-License-Identifier: BSD-3-Clause */
/* A check of file and machine as lines for people or as one document. */
#include "ctl_check.h"

#include <stdlib.h>

#include "ctl_json.h"
#include "ctl_node.h"
#include "node_check.h"

/* NULL without memory, or when there is nothing to look at. The caller frees it. */
static struct node_findings *check_machine(const struct ctl_check *check)
{
    struct node_params *params = malloc(sizeof *params);
    struct node_findings *f = calloc(1, sizeof *f);
    if (params && f && check->conf && check->with_machine) {
        ctl_node_params(check->conf, params);
        node_check(params, f);
    }
    free(params);
    return f;
}

static json_t *check_issues(const struct conf_report *report, bool is_warning)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->n_issues; i++)
        if (report->issues[i].is_warning == is_warning)
            json_array_append_new(list, json_pack("{s:o, s:o}", "path", ctl_json_text(report->issues[i].path),
                                                  "text", ctl_json_text(report->issues[i].text)));
    return list;
}

static json_t *check_findings(const struct node_findings *f)
{
    json_t *list = json_array();
    for (const struct node_finding *at = f->list; at < f->list + f->n; at++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "kind", node_finding_name(at->kind), "path",
                                              ctl_json_text(at->path), "text", ctl_json_text(at->text)));
    return list;
}

static void print_json(const struct ctl_check *check, const struct node_findings *f, bool is_good, FILE *out)
{
    json_t *doc =
        json_pack("{s:o, s:b, s:o, s:o}", "file", ctl_json_text(check->file), "good", is_good, "errors",
                  check_issues(check->report, false), "warnings", check_issues(check->report, true));
    if (check->conf) {
        ctl_json_num(doc, "ports", check->conf->n_ports);
        ctl_json_num(doc, "connections", check->conf->ike->n_conns);
    }
    if (check->conf && check->with_machine)
        ctl_json_set(doc, "machine", check_findings(f));
    json_dumpf(doc, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(doc);
}

static void print_lines(const struct ctl_check *check, const struct node_findings *f, FILE *out, FILE *err)
{
    static const char *const words[] = {"", "would change: ", "notice: ", ""};
    conf_report_print(check->report, check->file, err);
    if (!check->conf)
        return;
    fprintf(out, "%s: good: %zu ports, %zu connections\n", check->file, check->conf->n_ports,
            check->conf->ike->n_conns);
    for (const struct node_finding *at = f->list; at < f->list + f->n; at++) {
        if (at->kind == NODE_FINDING_OBSTACLE)
            fprintf(err, "error: %s: %s%s%s\n", check->file, at->path, at->path[0] ? ": " : "", at->text);
        else
            fprintf(out, "%s: %s%s\n", at->path, words[at->kind], at->text);
    }
    if (f->n_obstacles)
        fprintf(err, "on this machine %zu thing%s in the way\n", f->n_obstacles,
                f->n_obstacles == 1 ? " is" : "s are");
}

bool ctl_check(const struct ctl_check *check, FILE *out, FILE *err)
{
    struct node_findings *f = check_machine(check);
    const bool is_good = f && check->conf && f->n_obstacles == 0;
    if (!f)
        fputs("error: no memory\n", err);
    else if (check->is_json)
        print_json(check, f, is_good, out);
    else
        print_lines(check, f, out, err);
    free(f);
    return is_good;
}
