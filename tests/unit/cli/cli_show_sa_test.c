/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections, SAs and NAT as people see them: whole texts, so that a change of the layout is a decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void sas_are_two_tables(void **state)
{
    expect_printed(
        cli_print_sas,
        "{'sas':[{'id':1,'connection':'foo','state':'established','role':'responder','local':'172.31.0.10:"
        "4500',"
        "'remote':'198.51.100.7:1024','remote_id':'@foo','encapsulated':true,'proposal':'AES','age_s':61,"
        "'rekey_in_s':90061,'idle_s':3,'children':[{'name':'foo','spi_in':'0x00000100','spi_out':'0xc0ffee00'"
        ","
        "'proposal':'AES-GCM','local':['10.1.0.0/24'],'remote':['10.2.0.0/24','10.3.0.0/24'],'rekey_in_s':5,"
        "'in':{'pkts':10,'bytes':1500},'out':{'pkts':20,'bytes':2000000},'replay':1,'bad_icv':2}]}]}",
        "  CONNECTION  ID  STATE        ROLE       LOCAL             REMOTE             REMOTE ID  ESP IN "
        "UDP  "
        "PROPOSAL  AGE        REKEY IN  IDLE\n"
        "  foo          1  established  responder  172.31.0.10:4500  198.51.100.7:1024  @foo       yes       "
        "  "
        "AES       1 min 1 s  1 d 1 h   3 s\n"
        "\n"
        "  CHILD  SPI IN      SPI OUT     PROPOSAL  LOCAL        REMOTE                    IN PKTS      IN  "
        "OUT "
        "PKTS     OUT  DROPS  REKEY IN\n"
        "  foo    0x00000100  0xc0ffee00  AES-GCM   10.1.0.0/24  10.2.0.0/24, 10.3.0.0/24       10  1.5 kB   "
        "    "
        " 20  2.0 MB      3  5 s\n");
}

static void a_refusal_that_is_doubted_stands_beside_the_state(void **state)
{
    expect_printed(
        cli_print_sas,
        "{'sas':[{'id':1,'connection':'foo','state':'connecting','refused':'NO_PROPOSAL_CHOSEN',"
        "'role':'initiator','local':'l','remote':'r','remote_id':'@foo','also_ids':['@b','c'],"
        "'children':[]}]}",
        "  CONNECTION  ID  STATE                            ROLE       LOCAL  REMOTE  REMOTE ID    "
        "ESP IN UDP  PROPOSAL  AGE  REKEY IN  IDLE\n"
        "  foo          1  connecting (NO_PROPOSAL_CHOSEN)  initiator  l      r       @foo, @b, c  "
        "no          -         -    -         -\n"
        "\n"
        "  no child SAs\n");
}

static void nat_tells_both_sides_and_explains(void **state)
{
    expect_printed(cli_print_nat,
                   "{'public_addresses':['198.51.100.2'],'peers':[{'connection':'foo','remote_id':'@foo','"
                   "encapsulated':true,"
                   "'moves':2,'mobike':true,'further':['2001:db8::7'],'keepalive_s':20,"
                   "'remapped':{'address':'10.1.2.3','here':'10.77.0.1'},'path_mtu':{'bytes':"
                   "1400,'found_by':'probe','probed':true},'"
                   "local':{'seen':'172.31.0.10:4500','behind_nat':true,'dialled':'198."
                   "51.100.2'},"
                   "'remote':{'seen':'198.51.100.7:1024','behind_nat':true},'explanation':'Words.'}]}",
                   "our public addresses: 198.51.100.2\n"
                   "foo (@foo), ESP in UDP, moved 2 times\n"
                   "  SIDE  SEEN HERE          BEHIND NAT  AS THE PEER KNOWS IT\n"
                   "  we    172.31.0.10:4500   yes         198.51.100.2\n"
                   "  peer  198.51.100.7:1024  yes         another address (only its hash is known)\n"
                   "  another peer has its address 10.1.2.3, too: here it is 10.77.0.1\n"
                   "  we keep the NAT's mapping alive after 20 idle seconds\n"
                   "  either side may go on from another address (MOBIKE); the peer has also 2001:db8::7\n"
                   "  packets to it have up to 1400 bytes, which arrived when it was probed\n"
                   "  Words.\n"
                   "\n"
                   "who sits behind which NAT\n"
                   "  198.51.100.2 (ours)\n"
                   "    foo (@foo), here 172.31.0.10\n"
                   "  198.51.100.7\n"
                   "    foo (@foo), port 1024, its 10.1.2.3 is here 10.77.0.1\n");
}

static void a_child_for_some_dscps_names_them(void **state)
{
    expect_printed(
        cli_print_connections,
        "{'connections':[{'name':'foo','state':'up','local_id':'@gw','remote_id':'@foo','remote_address':'"
        "any',"
        "'children':[{'name':'a','up':true,'local':['l'],'remote':['r'],'dscp':['be']},"
        "{'name':'b','up':true,'local':['l'],'remote':['r'],'dscp':['ef','47']}]}]}",
        "  CONNECTION  STATE  LOCAL ID  REMOTE ID  PEER  IN  OUT  CHILD       UP   LOCAL  REMOTE\n"
        "  foo         up     @gw       @foo       any    -    -  a (be)      yes  l      r\n"
        "  \"           \"      \"         \"          \"      \"    \"  b (ef, 47)  yes  l      r\n");
    expect_printed(
        cli_print_sas,
        "{'sas':[{'id':2,'connection':'a','children':[{'name':'c','spi_in':'1','spi_out':'2','proposal':'p',"
        "'local':['l'],'remote':['r'],'rekey_in_s':9,'dscp':['ef']}]}]}",
        "  CONNECTION  ID  STATE  ROLE  LOCAL  REMOTE  REMOTE ID  ESP IN UDP  PROPOSAL  AGE  REKEY IN  IDLE\n"
        "  a            2  -      -     -      -       -          no          -         -    -         -\n"
        "\n"
        "  CHILD   SPI IN  SPI OUT  PROPOSAL  LOCAL  REMOTE  IN PKTS  IN  OUT PKTS  OUT  DROPS  REKEY IN\n"
        "  c (ef)  1       2        p         l      r             -   -         -    -      0  9 s\n");
}

static void connections_show_one_line_per_child(void **state)
{
    expect_printed(
        cli_print_connections,
        "{'connections':[{'name':'foo','state':'waiting','local_id':'@gw','remote_id':'@foo','remote_"
        "address':'any','totals':{'in_bytes':1234567,'out_bytes':98},"
        "'children':[{'name':'a','up':false,'local':['10.1.0.0/24'],'remote':['10.2.0.0/24']},"
        "{'name':'b','up':true,'local':['10.1.0.0/24'],'remote':['10.3.0.0/24']}]}]}",
        "  CONNECTION  STATE    LOCAL ID  REMOTE ID  PEER      IN   OUT  CHILD  UP   LOCAL        REMOTE\n"
        "  foo         waiting  @gw       @foo       any   1.2 MB  98 B  a      no   10.1.0.0/24  "
        "10.2.0.0/24\n"
        "  \"           \"        \"         \"          \"          \"     \"  b      yes  10.1.0.0/24  "
        "10.3.0.0/24\n");
}

static void without_sas_one_line_tells_how_to_have_one(void **state)
{
    expect_printed(cli_print_sas, "{'sas':[]}", "  no SAs; start one with: culvertctl initiate NAME\n");
    expect_printed(cli_print_sas, "{}", "  no SAs; start one with: culvertctl initiate NAME\n");
}

static void a_replaced_child_says_so_and_one_without_counters_has_dashes(void **state)
{
    expect_printed(
        cli_print_sas,
        "{'sas':[{'id':2,'connection':'a','children':[{'name':'c','spi_in':'1','spi_out':'2','proposal':'p',"
        "'local':['l'],'remote':['r'],'replaced':true,'rekey_in_s':9,'limit':1,'policy':2,'bad_trailer':4}]}]"
        "}",
        "  CONNECTION  ID  STATE  ROLE  LOCAL  REMOTE  REMOTE ID  ESP IN UDP  PROPOSAL  AGE  REKEY IN  IDLE\n"
        "  a            2  -      -     -      -       -          no          -         -    -         -\n"
        "\n"
        "  CHILD  SPI IN  SPI OUT  PROPOSAL  LOCAL  REMOTE  IN PKTS  IN  OUT PKTS  OUT  DROPS  REKEY IN\n"
        "  c      1       2        p         l      r             -   -         -    -      7  (replaced)\n");
}

static void a_child_that_stands_by_for_another_says_so(void **state)
{
    expect_printed(
        cli_print_sas,
        "{'sas':[{'id':2,'connection':'a','children':[{'name':'c','spi_in':'1','spi_out':'2','proposal':'p',"
        "'local':['l'],'remote':['r'],'replaced':false,'rekey_in_s':9,'standby':true}]}]}",
        "  CONNECTION  ID  STATE  ROLE  LOCAL  REMOTE  REMOTE ID  ESP IN UDP  PROPOSAL  AGE  REKEY IN  IDLE\n"
        "  a            2  -      -     -      -       -          no          -         -    -         -\n"
        "\n"
        "  CHILD  SPI IN  SPI OUT  PROPOSAL  LOCAL  REMOTE  IN PKTS  IN  OUT PKTS  OUT  DROPS  REKEY IN\n"
        "  c      1       2        p         l      r             -   -         -    -      0  (standby)\n");
}

static void children_that_share_say_whose_they_are(void **state)
{
    expect_printed(
        cli_print_sas,
        "{'sas':[{'id':2,'connection':'a','children':[{'name':'c','spi_in':'1','spi_out':'2','proposal':'p',"
        "'local':['l'],'remote':['r'],'replaced':false,'rekey_in_s':9,'shared':2,'owner_out':3},{'name':'c',"
        "'spi_in':'4','spi_out':'5','proposal':'p','local':['l'],'remote':['r'],'replaced':false,'rekey_in_s'"
        ":9,'shared':1,'owner_out':3}]}]}",
        "  CONNECTION  ID  STATE  ROLE  LOCAL  REMOTE  REMOTE ID  ESP IN UDP  PROPOSAL  AGE  REKEY IN  IDLE\n"
        "  a            2  -      -     -      -       -          no          -         -    -         -\n"
        "\n"
        "  CHILD        SPI IN  SPI OUT  PROPOSAL  LOCAL  REMOTE  IN PKTS  IN  OUT PKTS  OUT  DROPS  REKEY "
        "IN\n"
        "  c, worker 3  1       2        p         l      r             -   -         -    -      0  9 s\n"
        "  c            4       5        p         l      r             -   -         -    -      0  9 s\n");
}

static void a_peer_that_is_known_stands_in_place_of_the_configured_address(void **state)
{
    expect_printed(
        cli_print_connections,
        "{'connections':[{'name':'foo','state':'up','local_id':'@gw','remote_id':'@foo','remote_address':'"
        "any',"
        "'peer':'198.51.100.7:4500','children':[{'name':'a','up':true,'local':['l'],'remote':['r']}]}]}",
        "  CONNECTION  STATE  LOCAL ID  REMOTE ID  PEER               IN  OUT  CHILD  UP   LOCAL  REMOTE\n"
        "  foo         up     @gw       @foo       198.51.100.7:4500   -    -  a      yes  l      r\n");
    expect_printed(cli_print_connections, "{'connections':[]}", "  no connections are configured\n");
}

static void nat_without_nat_and_without_peers(void **state)
{
    expect_printed(cli_print_nat, "{'public_addresses':[],'peers':[]}", "no peer is connected\n");
    expect_printed(cli_print_nat,
                   "{'peers':[{'connection':'a','remote_id':'@a','moves':0,'local':{'seen':'l','behind_nat':"
                   "false,'dialled':"
                   "'l'},'remote':{'seen':'r','announced':'r'},'explanation':'One.'},"
                   "{'connection':'b','remote_id':'@b','moves':0,'local':{'seen':'l','behind_nat':true},'"
                   "remote':{'seen':'r'}"
                   ",'explanation':'Two.'}]}",
                   "a (@a), plain ESP, moved 0 times\n"
                   "  SIDE  SEEN HERE  BEHIND NAT  AS THE PEER KNOWS IT\n"
                   "  we    l          no          l\n"
                   "  peer  r          no          r\n"
                   "  One.\n"
                   "\n"
                   "b (@b), plain ESP, moved 0 times\n"
                   "  SIDE  SEEN HERE  BEHIND NAT  AS THE PEER KNOWS IT\n"
                   "  we    l          yes         another address (not in nat.public_addresses)\n"
                   "  peer  r          no          another address (only its hash is known)\n"
                   "  Two.\n"
                   "\n"
                   "who sits behind which NAT\n"
                   "  an unknown address (ours)\n"
                   "    b (@b), here \n");
}

static void an_ipv6_peer_with_a_long_name_fits_80_columns(void **state)
{
    assert_true(expect_printed_at(
        80, cli_print_sas,
        "{'sas':[{'id':123,'connection':'branch-office-of-a-very-long-name-indeed','state':'est"
        "ablished','role':'responder','local':'[2001:db8:ffff:ffff:ffff:ffff:ffff:10]:4500','re"
        "mote':'[2001:db8:1234:5678:9abc:def0:1234:5678]:61024','remote_id':'C=NZ, O=Example Or"
        "ganisation, CN=gateway.example.org','encapsulated':true,'proposal':'AES-GCM-16-128/PRF"
        "-HMAC-SHA2-256/X25519','age_s':90061,'rekey_in_s':90061,'idle_s':3,'children':[{'name'"
        ":'branch-office-of-a-very-long-name-indeed','spi_in':'0x00000100','spi_out':'0xc0ffee0"
        "0','proposal':'AES-GCM-16-128/ESN','local':['2001:db8:ffff:ffff::/64'],'remote':['2001"
        ":db8:eeee:ffff::/64','10.3.0.0/24'],'rekey_in_s':86399,'in':{'pkts':123456789012,'byte"
        "s':150000000000},'out':{'pkts':123456789012,'bytes':2000000},'replay':1234567,'bad_icv"
        "':2}]}]}",
        "  CONNECTION            STATE        REMOTE                REMOTE ID\n"
        "  branch-of..me-indeed  established  [2001:db8..78]:61024  C=NZ, O=Ex..ample.org\n"
        "\n"
        "  CHILD                        SPI IN      SPI OUT           IN     OUT    DROPS\n"
        "  branch-office..-name-indeed  0x00000100  0xc0ffee00  150.0 GB  2.0 MB  1234569\n"));
}

static void an_ipv4_peer_fits_80_columns_whole_but_for_what_is_told_by_wide(void **state)
{
    assert_true(expect_printed_at(
        80, cli_print_sas,
        "{'sas':[{'id':1,'connection':'foo','state':'established','role':'responder','local':'1"
        "72.31.0.10:4500','remote':'198.51.100.7:1024','remote_id':'@foo','encapsulated':true,'"
        "proposal':'AES-GCM-16-128/PRF-HMAC-SHA2-256/X25519','age_s':61,'rekey_in_s':9006,'idle"
        "_s':3,'children':[{'name':'foo','spi_in':'0x00000100','spi_out':'0xc0ffee00','proposal"
        "':'AES-GCM-16-128/ESN','local':['10.1.0.0/24'],'remote':['10.2.0.0/24'],'rekey_in_s':8"
        "6399,'in':{'pkts':1234,'bytes':150000000000},'out':{'pkts':1234,'bytes':2000000},'repl"
        "ay':1}]}]}",
        "  CONNECTION  ID  STATE        REMOTE             REMOTE ID  AGE\n"
        "  foo          1  established  198.51.100.7:1024  @foo       1 min 1 s\n"
        "\n"
        "  CHILD  SPI IN      SPI OUT     REMOTE             IN     OUT  DROPS\n"
        "  foo    0x00000100  0xc0ffee00  10.2.0.0/24  150.0 GB  2.0 MB      1\n"));
}

static void connections_fit_80_columns(void **state)
{
    assert_true(expect_printed_at(
        80, cli_print_connections,
        "{'connections':[{'name':'branch-office-of-a-very-long-name-indeed','state':'connecting"
        "','local_id':'@gw','remote_id':'C=NZ, O=Example Organisation, CN=gateway.example.org',"
        "'remote_address':'any','peer':'[2001:db8:1234:5678:9abc:def0:1234:5678]:61024','totals"
        "':{'in_bytes':1234567,'out_bytes':98},'children':[{'name':'a','up':false,'local':['10."
        "1.0.0/24'],'remote':['10.2.0.0/24']},{'name':'b','up':true,'local':['10.1.0.0/24'],'re"
        "mote':['10.3.0.0/24']}]}]}",
        "  CONNECTION        STATE       REMOTE ID          PEER               CHILD  UP\n"
        "  branch-..-indeed  connecting  C=NZ, O=..ple.org  [2001:db..]:61024  a      no\n"
        "  \"                 \"           \"                  \"                  b      yes\n"));
}

static void nat_fits_80_columns_with_nothing_cut(void **state)
{
    assert_true(expect_printed_at(
        80, cli_print_nat,
        "{'public_addresses':['198.51.100.2'],'peers':[{'connection':'branch-office-of-a-very-l"
        "ong-name-indeed','remote_id':'C=NZ, O=Example Organisation, CN=gateway.example.org','e"
        "ncapsulated':true,'moves':2,'keepalive_s':20,'local':{'seen':'[2001:db8:1234:5678:9abc"
        ":def0:1234:5678]:61024','behind_nat':true,'mapping_held_s':20,'mapping_lost_s':30},'remote':{'seen':"
        "'198.51.100.7:1024','behin"
        "d_nat':true},'explanation':'We are behind a NAT: the peer dials and so on and on until"
        " the line ends and beyond of it all.'}]}",
        "our public addresses: 198.51.100.2\n"
        "branch-office-of-a-very-long-name-indeed (C=NZ, O=Example Organisation,\n"
        "  CN=gateway.example.org), ESP in UDP, moved 2 times\n"
        "  SIDE  SEEN HERE                           BEHIND NAT  AS THE PEER KNOWS IT\n"
        "  we    [2001:db8:1234:5..1234:5678]:61024  yes         another address (not in\n"
        "                                                        nat.public_addresses)\n"
        "  peer  198.51.100.7:1024                   yes         another address (only\n"
        "                                                        its hash is known)\n"
        "  our NAT kept a silent mapping for 20 s and less than 30 s\n"
        "  we keep the NAT's mapping alive after 20 idle seconds\n"
        "  We are behind a NAT: the peer dials and so on and on until the line ends and\n"
        "  beyond of it all.\n"
        "\n"
        "who sits behind which NAT\n"
        "  an unknown address (ours), keeps silent mappings 20 s and less than 30 s\n"
        "    branch-office-of-a-very-long-name-indeed (C=NZ, O=Example Organisation,\n"
        "      CN=gateway.example.org), here 2001:db8:1234:5678:9abc:def0:1234:5678\n"
        "  198.51.100.7\n"
        "    branch-office-of-a-very-long-name-indeed (C=NZ, O=Example Organisation,\n"
        "      CN=gateway.example.org), port 1024\n"));
}

static void what_the_peer_gave_us_stands_below(void **state)
{
    (void)state;
    expect_printed(
        cli_print_sas,
        "{'sas':[{'connection':'hq','id':1,'local_inner':['10.9.0.1','fd09::1'],'interface':'culvert-wan','"
        "dns':['10.1.0.53'],"
        "'children':[]},{'connection':'foo','id':2,'remote_inner':['10.9.0.2'],'children':[]}]}",
        "  CONNECTION  ID  STATE  ROLE  LOCAL  REMOTE  REMOTE ID  ESP IN UDP  PROPOSAL  AGE  REKEY IN  IDLE\n"
        "  hq           1  -      -     -      -       -          no          -         -    -         -\n"
        "  foo          2  -      -     -      -       -          no          -         -    -         -\n"
        "\n"
        "  no child SAs\n"
        "hq: the peer gave us 10.9.0.1, fd09::1, on culvert-wan; name servers 10.1.0.53\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_peer_gave_us_stands_below),
        cmocka_unit_test(sas_are_two_tables),
        cmocka_unit_test(a_refusal_that_is_doubted_stands_beside_the_state),
        cmocka_unit_test(nat_tells_both_sides_and_explains),
        cmocka_unit_test(a_child_for_some_dscps_names_them),
        cmocka_unit_test(connections_show_one_line_per_child),
        cmocka_unit_test(without_sas_one_line_tells_how_to_have_one),
        cmocka_unit_test(a_replaced_child_says_so_and_one_without_counters_has_dashes),
        cmocka_unit_test(a_child_that_stands_by_for_another_says_so),
        cmocka_unit_test(children_that_share_say_whose_they_are),
        cmocka_unit_test(a_peer_that_is_known_stands_in_place_of_the_configured_address),
        cmocka_unit_test(nat_without_nat_and_without_peers),
        cmocka_unit_test(an_ipv6_peer_with_a_long_name_fits_80_columns),
        cmocka_unit_test(an_ipv4_peer_fits_80_columns_whole_but_for_what_is_told_by_wide),
        cmocka_unit_test(connections_fit_80_columns),
        cmocka_unit_test(nat_fits_80_columns_with_nothing_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
