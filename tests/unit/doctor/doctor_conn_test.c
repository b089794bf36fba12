/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows together: a sound connection has nothing to mend, before its first attempt and when it is up. */
#include "doctor_facts.h"

#include "doctor_conn.h"

static void a_sound_connection_before_its_first_attempt(void **state)
{
    (void)state;
    facts_seal();
    facts.heard[DOCTOR_UDP_500] = facts.heard[DOCTOR_UDP_4500] = DOCTOR_ANSWERED;
    doctor_conn(&facts, &report);
    assert_int_equal(doctor_count_bad(&report), 0);
    assert_true(report.n >= 3);
}

static void a_sound_connection_that_is_up(void **state)
{
    (void)state;
    facts_seal();
    facts_up();
    facts_failed(IKE_AUDIT_FAIL_TIMEOUT, EXPLAIN_SILENT_AT_ALL, 500);
    doctor_conn(&facts, &report);
    assert_int_equal(doctor_count_bad(&report), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACTS_TEST(a_sound_connection_before_its_first_attempt),
        FACTS_TEST(a_sound_connection_that_is_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
