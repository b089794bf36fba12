/* SPDX-License-Identifier: BSD-3-Clause */
/* What was repaired, as lines and as a document; what was not is a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>
#include "ctl_release.h"
#include "host_take.h"

static int n_left, rc;

int host_release(const char *run_dir, const char *name, host_take_tell *tell, void *arg)
{
    assert_null(run_dir);
    for (int i = 0; i < n_left; i++)
        tell(arg, name ? name : "eth0 has its address again");
    return rc;
}

static char *release(const char *interface, bool is_json, bool is_good)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    assert_int_equal(ctl_release(interface, is_json, out), is_good);
    fclose(out);
    return text;
}

static void expect(const char *interface, bool is_good, const char *wanted)
{
    char *text = release(interface, false, is_good);
    assert_string_equal(text, wanted);
    free(text);
}

static void each_thing_done_is_a_line(void **state)
{
    expect(NULL, true, "nothing was left behind\n");
    n_left = rc = 2;
    expect(NULL, true, "eth0 has its address again\neth0 has its address again\n");
    n_left = 1;
    rc = -1;
    expect("eth7", false, "eth7\n");
}

static void a_program_reads_a_document(void **state)
{
    n_left = rc = 1;
    char *text = release(NULL, true, true);
    json_t *doc = json_loads(text, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(doc, "released")), 1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(doc, "said"), 0)),
                        "eth0 has its address again");
    json_decref(doc);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_done_is_a_line),
        cmocka_unit_test(a_program_reads_a_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
