/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of figures: every column is there in order, what does not apply is empty, and no text breaks a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench_row.h"

/* What is written, for the caller to free. */
static char *row_said(enum bench_form form, const struct bench_row *r)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    assert_non_null(f);
    bench_row_write(f, form, r);
    fclose(f);
    return text;
}

static const struct bench_row full = {.scenario = "path",
                                      .way = "in",
                                      .cipher = "aes128gcm16",
                                      .size = "64",
                                      .sas = 1000,
                                      .workers = 1,
                                      .metric = "cycles_per_packet",
                                      .unit = "cycles",
                                      .min = 163.25,
                                      .median = 164,
                                      .max = 170.5,
                                      .rounds = 8};

static void a_row_has_every_column_in_order(void **state)
{
    char *csv = row_said(BENCH_FORM_CSV, &full), *json = row_said(BENCH_FORM_JSON, &full);
    assert_string_equal(csv, "1,2026-01-31T12:00:00Z,culvert-bench,path,in,aes128gcm16,64,1000,1,"
                             "cycles_per_packet,cycles,163.25,164,170.5,8,0,\n");
    assert_string_equal(
        json, "{\"columns_version\":1,\"run\":\"2026-01-31T12:00:00Z\",\"tool\":\"culvert-bench\","
              "\"scenario\":\"path\",\"way\":\"in\",\"cipher\":\"aes128gcm16\",\"size_bytes\":\"64\","
              "\"sas\":1000,\"workers\":1,\"metric\":\"cycles_per_packet\",\"unit\":\"cycles\","
              "\"min\":163.25,\"median\":164,\"max\":170.5,\"rounds\":8,\"starred\":0,\"reason\":null}\n");
    free(csv);
    free(json);
}

static void a_figure_that_is_not_there_is_empty_and_has_its_reason(void **state)
{
    const struct bench_row none = {.scenario = "ndr",
                                   .metric = "loss",
                                   .unit = "share",
                                   .median = 5,
                                   .is_starred = true,
                                   .reason = "no \"link\", says\\the port\n"};
    char *csv = row_said(BENCH_FORM_CSV, &none), *json = row_said(BENCH_FORM_JSON, &none);
    assert_non_null(strstr(csv, ",ndr,,,,,,loss,share,,,,0,1,\"no \"\"link\"\", says\\the port\n\"\n"));
    assert_non_null(strstr(json, "\"min\":null,\"median\":null,\"max\":null,\"rounds\":0,\"starred\":1,"
                                 "\"reason\":\"no \\\"link\\\", says\\\\the port\\u000a\"}"));
    free(csv);
    free(json);
}

static void a_table_has_no_rows(void **state)
{
    char *text = row_said(BENCH_FORM_TABLE, &full);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    setenv("RUN", "2026-01-31T12:00:00Z", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_every_column_in_order),
        cmocka_unit_test(a_figure_that_is_not_there_is_empty_and_has_its_reason),
        cmocka_unit_test(a_table_has_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
