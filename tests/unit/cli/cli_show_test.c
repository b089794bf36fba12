/* SPDX-License-Identifier: BSD-3-Clause */
/* How documents look to people: whole texts, so that a change of the layout is a decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"

static void expect(void (*print)(FILE *, const json_t *), const char *json, const char *want)
{
    char *text, *copy = strdup(json);
    size_t len;
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_error_t error;
    json_t *doc = json_loads(copy, 0, &error);
    if (!doc)
        fail_msg("%s: %s", error.text, copy);
    FILE *out = open_memstream(&text, &len);
    print(out, doc);
    fclose(out);
    if (strcmp(text, want) != 0)
        fail_msg("printed:\n%s\nwanted:\n%s", text, want);
    free(text);
    free(copy);
    json_decref(doc);
}

static void status_is_a_few_lines_and_two_tables(void **state)
{
    expect(cli_print_status,
           "{'version':'0.1.0','uptime_s':7384,'pid':42,'config':'/etc/"
           "culvert.json','connections':2,'ike_sas':1,"
           "'half_open':0,'child_sas':1,'established':3,'failed':1,'moves':1,'reloads':1,'failures':2,"
           "'restart_pending':['ports.in.mtu','workers.poll'],"
           "'poll':'adaptive','hugepages':false,'crypto_threads':3,'workers':[{'worker':0,'core':1,'load_"
           "percent':3.25,'rx_pkts'"
           ":1000,"
           "'tx_pkts':900,'esp_in_pkts':500,'esp_out_pkts':400,'handed_over':0,'dropped':7}],"
           "'drops':[{'name':'bad_icv','count':7,'help':'ESP authentication failed'}]}",
           "culvertd 0.1.0, up 2 h 3 min, pid 42, /etc/culvert.json\n"
           "2 connections, 1 IKE SAs (0 half open), 1 child SAs\n"
           "since start: 3 established, 1 failed, 1 moves of peers, 1 reloads\n"
           "a restart of culvertd is pending, for: ports.in.mtu, workers.poll\n"
           "2 failures are explained by: culvertctl explain\n"
           "\n"
           "workers (poll: adaptive, hugepages: no, which is slower, threads for IKE's cryptography: 3)\n"
           "  WORKER  CORE   LOAD  RX PKTS  TX PKTS  ESP IN  ESP OUT  HANDED OVER  DROPPED\n"
           "       0     1  3.2 %     1000      900     500      400            0        7\n"
           "\n"
           "largest drops of all workers (more: culvertctl show drops)\n"
           "  COUNT  DROP     MEANING\n"
           "      7  bad_icv  ESP authentication failed\n");
}

static void drops_that_happened_are_told_with_place_and_meaning(void **state)
{
    expect(cli_print_drops,
           "{'drops':[{'where':'worker 1','name':'replay','count':12,'help':'seen before'},"
           "{'where':'port eth0','name':'missed','count':0,'help':'full'},"
           "{'where':'IKE','name':'bad_icv','count':3,'help':'forged'}]}",
           "  COUNT  WHERE     DROP     MEANING\n"
           "     12  worker 1  replay   seen before\n"
           "      3  IKE       bad_icv  forged\n");
    expect(cli_print_drops, "{'drops':[]}", "  nothing was dropped\n");
}

static void counters_are_told_with_the_daemons_words(void **state)
{
    expect(
        cli_print_counters,
        "{'a':{'x_pkts':7,'y':0},'b':{'in':{'x_pkts':5},'out':{'x_pkts':6}},"
        "'drops':[{'name':'replay','count':12,'help':'seen before'}],"
        "'about':[{'group':'a','title':'the A','counters':[{'name':'x_pkts','unit':'pkts','help':'packets'},"
        "{'name':'y','unit':'count','help':'things'},{'name':'z','unit':'count','help':'unknown here'}]},"
        "{'group':'b','title':'the B','each':true,"
        "'counters':[{'name':'x_pkts','unit':'pkts','help':'others'}]}]}",
        "the A\n"
        "  COUNT  UNIT   COUNTER  MEANING\n"
        "      7  pkts   x_pkts   packets\n"
        "      0  count  y        things\n"
        "      -  count  z        unknown here\n"
        "\n"
        "the B in\n"
        "  COUNT  UNIT  COUNTER  MEANING\n"
        "      5  pkts  x_pkts   others\n"
        "\n"
        "the B out\n"
        "  COUNT  UNIT  COUNTER  MEANING\n"
        "      6  pkts  x_pkts   others\n"
        "\n"
        "drops\n"
        "  COUNT  DROP    MEANING\n"
        "     12  replay  seen before\n");
    expect(cli_print_counters, "{'drops':[]}", "drops\n  nothing was dropped\n");
}

static void sas_are_two_tables(void **state)
{
    expect(
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
    expect(cli_print_sas,
           "{'sas':[{'id':1,'connection':'foo','state':'connecting','refused':'NO_PROPOSAL_CHOSEN',"
           "'role':'initiator','local':'l','remote':'r','remote_id':'@foo','children':[]}]}",
           "  CONNECTION  ID  STATE                            ROLE       LOCAL  REMOTE  REMOTE ID  "
           "ESP IN UDP  PROPOSAL  AGE  REKEY IN  IDLE\n"
           "  foo          1  connecting (NO_PROPOSAL_CHOSEN)  initiator  l      r       @foo       "
           "no          -         -    -         -\n"
           "\n"
           "  no child SAs\n");
}

static void nat_tells_both_sides_and_explains(void **state)
{
    expect(cli_print_nat,
           "{'public_addresses':['198.51.100.2'],'peers':[{'connection':'foo','remote_id':'@foo','"
           "encapsulated':true,"
           "'moves':2,'keepalive_s':20,'local':{'seen':'172.31.0.10:4500','behind_nat':true,'dialled':'198."
           "51.100.2'},"
           "'remote':{'seen':'198.51.100.7:1024','behind_nat':true},'explanation':'Words.'}]}",
           "our public addresses: 198.51.100.2\n"
           "foo (@foo), ESP in UDP, moved 2 times\n"
           "  SIDE  SEEN HERE          BEHIND NAT  AS THE PEER KNOWS IT\n"
           "  we    172.31.0.10:4500   yes         198.51.100.2\n"
           "  peer  198.51.100.7:1024  yes         another address (only its hash is known)\n"
           "  we keep the NAT's mapping alive after 20 idle seconds\n"
           "  Words.\n");
}

static void explanations_are_paragraphs(void **state)
{
    expect(cli_print_explain,
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

static void the_host_of_a_port_has_a_line_of_its_own(void **state)
{
    expect(cli_print_ports,
           "{'ports':[{'name':'eth0','device':'net_x','driver':'x','role':'both','mac':'m','mtu':1500,"
           "'addresses':['172.31.0.10/24'],'gateway':'172.31.0.1','link':'up','rx_pkts':9,'rx_bytes':900,"
           "'tx_pkts':8,'tx_bytes':800,'missed':0,'neighbours':[],'host':{'interface':'culvert0',"
           "'in_pkts':5,'in_bytes':500,'in_lost':1,'out_pkts':4,'out_bytes':4000,'out_lost':2}}]}",
           "  PORT  ROLE  LINK   MTU  ADDRESSES       GATEWAY     RX PKTS     RX  TX PKTS     TX  MISSED  "
           "DEVICE\n"
           "  eth0  both  up    1500  172.31.0.10/24  172.31.0.1        9  900 B        8  800 B       0  "
           "net_x (x, m)\n"
           "\n"
           "  HOST      PORT  IN PKTS     IN  OUT PKTS     OUT  LOST\n"
           "  culvert0  eth0        5  500 B         4  4.0 kB     3\n"
           "\n"
           "  no neighbours yet\n");
}

static void connections_show_one_line_per_child(void **state)
{
    expect(cli_print_connections,
           "{'connections':[{'name':'foo','state':'waiting','local_id':'@gw','remote_id':'@foo','remote_"
           "address':'any',"
           "'children':[{'name':'a','up':false,'local':['10.1.0.0/24'],'remote':['10.2.0.0/24']},"
           "{'name':'b','up':true,'local':['10.1.0.0/24'],'remote':['10.3.0.0/24']}]}]}",
           "  CONNECTION  STATE    LOCAL ID  REMOTE ID  PEER  CHILD  UP   LOCAL        REMOTE\n"
           "  foo         waiting  @gw       @foo       any   a      no   10.1.0.0/24  10.2.0.0/24\n"
           "  \"           \"        \"         \"          \"     b      yes  10.1.0.0/24  10.3.0.0/24\n");
}

static void reload_counts_what_did_not_change(void **state)
{
    expect(cli_print_reload,
           "{'operations':[{'type':'unchanged','name':'a'},{'type':'changed','name':'b'},{'type':'routes','"
           "name':"
           "'routes'},{'type':'needs_restart','name':'ports.in'}],'needs_restart':true,'warnings':"
           "[{'path':'x.y','text':'hm'}]}",
           "b: changed\n"
           "routes: changed\n"
           "ports.in: needs_restart\n"
           "1 connections unchanged\n"
           "warning: x.y: hm\n"
           "what needs a restart takes effect at the next start of culvertd only\n");
}

static void byte_counts_keep_four_digits_at_most(void **state)
{
    char v[CLI_VALUE_MAX];
    assert_string_equal(cli_bytes(0, v), "0 B");
    assert_string_equal(cli_bytes(999, v), "999 B");
    assert_string_equal(cli_bytes(1000, v), "1.0 kB");
    assert_string_equal(cli_bytes(999949, v), "999.9 kB");
    assert_string_equal(cli_bytes(999999, v), "1.0 MB");
    assert_string_equal(cli_bytes(UINT64_MAX, v), "18446.7 PB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_is_a_few_lines_and_two_tables),
        cmocka_unit_test(drops_that_happened_are_told_with_place_and_meaning),
        cmocka_unit_test(counters_are_told_with_the_daemons_words),
        cmocka_unit_test(sas_are_two_tables),
        cmocka_unit_test(a_refusal_that_is_doubted_stands_beside_the_state),
        cmocka_unit_test(nat_tells_both_sides_and_explains),
        cmocka_unit_test(explanations_are_paragraphs),
        cmocka_unit_test(the_host_of_a_port_has_a_line_of_its_own),
        cmocka_unit_test(connections_show_one_line_per_child),
        cmocka_unit_test(reload_counts_what_did_not_change),
        cmocka_unit_test(byte_counts_keep_four_digits_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
