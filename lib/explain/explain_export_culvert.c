/* SPDX-License-Identifier: BSD-3-Clause */
/* Culvert's own configuration: of a peer that is a Culvert, and of what was imported. */
#include "explain_dialects.h"

#include <string.h>
#include "base_dscp.h"

static void add_text(struct base_text *t, const char *text)
{
    base_text_add(t, "\"");
    explain_add_json(t, text);
    base_text_add(t, "\"");
}

static void add_id(struct base_text *t, const struct ike_id *id, const struct crypt_ike_ops *crypto)
{
    char text[IKE_ID_TEXT_MAX];
    add_text(t, ike_id_text(id, crypto, text));
}

static void add_nets(struct base_text *t, const struct base_prefix *nets, size_t n)
{
    char text[BASE_PREFIX_TEXT_MAX];
    base_text_add(t, "[");
    for (size_t i = 0; i < n; i++)
        base_text_add(t, "%s\"%s\"", i ? ", " : "", base_prefix_text(&nets[i], text));
    base_text_add(t, "]");
}

static void add_proposals(struct base_text *t, const char *key, const struct crypt_proposal *list, size_t n)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    if (n == 0)
        return;
    base_text_add(t, "      \"%s\": [", key);
    for (size_t i = 0; i < n; i++)
        base_text_add(t, "%s\"%s\"", i ? ", " : "", crypt_proposal_text(&list[i], text));
    base_text_add(t, "],\n");
}

static const char *auth_word(enum ike_auth_kind auth)
{
    static const char *const words[] = {[IKE_AUTH_PSK] = "psk",
                                        [IKE_AUTH_SIG] = "pubkey",
                                        [IKE_AUTH_EAP_MSCHAPV2] = "eap-mschapv2",
                                        [IKE_AUTH_EAP_TLS] = "eap-tls",
                                        [IKE_AUTH_EAP_RADIUS] = "eap-radius",
                                        [IKE_AUTH_NONE] = "psk"};
    return words[auth];
}

/* Whether one of them may only be named with a word of its own. */
static bool has_weak(const struct crypt_proposal *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < list[i].count; j++) {
            const struct crypt_transform *t = &list[i].transforms[j];
            const struct crypt_alg *alg = crypt_alg_find(t->type, t->id, t->key_bits);
            if (alg && alg->weak)
                return true;
        }
    return false;
}

/* The outside port: an address of its own where one is known, else one that stands for it. */
static void add_ports(struct base_text *t, const struct explain_site *s)
{
    struct base_addr addr;
    const bool is_known = base_addr_parse(s->local_addr, &addr) == 0;
    base_text_add(t,
                  "  \"ports\": {\n    \"outside\": {\"device\": \"eth0\", \"role\": \"outside\", "
                  "\"addresses\": [\"%s/%u\"]",
                  is_known ? s->local_addr : "192.0.2.2", is_known && addr.family == BASE_AF_IP6 ? 64 : 24);
    if (!is_known)
        base_text_add(t, ", \"gateway\": \"192.0.2.1\"");
    base_text_add(t, "},\n    \"inside\": {\"device\": \"eth1\", \"role\": \"inside\", \"addresses\": [\"");
    if (s->n_children && s->children[0].n_local && s->children[0].local[0].len > 0) {
        char text[BASE_PREFIX_TEXT_MAX];
        struct base_prefix p = s->children[0].local[0];
        const size_t last = base_addr_size(p.addr.family);
        if (last && p.len < last * 8)
            p.addr.bytes[last - 1] |= 1; /* the gateway's usual place in it */
        base_text_add(t, "%s", base_prefix_text(&p, text));
    } else {
        base_text_add(t, "10.0.0.1/24");
    }
    base_text_add(t, "\"]}\n  },\n");
}

static void add_secret(struct base_text *t, const struct explain_site *s, const struct crypt_ike_ops *crypto)
{
    if (s->local_auth != IKE_AUTH_PSK && s->remote_auth != IKE_AUTH_PSK)
        return;
    base_text_add(t, "  \"secrets\": [{\"local\": ");
    add_id(t, &s->local_id, crypto);
    base_text_add(t, ", \"remote\": ");
    add_id(t, &s->remote_id, crypto);
    base_text_add(t, ", \"psk\": \"");
    explain_add_psk(t, s);
    base_text_add(t, "\"}],\n");
}

static void add_side(struct base_text *t, const char *key, const char *addr, const struct ike_id *id,
                     enum ike_auth_kind auth, const struct crypt_ike_ops *crypto)
{
    base_text_add(t, "      \"%s\": {\"address\": ", key);
    add_text(t, addr[0] ? addr : "any");
    base_text_add(t, ", \"id\": ");
    add_id(t, id, crypto);
    if (auth != IKE_AUTH_PSK)
        base_text_add(t, ", \"auth\": \"%s\"", auth_word(auth));
    base_text_add(t, "},\n");
}

static void add_dscp(struct base_text *t, uint64_t set)
{
    char name[BASE_DSCP_NAME_MAX];
    const char *before = ", \"dscp\": [";
    for (unsigned i = 0; i < BASE_DSCPS; i++) {
        if (!(set >> i & 1))
            continue;
        const char *quote = base_dscp_find(base_dscp_name(i, name)) < 0 ? "" : "\"";
        base_text_add(t, "%s%s%s%s", before, quote, name, quote);
        before = ", ";
    }
    base_text_add(t, set ? "]" : "");
}

static void add_children(struct base_text *t, const struct explain_site *s)
{
    base_text_add(t, "      \"children\": {\n");
    for (size_t i = 0; i < s->n_children; i++) {
        const struct explain_child *c = &s->children[i];
        base_text_add(t, "        ");
        add_text(t, c->name);
        base_text_add(t, ": {\"local\": ");
        add_nets(t, c->local, c->n_local);
        base_text_add(t, ", \"remote\": ");
        add_nets(t, c->remote, c->n_remote);
        add_dscp(t, c->dscp);
        base_text_add(t, "}%s\n", i + 1 < s->n_children ? "," : "");
    }
    base_text_add(t, "      },\n");
}

void explain_export_culvert(struct base_text *t, const struct explain_site *s,
                            const struct crypt_ike_ops *crypto)
{
    base_text_add(t, "{\n");
    add_ports(t, s);
    if (s->local_nat && s->public_addr[0])
        base_text_add(t, "  \"nat\": {\"public_addresses\": [\"%s\"]},\n", s->public_addr);
    add_secret(t, s, crypto);
    base_text_add(t, "  \"connections\": {\n    ");
    add_text(t, s->name);
    base_text_add(t, ": {\n");
    add_side(t, "local", s->local_addr, &s->local_id, s->local_auth, crypto);
    add_side(t, "remote", s->remote_addr, &s->remote_id, s->remote_auth, crypto);
    add_children(t, s);
    add_proposals(t, "ike_proposals", s->ike, s->n_ike);
    add_proposals(t, "esp_proposals", s->esp, s->n_esp);
    if (has_weak(s->ike, s->n_ike) || has_weak(s->esp, s->n_esp))
        base_text_add(t, "      \"weak\": true,\n");
    if (s->forces_udp)
        base_text_add(t, "      \"encapsulation\": \"force\",\n");
    if (s->dpd_s)
        base_text_add(t, "      \"dpd_s\": %u,\n", s->dpd_s);
    if (s->ike_s)
        base_text_add(t, "      \"rekey_s\": %u,\n", s->ike_s);
    if (s->child_s)
        base_text_add(t, "      \"child\": {\"rekey_s\": %u},\n", s->child_s);
    base_text_add(t, "      \"start\": %s\n    }\n  }\n}\n",
                  s->starts && s->remote_addr[0] ? "true" : "false");
}
