/* SPDX-License-Identifier: BSD-3-Clause */
/* Links that go and come, and addresses of host interfaces; the node is the test's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "ctl.h"
#include "ctl_node.h"
#include "host_log.h"
#include "node_view.h"

static struct ctl ctl;
static uint64_t links;
static int looks, moves; /* what the engine was told: places, and of these other addresses */

uint64_t node_view_links(const struct node *node)
{
    (void)node;
    return links;
}

int ctl_event(struct ctl *c, const struct ike_event *ev)
{
    assert_ptr_equal(c, &ctl);
    assert_true(ev->type == IKE_EV_PLACES || ev->type == IKE_EV_ADDRS);
    looks++;
    moves += ev->type == IKE_EV_ADDRS;
    return 0;
}

static struct node_addrs port_addrs, host_addrs; /* of port 0 */
static int view_rc, readdress_rc, readdressed;
static char said[4096];

void node_view_addrs(const struct node *node, size_t index, struct node_addrs *out)
{
    (void)node;
    *out = index ? (struct node_addrs){0} : port_addrs;
}

int node_view_host_addrs(const struct node *node, size_t index, struct node_addrs *out)
{
    (void)node;
    assert_int_equal(index, 0);
    *out = host_addrs;
    return view_rc;
}

int ctl_node_readdress(struct ctl *c)
{
    readdressed++;
    if (readdress_rc == 0) {
        port_addrs.n = c->in_force.ports[0].n_addresses;
        memcpy(port_addrs.list, c->in_force.ports[0].addresses, sizeof port_addrs.list);
    }
    return readdress_rc;
}

void host_log(enum host_level level, const char *format, ...)
{
    const size_t len = strlen(said);
    va_list ap;
    va_start(ap, format);
    vsnprintf(said + len, sizeof said - len, format, ap);
    va_end(ap);
    strncat(said, "\n", sizeof said - strlen(said) - 1);
}

static void run(uint64_t from_ms, uint64_t to_ms)
{
    for (uint64_t ms = from_ms; ms < to_ms; ms += 4)
        ctl_places_turn(&ctl, (base_time){(1000000 + ms) * BASE_NS_PER_MS});
}

static void the_engine_is_told_once_for_each_change(void **state)
{
    (void)state;
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
    assert_int_equal(moves, 0);
}

static struct base_prefix net(const char *text)
{
    struct base_prefix p;
    assert_int_equal(base_prefix_parse_host(text, &p), 0);
    return p;
}

/* Port 0 has 192.0.2.1/24, and so has its host interface. */
static int setup(void **state)
{
    static struct conf conf;
    (void)state;
    memset(&ctl, 0, sizeof ctl);
    conf = (struct conf){.n_ports = 1, .ports = {{.name = "wan", .host = "culvert-wan"}}};
    memcpy(&ctl.in_force, &conf, sizeof conf);
    ctl.conf = &conf;
    port_addrs = host_addrs = (struct node_addrs){1, {net("192.0.2.1/24")}};
    looks = moves = view_rc = readdress_rc = readdressed = 0;
    said[0] = '\0';
    ctl_places_start(&ctl);
    run(0, 600);
    return 0;
}

static void heard(uint64_t ms)
{
    ctl_places_heard(&ctl.places, 0, (base_time){(1000000 + ms) * BASE_NS_PER_MS});
}

static bool port_has(const char *text)
{
    const struct base_prefix want = net(text);
    for (size_t i = 0; i < ctl.in_force.ports[0].n_addresses; i++)
        if (base_addr_equal(&ctl.in_force.ports[0].addresses[i].addr, &want.addr))
            return true;
    return false;
}

static void what_the_host_decides_is_the_ports_and_the_engine_is_told_once(void **state)
{
    (void)state;
    assert_true(conf_leaves_addresses(ctl.conf, "wan"));
    assert_true(port_has("192.0.2.1/24"));
    heard(600);
    run(600, 700);
    assert_int_equal(readdressed + looks, 0); /* it has what it had */
    host_addrs = (struct node_addrs){2, {net("192.0.2.1/24"), net("192.0.2.9/24")}};
    heard(700);
    run(700, 740);
    assert_int_equal(readdressed, 0);
    host_addrs = (struct node_addrs){1, {net("192.0.2.9/24")}}; /* what follows at once counts with it */
    heard(740);
    run(740, 2000);
    assert_int_equal(readdressed, 1);
    assert_int_equal(looks, 1);
    assert_true(port_has("192.0.2.9/24"));
    assert_false(port_has("192.0.2.1/24"));
    assert_non_null(strstr(said, "event=address_lost port=wan interface=culvert-wan address=192.0.2.1/24\n"));
    assert_non_null(strstr(said, "event=address_got port=wan interface=culvert-wan address=192.0.2.9/24\n"));
    host_addrs.n = 0;
    heard(2000);
    run(2000, 3000);
    assert_int_equal(ctl.in_force.ports[0].n_addresses, 0);
    assert_int_equal(looks, 2);
    assert_int_equal(moves, 2);
}

static void during_a_reload_it_waits_and_what_is_refused_changes_nothing(void **state)
{
    (void)state;
    host_addrs = (struct node_addrs){1, {net("192.0.2.9/24")}};
    ctl.loop.is_reloading = true;
    heard(600);
    run(600, 2000);
    assert_int_equal(readdressed, 0);
    ctl.loop.is_reloading = false;
    readdress_rc = -ENOSPC;
    run(2000, 3000);
    assert_int_equal(readdressed, 1);
    assert_int_equal(looks, 0);
    assert_true(port_has("192.0.2.1/24"));
    assert_non_null(strstr(said, "event=addresses_refused"));
    view_rc = -ENODEV; /* somebody deleted the interface */
    heard(3000);
    run(3000, 4000);
    assert_int_equal(readdressed, 1);
}

static void configured_addresses_stay_and_the_log_tells_each_difference_once(void **state)
{
    (void)state;
    ctl.conf->ports[0].n_addresses = 1;
    ctl.conf->ports[0].addresses[0] = net("192.0.2.1/24");
    assert_false(conf_leaves_addresses(ctl.conf, "wan"));
    host_addrs = (struct node_addrs){1, {net("192.0.2.9/24")}};
    for (uint64_t ms = 600; ms < 1000; ms += 100) {
        heard(ms);
        run(ms, ms + 100);
    }
    assert_int_equal(readdressed + looks, 0);
    assert_true(port_has("192.0.2.1/24"));
    const char *lost =
        strstr(said, "event=host_address_lost port=wan interface=culvert-wan address=192.0.2.1/24");
    const char *unused =
        strstr(said, "event=host_address_unused port=wan interface=culvert-wan address=192.0.2.9/24");
    assert_true(lost && unused);
    assert_null(strstr(lost + 10, "host_address_lost"));
    assert_null(strstr(unused + 10, "host_address_unused"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_is_told_once_for_each_change),
        cmocka_unit_test_setup(what_the_host_decides_is_the_ports_and_the_engine_is_told_once, setup),
        cmocka_unit_test_setup(during_a_reload_it_waits_and_what_is_refused_changes_nothing, setup),
        cmocka_unit_test_setup(configured_addresses_stay_and_the_log_tells_each_difference_once, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
