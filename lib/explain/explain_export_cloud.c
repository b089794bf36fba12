/* SPDX-License-Identifier: BSD-3-Clause */
/* AWS: a customer gateway and a VPN connection, by its command line. */
#include "explain_dialects.h"

static const struct explain_word aws_words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "AES128-GCM-16", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 256, "AES256-GCM-16", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "AES128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "AES256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "SHA2-256", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_384, 0, "SHA2-384", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_512, 0, "SHA2-512", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "SHA2-256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_384_192, 0, "SHA2-384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_512_256, 0, "SHA2-512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA1_96, 0, "SHA1", EXPLAIN_FOR_BOTH},
    EXPLAIN_GROUP_NUMBERS,
};

/* Its three lists of one phase: each has one value. */
static void aws_phase(struct base_text *t, const struct explain_site *s, bool is_ike)
{
    struct explain_suite suite;
    const uint32_t life = is_ike ? s->ike_s : s->child_s;
    const unsigned phase = is_ike ? 1 : 2;
    if (explain_suite(is_ike ? s->ike : s->esp, is_ike ? s->n_ike : s->n_esp, EXPLAIN_WORDS(aws_words),
                      &suite)) {
        base_text_add(t, ",\n    \"Phase%uEncryptionAlgorithms\": [{\"Value\": \"%s\"}]", phase, suite.encr);
        base_text_add(t, ", \"Phase%uIntegrityAlgorithms\": [{\"Value\": \"%s\"}]", phase,
                      !suite.is_aead ? suite.integ
                      : suite.prf    ? suite.prf
                                     : "SHA2-256");
        if (suite.dh)
            base_text_add(t, ", \"Phase%uDHGroupNumbers\": [{\"Value\": %s}]", phase, suite.dh);
    }
    if (life >= 900)
        base_text_add(t, ", \"Phase%uLifetimeSeconds\": %u", phase,
                      is_ike ? (life > 28800 ? 28800 : life) : (life > 3600 ? 3600 : life));
}

static void aws_nets(struct base_text *t, const struct explain_site *s)
{
    char ours[BASE_PREFIX_TEXT_MAX] = "0.0.0.0/0", theirs[BASE_PREFIX_TEXT_MAX] = "0.0.0.0/0";
    if (s->n_children == 1 && s->children[0].n_local == 1 && s->children[0].n_remote == 1) {
        base_prefix_text(&s->children[0].remote[0], ours);
        base_prefix_text(&s->children[0].local[0], theirs);
    }
    base_text_add(t, "  \"LocalIpv4NetworkCidr\": \"%s\", \"RemoteIpv4NetworkCidr\": \"%s\",\n", ours,
                  theirs);
}

/* What AWS takes as a key: 8 to 64 letters, digits, "." and "_", the first one not 0. */
static bool aws_takes_psk(const struct explain_site *s)
{
    for (size_t i = 0; i < s->psk_len; i++) {
        const uint8_t c = s->psk[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && (c < '0' || c > '9') && c != '.' && c != '_')
            return false;
    }
    return s->psk_len == 0 || (s->psk_len >= 8 && s->psk_len <= 64 && s->psk[0] != '0');
}

void explain_export_aws(struct base_text *t, const struct explain_site *s, const struct crypt_ike_ops *crypto)
{
    char addr[BASE_ADDR_TEXT_MAX], name[IKE_NAME_MAX], text[BASE_PREFIX_TEXT_MAX];
    struct explain_suite suite;
    (void)crypto;
    explain_plain_name(s->name, name);
    explain_export_head(t, s, "# ", "AWS's command line,");
    if (!explain_suite(s->ike, s->n_ike, EXPLAIN_WORDS(aws_words), &suite))
        explain_export_no_suite(t, s, "# ", true, "aes256gcm16-prfsha256-ecp256");
    if (!explain_suite(s->esp, s->n_esp, EXPLAIN_WORDS(aws_words), &suite))
        explain_export_no_suite(t, s, "# ", false, "aes256gcm16");
    if (!aws_takes_psk(s))
        base_text_add(t, "# AWS takes keys of 8 to 64 letters, digits, \".\" and \"_\" alone, so both sides "
                         "need another one\n");
    if (!explain_id_addr(&s->local_id, addr)[0])
        base_text_add(
            t, "# AWS announces the outside address of its tunnel: connections.%s.remote.id must be that\n",
            s->name);
    if (!explain_id_addr(&s->remote_id, addr)[0])
        base_text_add(
            t, "# AWS expects the address of the customer gateway: connections.%s.local.id must be that\n",
            s->name);
    base_text_add(
        t,
        "aws ec2 create-customer-gateway --type ipsec.1 --bgp-asn 65000 --ip-address %s --tag-specifications "
        "'ResourceType=customer-gateway,Tags=[{Key=Name,Value=%s}]'\n",
        s->remote_addr[0] ? s->remote_addr : "PUT-CULVERTS-ADDRESS-HERE", name);
    base_text_add(
        t,
        "aws ec2 create-vpn-connection --type ipsec.1 --customer-gateway-id PUT-ITS-ID-HERE --vpn-gateway-id "
        "PUT-ITS-ID-HERE --options '{\n  \"StaticRoutesOnly\": true,\n");
    aws_nets(t, s);
    base_text_add(t, "  \"TunnelOptions\": [{\n    \"PreSharedKey\": \"");
    explain_add_psk(t, s);
    base_text_add(t,
                  "\",\n    \"IKEVersions\": [{\"Value\": \"ikev2\"}], \"StartupAction\": \"%s\", "
                  "\"DPDTimeoutSeconds\": %u",
                  s->starts ? "start" : "add", s->dpd_s > 30 ? s->dpd_s : 40);
    aws_phase(t, s, true);
    aws_phase(t, s, false);
    base_text_add(t, "\n  }]}'\n");
    for (size_t i = 0; i < s->n_children; i++)
        for (size_t b = 0; b < s->children[i].n_remote; b++)
            base_text_add(t,
                          "aws ec2 create-vpn-connection-route --vpn-connection-id PUT-ITS-ID-HERE "
                          "--destination-cidr-block %s\n",
                          base_prefix_text(&s->children[i].remote[b], text));
}
