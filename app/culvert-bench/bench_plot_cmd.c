/* SPDX-License-Identifier: BSD-3-Clause */
/* `culvert-bench plot`: files of rows in, SVG files out, by gnuplot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench_args.h"
#include "bench_plot.h"
#include "bench_row.h"
#include "bench_spawn.h"

#define PLOT_LIMIT_S 60 /* for gnuplot, which takes a tenth of a second */

static const char help[] = "usage: culvert-bench plot FILE.csv... --out DIR [--json]\n"
                           "\n"
                           "Draws the figures of these files, whichever tool measured them: culvert-bench\n"
                           "(--csv of its commands, figures.csv of `report`), pktgen-scripts/run.sh\n"
                           "(RESULT), scripts of tests/bench. `culvert-bench columns` tells their columns;\n"
                           "a file of other columns, or with a broken row, is refused with file and line.\n"
                           "Each kind of plot for which there are rows becomes an SVG file in DIR; files\n"
                           "that are drawn together stand beside each other in it.\n"
                           "\n"
                           "  --out DIR  the folder, which is made; files of these names are replaced\n"
                           "  --json     what was written, as an object, instead of lines\n"
                           "\n"
                           "Bars and points are medians, whiskers the least and the greatest round. A star\n"
                           "says that something disturbed the measurement; its reason is in the rows.\n"
                           "gnuplot draws (Debian: apt-get install gnuplot-nox).\n"
                           "\n"
                           "kinds:\n";

static void help_fill(char *text, size_t cap)
{
    struct base_text t = base_text(text, cap);
    base_text_add(&t, "%s", help);
    for (uint32_t i = 0; i < bench_plot_kind_count; i++) {
        char files[32];
        snprintf(files, sizeof(files), "%s*.svg", bench_plot_kinds[i].stem);
        base_text_add(&t, "  %-20s%.57s\n", files, bench_plot_kinds[i].title);
    }
    base_text_add(&t, "\nexample: culvert-bench plot result.csv --out plots\n");
}

/* One plot, into the file aside. */
static int plot_draw(struct bench_aside *a, const struct bench_plot *p, struct base_text *why)
{
    char script[BENCH_ASIDE_PATH], svg[BENCH_ASIDE_PATH], said[BENCH_ASIDE_PATH], name[64];
    struct bench_spawn_end end;
    snprintf(name, sizeof(name), "%s.svg", p->stem);
    bench_aside_path(a, "plot.gp", script);
    bench_aside_path(a, "gnuplot.log", said);
    bench_aside_path(a, name, svg);
    FILE *f = fopen(script, "we");
    if (f)
        bench_plot_script(f, p, svg);
    if (!f || fclose(f)) {
        base_text_add(why, "cannot write %s: %s", script, strerror(errno));
        return -EIO;
    }
    char *const argv[] = {"gnuplot", "-d", script, NULL};
    const struct bench_spawn s = {.argv = argv, .out_path = said, .err_path = said, .limit_s = PLOT_LIMIT_S};
    int err = bench_spawn_run(&s, &end);
    if (err == -ENOENT) {
        base_text_add(why, "there is no gnuplot, so nothing is drawn (Debian: apt-get install gnuplot-nox)");
    } else if (err) {
        base_text_add(why, err == -EINTR ? "interrupted" : "cannot run gnuplot: %s", strerror(-err));
    } else if (end.status) {
        base_text_add(why, "gnuplot did not draw %s, it said: ", name);
        bench_spawn_said(said, why);
        err = -EIO;
    } else {
        bench_aside_keep(a, name);
    }
    return err;
}

int bench_plot_draw(struct bench_aside *a, const struct bench_plot *plots, int count, struct base_text *why)
{
    int err = 0;
    for (int i = 0; i < count; i++) {
        const int one = plot_draw(a, &plots[i], why);
        if (one == -ENOENT || one == -EINTR)
            return one;
        if (one && why->len)
            base_text_add(why, "; ");
        err = err ? err : one;
    }
    return err;
}

/* What is in the folder now. */
static void result_print(const struct bench_aside *a, const struct bench_csv *csv, bool is_json,
                         const char *problem)
{
    if (is_json)
        fprintf(stdout, "{\"rows\":%zu,\"out\":", csv->count);
    if (is_json)
        bench_row_text(stdout, BENCH_FORM_JSON, a->out);
    else
        printf("%zu rows, %u plots in %s\n", csv->count, a->count, a->out);
    for (uint32_t i = 0; i < a->count; i++)
        printf(is_json ? "%s\"%s\"" : "%s  %s\n", !is_json ? "" : i ? "," : ",\"files\":[", a->name[i]);
    if (is_json) {
        fputs(a->count ? "],\"problem\":" : ",\"files\":[],\"problem\":", stdout);
        if (*problem)
            bench_row_text(stdout, BENCH_FORM_JSON, problem);
        puts(*problem ? "}" : "null}");
    }
}

/* Draws what was read. Returns the exit status. */
static int plots_make(const struct bench_args *a, const struct bench_csv *csv)
{
    char text[1024] = "";
    struct base_text why = base_text(text, sizeof(text));
    struct bench_plot *plots;
    struct bench_aside aside;
    const int count = bench_plot_pick(csv, &plots);
    if (count <= 0) {
        fprintf(stderr, count ? "culvert-bench plot: no memory\n"
                              : "culvert-bench plot: none of the rows is of a kind that is drawn; "
                                "culvert-bench plot --help tells the kinds\n");
        return 1;
    }
    bench_spawn_hold();
    int err = bench_aside_open(&aside, a->out, &why);
    if (!err) {
        err = bench_plot_draw(&aside, plots, count, &why);
        if (err != -EINTR && err != -ENOENT) {
            const int moved = bench_aside_commit(&aside, &why);
            err = err ? err : moved;
        }
        if (err != -EINTR)
            result_print(&aside, csv, a->is_json, text);
        bench_aside_close(&aside);
    }
    free(plots);
    if (err)
        fprintf(stderr, "culvert-bench plot: %s\n", text);
    return err == -EINTR ? 128 + bench_spawn_signal() : err ? 1 : 0;
}

int bench_plot_main(int argc, char **argv)
{
    char text[4096];
    struct bench_args a = {0};
    struct bench_csv csv = {0};
    help_fill(text, sizeof(text));
    if (bench_args_parse(&a, argc, argv, "jO*", text))
        return 2;
    if (!a.file_count || !a.out) {
        fputs("culvert-bench plot: it takes files of rows, and --out DIR; see --help\n", stderr);
        return 2;
    }
    int status = 0;
    for (uint32_t i = 0; !status && i < a.file_count; i++) {
        char reason[BENCH_CSV_WHY];
        struct base_text why = base_text(reason, sizeof(reason));
        if (bench_csv_read(&csv, a.files[i], &why)) {
            fprintf(stderr, "culvert-bench plot: %s\n", reason);
            status = 1;
        }
    }
    if (!status)
        status = plots_make(&a, &csv);
    bench_csv_free(&csv);
    return status;
}
