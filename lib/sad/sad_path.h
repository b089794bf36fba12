/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* From parameters to the forms that workers read. Thread: control, of fields that no worker reads yet. */
#include "esp_ops.h"
#include "esp_pair.h"
#include "sad_fast.h"
#include "sad_int.h"

/* False: the ranges are not both IPv4 prefixes for all protocols and ports. */
bool sad_addrs4_fill(const struct sad_range *src, const struct sad_range *dst, struct sad_addrs4 *out);

void sad_sel4_fill(const struct sad_range *local, const struct sad_range *remote, struct sad_sel4 *out);

/* 0, or -EINVAL: two families, or an MTU that no path of the family has. */
int sad_path_check(const struct esp_path *path, uint16_t outer_mtu);

/* Writes a template; the caller publishes it. */
void sad_tmpl_fill(struct sad_tmpl *t, const struct esp_path *path, enum esp_way way, uint32_t spi_out);

/* The largest inner packet of a pair whose padded, sealed and encapsulated form fits; shape and map are set.
 */
uint16_t sad_pair_inner_mtu(const struct sad_pair *pair, const struct sad_out *out, uint16_t outer_mtu);

/* Stores a new IPv4 path where workers may be reading the old one; of IPv6 the template has it all. */
void sad_out_set_path(struct sad_out *out, const struct esp_path *path);

/* Header sizes and flags of the outbound half for a family and a way. Needs esp_bytes; no worker seals. */
void sad_out_set_shape(struct sad_out *out, const struct esp_path *path, enum esp_way way,
                       const struct esp_suite *suite);

/*
 * Stores a new path, of any family and way, where workers may be reading the old one: a packet of the next
 * burst may be held against the one or the other, and is dropped when it fits neither.
 */
void sad_in_set_path(struct sad_in *in, const struct esp_path *path, enum esp_way way,
                     const struct esp_suite *suite);
