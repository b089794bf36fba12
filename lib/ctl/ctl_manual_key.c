/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys made by hand, for each direction. */
#include "ctl_manual_key.h"

#include <string.h>

#include "base_span.h"
#include "base_wipe.h"
#include "ossl_ops.h"

#define INFO       "culvert manual out"
#define SALT_BYTES 4

int ctl_manual_keys_make(const struct conf_manual *m, const uint8_t nonce[CTL_MANUAL_NONCE_BYTES],
                         struct ctl_manual_keys *keys)
{
    const struct base_span file = base_span(m->key, m->key_len);
    memset(keys, 0, sizeof *keys);
    keys->in.encr_len = keys->out.encr_len = m->key_len;
    memcpy(keys->in.encr, m->key, m->key_len);
    const int rc = ossl_hkdf(file, base_span(nonce, CTL_MANUAL_NONCE_BYTES), base_span(INFO, strlen(INFO)),
                             keys->out.encr, m->key_len);
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
