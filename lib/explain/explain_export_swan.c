/* SPDX-License-Identifier: BSD-3-Clause */
/* strongSwan's swanctl.conf and libreswan's ipsec.conf with ipsec.secrets. */
#include "explain_dialects.h"

#include "base_dscp.h"
#include "explain_swan.h"

static void add_proposals(struct base_text *t, const struct crypt_proposal *list, size_t n)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        base_text_add(t, "%s%s", i ? ", " : "", crypt_proposal_text(&list[i], text));
    base_text_add(t, "\n");
}

static void add_nets(struct base_text *t, const struct base_prefix *nets, size_t n, const char *between)
{
    char text[BASE_PREFIX_TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        base_text_add(t, "%s%s", i ? between : "", base_prefix_text(&nets[i], text));
}

/* ---- strongSwan ---- */

static const char *swan_auth(enum ike_auth_kind auth)
{
    return auth == IKE_AUTH_PSK       ? "psk"
           : auth == IKE_AUTH_SIG     ? "pubkey"
           : auth == IKE_AUTH_EAP_TLS ? "eap-tls"
                                      : "eap-mschapv2";
}

static void swan_side(struct base_text *t, const char *side, const struct ike_id *id, enum ike_auth_kind auth,
                      const struct crypt_ike_ops *crypto)
{
    char text[IKE_ID_TEXT_MAX];
    base_text_add(t, "        %s {\n            auth = %s\n", side, swan_auth(auth));
    if (auth == IKE_AUTH_SIG && side[0] == 'l')
        base_text_add(t, "            certs = PUT-THE-CERTIFICATE-HERE.pem\n");
    base_text_add(t, "            id = %s\n        }\n", explain_swan_id(id, crypto, text));
}

static void swan_child(struct base_text *t, const struct explain_site *s, const struct explain_child *c)
{
    char name[IKE_NAME_MAX];
    base_text_add(t, "            %s {\n", explain_plain_name(c->name, name));
    if (c->dscp) {
        base_text_add(t, "                # for packets with DSCP ");
        base_dscp_text(t, c->dscp);
        base_text_add(t, ": strongSwan chooses by marks (mark_out), which the packet filter sets\n");
    }
    if (c->n_local) {
        base_text_add(t, "                local_ts = ");
        add_nets(t, c->local, c->n_local, ", ");
        base_text_add(t, "\n");
    }
    if (c->n_remote) {
        base_text_add(t, "                remote_ts = ");
        add_nets(t, c->remote, c->n_remote, ", ");
        base_text_add(t, "\n");
    }
    if (s->n_esp) {
        base_text_add(t, "                esp_proposals = ");
        add_proposals(t, s->esp, s->n_esp);
    }
    if (s->child_s)
        base_text_add(t, "                rekey_time = %us\n", s->child_s);
    base_text_add(t, "                start_action = %s\n                dpd_action = %s\n            }\n",
                  s->starts ? "start" : "none", s->starts ? "restart" : "clear");
}

static void swan_secret(struct base_text *t, const struct explain_site *s, const char *name,
                        const struct crypt_ike_ops *crypto)
{
    char text[IKE_ID_TEXT_MAX];
    if (s->local_auth != IKE_AUTH_PSK && s->remote_auth != IKE_AUTH_PSK)
        return;
    const char *quote = s->psk_len && !explain_psk_is_text(s) ? "" : "\"";
    base_text_add(t, "secrets {\n    ike-%s {\n        id-1 = %s\n", name,
                  explain_swan_id(&s->local_id, crypto, text));
    base_text_add(t, "        id-2 = %s\n        secret = %s", explain_swan_id(&s->remote_id, crypto, text),
                  quote);
    explain_add_psk(t, s);
    base_text_add(t, "%s\n    }\n}\n", quote);
}

void explain_export_strongswan(struct base_text *t, const struct explain_site *s,
                               const struct crypt_ike_ops *crypto)
{
    char name[IKE_NAME_MAX];
    explain_plain_name(s->name, name);
    explain_export_head(t, s, "# ", "swanctl.conf");
    base_text_add(t, "connections {\n    %s {\n        version = 2\n", name);
    base_text_add(t, "        local_addrs = %s\n        remote_addrs = %s\n",
                  s->local_addr[0] ? s->local_addr : "%any", s->remote_addr[0] ? s->remote_addr : "%any");
    if (s->n_ike) {
        base_text_add(t, "        proposals = ");
        add_proposals(t, s->ike, s->n_ike);
    }
    if (s->ike_s)
        base_text_add(t, "        rekey_time = %us\n", s->ike_s);
    if (s->dpd_s)
        base_text_add(t, "        dpd_delay = %us\n", s->dpd_s);
    base_text_add(t, "        encap = %s\n", s->forces_udp ? "yes" : "no");
    swan_side(t, "local", &s->local_id, s->local_auth, crypto);
    swan_side(t, "remote", &s->remote_id, s->remote_auth, crypto);
    base_text_add(t, "        children {\n");
    for (size_t i = 0; i < s->n_children; i++)
        swan_child(t, s, &s->children[i]);
    base_text_add(t, "        }\n    }\n}\n");
    swan_secret(t, s, name, crypto);
}

/* ---- libreswan ---- */

static const struct explain_word libre_words[] = {
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 128, "aes_gcm128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_GCM_16, 256, "aes_gcm256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_CHACHA20_POLY1305, 0, "chacha20_poly1305", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 128, "aes128", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256, "aes256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_256, 0, "sha2_256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_384, 0, "sha2_384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_PRF, CRYPT_PRF_HMAC_SHA2_512, 0, "sha2_512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0, "sha2_256", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_384_192, 0, "sha2_384", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_512_256, 0, "sha2_512", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_X25519, 0, "dh31", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_256, 0, "dh19", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_384, 0, "dh20", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_ECP_521, 0, "dh21", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_2048, 0, "dh14", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_3072, 0, "dh15", EXPLAIN_FOR_BOTH},
    {CRYPT_TYPE_DH, CRYPT_DH_MODP_4096, 0, "dh16", EXPLAIN_FOR_BOTH},
};

static void libre_algorithms(struct base_text *t, const struct explain_site *s)
{
    struct explain_suite suite;
    if (explain_suite(s->ike, s->n_ike, EXPLAIN_WORDS(libre_words), &suite))
        base_text_add(t, "    ike=%s-%s-%s\n", suite.encr, suite.is_aead ? suite.prf : suite.integ, suite.dh);
    else if (s->n_ike)
        explain_export_no_suite(t, s, "    # ", true, "aes256gcm16-prfsha256-ecp256");
    if (explain_suite(s->esp, s->n_esp, EXPLAIN_WORDS(libre_words), &suite)) {
        base_text_add(t, "    esp=%s%s%s%s%s\n    pfs=%s\n", suite.encr, suite.integ ? "-" : "",
                      suite.integ ? suite.integ : "", suite.dh ? "-" : "", suite.dh ? suite.dh : "",
                      suite.dh ? "yes" : "no");
    } else if (s->n_esp) {
        explain_export_no_suite(t, s, "    # ", false, "aes256gcm16");
    }
}

static void libre_nets(struct base_text *t, const char *side, const struct base_prefix *nets, size_t n)
{
    if (n == 0)
        return;
    base_text_add(t, n > 1 ? "    %ssubnets={" : "    %ssubnet=", side);
    add_nets(t, nets, n, " ");
    base_text_add(t, n > 1 ? "}\n" : "\n");
}

void explain_export_libreswan(struct base_text *t, const struct explain_site *s,
                              const struct crypt_ike_ops *crypto)
{
    char text[IKE_ID_TEXT_MAX], name[IKE_NAME_MAX];
    explain_plain_name(s->name, name);
    explain_export_head(t, s, "# ", "ipsec.conf");
    for (size_t i = 0; i < s->n_children; i++) {
        base_text_add(t, i ? "conn %s-%zu\n" : "conn %s\n", name, i + 1);
        base_text_add(t, "    ikev2=insist\n    authby=%s\n    left=%s\n",
                      s->local_auth == IKE_AUTH_PSK ? "secret" : "rsasig",
                      s->local_addr[0] ? s->local_addr : "%defaultroute");
        base_text_add(t, "    leftid=%s\n", explain_swan_id(&s->local_id, crypto, text));
        libre_nets(t, "left", s->children[i].local, s->children[i].n_local);
        base_text_add(t, "    right=%s\n", s->remote_addr[0] ? s->remote_addr : "%any");
        base_text_add(t, "    rightid=%s\n", explain_swan_id(&s->remote_id, crypto, text));
        libre_nets(t, "right", s->children[i].remote, s->children[i].n_remote);
        libre_algorithms(t, s);
        if (s->forces_udp)
            base_text_add(t, "    encapsulation=yes\n");
        base_text_add(t, "    auto=%s\n", s->starts ? "start" : "add");
    }
    if (s->local_auth != IKE_AUTH_PSK)
        return;
    base_text_add(t, "\n# ipsec.secrets\n%s ", explain_swan_id(&s->local_id, crypto, text));
    base_text_add(t, "%s : PSK ", explain_swan_id(&s->remote_id, crypto, text));
    const char *quote = s->psk_len && !explain_psk_is_text(s) ? "" : "\"";
    base_text_add(t, "%s", quote);
    explain_add_psk(t, s);
    base_text_add(t, "%s\n", quote);
}
