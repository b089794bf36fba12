/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports whose addresses or packets the kernel has its hands on. */
#include "doctor_facts.h"

static void ports_that_were_taken_are_sound(void **state)
{
    (void)state;
    doctor_port_kernel(&facts, &report);
    doctor_port_offloads(&facts, &report);
    assert_int_equal(report.n, 0);
}

static void the_kernel_has_the_address_too(void **state)
{
    (void)state;
    strcpy(facts.ports[0].kernel, "wan");
    facts.ports[0].kernel_addr = facts.ports[0].addresses[0].addr;
    doctor_port_kernel(&facts, &report);
    expect_found("kernel-owns-address", DOCTOR_FAULT, DOCTOR_HERE, "ip address del 172.31.0.10 dev wan");
}

static void offloads_that_are_on(void **state)
{
    (void)state;
    strcpy(facts.ports[1].offloads, "rx-gro");
    doctor_port_offloads(&facts, &report);
    expect_found("offloads", DOCTOR_WARNING, DOCTOR_SEEN,
                 "lan, port inside, has receive offloads on: rx-gro");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACTS_TEST(ports_that_were_taken_are_sound),
        FACTS_TEST(the_kernel_has_the_address_too),
        FACTS_TEST(offloads_that_are_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
