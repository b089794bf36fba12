/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys made by hand as whole texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli_int.h"
#include "cli_doc.h"

static void connections_and_what_their_peer_must_know(void **state)
{
    (void)state;
    expect_printed(
        cli_print_manual,
        "{'lab':true,'manual':[{'name':'bench','state':'up','sas':3,'count':3,'encryption':'aes128gcm16',"
        "'transport':'UDP','peer':'192.0.2.2:4500','local':['10.1.0.0/16'],'remote':['10.8.0.0-10.8.0.2'],"
        "'first_spi_out':'0x00001000','nonce':'00ff','totals':{'in_bytes':1000,'out_bytes':2000}},"
        "{'name':'off','state':'down','sas':0,'count':1,'encryption':'aes256gcm16','transport':'ESP',"
        "'peer':'192.0.2.3','local':['10.1.0.0/16'],'remote':['10.9.0.0/24'],'first_spi_out':'0x00000100'}]}",
        "  CONNECTION  STATE  SAS  ENCRYPTION   BY   PEER            LOCAL        REMOTE                 IN  "
        "   "
        "OUT\n"
        "  bench       up       3  aes128gcm16  UDP  192.0.2.2:4500  10.1.0.0/16  10.8.0.0-10.8.0.2  1.0 kB  "
        "2.0 kB\n"
        "  off         down     1  aes256gcm16  ESP  192.0.2.3       10.1.0.0/16  10.9.0.0/24             -  "
        " "
        "    -\n"
        "\n"
        "bench: nonce 00ff, SPI of our packets from 0x00001000 on, of the peer's: culvertctl show spis "
        "bench\n"
        "the peer seals with the key file as it is; we seal with HKDF-SHA256 of the key file, salt: the "
        "nonce, info: \"culvert manual out\", whose last 4 bytes count up from SA to SA\n"
        "no forward secrecy, nobody proves who he is, nothing renews these keys: not for real traffic\n");
}

static void without_any_that_is_said(void **state)
{
    (void)state;
    expect_printed(cli_print_manual, "{'lab':false,'manual':[]}", "  no keys are made by hand\n");
}

static void spis_are_one_a_line(void **state)
{
    (void)state;
    expect_printed(cli_print_spis,
                   "{'sas':[{'spi_in':'0x00c0ffee','index':0},{'spi_in':'0x00000100','index':1}]}",
                   "0x00c0ffee\n0x00000100\n");
    expect_printed(cli_print_spis, "{'sas':[]}", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_and_what_their_peer_must_know),
        cmocka_unit_test(without_any_that_is_said),
        cmocka_unit_test(spis_are_one_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
