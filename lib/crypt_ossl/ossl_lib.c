/* SPDX-License-Identifier: BSD-3-Clause */
/* The library context for keys and certificates, made at first use. */
#include "ossl_lib.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <pthread.h>

static OSSL_LIB_CTX *lib_own;
static OSSL_PROVIDER *lib_provider; /* a reference, without which it outlives its context */
static pthread_once_t lib_once = PTHREAD_ONCE_INIT;

static void lib_open(void)
{
    lib_own = OSSL_LIB_CTX_new();
    lib_provider = lib_own ? OSSL_PROVIDER_load(lib_own, "default") : NULL;
    if (!lib_provider) {
        OSSL_LIB_CTX_free(lib_own);
        lib_own = NULL;
    }
}

OSSL_LIB_CTX *ossl_lib(void)
{
    pthread_once(&lib_once, lib_open);
    return lib_own;
}

void ossl_lib_close(void)
{
    if (lib_provider)
        OSSL_PROVIDER_unload(lib_provider);
    lib_provider = NULL;
    OSSL_LIB_CTX_free(lib_own);
    lib_own = NULL;
}
