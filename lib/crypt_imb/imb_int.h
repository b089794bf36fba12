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

/* How a burst is processed. */
enum imb_class {
    IMB_CLASS_GCM128,
    IMB_CLASS_GCM192,
    IMB_CLASS_GCM256,
    IMB_CLASS_CHACHA, /* ChaCha20-Poly1305, RFC 7634 */
    IMB_CLASS_CCM,    /* AES-CCM, RFC 4309 */
    IMB_CLASS_HMAC,   /* AES-CBC, 3DES-CBC or NULL with HMAC */
    IMB_CLASSES
};
_Static_assert(IMB_CLASSES <= ESP_CLASSES, "as many classes as the data path tells apart");

struct esp_ctx {
    struct imb_lib lib;
    IMB_MGR *mgr;
    struct gcm_context_data gcm;
    struct chacha20_poly1305_context_data chacha;
    const void *des3[ESP_BURST_MAX][3];           /* the three key schedules of each job of 3DES */
    uint8_t tags[ESP_BURST_MAX][ESP_ICV_MAX];     /* computed */
    uint8_t received[ESP_BURST_MAX][ESP_ICV_MAX]; /* taken from the packets */
};

/* Class HMAC: everything that a job needs. */
struct imb_hmac_key {
    union {
        struct {
            _Alignas(16) uint8_t enc[16 * 15];
            _Alignas(16) uint8_t dec[16 * 15];
        };
        uint64_t des3[3][IMB_DES_KEY_SCHED_SIZE / 8]; /* good for both directions */
    };
    _Alignas(16) uint8_t ipad[64];
    uint8_t opad[64];
    uint32_t hash_alg; /* IMB_HASH_ALG */
    uint8_t cipher;    /* IMB_CIPHER_MODE */
    uint8_t key_bytes;
    uint8_t iv_bytes;
    uint8_t icv_bytes;
};

/* Class CCM: likewise. */
struct imb_ccm_key {
    _Alignas(16) uint8_t enc[16 * 15];
    uint8_t key_bytes;
    uint8_t icv_bytes;
};

/*
 * How an expanded AES-GCM key lies in memory, by the library's header: round keys, then the powers of the
 * hash key. A packet reads as many powers as it has blocks, up to a whole run, from the end of a run towards
 * its front. Version 1 has one run of 48 powers. Version 2 has two runs of 32, powers and powers times the
 * polynomial, and reads the same part of both. This holds for the library's code for VAES and AVX512; its
 * other codes read less, at other places.
 */
#define IMB_POWERS       ((struct gcm_key_data *)0)->ghash_keys
#define IMB_POWERS_BEGIN offsetof(struct gcm_key_data, ghash_keys)
#define IMB_KEY_RUNS     (IMB_VERSION_NUM < IMB_VERSION(2, 0, 0) ? 1 : 2)
#define IMB_KEY_RUN      (sizeof(IMB_POWERS.vaes_avx512) / IMB_KEY_RUNS)
#define IMB_KEY_RUN_END  (IMB_POWERS_BEGIN + IMB_KEY_RUN) /* of the first one */
#define IMB_KEY_END      (IMB_POWERS_BEGIN + sizeof(IMB_POWERS))

union imb_key {
    struct esp_key first;
    struct gcm_key_data gcm;
    uint8_t chacha[32];
    struct imb_hmac_key hmac;
    struct imb_ccm_key ccm;
    struct {
        uint8_t bytes[IMB_KEY_END];
        uint32_t salt;
    };
};
_Static_assert(sizeof(struct imb_hmac_key) <= IMB_KEY_END, "an expanded key ends before the salt");
_Static_assert(IMB_KEY_END - ESP_KEY_FRONT >= IMB_KEY_RUNS * IMB_KEY_RUN, "runs lie behind the round keys");
_Static_assert(IMB_KEY_END / ESP_KEY_LINE == (IMB_KEY_END - 1) / ESP_KEY_LINE,
               "the salt costs no line of its own");

static inline union imb_key *imb_key_data(const struct esp_key *key)
{
    return (union imb_key *)(uintptr_t)key;
}

static inline struct esp_op *imb_op_at(struct esp_op *ops, size_t stride, size_t i)
{
    return (struct esp_op *)((uint8_t *)ops + i * stride);
}

/* imb_mgr.c, imb_key.c, imb_hmac.c, imb_ccm.c, imb_burst.c: what imb_esp_ops is made of (esp_ops.h says what
 * each does).
 */
struct esp_ctx *imb_create(bool is_one_of_many);
void imb_free(struct esp_ctx *imb);
int imb_suite_find(const struct crypt_alg *encr, const struct crypt_alg *integ, struct esp_suite *out);
int imb_key_expand(struct esp_ctx *imb, const struct crypt_alg *encr, const struct crypt_alg *integ,
                   const uint8_t *encr_key, size_t encr_len, const uint8_t *integ_key, size_t integ_len,
                   struct esp_key *out);
size_t imb_hmac_seal(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count);
size_t imb_hmac_open(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count);
size_t imb_ccm_seal(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count);
size_t imb_ccm_open(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count);
size_t imb_seal(struct esp_ctx *imb, uint8_t cls, const struct esp_burst *b);
size_t imb_open(struct esp_ctx *imb, uint8_t cls, const struct esp_burst *b);
