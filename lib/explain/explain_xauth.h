/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Logins by XAUTH of IKEv1 that failed, in words; as explain.h. Thread: control. */
#include "base_span.h"
#include "explain.h"

enum explain_xauth {
    EXPLAIN_XAUTH_USER,     /* there is no such user here */
    EXPLAIN_XAUTH_PASSWORD, /* there is, with another password */
    EXPLAIN_XAUTH_REFUSED,  /* the gateway refused ours */
    EXPLAIN_XAUTH_KIND,     /* the gateway asks for more than a name and a password */
    EXPLAIN_XAUTH_GIVEN_UP  /* the peer did not answer with a name and a password */
};

/* name: as the peer wrote it, or ours; it is escaped. */
void explain_xauth(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                   struct base_span name, enum explain_xauth what);
