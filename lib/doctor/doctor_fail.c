/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What failed last, and its name. The sentences were made where it failed (explain); here it is told which
 * failures still count, and which of several causes of a kind it was.
 */
#include "doctor_row.h"

#include <inttypes.h>
#include "crypt_pki_ops.h"
#include "explain.h"
#include "wire_ike.h"

#define FAIL_SHOWN_MAX 4

/* The cause of a kind of failure by what came with it; NULL: the row's own. */
typedef const char *fail_cause(const struct doctor_conn *f, const struct ike_audit *a);

static const char *cause_id(const struct doctor_conn *f, const struct ike_audit *a)
{
    const struct base_addr said = doctor_id_addr(&a->remote_id), name = doctor_id_as_addr(&a->remote_id);
    const struct base_addr ours = doctor_id_as_addr(&f->conn->remote_id);
    if (name.family != BASE_AF_NONE || ours.family != BASE_AF_NONE || doctor_id_as_addr(&a->local_id).family)
        return "address-typed-as-name";
    if (said.family != BASE_AF_NONE && base_addr_is_private(&said) &&
        !base_addr_equal(&said, &a->path.remote.addr))
        return "private-address-as-identity";
    return NULL;
}

static const char *cause_silence(const struct doctor_conn *f, const struct ike_audit *a)
{
    (void)f;
    switch ((enum explain_silence)a->detail) {
    case EXPLAIN_SILENT_AT_ALL:
        return a->path.remote.port == IKE_PORT ? "udp-500-blocked" : "no-answer";
    case EXPLAIN_SILENT_AFTER_INIT:
        return a->path.remote.port == IKE_PORT_NATT ? "udp-4500-blocked" : "no-answer";
    default:
        return "peer-gone";
    }
}

static const char *cause_refusal(const struct doctor_conn *f, const struct ike_audit *a)
{
    switch (a->notify) {
    case WIRE_IKE_N_AUTHENTICATION_FAILED: {
        const struct base_addr ours = doctor_id_addr(&f->conn->local_id);
        if (doctor_id_as_addr(&f->conn->local_id).family || doctor_id_as_addr(&f->conn->remote_id).family)
            return "address-typed-as-name";
        return ours.family && base_addr_is_private(&ours) ? "private-address-as-identity"
                                                          : "wrong-key-or-identity";
    }
    case WIRE_IKE_N_NO_PROPOSAL_CHOSEN:
        return a->detail >= EXPLAIN_ASKED_CHILD ? "pfs" : "proposals";
    case WIRE_IKE_N_TS_UNACCEPTABLE:
        return "subnets";
    default:
        return NULL;
    }
}

static const char *cause_cert(const struct doctor_conn *f, const struct ike_audit *a)
{
    (void)f;
    return a->detail == CRYPT_CHAIN_EXPIRED || a->detail == CRYPT_CHAIN_NOT_YET_VALID ? "clock" : NULL;
}

static const char *cause_nets(const struct doctor_conn *f, const struct ike_audit *a)
{
    (void)f;
    return a->detail == EXPLAIN_NETS_SWAPPED ? "subnets-swapped" : NULL;
}

static const char *cause_unfinished(const struct doctor_conn *f, const struct ike_audit *a)
{
    (void)f;
    return a->detail ? "one-way" : "udp-4500-blocked";
}

/* Failures with a name of their own. BESIDE: the tunnel can be up all the same. */
static const struct fail_row {
    enum ike_audit_kind kind;
    const char *name;
    fail_cause *cause;
    bool is_beside;
} rows[] = {
    {IKE_AUDIT_FAIL_UNKNOWN_ID, "wrong-identity", cause_id, false},
    {IKE_AUDIT_FAIL_PEER_ID, "wrong-identity", cause_id, false},
    {IKE_AUDIT_FAIL_WRONG_KEY, "wrong-key", NULL, false},
    {IKE_AUDIT_FAIL_NO_SECRET, "no-secret", NULL, false},
    {IKE_AUDIT_FAIL_TIMEOUT, "no-answer", cause_silence, false},
    {IKE_AUDIT_FAIL_UNFINISHED, "udp-4500-blocked", cause_unfinished, false},
    {IKE_AUDIT_FAIL_REFUSED, "refused", cause_refusal, true},
    {IKE_AUDIT_FAIL_NO_PROPOSAL, "proposals", NULL, true},
    {IKE_AUDIT_FAIL_PFS, "pfs", NULL, true},
    {IKE_AUDIT_FAIL_SELECTORS, "subnets", cause_nets, true},
    {IKE_AUDIT_FAIL_NARROWED, "subnets", NULL, true},
    {IKE_AUDIT_FAIL_OVERLAP, "subnets-overlap", NULL, true},
    {IKE_AUDIT_FAIL_BLACK_HOLE, "mtu-black-hole", NULL, true},
    {IKE_AUDIT_FAIL_CERT, "certificate", cause_cert, false},
    {IKE_AUDIT_FAIL_TRANSPORT, "transport", NULL, true},
    {IKE_AUDIT_FAIL_INSTALL, "install", NULL, true},
    {IKE_AUDIT_FAIL_ADDRESS, "address", NULL, true},
    {IKE_AUDIT_FAIL_MOVE, "move", NULL, true},
};

static const struct fail_row *fail_row(enum ike_audit_kind kind)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == kind)
            return &rows[i];
    return NULL;
}

/* A failure from before a tunnel that is up is history; one beside it may come with it. */
static bool fail_counts(const struct doctor_conn *f, const struct doctor_failure *x,
                        const struct fail_row *row)
{
    if (!f->up || !f->sa || f->sa->established_at.ns == 0)
        return true;
    const int64_t up_s = (int64_t)(base_time_since(f->now, f->sa->established_at) / BASE_NS_PER_S);
    return row && row->is_beside ? x->age_s <= up_s + 1 : x->age_s < up_s;
}

static void fail_say(const struct doctor_failure *x, struct doctor_finding *d)
{
    const struct ike_audit *a = x->audit;
    doctor_say(d, DOCTOR_SEEN, "%" PRId64 " s ago%s: %s", x->age_s,
               x->count > 1 ? ", and not for the first time" : "", a->what);
    if (a->nearest[0])
        doctor_say(d, DOCTOR_SEEN, "; nearest here: %s", a->nearest);
    doctor_say(d, DOCTOR_MEANS, "%s", a->why);
    doctor_say(d, DOCTOR_HERE, "%s", a->fix_here);
    doctor_say(d, DOCTOR_PEER, "%s", a->fix_peer);
}

/* What the configuration made one expect has happened; its cure is there already. */
static void fail_confirm(const struct doctor_failure *x, struct doctor_finding *d)
{
    d->level = DOCTOR_FAULT;
    doctor_say(d, DOCTOR_SEEN, "; %" PRId64 " s ago: %s", x->age_s, x->audit->what);
}

/* The newest of each name: an older one of the same says nothing new. */
void doctor_fail_last(const struct doctor_conn *f, struct doctor_report *report)
{
    size_t shown = 0;
    for (size_t i = 0; i < f->n_failures && shown < FAIL_SHOWN_MAX; i++) {
        const struct doctor_failure *x = &f->failures[i];
        const struct fail_row *row = fail_row(x->audit->kind);
        const char *cause = row && row->cause ? row->cause(f, x->audit) : NULL;
        const char *name = cause ? cause : row ? row->name : ike_audit_kind_name(x->audit->kind);
        struct doctor_finding *known = doctor_find(report, name);
        if (!fail_counts(f, x, row))
            continue;
        if (!known)
            fail_say(x, doctor_add(report, name, DOCTOR_FAULT));
        else if (known->level != DOCTOR_FAULT)
            fail_confirm(x, known);
        shown += !known;
    }
}
