/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The page, section by section: verdict, plots, figures, machine, versions, commands, load, method. It is
 * XML, too, so that a test can hold it to that.
 */
#include "bench_page.h"

#include <string.h>

#include "about_version.h"

static const char style[] =
    "body{font:15px/1.45 sans-serif;color:#111;background:#fff;max-width:1180px;margin:1.5em auto;padding:0 "
    "1em}\n"
    "h1{font-size:1.6em;margin:.2em 0}h2{font-size:1.2em;margin:1.6em 0 .5em;border-bottom:1px solid #bbb}\n"
    "h3{font-size:1em;margin:1.2em 0 .3em}p{margin:.5em 0;max-width:60em}\n"
    ".verdict{border:2px solid #111;border-left-width:12px;padding:.5em .9em;margin:1em 0}\n"
    ".verdict b{font-size:1.15em}.good{border-color:#00694d}.starred{border-color:#b07000}"
    ".incomplete,.disturbed{border-color:#a02000}\n"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(430px,1fr));gap:10px}\n"
    "figure{margin:0;border:1px solid #ddd;break-inside:avoid}svg{display:block;width:100%;height:auto}\n"
    "table{border-collapse:collapse;font-size:.87em}caption{text-align:left;font-weight:bold;padding:.3em "
    "0}\n"
    "th,td{padding:.14em .6em;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}\n"
    "th{background:#f0f0f0}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    "tr.s td{background:#fdf3e0}thead{display:table-header-group}tr{break-inside:avoid}\n"
    "code{font:.92em monospace;overflow-wrap:anywhere}pre{font:.87em/1.35 monospace;white-space:pre-wrap}\n"
    "@media print{body{font-size:10px;max-width:none;margin:0}.plots{grid-template-columns:1fr 1fr}"
    "h2,h3,caption{break-after:avoid}tr.s td,th{print-color-adjust:exact}}\n"
    "@page{size:A4;margin:13mm}\n";

static void element(FILE *f, const char *name, const char *text)
{
    fprintf(f, "<%s>", name);
    bench_page_text(f, text);
    fprintf(f, "</%s>", name);
}

static void cell_number(FILE *f, double v)
{
    char text[32];
    bench_plot_number(v, text);
    fprintf(f, "<td class=\"n\">%s</td>", text);
}

static void head_write(FILE *f, const struct bench_report *r)
{
    static const char *const said[] = {
        "Good: these figures may be quoted.", "Usable with care: not every figure may be quoted.",
        "Disturbed: most figures may not be quoted. Measure again on a quiet machine.",
        "Incomplete: this is not a whole report."};
    char text[4096];
    struct base_text why = base_text(text, sizeof(text));
    const enum bench_report_grade grade = bench_report_judge(r, &why);
    fputs("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head><meta "
          "charset=\"utf-8\"/>"
          "<meta name=\"viewport\" content=\"width=device-width\"/><title>Culvert bench report, ",
          f);
    bench_page_text(f, r->run);
    fprintf(f, "</title><style>\n%s</style></head>\n<body>\n<h1>Culvert ", style);
    bench_page_text(f, about_build.version);
    fputs(": what its data path costs</h1>\n<p>Run ", f);
    bench_page_text(f, r->run);
    fprintf(f, ", %.0f s%s. CPU: ", r->seconds, r->is_quick ? ", quick: fewer rounds, so rougher" : "");
    bench_page_text(f, r->facts.count ? r->facts.fact[0].value : "not told");
    fprintf(f, "</p>\n<div class=\"verdict %s\"><b>%s</b><p>", bench_report_grade_name(grade), said[grade]);
    bench_page_text(f, text);
    fputs("</p></div>\n", f);
}

/* The run whose figures are told in short: this one, or of a report that ran nothing the first in it. */
static const char *short_run(const struct bench_report *r)
{
    for (size_t i = 0; !r->part_count && i < r->csv.count; i++)
        if (!strcmp(r->csv.rows[i].cell[BENCH_COLUMN_scenario], "path"))
            return r->csv.rows[i].cell[BENCH_COLUMN_run];
    return r->run;
}

/* A figure of that run's path with one SA, NULL: there is none. */
static const struct bench_csv_row *short_find(const struct bench_report *r, const struct bench_csv_row *like,
                                              const char *way, const char *metric)
{
    for (size_t i = 0; i < r->csv.count; i++) {
        const struct bench_csv_row *row = &r->csv.rows[i];
        if (row->rounds && row->sas == 1 && !strcmp(row->cell[BENCH_COLUMN_scenario], "path") &&
            !strcmp(row->cell[BENCH_COLUMN_run], short_run(r)) &&
            !strcmp(row->cell[BENCH_COLUMN_size_bytes], like->cell[BENCH_COLUMN_size_bytes]) &&
            !strcmp(row->cell[BENCH_COLUMN_way], way) && !strcmp(row->cell[BENCH_COLUMN_metric], metric))
            return row;
    }
    return NULL;
}

static void short_row(FILE *f, const struct bench_report *r, const struct bench_csv_row *like)
{
    static const char *const ways[] = {"out", "in"};
    static const char *const metrics[] = {"cycles_per_packet", "ratio_to_raw", "mpps", "gbps"};
    fputs("<tr>", f);
    element(f, "td", like->cell[BENCH_COLUMN_size_bytes]);
    for (size_t w = 0; w < 2; w++)
        for (size_t m = 0; m < sizeof(metrics) / sizeof(*metrics); m++) {
            const struct bench_csv_row *row = short_find(r, like, ways[w], metrics[m]);
            char text[40] = "-";
            if (row)
                bench_plot_number(row->median, text);
            fprintf(f, "<td class=\"n\">%s%s</td>", text, row && row->is_starred ? "*" : "");
        }
    fputs("</tr>\n", f);
}

/* The path with one SA in a few lines. */
static void short_write(FILE *f, const struct bench_report *r)
{
    bool has_any = false;
    for (size_t i = 0; i < r->csv.count; i++) {
        const struct bench_csv_row *row = &r->csv.rows[i];
        const char *size = row->cell[BENCH_COLUMN_size_bytes];
        if (short_find(r, row, "out", "cycles_per_packet") != row &&
            (short_find(r, row, "out", "cycles_per_packet") ||
             short_find(r, row, "in", "cycles_per_packet") != row))
            continue;
        if (!has_any)
            fputs("<table><caption>One SA, one core, medians</caption><thead><tr><th rowspan=\"2\">frame</th>"
                  "<th colspan=\"4\">out (sealed)</th><th colspan=\"4\">in "
                  "(opened)</th></tr><tr><th>cycles</th>"
                  "<th>of raw</th><th>Mpps</th><th>Gbit/s</th><th>cycles</th><th>of raw</th><th>Mpps</th>"
                  "<th>Gbit/s</th></tr></thead><tbody>\n",
                  f);
        has_any |= *size != '\0';
        short_row(f, r, row);
    }
    if (has_any)
        fputs("</tbody></table>\n", f);
}

static void plots_write(FILE *f, const struct bench_report *r, const struct bench_aside *a)
{
    fputs("<h2>Plots</h2>\n", f);
    if (*r->no_plots) {
        fputs("<p>", f);
        bench_page_text(f, r->no_plots);
        fputs("</p>\n", f);
    }
    fputs(
        "<p>Bars and points are medians, whiskers the least and the greatest round. A star: not to be quoted."
        "</p>\n<div class=\"plots\">\n",
        f);
    for (int i = 0; i < r->plot_count; i++) {
        char path[BENCH_ASIDE_PATH], name[64];
        snprintf(name, sizeof(name), "%s.svg", r->plots[i].stem);
        bench_aside_path(a, name, path);
        fputs("<figure>", f);
        if (!bench_page_svg(f, path, (uint32_t)i, r->plots[i].title))
            element(f, "p", r->plots[i].title);
        fputs("</figure>\n", f);
    }
    fputs("</div>\n", f);
}

/* What stands in a column of its own where it differs within a table, and in the caption where not. */
static const enum bench_column subject[] = {BENCH_COLUMN_scenario,   BENCH_COLUMN_way, BENCH_COLUMN_cipher,
                                            BENCH_COLUMN_size_bytes, BENCH_COLUMN_sas, BENCH_COLUMN_workers};
static const char *const subject_names[] = {"scenario", "way", "cipher", "frame", "SAs", "workers"};
#define SUBJECTS (sizeof(subject) / sizeof(*subject))

/* Whether two rows stand in one table: of one run, tool and scenario up to its slash. */
static bool table_is_one(const struct bench_csv_row *a, const struct bench_csv_row *b)
{
    const char *x = a->cell[BENCH_COLUMN_scenario], *y = b->cell[BENCH_COLUMN_scenario];
    const size_t len = strcspn(x, "/");
    return len == strcspn(y, "/") && !strncmp(x, y, len) &&
           !strcmp(a->cell[BENCH_COLUMN_run], b->cell[BENCH_COLUMN_run]) &&
           !strcmp(a->cell[BENCH_COLUMN_tool], b->cell[BENCH_COLUMN_tool]);
}

static void table_head(FILE *f, const struct bench_csv *csv, size_t first, bool differs[SUBJECTS])
{
    const struct bench_csv_row *row = &csv->rows[first];
    fputs("<table><caption>", f);
    const char *scenario = row->cell[BENCH_COLUMN_scenario];
    fprintf(f, "%.*s: ", (int)strcspn(scenario, "/<>&"), scenario);
    bench_page_text(f, row->cell[BENCH_COLUMN_tool]);
    fputs(", ", f);
    bench_page_text(f, row->cell[BENCH_COLUMN_run]);
    for (size_t c = 0; c < SUBJECTS; c++) {
        differs[c] = false;
        for (size_t i = first; i < csv->count; i++)
            differs[c] |= table_is_one(row, &csv->rows[i]) && !bench_report_is_noise(&csv->rows[i]) &&
                          strcmp(row->cell[subject[c]], csv->rows[i].cell[subject[c]]) != 0;
        if (differs[c] || !*row->cell[subject[c]] || !c)
            continue;
        fprintf(f, ", %s ", subject_names[c]);
        bench_page_text(f, row->cell[subject[c]]);
    }
    fputs("</caption><thead><tr>", f);
    for (size_t c = 0; c < SUBJECTS; c++)
        if (differs[c])
            element(f, "th", subject_names[c]);
    fputs("<th>figure</th><th>min</th><th>median</th><th>max</th><th>unit</th><th>rounds</th><th>remark</"
          "th></tr>"
          "</thead><tbody>\n",
          f);
}

static void table_row(FILE *f, const struct bench_csv_row *row, const bool differs[SUBJECTS])
{
    fprintf(f, "<tr%s>", row->is_starred ? " class=\"s\"" : "");
    for (size_t c = 0; c < SUBJECTS; c++)
        if (differs[c])
            element(f, "td", row->cell[subject[c]]);
    element(f, "td", row->cell[BENCH_COLUMN_metric]);
    if (row->rounds) {
        cell_number(f, row->min);
        cell_number(f, row->median);
        cell_number(f, row->max);
    } else {
        fputs("<td class=\"n\">-</td><td class=\"n\">-</td><td class=\"n\">-</td>", f);
    }
    element(f, "td", row->cell[BENCH_COLUMN_unit]);
    fprintf(f, "<td class=\"n\">%u</td><td>%s", row->rounds, row->is_starred ? "* " : "");
    bench_page_text(f, row->cell[BENCH_COLUMN_reason]);
    fputs("</td></tr>\n", f);
}

/* Whether a row is the first of its table, in which such rows (noise or not) stand. */
static bool table_begins(const struct bench_csv *csv, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (table_is_one(&csv->rows[i], &csv->rows[at]) && !bench_report_is_noise(&csv->rows[i]))
            return false;
    return !bench_report_is_noise(&csv->rows[at]);
}

static void figures_write(FILE *f, const struct bench_csv *csv)
{
    fputs("<h2>Figures</h2>\n<p>Min, median and max are of the rounds; the median is the figure to quote. "
          "All rows, "
          "also those of noise beside each figure, are in figures.csv and figures.json.</p>\n",
          f);
    for (size_t i = 0; i < csv->count; i++) {
        bool differs[SUBJECTS];
        if (!table_begins(csv, i))
            continue;
        table_head(f, csv, i, differs);
        for (size_t k = i; k < csv->count; k++)
            if (table_is_one(&csv->rows[i], &csv->rows[k]) && !bench_report_is_noise(&csv->rows[k]))
                table_row(f, &csv->rows[k], differs);
        fputs("</tbody></table>\n", f);
    }
}

/* What one source of noise showed over all rows of a tool's scenario. */
static void noise_row(FILE *f, const struct bench_csv *csv, size_t first)
{
    const struct bench_csv_row *like = &csv->rows[first];
    double least = 0, most = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < csv->count; i++) {
        const struct bench_csv_row *row = &csv->rows[i];
        if (!row->rounds || !table_is_one(like, row) ||
            strcmp(like->cell[BENCH_COLUMN_metric], row->cell[BENCH_COLUMN_metric]) != 0)
            continue;
        if (i < first)
            return;
        least = !count || row->min < least ? row->min : least;
        most = !count || row->max > most ? row->max : most;
        count++;
    }
    const char *scenario = like->cell[BENCH_COLUMN_scenario];
    fprintf(f, "<tr><td>%.*s</td>", (int)strcspn(scenario, "/<>&"), scenario);
    element(f, "td", like->cell[BENCH_COLUMN_tool]);
    element(f, "td", like->cell[BENCH_COLUMN_metric]);
    cell_number(f, least);
    cell_number(f, most);
    element(f, "td", like->cell[BENCH_COLUMN_unit]);
    element(f, "td", like->cell[BENCH_COLUMN_reason]);
    fputs("</tr>\n", f);
}

static void noise_write(FILE *f, const struct bench_csv *csv)
{
    bool has_any = false;
    for (size_t i = 0; i < csv->count; i++) {
        if (!bench_report_is_noise(&csv->rows[i]) || !csv->rows[i].rounds)
            continue;
        if (!has_any)
            fputs("<table><caption>What disturbs, as read beside the "
                  "figures</caption><thead><tr><th>scenario</th>"
                  "<th>tool</th><th>what</th><th>least</th><th>greatest</th><th>unit</th><th>remark</th></"
                  "tr></thead>"
                  "<tbody>\n",
                  f);
        has_any = true;
        noise_row(f, csv, i);
    }
    if (has_any)
        fputs("</tbody></table>\n", f);
}

static void facts_write(FILE *f, const struct bench_report *r)
{
    fputs("<h2>Machine</h2>\n", f);
    if (r->add_count)
        fputs("<p>That this page was made on; rows that were added may be of another one.</p>\n", f);
    fputs("<table><tbody>\n", f);
    for (uint32_t i = 0; i < r->facts.count; i++) {
        fputs("<tr>", f);
        element(f, "th", r->facts.fact[i].name);
        element(f, "td", r->facts.fact[i].value);
        fputs("</tr>\n", f);
    }
    fputs("</tbody></table>\n<h2>Versions</h2>\n", f);
    element(f, "pre", r->versions);
}

static void load_cells(FILE *f, const float *values, uint32_t count)
{
    float sorted[BENCH_BUSY_SAMPLES];
    char text[3][32];
    memcpy(sorted, values, count * sizeof(*sorted));
    const struct bench_busy_three three = bench_busy_three(sorted, count);
    const double all[] = {three.min, three.median, three.max};
    for (int i = 0; i < 3; i++)
        snprintf(text[i], sizeof(text[i]), "%.*f", all[i] < 10 ? 1 : 0, all[i]);
    if (count)
        fprintf(f, "<td class=\"n\">%s / %s / %s</td>", text[0], text[1], text[2]);
    else
        fputs("<td class=\"n\">-</td>", f);
}

static void part_row(FILE *f, const struct bench_report_part *p)
{
    fprintf(f, "<tr%s>", *p->problem ? " class=\"s\"" : "");
    element(f, "td", p->name);
    fputs("<td><code>", f);
    bench_page_text(f, p->command);
    fprintf(f, "</code></td><td class=\"n\">%.0f</td><td class=\"n\">%u</td>", p->seconds, p->rows);
    load_cells(f, p->load.loadavg, p->load.count);
    load_cells(f, p->load.busy, p->load.count);
    load_cells(f, p->load.steal, p->load.count);
    element(f, "td", *p->problem ? p->problem : "good");
    fputs("</tr>\n", f);
}

static void parts_write(FILE *f, const struct bench_report *r)
{
    fputs("<h2>Commands, and the load meanwhile</h2>\n<p>All of it: <code>", f);
    bench_page_text(f, r->command);
    fputs("</code></p>\n", f);
    if (r->part_count)
        fputs("<p>Load is sampled once a second, min / median / max: load average over a minute, and of all "
              "CPUs "
              "what was in use (the measurement's own share, too) and what the hypervisor took (steal).</p>\n"
              "<table><thead><tr><th>part</th><th>command</th><th>s</th><th>rows</th><th>load average</th>"
              "<th>in use, %</th><th>steal, %</th><th>end</th></tr></thead><tbody>\n",
              f);
    for (uint32_t i = 0; i < r->part_count; i++)
        part_row(f, &r->part[i]);
    fputs(r->part_count ? "</tbody></table>\n" : "", f);
    for (uint32_t i = 0; i < r->add_count; i++) {
        fputs(i ? ", <code>" : "<p>Rows that were added, under a load that is not known here: <code>", f);
        bench_page_text(f, r->add[i]);
        fputs(i + 1 < r->add_count ? "</code>" : "</code></p>\n", f);
    }
}

static const char method[] = "<h2>How it is measured</h2>\n"
                             "<p><b>What runs.</b> The worker loop that culvertd runs (classify, look up, "
                             "replay window, AES-GCM, policy, "
                             "route, counters) on two ports in memory that hand out valid packets with right "
                             "integrity check values. The time "
                             "of the port driver is taken off. Raw is AES-GCM alone by direct calls of "
                             "intel-ipsec-mb on the same bytes, which "
                             "no gateway beats.</p>\n"
                             "<p><b>Sizes</b> are plaintext Ethernet frames before ESP, without frame check "
                             "sequence; imix is 7 of 64, 4 of "
                             "570 and 1 of 1420 bytes. With several SAs each packet has one at random.</p>\n"
                             "<p><b>Cycles</b> are of the TSC, which runs at the rate above whatever the "
                             "core's frequency is. A round is the "
                             "least of several runs' medians over windows of at least 512 packets, since a "
                             "hypervisor takes slices of time "
                             "that make every mean useless. Rounds of one figure lie apart in time.</p>\n"
                             "<p><b>A star</b> says that the figure is not to be quoted: the CPU was shared "
                             "or taken away while it was "
                             "measured, or no second round apart in time confirms it, or a trial was shorter "
                             "than its standard wants. The "
                             "remark tells which. Measure again when the machine is quiet.</p>\n"
                             "<p><b>The verdict</b> judges the measurement, not the gateway: good is a "
                             "report without stars whose parts all "
                             "ended well.</p>\n";

void bench_page_write(FILE *f, const struct bench_report *r, const struct bench_aside *a)
{
    head_write(f, r);
    short_write(f, r);
    plots_write(f, r, a);
    figures_write(f, &r->csv);
    facts_write(f, r);
    parts_write(f, r);
    noise_write(f, &r->csv);
    fprintf(f, "%s</body></html>\n", method);
}
