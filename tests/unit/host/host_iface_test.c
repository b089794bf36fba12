/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts about a veth, and the sentences about what cannot be had. */
#include "host_iface.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "net_box.h"

static char why[HOST_WHY_MAX];

static void an_interface_tells_what_it_is(void **state)
{
    struct host_iface i;
    char text[BASE_PREFIX_TEXT_MAX];
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    net_box_near("ip link set near mtu 1400 && ip addr add 192.0.2.1/24 dev near && "
                 "ip addr add 2001:db8::1/64 dev near nodad && ip route add 10.0.0.0/8 via 192.0.2.254");
    assert_int_equal(host_iface_look("near", &i, why, sizeof why), 0);
    assert_string_equal(i.name, "near");
    assert_string_equal(i.kind, "veth");
    assert_string_equal(i.master, "");
    assert_string_equal(i.driver.name, "veth");
    assert_memory_equal(i.mac, mac, sizeof mac);
    assert_true(i.index && i.is_ethernet && i.is_up && i.has_carrier);
    assert_int_equal(i.mtu, 1400);
    assert_int_equal(i.mtu_min, 68);
    assert_int_equal(i.mtu_max, 65535);
    assert_true(i.xdp_can == HOST_XDP_NATIVE || i.xdp_can == HOST_XDP_ZEROCOPY);
    assert_int_equal(i.xdp_prog, 0);
    assert_int_equal(i.n_addrs, 2);
    assert_string_equal(base_prefix_text(&i.addrs[0], text), "192.0.2.1/24");
    assert_string_equal(base_prefix_text(&i.addrs[1], text), "2001:db8::1/64");
    assert_int_equal(i.n_routes, 3); /* two networks and 10.0.0.0/8 */
    assert_false(i.has_default);
    assert_string_equal(i.uppers, "");
    assert_true(i.channels.max_rx > 0);
    assert_int_equal(host_iface_check(&i, why, sizeof why), 0);
    net_box_near("ip route add default via 192.0.2.254 && ip link add mac0 link near type macvlan");
    assert_int_equal(host_iface_look("near", &i, why, sizeof why), 0);
    assert_true(i.has_default);
    assert_string_equal(i.uppers, "mac0");
    net_box_near("ip link del mac0 && ip link set near down");
    assert_int_equal(host_iface_look("near", &i, why, sizeof why), 0);
    assert_false(i.is_up);
}

static void one_that_is_not_there_lists_the_others(void **state)
{
    struct host_iface i;
    assert_int_equal(host_iface_look("eth9", &i, why, sizeof why), -ENODEV);
    assert_string_equal(
        why, "eth9: there is no interface of this name in this network namespace; there are: near");
    assert_int_equal(i.index, 0);
}

static void what_another_has_is_refused_in_a_sentence(void **state)
{
    struct host_iface i;
    net_box_near("ip link add lan0 type bridge && ip link set near master lan0");
    assert_int_equal(host_iface_look("near", &i, why, sizeof why), 0);
    assert_string_equal(i.master, "lan0");
    assert_int_equal(host_iface_check(&i, why, sizeof why), -EBUSY);
    assert_string_equal(
        why, "near is a part of lan0, which hears all that arrives on it: take it out (ip link set near "
             "nomaster), or write \"device\": \"lan0\"");
    assert_int_equal(host_iface_look("lan0", &i, why, sizeof why), 0);
    assert_string_equal(i.kind, "bridge");
    assert_int_equal(host_iface_check(&i, why, sizeof why), 0);
    net_box_near("ip link del lan0");
}

static void what_has_no_ethernet_is_refused_in_a_sentence(void **state)
{
    struct host_iface i;
    assert_int_equal(host_iface_look("lo", &i, why, sizeof why), 0);
    assert_int_equal(host_iface_check(&i, why, sizeof why), -EINVAL);
    assert_string_equal(
        why, "lo has no Ethernet frames (it is a loopback or a tunnel): name an interface that has a MAC "
             "address");
    net_box_near("ip tuntap add dev tun9 mode tun");
    assert_int_equal(host_iface_look("tun9", &i, why, sizeof why), 0);
    assert_int_equal(host_iface_check(&i, why, sizeof why), -EINVAL);
    assert_string_equal(
        why, "tun9 has no Ethernet frames (it is of the kind tun): name an interface that has a MAC "
             "address");
    net_box_near("ip link del tun9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interface_tells_what_it_is),
        cmocka_unit_test(one_that_is_not_there_lists_the_others),
        cmocka_unit_test(what_another_has_is_refused_in_a_sentence),
        cmocka_unit_test(what_has_no_ethernet_is_refused_in_a_sentence),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    net_box_unwire();
    return rc;
}
