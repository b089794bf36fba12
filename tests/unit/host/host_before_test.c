/* SPDX-License-Identifier: BSD-3-Clause */
/* An interface is changed by hand in every respect, and comes back. */
#include "host_before.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_link.h"
#include "net_box.h"

#define SHOW                                                                                               \
    "ip -d addr show dev near; ip -4 route show table all; ip -6 route show table all | sort; ethtool -k " \
    "near; "                                                                                               \
    "cd /proc/sys/net/ipv6/conf/near; grep . disable_ipv6 accept_dad addr_gen_mode"

static int fd;
static char told[1024];

static void hear(void *arg, const char *sentence)
{
    strncat(told, sentence, sizeof told - strlen(told) - 1);
}

static const struct host_tell tell = {hear, NULL};

static void look(struct host_before *before)
{
    assert_int_equal(host_before_look(fd, if_nametoindex("near"), before), 0);
}

static void what_was_is_read(void **state)
{
    struct host_before before;
    net_box_near(
        "ip link set near mtu 1400 && ethtool -K near gro on && ip addr add 192.0.2.1/24 dev near && "
        "ip addr add 2001:db8::1/64 dev near nodad && ip route add 10.0.0.0/8 via 192.0.2.254");
    look(&before);
    assert_string_equal(before.name, "near");
    assert_int_equal(before.flags, IFF_UP);
    assert_int_equal(before.mtu, 1400);
    assert_int_equal(before.ip6_off, 0);
    assert_int_equal(before.gen_mode, 1);
    assert_int_equal(before.addrs.n, 2);
    assert_true(before.offloads[0].is_known && before.offloads[0].is_wanted); /* rx-gro */
    assert_false(before.offloads[1].is_known);                                /* rx-lro: a veth has none */
    host_before_free(&before);
    assert_int_equal(host_before_look(fd, 0x7ffffff0, &before), -ENODEV);
}

static void all_of_it_comes_back(void **state)
{
    struct host_before before;
    char *was = net_box_text(SHOW);
    look(&before);
    net_box_near(
        "echo 0 >/proc/sys/net/ipv6/conf/near/accept_dad"); /* as one that was killed on this way leaves it */
    net_box_near("ethtool -K near gro off && ip addr flush dev near && echo 1 "
                 ">/proc/sys/net/ipv6/conf/near/disable_ipv6 && "
                 "ip link set near down promisc on allmulticast on mtu 2000 addrgenmode eui64");
    assert_int_equal(host_before_restore(fd, &before, &tell), 0);
    net_box_near(
        "for i in 1 2 3 4 5 6 7 8 9; do ip link show near | grep -q 'state UP' && break; sleep 0.2; done");
    char *is = net_box_text(SHOW);
    net_box_same(was, is);
    assert_string_equal(told, "");
    host_before_free(&before);
    free(was);
    free(is);
}

static void an_address_that_had_to_prove_itself_does_so_again(void **state)
{
    struct host_before before;
    net_box_near("ip addr add 2001:db8::7/64 dev near");
    look(&before);
    net_box_near("ip addr flush dev near");
    assert_int_equal(host_before_restore(fd, &before, &tell), 0);
    net_box_near("ip addr show dev near | grep '2001:db8::7' | grep -q tentative");
    net_box_near("grep -qx 1 /proc/sys/net/ipv6/conf/near/accept_dad");
    host_before_free(&before);
}

static void what_cannot_come_back_is_told(void **state)
{
    struct host_before before;
    net_box_near("ip addr flush dev near && ip addr add 192.0.2.1/24 dev near valid_lft 5 preferred_lft 5");
    look(&before);
    before.when_s -= 6;
    net_box_near("ip addr flush dev near");
    assert_int_equal(host_before_restore(fd, &before, &tell), 0);
    assert_non_null(
        strstr(told, "near: 192.0.2.1/24 could not be given back, do it by hand: its lifetime ended"));
    host_before_free(&before);
}

static void an_interface_that_is_gone_is_told(void **state)
{
    struct host_before before;
    look(&before);
    before.index = 0x7ffffff0;
    assert_int_equal(host_before_restore(fd, &before, &tell), -ENODEV);
    host_before_free(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_is_read),
        cmocka_unit_test(all_of_it_comes_back),
        cmocka_unit_test(an_address_that_had_to_prove_itself_does_so_again),
        cmocka_unit_test(what_cannot_come_back_is_told),
        cmocka_unit_test(an_interface_that_is_gone_is_told),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    fd = host_netlink_open(NETLINK_ROUTE);
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    close(fd);
    net_box_unwire();
    return rc;
}
