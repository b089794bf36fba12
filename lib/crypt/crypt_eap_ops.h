/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The cryptography of EAP's methods and of RADIUS, as a table of functions. The product's table is
 * ossl_eap_ops (crypt_ossl). MD4, MD5 and DES are what those protocols are made of, and serve nothing else.
 *
 * Every function returns 0 or a negative errno: -ENOTSUP when this machine's library has not the algorithm,
 * -EIO when the library failed. All buffers are borrowed until return. Thread: any.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

struct crypt_eap_ops {
    /* Digests of the concatenated parts. */
    int (*md4)(const struct base_span *parts, size_t count, uint8_t out[16]);
    int (*md5)(const struct base_span *parts, size_t count, uint8_t out[16]);
    int (*sha1)(const struct base_span *parts, size_t count, uint8_t out[20]);
    int (*hmac_md5)(struct base_span key, const struct base_span *parts, size_t count, uint8_t out[16]);
    /* One block of DES; the key's 56 bits without their parity (RFC 2759 8.6). */
    int (*des)(const uint8_t key[7], const uint8_t in[8], uint8_t out[8]);
};
