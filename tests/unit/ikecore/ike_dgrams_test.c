/* SPDX-License-Identifier: BSD-3-Clause */
/* A message in datagrams: order, caps, and what a refused one leaves behind. */
#include "ike_dgrams.h"
#include "ike_pair.h"

static void datagrams_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct ike_dgrams l = {0};
    struct base_span d;
    size_t at = 0;
    assert_false(ike_dgrams_next(&l, &at, &d));
    assert_int_equal(ike_dgrams_add(&l, base_span("one", 3)), 0);
    assert_int_equal(ike_dgrams_add(&l, base_span("the second", 10)), 0);
    assert_int_equal(ike_dgrams_add(&l, base_span("3", 1)), 0);
    assert_int_equal(l.count, 3);
    for (int twice = 0; twice < 2; twice++) {
        at = 0;
        assert_true(ike_dgrams_next(&l, &at, &d));
        assert_true(base_span_equal(d, base_span("one", 3)));
        assert_true(ike_dgrams_next(&l, &at, &d));
        assert_true(base_span_equal(d, base_span("the second", 10)));
        assert_true(ike_dgrams_next(&l, &at, &d));
        assert_true(base_span_equal(d, base_span("3", 1)));
        assert_false(ike_dgrams_next(&l, &at, &d));
    }
    ike_dgrams_free(&l);
    assert_int_equal(l.count, 0);
    at = 0;
    assert_false(ike_dgrams_next(&l, &at, &d));
    ike_dgrams_free(&l);
}

static void a_message_has_caps(void **state)
{
    (void)state;
    static const uint8_t big[IKE_DGRAMS_BYTES_MAX];
    struct ike_dgrams l = {0};
    assert_int_equal(ike_dgrams_add(&l, BASE_SPAN_NONE), -EMSGSIZE);
    assert_int_equal(ike_dgrams_add(&l, base_span(big, sizeof big)), -EMSGSIZE);
    assert_int_equal(ike_dgrams_add(&l, base_span(big, WIRE_IKE_MSG_MAX)), 0);
    assert_int_equal(ike_dgrams_add(&l, base_span(big, WIRE_IKE_MSG_MAX)), -EMSGSIZE);
    assert_int_equal(l.count, 1);
    ike_dgrams_free(&l);
    for (int i = 0; i < IKE_DGRAMS_MAX; i++)
        assert_int_equal(ike_dgrams_add(&l, base_span(big, 10)), 0);
    assert_int_equal(ike_dgrams_add(&l, base_span(big, 10)), -EMSGSIZE);
    assert_int_equal(l.count, IKE_DGRAMS_MAX);
    ike_dgrams_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams_come_out_as_they_went_in),
        cmocka_unit_test(a_message_has_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
