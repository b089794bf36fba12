/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Failures of IKEv1 in words, where they differ from IKEv2's; as explain.h. Thread: control. */
#include "explain.h"

/* The peer's proposals `theirs` (text), for a connection, or for one of its children. */
void explain_v1_proposal(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                         const struct ike_child_conf *child, const char *theirs);

/* A caller in main mode with a pre-shared key says who it is too late: several keys are possible, as of a and
 * b. */
void explain_v1_keys(struct ike *ike, struct explain_about about, const struct ike_conn_conf *a,
                     const struct ike_conn_conf *b);

/* A caller wants aggressive mode, which no connection that it may mean has; conn: one that it may mean. */
void explain_v1_aggressive(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn);

/* The peer refused with this notify; child: NULL for the ISAKMP SA. */
void explain_v1_refused(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                        uint16_t notify);
