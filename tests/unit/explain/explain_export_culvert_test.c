/* SPDX-License-Identifier: BSD-3-Clause */
/* The other end as a Culvert. */
#include "explain_pair.h"

static void culvert_as_a_whole(void **state)
{
    (void)state;
    expect_pair(
        "culvert",
        "{\n"
        "  \"ports\": {\n"
        "    \"outside\": {\"device\": \"eth0\", \"role\": \"outside\", \"addresses\": [\"192.0.2.2/24\"], "
        "\"gateway\": \"192.0.2.1\"},\n"
        "    \"inside\": {\"device\": \"eth1\", \"role\": \"inside\", \"addresses\": [\"10.104.0.1/24\"]}\n"
        "  },\n"
        "  \"secrets\": [{\"local\": \"@foo\", \"remote\": \"@gw\", \"psk\": \"very secret\"}],\n"
        "  \"connections\": {\n"
        "    \"foo\": {\n"
        "      \"local\": {\"address\": \"any\", \"id\": \"@foo\"},\n"
        "      \"remote\": {\"address\": \"203.0.113.1\", \"id\": \"@gw\"},\n"
        "      \"children\": {\n"
        "        \"net\": {\"local\": [\"10.104.0.0/24\"], \"remote\": [\"10.103.0.0/24\"]}\n"
        "      },\n"
        "      \"ike_proposals\": [\"aes128gcm16-prfsha256-x25519\", \"aes256-prfsha256-sha256-modp2048\"],\n"
        "      \"esp_proposals\": [\"aes128gcm16-noesn\", \"aes256-sha256-modp2048-noesn\"],\n"
        "      \"dpd_s\": 30,\n"
        "      \"rekey_s\": 14400,\n"
        "      \"child\": {\"rekey_s\": 3600},\n"
        "      \"start\": true\n"
        "    }\n"
        "  }\n"
        "}\n");
}

static void what_is_special_is_said(void **state)
{
    (void)state;
    static struct explain_site ours;
    pair_ours(&ours);
    ours.remote_nat = false;
    strcpy(ours.remote_addr, "198.51.100.7");
    ours.forces_udp = true;
    ours.starts = true;
    ours.local_auth = IKE_AUTH_SIG;
    pair_proposal("aes128-sha1-modp1024", CRYPT_PROTOCOL_IKE, &ours.ike[0]);
    memcpy(ours.psk, "a\"\\\x01", 4);
    ours.psk_len = 4;
    ours.children[0].dscp = UINT64_C(1) << 46 | UINT64_C(1) << 47;
    const char *text = pair_written("culvert", &ours);
    expect_has(text, "\"addresses\": [\"198.51.100.7/24\"]}");
    expect_has(text, "\"encapsulation\": \"force\"");
    expect_has(text, "\"weak\": true");
    expect_has(text, "\"remote\": {\"address\": \"203.0.113.1\", \"id\": \"@gw\", \"auth\": \"pubkey\"}");
    expect_has(text, "\"psk\": \"0x61225c01\"");
    expect_has(text, "\"start\": false");
    expect_has(text, "\"remote\": [\"10.103.0.0/24\"], \"dscp\": [\"ef\", 47]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(culvert_as_a_whole),
        cmocka_unit_test(what_is_special_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
