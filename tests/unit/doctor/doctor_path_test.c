/* SPDX-License-Identifier: BSD-3-Clause */
/* The way between both: NATs by their hashes, mappings, keepalives, ports that answer. */
#include "doctor_facts.h"

static void what_each_nat_did_is_told_by_hashes(void **state)
{
    (void)state;
    facts_up();
    doctor_path_nat(&facts, &report);
    expect_found("nat", DOCTOR_OK, DOCTOR_SEEN,
                 "covers 198.51.100.2, which it dialled and which arrived at 172.31.0.10:4500");
    expect_found("nat", DOCTOR_OK, DOCTOR_SEEN,
                 "No NAT is in front of the peer: its hash covers 203.0.113.2:4500");
    expect_found("nat", DOCTOR_OK, DOCTOR_MEANS, "ESP goes by UDP");
}

static void an_address_nobody_listed_is_a_note(void **state)
{
    (void)state;
    facts_up();
    facts_conf->n_public_addrs = 0;
    facts_sa.public_addr = (struct base_addr){0};
    doctor_path_nat(&facts, &report);
    expect_found("nat", DOCTOR_NOTE, DOCTOR_HERE, "nat.public_addresses");
}

static void a_mapping_that_is_forgotten_again_and_again(void **state)
{
    (void)state;
    facts_up();
    facts_sa.remote_nat = true;
    facts_sa.moves = 3;
    doctor_path_mapping(&facts, &report);
    expect_found("mapping-forgotten", DOCTOR_WARNING, DOCTOR_SEEN, "3 times in 100 s");
}

static void one_move_or_a_few_in_days_are_sound(void **state)
{
    (void)state;
    facts_up();
    facts_sa.remote_nat = true;
    facts_sa.moves = 1;
    doctor_path_mapping(&facts, &report);
    facts_sa.moves = 4;
    facts.now = (base_time){900000 * BASE_NS_PER_S};
    doctor_path_mapping(&facts, &report);
    assert_int_equal(report.n, 0);
}

static void keepalives_that_come_too_late(void **state)
{
    (void)state;
    doctor_path_keepalive(&facts, &report);
    assert_int_equal(report.n, 0);
    facts_conn->keepalive_s = 60;
    doctor_path_keepalive(&facts, &report);
    expect_found("keepalive-too-slow", DOCTOR_WARNING, DOCTOR_HERE, "connections.foo.keepalive_s: 20");
    facts_up();
    facts_sa.local_nat = false;
    memset(&report, 0, sizeof report);
    doctor_path_keepalive(&facts, &report);
    assert_int_equal(report.n, 0);
}

static void heard(enum doctor_heard a, enum doctor_heard b)
{
    memset(&report, 0, sizeof report);
    facts.heard[DOCTOR_UDP_500] = a;
    facts.heard[DOCTOR_UDP_4500] = b;
    facts.heard[DOCTOR_TCP_4500] = DOCTOR_SILENT;
    doctor_path_heard(&facts, &report);
}

static void one_port_of_two_is_silent(void **state)
{
    (void)state;
    heard(DOCTOR_ANSWERED, DOCTOR_SILENT);
    expect_found("udp-4500-blocked", DOCTOR_FAULT, DOCTOR_SEEN, "answers on UDP 500 and not on UDP 4500");
    heard(DOCTOR_ANSWERED, DOCTOR_REFUSED);
    expect_found("udp-4500-blocked", DOCTOR_FAULT, DOCTOR_MEANS, "nobody takes UDP 4500 there");
    heard(DOCTOR_SILENT, DOCTOR_ANSWERED);
    expect_found("udp-500-blocked", DOCTOR_FAULT, DOCTOR_HERE, "connections.foo.remote.port: 4500");
    facts_conn->remote_port = 4500;
    heard(DOCTOR_SILENT, DOCTOR_ANSWERED);
    assert_int_equal(doctor_count_bad(&report), 0);
}

static void two_silent_ports_prove_nothing(void **state)
{
    (void)state;
    heard(DOCTOR_SILENT, DOCTOR_SILENT);
    expect_found("ports", DOCTOR_NOTE, DOCTOR_SEEN, "UDP 500 silent, UDP 4500 silent, TCP 4500 silent");
    heard(DOCTOR_ANSWERED, DOCTOR_ANSWERED);
    expect_found("ports", DOCTOR_OK, DOCTOR_SEEN, "UDP 500 answered, UDP 4500 answered");
    assert_int_equal(doctor_count_bad(&report), 0);
}

static void tcp_matters_to_who_uses_it(void **state)
{
    (void)state;
    heard(DOCTOR_SILENT, DOCTOR_SILENT);
    assert_null(doctor_find(&report, "tcp-4500-blocked"));
    facts_conn->tcp = IKE_TCP_FALLBACK;
    heard(DOCTOR_ANSWERED, DOCTOR_ANSWERED);
    assert_null(doctor_find(&report, "tcp-4500-blocked"));
    heard(DOCTOR_SILENT, DOCTOR_SILENT);
    expect_found("tcp-4500-blocked", DOCTOR_FAULT, DOCTOR_SEEN, "TCP 4500 is silent");
    facts_conn->tcp_port = 443; /* which was not asked */
    heard(DOCTOR_SILENT, DOCTOR_SILENT);
    assert_null(doctor_find(&report, "tcp-4500-blocked"));
}

static void the_size_of_packets_is_told(void **state)
{
    (void)state;
    facts_up();
    facts_sa.path_mtu = 1400;
    facts_sa.mtu_by = IKE_MTU_BY_PROBE;
    doctor_path_mtu(&facts, &report);
    expect_found("path-mtu", DOCTOR_OK, DOCTOR_SEEN, "1400 bytes, as known by probe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACTS_TEST(what_each_nat_did_is_told_by_hashes),
        FACTS_TEST(an_address_nobody_listed_is_a_note),
        FACTS_TEST(a_mapping_that_is_forgotten_again_and_again),
        FACTS_TEST(one_move_or_a_few_in_days_are_sound),
        FACTS_TEST(keepalives_that_come_too_late),
        FACTS_TEST(one_port_of_two_is_silent),
        FACTS_TEST(two_silent_ports_prove_nothing),
        FACTS_TEST(tcp_matters_to_who_uses_it),
        FACTS_TEST(the_size_of_packets_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
