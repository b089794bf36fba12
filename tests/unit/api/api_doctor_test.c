/* SPDX-License-Identifier: BSD-3-Clause */
/* A report as a document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "api_doctor.h"

static struct doctor_report report;

static void the_worst_comes_first_without_empty_texts(void **state)
{
    (void)state;
    doctor_say(doctor_add(&report, "ports", DOCTOR_OK), DOCTOR_MEANS, "fine");
    doctor_say(doctor_add(&report, "wrong-key", DOCTOR_FAULT), DOCTOR_SEEN, "a \"key\"\n");
    json_t *d = api_doctor(&report);
    char *text = json_dumps(d, JSON_COMPACT);
    assert_string_equal(text,
                        "{\"bad\":1,\"findings\":[{\"name\":\"wrong-key\",\"level\":\"fault\",\"seen\":\"a "
                        "\\\"key\\\"?\"},{\"name\":\"ports\",\"level\":\"ok\",\"means\":\"fine\"}]}");
    free(text);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_worst_comes_first_without_empty_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
