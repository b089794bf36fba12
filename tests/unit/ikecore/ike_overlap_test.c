/* SPDX-License-Identifier: BSD-3-Clause */
/* The interval tree against a plain search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "ike_overlap.h"
#include "seed_rng.h"

#define N 150

static bool count_one(void *owner, void *ctx)
{
    (void)owner;
    ++*(size_t *)ctx;
    return false;
}

static void all_overlapping_ranges_are_found_and_no_other(void **state)
{
    (void)state;
    static struct ike_span_node n[N];
    static bool in[N];
    struct ike_spans s = {0};
    struct seed_rng rng = seed_rng(3);
    for (int step = 0; step < 5000; step++) {
        const size_t i = seed_rng_below(&rng, N);
        if (in[i]) {
            ike_spans_remove(&s, &n[i]);
        } else {
            const uint32_t lo = (uint32_t)seed_rng_below(&rng, 1000);
            n[i] = (struct ike_span_node){.lo = base_addr_ip4(lo),
                                          .hi = base_addr_ip4(lo + (uint32_t)seed_rng_below(&rng, 50)),
                                          .priority = seed_rng_u64(&rng)};
            ike_spans_add(&s, &n[i]);
        }
        in[i] = !in[i];
        const uint32_t at = (uint32_t)seed_rng_below(&rng, 1000);
        const struct base_addr lo = base_addr_ip4(at), hi = base_addr_ip4(at + 20);
        size_t want = 0, got = 0;
        for (size_t j = 0; j < N; j++)
            want += in[j] && base_addr_compare(&n[j].lo, &hi) <= 0 && base_addr_compare(&n[j].hi, &lo) >= 0;
        ike_spans_any(&s, &lo, &hi, NULL, count_one, &got);
        assert_int_equal(got, want);
    }
}

static const char kinds[3];

static bool note_other(void *owner, void *ctx)
{
    const struct ike_span_node *n = owner;
    *(size_t *)ctx += n->kind != &kinds[0];
    return false;
}

static void of_other_kinds_each_one_is_found(void **state)
{
    (void)state;
    static struct ike_span_node n[N];
    static bool in[N];
    struct ike_spans s = {0};
    struct seed_rng rng = seed_rng(7);
    for (int step = 0; step < 5000; step++) {
        const size_t i = seed_rng_below(&rng, N);
        if (in[i]) {
            ike_spans_remove(&s, &n[i]);
        } else {
            /* Runs of one kind, with strangers in between, and some that are of none. */
            const uint32_t lo = (uint32_t)seed_rng_below(&rng, 1000);
            const size_t kind = lo / 100 % 2 ? 0 : seed_rng_below(&rng, 4);
            n[i] = (struct ike_span_node){.lo = base_addr_ip4(lo),
                                          .hi = base_addr_ip4(lo + (uint32_t)seed_rng_below(&rng, 50)),
                                          .priority = seed_rng_u64(&rng),
                                          .owner = &n[i],
                                          .kind = kind < 3 ? &kinds[kind] : NULL};
            ike_spans_add(&s, &n[i]);
        }
        in[i] = !in[i];
        const uint32_t at = (uint32_t)seed_rng_below(&rng, 1000);
        const struct base_addr lo = base_addr_ip4(at), hi = base_addr_ip4(at + 200);
        size_t want = 0, got = 0;
        for (size_t j = 0; j < N; j++)
            want += in[j] && n[j].kind != &kinds[0] && base_addr_compare(&n[j].lo, &hi) <= 0 &&
                    base_addr_compare(&n[j].hi, &lo) >= 0;
        ike_spans_any(&s, &lo, &hi, &kinds[0], note_other, &got);
        assert_int_equal(got, want);
    }
}

static size_t depth_of(const struct ike_span_node *t)
{
    const size_t left = t ? depth_of(t->left) : 0, right = t ? depth_of(t->right) : 0;
    return !t ? 0 : 1 + (left > right ? left : right);
}

static void equal_ranges_do_not_make_a_long_branch(void **state)
{
    (void)state;
    static struct ike_span_node n[4096];
    struct ike_spans s = {0};
    struct seed_rng rng = seed_rng(5);
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
        n[i] = (struct ike_span_node){
            .lo = base_addr_ip4(256), .hi = base_addr_ip4(511), .priority = seed_rng_u64(&rng)};
        ike_spans_add(&s, &n[i]);
    }
    assert_in_range(depth_of(s.root), 12, 50);
    for (size_t i = 0; i < sizeof n / sizeof *n; i++)
        ike_spans_remove(&s, &n[i]);
    assert_null(s.root);
}

static void the_families_are_kept_apart(void **state)
{
    (void)state;
    struct ike_spans s = {0};
    struct ike_span_node n = {.lo = base_addr_ip4(0), .hi = base_addr_ip4(UINT32_MAX)};
    struct base_addr lo, hi;
    size_t got = 0;
    assert_int_equal(base_addr_parse("::", &lo), 0);
    assert_int_equal(base_addr_parse("ffff::", &hi), 0);
    ike_spans_add(&s, &n);
    ike_spans_any(&s, &lo, &hi, NULL, count_one, &got);
    assert_int_equal(got, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_overlapping_ranges_are_found_and_no_other),
        cmocka_unit_test(of_other_kinds_each_one_is_found),
        cmocka_unit_test(equal_ranges_do_not_make_a_long_branch),
        cmocka_unit_test(the_families_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
