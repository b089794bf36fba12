/* SPDX-License-Identifier: BSD-3-Clause */
/* Logins by XAUTH that failed, of both sides. A name in them is what the peer said, and proves nothing. */
#include "explain_xauth.h"

#include "base_text.h"
#include "explain_int.h"
#include "ike_audit.h"
#include "ike_conf.h"

static void xauth_served(struct explain *e, struct base_span name, enum explain_xauth what)
{
    base_text_add(&e->what, "a login by XAUTH");
    if (what == EXPLAIN_XAUTH_GIVEN_UP) {
        base_text_add(&e->why, "The peer was asked for a name and a password, and sent none.");
        base_text_add(&e->fix_peer,
                      "XAUTH with a user and a password (strongSwan: local-xauth { auth = xauth })");
        return;
    }
    base_text_add(&e->why, what == EXPLAIN_XAUTH_USER ? "There is no user \"" : "The password of user \"");
    base_text_add_escaped(&e->why, name);
    base_text_add(&e->why, what == EXPLAIN_XAUTH_USER ? "\" here." : "\" is wrong.");
    base_text_add(&e->fix_here, what == EXPLAIN_XAUTH_USER
                                    ? "culvertctl user add makes one, culvertctl reload takes it"
                                    : "culvertctl user add sets a new one, culvertctl reload takes it");
    base_text_add(&e->fix_peer, "%s",
                  what == EXPLAIN_XAUTH_USER ? "a name that is known here"
                                             : "enter the password again; capitals count");
}

static void xauth_asked(struct explain *e, struct base_span name, enum explain_xauth what)
{
    base_text_add(&e->what, "our login by XAUTH");
    if (what == EXPLAIN_XAUTH_KIND) {
        base_text_add(&e->why,
                      "The gateway asks for more than a name and a password, as a passcode or a challenge.");
        base_text_add(&e->fix_peer, "logins by name and password (generic XAUTH)");
        return;
    }
    base_text_add(&e->why, "The gateway does not take the name \"");
    base_text_add_escaped(&e->why, name);
    base_text_add(&e->why, "\" with this password.");
    base_text_add(&e->fix_here, "local.user and local.password_file");
    base_text_add(&e->fix_peer, "a user of this name, with this password");
}

void explain_xauth(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                   struct base_span name, enum explain_xauth what)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_LOGIN, about, conn))
        return;
    if (what == EXPLAIN_XAUTH_REFUSED || what == EXPLAIN_XAUTH_KIND)
        xauth_asked(&e, name, what);
    else
        xauth_served(&e, name, what);
    explain_end(ike, &e);
}
