/* SPDX-License-Identifier: BSD-3-Clause */
/* Findings as JSON. */
#include "api_doctor.h"

static json_t *doctor_text(const char *text)
{
    char safe[DOCTOR_TEXT_MAX];
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof safe; n++)
        safe[n] = text[n] >= 0x20 && text[n] < 0x7f ? text[n] : '?';
    return json_stringn(safe, n);
}

static json_t *doctor_one(const struct doctor_finding *f)
{
    json_t *o = json_pack("{s:s, s:s}", "name", f->name, "level", doctor_level_name(f->level));
    for (enum doctor_part part = 0; part < DOCTOR_PARTS; part++)
        if (f->text[part][0])
            json_object_set_new(o, doctor_part_name(part), doctor_text(f->text[part]));
    return o;
}

json_t *api_doctor(const struct doctor_report *report)
{
    json_t *findings = json_array();
    for (int level = DOCTOR_FAULT; level >= DOCTOR_OK; level--)
        for (size_t i = 0; i < report->n; i++)
            if ((int)report->list[i].level == level)
                json_array_append_new(findings, doctor_one(&report->list[i]));
    return json_pack("{s:I, s:o}", "bad", (json_int_t)doctor_count_bad(report), "findings", findings);
}
