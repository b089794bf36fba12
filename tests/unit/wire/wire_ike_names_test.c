/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of numbers: every number has one, ours have their IANA names, and no two share one. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static void exchanges_and_notifies_have_their_iana_names(void **state)
{
    assert_string_equal(wire_ike_exchange_name(WIRE_IKE_SA_INIT), "IKE_SA_INIT");
    assert_string_equal(wire_ike_exchange_name(WIRE_IKE_INFORMATIONAL), "INFORMATIONAL");
    assert_string_equal(wire_ike_notify_name(WIRE_IKE_N_NO_PROPOSAL_CHOSEN), "NO_PROPOSAL_CHOSEN");
    assert_string_equal(wire_ike_notify_name(WIRE_IKE_N_TS_UNACCEPTABLE), "TS_UNACCEPTABLE");
    assert_string_equal(wire_ike_notify_name(WIRE_IKE_N_REKEY_SA), "REKEY_SA");
    assert_string_equal(wire_ike_notify_name(WIRE_IKE_N_SIGNATURE_HASH_ALGORITHMS),
                        "SIGNATURE_HASH_ALGORITHMS");
}

static void numbers_without_a_row_are_unknown(void **state)
{
    assert_string_equal(wire_ike_exchange_name(0), "unknown");
    assert_string_equal(wire_ike_exchange_name(255), "unknown");
    assert_string_equal(wire_ike_exchange_name(33), "unknown");
    assert_string_equal(wire_ike_notify_name(2), "unknown");
    assert_string_equal(wire_ike_notify_name(65535), "unknown");
    assert_string_equal(wire_ike_err_name((enum wire_ike_err)99), "unknown");
}

static void every_error_has_a_name_of_its_own(void **state)
{
    for (int e = WIRE_IKE_OK; e <= WIRE_IKE_DUPLICATE; e++) {
        assert_string_not_equal(wire_ike_err_name((enum wire_ike_err)e), "unknown");
        for (int other = WIRE_IKE_OK; other < e; other++)
            assert_string_not_equal(wire_ike_err_name((enum wire_ike_err)e),
                                    wire_ike_err_name((enum wire_ike_err)other));
    }
}

static void no_two_notifies_share_a_name(void **state)
{
    const char *seen[256];
    size_t count = 0;
    for (unsigned type = 0; type <= UINT16_MAX; type++) {
        const char *name = wire_ike_notify_name((uint16_t)type);
        if (strcmp(name, "unknown") == 0)
            continue;
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(name, seen[i]);
        assert_in_range(count, 0, 255);
        seen[count++] = name;
    }
    assert_in_range(count, 30, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanges_and_notifies_have_their_iana_names),
        cmocka_unit_test(numbers_without_a_row_are_unknown),
        cmocka_unit_test(every_error_has_a_name_of_its_own),
        cmocka_unit_test(no_two_notifies_share_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
