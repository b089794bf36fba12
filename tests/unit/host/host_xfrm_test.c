/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's IPsec policies, in a network namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "host_xfrm.h"
#include "net_box.h"

static void policies_are_counted(void **state)
{
    (void)state;
    size_t n = 7;
    assert_int_equal(host_xfrm_policies(&n), 0);
    assert_int_equal(n, 0);
    net_box_near("ip xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl src 192.0.2.1 dst "
                 "192.0.2.2 proto esp mode tunnel");
    net_box_near("ip xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir in tmpl src 192.0.2.2 dst 192.0.2.1 "
                 "proto esp mode tunnel");
    assert_int_equal(host_xfrm_policies(&n), 0);
    assert_int_equal(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(policies_are_counted)};
    size_t n;
    if (!net_box_enter())
        return 77;
    if (host_xfrm_policies(&n) < 0) {
        printf("skipped: this kernel has no IPsec\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
