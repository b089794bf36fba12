/* SPDX-License-Identifier: BSD-3-Clause */
/* How often failures are told. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ike_fail.h"

static struct base_endpoint from(uint32_t n)
{
    return (struct base_endpoint){base_addr_ip4(n), 500};
}

static void the_same_failure_is_news_again_after_ten_seconds(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike *ike = p->h[0].ike;
    const struct base_endpoint a = from(1), b = from(2);
    assert_true(ike_fail_is_news(ike, IKE_AUDIT_FAIL_AH, &a, NULL));
    assert_false(ike_fail_is_news(ike, IKE_AUDIT_FAIL_AH, &a, NULL));
    assert_true(ike_fail_is_news(ike, IKE_AUDIT_FAIL_LIMIT, &a, NULL));
    assert_true(ike_fail_is_news(ike, IKE_AUDIT_FAIL_AH, &b, NULL));
    ike->now = base_time_add(ike->now, 10 * BASE_NS_PER_S);
    assert_true(ike_fail_is_news(ike, IKE_AUDIT_FAIL_AH, &a, NULL));
    pair_free(p);
}

static void a_flood_of_different_failures_is_cut(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike *ike = p->h[0].ike;
    unsigned told = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        const struct base_endpoint e = from(i);
        told += ike_fail_is_news(ike, IKE_AUDIT_FAIL_AH, &e, NULL);
    }
    assert_int_equal(told, 50);
    ike->now = base_time_add(ike->now, BASE_NS_PER_S);
    told = 0;
    for (uint32_t i = 10000; i < 20000; i++) {
        const struct base_endpoint e = from(i);
        told += ike_fail_is_news(ike, IKE_AUDIT_FAIL_AH, &e, NULL);
    }
    assert_int_equal(told, 10);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_failure_is_news_again_after_ten_seconds),
        cmocka_unit_test(a_flood_of_different_failures_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
