/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel says of addresses, byte for byte by a socket pair, and by the kernel itself. */
#include "host_watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_netlink.h"
#include "net_box.h"

static const unsigned indexes[] = {7, 0, 9};

static void say(int fd, uint16_t type, unsigned index, size_t cut)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *msg = host_netlink_put(buf, type, 0, sizeof(struct ifaddrmsg));
    ((struct ifaddrmsg *)mnl_nlmsg_get_payload(msg))->ifa_index = index;
    msg->nlmsg_len -= (uint32_t)cut;
    assert_int_equal(send(fd, msg, msg->nlmsg_len, 0), msg->nlmsg_len);
}

static void addresses_that_come_and_go_count_and_nothing_else(void **state)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    assert_int_equal(host_watch_hear(ends[0], indexes, 3), 0);
    say(ends[1], RTM_NEWADDR, 8, 0);
    say(ends[1], RTM_NEWLINK, 7, 0);
    say(ends[1], RTM_NEWADDR, 7, 1); /* too short to say which */
    assert_int_equal(host_watch_hear(ends[0], indexes, 3), 0);
    say(ends[1], RTM_DELADDR, 9, 0);
    assert_int_equal(host_watch_hear(ends[0], indexes, 3), 1 << 2);
    for (int i = 0; i < 20; i++)
        say(ends[1], i & 1 ? RTM_NEWADDR : RTM_DELADDR, i & 2 ? 7 : 9, 0);
    assert_int_equal(host_watch_hear(ends[0], indexes, 3), 1 << 0 | 1 << 2);
    assert_int_equal(host_watch_hear(ends[0], indexes, 3), 0);
    close(ends[0]);
    close(ends[1]);
}

static void the_kernel_tells_of_both_families(void **state)
{
    const unsigned near[] = {if_nametoindex("lo"), if_nametoindex("near")};
    const int fd = host_watch_open();
    assert_true(fd >= 0);
    net_box_near("ip addr add 192.0.2.1/24 dev near");
    assert_int_equal(host_watch_hear(fd, near, 2), 1 << 1);
    net_box_near("ip addr add 2001:db8::1/64 dev near nodad && ip addr del 192.0.2.1/24 dev near");
    assert_int_equal(host_watch_hear(fd, near, 2), 1 << 1);
    assert_int_equal(host_watch_hear(fd, near, 2), 0);
    close(fd);
}

/* More than the socket has room for: what is lost is as good as heard. */
static void what_the_kernel_had_no_room_for_concerns_all(void **state)
{
    const unsigned others[] = {77, 78};
    const int fd = host_watch_open();
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){1}, sizeof(int)), 0);
    net_box_near("for i in $(seq 1 60); do ip addr add 198.51.100.$i/32 dev near; done");
    assert_int_equal(host_watch_hear(fd, others, 2), 3);
    assert_int_equal(host_watch_hear(fd, others, 2), 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_come_and_go_count_and_nothing_else),
        cmocka_unit_test(the_kernel_tells_of_both_families),
        cmocka_unit_test(what_the_kernel_had_no_room_for_concerns_all),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    net_box_unwire();
    return rc;
}
