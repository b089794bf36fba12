/* SPDX-License-Identifier: BSD-3-Clause */
/* Links that go and come; the node is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ctl.h"
#include "host_log.h"
#include "node_view.h"

static struct ctl ctl;
static uint64_t links;
static int looks;

uint64_t node_view_links(const struct node *node)
{
    (void)node;
    return links;
}

int ctl_event(struct ctl *c, const struct ike_event *ev)
{
    assert_ptr_equal(c, &ctl);
    assert_int_equal(ev->type, IKE_EV_PLACES);
    looks++;
    return 0;
}

static void run(uint64_t from_ms, uint64_t to_ms)
{
    for (uint64_t ms = from_ms; ms < to_ms; ms += 4)
        ctl_places_turn(&ctl, (base_time){(1000000 + ms) * BASE_NS_PER_MS});
}

static void the_engine_is_told_once_for_each_change(void **state)
{
    (void)state;
    host_log_set_level(HOST_ERR);
    ctl.in_force.n_ports = 2;
    links = 3;
    run(0, 5000);
    assert_int_equal(looks, 0);
    links = 2;
    run(5000, 5600);
    assert_int_equal(looks, 1);
    run(5600, 9000);
    assert_int_equal(looks, 1);
    links = 3;
    run(9000, 12000);
    assert_int_equal(looks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_is_told_once_for_each_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
