/* SPDX-License-Identifier: BSD-3-Clause */
/* Names, and ends with a reason. */
#include "eap_two.h"
#include "eap_method.h"

static void a_name_fits_or_is_empty(void **state)
{
    (void)state;
    uint8_t text[EAP_NAME_MAX + 1];
    struct eap_name n;
    memset(text, 'x', sizeof text);
    assert_true(eap_name_set(&n, base_span(text, EAP_NAME_MAX)));
    assert_int_equal(n.len, EAP_NAME_MAX);
    assert_false(eap_name_set(&n, base_span(text, sizeof text)));
    assert_int_equal(n.len, 0);
    assert_true(eap_name_set(&n, BASE_SPAN_NONE));
}

static void an_end_has_its_reason(void **state)
{
    (void)state;
    struct eap *e = two_server();
    assert_int_equal(eap_fail(e, EAP_FAULT_USER), EAP_FAILS);
    assert_int_equal(e->fault, EAP_FAULT_USER);
    assert_int_equal(eap_fail_here(e, -ENOTSUP), EAP_FAILS);
    assert_int_equal(e->fault, EAP_FAULT_HERE);
    assert_int_equal(e->error, ENOTSUP);
    eap_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_fits_or_is_empty),
        cmocka_unit_test(an_end_has_its_reason),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_eap_fini();
    ossl_fini();
    return failed;
}
