/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A plot as a script for gnuplot. Series are told apart by lightness and pattern, by the form of points and
 * by dashes, so that neither colours nor a coloured printer are needed.
 */
#include "bench_plot.h"

#include <math.h>
#include <string.h>

#define SCRIPT_BAR_GROUP 0.8   /* of the room of a place is taken by its bars */
#define SCRIPT_TEXT_MIN  0.055 /* of the axis: a part of a bar so high has room for its number */
#define SCRIPT_SOLID     3
#define SCRIPT_BARS_TOLD 28 /* so many bars have room for numbers */

/* Colours of Okabe and Ito, in an order in which lightness alternates; bars from the fifth on have patterns.
 */
static const struct script_style {
    const char *bar, *line;
    int pattern; /* gnuplot's, or SCRIPT_SOLID */
    int point, dash;
    bool is_dark;
} styles[BENCH_PLOT_SERIES] = {
    {"#123a63", "#123a63", SCRIPT_SOLID, 7, 1, true},
    {"#d55e00", "#d55e00", SCRIPT_SOLID, 5, 2, true},
    {"#7cc4ee", "#2b8cc4", SCRIPT_SOLID, 9, 3, false},
    {"#f6e95a", "#8a6d00", SCRIPT_SOLID, 13, 4, false},
    {"#009e73", "#009e73", 4, 11, 5, false},
    {"#cc79a7", "#b04a86", 5, 6, 1, false},
    {"#000000", "#000000", 2, 4, 2, false},
    {"#888888", "#777777", 7, 8, 3, false},
    {"#123a63", "#123a63", 6, 12, 4, false},
    {"#d55e00", "#d55e00", 1, 10, 5, false},
    {"#2b8cc4", "#2b8cc4", 2, 1, 1, false},
    {"#8a6d00", "#8a6d00", 6, 2, 2, false},
};

/* A string for gnuplot, in single quotes: within them nothing is replaced, and no command is run. */
static void text_write(FILE *f, const char *text)
{
    fputc('\'', f);
    for (const char *p = text; *p; p++)
        if (*p == '\'')
            fputs("''", f);
        else
            fputc((unsigned char)*p < ' ' || *p == '`' ? ' ' : *p, f);
    fputc('\'', f);
}

void bench_plot_number(double v, char text[32])
{
    char digits[32];
    const double size = fabs(v);
    const int places = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : -1;
    if (size >= 1e15 || places < 0) {
        snprintf(text, 32, "%.3g", v);
        return;
    }
    snprintf(digits, sizeof(digits), "%.*f", places, v);
    char *out = text;
    const size_t whole = strcspn(digits, ".");
    for (size_t i = 0; digits[i]; i++) {
        if (i > (digits[0] == '-') && i < whole && (whole - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
}

/* Where a bar of a series begins, in places of the axis; they are as wide as the group allows. */
static double bar_left(const struct bench_plot *p, uint32_t s, uint32_t x, double *width)
{
    const bool is_stack = p->kind->style == BENCH_PLOT_STACK;
    *width = is_stack ? 0.5 : SCRIPT_BAR_GROUP / p->series_count;
    return p->at[x] - (is_stack ? *width / 2 : SCRIPT_BAR_GROUP / 2 - s * *width);
}

/* What a bar stands on: the parts of other series below it. */
static double bar_bottom(const struct bench_plot *p, uint32_t s, uint32_t x)
{
    double sum = 0;
    for (uint32_t below = 0; p->kind->style == BENCH_PLOT_STACK && below < s; below++)
        sum += p->point[below][x].median;
    return sum;
}

/* The greatest that is drawn, and the least that is greater than zero. */
static void extent_find(const struct bench_plot *p, double *least, double *most)
{
    *least = HUGE_VAL;
    *most = 0;
    for (uint32_t s = 0; s < p->series_count; s++)
        for (uint32_t x = 0; x < p->x_count; x++) {
            const struct bench_plot_point *point = &p->point[s][x];
            if (!point->is_there)
                continue;
            const double bottom = bar_bottom(p, s, x);
            const double top = p->kind->style == BENCH_PLOT_STACK ? bottom + point->median : point->max;
            *most = top > *most ? top : *most;
            if (point->min > 0 && point->min < *least)
                *least = point->min;
        }
}

static void head_write(FILE *f, const struct bench_plot *p, const char *svg, double least, double most)
{
    fputs("set terminal svg size 760,440 dynamic noenhanced font 'sans-serif,13' background 'white'\n"
          "set output ",
          f);
    text_write(f, svg);
    fputs("\nset title ", f);
    text_write(f, p->title);
    fputs(" offset 0,0.7 font 'sans-serif,15'\nset label 1 ", f);
    text_write(f, p->note);
    fputs(" at graph 0.5, graph 1.05 center font 'sans-serif,11' textcolor rgb '#444444'\nset xlabel ", f);
    text_write(f, p->kind->x_label);
    fputs(" offset 0,0.2\nset ylabel ", f);
    text_write(f, p->y_label);
    fputs("\nset tmargin 4.2\nset border 3\nset tics nomirror out\nset grid ytics lt 1 lw 0.7 lc rgb "
          "'#d4d4d4'\n"
          "set key below center horizontal samplen 3 spacing 1.2 height 0.6\nset pointintervalbox 0\nset "
          "decimalsign '.'\n",
          f);
    if (p->kind->is_log_y && least < most)
        fprintf(f, "set logscale y 10\nset yrange [%.6g:%.6g]\n", least / 1.5, most * 1.7);
    else
        fprintf(f, "set format y \"%%'.10g\"\nset yrange [0:%.6g]\n", most > 0 ? most * 1.13 : 1);
}

static void axis_write(FILE *f, const struct bench_plot *p)
{
    double from = p->at[0], to = p->at[p->x_count - 1];
    if (p->is_measured_x && p->kind->is_log_x)
        fprintf(f, "set logscale x 10\nset xrange [%.6g:%.6g]\n", from / 1.6, to * 1.6);
    else if (p->is_measured_x)
        fprintf(f, "set xrange [%.6g:%.6g]\n", from - 0.04 * (to - from), to + 0.04 * (to - from));
    else
        fprintf(f, "set xrange [%.6g:%.6g]\n", from - 0.6, to + 0.6);
    fputs("unset mxtics\nset xtics (", f);
    for (uint32_t x = 0; x < p->x_count; x++) {
        fputs(x ? ", " : "", f);
        text_write(f, p->x[x]);
        fprintf(f, " %.10g", p->at[x]);
    }
    fputs(p->x_count > 10 ? ") rotate by -35\n" : ")\n", f);
}

/* A number or a star where it is seen. */
static void mark_write(FILE *f, double x, double y, const char *text, const char *how)
{
    fputs("set label ", f);
    text_write(f, text);
    fprintf(f, " at first %.10g, first %.10g %s\n", x, y, how);
}

static void bar_marks(FILE *f, const struct bench_plot *p, uint32_t s, uint32_t x, double most)
{
    const struct bench_plot_point *point = &p->point[s][x];
    char number[32], text[40];
    double width;
    const double left = bar_left(p, s, x, &width), bottom = bar_bottom(p, s, x);
    bench_plot_number(point->median, number);
    snprintf(text, sizeof(text), "%s%s", number, point->is_starred ? "*" : "");
    if (p->kind->style == BENCH_PLOT_STACK) {
        if (point->median < most * SCRIPT_TEXT_MIN)
            snprintf(text, sizeof(text), "%s", point->is_starred ? "*" : "");
        mark_write(f, left + width / 2, bottom + point->median / 2, text,
                   styles[s].is_dark ? "center front font 'sans-serif,11' textcolor rgb 'white'"
                                     : "center front font 'sans-serif,11'");
        return;
    }
    if (p->series_count * p->x_count > SCRIPT_BARS_TOLD)
        snprintf(text, sizeof(text), "%s", point->is_starred ? "*" : "");
    mark_write(f, left + width / 2, point->max, text, "center offset 0,0.6 front font 'sans-serif,10'");
}

/* How high a whole stack is; a sum is worth no more than the least of its parts. */
static void stack_marks(FILE *f, const struct bench_plot *p)
{
    for (uint32_t x = 0; x < p->x_count; x++) {
        char number[32], text[40];
        bool is_starred = false;
        const double sum = bar_bottom(p, p->series_count, x);
        for (uint32_t s = 0; s < p->series_count; s++)
            is_starred |= p->point[s][x].is_starred;
        bench_plot_number(sum, number);
        snprintf(text, sizeof(text), "%s%s", number, is_starred ? "*" : "");
        mark_write(f, p->at[x], sum, text, "center offset 0,0.6 front font 'sans-serif,11'");
    }
}

static void marks_write(FILE *f, const struct bench_plot *p, double most)
{
    for (uint32_t s = 0; s < p->series_count; s++)
        for (uint32_t x = 0; x < p->x_count; x++) {
            if (!p->point[s][x].is_there)
                continue;
            if (p->kind->style != BENCH_PLOT_LINES)
                bar_marks(f, p, s, x, most);
            else if (p->point[s][x].is_starred)
                mark_write(f, p->at[x], p->point[s][x].max, "*",
                           "center offset 0,0.5 front font 'sans-serif,14'");
        }
    if (p->kind->style == BENCH_PLOT_STACK)
        stack_marks(f, p);
}

/* The numbers of a series: x, median, min, max, and for bars left, right, bottom, top. */
static void data_write(FILE *f, const struct bench_plot *p, uint32_t s)
{
    fprintf(f, "$s%u << EOD\n", s);
    for (uint32_t x = 0; x < p->x_count; x++) {
        const struct bench_plot_point *point = &p->point[s][x];
        double width;
        const double left = bar_left(p, s, x, &width), bottom = bar_bottom(p, s, x);
        if (point->is_there)
            fprintf(f, "%.10g %.10g %.10g %.10g %.10g %.10g %.10g %.10g\n",
                    p->kind->style == BENCH_PLOT_LINES ? p->at[x] : left + width / 2, point->median,
                    point->min, point->max, left, left + width, bottom, bottom + point->median);
    }
    fputs("EOD\n", f);
}

static void series_write(FILE *f, const struct bench_plot *p, uint32_t s)
{
    const struct script_style *style = &styles[s];
    const bool is_line = p->kind->style == BENCH_PLOT_LINES;
    if (is_line)
        fprintf(f, "$s%u using 1:2 with linespoints lc rgb '%s' lw 2 dt %d pt %d ps 0.8 title ", s,
                style->line, style->dash, style->point);
    else
        fprintf(f,
                "$s%u using 1:8:5:6:7:8 with boxxyerror lc rgb '%s' fs %s %d border lc rgb '#222222' title ",
                s, style->bar, style->pattern == SCRIPT_SOLID ? "solid" : "pattern",
                style->pattern == SCRIPT_SOLID ? 1 : style->pattern);
    text_write(f, *p->series[s] ? p->series[s] : p->y_label);
    if (p->kind->style != BENCH_PLOT_STACK)
        fprintf(
            f,
            ", $s%u using 1:3:(0):($4-$3) with vectors heads size graph 0.006,90 lc rgb '%s' lw 1.2 notitle",
            s, is_line ? style->line : "#222222");
}

void bench_plot_script(FILE *f, const struct bench_plot *p, const char *svg)
{
    double least, most;
    extent_find(p, &least, &most);
    head_write(f, p, svg, least, most);
    axis_write(f, p);
    marks_write(f, p, most);
    for (uint32_t s = 0; s < p->series_count; s++)
        data_write(f, p, s);
    fputs("plot ", f);
    for (uint32_t s = 0; s < p->series_count; s++) {
        fputs(s ? ", \\\n     " : "", f);
        series_write(f, p, s);
    }
    fputs("\n", f);
}
