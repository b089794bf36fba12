/* SPDX-License-Identifier: BSD-3-Clause */
/* The table itself, and randomness. The work is in the files by kind: prf, dh, aead, dn. */
#include "ossl_ops.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include "ossl_eap.h"
#include "ossl_fetch.h"
#include "ossl_lib.h"
#include "ossl_room.h"
#include "ossl_token.h"
#include "ossl_x25519.h"

const struct crypt_ike_ops ossl_ike_ops = {
    .prf = ossl_prf,
    .sha1 = ossl_sha1,
    .hash = ossl_hash,
    .dh_new = ossl_dh_new,
    .dh_answer = ossl_dh_answer,
    .dh_turn_end = ossl_dh_turn_end,
    .dh_derive = ossl_dh_derive,
    .dh_free = ossl_dh_free,
    .encrypt = ossl_encrypt,
    .decrypt = ossl_decrypt,
    .integ = ossl_integ,
    .dn_equal = ossl_dn_equal,
    .dn_text = ossl_dn_text,
    .eap = &ossl_eap_ops,
};

int ossl_random(void *buf, size_t len)
{
    return RAND_bytes_ex(NULL, buf, len, 0) == 1 ? 0 : -EIO;
}

int ossl_random_secret(void *buf, size_t len)
{
    return RAND_priv_bytes_ex(NULL, buf, len, 0) == 1 ? 0 : -EIO;
}

#define SECRET_LEAST 64 /* bytes: the smallest piece of that memory */

int ossl_secret_start(void)
{
    /* 2: it works, but the pages may be swapped. */
    if (CRYPTO_secure_malloc_initialized())
        return 0;
    return CRYPTO_secure_malloc_init(OSSL_SECRET_BYTES, SECRET_LEAST) == 0 ? -ENOMEM : 0;
}

void ossl_fini(void)
{
    ossl_token_close();
    ossl_lib_close();
    ossl_x25519_close();
    ossl_fetch_close();
}
