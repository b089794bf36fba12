/* SPDX-License-Identifier: BSD-3-Clause */
/* From the back to the front, so that one number tells what is left. */
#include "ctl_random.h"

#include <errno.h>
#include <string.h>

#include "base_wipe.h"
#include "ossl_ops.h"

int ctl_random_take(struct ctl_random *r, void *buf, size_t len)
{
    if (len > sizeof r->bytes / 2)
        return ossl_random(buf, len);
    if (r->left < len) {
        r->left = 0;
        if (ossl_random(r->bytes, sizeof r->bytes) < 0)
            return -EIO;
        r->left = sizeof r->bytes;
    }
    r->left -= len;
    memcpy(buf, r->bytes + r->left, len);
    base_wipe(r->bytes + r->left, len);
    return 0;
}
