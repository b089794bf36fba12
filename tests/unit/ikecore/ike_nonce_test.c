/* SPDX-License-Identifier: BSD-3-Clause */
/* Nonces: length, order, and a cap. */
#include "ike_pair.h"
#include "ike_nonce.h"

static struct ike_nonce nonce_of(const char *text)
{
    struct ike_nonce n = {0};
    ike_nonce_set(&n, base_span((const uint8_t *)text, strlen(text)));
    return n;
}

static void nonces_are_ordered_by_bytes_then_by_length(void **state)
{
    (void)state;
    const struct ike_nonce a = nonce_of("aaaa"), b = nonce_of("aaab"), longer = nonce_of("aaaaa");
    assert_true(ike_nonce_compare(&a, &b) < 0);
    assert_true(ike_nonce_compare(&b, &longer) > 0);
    assert_true(ike_nonce_compare(&a, &longer) < 0);
    assert_int_equal(ike_nonce_compare(&a, &a), 0);
    assert_ptr_equal(ike_nonce_low(&b, &a), &a);
    assert_ptr_equal(ike_nonce_low(&a, &b), &a);
}

static void a_nonce_that_is_too_long_is_cut(void **state)
{
    (void)state;
    uint8_t many[IKE_NONCE_MAX + 7] = {1};
    struct ike_nonce n;
    ike_nonce_set(&n, base_span(many, sizeof many));
    assert_int_equal(n.len, IKE_NONCE_MAX);
}

static void two_new_nonces_differ(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_nonce a, b;
    pair_start(p);
    ike_nonce_new(p->h[0].ike, &a);
    ike_nonce_new(p->h[0].ike, &b);
    assert_int_equal(a.len, IKE_NONCE_BYTES);
    assert_int_not_equal(ike_nonce_compare(&a, &b), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nonces_are_ordered_by_bytes_then_by_length),
        cmocka_unit_test(a_nonce_that_is_too_long_is_cut),
        cmocka_unit_test(two_new_nonces_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
