/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Findings: the path that the reader stands at, and the list of what was wrong there. Errors push out
 * warnings when the list is full; all are counted.
 */
#include "conf_int.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include "base_text.h"

/* The entry that the reader goes to was included from this file (NULL: it was not): until it is left. */
static void report_enter_file(struct conf_reader *r, const char *file)
{
    if (!file)
        return;
    r->file = file;
    r->file_at = r->path_len;
    snprintf(r->file_folder, sizeof r->file_folder, "%s", file);
    *strrchr(r->file_folder, '/') = '\0'; /* conf_file_at() made it */
    r->folder = r->file_folder;
}

size_t conf_enter(struct conf_reader *r, const char *key)
{
    const size_t mark = r->path_len;
    struct base_text t = {r->path, sizeof r->path, mark};
    if (r->origins && !r->file)
        report_enter_file(r, json_string_value(json_object_get(json_object_get(r->origins, r->path), key)));
    if (mark)
        base_text_add(&t, ".");
    base_text_add_escaped(&t, base_span(key, strlen(key)));
    r->path_len = t.len;
    return mark;
}

size_t conf_enter_at(struct conf_reader *r, size_t index)
{
    const size_t mark = r->path_len;
    struct base_text t = {r->path, sizeof r->path, mark};
    const json_t *from = r->file ? NULL : json_array_get(json_object_get(r->origins, r->path), index);
    report_enter_file(r, json_string_value(json_object_get(from, "file")));
    base_text_add(&t, "[%zu]", from ? (size_t)json_integer_value(json_object_get(from, "at")) : index);
    r->path_len = t.len;
    return mark;
}

void conf_leave(struct conf_reader *r, size_t mark)
{
    r->path_len = mark;
    r->path[mark] = '\0';
    if (r->file && mark <= r->file_at && r->origins) {
        r->file = NULL;
        r->folder = r->main_folder;
    }
}

size_t conf_enter_line(struct conf_reader *r, uint32_t line)
{
    char text[32];
    snprintf(text, sizeof text, "line %u", line);
    r->file = r->secrets_file;
    r->file_at = r->path_len;
    return conf_enter(r, text);
}

void conf_leave_line(struct conf_reader *r, size_t mark)
{
    conf_leave(r, mark);
    r->file = NULL;
}

/* A place for a finding: a free one; for an error also that of the last warning; else NULL. */
static struct conf_issue *issue_place(struct conf_report *report, bool is_warning)
{
    if (report->n_issues < CONF_ISSUES_MAX)
        return &report->issues[report->n_issues++];
    if (is_warning)
        return NULL;
    for (size_t i = CONF_ISSUES_MAX; i-- > 0;) {
        if (!report->issues[i].is_warning)
            continue;
        memmove(&report->issues[i], &report->issues[i + 1],
                (CONF_ISSUES_MAX - 1 - i) * sizeof report->issues[0]);
        return &report->issues[CONF_ISSUES_MAX - 1];
    }
    return NULL;
}

static void issue_add(struct conf_reader *r, bool is_warning, const char *format, va_list args)
{
    struct conf_issue *issue = issue_place(r->report, is_warning);
    if (is_warning)
        r->report->n_warnings++;
    else
        r->report->n_errors++;
    if (!issue)
        return;
    issue->is_warning = is_warning;
    memcpy(issue->path, r->path, sizeof issue->path);
    issue->file[0] = '\0';
    if (r->file)
        snprintf(issue->file, sizeof issue->file, "%s", r->file);
    vsnprintf(issue->text, sizeof issue->text, format, args);
    /* Texts quote the file, which may hold anything: terminal escapes must not reach a terminal. */
    for (char *c = issue->text; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = '?';
}

void conf_fail(struct conf_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    issue_add(r, false, format, args);
    va_end(args);
}

void conf_warn(struct conf_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    issue_add(r, true, format, args);
    va_end(args);
}

void conf_report_print(const struct conf_report *report, const char *file, FILE *out)
{
    size_t kept_errors = 0;
    for (size_t i = 0; i < report->n_issues; i++) {
        const struct conf_issue *issue = &report->issues[i];
        kept_errors += !issue->is_warning;
        fprintf(out, "%s: %s: %s%s%s\n", issue->is_warning ? "warning" : "error",
                issue->file[0] ? issue->file : file, issue->path, issue->path[0] ? ": " : "", issue->text);
    }
    if (report->n_errors > kept_errors)
        fprintf(out, "and %zu more errors in %s\n", report->n_errors - kept_errors, file);
    const size_t kept_warnings = report->n_issues - kept_errors;
    if (report->n_warnings > kept_warnings)
        fprintf(out, "and %zu more warnings in %s\n", report->n_warnings - kept_warnings, file);
}
