/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of networks: those that do not meet, are exchanged, are fewer than asked for, or overlap. */
#include "explain_int.h"

#include <errno.h>
#include <string.h>
#include "base_text.h"
#include "base_ts.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "wire_ike.h"

static void add_pair(struct base_text *t, const struct base_ts_list *local, const struct base_ts_list *remote)
{
    base_ts_text(t, local);
    base_text_add(t, " === ");
    base_ts_text(t, remote);
}

void explain_add_selectors(struct base_text *t, const struct ike_conn_conf *conn)
{
    base_text_add(t, "connection %s: ", conn->name);
    for (size_t i = 0; i < conn->n_children; i++) {
        base_text_add(t, "%s%s ", i ? "; " : "", conn->children[i].name);
        add_pair(t, conn->children[i].local_ts, conn->children[i].remote_ts);
    }
}

/* The child that would fit, were the sides exchanged. NULL: none. */
static const struct ike_child_conf *child_mirrored(const struct ike_conn_conf *conn,
                                                   const struct base_ts_list *local,
                                                   const struct base_ts_list *remote)
{
    for (size_t i = 0; i < conn->n_children; i++)
        if (base_ts_overlap(conn->children[i].remote_ts, local) &&
            base_ts_overlap(conn->children[i].local_ts, remote))
            return &conn->children[i];
    return NULL;
}

/* Both ends have the same words where each should have its own side as local. */
static void add_mirrored(struct explain *e, const struct ike_conn_conf *conn,
                         const struct ike_child_conf *child)
{
    base_text_add(&e->why,
                  "These are the networks of child %s with the sides exchanged: what is local on one side "
                  "must be remote on the other.",
                  child->name);
    base_text_add(&e->fix_here, "connections.%s: exchange the local and the remote networks of child %s",
                  conn->name, child->name);
    base_text_add(&e->fix_peer, "or exchange them there (strongSwan: local_ts and remote_ts)");
}

void explain_narrowed(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                      const struct base_ts_list *local, const struct base_ts_list *remote)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NARROWED, about, about.conn))
        return;
    base_text_add(&e.what, "the peer agreed to less than child %s asks for: ", child->name);
    add_pair(&e.what, local, remote);
    base_text_add(&e.nearest, "child %s: ", child->name);
    add_pair(&e.nearest, child->local_ts, child->remote_ts);
    base_text_add(&e.why,
                  "The tunnel is up, but the peer's configuration has only these networks, and packets "
                  "of the others are dropped.");
    base_text_add(&e.fix_here, "connections.%s: the networks of child %s, if the peer is right",
                  about.conn->name, child->name);
    base_text_add(&e.fix_peer, "strongSwan: local_ts = ");
    base_ts_text(&e.fix_peer, child->remote_ts);
    base_text_add(&e.fix_peer, ", remote_ts = ");
    base_ts_text(&e.fix_peer, child->local_ts);
    explain_end(ike, &e);
}

void explain_install(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                     int error)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_INSTALL, about, about.conn))
        return;
    base_text_add(&e.what, "child %s was agreed on, but the data path does not take it: %s", child->name,
                  strerror(-error));
    base_text_add(&e.nearest, "connection %s, child %s: ", about.conn->name, child->name);
    add_pair(&e.nearest, child->local_ts, child->remote_ts);
    if (error == -ENOMEM) {
        base_text_add(&e.why, "This is a limit of ours: the memory of this machine, or the tables that hold "
                              "the networks of all child SAs.");
        base_text_add(&e.fix_here,
                      "connections.%s: fewer networks in its children, or limits.children and "
                      "limits.sas: fewer child SAs",
                      about.conn->name);
    } else {
        base_text_add(&e.why, "This is a limit of ours: the data path lacks what both sides agreed on.");
        base_text_add(&e.fix_here, "connections.%s.esp_proposals: other algorithms", about.conn->name);
    }
    base_text_add(&e.why, " It is closed, and none is made in its place for a minute.");
    explain_end(ike, &e);
}

void explain_selectors(struct ike *ike, struct explain_about about, const struct base_ts_list *local,
                       const struct base_ts_list *remote)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_SELECTORS, about, about.conn))
        return;
    e.a->notify = WIRE_IKE_N_TS_UNACCEPTABLE;
    base_text_add(&e.what, "the peer wants (our side === its side): ");
    add_pair(&e.what, local, remote);
    explain_add_selectors(&e.nearest, about.conn);
    const struct ike_child_conf *mirrored = child_mirrored(about.conn, local, remote);
    if (mirrored) {
        e.a->detail = EXPLAIN_NETS_SWAPPED;
        add_mirrored(&e, about.conn, mirrored);
        explain_end(ike, &e);
        return;
    }
    base_text_add(&e.why, "No child has something in common with both sides of that.");
    base_text_add(&e.fix_here, "connections.%s: local.subnets: \"", about.conn->name);
    base_ts_text(&e.fix_here, local);
    base_text_add(&e.fix_here, "\", remote.subnets: \"");
    base_ts_text(&e.fix_here, remote);
    base_text_add(&e.fix_here, "\"");
    if (about.conn->n_children) {
        base_text_add(&e.fix_peer, "strongSwan: local_ts = ");
        base_ts_text(&e.fix_peer, about.conn->children[0].remote_ts);
        base_text_add(&e.fix_peer, ", remote_ts = ");
        base_ts_text(&e.fix_peer, about.conn->children[0].local_ts);
    }
    explain_end(ike, &e);
}

void explain_overlap(struct ike *ike, struct explain_about about, const struct base_ts_list *remote,
                     const struct ike_claim *live)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_OVERLAP, about, about.conn))
        return;
    e.a->notify = WIRE_IKE_N_TS_UNACCEPTABLE;
    base_text_add(&e.what, "%s wants ", ike_id_text(about.remote_id, e.crypto, id));
    base_ts_text(&e.what, remote);
    base_text_add(&e.nearest, "connection %s, child %s, has ", live->conn->name, live->child->name);
    base_ts_text(&e.nearest, live->remote_ts);
    base_text_add(&e.nearest, " for %s", ike_id_text(live->remote_id, e.crypto, id));
    base_text_add(&e.why,
                  "These networks overlap and belong to different identities: packets for one peer could go "
                  "to the other.");
    base_text_add(
        &e.fix_here,
        "connections.%s.remote.subnets: networks that no other peer has; or, where both peers lead to "
        "the same network, a priority for the child of each (connections.%s.child.priority)",
        about.conn->name, about.conn->name);
    if (about.conn->version != 1)
        base_text_add(&e.fix_here,
                      "; or, where each peer has one address, a pool of others for those "
                      "(connections.%s.child.remap)",
                      about.conn->name);
    base_text_add(&e.fix_peer, "another inner network there, or translate it before the tunnel");
    explain_end(ike, &e);
}
