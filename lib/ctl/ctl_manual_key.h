/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Keys made by hand as the data path wants them. What the peer seals with is what the key file holds, the
 * same for all pairs: whose nonces those are is the peer's care. What we seal with is made of it anew
 * whenever a connection begins, with a nonce that is never used twice:
 *
 *   key | salt = HKDF-SHA256 (RFC 5869) of key file, salt nonce, info "culvert manual out"
 *
 * and the salt of pair i is i more than that (32 bits, big-endian, which may wrap). So no two pairs, and no
 * two runs, ever seal under the same key with the same nonce of AES-GCM, though sequence numbers begin at 1.
 * Thread: any.
 */
#include <stdint.h>
#include "conf.h"
#include "esp_pair.h"

#define CTL_MANUAL_NONCE_BYTES 32

/* Keys of pair 0. Whoever has one wipes it. */
struct ctl_manual_keys {
    struct esp_keymat in, out;
};

/* 0, or -EIO: the library failed, and there are none. */
int ctl_manual_keys_make(const struct conf_manual *m, const uint8_t nonce[CTL_MANUAL_NONCE_BYTES],
                         struct ctl_manual_keys *keys);

/* What pair i seals with. */
void ctl_manual_key_of(const struct ctl_manual_keys *keys, uint32_t i, struct esp_keymat *out);
