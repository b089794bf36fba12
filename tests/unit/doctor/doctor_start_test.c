/* SPDX-License-Identifier: BSD-3-Clause */
/* Who begins, and certificates by a clock. */
#include "doctor_facts.h"

#include "crypt_pki_ops.h"
#include "ike_cred.h"

static int64_t not_before, not_after;

static void test_info(const struct crypt_cert *cert, struct crypt_cert_info *out)
{
    (void)cert;
    *out = (struct crypt_cert_info){.not_before = not_before, .not_after = not_after, .subject = "CN=gw"};
}

static const struct crypt_pki_ops test_pki = {.cert_info = test_info};

static void with_certificate(int64_t from_s, int64_t to_s)
{
    static struct ike_creds creds = {.n = 1, .list = {{.certs = {.n = 1}}}};
    not_before = facts.clock_s + from_s;
    not_after = facts.clock_s + to_s;
    facts_conf->pki = &test_pki;
    facts_conn->creds = &creds;
    doctor_start_clock(&facts, &report);
    facts_conf->pki = NULL;
    facts_conn->creds = NULL;
}

static void one_that_calls_waits_for_nobody(void **state)
{
    (void)state;
    doctor_start_waits(&facts, &report);
    assert_int_equal(report.n, 0);
}

static void both_may_wait(void **state)
{
    (void)state;
    facts_conn->start = IKE_START_NONE;
    doctor_start_waits(&facts, &report);
    expect_found("nobody-begins", DOCTOR_WARNING, DOCTOR_HERE, "connections.foo.start: true");
}

static void one_that_cannot_call_may_wait(void **state)
{
    (void)state;
    facts_conn->start = IKE_START_NONE;
    facts_conn->remote_addr = (struct base_addr){0};
    doctor_start_waits(&facts, &report);
    expect_found("waits", DOCTOR_NOTE, DOCTOR_MEANS, "no remote.address");
    assert_int_equal(doctor_count_bad(&report), 0);
}

static void one_that_was_tried_is_not_only_waiting(void **state)
{
    (void)state;
    facts_conn->start = IKE_START_NONE;
    facts_failed(IKE_AUDIT_FAIL_TIMEOUT, EXPLAIN_SILENT_AT_ALL, 3);
    doctor_start_waits(&facts, &report);
    assert_int_equal(doctor_count_bad(&report), 0);
}

static void a_certificate_of_the_future(void **state)
{
    (void)state;
    with_certificate(3 * 86400, 400 * 86400);
    expect_found("clock", DOCTOR_FAULT, DOCTOR_SEEN,
                 "CN=gw begins to be valid in 4 days by this machine's clock");
}

static void a_certificate_of_the_past(void **state)
{
    (void)state;
    with_certificate(-400 * 86400, -3600);
    expect_found("clock", DOCTOR_FAULT, DOCTOR_SEEN, "CN=gw ended 1 day ago");
}

static void a_certificate_of_today(void **state)
{
    (void)state;
    with_certificate(-3600, 3600);
    assert_int_equal(report.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACTS_TEST(one_that_calls_waits_for_nobody), FACTS_TEST(both_may_wait),
        FACTS_TEST(one_that_cannot_call_may_wait),   FACTS_TEST(one_that_was_tried_is_not_only_waiting),
        FACTS_TEST(a_certificate_of_the_future),     FACTS_TEST(a_certificate_of_the_past),
        FACTS_TEST(a_certificate_of_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
