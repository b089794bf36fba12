/* SPDX-License-Identifier: BSD-3-Clause */
/* Every audit kind has a name of its own; failures are those named FAIL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ike_action.h"
#include "ike_audit.h"

static void kinds_have_names_of_their_own(void **state)
{
    (void)state;
    for (int i = 0; i <= IKE_AUDIT_FAIL_KEY_EXCHANGE; i++) {
        assert_string_not_equal(ike_audit_kind_name((enum ike_audit_kind)i), "unknown");
        for (int j = 0; j < i; j++)
            assert_string_not_equal(ike_audit_kind_name((enum ike_audit_kind)i),
                                    ike_audit_kind_name((enum ike_audit_kind)j));
        assert_int_equal(ike_audit_is_failure((enum ike_audit_kind)i), i >= IKE_AUDIT_FAIL_NO_CONNECTION);
    }
    assert_string_equal(ike_audit_kind_name((enum ike_audit_kind)(IKE_AUDIT_FAIL_KEY_EXCHANGE + 1)),
                        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinds_have_names_of_their_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
