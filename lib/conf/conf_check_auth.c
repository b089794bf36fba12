/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules over the methods by which the two sides of a connection prove themselves. */
#include "conf_int.h"

#include "eap.h"
#include "ossl_eap.h"

static bool auth_is_eap(enum ike_auth_kind kind)
{
    return kind != IKE_AUTH_PSK && kind != IKE_AUTH_SIG;
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
        conf_fail(r, "a login with a certificate is served by a RADIUS server so far: write \"eap-radius\"");
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
    conf_leave(r, mark);
}

void conf_check_auth(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c)
{
    if (auth_is_eap(c->remote_auth) && auth_is_eap(c->local_auth))
        conf_fail(
            r, "local.auth and remote.auth are both EAP: one side logs in, and the other proves itself by a "
               "certificate or a pre-shared key");
    else if (auth_is_eap(c->remote_auth))
        auth_check_serves(r, ike, c);
    else if (auth_is_eap(c->local_auth))
        auth_check_logs_in(r, c);
    if (c->n_groups && c->remote_auth != IKE_AUTH_EAP_RADIUS)
        conf_fail(r, "remote.groups: groups are named by a RADIUS server; write \"auth\": \"eap-radius\", or "
                     "take \"groups\" out");
    if (c->eap_only && !auth_is_eap(c->remote_auth) && !auth_is_eap(c->local_auth))
        conf_warn(r, "eap_only means nothing: neither side logs in by EAP");
}
