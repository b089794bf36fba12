/* SPDX-License-Identifier: BSD-3-Clause */
/* When an SA moves to another worker, and when not. Tables and data path are replaced by a few values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include "node_int.h"

static struct node node;
static struct sad_handoffs strays_in, strays_out;
static uint64_t handed_over;
static int rehomes, rehome_rc;
static uint16_t to_in, to_out;
static uint32_t shared;

void dp_counters(const struct dp *dp, int worker, struct dp_counters *out)
{
    *out = (struct dp_counters){.handed_over = handed_over};
}

bool sad_next(const struct sad *sad, uint32_t *cursor, struct sad_stats *out)
{
    *out = (struct sad_stats){.spi_in = 0x100, .owner_in = 1, .owner_out = 2, .shared = shared};
    return (*cursor)++ == 0;
}

int sad_handoffs_take(struct sad *sad, uint32_t spi_in, struct sad_handoffs *in, struct sad_handoffs *out)
{
    assert_int_equal(spi_in, 0x100);
    *in = strays_in;
    *out = strays_out;
    return 0;
}

int sad_owner_set(struct sad *sad, uint32_t spi_in, uint16_t worker_in, uint16_t worker_out)
{
    rehomes++;
    to_in = worker_in;
    to_out = worker_out;
    return rehome_rc;
}

size_t sad_reclaim(struct sad *sad)
{
    return 0;
}

static int setup(void **state)
{
    memset(&node, 0, sizeof node);
    node.cores.n_workers = 4;
    strays_in = strays_out = (struct sad_handoffs){0};
    handed_over = 0;
    rehomes = rehome_rc = 0;
    shared = 0;
    return 0;
}

/* One look, `s` seconds from the start, after many packets went over. */
static void look(unsigned s)
{
    handed_over += 100000;
    node.now = (base_time){(100 + s) * BASE_NS_PER_S};
    node_owner_look(&node);
}

static void the_direction_that_strays_goes_where_its_packets_come_to(void **state)
{
    strays_in = (struct sad_handoffs){.pkts = 1000, .handoffs = 980, .lead = 980, .worker = 3};
    strays_out = (struct sad_handoffs){.pkts = 1000, .handoffs = 10, .lead = 10, .worker = 3};
    look(0);
    assert_int_equal(rehomes, 1);
    assert_int_equal(to_in, 3);
    assert_int_equal(to_out, 2);
    assert_int_equal(node.own.rehomed, 1);
    strays_out = strays_in;
    look(10);
    assert_int_equal(to_out, 3);
}

static void packets_that_spread_or_are_few_move_nothing(void **state)
{
    const struct sad_handoffs none[] = {
        {.pkts = 1000, .handoffs = 1000, .lead = 700, .worker = 3}, /* 85 % and 15 % on another one */
        {.pkts = 1000, .handoffs = 880, .lead = 880, .worker = 3},  /* the owner gets its share */
        {.pkts = 100, .handoffs = 100, .lead = 100, .worker = 3},
    };
    for (unsigned i = 0; i < 3; i++) {
        strays_in = strays_out = none[i];
        look(10 * i);
    }
    assert_int_equal(rehomes, 0);
    strays_in = (struct sad_handoffs){.pkts = 1000, .handoffs = 980, .lead = 980, .worker = 3};
    node.now = (base_time){200 * BASE_NS_PER_S};
    node_owner_look(&node); /* nothing was handed over since */
    assert_int_equal(rehomes, 0);
    node.cores.n_workers = 1;
    look(110);
    assert_int_equal(rehomes, 0);
}

/* Those of one tunnel come by one queue, and are to be opened by all workers. */
static void pairs_that_share_stay(void **state)
{
    strays_in = strays_out = (struct sad_handoffs){.pkts = 1000, .handoffs = 980, .lead = 980, .worker = 3};
    shared = 2;
    look(0);
    assert_int_equal(rehomes, 0);
    shared = 1; /* the peer wants no other */
    look(10);
    assert_int_equal(rehomes, 1);
    assert_int_equal(to_in, 3);
}

static void no_sa_moves_twice_within_three_seconds(void **state)
{
    strays_in = (struct sad_handoffs){.pkts = 1000, .handoffs = 980, .lead = 980, .worker = 3};
    for (unsigned s = 0; s < 9; s++)
        look(s);
    assert_int_equal(rehomes, 3);
}

static void a_move_that_is_refused_is_not_counted(void **state)
{
    strays_in = (struct sad_handoffs){.pkts = 1000, .handoffs = 980, .lead = 980, .worker = 3};
    rehome_rc = -EBUSY;
    look(0);
    assert_int_equal(rehomes, 1);
    assert_int_equal(node.own.rehomed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_direction_that_strays_goes_where_its_packets_come_to, setup),
        cmocka_unit_test_setup(packets_that_spread_or_are_few_move_nothing, setup),
        cmocka_unit_test_setup(pairs_that_share_stay, setup),
        cmocka_unit_test_setup(no_sa_moves_twice_within_three_seconds, setup),
        cmocka_unit_test_setup(a_move_that_is_refused_is_not_counted, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
