/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port lost itself, by the counters that DPDK has of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <rte_ethdev.h>

#include "gen_port.h"

static struct rte_eth_stats told;
static int told_rc;

/* DPDK's, with what the test says. */
int rte_eth_stats_get(uint16_t port_id, struct rte_eth_stats *stats)
{
    *stats = told;
    return told_rc;
}

static void all_that_came_and_was_not_taken_is_lost(void **state)
{
    const struct gen_port port = {0};
    told = (struct rte_eth_stats){.ipackets = 100, .opackets = 100};
    assert_int_equal(gen_port_lost(&port), 0);
    told.imissed = 1;
    told.ierrors = 20;
    told.rx_nombuf = 300;
    assert_int_equal(gen_port_lost(&port), 321);
}

/* What the port did not take when it was given is sent later; drivers count it as an error. */
static void what_was_taken_and_not_sent_is_lost(void **state)
{
    struct gen_port port = {0};
    told = (struct rte_eth_stats){.oerrors = 7};
    assert_int_equal(gen_port_lost(&port), 7);
    port.refused = 5;
    assert_int_equal(gen_port_lost(&port), 2);
    port.refused = 9;
    told.imissed = 3;
    assert_int_equal(gen_port_lost(&port), 3);
}

static void a_port_that_does_not_count_lost_nothing_that_is_known(void **state)
{
    const struct gen_port port = {0};
    told = (struct rte_eth_stats){.imissed = 3};
    told_rc = -ENOTSUP;
    assert_int_equal(gen_port_lost(&port), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_came_and_was_not_taken_is_lost),
        cmocka_unit_test(what_was_taken_and_not_sent_is_lost),
        cmocka_unit_test(a_port_that_does_not_count_lost_nothing_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
