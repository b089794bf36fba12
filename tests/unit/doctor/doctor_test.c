/* SPDX-License-Identifier: BSD-3-Clause */
/* A report: its words, its count, and what becomes of findings beyond its room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "doctor.h"

static struct doctor_report report;

static int empty(void **state)
{
    (void)state;
    memset(&report, 0, sizeof report);
    return 0;
}

static void words_are_added_and_cut(void **state)
{
    (void)state;
    struct doctor_finding *f = doctor_add(&report, "x", DOCTOR_NOTE);
    doctor_say(f, DOCTOR_SEEN, "one %d", 1);
    doctor_say(f, DOCTOR_SEEN, ", two");
    assert_string_equal(f->text[DOCTOR_SEEN], "one 1, two");
    for (int i = 0; i < 200; i++)
        doctor_say(f, DOCTOR_MEANS, "0123456789");
    assert_int_equal(strlen(f->text[DOCTOR_MEANS]), DOCTOR_TEXT_MAX - 1);
    assert_string_equal(f->text[DOCTOR_HERE], "");
}

static void notes_are_not_bad(void **state)
{
    (void)state;
    doctor_add(&report, "a", DOCTOR_OK);
    doctor_add(&report, "b", DOCTOR_NOTE);
    assert_int_equal(doctor_count_bad(&report), 0);
    doctor_add(&report, "c", DOCTOR_WARNING);
    doctor_add(&report, "d", DOCTOR_FAULT);
    assert_int_equal(doctor_count_bad(&report), 2);
    assert_ptr_equal(doctor_find(&report, "c"), &report.list[2]);
    assert_null(doctor_find(&report, "e"));
}

static void beyond_its_room_they_are_counted_only(void **state)
{
    (void)state;
    for (int i = 0; i < DOCTOR_FINDINGS_MAX + 3; i++)
        doctor_say(doctor_add(&report, "x", DOCTOR_FAULT), DOCTOR_SEEN, "%d", i);
    assert_int_equal(report.n, DOCTOR_FINDINGS_MAX);
    assert_int_equal(report.n_lost, 3);
    assert_string_equal(report.list[DOCTOR_FINDINGS_MAX - 1].text[DOCTOR_SEEN], "47");
}

static void levels_and_parts_have_names(void **state)
{
    (void)state;
    assert_string_equal(doctor_level_name(DOCTOR_FAULT), "fault");
    assert_string_equal(doctor_part_name(DOCTOR_PEER), "fix_peer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(words_are_added_and_cut, empty),
        cmocka_unit_test_setup(notes_are_not_bad, empty),
        cmocka_unit_test_setup(beyond_its_room_they_are_counted_only, empty),
        cmocka_unit_test(levels_and_parts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
