/* SPDX-License-Identifier: BSD-3-Clause */
/* A datagram from the far end reaches a program here, unless one of the two guards stands. */
#include "host_guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_netlink.h"
#include "net_box.h"

static int program, tap, route_fd;
static unsigned near_index;

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char buf[2048];
    bool is = false;
    while (poll(&p, 1, 20) == 1 && recv(fd, buf, sizeof buf, MSG_DONTWAIT) > 0)
        is = true;
    return is;
}

/* Sends one; each time a packet socket must see it. Whether the program does. */
static bool is_delivered(void)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(4711), .sin_addr.s_addr = inet_addr("192.0.2.1")};
    is_readable(tap);
    net_box_go(true);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof to), 1);
    close(fd);
    net_box_go(false);
    assert_true(is_readable(tap));
    return is_readable(program);
}

static void nftables_keeps_all_from_the_stack(void **state)
{
    assert_true(is_delivered());
    const int guard = host_guard_nft("near", near_index);
    assert_true(guard >= 0);
    assert_false(is_delivered());
    assert_int_equal(host_guard_nft("near", near_index), -EPERM);
    net_box_near("! command -v nft >/dev/null || nft flush ruleset");
    assert_false(is_delivered());
    close(guard);
    assert_true(is_delivered());
}

static void a_classifier_keeps_all_from_the_stack(void **state)
{
    bool has_qdisc = true;
    assert_int_equal(host_guard_tc_look(route_fd, near_index, &has_qdisc), 0);
    assert_false(has_qdisc);
    assert_int_equal(host_guard_tc(route_fd, near_index), 0);
    assert_false(is_delivered());
    assert_int_equal(host_guard_tc_remove(route_fd, near_index, false), 0);
    assert_true(is_delivered());
    net_box_near("! tc qdisc show dev near | grep clsact");
    assert_int_equal(host_guard_tc_remove(route_fd, near_index, false), 0);
}

static void the_qdisc_of_others_stays(void **state)
{
    bool has_qdisc = false;
    net_box_near("tc qdisc add dev near clsact && "
                 "tc filter add dev near ingress pref 9 protocol ip u32 match u32 0 0 classid 1:1");
    char *before = net_box_text("tc qdisc show dev near; tc filter show dev near ingress");
    assert_int_equal(host_guard_tc_look(route_fd, near_index, &has_qdisc), 0);
    assert_true(has_qdisc);
    assert_int_equal(host_guard_tc(route_fd, near_index), 0);
    assert_false(is_delivered());
    assert_int_equal(host_guard_tc_remove(route_fd, near_index, true), 0);
    assert_true(is_delivered());
    char *after = net_box_text("tc qdisc show dev near; tc filter show dev near ingress");
    net_box_same(before, after);
    assert_int_equal(host_guard_tc_remove(route_fd, near_index, true), 0);
    free(before);
    free(after);
}

static int listen_here(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(4711)};
    const struct sockaddr_ll all = {.sll_family = AF_PACKET,
                                    .sll_protocol = htons(ETH_P_ALL),
                                    .sll_ifindex = (int)if_nametoindex("near")};
    program = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tap = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    route_fd = host_netlink_open(NETLINK_ROUTE);
    near_index = if_nametoindex("near");
    net_box_near(
        "ip addr add 192.0.2.1/24 dev near && ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev near");
    net_box_far(
        "ip addr add 192.0.2.2/24 dev far && ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev far");
    return bind(program, (const struct sockaddr *)&any, sizeof any) |
           bind(tap, (const struct sockaddr *)&all, sizeof all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nftables_keeps_all_from_the_stack),
        cmocka_unit_test(a_classifier_keeps_all_from_the_stack),
        cmocka_unit_test(the_qdisc_of_others_stays),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    if (listen_here() < 0)
        return 1;
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    close(program);
    close(tap);
    close(route_fd);
    net_box_unwire();
    return rc;
}
