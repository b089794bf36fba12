/* SPDX-License-Identifier: BSD-3-Clause */
/* The NAT map, from document to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void print_map(struct cli_out *out, const json_t *data)
{
    cli_print_nat_map(out, json_object_get(data, "peers"));
}

static void one_tree_for_each_address_ours_first(void **state)
{
    (void)state;
    expect_printed(
        print_map,
        "{'peers':[{'connection':'foo','remote_id':'@foo','local':{'seen':'172.31.0.10:4500','behind_nat':"
        "true,'dialled':'"
        "198.51.100.2','nat':{'keeps_ports':true}},'remote':{'seen':'203.0.113.2:4500','behind_nat':true,'"
        "nat':{"
        "'keeps_ports':true},'mapping_held_s':90,'mapping_lost_s':120}},"
        "{'connection':'bar','remote_id':'@bar','local':{'seen':'172.31.0.10:4500','behind_nat':true,'"
        "dialled':'"
        "198.51.100.2','nat':{'keeps_ports':true}},'remote':{'seen':'203.0.113.2:1024','behind_nat':true,'"
        "nat':{"
        "'keeps_ports':false,'new_ports':true}},'remapped':{'address':'10.1.0.0/24','here':'10.9.0.0/24'}},"
        "{'connection':'six','remote_id':'@six','local':{'seen':'[2001:db8::1]:4500','behind_nat':true},'"
        "remote':{"
        "'seen':'[2001:db8::2]:5000','behind_nat':true,'nat':{'keeps_ports':false,'pools':true},'mapping_"
        "lost_s':20}},"
        "{'connection':'plain','remote_id':'@p','local':{'seen':'192.0.2.1:500','behind_nat':false},'remote':"
        "{'seen':"
        "'192.0.2.2:500','behind_nat':false}}]}",
        "\nwho sits behind which NAT\n"
        "  198.51.100.2 (ours), keeps ports\n"
        "    foo (@foo), here 172.31.0.10\n"
        "    bar (@bar), here 172.31.0.10\n"
        "  an unknown address (ours)\n"
        "    six (@six), here 2001:db8::1\n"
        "  203.0.113.2, keeps ports while they are free, and a new one to a new mapping, keeps silent "
        "mappings 90 s "
        "and less than 120 s\n"
        "    foo (@foo), port 4500\n"
        "    bar (@bar), port 1024, its 10.1.0.0/24 is here 10.9.0.0/24\n"
        "  2001:db8::2, gives other ports, has several addresses, keeps silent mappings less than 20 s\n"
        "    six (@six), port 5000\n");
}

static void without_a_nat_there_is_no_map(void **state)
{
    (void)state;
    expect_printed(print_map, "{'peers':[]}", "");
    expect_printed(print_map,
                   "{'peers':[{'local':{'seen':'192.0.2.1:500'},'remote':{'seen':'192.0.2.2:500'}}]}", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_tree_for_each_address_ours_first),
        cmocka_unit_test(without_a_nat_there_is_no_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
