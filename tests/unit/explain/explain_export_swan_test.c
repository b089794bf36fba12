/* SPDX-License-Identifier: BSD-3-Clause */
/* strongSwan's and libreswan's files. */
#include "explain_pair.h"

static void strongswan_as_a_whole(void **state)
{
    (void)state;
    expect_pair("strongswan",
                "# swanctl.conf for the other side of Culvert's connection foo\n"
                "connections {\n"
                "    foo {\n"
                "        version = 2\n"
                "        local_addrs = %any\n"
                "        remote_addrs = 203.0.113.1\n"
                "        proposals = aes128gcm16-prfsha256-x25519, aes256-prfsha256-sha256-modp2048\n"
                "        rekey_time = 14400s\n"
                "        dpd_delay = 30s\n"
                "        encap = no\n"
                "        local {\n"
                "            auth = psk\n"
                "            id = @foo\n"
                "        }\n"
                "        remote {\n"
                "            auth = psk\n"
                "            id = @gw\n"
                "        }\n"
                "        children {\n"
                "            net {\n"
                "                local_ts = 10.104.0.0/24\n"
                "                remote_ts = 10.103.0.0/24\n"
                "                esp_proposals = aes128gcm16-noesn, aes256-sha256-modp2048-noesn\n"
                "                rekey_time = 3600s\n"
                "                start_action = start\n"
                "                dpd_action = restart\n"
                "            }\n"
                "        }\n"
                "    }\n"
                "}\n"
                "secrets {\n"
                "    ike-foo {\n"
                "        id-1 = @foo\n"
                "        id-2 = @gw\n"
                "        secret = \"very secret\"\n"
                "    }\n"
                "}\n");
}

static void libreswan_as_a_whole(void **state)
{
    (void)state;
    expect_pair("libreswan", "# ipsec.conf for the other side of Culvert's connection foo\n"
                             "conn foo\n"
                             "    ikev2=insist\n"
                             "    authby=secret\n"
                             "    left=%defaultroute\n"
                             "    leftid=@foo\n"
                             "    leftsubnet=10.104.0.0/24\n"
                             "    right=203.0.113.1\n"
                             "    rightid=@gw\n"
                             "    rightsubnet=10.103.0.0/24\n"
                             "    ike=aes_gcm128-sha2_256-dh31\n"
                             "    esp=aes_gcm128\n"
                             "    pfs=no\n"
                             "    auto=start\n"
                             "\n"
                             "# ipsec.secrets\n"
                             "@foo @gw : PSK \"very secret\"\n");
}

static void one_that_waits_has_a_place_for_its_key(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    ours.psk_len = 0;
    ours.public_addr[0] = '\0';
    ours.children[0].n_local = 2;
    base_prefix_parse("10.9.0.0/16", &ours.children[0].local[1]);
    ours.children[0].dscp = UINT64_C(1) << 46 | 1;
    const char *text = pair_written("strongswan", &ours);
    expect_has(
        text, "                # for packets with DSCP be, ef: strongSwan chooses by marks (mark_out), which "
              "the packet filter sets\n                local_ts");
    expect_has(text, "# put the shared key where it says PUT-THE-SHARED-KEY-HERE\n");
    expect_has(text, "remote_addrs = %any\n");
    expect_has(text, "start_action = none\n");
    expect_has(text, "remote_ts = 10.103.0.0/24, 10.9.0.0/16\n");
    text = pair_written("libreswan", &ours);
    expect_has(text, "rightsubnets={10.103.0.0/24 10.9.0.0/16}\n");
    expect_has(text, ": PSK \"PUT-THE-SHARED-KEY-HERE\"\n");
}

static void keys_that_are_no_text_go_in_hexadecimal(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    memcpy(ours.psk, "a\"b", 3);
    ours.psk_len = 3;
    expect_has(pair_written("strongswan", &ours), "secret = 0x612262\n");
    expect_has(pair_written("libreswan", &ours), ": PSK 0x612262\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strongswan_as_a_whole),
        cmocka_unit_test(libreswan_as_a_whole),
        cmocka_unit_test(one_that_waits_has_a_place_for_its_key),
        cmocka_unit_test(keys_that_are_no_text_go_in_hexadecimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
