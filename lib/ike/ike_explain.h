/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Failures in words: one AUDIT record each, with what arrived, the nearest configuration, why they do not
 * match and what to change on either side. Rate limited per endpoint and kind, and overall, so that a flood
 * does not fill a log. sa may be NULL where only a datagram is known.
 */
#include "ike_sa.h"

void ike_explain_no_connection(struct ike *ike, const struct ike_path *path);
void ike_explain_unknown_id(struct ike *ike, const struct ike_sa *sa, const struct ike_id *remote,
                            const struct ike_id *asked);
void ike_explain_wrong_key(struct ike *ike, const struct ike_sa *sa, const struct ike_conn_conf *conn);
/* The peer proves itself by another method than the connection has. */
void ike_explain_method(struct ike *ike, const struct ike_sa *sa, const struct ike_conn_conf *conn,
                        uint8_t method);
void ike_explain_no_secret(struct ike *ike, const struct ike_sa *sa, const struct ike_conn_conf *conn);
/* ours of the connection (child NULL) or of a child, against theirs. */
void ike_explain_no_proposal(struct ike *ike, const struct ike_sa *sa, const struct ike_path *path,
                             const struct ike_conn_conf *conn, const struct ike_child_conf *child,
                             const struct wire_ike_sa *theirs);
void ike_explain_ah(struct ike *ike, const struct ike_sa *sa, const struct ike_path *path,
                    const struct ike_conn_conf *conn);
void ike_explain_selectors(struct ike *ike, const struct ike_sa *sa, const struct base_ts_list *local,
                           const struct base_ts_list *remote);
void ike_explain_overlap(struct ike *ike, const struct ike_sa *sa, const struct base_ts_list *remote,
                         const struct ike_child *live);
void ike_explain_peer_id(struct ike *ike, const struct ike_sa *sa, const struct ike_id *got);
void ike_explain_nat_forbidden(struct ike *ike, const struct ike_sa *sa, const struct ike_conn_conf *conn);
void ike_explain_timeout(struct ike *ike, const struct ike_sa *sa);
/* The peer answered with an error notify. */
void ike_explain_refused(struct ike *ike, const struct ike_sa *sa, const char *during, uint16_t notify);
void ike_explain_malformed(struct ike *ike, const struct ike_sa *sa, const char *fault);
void ike_explain_limit(struct ike *ike, const struct ike_sa *sa, const struct ike_path *path,
                       const char *cap);
