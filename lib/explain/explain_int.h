/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the files of explanations share: one record is begun, filled with texts and sent. */
#include "explain.h"
#include "ike_job.h"
#include "ike_path.h"

struct explain {
    struct ike_audit *a;
    const struct crypt_ike_ops *crypto; /* reads names */
    struct base_text what, nearest, why, fix_here, fix_peer;
};

/*
 * Begins a record. conn: the connection concerned or the nearest one, may be NULL. False: this endpoint has
 * failed this way a moment ago, or there are too many failures; nothing is to be said.
 */
bool explain_begin(struct ike *ike, struct explain *e, enum ike_audit_kind kind, struct explain_about about,
                   const struct ike_conn_conf *conn);
/* The same for what was found to be news before. */
void explain_open(struct ike *ike, struct explain *e, enum ike_audit_kind kind, struct explain_about about,
                  const struct ike_conn_conf *conn);
void explain_end(struct ike *ike, struct explain *e);

/* The connection and its pair of identities, as the nearest configuration. */
void explain_add_pair(struct explain *e, const struct ike_conn_conf *c);

/* Adds the networks of a connection's children. */
void explain_add_selectors(struct base_text *t, const struct ike_conn_conf *conn);

struct explain_search;

/* Tells a failure whose search is over. Thread: control. */
typedef void explain_search_fn(struct ike *ike, const struct explain_search *s);

/* A search for the connection that was most probably meant, as a job. */
struct explain_search {
    struct ike_job job;
    const struct ike_conf *conf; /* that is searched; a reference */
    uint64_t ike_id;             /* whom the record is about */
    struct ike_path path;
    struct ike_id remote, asked; /* type 0: none was said */
    explain_search_fn *tell;
    const struct ike_conn_conf *found; /* NULL: there is no connection */
};

/*
 * Searches off the control core, then tells. Nothing happens when this failure is no news or too many
 * searches are out. Borrows remote and asked until return.
 */
void explain_search(struct ike *ike, enum ike_audit_kind kind, struct explain_about about,
                    const struct ike_id *remote, const struct ike_id *asked, explain_search_fn *tell);
