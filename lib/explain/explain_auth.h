/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Failures of signatures and certificates in words; as explain.h. Thread: control. */
#include "explain.h"
#include "ike_job_sig.h"

/* A check of the peer's signature ran and said no. */
void explain_signature(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                       const struct ike_job_verify *v);

/*
 * No key of ours for `conn` makes a signature that the peer takes. hashes: those that it announced, as bits
 * (crypt_sig.h); 0: none, so only the older methods do.
 */
void explain_no_scheme(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                       uint32_t hashes);
