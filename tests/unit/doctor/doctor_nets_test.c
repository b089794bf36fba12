/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks that overlap, that are exchanged, that two peers have; and those that are meant so. */
#include "doctor_facts.h"

static struct ike_child_conf *child(void)
{
    return &facts_conn->children[0];
}

static void all_rows(void)
{
    doctor_nets_overlap(&facts, &report);
    doctor_nets_swapped(&facts, &report);
    doctor_nets_shared(&facts, &report);
}

static void nothing_is_wrong_with_two_networks(void **state)
{
    (void)state;
    all_rows();
    assert_int_equal(report.n, 0);
}

static void the_same_network_on_both_sides(void **state)
{
    (void)state;
    nets_of("10.2.0.0/24", &child()->remote_ts);
    all_rows();
    assert_int_equal(report.n, 1);
    expect_found("subnets-overlap", DOCTOR_FAULT, DOCTOR_SEEN,
                 "10.2.0.0/24 on our side and 10.2.0.0/24 on the peer's");
}

static void a_large_network_around_ours_is_a_hub(void **state)
{
    (void)state;
    nets_of("10.0.0.0/8", &child()->remote_ts);
    all_rows();
    nets_of("0.0.0.0/0", &child()->remote_ts);
    all_rows();
    assert_int_equal(report.n, 0);
}

static void sides_are_exchanged(void **state)
{
    (void)state;
    nets_of("10.1.0.0/24", &child()->local_ts);
    nets_of("10.2.0.0/24", &child()->remote_ts);
    all_rows();
    assert_int_equal(report.n, 1);
    expect_found("subnets-swapped", DOCTOR_FAULT, DOCTOR_SEEN, "our inside port is 10.2.0.1/24");
}

static void routed_networks_are_nobodys_port(void **state)
{
    (void)state;
    nets_of("10.9.0.0/24", &child()->local_ts);
    all_rows();
    nets_of("10.0.0.0/12", &child()->remote_ts); /* around our own port, too */
    doctor_nets_swapped(&facts, &report);
    assert_int_equal(report.n, 0);
}

static void another_peer(const char *net, uint32_t priority)
{
    struct ike_conn_conf *other = &facts_conf->conns[1];
    facts_conf->n_conns = 2;
    ike_conn_conf_defaults(other);
    strcpy(other->name, "bar");
    id_of("@bar", &other->remote_id);
    other->n_children = 1;
    other->children = calloc(1, sizeof *other->children);
    ike_child_conf_defaults(other->children);
    nets_of("10.2.0.0/24", &other->children->local_ts);
    nets_of(net, &other->children->remote_ts);
    other->children->priority = priority;
}

static void another_peer_has_it_too(void **state)
{
    (void)state;
    another_peer("10.1.0.0/16", 0);
    all_rows();
    assert_int_equal(report.n, 1);
    expect_found("subnets-overlap", DOCTOR_WARNING, DOCTOR_SEEN, "connection bar");
}

static void priorities_say_who_goes_first(void **state)
{
    (void)state;
    another_peer("10.1.0.0/24", 2);
    child()->priority = 1;
    all_rows();
    assert_int_equal(report.n, 0);
}

static void dscps_say_what_goes_where(void **state)
{
    (void)state;
    another_peer("10.1.0.0/24", 0);
    child()->dscp = UINT64_C(1) << 46;
    all_rows();
    assert_int_equal(report.n, 0);
    facts_conf->conns[1].children->dscp = UINT64_C(1) << 46;
    all_rows();
    assert_int_equal(report.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACTS_TEST(nothing_is_wrong_with_two_networks),   FACTS_TEST(the_same_network_on_both_sides),
        FACTS_TEST(a_large_network_around_ours_is_a_hub), FACTS_TEST(sides_are_exchanged),
        FACTS_TEST(routed_networks_are_nobodys_port),     FACTS_TEST(another_peer_has_it_too),
        FACTS_TEST(priorities_say_who_goes_first),        FACTS_TEST(dscps_say_what_goes_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
