/* SPDX-License-Identifier: BSD-3-Clause */
/* strongSwan's swanctl.conf: what is written by hand, and what our own export wrote. */
#include "explain_read.h"

static const char hand[] =
    "# a comment with { braces }\nconnections {\n  branch { # here\n    version = 2\n    local_addrs = %any\n"
    "    remote_addrs = vpn.example.org\n    proposals = "
    "aes256gcm16-prfsha384-ecp384,aes128-sha256-modp2048\n"
    "    dpd_delay = 15s\n    encap = yes\n    local { auth = psk\n id = @foo }\n"
    "    remote { auth = psk\n id = \"gw.example.org\" }\n    children {\n      net {\n"
    "        local_ts = 10.1.0.0/24, 10.3.0.0/16\n        remote_ts = 10.2.0.0/24\n"
    "        esp_proposals = aes128gcm16-x25519\n        rekey_time = 1h\n        start_action = start\n     "
    " }\n"
    "      voice { local_ts = 10.4.0.0/24\n remote_ts = 10.5.0.0/24\n }\n    }\n  }\n  other {\n    version "
    "= 2\n  }\n"
    "}\nsecrets {\n  ike-1 {\n    id-1 = @foo\n    secret = 0x736563726574\n  }\n}\n";

static void a_connection_written_by_hand(void **state)
{
    (void)state;
    reads(hand);
    assert_string_equal(got.name, "branch");
    expect_ids("@foo", "gw.example.org");
    expect_psk("secret");
    assert_string_equal(got.remote_addr, "vpn.example.org");
    assert_int_equal(got.n_children, 2);
    assert_string_equal(got.children[1].name, "voice");
    assert_int_equal(got.children[0].n_local, 2);
    expect_net(&got.children[0].local[1], "10.3.0.0/16");
    expect_net(&got.children[1].remote[0], "10.5.0.0/24");
    expect_proposal(&got.ike[0], "aes256gcm16-prfsha384-ecp384");
    expect_proposal(&got.ike[1], "aes128-prfsha256-sha256-modp2048");
    expect_proposal(&got.esp[0], "aes128gcm16-x25519-esn-noesn");
    assert_true(got.forces_udp && got.starts);
    assert_int_equal(got.child_s, 3600);
    assert_int_equal(got.dpd_s, 15);
    assert_int_equal(got.n_lost, 1); /* the other connection */
}

static void our_own_export_comes_back(void **state)
{
    (void)state;
    static struct explain_site ours, theirs;
    pair_ours(&ours);
    explain_site_mirror(&ours, &theirs);
    reads(pair_written("strongswan", &ours));
    expect_ids("@foo", "@gw");
    expect_psk("very secret");
    assert_string_equal(got.remote_addr, theirs.remote_addr);
    assert_int_equal(got.n_ike, theirs.n_ike);
    expect_proposal(&got.ike[0], "aes128gcm16-prfsha256-x25519");
    expect_proposal(&got.ike[1], "aes256-prfsha256-sha256-modp2048");
    expect_proposal(&got.esp[1], "aes256-sha256-modp2048-noesn");
    assert_int_equal(got.child_s, theirs.child_s);
    expect_net(&got.children[0].local[0], "10.104.0.0/24");
    assert_true(got.starts);
    assert_int_equal(got.n_lost, 0);
}

static void faults_have_their_line(void **state)
{
    (void)state;
    refuses("connections {\n a {\n  version = 1\n }\n}\n",
            "line 3: version = 1 is IKEv1, which is not read here; both sides can most probably do IKEv2");
    refuses("connections {\n a {\n  local { auth = eap-tls\n }\n }\n}\n",
            "line 3: auth = eap-tls is not that of a site-to-site connection (psk, pubkey)");
    refuses("connections {\n a {\n  proposals = aes128-nonsense\n }\n}\n",
            "line 3: the algorithms \"aes128-nonsense\" cannot be had: ...");
    refuses("connections {\n a {\n  children { c { ah_proposals = sha256\n } }\n }\n}\n",
            "line 3: AH is not supported...");
    refuses("connections {\n a {\n  local { id = \"C=NZ, CN=x\" }\n }\n}\n",
            "line 3: \"C=NZ, CN=x\" is a distinguished name...");
    refuses("connections {\n a {\n  local-1 { id = @a\n }\n  remote { id = @b\n }\n  local-2 { id = @c\n }\n "
            "}\n}\n",
            "line 7: local-2 is a further round of authentication, and one is read here: take it out");
    refuses("connections {\n}\n}\n", "line 3: a } without its {");
    refuses("connections {\n}\n", "there is no connection below \"connections\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_written_by_hand),
        cmocka_unit_test(our_own_export_comes_back),
        cmocka_unit_test(faults_have_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
