/* SPDX-License-Identifier: BSD-3-Clause */
/* Scenarios over rings, against a gateway of the test: a sound one passes, and each fault that a
 * scenario exists for makes it fail with its sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench_said.h"
#include "gen_ready.h"
#include "gen_rig.h"
#include "gen_scenario.h"

static void what_goes_through_passes(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){0});
    assert_true(gen_ready_check(&bench, &verdict) && gen_ready_first(&bench, &verdict));
    rig_close();
    rig_open("single-flow", GEN_BOTH, (struct faults){0});
    args.is_from_b = true;
    rig_run(gen_scenario_flow, true, "20k each way for 0.2 s, a share of 0.000000 was lost");
    rig_open("single-flow", GEN_BOTH, (struct faults){0});
    snprintf(args.rates[0].text, sizeof(args.rates[0].text), "2Mbit");
    rig_run(gen_scenario_flow, true, "a rate of 2Mbit for 0.2 s, a share");
    rig_open("single-flow", GEN_BOTH, (struct faults){.loses = 3, .ends = 2}); /* of two sizes the first */
    args.sizes[1] = 512;
    args.size_count = 2;
    args.tolerances[0] = 0.5;
    args.tolerance_count = 1;
    rig_run(gen_scenario_flow, true, "a share of 0.33");
    rig_open("many-sas", GEN_IN, (struct faults){0});
    rig_run(gen_scenario_sas, true, "by 3 SAs");
    rig_open("reorder", GEN_IN, (struct faults){0});
    rig_run(gen_scenario_reorder, true, "none was lost or came twice");
}

/* Rows that a scenario writes, which must hold one text and must not hold another. */
static void rig_rows(bool (*run)(struct gen_bench *b, struct gen_verdict *v), bool is_good,
                     const char *sentence, const char *wanted, const char *unwanted)
{
    static char rows[1 << 16];
    struct bench_said said = bench_said_begin(stdout);
    args.form = BENCH_FORM_JSON;
    rig_run(run, is_good, sentence);
    bench_said_end(&said, rows, sizeof(rows));
    if (!strstr(rows, wanted) || (*unwanted && strstr(rows, unwanted)))
        fail_msg("wanted \"%s\", not \"%s\", in: %s", wanted, unwanted, rows);
}

/* A packet waits in the generator until it is its turn among those that are shuffled. */
static void shuffled_packets_have_no_latency(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){0});
    rig_rows(gen_scenario_flow, true, "", "latency_p50_us", "");
    rig_open("reorder", GEN_IN, (struct faults){0});
    rig_rows(gen_scenario_reorder, true, "", "reordered_sent", "latency");
    rig_open("reorder", GEN_IN, (struct faults){.loses = 100});
    args.tolerance_count = 1;
    args.tolerances[0] = 0.1;
    rig_run(gen_scenario_reorder, true, "was lost, and none came twice");
}

/* What a scenario does once a round, it does as often as there are rounds. */
static void all_scenarios_have_rounds(void **state)
{
    static const char two[] = "\"rounds\":2", one[] = "\"rounds\":1,\"starred\":1";
    rig_open("imix", GEN_BOTH, (struct faults){0});
    args.rounds = 2;
    rig_rows(gen_scenario_imix, true, "", two, one);
    rig_open("reorder", GEN_IN, (struct faults){0});
    args.rounds = 2;
    rig_rows(gen_scenario_reorder, true, "out of order", two, one);
    rig_open("bad-icv", GEN_IN, (struct faults){0});
    args.rounds = 2;
    rig_rows(gen_scenario_icv, true, "packets with a wrong ICV", two, one);
    rig_open("ike-flood", GEN_IN, (struct faults){0});
    args.rounds = 2;
    rig_rows(gen_scenario_flood, true, "honest packets", two, one);
    rig_open_timed("rekey", GEN_BOTH, (struct faults){0});
    args.rounds = 2;
    args.command = "exit 0";
    args.seconds = 0.3;
    rig_rows(gen_scenario_rekey, true, "rekeyings, 0 of", two, one);
}

/* Of a soak each minute is a row, and the first one has none before it. */
static void the_minutes_of_a_soak_confirm_each_other(void **state)
{
    rig_open("soak", GEN_BOTH, (struct faults){0});
    bench.hz /= 100;
    args.seconds = 120;
    args.rates[0].value = 100;
    rig_rows(gen_scenario_soak, true, "2 minutes", "soak/2", "\"rounds\":2");
    assert_int_equal(bench.figures, 24);
}

static void a_gateway_that_is_not_there_is_told(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.is_deaf = true});
    rig_run(gen_ready_check, false, "10.1.0.1 does not answer ARP on port A");
}

static void a_port_that_is_not_at_rest_is_told(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.talks = true});
    rig_run(gen_ready_check, false, "port B (net_ring_");
    assert_non_null(strstr(verdict.sentence, "not at rest"));
}

static void a_total_loss_is_told_with_what_can_be_seen_of_its_cause(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.is_closed = true});
    rig_run(gen_ready_first, false,
            "total loss: of 100 packets 0 arrived at port B: the gateways answer ARP");
    rig_open("single-flow", GEN_BOTH, (struct faults){.is_closed = true, .asks = 0x0a020063});
    rig_run(gen_ready_first, false, "asks by ARP for 10.2.0.99");
}

static void a_loss_of_slow_packets_is_no_overload(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.loses = 10});
    rig_run(gen_ready_first, false, "of the first 100 packets, sent slowly, only 9");
}

static void a_loss_beyond_the_tolerance_fails(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.loses = 20});
    args.tolerances[0] = 0.001;
    args.tolerance_count = 1;
    rig_run(gen_scenario_flow, false, "was lost, more than 0.001");
}

static void copies_and_damage_fail(void **state)
{
    rig_open("single-flow", GEN_BOTH, (struct faults){.copies = 20});
    rig_run(gen_scenario_flow, false, "came out twice");
    rig_open("single-flow", GEN_BOTH, (struct faults){.spoils = 20});
    args.sizes[0] = 100;
    rig_run(gen_scenario_flow, false, "arrived with other bytes");
}

static void order_that_the_gateway_changes_is_counted(void **state)
{
    struct gen_outcome o;
    rig_open("single-flow", GEN_BOTH, (struct faults){.swaps = 100});
    args.sas = 1;
    struct gen_load load = {.size = 64, .send = {GEN_FRESH}, .pps = {20000}, .limit = {1001}};
    rig_greet();
    bench.stream[0].flow.sas = 1;
    gen_trial_run(&bench, &load, &o);
    assert_int_equal(o.received, 1001);
    assert_int_equal(o.reordered, 10);
    assert_int_equal(o.furthest, 1);
    rig_close();
}

static bool ten_have_come(const struct gen_bench *b)
{
    return gen_meter_received(&b->meter[1]) >= 10;
}

static void a_trial_ends_when_it_is_enough(void **state)
{
    struct gen_outcome o;
    rig_open("single-flow", GEN_BOTH, (struct faults){0});
    struct gen_load load = {
        .size = 64, .send = {GEN_FRESH}, .pps = {20000}, .limit = {20000}, .is_enough = ten_have_come};
    rig_greet();
    gen_trial_run(&bench, &load, &o);
    assert_in_range(o.sent, 10, 19999);
    assert_int_equal(o.received, o.sent);
    rig_close();
}

/* With one thread: it was not there to hear that nothing came. */
static void a_stall_is_no_silence(void **state)
{
    struct gen_outcome o;
    rig_open("single-flow", GEN_BOTH, (struct faults){.stalls = 10, .stall_s = 0.5});
    const struct gen_load load = {.size = 64, .send = {GEN_FRESH}, .pps = {20000}, .limit = {10}};
    rig_greet();
    gen_trial_run(&bench, &load, &o);
    assert_int_equal(o.received, 10);
    rig_close();
}

/* What one port sends comes back to it. */
static void one_port_has_many_sas(void **state)
{
    rig_open("many-sas", GEN_BOTH, (struct faults){.is_single = true});
    rig_run(gen_scenario_sas, true, "by 3 SAs");
}

static void a_trial_ends_though_nothing_can_be_sent(void **state)
{
    rig_open("many-sas", GEN_BOTH, (struct faults){.is_stuck = true});
    rig_run(gen_scenario_sas, false, "nothing was sent in 5.0 s");
}

static void an_sa_without_a_tunnel_is_told(void **state)
{
    rig_open("many-sas", GEN_IN, (struct faults){0});
    bench.spis[2] = 0x4000;
    rig_run(gen_scenario_sas, false, "by 1 of 3 SAs nothing arrived");
}

static void replays_that_come_out_fail(void **state)
{
    rig_open("replay-flood", GEN_IN, (struct faults){0});
    rig_run(gen_scenario_replay, true, "copies came out, and good packets did");
    rig_open("replay-flood", GEN_IN, (struct faults){.has_no_window = true});
    rig_run(gen_scenario_replay, false, "copies came out, and none may");
}

static void numbers_that_are_used_up_are_told(void **state)
{
    rig_open("single-flow", GEN_IN, (struct faults){0});
    bench.stream[0].flow.seq[0] = UINT32_MAX - 3;
    rig_run(gen_scenario_flow, false, "the sequence numbers of an SA are used up");
}

static void forged_packets_that_come_out_fail(void **state)
{
    rig_open("bad-icv", GEN_IN, (struct faults){0});
    rig_run(gen_scenario_icv, true, "packets with a wrong ICV came out, and good packets did");
    rig_open("bad-icv", GEN_IN, (struct faults){.has_no_icv = true});
    rig_run(gen_scenario_icv, false, "packets with a wrong ICV came out, and none may");
}

static void packets_of_unknown_spis_are_sent_with_unknown_spis(void **state)
{
    rig_open("unknown-spi", GEN_IN, (struct faults){0});
    rig_run(gen_scenario_spi, true, "packets with unknown SPIs came out, and good packets did");
}

static void a_flood_of_ike_is_judged_by_its_answers(void **state)
{
    rig_open("ike-flood", GEN_IN, (struct faults){0});
    rig_run(gen_scenario_flood, true, "of honest packets a share of 0.000000 was lost meanwhile");
    rig_open("ike-flood", GEN_IN, (struct faults){.has_no_ike = true});
    rig_run(gen_scenario_flood, false, "no answer to");
    rig_open("ike-flood", GEN_IN, (struct faults){.answers = 3});
    rig_run(gen_scenario_flood, false, "the gateway amplifies");
}

static void a_search_finds_what_a_gateway_carries(void **state)
{
    rig_open("ndr", GEN_BOTH, (struct faults){0});
    rig_run(gen_scenario_ndr, true, "2 of 2 searches found a rate");
    rig_open("ndr", GEN_BOTH, (struct faults){.loses = 150});
    args.resolution = 50;
    args.tolerance_count = 1;
    rig_run(gen_scenario_ndr, false, "no rate of any size had a loss within --tolerance");
}

static void a_search_that_finds_nothing_is_told(void **state)
{
    rig_open("ndr", GEN_BOTH, (struct faults){.loses = 2});
    args.resolution = 50;
    args.tolerances[1] = 0.9;
    args.tolerance_count = 2;
    rig_run(gen_scenario_ndr, false, "for 1 of 2 sizes and tolerances no rate");
    rig_open("ndr", GEN_BOTH, (struct faults){.loses = 2, .begins = 3});
    args.rounds = 2;
    args.resolution = 50;
    args.tolerance_count = 1;
    rig_rows(gen_scenario_ndr, true, "1 of 2 searches found", "1 of 2 searches found no rate", "");
}

/* No packet is lost of none that is sent. */
static void a_port_that_takes_nothing_carries_no_rate(void **state)
{
    rig_open("ndr", GEN_BOTH, (struct faults){.is_stuck = true});
    args.resolution = 50;
    args.tolerance_count = 1;
    rig_run(gen_scenario_ndr, false, "no rate of any size");
}

static void rekeyings_run_while_packets_go(void **state)
{
    rig_open_timed("rekey", GEN_BOTH, (struct faults){0});
    args.seconds = 0.45;
    args.command = "exit 0";
    rig_run(gen_scenario_rekey, true, "rekeyings, 0 of");
    rig_open_timed("rekey", GEN_BOTH, (struct faults){0});
    args.seconds = 0.45;
    args.command = "exit 3";
    rig_run(gen_scenario_rekey, false, "commands failed: exit 3");
}

/* DPDK has bound this thread, and whoever started it may ignore what becomes of children. */
static void a_command_has_all_cpus_and_its_end_is_seen(void **state)
{
    char command[64];
    snprintf(command, sizeof(command), "test $(env -u OMP_NUM_THREADS nproc) = %d", CPU_COUNT(&rig_cpus));
    rig_open_timed("rekey", GEN_BOTH, (struct faults){0});
    args.seconds = 0.45;
    args.command = command;
    signal(SIGCHLD, SIG_IGN);
    rig_run(gen_scenario_rekey, true, "rekeyings, 0 of");
    assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
}

/* What no packet can see is no rekeying of this trial. */
static void no_command_counts_that_ends_behind_the_packets(void **state)
{
    rig_open("rekey", GEN_BOTH, (struct faults){0});
    args.command = "sleep 1";
    rig_run(gen_scenario_rekey, false, "of 1 commands that began none ended while packets went");
    rig_open("rekey", GEN_BOTH, (struct faults){0});
    args.seconds = 0.14;
    args.command = "exit 0";
    rig_run(gen_scenario_rekey, false, "of 0 commands");
}

/* The tests in parts, each of which takes a few seconds. */
static const struct CMUnitTest ready[] = {
    cmocka_unit_test(a_gateway_that_is_not_there_is_told),
    cmocka_unit_test(a_port_that_is_not_at_rest_is_told),
};
static const struct CMUnitTest loss[] = {
    cmocka_unit_test(a_total_loss_is_told_with_what_can_be_seen_of_its_cause),
    cmocka_unit_test(a_loss_of_slow_packets_is_no_overload),
};
static const struct CMUnitTest load[] = {
    cmocka_unit_test(what_goes_through_passes),
    cmocka_unit_test(shuffled_packets_have_no_latency),
    cmocka_unit_test(a_loss_beyond_the_tolerance_fails),
    cmocka_unit_test(copies_and_damage_fail),
};
static const struct CMUnitTest order[] = {
    cmocka_unit_test(order_that_the_gateway_changes_is_counted),
    cmocka_unit_test(a_trial_ends_when_it_is_enough),
    cmocka_unit_test(a_stall_is_no_silence),
    cmocka_unit_test(one_port_has_many_sas),
    cmocka_unit_test(a_trial_ends_though_nothing_can_be_sent),
    cmocka_unit_test(an_sa_without_a_tunnel_is_told),
};
static const struct CMUnitTest search[] = {
    cmocka_unit_test(a_search_finds_what_a_gateway_carries),
};
static const struct CMUnitTest nothing[] = {
    cmocka_unit_test(a_search_that_finds_nothing_is_told),
    cmocka_unit_test(a_port_that_takes_nothing_carries_no_rate),
};
static const struct CMUnitTest rekey[] = {
    cmocka_unit_test(rekeyings_run_while_packets_go),
    cmocka_unit_test(a_command_has_all_cpus_and_its_end_is_seen),
    cmocka_unit_test(no_command_counts_that_ends_behind_the_packets),
};
static const struct CMUnitTest hostile[] = {
    cmocka_unit_test(replays_that_come_out_fail),
    cmocka_unit_test(numbers_that_are_used_up_are_told),
    cmocka_unit_test(forged_packets_that_come_out_fail),
    cmocka_unit_test(packets_of_unknown_spis_are_sent_with_unknown_spis),
};
static const struct CMUnitTest rounds[] = {
    cmocka_unit_test(all_scenarios_have_rounds),
    cmocka_unit_test(the_minutes_of_a_soak_confirm_each_other),
};
static const struct CMUnitTest flood[] = {
    cmocka_unit_test(a_flood_of_ike_is_judged_by_its_answers),
};

/* A part of the tests, by its name. */
int main(int argc, char **argv)
{
#define RUN(part)                            \
    if (argc > 1 && !strcmp(argv[1], #part)) \
    return cmocka_run_group_tests(part, rig_start, NULL)
    RUN(ready);
    RUN(loss);
    RUN(load);
    RUN(order);
    RUN(search);
    RUN(nothing);
    RUN(rekey);
    RUN(hostile);
    RUN(flood);
    RUN(rounds);
#undef RUN
    fprintf(stderr, "which part? ready loss load order search nothing rekey hostile flood rounds\n");
    return 2;
}
