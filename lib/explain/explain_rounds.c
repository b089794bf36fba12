/* SPDX-License-Identifier: BSD-3-Clause */
/* Several rounds of authentication (RFC 4739) on which the two sides do not agree. */
#include "base_text.h"
#include "explain.h"
#include "explain_int.h"
#include "ike_conf.h"
#include "wire_ike.h"

/* What the connection has of both sides. */
static void rounds_add_ours(struct base_text *t, const struct ike_conn_conf *conn)
{
    base_text_add(t, "connection %s has %u of ours and %u of the peer's (local.auth, remote.auth)",
                  conn->name, ike_conn_conf_proofs(conn, true), ike_conn_conf_proofs(conn, false));
}

void explain_rounds(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                    enum explain_rounds what)
{
    static const char *const whats[] = {
        [EXPLAIN_ROUNDS_UNKNOWN] = "the peer does not say MULTIPLE_AUTH_SUPPORTED",
        [EXPLAIN_ROUNDS_LACKS] = "the peer proved one identity, and announced no second one",
        [EXPLAIN_ROUNDS_MORE] =
            "the peer announced or sent one more proof of identity (ANOTHER_AUTH_FOLLOWS)",
    };
    static const char *const whys[] = {
        [EXPLAIN_ROUNDS_UNKNOWN] =
            "This connection has two rounds of authentication, and the peer has not (RFC 4739), or they are "
            "off there.",
        [EXPLAIN_ROUNDS_LACKS] =
            "This connection wants two proofs of the peer, one behind the other, and the second one is not "
            "to come.",
        [EXPLAIN_ROUNDS_MORE] = "This connection expects no further proof of the peer.",
    };
    static const char *const heres[] = {
        [EXPLAIN_ROUNDS_UNKNOWN] = "one method in local.auth and one in remote.auth",
        [EXPLAIN_ROUNDS_LACKS] = "one method in remote.auth, if one is enough",
        [EXPLAIN_ROUNDS_MORE] = "remote.auth: a list with the method of that proof behind the first one",
    };
    static const char *const peers[] = {
        [EXPLAIN_ROUNDS_UNKNOWN] = "charon.multiple_authentication = yes (strongSwan)",
        [EXPLAIN_ROUNDS_LACKS] = "a second round (strongSwan: local-1 { ... } and local-2 { ... })",
        [EXPLAIN_ROUNDS_MORE] = "take the second round out (strongSwan: one local { ... })",
    };
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_ROUNDS, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s", whats[what]);
    rounds_add_ours(&e.nearest, conn);
    base_text_add(&e.why, "%s", whys[what]);
    base_text_add(&e.fix_here, "connections.%s: %s", conn->name, heres[what]);
    base_text_add(&e.fix_peer, "%s", peers[what]);
    explain_end(ike, &e);
}

void explain_round_id(struct ike *ike, struct explain_about about, const struct ike_conn_conf *then,
                      const struct ike_id *got)
{
    char id[IKE_ID_TEXT_MAX], want[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_ROUNDS, about, then))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "in its second round the peer says that it is %s", ike_id_text(got, e.crypto, id));
    base_text_add(&e.nearest, "connection %s expects %s there", then->name,
                  ike_id_text(&then->remote_id, e.crypto, want));
    base_text_add(&e.why,
                  "The second identity is not the one that this connection expects behind the first.");
    base_text_add(&e.fix_here, "connections.%s.remote.then.id: \"%s\", if that is who it is", then->name, id);
    base_text_add(&e.fix_peer, "the identity of its second round (strongSwan: local-2 { id = ... })");
    explain_end(ike, &e);
}
