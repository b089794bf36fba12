/* SPDX-License-Identifier: BSD-3-Clause */
/* What a report is worth. */
#include <string.h>

#include "bench_report.h"

bool bench_report_is_noise(const struct bench_csv_row *row)
{
    static const char *const metrics[] = {
        "steal", "involuntary_switches", "frequency_ghz", "on_cpu", "waited_s", "verdict"};
    for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++)
        if (!strcmp(row->cell[BENCH_COLUMN_metric], metrics[i]))
            return true;
    return false;
}

uint32_t bench_report_figures(const struct bench_csv *csv, uint32_t *starred)
{
    uint32_t count = 0;
    *starred = 0;
    for (size_t i = 0; i < csv->count; i++) {
        if (bench_report_is_noise(&csv->rows[i]))
            continue;
        count++;
        *starred += csv->rows[i].is_starred;
    }
    return count;
}

const char *bench_report_grade_name(enum bench_report_grade grade)
{
    static const char *const names[] = {"good", "starred", "disturbed", "incomplete"};
    return names[grade];
}

enum bench_report_grade bench_report_judge(const struct bench_report *r, struct base_text *why)
{
    uint32_t starred, failed = 0, refused = 0;
    const uint32_t count = bench_report_figures(&r->csv, &starred);
    for (uint32_t i = 0; i < r->part_count; i++) {
        if (*r->part[i].problem)
            base_text_add(why, failed++ ? "; %s" : "Failed: %s", r->part[i].name);
    }
    if (failed)
        base_text_add(why, ". ");
    if (*r->no_plots)
        base_text_add(why, "Plots are missing: %s. ", r->no_plots);
    base_text_add(why, "%u figures, of which %u are starred", count, starred);
    if (starred)
        base_text_add(why, " and not to be quoted");
    for (size_t i = 0; i < r->csv.count; i++) {
        const struct bench_csv_row *row = &r->csv.rows[i];
        if (strcmp(row->cell[BENCH_COLUMN_metric], "verdict") != 0 || (row->rounds && row->median > 0))
            continue;
        base_text_add(why, "%s%s: %s",
                      refused++ ? "; " : ". Verdicts that are not good: ", row->cell[BENCH_COLUMN_scenario],
                      row->cell[BENCH_COLUMN_reason]);
    }
    base_text_add(why, ".");
    if (failed || *r->no_plots || !count)
        return BENCH_REPORT_INCOMPLETE;
    if (starred * 2 > count)
        return BENCH_REPORT_DISTURBED;
    return starred || refused ? BENCH_REPORT_STARRED : BENCH_REPORT_GOOD;
}
