/* SPDX-License-Identifier: BSD-3-Clause */
/* Records of what happened to SAs and children, failures excepted (explain.h). */
#include "ikev2_note.h"

#include "base_text.h"
#include "base_ts.h"
#include "ike_act.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"

static void copy_name(char out[IKE_NAME_MAX], const char *name)
{
    struct base_text t = base_text(out, IKE_NAME_MAX);
    base_text_add(&t, "%s", name);
}

static void note_fill(struct ike_audit *a, const struct ikev2_sa *sa, enum ike_audit_kind kind,
                      const char *why)
{
    struct base_text t = base_text(a->why, sizeof a->why);
    a->kind = kind;
    a->ike_id = sa->id;
    a->path = sa->path;
    a->remote_id = *sa->remote_id;
    if (sa->conn) {
        a->local_id = sa->conn->local_id;
        copy_name(a->conn, sa->conn->name);
    }
    base_text_add(&t, "%s", why);
}

/* Who the peer is, too. */
static void note_also(const struct ike *ike, struct ike_audit *a, const struct ikev2_also *also)
{
    struct base_text t = base_text(a->why, sizeof a->why);
    char id[IKE_ID_TEXT_MAX];
    for (size_t i = 0; i < also->n; i++)
        base_text_add(&t, i == 0 ? "in its %s round of authentication it is %s" : ", in its %s %s",
                      ike_round_name(i + 1), ike_id_text(also->at[i], ike->env.crypto, id));
}

void ikev2_note(struct ike *ike, const struct ikev2_sa *sa, enum ike_audit_kind kind, const char *why)
{
    ikev2_note_notify(ike, sa, kind, 0, why);
}

void ikev2_note_notify(struct ike *ike, const struct ikev2_sa *sa, enum ike_audit_kind kind, uint16_t notify,
                       const char *why)
{
    struct ike_audit *a = &ike->audit;
    *a = (struct ike_audit){0};
    note_fill(a, sa, kind, why);
    a->notify = notify;
    if (kind == IKE_AUDIT_IKE_UP || kind == IKE_AUDIT_IKE_REKEYED)
        ikev2_select_text(&sa->algs, a->what, sizeof a->what);
    if (kind == IKE_AUDIT_IKE_UP && sa->also)
        note_also(ike, a, sa->also);
    ike_act_audit(ike, a);
}

void ikev2_note_mtu(struct ike *ike, const struct ikev2_sa *sa, uint16_t mtu, uint16_t before,
                    enum ike_mtu_by by)
{
    struct ike_audit *a = &ike->audit;
    *a = (struct ike_audit){0};
    note_fill(a, sa, IKE_AUDIT_PATH_MTU, "");
    a->mtu = mtu;
    a->mtu_before = before;
    a->mtu_by = by;
    ike_act_audit(ike, a);
}

void ikev2_note_child(struct ike *ike, const struct ikev2_child *c, enum ike_audit_kind kind, const char *why)
{
    struct ike_audit *a = &ike->audit;
    *a = (struct ike_audit){0};
    note_fill(a, c->sa, kind, why);
    copy_name(a->child, c->conf->name);
    a->spi_in = c->spi_in;
    a->spi_out = c->spi_out;
    char algs[96];
    struct base_text t = base_text(a->what, sizeof a->what);
    base_text_add(&t, "%s, ", ikev2_select_text(&c->algs, algs, sizeof algs));
    base_ts_text(&t, c->local_ts);
    base_text_add(&t, " === ");
    base_ts_text(&t, c->remote_ts);
    ike_act_audit(ike, a);
}
