/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of bypass as whole texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void rows_and_how_many_packets_they_let_by(void **state)
{
    (void)state;
    expect_printed(
        cli_print_bypass,
        "{'bypass':[{'local':['10.1.0.0/24'],'remote':['10.9.0.0/24','10.8.0.0/24[tcp/"
        "9100]'],'pkts':12300,'bytes':1200000},"
        "{'local':['fd00:1::/64'],'remote':['fd00:9::/64'],'pkts':45,'bytes':0}],'bypassed':12345}",
        "  LOCAL        REMOTE                               PKTS   BYTES\n"
        "  10.1.0.0/24  10.9.0.0/24, 10.8.0.0/24[tcp/9100]  12300  1.2 MB\n"
        "  fd00:1::/64  fd00:9::/64                            45     0 B\n"
        "in clear, both ways, whatever connection covers them: 12345 packets so far\n");
}

static void without_any_that_is_said(void **state)
{
    (void)state;
    expect_printed(cli_print_bypass, "{'bypass':[],'bypassed':0}",
                   "  nothing travels in clear beside the tunnels\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_how_many_packets_they_let_by),
        cmocka_unit_test(without_any_that_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
