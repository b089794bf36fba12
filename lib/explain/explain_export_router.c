/* SPDX-License-Identifier: BSD-3-Clause */
/* Routers and firewalls: VyOS, MikroTik's RouterOS 7, FortiGate. */
#include "explain_dialects.h"

#include <string.h>

/* Whether it stands in a word that no shell of theirs reads as more than that. */
static bool router_is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("@._:-", c);
}

/* ---- VyOS (1.3: peers by their address, or by "@NAME" where that is not known) ---- */

static const struct explain_word vyos_words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "aes128gcm128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 256, "aes256gcm128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "aes128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 192, "aes192", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "aes256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_CHACHA20_POLY1305, 0, "chacha20poly1305", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "sha256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_384, 0, "sha384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_512, 0, "sha512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA1, 0, "sha1", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "sha256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_384_192, 0, "sha384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_512_256, 0, "sha512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA1_96, 0, "sha1", EXPLAIN_FOR_BOTH},
    EXPLAIN_GROUP_NUMBERS,
    {CRYPT_TYPE_DH, CRYPT_DH_X25519, 0, "31", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_1024, 0, "2", EXPLAIN_FOR_BOTH},
};

static void vyos_groups(struct base_text *t, const struct explain_site *s, const char *name)
{
    struct explain_suite suite;
    base_text_add(t, "set vpn ipsec ike-group %s key-exchange ikev2\n", name);
    if (s->ike_s)
        base_text_add(t, "set vpn ipsec ike-group %s lifetime %u\n", name, s->ike_s);
    if (s->dpd_s)
        base_text_add(t,
                      "set vpn ipsec ike-group %s dead-peer-detection action %s\n"
                      "set vpn ipsec ike-group %s dead-peer-detection interval %u\n",
                      name, s->starts ? "restart" : "clear", name, s->dpd_s);
    if (explain_suite(s->ike, s->n_ike, EXPLAIN_WORDS(vyos_words), &suite))
        base_text_add(t,
                      "set vpn ipsec ike-group %s proposal 1 dh-group %s\n"
                      "set vpn ipsec ike-group %s proposal 1 encryption %s\n"
                      "set vpn ipsec ike-group %s proposal 1 hash %s\n",
                      name, suite.dh, name, suite.encr, name, suite.is_aead ? suite.prf : suite.integ);
    else
        explain_export_no_suite(t, s, "# ", true, "aes256gcm16-prfsha256-ecp256");
    if (s->child_s)
        base_text_add(t, "set vpn ipsec esp-group %s lifetime %u\n", name, s->child_s);
    base_text_add(t, "set vpn ipsec esp-group %s mode tunnel\n", name);
    if (explain_suite(s->esp, s->n_esp, EXPLAIN_WORDS(vyos_words), &suite))
        base_text_add(t,
                      "set vpn ipsec esp-group %s pfs %s%s\n"
                      "set vpn ipsec esp-group %s proposal 1 encryption %s\n"
                      "set vpn ipsec esp-group %s proposal 1 hash %s\n",
                      name, suite.dh ? "dh-group" : "disable", suite.dh ? suite.dh : "", name, suite.encr,
                      name, suite.integ ? suite.integ : "sha256");
    else
        explain_export_no_suite(t, s, "# ", false, "aes256gcm16");
}

static void vyos_tunnels(struct base_text *t, const struct explain_site *s, const char *peer)
{
    char text[BASE_PREFIX_TEXT_MAX];
    size_t number = 0;
    for (size_t i = 0; i < s->n_children; i++)
        for (size_t a = 0; a < s->children[i].n_local; a++)
            for (size_t b = 0; b < s->children[i].n_remote; b++, number++) {
                base_text_add(t, "set vpn ipsec site-to-site peer %s tunnel %zu local prefix %s\n", peer,
                              number, base_prefix_text(&s->children[i].local[a], text));
                base_text_add(t, "set vpn ipsec site-to-site peer %s tunnel %zu remote prefix %s\n", peer,
                              number, base_prefix_text(&s->children[i].remote[b], text));
            }
}

/* An identity in the place of the peer's address: a word, whatever stands in it; remote-id has it as it is.
 */
static void vyos_peer_word(char *text)
{
    for (; *text; text++)
        if (!router_is_plain(*text))
            *text = '-';
}

static void vyos_id(struct base_text *t, const char *peer, const char *key, const struct ike_id *id,
                    const struct crypt_ike_ops *crypto)
{
    char text[IKE_ID_TEXT_MAX];
    base_text_add(t, "set vpn ipsec site-to-site peer %s authentication %s ", peer, key);
    explain_add_shell(t, ike_id_text(id, crypto, text));
    base_text_add(t, "\n");
}

void explain_export_vyos(struct base_text *t, const struct explain_site *s,
                         const struct crypt_ike_ops *crypto)
{
    char name[IKE_NAME_MAX], peer[IKE_ID_TEXT_MAX];
    explain_plain_name(s->name, name);
    explain_export_head(t, s, "# ", "VyOS 1.3, in configure mode,");
    base_text_add(t, "# and the interface towards Culvert: set vpn ipsec ipsec-interfaces interface eth0\n");
    if (s->remote_addr[0])
        memcpy(peer, s->remote_addr, sizeof s->remote_addr);
    else
        ike_id_text(&s->remote_id, crypto, peer);
    vyos_peer_word(peer);
    vyos_groups(t, s, name);
    if (s->local_auth == IKE_AUTH_PSK) {
        base_text_add(t, "set vpn ipsec site-to-site peer %s authentication mode pre-shared-secret\n", peer);
        base_text_add(t, "set vpn ipsec site-to-site peer %s authentication pre-shared-secret '", peer);
        explain_add_psk(t, s);
        base_text_add(t, "'\n");
    } else {
        base_text_add(t, "set vpn ipsec site-to-site peer %s authentication mode x509\n", peer);
    }
    vyos_id(t, peer, "id", &s->local_id, crypto);
    vyos_id(t, peer, "remote-id", &s->remote_id, crypto);
    base_text_add(t, "set vpn ipsec site-to-site peer %s connection-type %s\n", peer,
                  s->starts ? "initiate" : "respond");
    base_text_add(t, "set vpn ipsec site-to-site peer %s local-address %s\n", peer,
                  s->local_addr[0] ? s->local_addr : "any");
    if (s->forces_udp)
        base_text_add(t, "set vpn ipsec site-to-site peer %s force-udp-encapsulation\n", peer);
    base_text_add(t, "set vpn ipsec site-to-site peer %s ike-group %s\n", peer, name);
    base_text_add(t, "set vpn ipsec site-to-site peer %s default-esp-group %s\n", peer, name);
    vyos_tunnels(t, s, peer);
}

/* ---- MikroTik ---- */

static const struct explain_word mikrotik_words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "aes-128-gcm", EXPLAIN_FOR_ESP},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 256, "aes-256-gcm", EXPLAIN_FOR_ESP},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "aes-128", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 192, "aes-192", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "aes-256", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "aes-128-cbc", EXPLAIN_FOR_ESP},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "aes-256-cbc", EXPLAIN_FOR_ESP},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "sha256", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_512, 0, "sha512", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "sha256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_512_256, 0, "sha512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_256, 0, "ecp256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_384, 0, "ecp384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_521, 0, "ecp521", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_2048, 0, "modp2048", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_3072, 0, "modp3072", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_4096, 0, "modp4096", EXPLAIN_FOR_BOTH},
};

/* "KIND:TEXT" as RouterOS reads it: in quotes when it is more than a word. */
static void mikrotik_value(struct base_text *t, const char *kind, const char *text)
{
    bool is_word = true;
    for (const char *c = text; *c; c++)
        is_word &= router_is_plain(*c);
    base_text_add(t, "%s%s:", is_word ? "" : "\"", kind);
    for (; *text; text++)
        base_text_add(t, "%s%c", strchr("\"\\$", *text) ? "\\" : "", *text);
    base_text_add(t, "%s", is_word ? "" : "\"");
}

/* "fqdn:foo", as my-id and remote-id have it. */
static void mikrotik_id(struct base_text *t, const struct ike_id *id, const struct crypt_ike_ops *crypto)
{
    char text[IKE_ID_TEXT_MAX];
    const char *kind = id->type == WIRE_IKE_ID_FQDN    ? "fqdn"
                       : id->type == WIRE_IKE_ID_EMAIL ? "user-fqdn"
                       : id->type == WIRE_IKE_ID_DN    ? "dn"
                       : id->type == WIRE_IKE_ID_KEY   ? "key-id"
                                                       : "address";
    explain_id_bare(id, crypto, text);
    mikrotik_value(t, kind, strncmp(text, "keyid:", 6) == 0 ? text + 6 : text);
}

static void mikrotik_policies(struct base_text *t, const struct explain_site *s, const char *name)
{
    char text[BASE_PREFIX_TEXT_MAX], other[BASE_PREFIX_TEXT_MAX];
    for (size_t i = 0; i < s->n_children; i++)
        for (size_t a = 0; a < s->children[i].n_local; a++)
            for (size_t b = 0; b < s->children[i].n_remote; b++) {
                base_prefix_text(&s->children[i].local[a], text);
                base_prefix_text(&s->children[i].remote[b], other);
                base_text_add(
                    t,
                    "/ip ipsec policy add peer=%s tunnel=yes src-address=%s dst-address=%s proposal=%s "
                    "level=unique\n"
                    "/ip firewall nat add chain=srcnat action=accept src-address=%s dst-address=%s\n",
                    name, text, other, name, text, other);
            }
}

void explain_export_mikrotik(struct base_text *t, const struct explain_site *s,
                             const struct crypt_ike_ops *crypto)
{
    struct explain_suite suite;
    char name[IKE_NAME_MAX];
    explain_plain_name(s->name, name);
    explain_export_head(t, s, "# ", "RouterOS 7");
    if (explain_suite(s->ike, s->n_ike, EXPLAIN_WORDS(mikrotik_words), &suite))
        base_text_add(t, "/ip ipsec profile add name=%s enc-algorithm=%s hash-algorithm=%s dh-group=%s", name,
                      suite.encr, suite.integ, suite.dh);
    else {
        explain_export_no_suite(t, s, "# ", true, "aes256-sha256-ecp256");
        base_text_add(t, "/ip ipsec profile add name=%s", name);
    }
    base_text_add(t, " nat-traversal=yes lifetime=%us dpd-interval=%us\n", s->ike_s ? s->ike_s : 86400,
                  s->dpd_s ? s->dpd_s : 120);
    if (explain_suite(s->esp, s->n_esp, EXPLAIN_WORDS(mikrotik_words), &suite))
        base_text_add(t, "/ip ipsec proposal add name=%s enc-algorithms=%s auth-algorithms=%s pfs-group=%s",
                      name, suite.encr, suite.integ ? suite.integ : "null", suite.dh ? suite.dh : "none");
    else {
        explain_export_no_suite(t, s, "# ", false, "aes256-sha256");
        base_text_add(t, "/ip ipsec proposal add name=%s", name);
    }
    base_text_add(t, " lifetime=%us\n", s->child_s ? s->child_s : 3600);
    base_text_add(t, "/ip ipsec peer add name=%s exchange-mode=ike2 profile=%s %s%s\n", name, name,
                  s->remote_addr[0] ? "address=" : "passive=yes", s->remote_addr);
    base_text_add(t, "/ip ipsec identity add peer=%s auth-method=%s", name,
                  s->local_auth == IKE_AUTH_PSK ? "pre-shared-key secret=\"" : "digital-signature");
    if (s->local_auth == IKE_AUTH_PSK) {
        explain_add_psk(t, s);
        base_text_add(t, "\"");
    }
    base_text_add(t, " my-id=");
    mikrotik_id(t, &s->local_id, crypto);
    base_text_add(t, " remote-id=");
    mikrotik_id(t, &s->remote_id, crypto);
    base_text_add(t, "\n");
    mikrotik_policies(t, s, name);
    base_text_add(t, "# these rules of srcnat go above masquerade: /ip firewall nat move\n");
}

/* ---- FortiGate ---- */

static const struct explain_word forti_words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "aes128gcm", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 256, "aes256gcm", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_CHACHA20_POLY1305, 0, "chacha20poly1305", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "aes128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 192, "aes192", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "aes256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "prfsha256", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_384, 0, "prfsha384", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_512, 0, "prfsha512", EXPLAIN_FOR_IKE},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "sha256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_384_192, 0, "sha384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_512_256, 0, "sha512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA1_96, 0, "sha1", EXPLAIN_FOR_BOTH},
    EXPLAIN_GROUP_NUMBERS,
    {CRYPT_TYPE_DH, CRYPT_DH_X25519, 0, "31", EXPLAIN_FOR_BOTH},
};

static void forti_phase1(struct base_text *t, const struct explain_site *s, const char *name,
                         const struct crypt_ike_ops *crypto)
{
    struct explain_suite suite;
    char id[IKE_ID_TEXT_MAX];
    struct base_addr addr;
    const bool is_addr = base_addr_parse(s->remote_addr, &addr) == 0;
    base_text_add(t, "config vpn ipsec phase1-interface\n    edit \"%s\"\n", name);
    base_text_add(t, "        set type %s\n", !s->remote_addr[0] ? "dynamic" : is_addr ? "static" : "ddns");
    base_text_add(t, "        set interface \"wan1\"\n        set ike-version 2\n");
    if (s->remote_addr[0])
        base_text_add(t, "        set %s %s\n", is_addr ? "remote-gw" : "remotegw-ddns", s->remote_addr);
    base_text_add(t, "        set peertype one\n        set peerid \"%s\"\n",
                  explain_id_bare(&s->remote_id, crypto, id));
    base_text_add(t, "        set localid \"%s\"\n", explain_id_bare(&s->local_id, crypto, id));
    base_text_add(t, "        set localid-type %s\n",
                  s->local_id.type == WIRE_IKE_ID_FQDN    ? "fqdn"
                  : s->local_id.type == WIRE_IKE_ID_EMAIL ? "user-fqdn"
                  : s->local_id.type == WIRE_IKE_ID_KEY   ? "keyid"
                  : s->local_id.type == WIRE_IKE_ID_DN    ? "asn1dn"
                                                          : "address");
    if (explain_suite(s->ike, s->n_ike, EXPLAIN_WORDS(forti_words), &suite))
        base_text_add(t, "        set proposal %s-%s\n        set dhgrp %s\n", suite.encr,
                      suite.is_aead ? suite.prf : suite.integ, suite.dh);
    else
        explain_export_no_suite(t, s, "        # ", true, "aes256gcm16-prfsha256-ecp256");
    base_text_add(t, "        set keylife %u\n        set nattraversal %s\n        set keepalive 10\n",
                  s->ike_s ? s->ike_s : 86400, s->forces_udp ? "forced" : "enable");
    base_text_add(t, "        set dpd on-idle\n        set dpd-retryinterval %u\n", s->dpd_s ? s->dpd_s : 20);
    if (s->local_auth == IKE_AUTH_PSK) {
        base_text_add(t, "        set psksecret \"");
        explain_add_psk(t, s);
        base_text_add(t, "\"\n");
    } else {
        base_text_add(t, "        set authmethod signature\n");
    }
    base_text_add(t, "    next\nend\n");
}

/* A side of a selector: IPv4 by its mask, IPv6 in words of its own. */
static void forti_net(struct base_text *t, const char *side, const struct base_prefix *p)
{
    char text[BASE_PREFIX_TEXT_MAX];
    if (p->addr.family == BASE_AF_IP6) {
        base_text_add(t, "        set %s-addr-type subnet6\n        set %s-subnet6 %s\n", side, side,
                      base_prefix_text(p, text));
        return;
    }
    base_text_add(t, "        set %s-subnet ", side);
    explain_add_masked(t, p);
    base_text_add(t, "\n");
}

static void forti_selector(struct base_text *t, const struct explain_site *s, const char *name, size_t number,
                           const struct base_prefix *local, const struct base_prefix *remote)
{
    struct explain_suite suite;
    base_text_add(t, "    edit \"%s-%zu\"\n        set phase1name \"%s\"\n", name, number, name);
    if (explain_suite(s->esp, s->n_esp, EXPLAIN_WORDS(forti_words), &suite)) {
        base_text_add(t, "        set proposal %s%s%s\n", suite.encr, suite.integ ? "-" : "",
                      suite.integ ? suite.integ : "");
        base_text_add(
            t, suite.dh ? "        set pfs enable\n        set dhgrp %s\n" : "        set pfs disable%s\n",
            suite.dh ? suite.dh : "");
    } else {
        explain_export_no_suite(t, s, "        # ", false, "aes256gcm16");
    }
    forti_net(t, "src", local);
    forti_net(t, "dst", remote);
    base_text_add(t, "        set keylifeseconds %u\n        set auto-negotiate %s\n    next\n",
                  s->child_s ? s->child_s : 3600, s->starts ? "enable" : "disable");
}

/* A list of static routes for one family; none where there is no network of it. */
static void forti_routes(struct base_text *t, const struct explain_site *s, const char *name,
                         enum base_family family)
{
    char text[BASE_PREFIX_TEXT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s->n_children; i++)
        for (size_t b = 0; b < s->children[i].n_remote; b++) {
            const struct base_prefix *p = &s->children[i].remote[b];
            if (p->addr.family != family)
                continue;
            if (n++ == 0)
                base_text_add(t, "config router static%s\n", family == BASE_AF_IP6 ? "6" : "");
            base_text_add(t, "    edit 0\n        set dst ");
            if (family == BASE_AF_IP6)
                base_text_add(t, "%s", base_prefix_text(p, text));
            else
                explain_add_masked(t, p);
            base_text_add(t, "\n        set device \"%s\"\n    next\n", name);
        }
    if (n)
        base_text_add(t, "end\n");
}

void explain_export_fortigate(struct base_text *t, const struct explain_site *s,
                              const struct crypt_ike_ops *crypto)
{
    char name[IKE_NAME_MAX];
    size_t number = 0;
    explain_plain_name(s->name, name);
    name[15] = '\0'; /* an interface's name */
    explain_export_head(t, s, "# ", "FortiOS 7");
    base_text_add(t, "# add firewall policies between your inside interface and \"%s\", both ways\n", name);
    forti_phase1(t, s, name, crypto);
    base_text_add(t, "config vpn ipsec phase2-interface\n");
    for (size_t i = 0; i < s->n_children; i++)
        for (size_t a = 0; a < s->children[i].n_local; a++)
            for (size_t b = 0; b < s->children[i].n_remote; b++)
                if (s->children[i].local[a].addr.family == s->children[i].remote[b].addr.family)
                    forti_selector(t, s, name, ++number, &s->children[i].local[a], &s->children[i].remote[b]);
    base_text_add(t, "end\n");
    forti_routes(t, s, name, BASE_AF_IP4);
    forti_routes(t, s, name, BASE_AF_IP6);
}
