/* SPDX-License-Identifier: BSD-3-Clause */
/* A trial with two threads, of which one sends and the other one receives: what comes is counted, however
 * long the receiving one was away, and its absence is told. And what the generator's own ports lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <rte_lcore.h>

#include "gen_rig.h"
#include "gen_scenario.h"

/* Of the generator's seconds: more than the silence that ends a trial, and less than it waits for one. */
#define STALL_S 0.6

static struct gen_outcome outcome;

/* So many packets from A. */
static void packets_send(uint32_t n)
{
    const struct gen_load load = {.size = 64, .send = {GEN_FRESH}, .pps = {20000}, .limit = {n}};
    rig_greet();
    gen_trial_run(&bench, &load, &outcome);
    assert_int_equal(outcome.sent, n);
}

static void the_other_thread_receives(void **state)
{
    assert_int_equal(rte_lcore_count(), 2);
    rig_open("single-flow", GEN_BOTH, (struct faults){0});
    args.is_from_b = true;
    rig_run(gen_scenario_flow, true, "20k each way for 0.2 s, a share of 0.000000 was lost");
    rig_open("single-flow", GEN_BOTH, (struct faults){0});
    packets_send(1000);
    assert_int_equal(outcome.received, 1000);
    assert_int_equal(outcome.latency.count, 1000);
    rig_close();
}

static void the_absence_of_the_receiving_thread_is_told(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.stalls = 10, .stall_s = STALL_S / RIG_HASTE});
    packets_send(10000);
    assert_true(outcome.away_most_s >= STALL_S);
    assert_true(outcome.away_s >= outcome.away_most_s);
    rig_close();
}

/* Nobody looks for longer than the silence lasts that ends a trial, and the packet is there all the same.
 * What is behind the last packet is no part of the time in which packets were sent. */
static void a_thread_that_was_away_has_heard_no_silence(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.stalls = 10, .stall_s = STALL_S / RIG_HASTE});
    packets_send(10);
    assert_int_equal(outcome.received, 10);
    assert_true(outcome.away_s < STALL_S);
    rig_close();
}

static void what_the_own_ports_lost_is_told(void **state)
{
    char reason[GEN_REASON];
    rig_open("single-flow", GEN_BOTH, (struct faults){.misses = 100});
    packets_send(1000);
    assert_int_equal(outcome.own_lost, 10);
    assert_int_equal(outcome.received, 990);
    assert_string_equal(gen_trial_reason(&outcome, reason, sizeof(reason)),
                        "the generator's own ports lost 10 packets");
    packets_send(100);
    assert_int_equal(outcome.own_lost, 1); /* of this trial */
    rig_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_thread_receives),
        cmocka_unit_test(the_absence_of_the_receiving_thread_is_told),
        cmocka_unit_test(a_thread_that_was_away_has_heard_no_silence),
        cmocka_unit_test(what_the_own_ports_lost_is_told),
    };
    return cmocka_run_group_tests(tests, rig_start_two, NULL);
}
