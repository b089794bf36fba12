/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Distinguished names as a key to search by: equal names have equal hashes, however they are encoded. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

/*
 * Mixes a name in DER into h. Two names that are the same by RFC 5280 7.1 (string types, case of ASCII and
 * blanks do not matter) give the same; the order of attributes does not matter, either, so equal hashes are
 * no proof. Bytes that are no DER give some hash that depends on them alone. Thread: any.
 */
uint32_t ike_dn_hash(uint32_t h, struct base_span der);

#define IKE_DN_RDNS_MAX   32 /* parts of a name that can be a pattern, or stand under one */
#define IKE_DN_SHAPES_MAX 16 /* different shapes of patterns in one configuration */

/* Which parts of a name may be anything: bit i for part i of n. */
struct ike_dn_shape {
    uint8_t n;
    uint32_t wild;
};

struct ike_dn_shapes {
    size_t n;
    struct ike_dn_shape list[IKE_DN_SHAPES_MAX]; /* those with fewer wild parts first */
};

/* The shape of a name: parts whose value is "*" are wild. False: no DER of a name, or too many parts. */
bool ike_dn_shape(struct base_span der, struct ike_dn_shape *out);

/*
 * Writes the name with the value of each wild part as "*" in UTF-8. False: it has another number of parts, a
 * wild part with several attributes, or does not fit; *len is 0 then. Thread: any.
 */
bool ike_dn_mask(struct base_span der, const struct ike_dn_shape *shape, uint8_t *out, size_t cap,
                 size_t *len);

/* Adds a shape in its place, unless it is there. False: there are IKE_DN_SHAPES_MAX others. */
bool ike_dn_shapes_add(struct ike_dn_shapes *all, const struct ike_dn_shape *shape);
