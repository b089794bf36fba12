/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes of all kinds go and come back; what others share of them stays. */
#include "host_routes.h"

#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "net_box.h"

#define SHOW \
    "{ ip -4 route show table all; ip -6 route show table all | sort; } | sed 's/[0-9]*sec/some sec/g'"

static int fd;
static unsigned near_index;

/* Three times: those by a gateway wait for those to its network, and these for the local address. */
static void all_back(const struct host_netlink_list *all, uint32_t age_s)
{
    char text[HOST_ROUTES_TEXT];
    for (size_t i = 0; i < 3 * all->n; i++) {
        const struct nlmsghdr *msg = all->msgs[i % all->n];
        if (host_routes_add(fd, msg, near_index, age_s) < 0 && i >= 2 * all->n)
            fail_msg("%s", host_routes_text(msg, text));
    }
}

static void routes_come_back_as_they_were(void **state)
{
    struct host_netlink_list all;
    size_t left;
    net_box_near("ip addr add 192.0.2.1/24 dev near && ip addr add 2001:db8::1/64 dev near nodad && "
                 "ip route add default via 192.0.2.254 metric 7 && "
                 "ip route append default via 192.0.2.253 metric 7 && "
                 "ip route add 10.7.0.0/16 dev near scope link table 220 proto 188 src 192.0.2.1 && "
                 "ip route add 10.6.0.0/16 via 10.99.0.1 dev near onlink mtu lock 1300 advmss 1200 && "
                 "ip -6 route add default via fe80::2 dev near pref high && "
                 "ip -6 route add 2001:db8:b::/48 via 2001:db8::254 expires 500 table 221");
    char *before = net_box_text(SHOW);
    assert_int_equal(host_routes_list(fd, near_index, &all), 0);
    assert_int_equal(host_routes_remove(fd, near_index, &left), 0);
    assert_int_equal(left, 0);
    net_box_near("! ip route show table all | grep -v 'table local' | grep 'dev near'");
    net_box_near("ip addr flush dev near && ip addr add 192.0.2.1/24 dev near && "
                 "ip addr add 2001:db8::1/64 dev near nodad");
    all_back(&all, 0);
    all_back(&all, 0); /* they are there */
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    host_netlink_free(&all);
    free(before);
    free(after);
}

static void a_route_is_told_in_words(void **state)
{
    struct host_netlink_list all;
    char text[HOST_ROUTES_TEXT], told[1024] = "";
    net_box_near(
        "ip route add default via 192.0.2.254 dev near "
        "onlink && ip route add 10.0.0.0/8 dev near table 220 && ip -6 route add 2001:db8:b::/48 dev near");
    assert_int_equal(host_routes_list(fd, near_index, &all), 0);
    for (size_t i = 0; i < all.n; i++)
        if (!host_routes_is_local(all.msgs[i]))
            snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n",
                     host_routes_text(all.msgs[i], text));
    assert_string_equal(told, "10.0.0.0/8 table 220\nIPv4 default via 192.0.2.254\n2001:db8:b::/48\n");
    host_netlink_free(&all);
}

static void the_legs_of_others_stay(void **state)
{
    struct host_netlink_list all;
    size_t left;
    net_box_near("ip link add side type veth peer name edis && ip link set side addrgenmode none up && "
                 "ip link set edis addrgenmode none up && ip addr add 203.0.113.1/24 dev side && "
                 "ip addr add 2001:db8:2::1/64 dev side nodad && ip addr add 192.0.2.1/24 dev near && "
                 "ip addr add 2001:db8::1/64 dev near nodad && "
                 "ip route add 10.4.0.0/16 nexthop via 192.0.2.7 weight 3 nexthop via 203.0.113.7 && "
                 "ip -6 route add 2001:db8:a::/48 nexthop via 2001:db8::254 nexthop via 2001:db8:2::254");
    char *before = net_box_text(SHOW);
    assert_int_equal(host_routes_list(fd, near_index, &all), 0);
    net_box_near("ip addr flush dev near");
    assert_int_equal(host_routes_remove(fd, near_index, &left), 0);
    net_box_near("ip route show 10.4.0.0/16 | grep -v near | grep -q 203.0.113.7 && "
                 "ip -6 route show 2001:db8:a::/48 | grep -v near | grep -q 2001:db8:2::254");
    net_box_near("ip addr add 192.0.2.1/24 dev near && ip addr add 2001:db8::1/64 dev near nodad");
    all_back(&all, 0);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    host_netlink_free(&all);
    free(before);
    free(after);
}

static void nexthop_objects_are_named_and_groups_are_left(void **state)
{
    struct host_netlink_list all;
    size_t left;
    net_box_near("ip link add side type veth peer name edis && ip link set side addrgenmode none up && "
                 "ip link set edis addrgenmode none up && "
                 "ip addr add 203.0.113.1/24 dev side && ip addr add 192.0.2.1/24 dev near && ip nexthop add "
                 "id 7 via 192.0.2.7 dev near && "
                 "ip nexthop add id 8 via 203.0.113.7 dev side && ip nexthop add id 9 group 7/8 && "
                 "ip route add 10.2.0.0/16 nhid 7 && ip route add 10.3.0.0/16 nhid 9");
    assert_int_equal(host_routes_list(fd, near_index, &all), 0);
    assert_int_equal(host_routes_remove(fd, near_index, &left), 0);
    assert_int_equal(left, 1);
    net_box_near("! ip route show 10.2.0.0/16 | grep . && ip route show 10.3.0.0/16 | grep -q 'nhid 9'");
    all_back(&all, 0);
    net_box_near("ip route show 10.2.0.0/16 | grep -q 'nhid 7'");
    host_netlink_free(&all);
}

static void a_lifetime_that_ended_is_told(void **state)
{
    struct host_netlink_list all;
    size_t left;
    net_box_near("ip -6 route add 2001:db8:b::/48 dev near expires 500");
    assert_int_equal(host_routes_list(fd, near_index, &all), 0);
    assert_int_equal(host_routes_remove(fd, near_index, &left), 0);
    for (size_t i = 0; i < all.n; i++)
        if (!host_routes_is_local(all.msgs[i])) {
            assert_int_equal(host_routes_add(fd, all.msgs[i], near_index, 501), -ETIME);
            assert_int_equal(host_routes_add(fd, all.msgs[i], near_index, 100), 0);
        }
    net_box_near("ip -6 route show 2001:db8:b::/48 | grep -Eq 'expires (400|39.)sec'");
    host_netlink_free(&all);
}

static int in_box(void **state)
{
    net_box_wire();
    near_index = if_nametoindex("near");
    return 0;
}

static int out_of_box(void **state)
{
    net_box_near("ip link del side 2>/dev/null; ip nexthop flush");
    net_box_unwire();
    return 0;
}

#define IN_BOX(test) cmocka_unit_test_setup_teardown(test, in_box, out_of_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(routes_come_back_as_they_were), IN_BOX(a_route_is_told_in_words),
        IN_BOX(the_legs_of_others_stay),       IN_BOX(nexthop_objects_are_named_and_groups_are_left),
        IN_BOX(a_lifetime_that_ended_is_told),
    };
    if (!net_box_enter())
        return 77;
    fd = host_netlink_open(NETLINK_ROUTE);
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    close(fd);
    return rc;
}
