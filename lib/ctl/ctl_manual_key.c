/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys made by hand, for each direction. */
#include "ctl_manual_key.h"

#include <string.h>

#include "base_span.h"
#include "base_wipe.h"
#include "ossl_ops.h"

#define INFO       "culvert manual out"
#define HASH_BYTES 32
#define SALT_BYTES 4

/* RFC 5869 2.3: len bytes out of prk. */
static int key_expand(const uint8_t prk[HASH_BYTES], uint8_t *out, size_t len)
{
    uint8_t t[HASH_BYTES];
    int rc = 0;
    for (size_t done = 0; rc == 0 && done < len; done += HASH_BYTES) {
        const uint8_t n = (uint8_t)(done / HASH_BYTES + 1);
        const struct base_span parts[] = {base_span(t, done ? sizeof t : 0), base_span(INFO, strlen(INFO)),
                                          base_span(&n, 1)};
        rc = ossl_ike_ops.prf(CRYPT_PRF_HMAC_SHA2_256, base_span(prk, HASH_BYTES), parts, 3, t);
        if (rc == 0)
            memcpy(out + done, t, len - done < sizeof t ? len - done : sizeof t);
    }
    base_wipe(t, sizeof t);
    return rc;
}

int ctl_manual_keys_make(const struct conf_manual *m, const uint8_t nonce[CTL_MANUAL_NONCE_BYTES],
                         struct ctl_manual_keys *keys)
{
    uint8_t prk[HASH_BYTES];
    const struct base_span file = base_span(m->key, m->key_len);
    memset(keys, 0, sizeof *keys);
    keys->in.encr_len = keys->out.encr_len = m->key_len;
    memcpy(keys->in.encr, m->key, m->key_len);
    int rc =
        ossl_ike_ops.prf(CRYPT_PRF_HMAC_SHA2_256, base_span(nonce, CTL_MANUAL_NONCE_BYTES), &file, 1, prk);
    if (rc == 0)
        rc = key_expand(prk, keys->out.encr, m->key_len);
    base_wipe(prk, sizeof prk);
    if (rc < 0)
        base_wipe(keys, sizeof *keys);
    return rc;
}

void ctl_manual_key_of(const struct ctl_manual_keys *keys, uint32_t i, struct esp_keymat *out)
{
    *out = keys->out;
    for (size_t k = out->encr_len; k > (size_t)out->encr_len - SALT_BYTES; k--) {
        i += out->encr[k - 1];
        out->encr[k - 1] = (uint8_t)i;
        i >>= 8;
    }
}
