/* SPDX-License-Identifier: BSD-3-Clause */
/* A peer's host name of which no address came that can be called. */
#include "explain.h"

#include "base_text.h"
#include "explain_int.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_path.h"

void explain_name(struct ike *ike, const struct ike_conn_conf *conn, size_t n_addrs, const char *why)
{
    const struct ike_path nowhere = {0};
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NAME, (struct explain_about){.path = &nowhere, .conn = conn},
                       conn))
        return;
    base_text_add(&e.what, "this machine's resolver was asked for \"%s\"", conn->remote_name);
    if (n_addrs)
        base_text_add(&e.why, "It has %zu address%s, and no port of ours leads to any.", n_addrs,
                      n_addrs == 1 ? "" : "es");
    else
        base_text_add(&e.why, "It says: %s.", why);
    base_text_add(&e.why, " %s",
                  ike_conn_conf_begins(conn, IKE_START_START) ? "It is asked again after a pause."
                                                              : "It is asked again when the peer is called.");
    base_text_add(&e.fix_here,
                  n_addrs
                      ? "a gateway or a route to the peer, for a port of its address family"
                      : "connections.%s.remote.address, or this machine's name servers (/etc/resolv.conf)",
                  conn->name);
    explain_end(ike, &e);
}
