/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Distinguished names as a key to search by: equal names have equal hashes, however they are encoded. */
#include <stdint.h>
#include "base_span.h"

/*
 * Mixes a name in DER into h. Two names that are the same by RFC 5280 7.1 (string types, case of ASCII and
 * blanks do not matter) give the same; the order of attributes does not matter, either, so equal hashes are
 * no proof. Bytes that are no DER give some hash that depends on them alone. Thread: any.
 */
uint32_t ike_dn_hash(uint32_t h, struct base_span der);
