/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside of crypt_imb: the manager and what an expanded key holds. */
#include <string.h>
#include <intel-ipsec-mb.h>
#include "imb_esp.h"

/* imb_lib.c: the library, or a copy of it. */
struct imb_lib {
    void *handle; /* of a copy; NULL: the one that everybody uses */
    int fd;       /* its file, open as long: the linker tells copies apart by its name; or -1 */
    IMB_MGR *(*alloc)(uint64_t flags);
    void (*init)(IMB_MGR *mgr, IMB_ARCH *arch);
    int (*get_errno)(IMB_MGR *mgr);
    void (*free)(IMB_MGR *mgr);
};

/* is_own: a copy, if there can be one. */
struct imb_lib imb_lib_open(bool is_own);
void imb_lib_close(struct imb_lib *lib);

struct imb {
    struct imb_lib lib;
    IMB_MGR *mgr;
    struct gcm_context_data gcm;
    struct chacha20_poly1305_context_data chacha;
    uint8_t tags[IMB_HMAC_BURST][IMB_ICV_MAX];     /* computed */
    uint8_t received[IMB_HMAC_BURST][IMB_ICV_MAX]; /* taken from the packets */
};

/* Class HMAC: everything that a job needs. */
struct imb_hmac_key {
    _Alignas(16) uint8_t enc[16 * 15];
    _Alignas(16) uint8_t dec[16 * 15];
    _Alignas(16) uint8_t ipad[64];
    uint8_t opad[64];
    uint32_t hash_alg;  /* IMB_HASH_ALG */
    uint16_t key_bytes; /* 0: NULL cipher */
    uint8_t iv_bytes;
    uint8_t icv_bytes;
};

union imb_key_data {
    struct gcm_key_data gcm;
    uint8_t chacha[32];
    struct imb_hmac_key hmac;
};
_Static_assert(sizeof(struct gcm_key_data) <= IMB_KEY_BYTES &&
                   offsetof(struct gcm_key_data, ghash_keys) +
                           sizeof(((struct gcm_key_data *)0)->ghash_keys) <=
                       IMB_KEY_END,
               "an expanded key ends before the salt");
_Static_assert(IMB_KEY_END - IMB_KEY_FRONT >= (IMB_KEY_END - IMB_KEY_RUN_END) + IMB_KEY_RUN,
               "runs of powers lie behind the round keys");
_Static_assert(sizeof(struct imb_hmac_key) <= IMB_KEY_END, "an expanded key ends before the salt");
_Static_assert(sizeof(struct imb_key) == IMB_KEY_BYTES, "a key is whole lines");

static inline union imb_key_data *imb_key_data(const struct imb_key *key)
{
    return (union imb_key_data *)(uintptr_t)key->bytes;
}

static inline struct imb_op *imb_op_at(struct imb_op *ops, size_t stride, size_t i)
{
    return (struct imb_op *)((uint8_t *)ops + i * stride);
}

void imb_hmac_seal(struct imb *imb, struct imb_op *ops, size_t stride, size_t count);
size_t imb_hmac_open(struct imb *imb, struct imb_op *ops, size_t stride, size_t count);
