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
        [EXPLAIN_ROUNDS_LACKS] = "the peer proved an identity, and announced no further one",
        [EXPLAIN_ROUNDS_MORE] =
            "the peer announced or sent one more proof of identity (ANOTHER_AUTH_FOLLOWS)",
    };
    static const char *const whys[] = {
        [EXPLAIN_ROUNDS_UNKNOWN] =
            "This connection has several rounds of authentication, and the peer has one (RFC 4739).",
        [EXPLAIN_ROUNDS_LACKS] =
            "This connection wants more proofs of the peer, one behind the other, and no more are to come.",
        [EXPLAIN_ROUNDS_MORE] = "This connection expects no further proof of the peer.",
    };
    static const char *const heres[] = {
        [EXPLAIN_ROUNDS_UNKNOWN] = "one method in local.auth and one in remote.auth",
        [EXPLAIN_ROUNDS_LACKS] = "fewer methods in remote.auth, if those are enough that it has",
        [EXPLAIN_ROUNDS_MORE] = "remote.auth: a list with the method of that proof at its end",
    };
    static const char *const peers[] = {
        [EXPLAIN_ROUNDS_UNKNOWN] = "charon.multiple_authentication = yes (strongSwan)",
        [EXPLAIN_ROUNDS_LACKS] = "another round (strongSwan: local-1 { ... } and local-2 { ... })",
        [EXPLAIN_ROUNDS_MORE] = "take that round out (strongSwan: one local { ... } less)",
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
    base_text_add(&e.what, "in its %s round the peer says that it is %s", ike_round_name(then->round),
                  ike_id_text(got, e.crypto, id));
    base_text_add(&e.nearest, "connection %s expects %s there", then->name,
                  ike_id_text(&then->remote_id, e.crypto, want));
    base_text_add(&e.why, "That identity is not the one that this connection expects there.");
    base_text_add(&e.fix_here, "connections.%s.remote", then->name);
    for (size_t i = 0; i < then->round; i++)
        base_text_add(&e.fix_here, ".then");
    base_text_add(&e.fix_here, ".id: \"%s\", if that is who it is", id);
    base_text_add(&e.fix_peer, "the identity of its %s round (strongSwan: local-%u { id = ... })",
                  ike_round_name(then->round), then->round + 1u);
    explain_end(ike, &e);
}
