/* SPDX-License-Identifier: BSD-3-Clause */
/* Logins by EAP that failed, of both sides. A name in them is what the peer said, and proves nothing. */
#include <errno.h>
#include "base_text.h"
#include "eap.h"
#include "eap_radius.h"
#include "explain.h"
#include "explain_int.h"
#include "ike_conf.h"
#include "wire_eap.h"
#include "wire_ike.h"

static void login_add_name(struct base_text *t, const struct eap_name *n)
{
    base_text_add(t, "\"");
    base_text_add_escaped(t, eap_name_span(n));
    base_text_add(t, "\"");
}

static void login_add_type(struct base_text *t, uint8_t type)
{
    const char *name = wire_eap_type_name(type);
    if (name)
        base_text_add(t, "EAP-%s", name);
    else
        base_text_add(t, "EAP method %u", type);
}

static void login_add_methods(struct base_text *t, const struct eap *e)
{
    for (size_t i = 0; i < EAP_TYPES_MAX && e->setup.types[i]; i++) {
        base_text_add(t, "%s", i ? " or " : "");
        login_add_type(t, e->setup.types[i]);
    }
}

static void login_here(struct explain *e, const struct eap *eap)
{
    if (eap->error == ETIMEDOUT || eap->error == EAGAIN) {
        base_text_add(&e->why, eap->error == EAGAIN
                                   ? "Too many logins wait for the RADIUS servers."
                                   : "No RADIUS server of the configuration answered: it does not run, "
                                     "does not know this gateway, or its answers have no right "
                                     "Message-Authenticator (another secret, or an old server).");
        base_text_add(&e->fix_here, "radius.servers: address, port and secret_file");
        base_text_add(&e->fix_peer,
                      "at the RADIUS server: a client with this gateway's address and secret, and "
                      "require_message_authenticator = yes");
    } else if (eap->error == ENOTSUP) {
        base_text_add(&e->why,
                      "OpenSSL's legacy provider, which has MD4 and DES for MSCHAPv2, is not there.");
        base_text_add(&e->fix_here, "install it (Debian 13: package openssl-provider-legacy) and restart");
    } else {
        base_text_add(&e->why, "A step of the login failed on this machine (%d).", eap->error);
        base_text_add(&e->fix_here, "look after this machine's memory and its OpenSSL");
    }
}

static void login_group(struct explain *e, const struct ike_conn_conf *conn, const struct eap *eap)
{
    base_text_add(&e->why, "The RADIUS server accepts the login of ");
    login_add_name(&e->why, &eap->user);
    base_text_add(&e->why, ", but names no group of this connection: its Class and Filter-Id are ");
    if (eap->groups_len)
        eap_radius_add_groups(eap, &e->why);
    else
        base_text_add(&e->why, "not in the answer");
    base_text_add(&e->why, ".");
    base_text_add(&e->fix_here, "connections.%s.remote.groups, which has ", conn->name);
    for (size_t i = 0; i < conn->n_groups; i++)
        base_text_add(&e->fix_here, "%s\"%s\"", i ? ", " : "", conn->groups[i]);
    base_text_add(&e->fix_peer, "at the RADIUS server: Class = \"%s\" in the answer for this user",
                  conn->n_groups ? conn->groups[0] : "");
}

static void login_served(struct explain *e, const struct eap *eap)
{
    switch (eap->fault) {
    case EAP_FAULT_METHOD:
        base_text_add(&e->why, "The peer takes no method that this connection offers (");
        login_add_methods(&e->why, eap);
        base_text_add(&e->why, ")");
        if (eap->wanted) {
            base_text_add(&e->why, " and asks for ");
            login_add_type(&e->why, eap->wanted);
        }
        base_text_add(&e->why, ".");
        base_text_add(&e->fix_here, "remote.auth: the method that the peer has");
        base_text_add(&e->fix_peer, "log in by ");
        login_add_methods(&e->fix_peer, eap);
        break;
    case EAP_FAULT_USER:
        base_text_add(&e->why, "There is no user ");
        login_add_name(&e->why, &eap->user);
        base_text_add(&e->why, " here. The peer is told the same as for a wrong password.");
        base_text_add(&e->fix_here,
                      "culvertctl user add, and culvertctl reload; or users.file, if it is another one");
        base_text_add(&e->fix_peer, "the name as it stands in the gateway's file of users");
        break;
    case EAP_FAULT_PASSWORD:
        base_text_add(&e->why, "The password of user ");
        login_add_name(&e->why, &eap->user);
        base_text_add(&e->why, " is wrong.");
        base_text_add(&e->fix_here, "culvertctl user add sets a new one, culvertctl reload takes it");
        base_text_add(&e->fix_peer, "enter the password again; capitals count");
        break;
    case EAP_FAULT_RADIUS:
        base_text_add(&e->why, "The RADIUS server rejects the login of ");
        login_add_name(&e->why, &eap->user);
        base_text_add(&e->why, eap->words[0] ? ": %s." : ".", eap->words);
        base_text_add(&e->fix_here, "nothing: the RADIUS server's log tells why");
        base_text_add(&e->fix_peer, "name, password or certificate as the RADIUS server knows them");
        break;
    default:
        base_text_add(&e->why, "The peer sent an EAP packet that is malformed or not due.");
    }
}

static void login_asked(struct explain *e, const struct eap *eap)
{
    switch (eap->fault) {
    case EAP_FAULT_METHOD:
        base_text_add(&e->why, "The gateway offers ");
        login_add_type(&e->why, eap->wanted);
        base_text_add(&e->why, ", and this connection logs in by ");
        login_add_methods(&e->why, eap);
        base_text_add(&e->why, " only.");
        base_text_add(&e->fix_here, "local.auth: the method that the gateway has");
        break;
    case EAP_FAULT_PASSWORD:
        base_text_add(&e->why, "The gateway does not take the name ");
        login_add_name(&e->why, &eap->setup.login.name);
        base_text_add(&e->why, " with this password (%s).", eap->words);
        base_text_add(&e->fix_here, "local.user and local.password_file");
        base_text_add(&e->fix_peer, "a user of this name, with this password");
        break;
    case EAP_FAULT_SERVER:
        base_text_add(
            &e->why,
            "The gateway says that it took the password, but does not know it: somebody may pose as it.");
        base_text_add(
            &e->fix_here,
            "nothing, unless the password differs there: the name and password were not given away");
        break;
    case EAP_FAULT_REFUSED:
        base_text_add(&e->why, "The gateway ended the login without a reason.");
        base_text_add(&e->fix_peer, "its log tells why");
        break;
    case EAP_FAULT_EARLY:
        base_text_add(
            &e->why,
            "The gateway says that the login went well before it was through: somebody may pose as it.");
        break;
    default:
        base_text_add(&e->why, "The gateway sent an EAP packet that is malformed or not due.");
    }
}

/* What both sides say of TLS. False: it is another fault. */
static bool login_tls(struct explain *e, const struct eap *eap)
{
    switch (eap->fault) {
    case EAP_FAULT_CERT:
        base_text_add(&e->why, "In TLS, %s.", eap->words);
        base_text_add(&e->fix_here,
                      "nothing, if this is as it should be; else remote.ca and \"authorities\"");
        base_text_add(&e->fix_peer,
                      "a valid certificate of an authority that is trusted here, good for TLS as %s, that "
                      "names its identity",
                      eap->setup.is_server ? "client" : "server");
        return true;
    case EAP_FAULT_ALERT:
        base_text_add(&e->why, "The peer ended TLS with the alert \"%s\".", eap->words);
        base_text_add(&e->fix_here,
                      "local.certificate: one of an authority that the peer trusts, that names our identity");
        base_text_add(&e->fix_peer, "its log tells what it does not take");
        return true;
    case EAP_FAULT_TLS:
        base_text_add(&e->why, "TLS came to no end: %s.", eap->words);
        base_text_add(&e->fix_peer, "TLS 1.2 or 1.3, with algorithms for the certificate of this side");
        return true;
    default:
        return false;
    }
}

void explain_login(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                   const struct eap *eap)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_LOGIN, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, eap->setup.is_server ? "a login by EAP was refused" : "our login by EAP failed");
    base_text_add(&e.nearest, "connection %s", conn->name);
    if (eap->fault == EAP_FAULT_HERE)
        login_here(&e, eap);
    else if (eap->fault == EAP_FAULT_GROUP)
        login_group(&e, conn, eap);
    else if (login_tls(&e, eap))
        ; /* told */
    else if (eap->setup.is_server)
        login_served(&e, eap);
    else
        login_asked(&e, eap);
    explain_end(ike, &e);
}

void explain_login_called(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_LOGIN, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "the peer calls us");
    explain_add_pair(&e, conn);
    base_text_add(&e.why, "This connection logs in by EAP, and who logs in calls (RFC 7296 2.16).");
    base_text_add(&e.fix_here, "connections.%s.local.auth: \"pubkey\" or \"psk\", if the peer is to call",
                  conn->name);
    base_text_add(&e.fix_peer, "wait for our call (strongSwan: start_action = none)");
    explain_end(ike, &e);
}
