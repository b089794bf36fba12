/* SPDX-License-Identifier: BSD-3-Clause */
/* On a veth, whose offloads are real though nothing stands behind them. */
#include "host_offload.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "net_box.h"

static void those_that_are_on_and_not_fixed_go_off(void **state)
{
    const char *failed = NULL;
    char text[128];
    net_box_near("ethtool -K near gro on rx-udp-gro-forwarding on");
    host_offload_text("near", false, text, sizeof text);
    assert_string_equal(text, "rx-gro rx-udp-gro-forwarding");
    assert_int_equal(host_offload_off("near", false, &failed), 0);
    host_offload_text("near", false, text, sizeof text);
    assert_string_equal(text, "");
    net_box_near("ethtool -k near | grep -qx 'generic-receive-offload: off' && "
                 "ethtool -k near | grep -qx 'rx-vlan-offload: on' && ethtool -k near | grep -qx "
                 "'tx-vlan-offload: on'");
}

static void a_tag_stays_in_the_frame_for_xdp(void **state)
{
    const char *failed = NULL;
    char text[128];
    host_offload_text("near", true, text, sizeof text);
    assert_string_equal(text, "rx-vlan-hw-parse");
    assert_int_equal(host_offload_off("near", true, &failed), 0);
    net_box_near("ethtool -k near | grep -qx 'rx-vlan-offload: off'");
    assert_null(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_are_on_and_not_fixed_go_off),
        cmocka_unit_test(a_tag_stays_in_the_frame_for_xdp),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    net_box_unwire();
    return rc;
}
