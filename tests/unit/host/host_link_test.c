/* SPDX-License-Identifier: BSD-3-Clause */
/* One interface by its name or number, what it says, what is set. */
#include "host_link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "net_box.h"

static int fd;
static unsigned index_of_near;

static void a_link_is_found_by_name_and_by_number(void **state)
{
    struct host_netlink_list link;
    char name[IFNAMSIZ];
    assert_int_equal(host_link_get(fd, "near", 0, &link), 0);
    host_netlink_free(&link);
    assert_int_equal(host_link_get(fd, NULL, index_of_near, &link), 0);
    assert_int_equal(link.n, 1);
    host_link_text(name, sizeof name, host_link_attr(link.msgs[0], IFLA_IFNAME, 1));
    assert_string_equal(name, "near");
    host_link_text(name, 3, host_link_attr(link.msgs[0], IFLA_IFNAME, 1));
    assert_string_equal(name, "ne");
    host_link_text(name, sizeof name, NULL);
    assert_string_equal(name, "");
    host_netlink_free(&link);
}

static void a_link_that_is_not_there_is_none(void **state)
{
    struct host_netlink_list link;
    assert_int_equal(host_link_get(fd, "nowhere", 0, &link), -ENODEV);
    assert_int_equal(host_link_get(fd, "", 0, &link), -ENODEV);
    assert_int_equal(host_link_get(fd, "a-name-that-is-too-long", 0, &link), -ENODEV);
    assert_int_equal(host_link_get(fd, NULL, 0x7ffffff0, &link), -ENODEV);
    assert_int_equal(link.n, 0);
}

static void others_are_named(void **state)
{
    char names[64];
    host_link_names(fd, names, sizeof names);
    assert_string_equal(names, "; there are: near");
    net_box_near("ip link add one type veth peer name two");
    host_link_names(fd, names, sizeof names);
    assert_string_equal(names, "; there are: near, two, one");
    host_link_names(fd, names, 24);
    assert_string_equal(names, "; there are: near, t...");
    net_box_near("ip link del one");
}

static void what_is_set_is_what_it_says(void **state)
{
    struct host_netlink_list link;
    assert_int_equal(host_link_set_mtu(fd, index_of_near, 1400), 0);
    assert_int_equal(host_link_set_mtu(fd, index_of_near, 70000), -EINVAL);
    assert_int_equal(host_link_set_gen_mode(fd, index_of_near, IN6_ADDR_GEN_MODE_RANDOM), 0);
    assert_int_equal(host_link_set_ip6("near", "disable_ipv6", 1), 0);
    assert_int_equal(host_link_set_flags(fd, index_of_near, IFF_PROMISC, IFF_UP | IFF_PROMISC), 0);
    net_box_near("ip -d link show near | grep -q 'PROMISC.*mtu 1400.*state DOWN'");
    assert_int_equal(host_link_get(fd, "near", 0, &link), 0);
    assert_int_equal(host_link_gen_mode(link.msgs[0]), IN6_ADDR_GEN_MODE_RANDOM);
    assert_int_equal(host_link_ip6_off(link.msgs[0]), 1);
    assert_int_equal(host_link_get_ip6("near", "disable_ipv6"), 1);
    host_netlink_free(&link);
    assert_int_equal(host_link_set_ip6("near", "no_such_key", 1), -ENOENT);
    assert_int_equal(host_link_get_ip6("nowhere", "disable_ipv6"), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_found_by_name_and_by_number),
        cmocka_unit_test(a_link_that_is_not_there_is_none),
        cmocka_unit_test(others_are_named),
        cmocka_unit_test(what_is_set_is_what_it_says),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    fd = host_netlink_open(NETLINK_ROUTE);
    index_of_near = if_nametoindex("near");
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    close(fd);
    net_box_unwire();
    return rc;
}
