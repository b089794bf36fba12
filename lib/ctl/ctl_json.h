/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Values of the rooms as JSON. All return owned values (NULL without memory). Thread: any. */
#include <jansson.h>
#include "base_addr.h"
#include "base_time.h"
#include "ike_conf.h"
#include "ike_view.h"
#include "node_view.h"
#include "base_ts.h"

/* A text; bytes that are not printable ASCII become "?". */
json_t *ctl_json_text(const char *text);
json_t *ctl_json_addr(const struct base_addr *addr);
json_t *ctl_json_endpoint(const struct base_endpoint *endpoint);
json_t *ctl_json_id(const struct ike_id *id);
json_t *ctl_json_spi(uint32_t spi);
json_t *ctl_json_ike_spi(uint64_t spi);
json_t *ctl_json_mac(const uint8_t mac[6]);
/* Selectors as [ "10.1.0.0/16[tcp/443]" ]. */
json_t *ctl_json_selectors(const struct base_ts_list *list);
/* A set of DSCPs by their names, as [ "ef", "af41" ]; NULL for an empty one. */
json_t *ctl_json_dscp(uint64_t set);
/* Whole seconds since t, resp. until t (0 when it has passed). */
json_t *ctl_json_since(base_time now, base_time t);
json_t *ctl_json_until(base_time now, base_time t);

/* Sets a member; a NULL value is left out. Takes value. */
void ctl_json_set(json_t *object, const char *key, json_t *value);
/* Sets a whole number. */
void ctl_json_num(json_t *object, const char *key, uint64_t value);
/* Sets a text, unless it is empty. */
void ctl_json_set_text(json_t *object, const char *key, const char *text);

/* What the path to a peer carries, in whole packets, and how that is known. */
json_t *ctl_json_path_mtu(const struct ike_sa_view *v);

/* What one direction of a pair of SAs carried: pkts, bytes, seq. */
json_t *ctl_json_direction(const struct node_direction_view *d);
/* Sets what a pair, or a sum of pairs, dropped: replay, bad_icv, bad_trailer, policy, limit. */
void ctl_json_set_drops(json_t *object, const struct node_pair_view *v);
