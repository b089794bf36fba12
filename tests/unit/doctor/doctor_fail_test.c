/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures by their cause, which of them still count, and one that the configuration made one expect. */
#include "doctor_facts.h"

#include "crypt_pki_ops.h"

static void causes_have_names(void **state)
{
    (void)state;
    static const struct {
        enum ike_audit_kind kind;
        uint32_t detail;
        uint16_t notify, port;
        const char *said, *name;
    } rows[] = {
        {IKE_AUDIT_FAIL_UNKNOWN_ID, 0, 0, 4500, "10.9.0.4", "private-address-as-identity"},
        {IKE_AUDIT_FAIL_UNKNOWN_ID, 0, 0, 4500, "@203.0.113.2", "address-typed-as-name"},
        {IKE_AUDIT_FAIL_PEER_ID, 0, 0, 4500, "@stranger", "wrong-identity"},
        {IKE_AUDIT_FAIL_WRONG_KEY, 0, 0, 4500, "@foo", "wrong-key"},
        {IKE_AUDIT_FAIL_TIMEOUT, EXPLAIN_SILENT_AT_ALL, 0, 500, "@foo", "udp-500-blocked"},
        {IKE_AUDIT_FAIL_TIMEOUT, EXPLAIN_SILENT_AT_ALL, 0, 4500, "@foo", "no-answer"},
        {IKE_AUDIT_FAIL_TIMEOUT, EXPLAIN_SILENT_AFTER_INIT, 0, 4500, "@foo", "udp-4500-blocked"},
        {IKE_AUDIT_FAIL_TIMEOUT, EXPLAIN_SILENT_LATER, 0, 4500, "@foo", "peer-gone"},
        {IKE_AUDIT_FAIL_UNFINISHED, 0, 0, 500, "@foo", "udp-4500-blocked"},
        {IKE_AUDIT_FAIL_UNFINISHED, 3, 0, 500, "@foo", "one-way"},
        {IKE_AUDIT_FAIL_REFUSED, EXPLAIN_ASKED_AUTH, WIRE_IKE_N_AUTHENTICATION_FAILED, 4500, "@foo",
         "wrong-key-or-identity"},
        {IKE_AUDIT_FAIL_REFUSED, EXPLAIN_ASKED_FIRST_CHILD, WIRE_IKE_N_NO_PROPOSAL_CHOSEN, 4500, "@foo",
         "proposals"},
        {IKE_AUDIT_FAIL_REFUSED, EXPLAIN_ASKED_CHILD_REKEY, WIRE_IKE_N_NO_PROPOSAL_CHOSEN, 4500, "@foo",
         "pfs"},
        {IKE_AUDIT_FAIL_REFUSED, EXPLAIN_ASKED_AUTH, WIRE_IKE_N_TS_UNACCEPTABLE, 4500, "@foo", "subnets"},
        {IKE_AUDIT_FAIL_SELECTORS, EXPLAIN_NETS_SWAPPED, 0, 4500, "@foo", "subnets-swapped"},
        {IKE_AUDIT_FAIL_CERT, CRYPT_CHAIN_NOT_YET_VALID, 0, 4500, "@foo", "clock"},
        {IKE_AUDIT_FAIL_CERT, CRYPT_CHAIN_WRONG_CA, 0, 4500, "@foo", "certificate"},
        {IKE_AUDIT_FAIL_BLACK_HOLE, 0, 0, 4500, "@foo", "mtu-black-hole"},
        {IKE_AUDIT_FAIL_LIMIT, 0, 0, 4500, "@foo", "limit"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(&report, 0, sizeof report);
        facts_failed(rows[i].kind, rows[i].detail, 5);
        facts_audit.notify = rows[i].notify;
        facts_audit.path.remote.port = rows[i].port;
        id_of(rows[i].said, &facts_audit.remote_id);
        doctor_fail_last(&facts, &report);
        assert_string_equal(report.list[0].name, rows[i].name);
        expect_found(rows[i].name, DOCTOR_FAULT, DOCTOR_SEEN, "5 s ago: it arrived");
        expect_found(rows[i].name, DOCTOR_FAULT, DOCTOR_PEER, "there");
    }
}

static void what_was_before_the_tunnel_is_history(void **state)
{
    (void)state;
    facts_up(); /* for 100 s */
    facts_failed(IKE_AUDIT_FAIL_TIMEOUT, EXPLAIN_SILENT_AT_ALL, 101);
    doctor_fail_last(&facts, &report);
    facts_failed(IKE_AUDIT_FAIL_NARROWED, 0, 102);
    doctor_fail_last(&facts, &report);
    assert_int_equal(report.n, 0);
    facts_failed(IKE_AUDIT_FAIL_NARROWED, 0, 100);
    doctor_fail_last(&facts, &report);
    expect_found("subnets", DOCTOR_FAULT, DOCTOR_MEANS, "So.");
}

static void what_was_expected_is_confirmed(void **state)
{
    (void)state;
    id_of("172.31.0.10", &facts_conn->local_id);
    doctor_id_private(&facts, &report);
    facts_failed(IKE_AUDIT_FAIL_REFUSED, EXPLAIN_ASKED_AUTH, 7);
    facts_audit.notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    doctor_fail_last(&facts, &report);
    assert_int_equal(report.n, 1);
    expect_found("private-address-as-identity", DOCTOR_FAULT, DOCTOR_SEEN, "; 7 s ago: it arrived");
    expect_found("private-address-as-identity", DOCTOR_FAULT, DOCTOR_HERE, "198.51.100.2");
}

static void the_same_cause_is_told_once(void **state)
{
    (void)state;
    facts_failed(IKE_AUDIT_FAIL_WRONG_KEY, 0, 2);
    facts.failures[1] = facts.failures[0];
    facts.failures[1].age_s = 50;
    facts.n_failures = 2;
    doctor_fail_last(&facts, &report);
    assert_int_equal(report.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACTS_TEST(causes_have_names),
        FACTS_TEST(what_was_before_the_tunnel_is_history),
        FACTS_TEST(what_was_expected_is_confirmed),
        FACTS_TEST(the_same_cause_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
