/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Hash index of a sealed configuration: names, peers' identities, secrets, rows of single identities. */
#include "ike_conf.h"

#define IKE_INDEX_NONE UINT32_MAX

struct ike_conf_index;

/* NULL without memory; lookups then walk. */
struct ike_dn_shapes;

struct ike_conf_index *ike_index_new(const struct ike_conf *conf);
void ike_index_free(struct ike_conf_index *index);

/*
 * A hash that equal identities share: names whatever their case, DNs however they are encoded (ike_dn.h).
 * Thread: any.
 */
uint32_t ike_index_hash(const struct ike_id *id);

/* The shapes of the patterns of names that peers may have. NULL: there is no index. */
const struct ike_dn_shapes *ike_index_shapes(const struct ike_conf *conf);

/*
 * Numbers that may be what is looked for, in the order of the configuration: start with IKE_INDEX_NONE as
 * `after`, until IKE_INDEX_NONE comes back. The caller compares.
 */
uint32_t ike_index_name(const struct ike_conf *conf, const char *name, uint32_t after);
uint32_t ike_index_peer(const struct ike_conf *conf, const struct ike_id *remote, uint32_t after);
uint32_t ike_index_secret(const struct ike_conf *conf, const struct ike_id *local,
                          const struct ike_id *remote, uint32_t after);
/* Of a connection that has rows; numbers may be those of another one's. */
uint32_t ike_index_grant(const struct ike_conn_conf *conn, const struct ike_id *id, uint32_t after);
