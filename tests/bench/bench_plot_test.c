/* SPDX-License-Identifier: BSD-3-Clause */
/* Plots: which rows make which, what is a series, a place and a plot of its own, and what gnuplot is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench_plot.h"

#define ROWS 64

static struct bench_csv_row rows[ROWS];
static struct bench_csv csv = {.rows = rows};

/* One more row. It is of the tool pktgen when the size is NULL. */
static struct bench_csv_row *row_add(const char *scenario, const char *way, const char *size, const char *sas,
                                     const char *metric, const char *unit, double median)
{
    struct bench_csv_row *row = &rows[csv.count++];
    assert_true(csv.count <= ROWS);
    memset(row, 0, sizeof(*row));
    for (int i = 0; i < BENCH_COLUMNS; i++)
        row->cell[i] = "";
    row->cell[BENCH_COLUMN_run] = "2026-01-31T12:00:00Z";
    row->cell[BENCH_COLUMN_tool] = "culvert-bench";
    row->cell[BENCH_COLUMN_scenario] = scenario;
    row->cell[BENCH_COLUMN_way] = way;
    row->cell[BENCH_COLUMN_size_bytes] = size;
    row->cell[BENCH_COLUMN_sas] = sas;
    row->cell[BENCH_COLUMN_metric] = metric;
    row->cell[BENCH_COLUMN_unit] = unit;
    row->sas = (uint32_t)strtoul(sas, NULL, 10);
    row->rounds = 3;
    row->min = median * 0.9;
    row->median = median;
    row->max = median * 1.1;
    return row;
}

static int rows_begin(void **state)
{
    csv.count = 0;
    return 0;
}

static const struct bench_plot *plot_find(const struct bench_plot *plots, int count, const char *stem)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(plots[i].stem, stem))
            return &plots[i];
    fail_msg("no plot %s", stem);
    return NULL;
}

static void sizes_stand_in_order_and_raw_beside(void **state)
{
    struct bench_plot *plots;
    row_add("path", "out", "imix", "1", "cycles_per_packet", "cycles", 180);
    row_add("path", "out", "1420", "1", "cycles_per_packet", "cycles", 400);
    row_add("path", "out", "64", "1", "cycles_per_packet", "cycles", 117)->is_starred = true;
    row_add("path", "out", "64", "1000", "cycles_per_packet", "cycles", 150);
    row_add("path", "out", "64", "1", "mpps", "Mpps", 22);
    row_add("raw/frames", "out", "64", "1", "cycles_per_packet", "cycles", 71);
    row_add("raw", "out", "64", "1", "cycles_per_packet", "cycles", 54); /* of other bytes */
    row_add("path", "out", "512", "1", "cycles_per_packet", "cycles", 0)->rounds = 0;
    const int count = bench_plot_pick(&csv, &plots);
    const struct bench_plot *p = plot_find(plots, count, "cycles-by-size");
    assert_int_equal(p->x_count, 3);
    assert_string_equal(p->x[0], "64");
    assert_string_equal(p->x[1], "1420");
    assert_string_equal(p->x[2], "imix");
    assert_int_equal(p->series_count, 2);
    assert_string_equal(p->series[0], "path");
    assert_string_equal(p->series[1], "raw");
    assert_true(p->point[0][0].median == 117 && p->point[0][0].is_starred);
    assert_true(p->point[1][0].median == 71);
    assert_false(p->point[1][1].is_there);
    assert_string_equal(p->y_label, "TSC cycles per packet");
    free(plots);
}

static void each_way_is_a_plot_and_one_place_is_no_line(void **state)
{
    struct bench_plot *plots;
    row_add("path", "out", "64", "100000", "cycles_per_packet", "cycles", 300);
    row_add("path", "out", "64", "1", "cycles_per_packet", "cycles", 117);
    row_add("path", "out", "512", "1000", "cycles_per_packet", "cycles", 300);
    row_add("path", "in", "64", "1000", "cycles_per_packet", "cycles", 130);
    const int count = bench_plot_pick(&csv, &plots);
    const struct bench_plot *p = plot_find(plots, count, "cycles-by-sas-out");
    assert_int_equal(p->x_count, 3);
    assert_true(p->at[0] == 1 && p->at[1] == 1000 && p->at[2] == 100000);
    assert_string_equal(p->x[2], "100,000");
    assert_int_equal(p->series_count, 2);
    assert_string_equal(p->series[0], "64 bytes");
    for (int i = 0; i < count; i++)
        assert_string_not_equal(plots[i].stem, "cycles-by-sas-in");
    free(plots);
}

static void stages_are_stacked_in_the_order_of_the_rows(void **state)
{
    struct bench_plot *plots;
    row_add("stages/classify", "in", "64", "1", "cycles_per_packet", "cycles", 25);
    row_add("stages/open", "in", "64", "1", "cycles_per_packet", "cycles", 70);
    row_add("stages/classify", "in", "64", "1000", "cycles_per_packet", "cycles", 30);
    const int count = bench_plot_pick(&csv, &plots);
    const struct bench_plot *p = plot_find(plots, count, "stages-in");
    assert_int_equal(p->kind->style, BENCH_PLOT_STACK);
    assert_string_equal(p->series[0], "classify");
    assert_string_equal(p->series[1], "open");
    assert_string_equal(p->x[1], "1,000 SAs");
    assert_non_null(strstr(p->note, "64 bytes"));
    free(plots);
}

static void units_are_apart_and_drawn_as_people_read_them(void **state)
{
    struct bench_plot *plots;
    row_add("sweep/10", "both", "64", "1", "received_rate", "packets/s", 1e6);
    row_add("sweep/100", "both", "64", "1", "received_rate", "packets/s", 8e6);
    row_add("sweep/9.5", "both", "64", "1", "received_rate", "packets/s", 0.9e6);
    row_add("sweep/10", "both", "64", "1", "received_rate", "percent", 10);
    row_add("sweep/100", "both", "64", "1", "received_rate", "percent", 80);
    row_add("sweep/10", "both", "64", "1", "loss", "share", 0);
    row_add("sweep/100", "both", "64", "1", "loss", "share", 0.25);
    const int count = bench_plot_pick(&csv, &plots);
    const struct bench_plot *p = plot_find(plots, count, "rates-by-load");
    assert_true(p->at[0] == 9.5 && p->at[1] == 10 && p->at[2] == 100);
    assert_true(p->point[0][2].median > 7.999 && p->point[0][2].median < 8.001);
    assert_string_equal(plot_find(plots, count, "rates-by-load-2")->y_label, "percent");
    assert_true(plot_find(plots, count, "loss-by-load")->point[0][1].median == 25);
    free(plots);
}

static void runs_and_tools_are_told_apart_where_they_differ(void **state)
{
    struct bench_plot *plots;
    row_add("ndr/0", "both", "64", "1", "received_rate", "packets/s", 5e6)->cell[BENCH_COLUMN_tool] =
        "pktgen";
    row_add("ndr/0", "both", "64", "1", "received_rate", "packets/s", 6e6);
    const int count = bench_plot_pick(&csv, &plots);
    const struct bench_plot *p = plot_find(plots, count, "no-drop-rate");
    assert_string_equal(p->series[0], "pktgen");
    assert_string_equal(p->series[1], "culvert-bench");
    assert_non_null(strstr(p->note, "2026-01-31T12:00:00Z, both, 64 bytes, 1 SA"));
    free(plots);
}

static void loads_stand_in_order_however_they_are_written(void **state)
{
    struct bench_plot *plots;
    static const char *const loads[] = {"sweep/max", "sweep/1.5M", "sweep/250k", "sweep/9000",
                                        "sweep/10Gbit"};
    for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++)
        row_add(loads[i], "both", "64", "1", "received_rate", "packets/s", 1e6);
    row_add("ndr/0", "both", "64", "1", "received_rate", "packets/s", 5e6);
    row_add("ndr/0/50", "both", "64", "1", "received_rate", "packets/s", 2e6); /* at half of what was found */
    const int count = bench_plot_pick(&csv, &plots);
    const struct bench_plot *p = plot_find(plots, count, "rates-by-load");
    static const char *const order[] = {"9000", "250k", "1.5M", "10Gbit", "max"};
    assert_int_equal(p->x_count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_string_equal(p->x[i], order[i]);
        assert_true(p->at[i] == i);
    }
    p = plot_find(plots, count, "no-drop-rate");
    assert_int_equal(p->series_count, 1);
    assert_true(p->point[0][0].median > 4.9);
    free(plots);
}

static void what_has_no_room_is_counted(void **state)
{
    static char sas[BENCH_PLOT_SERIES + 3][16];
    struct bench_plot *plots;
    for (int i = 0; i < BENCH_PLOT_SERIES + 3; i++) {
        snprintf(sas[i], sizeof(sas[i]), "%d", i + 1);
        row_add("ndr/0", "both", "64", sas[i], "received_rate", "packets/s", 1e6);
    }
    const int count = bench_plot_pick(&csv, &plots);
    const struct bench_plot *p = plot_find(plots, count, "no-drop-rate");
    assert_int_equal(p->series_count, BENCH_PLOT_SERIES);
    assert_int_equal(p->left_out, 3);
    assert_non_null(strstr(p->note, "3 rows are left out"));
    free(plots);
}

static void rows_of_no_kind_make_no_plot(void **state)
{
    struct bench_plot *plots;
    row_add("path", "out", "64", "1", "steal", "share", 0.1);
    row_add("pathology", "out", "64", "1", "cycles_per_packet", "cycles", 1);
    row_add("sweep", "out", "64", "1", "loss", "share", 1);
    assert_int_equal(bench_plot_pick(&csv, &plots), 0);
    assert_null(plots);
}

/* What gnuplot is told of the first plot of the rows, for the caller to free. */
static char *script_of_first(void)
{
    struct bench_plot *plots;
    char *text = NULL;
    size_t len = 0;
    assert_true(bench_plot_pick(&csv, &plots) > 0);
    FILE *f = open_memstream(&text, &len);
    assert_non_null(f);
    bench_plot_script(f, &plots[0], "it's.svg");
    fclose(f);
    free(plots);
    return text;
}

static void no_text_of_a_row_is_a_command_of_gnuplot(void **state)
{
    row_add("path", "out", "64", "1", "cycles_per_packet", "cycles", 1)->cell[BENCH_COLUMN_cipher] =
        "x'\nsystem `id`";
    char *script = script_of_first();
    assert_non_null(strstr(script, "set output 'it''s.svg'"));
    assert_non_null(strstr(script, "x'' system  id , 64 bytes"));
    assert_null(strchr(script, '`'));
    free(script);
}

static void bars_begin_at_zero_and_stars_are_shown(void **state)
{
    row_add("path", "out", "64", "1", "cycles_per_packet", "cycles", 1000)->is_starred = true;
    char *script = script_of_first();
    assert_non_null(strstr(script, "set yrange [0:1243]"));
    assert_non_null(strstr(script, "'1,000*'"));
    assert_non_null(strstr(script, "\n0 1000 900 1100 -0.4 0.4 0 1000\n"));
    free(script);
}

static void a_stack_with_a_starred_part_has_a_star(void **state)
{
    row_add("stages/classify", "in", "64", "1", "cycles_per_packet", "cycles", 25)->is_starred = true;
    row_add("stages/open", "in", "64", "1", "cycles_per_packet", "cycles", 70);
    row_add("stages/classify", "in", "64", "1000", "cycles_per_packet", "cycles", 30);
    row_add("stages/open", "in", "64", "1000", "cycles_per_packet", "cycles", 80);
    char *script = script_of_first();
    assert_non_null(strstr(script, "set label '95.0*' at first 0, first 95 "));
    assert_non_null(strstr(script, "set label '110' at first 1, first 110 "));
    free(script);
}

static void numbers_have_the_digits_that_mean_something(void **state)
{
    static const struct {
        double v;
        const char *text;
    } numbers[] = {{0, "0"},          {117.4, "117"},  {1234567, "1,234,567"}, {99.54, "99.5"},
                   {-1234, "-1,234"}, {-123, "-123"},  {0.25, "0.25"},         {0.00012345, "0.000123"},
                   {5.5, "5.50"},     {1e20, "1e+20"}, {100000, "100,000"}};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        char text[32];
        bench_plot_number(numbers[i].v, text);
        assert_string_equal(text, numbers[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sizes_stand_in_order_and_raw_beside, rows_begin),
        cmocka_unit_test_setup(each_way_is_a_plot_and_one_place_is_no_line, rows_begin),
        cmocka_unit_test_setup(stages_are_stacked_in_the_order_of_the_rows, rows_begin),
        cmocka_unit_test_setup(units_are_apart_and_drawn_as_people_read_them, rows_begin),
        cmocka_unit_test_setup(runs_and_tools_are_told_apart_where_they_differ, rows_begin),
        cmocka_unit_test_setup(loads_stand_in_order_however_they_are_written, rows_begin),
        cmocka_unit_test_setup(what_has_no_room_is_counted, rows_begin),
        cmocka_unit_test_setup(rows_of_no_kind_make_no_plot, rows_begin),
        cmocka_unit_test_setup(no_text_of_a_row_is_a_command_of_gnuplot, rows_begin),
        cmocka_unit_test_setup(bars_begin_at_zero_and_stars_are_shown, rows_begin),
        cmocka_unit_test_setup(a_stack_with_a_starred_part_has_a_star, rows_begin),
        cmocka_unit_test(numbers_have_the_digits_that_mean_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
