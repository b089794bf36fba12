/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts and drawings within a page, facts and load of a machine, and what a report is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "bench_page.h"
#include "bench_report.h"

static char root[] = "/tmp/bench_page_XXXXXX";

/* A file below root, with the folders above it. */
static void file_make(const char *path, const char *text)
{
    char full[256];
    snprintf(full, sizeof(full), "%s%s", root, path);
    for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        (void)mkdir(full, 0777);
        *p = '/';
    }
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void no_text_is_markup(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    bench_page_text(f, "<b onclick=\"x\">&amp;'");
    fclose(f);
    assert_string_equal(text, "&lt;b onclick=&quot;x&quot;&gt;&amp;amp;'");
    free(text);
}

static void a_drawing_has_names_of_its_own_and_no_head(void **state)
{
    char *text = NULL, path[64];
    size_t len = 0;
    file_make("/a.svg",
              "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg viewBox=\"0 0 1 1\">\n<title>Gnuplot</title>\n"
              "<path id='gpPt0'/><use xlink:href='#gpPt0' fill=\"url(#f)\"/><g "
              "id=\"x\"><title>p</title></g></svg>");
    snprintf(path, sizeof(path), "%s/a.svg", root);
    FILE *f = open_memstream(&text, &len);
    assert_true(bench_page_svg(f, path, 3, "a < b"));
    assert_false(bench_page_svg(f, "no/such.svg", 3, "b"));
    fclose(f);
    assert_string_equal(text, "<svg role=\"img\" aria-label=\"a &lt; b\" viewBox=\"0 0 1 1\">\n\n"
                              "<path id='p3-gpPt0'/><use xlink:href='#p3-gpPt0' fill=\"url(#p3-f)\"/>"
                              "<g id=\"p3-x\"></g></svg>");
    free(text);
}

static const char *fact(const struct bench_facts *f, const char *name)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (!strcmp(f->fact[i].name, name))
            return f->fact[i].value;
    fail_msg("no fact %s", name);
    return NULL;
}

static void a_machine_is_told_in_words(void **state)
{
    struct bench_facts f;
    file_make("/proc/cpuinfo",
              "processor\t: 0\nmodel\t\t: 106\nmodel name\t: Some CPU @ 2.80GHz\nstepping\t: 6\n"
              "flags\t\t: fpu aes avx vaes hypervisor aesx nonstop_tsc\n\nprocessor\t: 1\n");
    file_make("/proc/cmdline", "root=/dev/secret isolcpus=1 quiet mitigations=off\n");
    file_make("/sys/devices/system/cpu/vulnerabilities/l1tf", "Not affected\n");
    file_make("/sys/devices/system/cpu/vulnerabilities/mds", "Mitigation: Clear\n");
    file_make("/sys/devices/system/cpu/cpu0/cache/index0/level", "1\n");
    file_make("/sys/devices/system/cpu/cpu0/cache/index0/type", "Data\n");
    file_make("/sys/devices/system/cpu/cpu0/cache/index0/size", "48K\n");
    bench_facts_read(&f, root, 2.6e9);
    assert_string_equal(fact(&f, "CPU"), "Some CPU @ 2.80GHz, model 106, stepping 6");
    assert_string_equal(fact(&f, "CPU flags that matter"), "aes vaes nonstop_tsc");
    assert_string_equal(fact(&f, "CPUs kept free"), "isolcpus=1 mitigations=off");
    assert_string_equal(fact(&f, "mitigations in force"), "mds: Mitigation: Clear");
    assert_string_equal(fact(&f, "caches of CPU 0"), "L1d 48K");
    assert_string_equal(fact(&f, "hypervisor"), "a virtual machine");
    assert_non_null(strstr(fact(&f, "TSC"), "2.6000 GHz"));
    assert_string_equal(fact(&f, "huge pages"), "not told by this kernel");
    assert_non_null(strstr(fact(&f, "frequency governor"), "none"));
}

static void load_is_of_the_time_between_two_samples(void **state)
{
    static struct bench_busy l;
    file_make("/proc/loadavg", "1.50 2.00 3.00 1/100 42\n");
    file_make("/proc/stat", "cpu  100 0 0 100 0 0 0 10 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    bench_busy_start(&l, root);
    file_make("/proc/stat", "cpu  150 0 0 130 0 0 0 30 0 0\n");
    bench_busy_sample(&l, root);
    bench_busy_sample(&l, root); /* no time passed: no sample */
    assert_int_equal(l.count, 1);
    assert_float_equal(l.loadavg[0], 1.5f, 1e-6f);
    assert_float_equal(l.steal[0], 20.0f, 1e-4f);
    assert_float_equal(l.busy[0], 50.0f, 1e-4f);
    float values[] = {3, 1, 2};
    const struct bench_busy_three three = bench_busy_three(values, 3);
    assert_true(three.min == 1 && three.median == 2 && three.max == 3);
}

static void a_machine_that_tells_no_load_has_no_samples(void **state)
{
    static struct bench_busy l;
    bench_busy_start(&l, "no/such");
    bench_busy_sample(&l, "no/such");
    assert_int_equal(l.count, 0);
}

static struct bench_report report;
static struct bench_csv_row rows[4];

static int report_begin(void **state)
{
    memset(&report, 0, sizeof(report));
    memset(rows, 0, sizeof(rows));
    for (int r = 0; r < 4; r++) {
        for (int i = 0; i < BENCH_COLUMNS; i++)
            rows[r].cell[i] = "";
        rows[r].cell[BENCH_COLUMN_metric] = r == 2 ? "verdict" : r == 1 ? "steal" : "mpps";
        rows[r].cell[BENCH_COLUMN_scenario] = "path";
        rows[r].rounds = 3;
        rows[r].median = 1;
    }
    report.csv = (struct bench_csv){.rows = rows, .count = 4};
    report.part[0].name = "path";
    report.part_count = 1;
    return 0;
}

/* That the report is worth this, and says so. */
static void judged(enum bench_report_grade grade, const char *said)
{
    char text[512];
    struct base_text why = base_text(text, sizeof(text));
    assert_int_equal(bench_report_judge(&report, &why), grade);
    if (!strstr(text, said))
        fail_msg("\"%s\" does not say \"%s\"", text, said);
}

static void a_report_is_worth_what_its_rows_and_parts_are(void **state)
{
    judged(BENCH_REPORT_GOOD, "2 figures, of which 0 are starred");
    rows[0].is_starred = true;
    judged(BENCH_REPORT_STARRED, "2 figures, of which 1 are starred and not to be quoted");
    rows[3].is_starred = true;
    judged(BENCH_REPORT_DISTURBED, "of which 2");
    rows[0].is_starred = rows[3].is_starred = false;
    rows[0].rounds = 0; /* no loss is to be seen, which is the best that can be */
    judged(BENCH_REPORT_GOOD, "of which 0");
    rows[0].rounds = 3;
    rows[2].median = 0;
    rows[2].cell[BENCH_COLUMN_reason] = "a busy machine";
    judged(BENCH_REPORT_STARRED, "Verdicts that are not good: path: a busy machine");
    snprintf(report.part[0].problem, sizeof(report.part[0].problem), "it ended with status 1");
    judged(BENCH_REPORT_INCOMPLETE, "Failed: path. ");
    report.part[0].problem[0] = '\0';
    snprintf(report.no_plots, sizeof(report.no_plots), "there is no gnuplot");
    judged(BENCH_REPORT_INCOMPLETE, "Plots are missing: there is no gnuplot. ");
}

static void a_report_without_figures_is_no_good_one(void **state)
{
    report.csv.rows = &rows[1];
    report.csv.count = 2;
    judged(BENCH_REPORT_INCOMPLETE, "0 figures");
}

static int path_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

int main(void)
{
    if (!mkdtemp(root))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_is_markup),
        cmocka_unit_test(a_drawing_has_names_of_its_own_and_no_head),
        cmocka_unit_test(a_machine_is_told_in_words),
        cmocka_unit_test(load_is_of_the_time_between_two_samples),
        cmocka_unit_test(a_machine_that_tells_no_load_has_no_samples),
        cmocka_unit_test_setup(a_report_is_worth_what_its_rows_and_parts_are, report_begin),
        cmocka_unit_test_setup(a_report_without_figures_is_no_good_one, report_begin),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nftw(root, path_remove, 8, FTW_DEPTH | FTW_PHYS);
    return failed;
}
