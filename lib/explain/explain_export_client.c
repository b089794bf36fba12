/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows (PowerShell), iOS and macOS (a profile), Android (what to type into its settings). */
#include "explain_dialects.h"

#include <string.h>
#include "base_wipe.h"

/* The networks that go into the tunnel. */
static void each_remote(struct base_text *t, const struct explain_site *s, const char *format)
{
    char text[BASE_PREFIX_TEXT_MAX];
    for (size_t i = 0; i < s->n_children; i++)
        for (size_t b = 0; b < s->children[i].n_remote; b++)
            base_text_add(t, format, s->name, base_prefix_text(&s->children[i].remote[b], text));
}

/* ---- Windows ---- */

static const struct explain_word windows_words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "AES128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 192, "AES192", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "AES256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "GCMAES128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 256, "GCMAES256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "SHA256", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_384, 0, "SHA384", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "SHA256", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_384_192, 0, "SHA384", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "SHA256128", EXPLAIN_FOR_ESP},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA1_96, 0, "SHA196", EXPLAIN_FOR_ESP},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_2048, 0, "Group14", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_256, 0, "ECP256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_384, 0, "ECP384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_2048, 0, "PFS2048", EXPLAIN_FOR_ESP},
};

static void windows_algorithms(struct base_text *t, const struct explain_site *s)
{
    struct explain_suite ike, esp;
    if (!explain_suite(s->ike, s->n_ike, EXPLAIN_WORDS(windows_words), &ike)) {
        explain_export_no_suite(t, s, "# ", true, "aes256-sha256-modp2048");
        return;
    }
    if (!explain_suite(s->esp, s->n_esp, EXPLAIN_WORDS(windows_words), &esp)) {
        explain_export_no_suite(t, s, "# ", false, "aes256gcm16");
        return;
    }
    base_text_add(
        t,
        "$algorithms = @{EncryptionMethod = \"%s\"; IntegrityCheckMethod = \"%s\"; DHGroup = \"%s\"; "
        "CipherTransformConstants = \"%s\"; AuthenticationTransformConstants = \"%s\"; PfsGroup = \"%s\"}\n",
        ike.encr, ike.is_aead ? ike.prf : ike.integ, ike.dh, esp.encr, esp.is_aead ? esp.encr : esp.integ,
        esp.dh ? esp.dh : "None");
}

static void windows_server(struct base_text *t, const struct explain_site *s)
{
    char text[BASE_PREFIX_TEXT_MAX];
    const char *separator = "";
    base_text_add(
        t,
        "# Windows' own VPN client has no pre-shared key with IKEv2; this is for a server with Routing and "
        "Remote Access,\n# which announces its address as identity: connections.%s.remote.id must be that\n",
        s->name);
    base_text_add(
        t,
        "Add-VpnS2SInterface -Name \"%s\" -Destination %s -Protocol IKEv2 -AuthenticationMethod PSKOnly "
        "-SharedSecret '",
        s->name, s->remote_addr[0] ? s->remote_addr : "PUT-CULVERTS-ADDRESS-HERE");
    explain_add_psk(t, s);
    base_text_add(t, "' -IPv4Subnet @(");
    for (size_t i = 0; i < s->n_children; i++)
        for (size_t b = 0; b < s->children[i].n_remote; b++) {
            base_text_add(t, "%s\"%s:100\"", separator, base_prefix_text(&s->children[i].remote[b], text));
            separator = ", ";
        }
    base_text_add(t, ") -Persistent -CustomPolicy @algorithms\n");
}

void explain_export_windows(struct base_text *t, const struct explain_site *s,
                            const struct crypt_ike_ops *crypto)
{
    (void)crypto;
    explain_export_head(t, s, "# ", "PowerShell");
    windows_algorithms(t, s);
    if (s->local_auth == IKE_AUTH_PSK) {
        windows_server(t, s);
        return;
    }
    base_text_add(
        t,
        "Add-VpnConnection -Name \"%s\" -ServerAddress %s -TunnelType Ikev2 -AuthenticationMethod %s "
        "-EncryptionLevel Required -SplitTunneling\n",
        s->name, s->remote_addr[0] ? s->remote_addr : "PUT-CULVERTS-ADDRESS-HERE",
        s->local_auth == IKE_AUTH_SIG ? "MachineCertificate" : "Eap");
    base_text_add(t, "Set-VpnConnectionIPsecConfiguration -ConnectionName \"%s\" @algorithms -Force\n",
                  s->name);
    each_remote(t, s, "Add-VpnConnectionRoute -ConnectionName \"%s\" -DestinationPrefix %s\n");
}

/* ---- iOS and macOS ---- */

static const struct explain_word apple_words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "AES-128-GCM", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 256, "AES-256-GCM", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_CHACHA20_POLY1305, 0, "ChaCha20Poly1305", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "AES-128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "AES-256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "SHA2-256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_384, 0, "SHA2-384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_512, 0, "SHA2-512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "SHA2-256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_384_192, 0, "SHA2-384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_512_256, 0, "SHA2-512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_X25519, 0, "31", EXPLAIN_FOR_BOTH},
    EXPLAIN_GROUP_NUMBERS,
};

static void add_xml(struct base_text *t, const char *text)
{
    for (; *text; text++) {
        if (*text == '&' || *text == '<' || *text == '>')
            base_text_add(t, "%s", *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : "&gt;");
        else
            base_text_add(t, "%c", *text);
    }
}

static void apple_text(struct base_text *t, const char *key, const char *text)
{
    base_text_add(t, "        <key>%s</key><string>", key);
    add_xml(t, text);
    base_text_add(t, "</string>\n");
}

/* An identifier of a payload that stays the same for the same connection: profiles are replaced by it. */
static void apple_uuid(struct base_text *t, const struct explain_site *s, const char *indent, unsigned which)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) + which; /* FNV-1a */
    for (const char *c = s->name; *c; c++)
        h = (h ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    base_text_add(t, "%s<key>PayloadUUID</key><string>%08X-%04X-4%03X-A%03X-%012llX</string>\n", indent,
                  (unsigned)(h >> 32), (unsigned)(h & 0xffff), (unsigned)(h >> 16 & 0xfff),
                  (unsigned)(h >> 20 & 0xfff), (unsigned long long)(h & UINT64_C(0xffffffffffff)));
}

static void apple_suite(struct base_text *t, const struct explain_site *s, bool is_ike)
{
    struct explain_suite suite;
    const uint32_t life = is_ike ? s->ike_s : s->child_s;
    if (!explain_suite(is_ike ? s->ike : s->esp, is_ike ? s->n_ike : s->n_esp, EXPLAIN_WORDS(apple_words),
                       &suite))
        return;
    base_text_add(t,
                  "        <key>%s</key><dict>\n          <key>EncryptionAlgorithm</key><string>%s</string>\n"
                  "          <key>IntegrityAlgorithm</key><string>%s</string>\n",
                  is_ike ? "IKESecurityAssociationParameters" : "ChildSecurityAssociationParameters",
                  suite.encr,
                  !suite.is_aead ? suite.integ
                  : suite.prf    ? suite.prf
                                 : "SHA2-256");
    if (suite.dh)
        base_text_add(t, "          <key>DiffieHellmanGroup</key><integer>%s</integer>\n", suite.dh);
    base_text_add(t, "          <key>LifeTimeInMinutes</key><integer>%u</integer>\n        </dict>\n",
                  life < 600         ? 1440
                  : life / 60 > 1440 ? 1440
                                     : life / 60);
    if (!is_ike)
        base_text_add(t, "        <key>EnablePFS</key><integer>%d</integer>\n", suite.dh != NULL);
}

static void apple_ike(struct base_text *t, const struct explain_site *s, const struct crypt_ike_ops *crypto)
{
    char id[IKE_ID_TEXT_MAX], psk[2 * IKE_PSK_MAX + 3];
    struct base_text key = base_text(psk, sizeof psk);
    base_text_add(t, "      <key>VPNType</key><string>IKEv2</string>\n      <key>IKEv2</key><dict>\n");
    apple_text(t, "RemoteAddress", s->remote_addr[0] ? s->remote_addr : "PUT-CULVERTS-ADDRESS-HERE");
    apple_text(t, "RemoteIdentifier", explain_id_bare(&s->remote_id, crypto, id));
    apple_text(t, "LocalIdentifier", explain_id_bare(&s->local_id, crypto, id));
    if (s->local_auth == IKE_AUTH_PSK) {
        apple_text(t, "AuthenticationMethod", "SharedSecret");
        explain_add_psk(&key, s);
        apple_text(t, "SharedSecret", psk);
        base_wipe(psk, sizeof psk);
    } else {
        apple_text(t, "AuthenticationMethod", s->local_auth == IKE_AUTH_SIG ? "Certificate" : "None");
        if (s->local_auth != IKE_AUTH_SIG)
            base_text_add(t, "        <key>ExtendedAuthEnabled</key><integer>1</integer>\n");
    }
    apple_suite(t, s, true);
    apple_suite(t, s, false);
    base_text_add(t, "      </dict>\n");
}

/* What every export begins with, as a comment, in which XML takes no two dashes in a row. */
static void apple_comment(struct base_text *t, const struct explain_site *s)
{
    base_text_add(t, "<!--\n");
    char *from = t->buf + t->len;
    explain_export_head(t, s, "", "A profile (NAME.mobileconfig) for iOS and macOS,");
    for (char *c = from; *c; c++)
        if (c[0] == '-' && c[1] == '-')
            c[1] = '_';
    base_text_add(t, "-->\n");
}

void explain_export_ios(struct base_text *t, const struct explain_site *s, const struct crypt_ike_ops *crypto)
{
    char name[IKE_NAME_MAX];
    explain_plain_name(s->name, name);
    base_text_add(t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                     "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n");
    apple_comment(t, s);
    base_text_add(t,
                  "<plist version=\"1.0\"><dict>\n  <key>PayloadType</key><string>Configuration</string>\n"
                  "  <key>PayloadVersion</key><integer>1</integer>\n"
                  "  <key>PayloadIdentifier</key><string>culvert.%s</string>\n",
                  name);
    apple_uuid(t, s, "  ", 1);
    base_text_add(
        t,
        "  <key>PayloadDisplayName</key><string>%s</string>\n  <key>PayloadContent</key><array><dict>\n"
        "      <key>PayloadType</key><string>com.apple.vpn.managed</string>\n"
        "      <key>PayloadVersion</key><integer>1</integer>\n"
        "      <key>PayloadIdentifier</key><string>culvert.%s.vpn</string>\n",
        name, name);
    apple_uuid(t, s, "      ", 2);
    base_text_add(t, "      <key>UserDefinedName</key><string>%s</string>\n", name);
    apple_ike(t, s, crypto);
    base_text_add(t, "  </dict></array>\n</dict></plist>\n");
}

/* ---- Android ---- */

void explain_export_android(struct base_text *t, const struct explain_site *s,
                            const struct crypt_ike_ops *crypto)
{
    char id[IKE_ID_TEXT_MAX];
    explain_export_head(t, s, "", "Android 12 and later, Settings > Network > VPN,");
    base_text_add(t, "Name                    %s\n", s->name);
    base_text_add(t, "Type                    %s\n",
                  s->local_auth == IKE_AUTH_PSK   ? "IKEv2/IPSec PSK"
                  : s->local_auth == IKE_AUTH_SIG ? "IKEv2/IPSec RSA"
                                                  : "IKEv2/IPSec MSCHAPv2");
    base_text_add(t, "Server address          %s\n",
                  s->remote_addr[0] ? s->remote_addr : "PUT-CULVERTS-ADDRESS-HERE");
    base_text_add(t, "IPSec identifier        %s\n", explain_id_bare(&s->local_id, crypto, id));
    if (s->local_auth == IKE_AUTH_PSK) {
        base_text_add(t, "IPSec pre-shared key    ");
        explain_add_psk(t, s);
        base_text_add(t, "\n");
    }
    explain_id_bare(&s->remote_id, crypto, id);
    if (strcmp(id, s->remote_addr) != 0)
        base_text_add(t,
                      "\nAndroid expects the gateway by the server address as it is typed, and Culvert "
                      "announces %s: write "
                      "connections.%s.local.id: \"%s\" there\n",
                      id, s->name, s->remote_addr[0] ? s->remote_addr : "ITS ADDRESS");
}
