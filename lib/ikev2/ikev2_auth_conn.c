/* SPDX-License-Identifier: BSD-3-Clause */
/* Which connection a peer is checked against, whatever is configured while that lasts. */
#include "ike_conf.h"
#include "ike_conf_keys.h"
#include "ike_core.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_sa.h"

void ikev2_auth_set_conn(struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conf *old = a->conn ? a->conn->conf : NULL;
    a->conn = conn;
    if (conn)
        ike_conf_get(conn->conf);
    ike_conf_put(old);
}

const struct ike_conn_conf *ikev2_auth_conn(const struct ike *ike, struct ikev2_sa *sa)
{
    const struct ike_conn_conf *was = sa->init->auth.conn;
    if (sa->conn)
        return sa->conn;
    if (was->conf == ike->conf)
        return was;
    const struct ike_conn_conf *now = ike_conf_conn(ike->conf, was->name);
    if (!now || ike_conn_conf_asks(was, now) >= IKE_ASKS_SA)
        return NULL;
    ikev2_auth_set_conn(sa, now);
    sa->init->auth.is_reloaded = true;
    return now;
}
