/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules over the methods by which the two sides of a connection prove themselves. */
#include "conf_int.h"

#include "eap.h"
#include "ike_cred.h"
#include "ossl_eap.h"

/* TLS shows a certificate on both sides, and each is held against something. */
static void auth_check_tls(struct conf_reader *r, const struct ike_conn_conf *c)
{
    const bool serves = c->remote_auth == IKE_AUTH_EAP_TLS;
    if (serves && !c->creds)
        conf_fail(r, "a login by TLS shows our certificate too: write \"auth\": \"pubkey\" into local, with "
                     "certificate and key");
    if (!serves && !c->anchor)
        conf_fail(r,
                  "a login by TLS needs to know whom to trust: write \"auth\": \"pubkey\" into remote, and "
                  "its authority into \"authorities\" of the top level");
    for (size_t i = 0; c->creds && i < c->creds->n; i++)
        if (c->creds->list[i].is_raw)
            conf_fail(r, "TLS shows a certificate, and local.key has none: add local.certificate");
}

/* A side that serves logins. */
static void auth_check_serves(struct conf_reader *r, const struct ike_conf *ike,
                              const struct ike_conn_conf *c)
{
    const size_t mark = conf_enter(r, "remote.auth");
    if (c->remote_auth == IKE_AUTH_EAP_MSCHAPV2 && !ike->users)
        conf_fail(r,
                  "the users of this connection log in with a password, and there are none: add \"users\": "
                  "{ \"file\": \"users.txt\" } at the top level, and make the first one with: culvertctl "
                  "user add --file users.txt NAME");
    if (c->remote_auth == IKE_AUTH_EAP_MSCHAPV2 && ossl_eap_start() < 0)
        conf_fail(r, CONF_NO_LEGACY);
    if (c->remote_auth == IKE_AUTH_EAP_RADIUS && !ike->radius)
        conf_fail(
            r,
            "logins of this connection are decided by a RADIUS server, and there is none: add \"radius\": { "
            "\"servers\": [ { \"address\": ..., \"secret_file\": ... } ] } at the top level");
    if (c->remote_auth == IKE_AUTH_EAP_TLS)
        auth_check_tls(r, c);
    if (c->start)
        conf_fail(r, "who logs in by EAP calls, and cannot be called (RFC 7296 2.16): take \"start\" out");
    conf_leave(r, mark);
}

static void auth_check_logs_in(struct conf_reader *r, const struct ike_conn_conf *c)
{
    const size_t mark = conf_enter(r, "local.auth");
    if (!ike_conn_conf_calls(c))
        conf_fail(r, "who logs in by EAP calls (RFC 7296 2.16): remote.address must say whom");
    if (c->local_auth == IKE_AUTH_EAP_MSCHAPV2 && (!c->login || !c->login->name.len))
        conf_fail(r, "a login by MSCHAPv2 needs local.user and local.password_file");
    if (c->local_auth == IKE_AUTH_EAP_TLS)
        auth_check_tls(r, c);
    conf_leave(r, mark);
}

/* A login of one round. */
static void auth_check_login(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c)
{
    if (conf_auth_is_login(c->remote_auth))
        auth_check_serves(r, ike, c);
    else if (conf_auth_is_login(c->local_auth))
        auth_check_logs_in(r, c);
}

/* Several rounds: what does not go together with them. */
static void auth_check_rounds(struct conf_reader *r, const struct ike_conn_conf *c)
{
    if (c->eap_only && (ike_conn_conf_proofs(c, false) > 1 || ike_conn_conf_proofs(c, true) > 1))
        conf_fail(r, "eap_only: with several rounds the gateway proves itself; take it out");
}

void conf_check_auth(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c)
{
    int logins = 0;
    for (const struct ike_conn_conf *round = c; round; round = round->then)
        logins += conf_auth_is_login(round->remote_auth) + conf_auth_is_login(round->local_auth);
    if (logins > 1)
        conf_fail(r,
                  "local.auth and remote.auth have more than one EAP: one side logs in once, and the other "
                  "proves itself by a certificate or a pre-shared key");
    for (const struct ike_conn_conf *round = c; round && logins == 1; round = round->then)
        auth_check_login(r, ike, round);
    if (c->then)
        auth_check_rounds(r, c);
    if (c->n_groups && !conf_round_any(c, false, IKE_AUTH_EAP_RADIUS))
        conf_fail(r, "remote.groups: groups are named by a RADIUS server; write \"auth\": \"eap-radius\", or "
                     "take \"groups\" out");
    if (c->eap_only && logins == 0)
        conf_warn(r, "eap_only means nothing: neither side logs in by EAP");
}
