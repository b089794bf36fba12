/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows, iOS and Android. */
#include "explain_pair.h"

static void windows_as_a_whole(void **state)
{
    (void)state;
    expect_pair("windows",
                "# PowerShell for the other side of Culvert's connection foo\n"
                "$algorithms = @{EncryptionMethod = \"AES256\"; IntegrityCheckMethod = \"SHA256\"; DHGroup = "
                "\"Group14\"; CipherTransformConstants = \"GCMAES128\"; AuthenticationTransformConstants = "
                "\"GCMAES128\"; PfsGroup = \"None\"}\n"
                "# Windows' own VPN client has no pre-shared key with IKEv2; this is for a server with "
                "Routing and Remote Access,\n"
                "# which announces its address as identity: connections.foo.remote.id must be that\n"
                "Add-VpnS2SInterface -Name \"foo\" -Destination 203.0.113.1 -Protocol IKEv2 "
                "-AuthenticationMethod PSKOnly -SharedSecret 'very secret' -IPv4Subnet "
                "@(\"10.103.0.0/24:100\") -Persistent -CustomPolicy @algorithms\n");
}

static void ios_as_a_whole(void **state)
{
    (void)state;
    expect_pair(
        "ios",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
        "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
        "<!--\n"
        "A profile (NAME.mobileconfig) for iOS and macOS, for the other side of Culvert's connection foo\n"
        "-->\n"
        "<plist version=\"1.0\"><dict>\n"
        "  <key>PayloadType</key><string>Configuration</string>\n"
        "  <key>PayloadVersion</key><integer>1</integer>\n"
        "  <key>PayloadIdentifier</key><string>culvert.foo</string>\n"
        "  <key>PayloadUUID</key><string>C2F31A18-ACF6-4055-AF05-1A18F055ACF6</string>\n"
        "  <key>PayloadDisplayName</key><string>foo</string>\n"
        "  <key>PayloadContent</key><array><dict>\n"
        "      <key>PayloadType</key><string>com.apple.vpn.managed</string>\n"
        "      <key>PayloadVersion</key><integer>1</integer>\n"
        "      <key>PayloadIdentifier</key><string>culvert.foo.vpn</string>\n"
        "      <key>PayloadUUID</key><string>CAAF4318-8681-4474-AF47-4318F4748681</string>\n"
        "      <key>UserDefinedName</key><string>foo</string>\n"
        "      <key>VPNType</key><string>IKEv2</string>\n"
        "      <key>IKEv2</key><dict>\n"
        "        <key>RemoteAddress</key><string>203.0.113.1</string>\n"
        "        <key>RemoteIdentifier</key><string>gw</string>\n"
        "        <key>LocalIdentifier</key><string>foo</string>\n"
        "        <key>AuthenticationMethod</key><string>SharedSecret</string>\n"
        "        <key>SharedSecret</key><string>very secret</string>\n"
        "        <key>IKESecurityAssociationParameters</key><dict>\n"
        "          <key>EncryptionAlgorithm</key><string>AES-128-GCM</string>\n"
        "          <key>IntegrityAlgorithm</key><string>SHA2-256</string>\n"
        "          <key>DiffieHellmanGroup</key><integer>31</integer>\n"
        "          <key>LifeTimeInMinutes</key><integer>240</integer>\n"
        "        </dict>\n"
        "        <key>ChildSecurityAssociationParameters</key><dict>\n"
        "          <key>EncryptionAlgorithm</key><string>AES-128-GCM</string>\n"
        "          <key>IntegrityAlgorithm</key><string>SHA2-256</string>\n"
        "          <key>LifeTimeInMinutes</key><integer>60</integer>\n"
        "        </dict>\n"
        "        <key>EnablePFS</key><integer>0</integer>\n"
        "      </dict>\n"
        "  </dict></array>\n"
        "</dict></plist>\n");
}

static void android_as_a_whole(void **state)
{
    (void)state;
    expect_pair(
        "android",
        "Android 12 and later, Settings > Network > VPN, for the other side of Culvert's connection foo\n"
        "Name                    foo\n"
        "Type                    IKEv2/IPSec PSK\n"
        "Server address          203.0.113.1\n"
        "IPSec identifier        foo\n"
        "IPSec pre-shared key    very secret\n"
        "\n"
        "Android expects the gateway by the server address as it is typed, and Culvert announces gw: write "
        "connections.foo.local.id: \"203.0.113.1\" there\n");
}

static void certificates_and_passwords(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    ours.remote_auth = IKE_AUTH_SIG;
    const char *text = pair_written("windows", &ours);
    expect_has(
        text,
        "Add-VpnConnection -Name \"foo\" -ServerAddress 203.0.113.1 -TunnelType Ikev2 -AuthenticationMethod "
        "MachineCertificate");
    expect_has(text, "Add-VpnConnectionRoute -ConnectionName \"foo\" -DestinationPrefix 10.103.0.0/24\n");
    ours.remote_auth = IKE_AUTH_EAP_MSCHAPV2;
    expect_has(pair_written("ios", &ours), "<key>ExtendedAuthEnabled</key><integer>1</integer>");
    expect_has(pair_written("android", &ours), "IKEv2/IPSec MSCHAPv2");
}

static void marks_of_xml_are_escaped(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    memcpy(ours.psk, "a<b&c", 5);
    ours.psk_len = 5;
    expect_has(pair_written("ios", &ours), "<string>a&lt;b&amp;c</string>");
}

/* In a comment of XML two dashes would end it, or make the file none. */
static void names_with_dashes_in_a_comment(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    strcpy(ours.name, "a---b");
    expect_has(pair_written("ios", &ours), "Culvert's connection a-_-b\n-->\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_as_a_whole),       cmocka_unit_test(ios_as_a_whole),
        cmocka_unit_test(android_as_a_whole),       cmocka_unit_test(certificates_and_passwords),
        cmocka_unit_test(marks_of_xml_are_escaped), cmocka_unit_test(names_with_dashes_in_a_comment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
