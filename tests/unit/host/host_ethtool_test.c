/* SPDX-License-Identifier: BSD-3-Clause */
/* Asked of the kernel about a veth in a namespace of its own. */
#include "host_ethtool.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "net_box.h"

static void a_driver_is_named(void **state)
{
    struct host_ethtool_driver driver;
    assert_int_equal(host_ethtool_driver("near", &driver), 0);
    assert_string_equal(driver.name, "veth");
    assert_string_equal(driver.bus, "");
    assert_int_equal(host_ethtool_driver("nowhere", &driver), -ENODEV);
    assert_string_equal(driver.name, "");
}

static void queues_are_counted(void **state)
{
    struct host_ethtool_channels c;
    net_box_near("ip link add many numrxqueues 3 numtxqueues 2 type veth && ethtool -L many rx 1 tx 2");
    assert_int_equal(host_ethtool_channels("many", &c), 0);
    assert_int_equal(c.rx, 1);
    assert_int_equal(c.tx, 2);
    assert_int_equal(c.combined, 0);
    assert_int_equal(c.max_rx, 3);
    assert_int_equal(c.max_tx, 2);
    net_box_near("ip link del many");
    assert_int_equal(host_ethtool_channels("lo", &c), -EOPNOTSUPP);
    assert_int_equal(c.max_combined, 0);
}

static void a_feature_follows_what_is_asked(void **state)
{
    struct host_ethtool_feature is;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(host_ethtool_feature_set("near", "rx-gro", i % 2), 0);
        assert_int_equal(host_ethtool_feature("near", "rx-gro", &is), 0);
        assert_int_equal(is.is_on, i % 2);
        assert_int_equal(is.is_wanted, i % 2);
        assert_false(is.is_fixed);
        net_box_near("ethtool -k near | grep -qx 'generic-receive-offload: %s'", i % 2 ? "on" : "off");
    }
}

static void what_cannot_be_changed_is_told(void **state)
{
    struct host_ethtool_feature is;
    assert_int_equal(host_ethtool_feature("near", "rx-lro", &is), 0);
    assert_true(is.is_fixed);
    assert_false(is.is_on);
    assert_int_equal(host_ethtool_feature_set("near", "rx-lro", true), -EBUSY);
    assert_int_equal(host_ethtool_feature("near", "rx-no-such", &is), -ENOENT);
    assert_int_equal(host_ethtool_feature_set("near", "rx-no-such", true), -ENOENT);
    assert_int_equal(host_ethtool_feature_set("nowhere", "rx-gro", true), -ENODEV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_driver_is_named),
        cmocka_unit_test(queues_are_counted),
        cmocka_unit_test(a_feature_follows_what_is_asked),
        cmocka_unit_test(what_cannot_be_changed_is_told),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    net_box_unwire();
    return rc;
}
