/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of rows: what RFC 4180 allows is read, what a row must not be is refused with its line and its
 * reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "bench_csv.h"

#define HEADER                                                                                               \
    "columns_version,run,tool,scenario,way,cipher,size_bytes,sas,workers,metric,unit,min,median,max,rounds," \
    "starred,reason"
#define ROW "1,2026-01-31T12:00:00Z,culvert-bench,path,in,aes128gcm16,64,1000,1,cycles_per_packet,cycles,"

static char path[] = "/tmp/bench_csv_XXXXXX";

/* Adds the rows of a file with these bytes. What bench_csv_read() gave; its words are in why. */
static int bytes_read(struct bench_csv *csv, const void *bytes, size_t len, char why[BENCH_CSV_WHY])
{
    struct base_text text = base_text(why, BENCH_CSV_WHY);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
    return bench_csv_read(csv, path, &text);
}

static int text_read(struct bench_csv *csv, const char *text, char why[BENCH_CSV_WHY])
{
    return bytes_read(csv, text, strlen(text), why);
}

static void rows_are_read_as_they_stand(void **state)
{
    struct bench_csv csv = {0};
    char why[BENCH_CSV_WHY];
    assert_int_equal(text_read(&csv,
                               HEADER "\n" ROW "163.25,164,170.5,8,0,\n" ROW
                                      "1,2,3,2,1,\"said \"\"no, no\"\",\r\nand left\"\n",
                               why),
                     0);
    assert_int_equal(csv.count, 2);
    const struct bench_csv_row *row = &csv.rows[0];
    assert_string_equal(row->cell[BENCH_COLUMN_scenario], "path");
    assert_string_equal(row->cell[BENCH_COLUMN_reason], "");
    assert_true(row->min == 163.25 && row->median == 164 && row->max == 170.5);
    assert_int_equal(row->sas, 1000);
    assert_int_equal(row->rounds, 8);
    assert_false(row->is_starred);
    assert_true(csv.rows[1].is_starred);
    assert_string_equal(csv.rows[1].cell[BENCH_COLUMN_reason], "said \"no, no\",\nand left");
    bench_csv_free(&csv);
}

static void files_are_joined_and_line_ends_may_be_of_either_kind(void **state)
{
    struct bench_csv csv = {0};
    char why[BENCH_CSV_WHY];
    /* The second header is of a file that was joined to the first; the last row has no line end. */
    assert_int_equal(text_read(&csv,
                               HEADER "\r\n" ROW "1,1,1,1,0,\r\n" HEADER "\r\n\"1\""
                                      ","
                                      "r,t,s,,,,,,m,u,,,,0,0,why",
                               why),
                     0);
    assert_int_equal(text_read(&csv, HEADER "\n", why), 0);
    assert_int_equal(text_read(&csv, HEADER "\n" ROW "2,2,2,1,0,\n", why), 0);
    assert_int_equal(csv.count, 3);
    assert_int_equal(csv.rows[1].rounds, 0);
    assert_true(csv.rows[0].median == 1 && csv.rows[2].median == 2);
    bench_csv_free(&csv);
}

/* What is refused, and words of the reason. */
static const struct {
    const char *text, *said;
} bad[] = {
    {"", ":1: the file is empty"},
    {"time,value\n1,2\n", ":1: this is not the header of version 1"},
    {HEADER ",more\n", ":1: this is not the header"},
    {HEADER "\n\n", ":2: the row has 1 cells"},
    {HEADER "\n" ROW "1,1,1,1,0\n", ":2: the row has 16 cells"},
    {HEADER "\n" ROW "1,1,1,1,0,\n" ROW "1,1,1",
     ":3: the row has 14 cells, and there are 17 columns; the file ends here"},
    {HEADER "\n" ROW "1,1,1,1,0,,\n", ":2: the row has 18 cells"},
    {HEADER "\n" ROW "1,1,1,1,0,a \"b\"\n", ":2: a quote stands within a cell"},
    {HEADER "\n" ROW "1,1,1,1,0,\"a\" b\n", ":2: after the closing quote"},
    {HEADER "\n" ROW "1,1,1,1,0,\"a\nb\n", ":2: a quote in the row that begins here is not closed"},
    {HEADER "\n" ROW "1,1,1,1,0,\"a\n\n\"\n" ROW "1,x,1,1,0,\n", ":5: median is \"x\""},
    {HEADER "\n2"
            ","
            "r,t,s,,,,,,m,u,1,1,1,1,0,\n",
     ":2: the row is of version \"2\""},
    {HEADER "\n1"
            ","
            "r,t,s,,,,,,,u,1,1,1,1,0,\n",
     ":2: metric is empty"},
    {HEADER "\n1"
            ","
            "r,t,s,up,,,,,m,u,1,1,1,1,0,\n",
     ":2: way is \"up\""},
    {HEADER "\n1"
            ","
            "r,t,s,,,,-1,,m,u,1,1,1,1,0,\n",
     ":2: sas is \"-1\""},
    {HEADER "\n1"
            ","
            "r,t,s,,,,4294967296,,m,u,1,1,1,1,0,\n",
     ":2: sas is"},
    {HEADER "\n" ROW "1,1,1,1,2,\n", ":2: starred is \"2\""},
    {HEADER "\n" ROW "1,nan,1,1,0,\n", ":2: median is \"nan\""},
    {HEADER "\n" ROW "1,1e999,1,1,0,\n", ":2: median is \"1e999\""},
    {HEADER "\n" ROW "1,0x10,20,1,0,\n", ":2: median is \"0x10\""},
    {HEADER "\n" ROW ",1,1,1,0,\n", ":2: min is \"\""},
    {HEADER "\n" ROW "1,,,0,0,why\n", ":2: rounds is 0 and min is \"1\""},
    {HEADER "\n" ROW "2,1,3,1,0,\n", ":2: min, median and max are 2, 1, 3"},
    {HEADER "\n" ROW "1,3,2,1,0,\n", ":2: min, median and max"},
    {HEADER "\n" ROW "1,1,1,1,1,\n", ":2: the row is starred"},
    {HEADER "\n" ROW ",,,0,0,\n", ":2: the row is starred or has no figure"},
    {HEADER "\n1"
            ","
            "r,t,\"s\nt\",,,,,,m,u,1,1,1,1,0,\n",
     ":2: scenario has control characters"},
    {HEADER "\n" ROW "1,1,1,1,0,\x1b[2J\n", ":2: reason has control characters"},
    {HEADER "\n" ROW "1,1,1,1,0,\xff\n", ":2: reason has control characters, or is not UTF-8"},
    {HEADER "\n" ROW "1,1,1,1,0,\xc0\xaf\n", "or is not UTF-8"},
    {HEADER "\n" ROW "1,1,1,1,0,\xed\xa0\x80\n", "or is not UTF-8"},
    {HEADER "\n" ROW "1,1,1,1,0,\xe2\x82\n", "or is not UTF-8"},
};

static void what_no_row_may_be_is_refused_with_its_line(void **state)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct bench_csv csv = {0};
        char why[BENCH_CSV_WHY];
        assert_int_equal(text_read(&csv, HEADER "\n" ROW "1,1,1,1,0,\n", why), 0);
        assert_int_equal(text_read(&csv, bad[i].text, why), -EINVAL);
        if (!strstr(why, bad[i].said))
            fail_msg("\"%s\" does not say \"%s\"", why, bad[i].said);
        assert_int_equal(csv.count, 1);
        bench_csv_free(&csv);
    }
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    static const char text[] = HEADER "\n" ROW "1,1,1,1,0,a\0b\n";
    struct bench_csv csv = {0};
    char why[BENCH_CSV_WHY];
    assert_int_equal(bytes_read(&csv, text, sizeof(text) - 1, why), -EINVAL);
    assert_non_null(strstr(why, "NUL"));
    bench_csv_free(&csv);
}

static void a_file_that_is_not_there_is_told(void **state)
{
    struct bench_csv csv = {0};
    char why[BENCH_CSV_WHY];
    struct base_text text = base_text(why, sizeof(why));
    assert_int_equal(bench_csv_read(&csv, "no/such.csv", &text), -ENOENT);
    assert_non_null(strstr(why, "no/such.csv"));
}

static char *written(const struct bench_csv *csv, void (*write)(FILE *f, const struct bench_csv *csv))
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    assert_non_null(f);
    write(f, csv);
    fclose(f);
    return text;
}

static void rows_are_written_as_they_were_read(void **state)
{
    static const char text[] =
        HEADER "\n" ROW "163.25,164,170.5,8,0,\n" ROW "1,2,3,2,1,\"said \"\"no, no\"\", \xc3\xa4\"\n";
    struct bench_csv csv = {0};
    char why[BENCH_CSV_WHY];
    assert_int_equal(text_read(&csv, text, why), 0);
    char *again = written(&csv, bench_csv_write);
    assert_string_equal(again, text);
    free(again);
    bench_csv_free(&csv);
}

static void json_has_numbers_as_json_knows_them(void **state)
{
    struct bench_csv csv = {0};
    char why[BENCH_CSV_WHY];
    assert_int_equal(text_read(&csv, HEADER "\n1,r,t,s,,,64,007,,m,u,+.5,1.,1e3,1,0,\"a\"\"b\n\"\n", why), 0);
    char *json = written(&csv, bench_csv_json);
    assert_string_equal(
        json, "[\n{\"columns_version\":1,\"run\":\"r\",\"tool\":\"t\",\"scenario\":\"s\",\"way\":null,"
              "\"cipher\":null,\"size_bytes\":\"64\",\"sas\":7,\"workers\":null,\"metric\":\"m\","
              "\"unit\":\"u\",\"min\":0.5,\"median\":1,\"max\":1000,\"rounds\":1,\"starred\":0,"
              "\"reason\":\"a\\\"b\\u000a\"}\n]\n");
    free(json);
    bench_csv_free(&csv);
    json = written(&csv, bench_csv_json);
    assert_string_equal(json, "[\n]\n");
    free(json);
}

int main(void)
{
    const int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_as_they_stand),
        cmocka_unit_test(files_are_joined_and_line_ends_may_be_of_either_kind),
        cmocka_unit_test(what_no_row_may_be_is_refused_with_its_line),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_told),
        cmocka_unit_test(rows_are_written_as_they_were_read),
        cmocka_unit_test(json_has_numbers_as_json_knows_them),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
