/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of IKEv1's numbers, which are others than IKEv2's. */
#include "wire_test_bytes.h"
#include "wire_v1.h"

static void notifies_have_names(void **state)
{
    (void)state;
    assert_string_equal(wire_v1_notify_name(WIRE_V1_N_INVALID_ID_INFORMATION), "INVALID_ID_INFORMATION");
    assert_string_equal(wire_v1_notify_name(WIRE_V1_N_INITIAL_CONTACT), "INITIAL_CONTACT");
    assert_string_equal(wire_v1_notify_name(WIRE_V1_N_DPD_ASK), "R_U_THERE");
    assert_string_equal(wire_v1_notify_name(44), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(notifies_have_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
