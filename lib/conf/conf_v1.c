/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of IKEv1: the algorithms that they have when they name none, and the rules of what that version
 * can do. What it lacks is refused with the cure, what is weak about it is told at every check.
 */
#include "conf_int.h"

/* Nothing of these is without a number in IKEv1 (RFC 2409 appendix A, RFC 2407 4.4.4 and 4.5). */
#define V1_IKE \
    "aes256-aes192-aes128-sha256-sha384-sha512-sha1-modp2048-modp3072-modp4096-ecp256-ecp384-ecp521"
#define V1_ESP_1 "aes128gcm16-aes256gcm16-noesn"
#define V1_ESP_2 "aes128-aes256-aes192-sha256-sha384-sha512-sha1-noesn"

static size_t v1_proposals_set(const char *const *texts, enum crypt_protocol protocol,
                               struct crypt_proposal *out)
{
    char why[128];
    size_t n = 0;
    for (; texts[n]; n++)
        if (crypt_proposal_parse(texts[n], protocol, &out[n], why, sizeof why) < 0)
            return 0;
    return n;
}

void conf_v1_settle(const json_t *o, struct ike_conn_conf *c)
{
    static const char *const ike[] = {V1_IKE, NULL}, *const esp[] = {V1_ESP_1, V1_ESP_2, NULL};
    if (c->version != 1)
        return;
    if (!json_object_get(o, "ike_proposals"))
        c->n_proposals = v1_proposals_set(ike, CRYPT_PROTOCOL_IKE, c->proposals);
    for (size_t i = 0; i < c->n_children; i++) {
        const json_t *own = json_object_get(json_object_get(o, "children"), c->children[i].name);
        if (!json_object_get(o, "esp_proposals") && !json_object_get(own, "esp_proposals"))
            c->children[i].n_proposals = v1_proposals_set(esp, CRYPT_PROTOCOL_ESP, c->children[i].proposals);
    }
}

/* What has no number in IKEv1, or NULL. */
static const char *v1_lacks(const struct crypt_proposal *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct crypt_transform *t = &p->transforms[i];
        const struct crypt_alg *alg = crypt_alg_find(t->type, t->id, t->key_bits);
        if (!alg)
            continue;
        if (crypt_type_is_addke(t->type) || alg->is_kem ||
            (t->type == CRYPT_TYPE_DH && t->id == CRYPT_DH_X25519))
            return alg->keyword;
        if (t->type == CRYPT_TYPE_ENCR &&
            (t->id == CRYPT_ENCR_CHACHA20_POLY1305 || (alg->is_aead && p->protocol == CRYPT_PROTOCOL_IKE)))
            return alg->keyword;
    }
    return NULL;
}

static void v1_check_lists(struct conf_reader *r, const struct crypt_proposal *list, size_t n,
                           const char *key, const char *instead)
{
    for (size_t i = 0; i < n; i++) {
        const char *lacks = v1_lacks(&list[i]);
        if (lacks)
            conf_fail(r, "%s name %s, for which IKEv1 has no number; write %s, or \"version\": 2", key, lacks,
                      instead);
    }
}

static void v1_check_proposals(struct conf_reader *r, const struct ike_conn_conf *c)
{
    v1_check_lists(r, c->proposals, c->n_proposals, "ike_proposals",
                   "aes256-sha256-modp2048 or aes128-sha256-ecp256");
    for (size_t i = 0; i < c->n_children; i++)
        v1_check_lists(r, c->children[i].proposals, c->children[i].n_proposals, "esp_proposals",
                       "aes256gcm16 or aes256-sha256");
}

static void v1_check_child_keys(struct conf_reader *r, const struct ike_child_conf *c)
{
    if (c->worker_sas > 1)
        conf_fail(r, "child \"%s\": worker_sas is of IKEv2 (RFC 9611): take it out, or write \"version\": 2",
                  c->name);
}

/* Keys whose meaning is of IKEv2 only, and how they are written when they are not there. */
static void v1_check_keys(struct conf_reader *r, const struct ike_conn_conf *c)
{
    const struct {
        bool is_set;
        const char *key;
        const char *instead;
    } only_v2[] = {
        {conf_auth_is_login(c->local_auth) || conf_auth_is_login(c->remote_auth), "auth by EAP",
         "write \"auth\": \"psk\" or \"pubkey\", and \"xauth\" for a login with a password"},
        {c->then != NULL, "a further round in auth", "write \"xauth\" for a login with a password"},
        {c->ppk != NULL, "ppk_id", "take it out"},
        {c->eap_only, "eap_only", "take it out"},
        {c->tcp != IKE_TCP_OFF, "tcp", "take it out: RFC 9329 is of IKEv2"},
        {c->childless == IKE_CHILDLESS_PREFER, "childless \"prefer\"", "take it out"},
        {c->redirect_to[0] != '\0', "redirect_to", "take it out: RFC 5685 is of IKEv2"},
        {c->n_groups > 0, "remote.groups", "take it out"},
        {c->n_grants > 0 || c->peers_only, "rows of single identities (remote.peers, peers_file, peers_only)",
         "take them out, and name each peer in a connection of its own"},
        {c->address_required, "remote.address_required", "take it out"},
        {c->reauth_s > 0, "reauth_s", "write rekey_s: IKEv1 authenticates anew with each new ISAKMP SA"},
    };
    for (size_t i = 0; i < sizeof only_v2 / sizeof *only_v2; i++)
        if (only_v2[i].is_set)
            conf_fail(r, "version 1 has no %s: %s, or write \"version\": 2", only_v2[i].key,
                      only_v2[i].instead);
    for (size_t i = 0; i < c->n_children; i++)
        v1_check_child_keys(r, &c->children[i]);
}

/* Quick mode says one network of each side (RFC 2409 5.5). */
static void v1_check_networks(struct conf_reader *r, const struct ike_conn_conf *c)
{
    for (size_t i = 0; i < c->n_children; i++)
        if (base_ts_count(c->children[i].local_ts) > 1 || base_ts_count(c->children[i].remote_ts) > 1)
            conf_fail(
                r,
                "child \"%s\" has several networks on a side, and IKEv1 says one of each in an SA: write "
                "\"children\", one for each pair",
                c->children[i].name);
}

static void v1_check_xauth(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c)
{
    const size_t mark = conf_enter(r, "xauth");
    if (c->xauth == IKE_XAUTH_SERVER && !ike->users)
        conf_fail(
            r, "the users of this connection log in with a password, and there are none: add \"users\": { "
               "\"file\": \"users.txt\" } at the top level, and make the first one with: culvertctl user add "
               "--file users.txt NAME");
    if (c->xauth == IKE_XAUTH_SERVER && c->start)
        conf_fail(r, "who logs in calls, and cannot be called: take \"start\" out");
    if (c->xauth == IKE_XAUTH_CLIENT && (!c->xauth_login || !c->xauth_login->user_len))
        conf_fail(r, "a login needs local.user and local.password_file");
    if (c->xauth == IKE_XAUTH_CLIENT && !ike_conn_conf_calls(c))
        conf_fail(r, "who logs in calls: remote.address must say whom");
    if (c->xauth != IKE_XAUTH_NO && c->remote_auth == IKE_AUTH_PSK)
        conf_warn(r,
                  "with a pre-shared key that several users have, each of them can play the gateway and read "
                  "the passwords of the others; use certificates (\"auth\": \"pubkey\")");
    conf_leave(r, mark);
}

static void v1_check_aggressive(struct conf_reader *r, const struct ike_conn_conf *c)
{
    const bool has_psk = c->local_auth == IKE_AUTH_PSK || c->remote_auth == IKE_AUTH_PSK;
    if (c->aggressive == IKE_AGGRESSIVE_YES && has_psk)
        conf_fail(
            r,
            "aggressive mode with a pre-shared key gives a hash of the key to everyone who asks, to guess it "
            "by: take \"aggressive\" out (main mode), or use certificates; for a peer that knows nothing "
            "else write \"aggressive\": \"with-psk\" and a random key (openssl rand -base64 32)");
    if (c->aggressive == IKE_AGGRESSIVE_WITH_PSK && has_psk)
        conf_warn(
            r, "aggressive mode with a pre-shared key: whoever knows our identity gets a hash of the key and "
               "guesses at it at home; the key must be random (openssl rand -base64 32)");
    else if (c->aggressive != IKE_AGGRESSIVE_NO)
        conf_warn(r, "aggressive mode sends both identities in clear");
}

static void v1_check_absent(struct conf_reader *r, const struct ike_conn_conf *c)
{
    if (c->aggressive != IKE_AGGRESSIVE_NO)
        conf_fail(r, "aggressive is of IKEv1; take it out, or write \"version\": 1");
    if (c->xauth != IKE_XAUTH_NO)
        conf_fail(r, "xauth is of IKEv1; write \"auth\": \"eap-mschapv2\" on the side that logs in, or "
                     "\"version\": 1");
    if (c->cfg_push)
        conf_fail(r, "mode_config is of IKEv1; take it out, or write \"version\": 1");
}

/* Whether this build speaks it. */
static bool v1_is_built(void)
{
#ifdef CULVERT_IKEV1
    return true;
#else
    return false;
#endif
}

void conf_check_v1(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c)
{
    if (c->version != 1) {
        v1_check_absent(r, c);
        return;
    }
    if (!v1_is_built())
        conf_fail(r,
                  "version 1: this build was made without IKEv1 (meson option ikev1); write \"version\": 2");
    conf_warn(
        r,
        "version 1: IKEv1 is historic (RFC 9395): it has no protection against floods of calls, shows more "
        "of who speaks, and rekeying it repeats the authentication; write \"version\": 2 as soon as the peer "
        "can do that");
    v1_check_proposals(r, c);
    v1_check_keys(r, c);
    v1_check_networks(r, c);
    v1_check_xauth(r, ike, c);
    v1_check_aggressive(r, c);
}
