/* SPDX-License-Identifier: BSD-3-Clause */
/* A check of file and machine as lines for people or as one document. */
#include "ctl_check.h"

#include <stdlib.h>
#include <string.h>

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

json_t *ctl_check_issues(const struct conf_report *report, bool is_warning)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->n_issues; i++) {
        const struct conf_issue *issue = &report->issues[i];
        if (issue->is_warning != is_warning)
            continue;
        json_t *o =
            json_pack("{s:o, s:o}", "path", ctl_json_text(issue->path), "text", ctl_json_text(issue->text));
        if (issue->file[0])
            json_object_set_new(o, "file", ctl_json_text(issue->file));
        json_array_append_new(list, o);
    }
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

static bool is_built_in(const struct crypt_proposal *list, size_t n, enum crypt_protocol protocol)
{
    char a[CRYPT_PROPOSAL_TEXT_MAX], b[CRYPT_PROPOSAL_TEXT_MAX];
    size_t count;
    const struct crypt_proposal *own = crypt_proposal_defaults(protocol, &count);
    for (size_t i = 0; i < n && n == count; i++)
        if (strcmp(crypt_proposal_text(&list[i], a), crypt_proposal_text(&own[i], b)) != 0)
            return false;
    return n == count;
}

/* How many connections write no proposals of this kind, and so get the built-in ones. */
static size_t count_built_in(const struct ike_conf *ike, enum crypt_protocol protocol)
{
    size_t n = 0;
    for (size_t i = 0; i < ike->n_conns; i++) {
        const struct ike_conn_conf *c = &ike->conns[i];
        bool is = protocol == CRYPT_PROTOCOL_IKE && is_built_in(c->proposals, c->n_proposals, protocol);
        for (size_t j = 0; j < c->n_children && protocol == CRYPT_PROTOCOL_ESP; j++)
            is = is || is_built_in(c->children[j].proposals, c->children[j].n_proposals, protocol);
        n += is;
    }
    return n;
}

static json_t *check_built_in(enum crypt_protocol protocol)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    size_t count;
    const struct crypt_proposal *own = crypt_proposal_defaults(protocol, &count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(crypt_proposal_text(&own[i], text)));
    return list;
}

static void print_built_in(const struct ike_conf *ike, enum crypt_protocol protocol, const char *key,
                           FILE *out)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    size_t count;
    const struct crypt_proposal *own = crypt_proposal_defaults(protocol, &count);
    const size_t n = count_built_in(ike, protocol);
    if (n == 0)
        return;
    fprintf(out, "%zu connection%s no %s and get%s", n, n == 1 ? " writes" : "s write", key,
            n == 1 ? "s" : "");
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? ", then " : " ", crypt_proposal_text(&own[i], text));
    fputc('\n', out);
}

static void print_json(const struct ctl_check *check, const struct node_findings *f, bool is_good, FILE *out)
{
    json_t *doc =
        json_pack("{s:o, s:b, s:o, s:o}", "file", ctl_json_text(check->file), "good", is_good, "errors",
                  ctl_check_issues(check->report, false), "warnings", ctl_check_issues(check->report, true));
    if (check->conf) {
        ctl_json_num(doc, "ports", check->conf->n_ports);
        ctl_json_num(doc, "connections", check->conf->ike->n_conns);
        if (count_built_in(check->conf->ike, CRYPT_PROTOCOL_IKE))
            ctl_json_set(doc, "built_in_ike_proposals", check_built_in(CRYPT_PROTOCOL_IKE));
        if (count_built_in(check->conf->ike, CRYPT_PROTOCOL_ESP))
            ctl_json_set(doc, "built_in_esp_proposals", check_built_in(CRYPT_PROTOCOL_ESP));
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
    print_built_in(check->conf->ike, CRYPT_PROTOCOL_IKE, "ike_proposals", out);
    print_built_in(check->conf->ike, CRYPT_PROTOCOL_ESP, "esp_proposals", out);
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
