/* SPDX-License-Identifier: BSD-3-Clause */
/* VyOS: the pair of two sites as commands of 1.3, the same in braces, and the form of 1.4. */
#include "explain_read.h"

#define GROUPS_SET                                                     \
    "set vpn ipsec esp-group E lifetime '3600'\n"                      \
    "set vpn ipsec esp-group E pfs 'dh-group19'\n"                     \
    "set vpn ipsec esp-group E proposal 1 encryption 'aes256'\n"       \
    "set vpn ipsec esp-group E proposal 1 hash 'sha256'\n"             \
    "set vpn ipsec esp-group E proposal 2 encryption '3des'\n"         \
    "set vpn ipsec ike-group I dead-peer-detection interval '15'\n"    \
    "set vpn ipsec ike-group I lifetime '28800'\n"                     \
    "set vpn ipsec ike-group I proposal 1 dh-group '19'\n"             \
    "set vpn ipsec ike-group I proposal 1 encryption 'aes128gcm128'\n" \
    "set vpn ipsec ike-group I proposal 1 hash 'sha256'\n"
#define PEER "set vpn ipsec site-to-site peer "

static const char set_13[] =
    "set interfaces ethernet eth0 address '203.0.113.1/24'\n" GROUPS_SET PEER
    "@foo authentication mode 'pre-shared-secret'\n" PEER
    "@foo authentication pre-shared-secret 'very secret'\n" PEER "@foo authentication id '@gw'\n" PEER
    "@foo connection-type 'respond'\n" PEER "@foo local-address '203.0.113.1'\n" PEER
    "@foo ike-group 'I'\n" PEER "@foo default-esp-group 'E'\n" PEER
    "@foo tunnel 0 local prefix '10.103.0.0/24'\n" PEER "@foo tunnel 0 remote prefix '10.104.0.0/24'\n" PEER
    "@foo tunnel 1 remote prefix '10.105.0.0/24'\n";

static void expect_site(void)
{
    assert_string_equal(got.name, "foo");
    expect_ids("@gw", "@foo");
    expect_psk("very secret");
    assert_string_equal(got.local_addr, "203.0.113.1");
    assert_string_equal(got.remote_addr, "");
    assert_false(got.starts);
    expect_net(&got.children[0].local[0], "10.103.0.0/24");
    expect_net(&got.children[0].remote[0], "10.104.0.0/24");
    expect_proposal(&got.ike[0], "aes128gcm16-prfsha256-ecp256");
    expect_proposal(&got.esp[0], "aes256-sha256-ecp256-esn-noesn");
    assert_int_equal(got.n_ike, 1);
    assert_int_equal(got.ike_s, 28800);
    assert_int_equal(got.child_s, 3600);
    assert_int_equal(got.dpd_s, 15);
}

static void commands_of_the_waiting_side(void **state)
{
    (void)state;
    reads(set_13);
    expect_site();
    assert_int_equal(got.n_esp, 1);
    assert_int_equal(got.children[0].n_local, 1);
    assert_int_equal(got.children[0].n_remote, 2);
}

static void the_same_in_braces(void **state)
{
    (void)state;
    reads(
        "interfaces {\n    ethernet eth0 {\n        address 203.0.113.1/24\n    }\n}\nvpn {\n    ipsec {\n"
        "        esp-group E {\n            lifetime 3600\n            pfs dh-group19\n            proposal "
        "1 {\n"
        "                encryption aes256\n                hash sha256\n            }\n        }\n"
        "        ike-group I {\n            dead-peer-detection {\n                interval 15\n            "
        "}\n"
        "            lifetime 28800\n            proposal 1 {\n                dh-group 19\n"
        "                encryption aes128gcm128\n                hash sha256\n            }\n        }\n"
        "        site-to-site {\n            peer @foo {\n                authentication {\n                 "
        "   id @gw\n"
        "                    mode pre-shared-secret\n                    pre-shared-secret \"very secret\"\n"
        "                }\n                connection-type respond\n                default-esp-group E\n"
        "                ike-group I\n                local-address 203.0.113.1\n                tunnel 0 {\n"
        "                    local {\n                        prefix 10.103.0.0/24\n                    }\n"
        "                    remote {\n                        prefix 10.104.0.0/24\n                    }\n"
        "                }\n            }\n        }\n    }\n}\n/* Warning: Do not remove the following "
        "line. {{{ */\n");
    expect_site();
}

static void the_calling_side_knows_an_address(void **state)
{
    (void)state;
    reads(PEER "203.0.113.1 authentication id '@foo'\n" PEER
               "203.0.113.1 authentication pre-shared-secret s\n" PEER
               "203.0.113.1 local-address 'any'\n" PEER
               "203.0.113.1 tunnel 0 local prefix 10.104.0.0/24\n" PEER
               "203.0.113.1 tunnel 0 remote prefix 10.103.0.0/24\n");
    expect_ids("@foo", "203.0.113.1");
    assert_string_equal(got.remote_addr, "203.0.113.1");
    assert_string_equal(got.local_addr, "");
    assert_true(got.starts);
    assert_int_equal(got.n_ike, 0);
}

static void the_form_of_1_4(void **state)
{
    (void)state;
    reads(
        "set vpn ipsec authentication psk k id '@gw'\nset vpn ipsec authentication psk k secret 'x y'\n" PEER
        "branch authentication local-id '@gw'\n" PEER "branch authentication remote-id '@branch'\n" PEER
        "branch remote-address '198.51.100.7'\n" PEER "branch tunnel 0 local prefix 10.1.0.0/16\n" PEER
        "other authentication local-id '@x'\n");
    assert_string_equal(got.name, "branch");
    expect_ids("@gw", "@branch");
    expect_psk("x y");
    assert_string_equal(got.remote_addr, "198.51.100.7");
    assert_int_equal(got.n_lost, 1); /* the other peer */
}

static void faults_have_their_line(void **state)
{
    (void)state;
    refuses(PEER "1.2.3.4 authentication id '@a'\n" PEER "1.2.3.4 tunnel 0 local prefix 10.1.2.3/8\n",
            "line 2: \"10.1.2.3/8\" is no network, as 10.1.0.0/16 is one; host bits must be zero");
    refuses("set vpn ipsec ike-group I lifetime 3\n", "there is no \"vpn ipsec site-to-site peer\" in it");
    refuses(PEER "@a local-address any\n" PEER "@a authentication pre-shared-secret x\n",
            "the local identity is not told, and no address of that side that could stand for it");
    refuses(PEER "1.2.3.4 local-address 1.2.3.5\n", "there is no pre-shared key in it");
    refuses("vpn {\n ipsec {\n", "line 3: 2 { without their }");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_of_the_waiting_side),
        cmocka_unit_test(the_same_in_braces),
        cmocka_unit_test(the_calling_side_knows_an_address),
        cmocka_unit_test(the_form_of_1_4),
        cmocka_unit_test(faults_have_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
