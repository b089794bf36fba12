/* SPDX-License-Identifier: BSD-3-Clause */
/* Status, workers, drops and ports as people see them: whole texts, so that a change of the layout is a
 * decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void status_is_a_few_lines_and_two_tables(void **state)
{
    expect_printed(
        cli_print_status,
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

static void a_laboratory_is_told_of(void **state)
{
    static const char rest[] =
        ",'version':'1','uptime_s':1,'pid':4,'config':'c','poll':'busy','hugepages':true,"
        "'crypto_threads':1,'workers':[],'drops':[]}";
    char json[512], *text;
    static const char *const rows[][2] = {
        {"{'lab':true,'manual_sas':3", "LABORATORY: 3 pairs of SAs have keys made by hand, without forward "
                                       "secrecy; no real traffic: culvertctl "
                                       "show manual\n"},
        {"{'lab':true,'manual_sas':0", "LABORATORY: keys made by hand are allowed, and there are none\n"},
        {"{'lab':false", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len;
        snprintf(json, sizeof json, "%s%s", rows[i][0], rest);
        json_t *doc = doc_of(json);
        struct cli_out out = {.file = open_memstream(&text, &len)};
        cli_print_status(&out, doc);
        fclose(out.file);
        assert_true(rows[i][1] ? strstr(text, rows[i][1]) != NULL : strstr(text, "LABORATORY") == NULL);
        free(text);
        json_decref(doc);
    }
}

static void drops_that_happened_are_told_with_place_and_meaning(void **state)
{
    expect_printed(cli_print_drops,
                   "{'drops':[{'where':'worker 1','name':'replay','count':12,'help':'seen before'},"
                   "{'where':'port eth0','name':'missed','count':0,'help':'full'},"
                   "{'where':'IKE','name':'bad_icv','count':3,'help':'forged'}]}",
                   "  COUNT  WHERE     DROP     MEANING\n"
                   "     12  worker 1  replay   seen before\n"
                   "      3  IKE       bad_icv  forged\n");
    expect_printed(cli_print_drops, "{'drops':[]}", "  nothing was dropped\n");
}

static void counters_are_told_with_the_daemons_words(void **state)
{
    expect_printed(
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
    expect_printed(
        cli_print_counters,
        "{'connection':'foo','traffic':{'in_pkts':3},'about':[{'group':'traffic','title':'traffic',"
        "'counters':[{'name':'in_pkts','unit':'pkts','help':'packets'}]}]}",
        "traffic\n"
        "  COUNT  UNIT  COUNTER  MEANING\n"
        "      3  pkts  in_pkts  packets\n"
        "\n");
    expect_printed(cli_print_counters, "{'drops':[]}", "drops\n  nothing was dropped\n");
}

static void the_host_of_a_port_has_a_line_of_its_own(void **state)
{
    expect_printed(
        cli_print_ports,
        "{'ports':[{'name':'eth0','device':'net_x','driver':'x','reason':'its MTU is "
        "9001','role':'both','mac':'m','mtu':1500,"
        "'addresses':['172.31.0.10/24'],'addresses_from':'host','gateway':'172.31.0.1','link':'up',"
        "'rx_pkts':9,'rx_bytes':900,"
        "'tx_pkts':8,'tx_bytes':800,'missed':0,'neighbours':[],'host':{'interface':'culvert0',"
        "'in_pkts':5,'in_bytes':500,'in_lost':1,'out_pkts':4,'out_bytes':4000,'out_lost':2}}]}",
        "  PORT  ROLE  LINK   MTU  ADDRESSES       GATEWAY     RX PKTS     RX  TX PKTS     TX  MISSED  "
        "DEVICE\n"
        "  eth0  both  up    1500  172.31.0.10/24  172.31.0.1        9  900 B        8  800 B       0  "
        "net_x (x, m)\n"
        "\n"
        "  eth0: x: its MTU is 9001\n"
        "  eth0: its addresses are those that culvert0 has\n"
        "\n"
        "  HOST      PORT  IN PKTS     IN  OUT PKTS     OUT  LOST\n"
        "  culvert0  eth0        5  500 B         4  4.0 kB     3\n"
        "\n"
        "  no neighbours yet\n");
}

static void a_daemon_that_stops_says_so_and_quiet_lines_are_left_out(void **state)
{
    expect_printed(
        cli_print_status,
        "{'version':'1','uptime_s':0,'pid':1,'config':'c','stopping':true,'failures':0,'restart_pending':[],"
        "'poll':'spin','hugepages':true,'workers':[],'drops':[{'name':'ttl','count':0,'help':'h'}]}",
        "culvertd 1, up 0 s, pid 1, c, stopping\n"
        "0 connections, 0 IKE SAs (0 half open), 0 child SAs\n"
        "since start: 0 established, 0 failed, 0 moves of peers, 0 reloads\n"
        "\n"
        "workers (poll: spin, hugepages: yes, threads for IKE's cryptography: 0)\n"
        "  no workers\n"
        "\n"
        "largest drops of all workers (more: culvertctl show drops)\n"
        "  nothing was dropped\n");
}

static void workers_have_a_load_each_and_a_dash_for_what_is_not_known(void **state)
{
    expect_printed(
        cli_print_workers,
        "{'workers':[{'worker':0,'core':2,'load_percent':100,'rx_pkts':18446744073709,'tx_pkts':1,"
        "'esp_in_pkts':0,'esp_out_pkts':0,'handed_over':0,'dropped':0},{'worker':1,'load_percent':0.04}]}",
        "  WORKER  CORE     LOAD         RX PKTS  TX PKTS  ESP IN  ESP OUT  HANDED OVER  DROPPED\n"
        "       0     2  100.0 %  18446744073709        1       0        0            0        0\n"
        "       1     -    0.0 %               -        -       -        -            -        -\n");
}

static void neighbours_are_told_with_their_port_and_asked_ones_without_mac(void **state)
{
    expect_printed(
        cli_print_ports,
        "{'ports':[{'name':'a','link':'down','addresses':[],'neighbours':[{'address':'10.0.0.1','resolved':"
        "true,"
        "'mac':'02:00:00:00:00:01'}]},{'name':'b','neighbours':[{'address':'fe80::1','resolved':false,'mac':"
        "'00:00:00:00:00:00'}]}]}",
        "  PORT  ROLE  LINK  MTU  ADDRESSES  GATEWAY  RX PKTS   RX  TX PKTS   TX  MISSED  DEVICE\n"
        "  a     -     down    -  -          -              -  0 B        -  0 B       -   (, )\n"
        "  b     -     -       -  -          -              -  0 B        -  0 B       -   (, )\n"
        "\n"
        "  NEIGHBOUR  MAC                PORT\n"
        "  10.0.0.1   02:00:00:00:00:01  a\n"
        "  fe80::1    (asking)           b\n");
}

static void a_drop_that_did_not_happen_is_not_told(void **state)
{
    expect_printed(cli_print_drops, "{'drops':[{'where':'IKE','name':'late','count':0,'help':'h'}]}",
                   "  nothing was dropped\n");
}

static void what_a_drop_means_goes_on_below(void **state)
{
    assert_false(expect_printed_at(
        80, cli_print_drops,
        "{'drops':[{'where':'worker 1','name':'replay','count':12,'help':'seen before, or older"
        " than the window: an attack, a path that sends packets twice, or one that reorders the"
        "m'}]}",
        "  COUNT  WHERE     DROP    MEANING\n"
        "     12  worker 1  replay  seen before, or older than the window: an attack, a\n"
        "                           path that sends packets twice, or one that reorders\n"
        "                           them\n"));
}

static void ports_fit_80_columns(void **state)
{
    assert_true(expect_printed_at(
        80, cli_print_ports,
        "{'ports':[{'name':'eth0','device':'net_af_packet0,iface=eth0','role':'both','mac':'02:"
        "00:00:00:00:01','driver':'net_af_packet','mtu':1500,'addresses':['172.31.0.10/24','200"
        "1:db8:1234:5678:9abc:def0:1234:5678/64'],'gateway':'172.31.0.1','link':'up','rx_pkts':"
        "912345678901,'rx_bytes':900,'tx_pkts':8,'tx_bytes':800,'missed':0,'neighbours':[{'addr"
        "ess':'2001:db8:1234:5678:9abc:def0:1234:5678','resolved':true,'mac':'02:00:00:00:00:01"
        "'}],'host':{'interface':'culvert0','in_pkts':5,'in_bytes':500,'in_lost':1,'out_pkts':4"
        ",'out_bytes':4000,'out_lost':2}}]}",
        "  PORT  LINK  ADDRESSES                                        RX     TX  MISSED\n"
        "  eth0  up    172.31.0.10/24, 2001:..abc:def0:1234:5678/64  900 B  800 B       0\n"
        "\n"
        "  HOST      PORT  IN PKTS     IN  OUT PKTS     OUT  LOST\n"
        "  culvert0  eth0        5  500 B         4  4.0 kB     3\n"
        "\n"
        "  NEIGHBOUR                               MAC                PORT\n"
        "  2001:db8:1234:5678:9abc:def0:1234:5678  02:00:00:00:00:01  eth0\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_laboratory_is_told_of),
        cmocka_unit_test(status_is_a_few_lines_and_two_tables),
        cmocka_unit_test(drops_that_happened_are_told_with_place_and_meaning),
        cmocka_unit_test(counters_are_told_with_the_daemons_words),
        cmocka_unit_test(the_host_of_a_port_has_a_line_of_its_own),
        cmocka_unit_test(a_daemon_that_stops_says_so_and_quiet_lines_are_left_out),
        cmocka_unit_test(workers_have_a_load_each_and_a_dash_for_what_is_not_known),
        cmocka_unit_test(neighbours_are_told_with_their_port_and_asked_ones_without_mac),
        cmocka_unit_test(a_drop_that_did_not_happen_is_not_told),
        cmocka_unit_test(what_a_drop_means_goes_on_below),
        cmocka_unit_test(ports_fit_80_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
