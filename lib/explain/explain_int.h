/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the files of explanations share: one record is begun, filled with texts and sent. */
#include "explain.h"

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
void explain_end(struct ike *ike, struct explain *e);

/* The connection that was most probably meant, or NULL. asked may have type 0. */
const struct ike_conn_conf *explain_nearest(const struct ike *ike, const struct ike_path *path,
                                            const struct ike_id *remote, const struct ike_id *asked);
