/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of all kinds go and come back in the kernel's order. */
#include "host_addrs.h"

#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "net_box.h"

static int fd;
static unsigned near_index;

static void addresses_come_back_in_order(void **state)
{
    struct host_netlink_list all;
    struct base_prefix prefix;
    char text[BASE_PREFIX_TEXT_MAX];
    net_box_near(
        "ip addr add 192.0.2.1/24 brd + dev near && ip addr add 192.0.2.9/24 dev near label near:1 && "
        "ip addr add 10.9.0.1 peer 10.9.0.2/32 dev near && ip addr add 192.0.2.8/24 dev near && "
        "ip addr add 198.51.101.1/24 dev near scope link noprefixroute && "
        "ip addr add 2001:db8::1/64 dev near nodad && ip addr add fe80::1/64 dev near nodad && "
        "ip addr add 2001:db8::2/64 dev near nodad home");
    char *before = net_box_text("ip -d addr show dev near");
    assert_int_equal(host_addrs_list(fd, near_index, &all), 0);
    assert_int_equal(all.n, 8);
    host_addrs_prefix(host_addrs_in_order(&all, 0), &prefix);
    assert_string_equal(base_prefix_text(&prefix, text), "198.51.101.1/24");
    host_addrs_prefix(host_addrs_in_order(&all, 7), &prefix);
    assert_string_equal(base_prefix_text(&prefix, text), "2001:db8::2/64");
    assert_int_equal(host_addrs_remove(fd, near_index), 0);
    net_box_near("! ip addr show dev near | grep inet");
    for (size_t i = 0; i < all.n; i++)
        assert_int_equal(host_addrs_add(fd, host_addrs_in_order(&all, i), "near", 0), 0);
    char *after = net_box_text("ip -d addr show dev near");
    net_box_same(before, after);
    assert_int_equal(host_addrs_add(fd, all.msgs[0], "near", 0), 0); /* it is there */
    assert_int_equal(host_addrs_remove(fd, near_index), 0);
    host_netlink_free(&all);
    free(before);
    free(after);
}

static void lifetimes_go_on(void **state)
{
    struct host_netlink_list all;
    net_box_near("ip addr add 192.0.2.1/24 dev near valid_lft 1000 preferred_lft 500");
    assert_int_equal(host_addrs_list(fd, near_index, &all), 0);
    assert_int_equal(all.n, 1);
    assert_int_equal(host_addrs_remove(fd, near_index), 0);
    assert_int_equal(host_addrs_add(fd, all.msgs[0], "near", 1000), -ETIME);
    assert_int_equal(host_addrs_add(fd, all.msgs[0], "near", 600), 0);
    net_box_near("ip addr show dev near | grep -Eq 'valid_lft (400|39.)sec preferred_lft 0sec'");
    assert_int_equal(host_addrs_remove(fd, near_index), 0);
    host_netlink_free(&all);
}

static void a_label_follows_a_new_name(void **state)
{
    struct host_netlink_list all;
    net_box_near("ip addr add 192.0.2.1/24 dev near");
    assert_int_equal(host_addrs_list(fd, near_index, &all), 0);
    net_box_near("ip addr flush dev near && ip link set near down && ip link set near name later");
    assert_int_equal(host_addrs_add(fd, all.msgs[0], "near", 0), 0);
    net_box_near("ip addr show dev later | grep -q 'scope global later' && ip link set later name near");
    host_netlink_free(&all);
}

static void of_an_interface_by_its_name_come_all_but_link_local_ones(void **state)
{
    struct base_prefix list[3];
    char text[BASE_PREFIX_TEXT_MAX];
    net_box_near(
        "ip addr flush dev near && ip addr add 192.0.2.1/24 dev near && ip addr add 192.0.2.9/24 dev near && "
        "ip addr add 2001:db8::1/64 dev near nodad && ip addr add fe80::1/64 dev near nodad");
    assert_int_equal(host_addrs_of("near", list, 3), 3);
    assert_string_equal(base_prefix_text(&list[0], text), "192.0.2.1/24");
    assert_string_equal(base_prefix_text(&list[1], text), "192.0.2.9/24");
    assert_string_equal(base_prefix_text(&list[2], text), "2001:db8::1/64");
    assert_int_equal(host_addrs_of("near", list, 2), 2);
    assert_int_equal(host_addrs_of("nowhere", list, 3), -ENODEV);
    net_box_near("ip addr flush dev near");
    assert_int_equal(host_addrs_of("near", list, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_come_back_in_order),
        cmocka_unit_test(lifetimes_go_on),
        cmocka_unit_test(a_label_follows_a_new_name),
        cmocka_unit_test(of_an_interface_by_its_name_come_all_but_link_local_ones),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    fd = host_netlink_open(NETLINK_ROUTE);
    near_index = if_nametoindex("near");
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    close(fd);
    net_box_unwire();
    return rc;
}
