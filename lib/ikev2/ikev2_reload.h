/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A live SA under a new configuration of its connection. */
#include <stdbool.h>

struct ike;
struct ike_conn_conf;
struct ikev2_sa;

/* Whether no exchange under way negotiates what another configuration of the SA's connection changes. */
bool ikev2_reload_fits(const struct ikev2_sa *sa, const struct ike_conn_conf *to);
/*
 * What its peer proved itself by is not in the new configuration any more: the user that logged in here, or
 * the key of one of many identities; or a revocation list names its certificate now. Why the SA is to end,
 * static text; NULL: it is not. For an SA that is up, or comes up with this; then `to` may be its own.
 */
const char *ikev2_reload_lacks(const struct ikev2_sa *sa, const struct ike_conn_conf *to);
/* Puts an SA that fits under it: children that are gone or ask for a new pair are deleted or replaced, new
 * ones are made, the rest goes on. */
void ikev2_reload_sa(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *to);
