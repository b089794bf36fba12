/* SPDX-License-Identifier: BSD-3-Clause */
/* Records: who, by which path, and what was agreed on. */
#include "ikev1_note.h"

#include "base_text.h"
#include "base_ts.h"
#include "ike_act.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_sa.h"
#include "ikev1_select.h"

static void note_text(char *out, size_t size, const char *text)
{
    struct base_text t = base_text(out, size);
    base_text_add(&t, "%s", text);
}

static void note_begin(struct ike_audit *a, const struct ikev1_sa *sa, enum ike_audit_kind kind,
                       const char *why)
{
    *a = (struct ike_audit){.kind = kind, .ike_id = sa->id, .path = sa->path};
    a->local_id = sa->conn ? sa->conn->local_id : sa->local_id;
    a->remote_id = sa->remote_id;
    if (sa->conn)
        note_text(a->conn, sizeof a->conn, sa->conn->name);
    note_text(a->why, sizeof a->why, why);
}

void ikev1_note(struct ike *ike, const struct ikev1_sa *sa, enum ike_audit_kind kind, const char *why)
{
    char algs[96];
    note_begin(&ike->audit, sa, kind, why);
    struct base_text t = base_text(ike->audit.what, sizeof ike->audit.what);
    if (kind == IKE_AUDIT_IKE_UP || kind == IKE_AUDIT_IKE_REKEYED)
        base_text_add(&t, "IKEv1, %s", ikev1_select_text(&sa->algs, algs, sizeof algs));
    ike_act_audit(ike, &ike->audit);
}

void ikev1_note_child(struct ike *ike, const struct ikev1_child *c, enum ike_audit_kind kind, const char *why)
{
    char algs[96];
    struct ike_audit *a = &ike->audit;
    note_begin(a, c->sa, kind, why);
    note_text(a->child, sizeof a->child, c->conf->name);
    a->spi_in = c->spi_in;
    a->spi_out = c->spi_out;
    struct base_text t = base_text(a->what, sizeof a->what);
    base_text_add(&t, "%s, ", ikev1_select_text(&c->algs, algs, sizeof algs));
    base_ts_text(&t, c->local_ts);
    base_text_add(&t, " === ");
    base_ts_text(&t, c->remote_ts);
    ike_act_audit(ike, a);
}
