/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures, explanations and what actions answer: whole texts, so that a change of the layout is a decision.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void explanations_are_paragraphs(void **state)
{
    expect_printed(
        cli_print_explain,
        "{'total':1,'failures':[{'kind':'unknown_id','first':'A','last':'B','count':3,'connection':'foo',"
        "'remote':'198.51.100.7:500','remote_id':'172.16.0.1','notify':'AUTHENTICATION_FAILED',"
        "'why':'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen "
        "seventeen','fix_here':'write @foo'}]}",
        "B  unknown_id  (3 times since A)\n"
        "  peer 198.51.100.7:500 as 172.16.0.1, connection foo, notify AUTHENTICATION_FAILED\n"
        "  why it failed\n"
        "    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen\n"
        "    seventeen\n"
        "  change here\n"
        "    write @foo\n");
}

static void reload_counts_what_did_not_change(void **state)
{
    expect_printed(
        cli_print_reload,
        "{'operations':[{'type':'unchanged','name':'a'},{'type':'new_sa','name':'connections.b.local.id'},{'"
        "type':'move','name':'connections.b.local.address'},"
        "{'type':'in_force','name':'routes'},{'type':'new_child','name':'connections.c.fragmentation'},"
        "{'type':'removed','name':'d'},{'type':'needs_restart','name':'ports.in'}],'needs_restart':true,"
        "'warnings':[{'path':'x.y','text':'hm'}]}",
        "connections.b.local.id: new IKE SA\n"
        "connections.b.local.address: the IKE SA moves, or a new one\n"
        "routes: in force\n"
        "connections.c.fragmentation: new child SAs\n"
        "d: removed\n"
        "ports.in: needs a restart\n"
        "1 connections unchanged\n"
        "warning: x.y: hm\n"
        "what needs a restart takes effect at the next start of culvertd only\n");
}

static void a_check_says_that_nothing_was_changed(void **state)
{
    expect_printed(
        cli_print_reload,
        "{'is_plan':true,'operations':[{'type':'added','name':'a'}],'needs_restart':false,'warnings':[]}",
        "a plan: nothing was changed. A reload would do this:\n"
        "a: added\n"
        "0 connections unchanged\n");
}

static void failures_are_a_table_with_a_hint(void **state)
{
    expect_printed(
        cli_print_failures,
        "{'failures':[{'last':'B','count':3,'kind':'unknown_id','connection':'foo','remote':'198.51.100.7:"
        "500',"
        "'remote_id':'@x','why':'no such key'},{'last':'C','count':1,'kind':'timeout','why':'silence'}]}",
        "  LAST  TIMES  KIND        CONNECTION  REMOTE            REMOTE ID  WHY\n"
        "  B         3  unknown_id  foo         198.51.100.7:500  @x         no such key\n"
        "  C         1  timeout     -           -                 -          silence\n"
        "\n"
        "what to change is told by: culvertctl explain\n");
    expect_printed(cli_print_failures, "{'failures':[]}", "  nothing has failed\n");
}

static void an_explanation_leaves_out_what_is_not_known(void **state)
{
    expect_printed(
        cli_print_explain,
        "{'failures':[{'kind':'timeout','first':'A','last':'A','count':1},"
        "{'kind':'refused','last':'B','count':1,'remote':'r','what':'w','nearest':'n','fix_peer':'p'}]}",
        "A  timeout\n"
        "  peer unknown\n"
        "\n"
        "B  refused\n"
        "  peer r\n"
        "  what arrived\n"
        "    w\n"
        "  nearest configuration\n"
        "    n\n"
        "  or on the peer\n"
        "    p\n");
    expect_printed(cli_print_explain, "{'failures':[]}", "nothing has failed\n");
    expect_printed(cli_print_explain, "{'connection':'foo','failures':[]}",
                   "nothing has failed with foo; what it does: culvertctl show connections foo\n");
}

static void a_reload_that_changed_nothing_is_one_line(void **state)
{
    expect_printed(cli_print_reload, "{'operations':[],'needs_restart':false}", "0 connections unchanged\n");
}

static void an_action_says_where_to_look(void **state)
{
    expect_printed(cli_print_done, "{}", "under way; see: culvertctl show sas\n");
}

static void failures_are_one_line_each_of_80_columns(void **state)
{
    assert_true(expect_printed_at(
        80, cli_print_failures,
        "{'failures':[{'kind':'unknown_id','first':'2026-01-31T23:59:59Z','last':'2026-01-31T23"
        ":59:59Z','count':3,'connection':'foo','remote':'[2001:db8:1234:5678:9abc:def0:1234:567"
        "8]:61024','remote_id':'172.16.0.1','why':'one two three four five six seven eight nine"
        " ten eleven twelve thirteen fourteen fifteen'},{'kind':'unknown_id','last':'2026-01-31"
        "T23:59:59Z','count':3,'remote':'192.0.2.7:500','why':'short'}]}",
        "  LAST                  REMOTE                          WHY\n"
        "  2026-01-31T23:59:59Z  [2001:db8:1234..34:5678]:61024  one two three four fiv..\n"
        "  2026-01-31T23:59:59Z  192.0.2.7:500                   short\n"
        "\n"
        "what to change is told by: culvertctl explain\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explanations_are_paragraphs),
        cmocka_unit_test(reload_counts_what_did_not_change),
        cmocka_unit_test(a_check_says_that_nothing_was_changed),
        cmocka_unit_test(failures_are_a_table_with_a_hint),
        cmocka_unit_test(an_explanation_leaves_out_what_is_not_known),
        cmocka_unit_test(a_reload_that_changed_nothing_is_one_line),
        cmocka_unit_test(an_action_says_where_to_look),
        cmocka_unit_test(failures_are_one_line_each_of_80_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
