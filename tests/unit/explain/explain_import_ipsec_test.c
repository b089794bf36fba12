/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsec.conf: AWS's instructions for Openswan, strongSwan's form, and what our own export for libreswan
 * wrote. */
#include "explain_read.h"

static const char aws[] =
    "! Amazon Web Services\n! Virtual Private Cloud\n\nThis configuration assumes that you already have "
    "Openswan installed.\n\n"
    "IPSEC Tunnel #1\n1) Open /etc/sysctl.conf and ensure that its values match the following:\n   "
    "net.ipv4.ip_forward = 1\n\n"
    "4) Create a new file at /etc/ipsec.d/aws.conf\n\nconn "
    "Tunnel1\n\tauthby=secret\n\tauto=start\n\tleft=%defaultroute\n"
    "\tleftid=203.0.113.1\n\tright=52.1.2.3\n\ttype=tunnel\n\tikelifetime=8h\n\tkeylife=1h\n\tphase2alg="
    "aes128-sha1;modp1024\n"
    "\tike=aes128-sha1;modp1024\n\tkeyexchange=ike\n\tleftsubnet=10.1.0.0/16\n\trightsubnet=10.2.0.0/"
    "16\n\tdpddelay=10\n"
    "\tdpdtimeout=30\n\tdpdaction=restart_by_peer\n\n5) Create a new file at /etc/ipsec.d/aws.secrets\n\n"
    "203.0.113.1 52.1.2.3: PSK \"a.Secret_of_AWS\"\n\nconn Tunnel2\n\tright=52.9.9.9\n";

static void instructions_of_aws(void **state)
{
    (void)state;
    reads(aws);
    assert_string_equal(got.name, "Tunnel1");
    expect_ids("203.0.113.1", "52.1.2.3");
    expect_psk("a.Secret_of_AWS");
    assert_string_equal(got.remote_addr, "52.1.2.3");
    expect_proposal(&got.ike[0], "aes128-prfsha1-sha1-modp1024");
    expect_proposal(&got.esp[0], "aes128-sha1-modp1024-esn-noesn");
    expect_net(&got.children[0].remote[0], "10.2.0.0/16");
    assert_int_equal(got.ike_s, 28800);
    assert_int_equal(got.dpd_s, 10);
    assert_true(got.starts);
    assert_int_equal(got.n_lost, 1); /* the second tunnel */
}

static void networks_that_are_to_be_filled_in(void **state)
{
    (void)state;
    refuses("conn t\n\tleft=1.2.3.4\n\tleftsubnet=<LOCAL NETWORK>\n",
            "line 3: put the network where it says <LOCAL NETWORK>, then import it again");
}

static void strongswan_and_libreswan(void **state)
{
    (void)state;
    static struct explain_site ours;
    reads("conn %default\n  ikelifetime=1h\nconn foo\n  keyexchange=ikev2\n  left=192.0.2.1\n  leftid=@foo\n"
          "  leftsubnet=10.1.0.0/24,10.3.0.0/24\n  right=198.51.100.2\n  rightid=gw.example.org\n  "
          "rightsubnet=10.2.0.0/24\n"
          "  ike=aes256gcm16-prfsha384-ecp384!\n  esp=aes256gcm16!\n  forceencaps=yes\n  auto=route\n: PSK "
          "'k'\n");
    expect_ids("@foo", "gw.example.org");
    assert_int_equal(got.children[0].n_local, 2);
    expect_proposal(&got.ike[0], "aes256gcm16-prfsha384-ecp384");
    assert_true(got.forces_udp && !got.starts);
    pair_ours(&ours);
    reads(pair_written("libreswan", &ours));
    expect_ids("@foo", "@gw");
    expect_proposal(&got.ike[0], "aes128gcm16-prfsha256-x25519");
    expect_proposal(&got.esp[0], "aes128gcm16-esn-noesn");
    expect_psk("very secret");
}

static void a_key_in_base64_behind_its_conn(void **state)
{
    (void)state;
    reads("conn foo\n  left=1.2.3.4\n  right=1.2.3.5\n1.2.3.4 1.2.3.5 : PSK \"c2VjcmV0IQ==\"\n");
    expect_psk("c2VjcmV0IQ==");
}

static void what_is_none_is_said(void **state)
{
    (void)state;
    refuses("conn foo\n  type=transport\n", "line 2: only tunnel mode is read here");
    refuses("conn foo\n  left=1.2.3.4\n  right=1.2.3.5\n", "there is no pre-shared key in it");
    refuses("conn foo\n  keylife=soon\n", "line 2: \"soon\" is no time, as 3600, 3600s, 60m or 1h are");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instructions_of_aws),      cmocka_unit_test(networks_that_are_to_be_filled_in),
        cmocka_unit_test(strongswan_and_libreswan), cmocka_unit_test(a_key_in_base64_behind_its_conn),
        cmocka_unit_test(what_is_none_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
