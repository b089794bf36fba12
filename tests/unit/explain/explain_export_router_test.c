/* SPDX-License-Identifier: BSD-3-Clause */
/* VyOS, RouterOS and FortiOS. */
#include "explain_pair.h"

static void vyos_as_a_whole(void **state)
{
    (void)state;
    expect_pair("vyos",
                "# VyOS 1.3, in configure mode, for the other side of Culvert's connection foo\n"
                "# and the interface towards Culvert: set vpn ipsec ipsec-interfaces interface eth0\n"
                "set vpn ipsec ike-group foo key-exchange ikev2\n"
                "set vpn ipsec ike-group foo lifetime 14400\n"
                "set vpn ipsec ike-group foo dead-peer-detection action restart\n"
                "set vpn ipsec ike-group foo dead-peer-detection interval 30\n"
                "set vpn ipsec ike-group foo proposal 1 dh-group 31\n"
                "set vpn ipsec ike-group foo proposal 1 encryption aes128gcm128\n"
                "set vpn ipsec ike-group foo proposal 1 hash sha256\n"
                "set vpn ipsec esp-group foo lifetime 3600\n"
                "set vpn ipsec esp-group foo mode tunnel\n"
                "set vpn ipsec esp-group foo pfs disable\n"
                "set vpn ipsec esp-group foo proposal 1 encryption aes128gcm128\n"
                "set vpn ipsec esp-group foo proposal 1 hash sha256\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 authentication mode pre-shared-secret\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 authentication pre-shared-secret 'very secret'\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 authentication id '@foo'\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 authentication remote-id '@gw'\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 connection-type initiate\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 local-address any\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 ike-group foo\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 default-esp-group foo\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 tunnel 0 local prefix 10.104.0.0/24\n"
                "set vpn ipsec site-to-site peer 203.0.113.1 tunnel 0 remote prefix 10.103.0.0/24\n");
}

static void mikrotik_as_a_whole(void **state)
{
    (void)state;
    expect_pair("mikrotik", "# RouterOS 7 for the other side of Culvert's connection foo\n"
                            "/ip ipsec profile add name=foo enc-algorithm=aes-256 hash-algorithm=sha256 "
                            "dh-group=modp2048 nat-traversal=yes lifetime=14400s dpd-interval=30s\n"
                            "/ip ipsec proposal add name=foo enc-algorithms=aes-128-gcm auth-algorithms=null "
                            "pfs-group=none lifetime=3600s\n"
                            "/ip ipsec peer add name=foo exchange-mode=ike2 profile=foo address=203.0.113.1\n"
                            "/ip ipsec identity add peer=foo auth-method=pre-shared-key secret=\"very "
                            "secret\" my-id=fqdn:foo remote-id=fqdn:gw\n"
                            "/ip ipsec policy add peer=foo tunnel=yes src-address=10.104.0.0/24 "
                            "dst-address=10.103.0.0/24 proposal=foo level=unique\n"
                            "/ip firewall nat add chain=srcnat action=accept src-address=10.104.0.0/24 "
                            "dst-address=10.103.0.0/24\n"
                            "# these rules of srcnat go above masquerade: /ip firewall nat move\n");
}

static void fortigate_as_a_whole(void **state)
{
    (void)state;
    expect_pair("fortigate", "# FortiOS 7 for the other side of Culvert's connection foo\n"
                             "# add firewall policies between your inside interface and \"foo\", both ways\n"
                             "config vpn ipsec phase1-interface\n"
                             "    edit \"foo\"\n"
                             "        set type static\n"
                             "        set interface \"wan1\"\n"
                             "        set ike-version 2\n"
                             "        set remote-gw 203.0.113.1\n"
                             "        set peertype one\n"
                             "        set peerid \"gw\"\n"
                             "        set localid \"foo\"\n"
                             "        set localid-type fqdn\n"
                             "        set proposal aes128gcm-prfsha256\n"
                             "        set dhgrp 31\n"
                             "        set keylife 14400\n"
                             "        set nattraversal enable\n"
                             "        set keepalive 10\n"
                             "        set dpd on-idle\n"
                             "        set dpd-retryinterval 30\n"
                             "        set psksecret \"very secret\"\n"
                             "    next\n"
                             "end\n"
                             "config vpn ipsec phase2-interface\n"
                             "    edit \"foo-1\"\n"
                             "        set phase1name \"foo\"\n"
                             "        set proposal aes128gcm\n"
                             "        set pfs disable\n"
                             "        set src-subnet 10.104.0.0 255.255.255.0\n"
                             "        set dst-subnet 10.103.0.0 255.255.255.0\n"
                             "        set keylifeseconds 3600\n"
                             "        set auto-negotiate enable\n"
                             "    next\n"
                             "end\n"
                             "config router static\n"
                             "    edit 0\n"
                             "        set dst 10.103.0.0 255.255.255.0\n"
                             "        set device \"foo\"\n"
                             "    next\n"
                             "end\n");
}

/* The pair of two sites, seen from the side that cannot call: its peer is known by its identity alone. */
static void vyos_names_a_peer_that_calls_by_its_identity(void **state)
{
    (void)state;
    static struct explain_site foo;
    pair_ours(&foo);
    foo.local_id = foo.remote_id;
    pair_id("@gw", &foo.remote_id);
    foo.public_addr[0] = '\0';
    strcpy(foo.remote_addr, "203.0.113.1");
    foo.remote_nat = false;
    const char *text = pair_written("vyos", &foo);
    expect_has(text, "set vpn ipsec site-to-site peer @foo authentication id '@gw'\n");
    expect_has(text, "set vpn ipsec site-to-site peer @foo local-address 203.0.113.1\n");
    expect_has(text, "set vpn ipsec site-to-site peer @foo connection-type respond\n");
}

/* Whoever wrote the identity, these lines are given to a shell, and to one of RouterOS. */
static void an_identity_is_no_command(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    pair_id("@a'; reboot; '", &ours.local_id);
    pair_id("@b [$x]", &ours.remote_id);
    const char *text = pair_written("vyos", &ours);
    expect_has(text, "authentication remote-id '@a'\\''; reboot; '\\'''\n");
    expect_has(text, "authentication id '@b [$x]'\n");
    expect_has(pair_written("mikrotik", &ours),
               " my-id=\"fqdn:b [\\$x]\" remote-id=\"fqdn:a'; reboot; '\"\n");
    ours.public_addr[0] = '\0';
    expect_has(pair_written("vyos", &ours), "site-to-site peer @a---reboot--- authentication id ");
}

/* FortiOS has other words for IPv6, and no selector with a network of each family. */
static void fortigate_with_ipv6(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    ours.children[0].n_local = ours.children[0].n_remote = 2;
    base_prefix_parse("2001:db8:103::/48", &ours.children[0].local[1]);
    base_prefix_parse("2001:db8:104::/48", &ours.children[0].remote[1]);
    const char *text = pair_written("fortigate", &ours);
    expect_has(text, "        set src-subnet 10.104.0.0 255.255.255.0\n"
                     "        set dst-subnet 10.103.0.0 255.255.255.0\n");
    expect_has(text, "    edit \"foo-2\"\n");
    expect_has(text, "        set src-addr-type subnet6\n        set src-subnet6 2001:db8:104::/48\n"
                     "        set dst-addr-type subnet6\n        set dst-subnet6 2001:db8:103::/48\n");
    expect_has(text, "config router static6\n    edit 0\n        set dst 2001:db8:103::/48\n"
                     "        set device \"foo\"\n    next\nend\n");
    assert_null(strstr(text, "foo-3"));
    assert_null(strstr(text, "subnet 2001"));
}

static void what_a_vendor_has_not_is_said(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    ours.n_ike = 1; /* GCM, which RouterOS has for ESP alone */
    expect_has(pair_written("mikrotik", &ours), "# nothing in common: add \"aes256-sha256-ecp256\" to "
                                                "connections.foo.ike_proposals of Culvert\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vyos_as_a_whole),
        cmocka_unit_test(mikrotik_as_a_whole),
        cmocka_unit_test(fortigate_as_a_whole),
        cmocka_unit_test(vyos_names_a_peer_that_calls_by_its_identity),
        cmocka_unit_test(an_identity_is_no_command),
        cmocka_unit_test(fortigate_with_ipv6),
        cmocka_unit_test(what_a_vendor_has_not_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
