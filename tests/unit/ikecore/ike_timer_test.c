/* SPDX-License-Identifier: BSD-3-Clause */
/* The heap of deadlines against a plain search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "ike_timer.h"
#include "seed_rng.h"

#define N 200

static void the_earliest_is_first_whatever_happens(void **state)
{
    (void)state;
    static struct ike_timer t[N];
    struct ike_timers ts = {0};
    struct seed_rng rng = seed_rng(7);
    assert_int_equal(ike_timer_reserve(&ts, N), 0);
    for (int step = 0; step < 20000; step++) {
        struct ike_timer *x = &t[seed_rng_below(&rng, N)];
        if (seed_rng_chance(&rng, 300))
            ike_timer_clear(&ts, x);
        else
            ike_timer_set(&ts, x, (base_time){seed_rng_below(&rng, 1000)});
        const struct ike_timer *best = NULL;
        for (int i = 0; i < N; i++)
            if (t[i].pos && (!best || t[i].at.ns < best->at.ns))
                best = &t[i];
        const struct ike_timer *first = ike_timer_first(&ts);
        assert_int_equal(first == NULL, best == NULL);
        if (best)
            assert_int_equal(first->at.ns, best->at.ns);
    }
    ike_timer_fini(&ts);
}

static void never_clears(void **state)
{
    (void)state;
    struct ike_timer t = {0};
    struct ike_timers ts = {0};
    assert_int_equal(ike_timer_reserve(&ts, 1), 0);
    ike_timer_set(&ts, &t, (base_time){5});
    assert_ptr_equal(ike_timer_first(&ts), &t);
    ike_timer_set(&ts, &t, BASE_TIME_NEVER);
    assert_null(ike_timer_first(&ts));
    ike_timer_fini(&ts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_is_first_whatever_happens),
        cmocka_unit_test(never_clears),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
