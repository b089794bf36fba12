/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses that peers gave, for this machine: which are set when, and which stay. Kernel and data path are
 * lists. */
#include "node_inner.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base_text.h"
#include "dp.h"
#include "esp_pair.h"
#include "host_log.h"
#include "host_tun.h"
#include "node_int.h"

static char done[2048], said[2048];
static struct base_text done_text, said_text;
static int refusal;
static struct node *node;

static const char *text_of(const struct base_addr *a)
{
    static char text[BASE_ADDR_TEXT_MAX];
    return base_addr_text(a, text);
}

int dp_inner_add(struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    (void)dp;
    base_text_add(&done_text, "+dp %u %s\n", port, text_of(addr));
    return 0;
}

void dp_inner_remove(struct dp *dp, const struct base_addr *addr)
{
    (void)dp;
    base_text_add(&done_text, "-dp %s\n", text_of(addr));
}

int host_tun_addr_add(const char *name, const struct base_addr *addr)
{
    base_text_add(&done_text, "+%s %s\n", name, text_of(addr));
    return refusal;
}

int host_tun_addr_remove(const char *name, const struct base_addr *addr)
{
    base_text_add(&done_text, "-%s %s\n", name, text_of(addr));
    return 0;
}

int host_tun_route_add(const char *name, const struct base_addr *from, const struct base_prefix *to)
{
    char prefix[BASE_PREFIX_TEXT_MAX];
    base_text_add(&done_text, "+%s %s from %s\n", name, base_prefix_text(to, prefix), text_of(from));
    return 0;
}

int host_tun_route_remove(const char *name, const struct base_prefix *to)
{
    char prefix[BASE_PREFIX_TEXT_MAX];
    base_text_add(&done_text, "-%s %s\n", name, base_prefix_text(to, prefix));
    return 0;
}

void host_log(enum host_level level, const char *format, ...)
{
    char line[600];
    va_list ap;
    (void)level;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    base_text_add(&said_text, "%s\n", line);
}

static struct base_addr ip(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

/* One outside port with a host interface, one without. */
static int set_up(void **state)
{
    (void)state;
    node = calloc(1, sizeof *node);
    node->n_ports = 2;
    for (size_t i = 0; i < 2; i++) {
        struct node_port_params *p = &node->params.ports[i];
        p->n_addrs = 1;
        assert_int_equal(base_prefix_parse_host(i ? "10.1.0.1/24" : "192.0.2.1/24", &p->addrs[0]), 0);
    }
    snprintf(node->params.ports[0].host, sizeof node->params.ports[0].host, "tun0");
    node->feeds[0].is_open = true;
    done_text = base_text(done, sizeof done);
    said_text = base_text(said, sizeof said);
    done[0] = said[0] = '\0';
    refusal = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    node_inner_stop(node);
    free(node);
    return 0;
}

static uint32_t replaces;

static void install(uint32_t spi, const char *local, const char *inner, const char *lo, const char *hi)
{
    struct esp_pair *p = calloc(1, sizeof *p);
    p->spi_in = spi;
    p->replaces_in = replaces;
    p->path.local.addr = ip(local);
    if (inner)
        p->inner[0] = ip(inner);
    p->remote_ts.count = 1;
    p->remote_ts.list[0] = (struct base_ts){.port_hi = UINT16_MAX, .lo = ip(lo), .hi = ip(hi)};
    node_inner_install(node, p);
    free(p);
}

static void assert_did(const char *what)
{
    assert_string_equal(done, what);
    done_text.len = 0;
    done[0] = '\0';
}

static void an_address_and_its_networks_come_and_go_with_the_sa(void **state)
{
    (void)state;
    install(1, "192.0.2.1", "10.9.0.1", "10.2.0.0", "10.2.2.255");
    assert_did(
        "+dp 0 10.9.0.1\n+tun0 10.9.0.1\n+tun0 10.2.0.0/23 from 10.9.0.1\n+tun0 10.2.2.0/24 from 10.9.0.1\n");
    const struct base_addr in = ip("10.9.0.1"), other = ip("10.9.0.2");
    assert_string_equal(node_inner_interface(node, &in), "tun0");
    assert_null(node_inner_interface(node, &other));
    node_inner_remove(node, 2); /* another pair */
    assert_did("");
    node_inner_remove(node, 1);
    assert_did("-tun0 10.2.0.0/23\n-tun0 10.2.2.0/24\n-tun0 10.9.0.1\n-dp 10.9.0.1\n");
    assert_null(node_inner_interface(node, &in));
}

static void a_rekeying_leaves_it_where_it_is(void **state)
{
    (void)state;
    install(1, "192.0.2.1", "10.9.0.1", "10.2.0.0", "10.2.0.255");
    done_text.len = 0;
    install(2, "192.0.2.1", "10.9.0.1", "10.2.0.0", "10.2.0.255");
    node_inner_remove(node, 1);
    assert_int_equal(done_text.len, 0);
    install(3, "192.0.2.1", "10.9.0.1", "10.3.0.0", "10.3.0.255");
    assert_did("+tun0 10.3.0.0/24 from 10.9.0.1\n");
    node_inner_remove(node, 2);
    assert_did("-tun0 10.2.0.0/24\n");
}

static void what_the_machine_should_not_have_is_told_and_left(void **state)
{
    (void)state;
    static const char *const none[] = {"127.0.0.1", "224.0.0.5", "255.255.255.255", "0.0.0.0",
                                       "::1",       "ff02::1",   "fe80::1",         "::"};
    install(1, "10.1.0.1", "10.9.0.1", "10.2.0.0", "10.2.0.255");
    assert_did("");
    assert_non_null(strstr(said, "ports.NAME.host"));
    const size_t told = said_text.len;
    replaces = 1; /* a rekeying tells it no more */
    install(50, "10.1.0.1", "10.9.0.1", "10.2.0.0", "10.2.0.255");
    replaces = 0;
    assert_int_equal(said_text.len, told);
    for (uint32_t i = 0; i < sizeof none / sizeof *none; i++)
        install(2 + i, "192.0.2.1", none[i], "10.2.0.0", "10.2.0.255");
    assert_did("");
    refusal = -EADDRINUSE;
    install(20, "192.0.2.1", "10.9.0.1", "10.2.0.0", "10.2.0.255");
    assert_did("+dp 0 10.9.0.1\n+tun0 10.9.0.1\n-dp 10.9.0.1\n");
    assert_non_null(strstr(said, "has it already"));
    install(21, "192.0.2.1", NULL, "10.2.0.0", "10.2.0.255"); /* most SAs */
    assert_did("");
}

static void routes_have_a_limit_and_a_family(void **state)
{
    (void)state;
    install(1, "192.0.2.1", "10.9.0.1", "fd02::", "fd02::ffff");
    assert_did("+dp 0 10.9.0.1\n+tun0 10.9.0.1\n");
    install(2, "192.0.2.1", "fd09::1", "fd02::1", "fd02:0:0:0:ffff:ffff:ffff:fffe");
    assert_non_null(strstr(said, "more than 64"));
}

#define WITH_NODE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_NODE(an_address_and_its_networks_come_and_go_with_the_sa),
        WITH_NODE(a_rekeying_leaves_it_where_it_is),
        WITH_NODE(what_the_machine_should_not_have_is_told_and_left),
        WITH_NODE(routes_have_a_limit_and_a_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
