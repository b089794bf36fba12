/* SPDX-License-Identifier: BSD-3-Clause */
/* Identities: announced, expected, typed as something else, private behind a NAT. */
#include "doctor_facts.h"

static void both_are_told(void **state)
{
    (void)state;
    facts_seal();
    doctor_id_announced(&facts, &report);
    doctor_id_expected(&facts, &report);
    expect_found("announced", DOCTOR_OK, DOCTOR_SEEN, "we announce ourselves as @gw, which is a name (FQDN)");
    expect_found("announced", DOCTOR_OK, DOCTOR_MEANS, "strongSwan: remote.id = @gw");
    expect_found("expected", DOCTOR_OK, DOCTOR_MEANS, "looked up by the pair @gw and @foo");
}

static void a_pair_without_a_key(void **state)
{
    (void)state;
    id_of("@other", &facts_conf->secrets->remote);
    facts_seal();
    doctor_id_expected(&facts, &report);
    expect_found("no-secret", DOCTOR_FAULT, DOCTOR_HERE, "\"local\": \"@gw\", \"remote\": \"@foo\"");
}

static void an_address_with_an_at_is_a_name(void **state)
{
    (void)state;
    id_of("@198.51.100.2", &facts_conn->local_id);
    id_of("@2001:db8::7", &facts_conn->remote_id);
    doctor_id_as_name(&facts, &report);
    assert_int_equal(report.n, 2);
    expect_found("address-typed-as-name", DOCTOR_WARNING, DOCTOR_HERE,
                 "connections.foo.local.id: \"198.51.100.2\"");
    assert_non_null(strstr(report.list[1].text[DOCTOR_MEANS], "ID_IPV6_ADDR"));
    assert_non_null(strstr(report.list[1].text[DOCTOR_PEER], "local.id = @2001:db8::7"));
}

static void a_tunnel_that_is_up_proves_the_name(void **state)
{
    (void)state;
    id_of("@198.51.100.2", &facts_conn->local_id);
    facts_up();
    doctor_id_as_name(&facts, &report);
    assert_int_equal(report.n, 0);
}

static void names_are_no_addresses(void **state)
{
    (void)state;
    id_of("gw.example.org", &facts_conn->local_id);
    doctor_id_as_name(&facts, &report);
    doctor_id_private(&facts, &report);
    assert_int_equal(report.n, 0);
}

static void a_private_address_behind_a_nat(void **state)
{
    (void)state;
    id_of("172.31.0.10", &facts_conn->local_id);
    doctor_id_private(&facts, &report);
    expect_found("private-address-as-identity", DOCTOR_WARNING, DOCTOR_HERE,
                 "connections.foo.local.id: \"198.51.100.2\"");
    expect_found("private-address-as-identity", DOCTOR_WARNING, DOCTOR_PEER, "remote.id = 172.31.0.10");
}

static void a_private_address_between_private_ones(void **state)
{
    (void)state;
    id_of("172.31.0.10", &facts_conn->local_id);
    facts_conf->n_public_addrs = 0;
    facts_conn->remote_addr = addr_of("172.31.0.20");
    doctor_id_private(&facts, &report);
    assert_int_equal(report.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACTS_TEST(both_are_told),
        FACTS_TEST(a_pair_without_a_key),
        FACTS_TEST(an_address_with_an_at_is_a_name),
        FACTS_TEST(a_tunnel_that_is_up_proves_the_name),
        FACTS_TEST(names_are_no_addresses),
        FACTS_TEST(a_private_address_behind_a_nat),
        FACTS_TEST(a_private_address_between_private_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
