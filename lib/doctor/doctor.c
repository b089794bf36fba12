/* SPDX-License-Identifier: BSD-3-Clause */
/* A report and its words. */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct doctor_finding *doctor_add(struct doctor_report *report, const char *name, enum doctor_level level)
{
    const bool is_full = report->n == DOCTOR_FINDINGS_MAX;
    struct doctor_finding *f = is_full ? &report->spare : &report->list[report->n++];
    report->n_lost += is_full;
    *f = (struct doctor_finding){.name = name, .level = level};
    return f;
}

void doctor_say(struct doctor_finding *f, enum doctor_part part, const char *format, ...)
{
    char *text = f->text[part];
    const size_t len = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + len, DOCTOR_TEXT_MAX - len, format, args);
    va_end(args);
}

size_t doctor_count_bad(const struct doctor_report *report)
{
    size_t bad = 0;
    for (size_t i = 0; i < report->n; i++)
        bad += report->list[i].level >= DOCTOR_WARNING;
    return bad;
}

struct doctor_finding *doctor_find(struct doctor_report *report, const char *name)
{
    for (size_t i = 0; i < report->n; i++)
        if (strcmp(report->list[i].name, name) == 0)
            return &report->list[i];
    return NULL;
}

const char *doctor_level_name(enum doctor_level level)
{
    static const char *const names[] = {
        [DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_WARNING] = "warning", [DOCTOR_FAULT] = "fault"};
    return names[level];
}

const char *doctor_part_name(enum doctor_part part)
{
    static const char *const names[DOCTOR_PARTS] = {[DOCTOR_SEEN] = "seen",
                                                    [DOCTOR_MEANS] = "means",
                                                    [DOCTOR_HERE] = "fix_here",
                                                    [DOCTOR_PEER] = "fix_peer"};
    return names[part];
}
