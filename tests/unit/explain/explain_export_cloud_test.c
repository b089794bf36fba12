/* SPDX-License-Identifier: BSD-3-Clause */
/* AWS. */
#include "explain_pair.h"

static void aws_as_a_whole(void **state)
{
    (void)state;
    expect_pair(
        "aws",
        "# AWS's command line, for the other side of Culvert's connection foo\n"
        "# AWS takes keys of 8 to 64 letters, digits, \".\" and \"_\" alone, so both sides need another one\n"
        "# AWS announces the outside address of its tunnel: connections.foo.remote.id must be that\n"
        "# AWS expects the address of the customer gateway: connections.foo.local.id must be that\n"
        "aws ec2 create-customer-gateway --type ipsec.1 --bgp-asn 65000 --ip-address 203.0.113.1 "
        "--tag-specifications 'ResourceType=customer-gateway,Tags=[{Key=Name,Value=foo}]'\n"
        "aws ec2 create-vpn-connection --type ipsec.1 --customer-gateway-id PUT-ITS-ID-HERE --vpn-gateway-id "
        "PUT-ITS-ID-HERE --options '{\n"
        "  \"StaticRoutesOnly\": true,\n"
        "  \"LocalIpv4NetworkCidr\": \"10.103.0.0/24\", \"RemoteIpv4NetworkCidr\": \"10.104.0.0/24\",\n"
        "  \"TunnelOptions\": [{\n"
        "    \"PreSharedKey\": \"very secret\",\n"
        "    \"IKEVersions\": [{\"Value\": \"ikev2\"}], \"StartupAction\": \"start\", \"DPDTimeoutSeconds\": "
        "40,\n"
        "    \"Phase1EncryptionAlgorithms\": [{\"Value\": \"AES256\"}], \"Phase1IntegrityAlgorithms\": "
        "[{\"Value\": \"SHA2-256\"}], \"Phase1DHGroupNumbers\": [{\"Value\": 14}], "
        "\"Phase1LifetimeSeconds\": 14400,\n"
        "    \"Phase2EncryptionAlgorithms\": [{\"Value\": \"AES128-GCM-16\"}], "
        "\"Phase2IntegrityAlgorithms\": [{\"Value\": \"SHA2-256\"}], \"Phase2LifetimeSeconds\": 3600\n"
        "  }]}'\n"
        "aws ec2 create-vpn-connection-route --vpn-connection-id PUT-ITS-ID-HERE --destination-cidr-block "
        "10.103.0.0/24\n");
}

static void several_networks_are_routes(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    ours.children[0].n_local = 2;
    base_prefix_parse("10.9.0.0/16", &ours.children[0].local[1]);
    const char *text = pair_written("aws", &ours);
    expect_has(text, "\"LocalIpv4NetworkCidr\": \"0.0.0.0/0\"");
    expect_has(text, "--destination-cidr-block 10.9.0.0/16\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aws_as_a_whole),
        cmocka_unit_test(several_networks_are_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
