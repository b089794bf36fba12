/* SPDX-License-Identifier: BSD-3-Clause */
/* The generic texts of AWS and of Azure. */
#include "explain_read.h"

static const char aws[] =
    "Amazon Web Services\nVirtual Private Cloud\n\nVPN Connection Configuration\n"
    "================================================================================\n"
    "Your VPN Connection ID                   : vpn-0a1b2c\nYour Customer Gateway ID                 : "
    "cgw-0a1b2c\n\n"
    "IPSec Tunnel #1\n================================================================================\n"
    "#1: Internet Key Exchange Configuration\n\nConfigure the IKE SA as follows:\n"
    "  - IKE version              : IKEv2\n  - Authentication Method    : Pre-Shared Key\n"
    "  - Pre-Shared Key           : a.Secret_of_AWS\n  - Authentication Algorithm : sha2-256\n"
    "  - Encryption Algorithm     : aes-256-cbc\n  - Lifetime                 : 28800 seconds\n"
    "  - Phase 1 Negotiation Mode : main\n  - Diffie-Hellman           : Group 14\n\n#2: IPSec "
    "Configuration\n\n"
    "  - Protocol                 : esp\n  - Authentication Algorithm : hmac-sha2-256\n"
    "  - Encryption Algorithm     : aes-256-cbc\n  - Lifetime                 : 3600 seconds\n"
    "  - Mode                     : tunnel\n  - Perfect Forward Secrecy  : Diffie-Hellman Group 14\n\n"
    "IPSec Dead Peer Detection (DPD) will be enabled on the AWS Endpoint. We\n  - DPD Interval             : "
    "10\n"
    "  - DPD Retries              : 3\n\n#3: Tunnel Interface Configuration\n\nOutside IP Addresses:\n"
    "  - Customer Gateway                 : 203.0.113.1 \n  - Virtual Private Gateway          : 52.1.2.3\n\n"
    "Inside IP Addresses\n  - Customer Gateway                 : 169.254.10.2/30\n\n"
    "IPSec Tunnel #2\n  - Pre-Shared Key           : other\n  - Virtual Private Gateway          : "
    "52.9.9.9\n";

static const char azure[] =
    "! [1] Resource names\n  > PUBLIC IP ADDRESSES\n    Azure virtual network gateway\n      - Public IP 1:  "
    " 20.1.2.3\n"
    "  > Virtual network address space:\n      + CIDR: 10.1.0.0/16\n      + CIDR: 10.2.0.0/16\n"
    "    On-premises VPN IP: 203.0.113.1\n  > On-premises address prefixes:\n      + CIDR: 192.168.7.0/24\n"
    "! [2] IPsec/IKE parameters\n  > IKE version:               IKEv2\n    + Encryption algorithm:  "
    "aes-cbc-256\n"
    "    + Integrity algorithm:   sha256\n    + Diffie-Hellman group:  14\n    + SA lifetime (seconds): "
    "28800\n"
    "    + Pre-shared key:        Azure-Key-1\n    + UsePolicyBasedTS:      False\n  > IPsec\n"
    "    + Encryption algorithm:  aes-gcm-256\n    + Integrity algorithm:\n    + PFS Group:             "
    "none\n"
    "    + SA lifetime (seconds): 27000\n";

static void the_text_of_aws(void **state)
{
    (void)state;
    reads(aws);
    expect_ids("203.0.113.1", "52.1.2.3");
    expect_psk("a.Secret_of_AWS");
    expect_proposal(&got.ike[0], "aes256-prfsha256-sha256-modp2048");
    expect_proposal(&got.esp[0], "aes256-sha256-modp2048-esn-noesn");
    assert_int_equal(got.ike_s, 28800);
    assert_int_equal(got.child_s, 3600);
    assert_int_equal(got.dpd_s, 10);
    assert_string_equal(got.remote_addr, "52.1.2.3");
    expect_net(&got.children[0].local[0], "0.0.0.0/0"); /* route-based: what goes in is routed there */
    assert_true(got.starts);
    assert_int_equal(got.n_lost, 1); /* the second tunnel */
}

static void the_text_of_azure(void **state)
{
    (void)state;
    reads(azure);
    expect_ids("203.0.113.1", "20.1.2.3");
    expect_psk("Azure-Key-1");
    expect_proposal(&got.ike[0], "aes256-prfsha256-sha256-modp2048");
    expect_proposal(&got.esp[0], "aes256gcm16-esn-noesn");
    assert_int_equal(got.children[0].n_remote, 2);
    expect_net(&got.children[0].remote[1], "10.2.0.0/16");
    expect_net(&got.children[0].local[0], "192.168.7.0/24");
    assert_int_equal(got.child_s, 27000);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    refuses("  - IKE version : IKEv2\n  - Pre-Shared Key : x\n",
            "it names no address of the cloud's gateway");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_aws),
        cmocka_unit_test(the_text_of_azure),
        cmocka_unit_test(what_is_missing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
