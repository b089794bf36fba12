/* SPDX-License-Identifier: BSD-3-Clause */
/* Post-quantum preshared keys that do not fit together (RFC 8784). Their names are no secret; their bytes
 * are. */
#include "base_text.h"
#include "explain.h"
#include "explain_int.h"
#include "ike_conf.h"
#include "wire_ike.h"

static void ppk_add_name(struct base_text *t, struct base_span name)
{
    base_text_add(t, "\"");
    base_text_add_escaped(t, name);
    base_text_add(t, "\"");
}

static void ppk_add_ours(struct base_text *t, const struct ike_conn_conf *conn)
{
    base_text_add(t, "connection %s has ", conn->name);
    if (!conn->ppk) {
        base_text_add(t, "no PPK");
        return;
    }
    base_text_add(t, "the PPK ");
    ppk_add_name(t, base_span(conn->ppk->id, conn->ppk->id_len));
    base_text_add(t, conn->ppk->is_required ? ", and requires it" : ", and does without where it must");
}

/* What to write at a strongSwan, and here, where we have none. */
static void ppk_add_fix(struct explain *e, const struct ike_conn_conf *conn)
{
    if (!conn->ppk) {
        base_text_add(&e->fix_here, "connections.%s: add ppk_id and ppk_file, the same as at the peer",
                      conn->name);
        return;
    }
    base_text_add(&e->fix_here, "connections.%s.ppk_id, ppk_file, ppk_required", conn->name);
    base_text_add(&e->fix_peer, "the same name and key there (strongSwan: ppk_id = ");
    base_text_add_escaped(&e->fix_peer, base_span(conn->ppk->id, conn->ppk->id_len));
    base_text_add(&e->fix_peer, ", and secrets { ppk-x { id = ..., secret = ... } })");
}

void explain_ppk(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                 enum explain_ppk what, struct base_span id)
{
    static const char *const whats[] = {
        [EXPLAIN_PPK_NOT_USED] = "the peer uses no PPK",
        [EXPLAIN_PPK_NOT_TAKEN] = "the peer answered without our PPK",
        [EXPLAIN_PPK_UNNAMED] = "the peer said USE_PPK in IKE_SA_INIT and names no PPK in IKE_AUTH",
        [EXPLAIN_PPK_OTHER] = "the peer names the PPK ",
    };
    static const char *const whys[] = {
        [EXPLAIN_PPK_NOT_USED] =
            "This connection requires a post-quantum preshared key (ppk_required), and the peer "
            "has none, or is too old for it.",
        [EXPLAIN_PPK_NOT_TAKEN] = "The peer uses PPKs, but not with our identity, or knows none of this "
                                  "name; this connection requires it.",
        [EXPLAIN_PPK_UNNAMED] = "RFC 8784 3 demands the name there.",
        [EXPLAIN_PPK_OTHER] =
            "There is no PPK of that name on this connection, and one of the two sides does not do without.",
    };
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_PPK, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s", whats[what]);
    if (what == EXPLAIN_PPK_OTHER)
        ppk_add_name(&e.what, id.len ? base_span(id.ptr + 1, id.len - 1) : id);
    ppk_add_ours(&e.nearest, conn);
    base_text_add(&e.why, "%s", whys[what]);
    ppk_add_fix(&e, conn);
    explain_end(ike, &e);
}

void explain_wrong_ppk(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_PPK, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "a proof of identity in which there is a PPK does not verify");
    ppk_add_ours(&e.nearest, conn);
    base_text_add(&e.why,
                  "Both sides have a PPK of this name, and its bytes differ, or those of the key of the two "
                  "identities do (look for a trailing blank or line end, quotes, or hex against text).");
    ppk_add_fix(&e, conn);
    explain_end(ike, &e);
}
