/* SPDX-License-Identifier: BSD-3-Clause */
/* The columns of figures: what a version of them is, and that all three ways tell the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench_columns.h"

/* What `print` writes, for the caller to free. */
static char *said(void (*print)(FILE *))
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    assert_non_null(f);
    print(f);
    fclose(f);
    return text;
}

/* Files of version 1 are out there: other columns are another version. */
static void header_of_version_1_is_what_it_was(void **state)
{
    char *csv = said(bench_columns_csv);
    assert_int_equal(BENCH_COLUMNS_VERSION, 1);
    assert_string_equal(csv,
                        "columns_version,run,tool,scenario,way,cipher,size_bytes,sas,workers,metric,unit,"
                        "min,median,max,rounds,starred,reason\n");
    free(csv);
}

static void table_and_object_have_every_column_and_a_sentence(void **state)
{
    static const char *const names[] = {
#define BENCH_COLUMN(name, kind, meaning) #name,
#include "bench_columns.def"
    };
    char *table = said(bench_columns_print), *object = said(bench_columns_json);
    assert_int_equal(strncmp(object, "{\"columns_version\":1,\"columns\":[{\"name\":", 40), 0);
    for (size_t i = 0; i < BENCH_COLUMNS; i++) {
        char row[64], member[64];
        snprintf(row, sizeof(row), "\n%s ", names[i]);
        snprintf(member, sizeof(member), "{\"name\":\"%s\",\"kind\":\"", names[i]);
        assert_non_null(strstr(table, row));
        assert_non_null(strstr(object, member));
    }
    assert_null(strstr(object, "\"meaning\":\"\""));
    free(table);
    free(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_of_version_1_is_what_it_was),
        cmocka_unit_test(table_and_object_have_every_column_and_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
