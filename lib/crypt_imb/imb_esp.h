/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * ESP's cryptography over intel-ipsec-mb: bursts of packets are sealed or opened in place.
 *
 * A packet lies in memory as  SPI | sequence | explicit IV | payload | ICV  (RFC 4303). The caller has
 * written all but ICV (and, for CBC, IV) and padded the payload. Everything that a cipher call reads besides
 * the payload is in struct imb_op, which the caller fills one pass before the call: bytes that were stored
 * just before a wide load stall the load.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_alg.h"
#include "imb_layout.h"

/* A back end; one thread uses it at a time. */
struct imb;

/* How a burst is processed: all packets of one call have the same class. */
enum imb_class {
    IMB_CLASS_GCM128,
    IMB_CLASS_GCM192,
    IMB_CLASS_GCM256,
    IMB_CLASS_CHACHA, /* ChaCha20-Poly1305, RFC 7634 */
    IMB_CLASS_HMAC,   /* AES-CBC or NULL with HMAC */
    IMB_CLASSES
};

/* What the data path needs to know of a pair of algorithms. */
struct imb_suite {
    uint8_t cls;         /* enum imb_class */
    uint8_t iv_bytes;    /* explicit IV */
    uint8_t icv_bytes;   /* ICV, at most 32 */
    uint8_t align_bytes; /* payload with its trailer is a multiple of this (at least 4) */
    uint8_t encr_len;    /* key | salt */
    uint8_t integ_len;
};

#define IMB_ICV_MAX    32
#define IMB_HMAC_BURST 64 /* packets that imb_seal/imb_open take at once */

/*
 * How an expanded AES-GCM key lies in memory, by the library's header (IMB_KEY_END, IMB_KEY_RUN_END and
 * IMB_KEY_RUN are of imb_layout.h, which the build makes from it): round keys, then the powers of the hash
 * key. A packet reads as many powers as it has blocks, up to a whole run, from the end of a run towards its
 * front. Version 1 has one run of 48 powers. Version 2 has two runs of 32, powers and powers times the
 * polynomial, and reads the same part of both. This holds for the library's code for VAES and AVX512; its
 * other codes read less, at other places.
 */
#define IMB_KEY_FRONT  192 /* bytes that every packet reads: round keys (of AES-256 one line more) */
#define IMB_KEY_BYTES  ((IMB_KEY_END + 4 + 63) & ~63)

/* An expanded key. Content is the back end's business; wiped by whoever owns the memory. */
struct imb_key {
    _Alignas(64) uint8_t bytes[IMB_KEY_END];
    uint32_t salt; /* of an AEAD, as it lies in memory: on a line that every packet reads anyhow */
    uint8_t pad[IMB_KEY_BYTES - IMB_KEY_END - 4];
};
_Static_assert(offsetof(struct imb_key, salt) / 64 == (IMB_KEY_END - 1) / 64,
               "the salt costs no line of its own");

/* Where a packet of len bytes begins to read a run of powers that ends at `end`: a multiple of 64. */
static inline uint32_t imb_key_run_begin(uint32_t end, uint32_t len)
{
    return (end - (len < IMB_KEY_RUN ? (len + 63) & ~63u : IMB_KEY_RUN)) & ~63u;
}

/*
 * Starts fetching what a packet of len bytes will read of its key, into the second-level cache: for the stage
 * that finds the SA, so that many SAs' keys are under way at once. Thread: any. (asm and not
 * __builtin_prefetch(): gcc takes a function that does nothing else for one without effect and drops it.)
 */
static inline void imb_key_prefetch(const struct imb_key *key, uint32_t len)
{
    for (uint32_t at = 0; at < IMB_KEY_FRONT; at += 64)
        __asm__ volatile("prefetcht1 %0" ::"m"(key->bytes[at]));
    for (uint32_t at = imb_key_run_begin(IMB_KEY_END, len); at < IMB_KEY_END; at += 64)
        __asm__ volatile("prefetcht1 %0" ::"m"(key->bytes[at]));
#if IMB_KEY_RUN_END != IMB_KEY_END
    for (uint32_t at = imb_key_run_begin(IMB_KEY_RUN_END, len); at < IMB_KEY_RUN_END; at += 64)
        __asm__ volatile("prefetcht1 %0" ::"m"(key->bytes[at]));
#endif
}

/* One packet. */
struct imb_op {
    uint8_t *data; /* payload behind the IV; ICV follows the payload */
    const struct imb_key *key;
    uint8_t iv[12];  /* AEAD nonce: salt | explicit IV */
    uint32_t len;    /* payload bytes, ICV not counted */
    uint8_t aad[12]; /* SPI | seq, with ESN: SPI | seq high | seq low (RFC 4106 5) */
    uint8_t aad_len; /* 8 or 12 */
    uint8_t failed;  /* open: 1 when the ICV is wrong, and then the payload is not to be used */
    uint8_t user[2]; /* the caller's */
};

/*
 * NULL: the CPU lacks what the library needs (AES-NI), or no memory. has_own_library: with a copy of the
 * library (13 MB), if there can be one: for threads that use theirs at the same time as others use theirs,
 * and would else wait for each other's cache lines.
 */
struct imb *imb_create(bool has_own_library);
void imb_free(struct imb *imb);

/* "AVX512 VAES": the code path that the library chose. Static storage. */
const char *imb_arch_name(const struct imb *imb);

/* The suite of two rows; integ is NULL with an AEAD. 0, or -ENOTSUP when this back end lacks it. */
int imb_suite_find(const struct crypt_alg *encr, const struct crypt_alg *integ, struct imb_suite *out);

/*
 * Expands keys for one direction. encr is key | salt, lengths as in the suite.
 * 0, or -EINVAL when a length is wrong, -ENOTSUP. Thread: any, with its own imb.
 */
int imb_key_expand(struct imb *imb, const struct crypt_alg *encr, const struct crypt_alg *integ,
                   const uint8_t *encr_key, size_t encr_len, const uint8_t *integ_key, size_t integ_len,
                   struct imb_key *out);

/* Packets of one class: an array with `stride` bytes from one to the next. */
struct imb_ops {
    struct imb_op *ops;
    size_t stride;
    size_t count;  /* at most IMB_HMAC_BURST */
    bool is_mixed; /* neighbours have different keys, so each is fetched ahead; changes only the time it takes
                    */
};

/*
 * Seals / opens packets in place, in order. imb_open() compares ICVs in constant time and sets failed; it
 * returns how many failed.
 */
void imb_seal(struct imb *imb, enum imb_class cls, const struct imb_ops *b);
size_t imb_open(struct imb *imb, enum imb_class cls, const struct imb_ops *b);
