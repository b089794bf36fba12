/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From rows to plots: which rows a kind takes, which of them are one plot, one series, one place on its axis.
 * All of it is told by the texts of a row's dimensions.
 */
#include "bench_plot.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PICK_PLOTS 48 /* of all kinds */

/* Whether one of the words is the text; a word that ends with `joint` is what the text begins with. */
static bool words_have(const char *words, const char *text, char joint)
{
    for (const char *word = words; *word;) {
        const size_t len = strcspn(word, " ");
        if (!strncmp(text, word, len) && (word[len - 1] == joint || !text[len]))
            return true;
        word += len;
        word += strspn(word, " ");
    }
    return false;
}

/* "100000" as "100,000"; what is no number as it is. */
static void thousands_add(struct base_text *t, const char *digits)
{
    const size_t len = strlen(digits);
    const bool is_number = len && digits[strspn(digits, "0123456789")] == '\0';
    for (size_t i = 0; i < len; i++)
        base_text_add(t, "%s%c", is_number && i && (len - i) % 3 == 0 ? "," : "", digits[i]);
}

/* What a row is in one dimension, in words; nothing where that does not apply. is_bare: numbers without what
 * they are of. */
static void dim_add(struct base_text *t, const struct bench_csv_row *row, enum bench_plot_dim dim,
                    bool is_bare)
{
    static const uint8_t columns[BENCH_PLOT_DIMS] = {
        [BENCH_PLOT_RUN] = BENCH_COLUMN_run,           [BENCH_PLOT_TOOL] = BENCH_COLUMN_tool,
        [BENCH_PLOT_SCENARIO] = BENCH_COLUMN_scenario, [BENCH_PLOT_AFTER] = BENCH_COLUMN_scenario,
        [BENCH_PLOT_WAY] = BENCH_COLUMN_way,           [BENCH_PLOT_CIPHER] = BENCH_COLUMN_cipher,
        [BENCH_PLOT_SIZE] = BENCH_COLUMN_size_bytes,   [BENCH_PLOT_SAS] = BENCH_COLUMN_sas,
        [BENCH_PLOT_WORKERS] = BENCH_COLUMN_workers,   [BENCH_PLOT_METRIC] = BENCH_COLUMN_metric,
    };
    const char *cell = row->cell[columns[dim]];
    const char *slash = strchr(cell, '/');
    if (dim == BENCH_PLOT_SCENARIO && slash)
        base_text_add(t, "%.*s", (int)(slash - cell), cell);
    else if (dim == BENCH_PLOT_AFTER)
        base_text_add(t, "%s", slash ? slash + 1 : "");
    else if (dim == BENCH_PLOT_SAS)
        thousands_add(t, cell);
    else
        base_text_add(t, "%s", cell);
    if (!*cell || is_bare)
        return;
    if (dim == BENCH_PLOT_SAS)
        base_text_add(t, row->sas == 1 ? " SA" : " SAs");
    else if (dim == BENCH_PLOT_WORKERS)
        base_text_add(t, row->workers == 1 ? " worker" : " workers");
    else if (dim == BENCH_PLOT_SIZE && isdigit((unsigned char)*cell))
        base_text_add(t, " bytes");
}

static bool dim_differs(const struct bench_csv_row *a, const struct bench_csv_row *b, enum bench_plot_dim dim)
{
    char text[2][128];
    struct base_text t[2] = {base_text(text[0], sizeof(text[0])), base_text(text[1], sizeof(text[1]))};
    dim_add(&t[0], a, dim, true);
    dim_add(&t[1], b, dim, true);
    return strcmp(text[0], text[1]) != 0;
}

static bool mask_differs(const struct bench_csv_row *a, const struct bench_csv_row *b, unsigned mask)
{
    for (int dim = 0; dim < BENCH_PLOT_DIMS; dim++)
        if (mask >> dim & 1 && dim_differs(a, b, (enum bench_plot_dim)dim))
            return true;
    return false;
}

/* The dimensions of a mask, in words with commas between. */
static void mask_add(struct base_text *t, const struct bench_csv_row *row, unsigned mask, bool is_bare)
{
    for (int dim = 0; dim < BENCH_PLOT_DIMS; dim++) {
        char text[128];
        struct base_text one = base_text(text, sizeof(text));
        if (!(mask >> dim & 1))
            continue;
        dim_add(&one, row, (enum bench_plot_dim)dim, is_bare);
        if (one.len)
            base_text_add(t, "%s%s", t->len ? ", " : "", text);
    }
}

/* The rows of one plot. */
struct pick {
    const struct bench_plot_kind *kind;
    const struct bench_csv_row **rows;
    size_t count;
    unsigned differing; /* dimensions in which two rows of it differ */
};

static bool row_fits(const struct bench_plot_kind *kind, const struct bench_csv_row *row)
{
    const char *scenario = row->cell[BENCH_COLUMN_scenario];
    return row->rounds && (!kind->sas || row->sas == kind->sas) &&
           !(kind->is_shallow && strchr(scenario, '/') != strrchr(scenario, '/')) &&
           words_have(kind->scenarios, scenario, '/') &&
           words_have(kind->metrics, row->cell[BENCH_COLUMN_metric], '_');
}

/* What a row is drawn over, of which its place is told. */
static const char *x_text(const struct bench_csv_row *row, unsigned mask)
{
    const char *slash = strchr(row->cell[BENCH_COLUMN_scenario], '/');
    if (mask & 1u << BENCH_PLOT_SIZE)
        return row->cell[BENCH_COLUMN_size_bytes];
    if (mask & 1u << BENCH_PLOT_SAS)
        return row->cell[BENCH_COLUMN_sas];
    if (mask & 1u << BENCH_PLOT_WORKERS)
        return row->cell[BENCH_COLUMN_workers];
    return mask & 1u << BENCH_PLOT_AFTER && slash ? slash + 1 : "";
}

/* Where it goes on an axis: "250k" as 250,000; what begins with no number behind all that does. */
static double x_value(const struct bench_csv_row *row, unsigned mask, bool *is_number)
{
    static const char prefixes[] = "kMG";
    const char *text = x_text(row, mask);
    char *end;
    double v = strtod(text, &end);
    *is_number = end != text && !*end;
    if (end == text)
        return HUGE_VAL;
    const char *prefix = *end ? strchr(prefixes, *end) : NULL;
    for (const char *p = prefixes; prefix && p <= prefix; p++)
        v *= 1000;
    return v;
}

/* Whether a row's place comes before another's. */
static bool x_precedes(const struct bench_csv_row *a, const struct bench_csv_row *b, unsigned mask)
{
    bool is_number;
    const double x = x_value(a, mask, &is_number), y = x_value(b, mask, &is_number);
    return x < y || (x == y && a->sas < b->sas);
}

/* What is divided by to come to the unit that is drawn. */
static double unit_of(const char *unit, const char **drawn)
{
    static const struct {
        const char *unit, *drawn;
        double factor;
    } units[] = {{"packets/s", "million packets a second", 1e-6},
                 {"share", "percent", 100},
                 {"Mpps", "million packets a second", 1},
                 {"cycles", "TSC cycles per packet", 1},
                 {"us", "microseconds", 1}};
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (!strcmp(unit, units[i].unit)) {
            *drawn = units[i].drawn;
            return units[i].factor;
        }
    *drawn = unit;
    return 1;
}

/* The places on the axis, in order: xs has the first row of each. */
static void axis_make(struct bench_plot *p, const struct pick *pick, const struct bench_csv_row **xs)
{
    const unsigned mask = pick->kind->x;
    p->is_measured_x = pick->kind->is_measured_x;
    for (size_t i = 0; i < pick->count; i++) {
        const struct bench_csv_row *row = pick->rows[i];
        uint32_t at = 0;
        while (at < p->x_count && mask_differs(row, xs[at], mask))
            at++;
        if (at < p->x_count || p->x_count == BENCH_PLOT_XS)
            continue;
        while (at > 0 && x_precedes(row, xs[at - 1], mask))
            at--;
        memmove(&xs[at + 1], &xs[at], (p->x_count - at) * sizeof(*xs));
        xs[at] = row;
        p->x_count++;
        bool is_number;
        x_value(row, mask, &is_number);
        p->is_measured_x &= is_number;
    }
    /* What one number is of, the axis says. */
    const bool is_bare = !(mask & (mask - 1));
    const unsigned told = mask & (pick->differing | 1u << BENCH_PLOT_SCENARIO);
    for (uint32_t i = 0; i < p->x_count; i++) {
        struct base_text t = base_text(p->x[i], sizeof(p->x[i]));
        bool is_number;
        mask_add(&t, xs[i], told ? told : mask, is_bare);
        p->at[i] = p->is_measured_x ? x_value(xs[i], mask, &is_number) : i;
    }
}

/* Each row to its series and place; what has no room is counted. */
static void points_make(struct bench_plot *p, const struct pick *pick, const struct bench_csv_row **xs,
                        double factor)
{
    const struct bench_csv_row *series[BENCH_PLOT_SERIES];
    const unsigned apart = ~(pick->kind->x | pick->kind->facet | pick->kind->ignore);
    for (size_t i = 0; i < pick->count; i++) {
        const struct bench_csv_row *row = pick->rows[i];
        uint32_t s = 0, x = 0;
        while (x < p->x_count && mask_differs(row, xs[x], pick->kind->x))
            x++;
        while (s < p->series_count && mask_differs(row, series[s], apart))
            s++;
        if (x == p->x_count || s == BENCH_PLOT_SERIES) {
            p->left_out++;
            continue;
        }
        if (s == p->series_count) {
            struct base_text t = base_text(p->series[s], sizeof(p->series[s]));
            mask_add(&t, row, apart & pick->differing, false);
            series[p->series_count++] = row;
        }
        p->point[s][x] = (struct bench_plot_point){.is_there = true,
                                                   .is_starred = row->is_starred,
                                                   .min = row->min * factor,
                                                   .median = row->median * factor,
                                                   .max = row->max * factor};
    }
}

/* What is the same in all rows of a plot. */
static void note_make(struct bench_plot *p, const struct pick *pick)
{
    const unsigned same = ~(pick->differing | pick->kind->ignore | pick->kind->facet) &
                          ~(1u << BENCH_PLOT_METRIC | 1u << BENCH_PLOT_SCENARIO | 1u << BENCH_PLOT_AFTER);
    struct base_text t = base_text(p->note, sizeof(p->note));
    mask_add(&t, pick->rows[0], same, false);
    if (pick->kind->note)
        base_text_add(&t, "; %s", pick->kind->note);
    if (p->left_out)
        base_text_add(&t, "; %u rows are left out, for which there is no room", p->left_out);
}

/* A name for the file that no plot before has. */
static void stem_make(struct bench_plot *p, const struct bench_plot *before, int count, const char *facet)
{
    int same = 0;
    struct base_text t = base_text(p->stem, sizeof(p->stem) - 4);
    base_text_add(&t, "%s%s", p->kind->stem, *facet ? "-" : "");
    for (const char *c = facet; *c; c++)
        if (isalnum((unsigned char)*c) || *c == ' ')
            base_text_add(&t, "%c", *c == ' ' ? '-' : tolower((unsigned char)*c));
    for (int i = 0; i < count; i++)
        same += !strncmp(before[i].stem, p->stem, t.len) && strchr("-", before[i].stem[t.len]);
    if (same)
        snprintf(p->stem + t.len, sizeof(p->stem) - t.len, "-%d", same + 1);
}

/* One plot of these rows. Whether it shows anything: a line of one place does not. */
static bool plot_make(struct bench_plot *p, struct pick *pick, const struct bench_plot *before, int count)
{
    const struct bench_csv_row *xs[BENCH_PLOT_XS + 1];
    const char *unit = pick->rows[0]->cell[BENCH_COLUMN_unit], *drawn;
    char facet[96];
    memset(p, 0, sizeof(*p));
    p->kind = pick->kind;
    for (size_t i = 1; i < pick->count; i++)
        for (int dim = 0; dim < BENCH_PLOT_DIMS; dim++)
            if (!(pick->differing >> dim & 1) &&
                dim_differs(pick->rows[0], pick->rows[i], (enum bench_plot_dim)dim))
                pick->differing |= 1u << dim;
    const double factor = unit_of(unit, &drawn);
    axis_make(p, pick, xs);
    points_make(p, pick, xs, factor);
    struct base_text t = base_text(facet, sizeof(facet));
    mask_add(&t, pick->rows[0], pick->kind->facet, false);
    snprintf(p->title, sizeof(p->title), "%s%s%s", pick->kind->title, *facet ? ": " : "", facet);
    snprintf(p->y_label, sizeof(p->y_label), "%s", drawn);
    stem_make(p, before, count, facet);
    note_make(p, pick);
    return p->x_count >= (pick->kind->is_measured_x ? 2 : 1);
}

/* The plots of one kind, behind those that are there. Returns how many there are then. */
static int kind_pick(const struct bench_plot_kind *kind, const struct bench_csv *csv,
                     const struct bench_csv_row **rows, bool *is_taken, struct bench_plot *plots, int count)
{
    memset(is_taken, 0, csv->count * sizeof(*is_taken));
    for (size_t i = 0; i < csv->count && count < PICK_PLOTS; i++) {
        struct pick pick = {.kind = kind, .rows = rows};
        const struct bench_csv_row *first = &csv->rows[i];
        for (size_t k = i; k < csv->count; k++) {
            const struct bench_csv_row *row = &csv->rows[k];
            if (is_taken[k] || !row_fits(kind, row) || mask_differs(first, row, kind->facet) ||
                strcmp(first->cell[BENCH_COLUMN_unit], row->cell[BENCH_COLUMN_unit]) != 0)
                continue;
            is_taken[k] = true;
            rows[pick.count++] = row;
        }
        if (pick.count && plot_make(&plots[count], &pick, plots, count))
            count++;
    }
    return count;
}

int bench_plot_pick(const struct bench_csv *csv, struct bench_plot **plots)
{
    int count = 0;
    const struct bench_csv_row **rows = calloc(csv->count + 1, sizeof(*rows));
    bool *is_taken = calloc(csv->count + 1, sizeof(*is_taken));
    *plots = calloc(PICK_PLOTS, sizeof(**plots));
    for (uint32_t i = 0; rows && is_taken && *plots && i < bench_plot_kind_count; i++)
        count = kind_pick(&bench_plot_kinds[i], csv, rows, is_taken, *plots, count);
    if (!rows || !is_taken || !*plots)
        count = -ENOMEM;
    free(rows);
    free(is_taken);
    if (count <= 0) {
        free(*plots);
        *plots = NULL;
    }
    return count;
}
