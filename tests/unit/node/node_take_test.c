/* SPDX-License-Identifier: BSD-3-Clause */
/* Which interfaces are taken, with what, and that all of them are given back. */
#include "node_take.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "host_log.h"
#include "host_take.h"
#include "node_int.h"

static struct node node;
static struct host_take_params asked;
static int n_taken, n_given, n_repaired;
static bool is_busy;

struct host_take *host_take(const struct host_take_params *params, char *why, size_t size)
{
    asked = *params;
    if (is_busy) {
        snprintf(why, size, "%s: somebody has it", params->name);
        return NULL;
    }
    params->tell(params->arg, "near: it is so");
    n_taken++;
    return (struct host_take *)&asked;
}

void host_give_back(struct host_take *take, host_take_tell *tell, void *arg)
{
    assert_ptr_equal(take, &asked);
    tell(arg, "near: an address is lost");
    n_given++;
}

int host_release(const char *run_dir, const char *name, host_take_tell *tell, void *arg)
{
    assert_string_equal(name, "near");
    assert_non_null(tell);
    tell(arg, "near: has its address again");
    return ++n_repaired;
}

static int reset(void **state)
{
    host_log_set_level(HOST_ERR);
    n_taken = n_given = n_repaired = 0;
    is_busy = false;
    memset(&node, 0, sizeof node);
    node.params.n_ports = 2;
    snprintf(node.params.ports[0].name, sizeof node.params.ports[0].name, "p");
    snprintf(node.params.ports[0].interface, sizeof node.params.ports[0].interface, "near");
    node.devices[0].mtu = 1400;
    node.devices[0].driver = NODE_DRIVER_AF_XDP;
    return 0;
}

static void only_ports_over_an_interface_are_taken_and_all_given_back(void **state)
{
    char why[256];
    node_take_repair(&node);
    assert_int_equal(n_repaired, 1);
    assert_int_equal(node_take_start(&node, 0, why, sizeof why), 0);
    assert_int_equal(node_take_start(&node, 1, why, sizeof why), 0);
    assert_int_equal(n_taken, 1);
    assert_string_equal(asked.name, "near");
    assert_int_equal(asked.mtu, 1400);
    assert_true(asked.is_xdp);
    node.n_ports = 2;
    node_take_notice(&node);
    node_take_stop(&node);
    node_take_stop(&node);
    assert_int_equal(n_given, 1);
}

static void a_refusal_names_the_port(void **state)
{
    char why[256];
    is_busy = true;
    assert_int_equal(node_take_start(&node, 0, why, sizeof why), -1);
    assert_string_equal(why, "ports.p.device: near: somebody has it");
    node_take_stop(&node);
    assert_int_equal(n_given, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_ports_over_an_interface_are_taken_and_all_given_back, reset),
        cmocka_unit_test_setup(a_refusal_names_the_port, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
