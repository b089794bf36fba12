/* SPDX-License-Identifier: BSD-3-Clause */
/* Nonces: made, taken from a message, and compared where two exchanges collide. */
#include "ike_nonce.h"

#include <string.h>
#include "base_span.h"
#include "ike_core.h"
#include "ike_env.h"

void ike_nonce_new(struct ike *ike, struct ike_nonce *n)
{
    n->len = IKE_NONCE_BYTES;
    ike->env.rng(ike->env.ctx, IKE_RNG_NONCE, n->bytes, n->len);
}

void ike_nonce_set(struct ike_nonce *n, struct base_span bytes)
{
    n->len = (uint16_t)(bytes.len < IKE_NONCE_MAX ? bytes.len : IKE_NONCE_MAX);
    memcpy(n->bytes, bytes.ptr, n->len);
}

int ike_nonce_compare(const struct ike_nonce *a, const struct ike_nonce *b)
{
    const size_t n = a->len < b->len ? a->len : b->len;
    const int order = memcmp(a->bytes, b->bytes, n);
    return order ? order : (int)a->len - (int)b->len;
}

const struct ike_nonce *ike_nonce_low(const struct ike_nonce *a, const struct ike_nonce *b)
{
    return ike_nonce_compare(a, b) <= 0 ? a : b;
}
