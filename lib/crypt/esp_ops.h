/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * ESP's cryptography as the data path knows it: bursts of packets are sealed or opened in place. What does
 * the work is a back end, a table of functions that is chosen where the program is put together (crypt_imb
 * has one; tests bring another) and handed in with the SA tables.
 *
 * A packet lies in memory as  SPI | sequence | explicit IV | payload | ICV  (RFC 4303). The caller has
 * written all but ICV (and, for CBC, IV) and padded the payload. Everything that a cipher call reads besides
 * the payload is in struct esp_op, which the caller fills one pass before the call: bytes that were stored
 * just before a wide load stall the load.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "crypt_alg.h"

#define ESP_CLASSES   8  /* that a back end may have */
#define ESP_ICV_MAX   32 /* bytes */
#define ESP_BURST_MAX 64 /* packets that are sealed or opened at once */
#define ESP_KEY_LINE  64
#define ESP_KEY_FRONT 192 /* bytes of a key that every packet reads */

/* A back end's state for one thread; the back end defines it. */
struct esp_ctx;

/* What the data path needs to know of a pair of algorithms. */
struct esp_suite {
    uint8_t cls;         /* the back end's, below ESP_CLASSES: all packets of one call have the same */
    uint8_t iv_bytes;    /* explicit IV */
    uint8_t icv_bytes;   /* at most ESP_ICV_MAX */
    uint8_t align_bytes; /* payload with its trailer is a multiple of this (at least 4) */
    uint8_t encr_len;    /* key | salt */
    uint8_t integ_len;
};

/*
 * An expanded key, of which this is the first line: esp_key_bytes() in all. Its content is the back end's
 * business, up to where the salt follows. Wiped by whoever owns the memory.
 */
struct esp_key {
    _Alignas(ESP_KEY_LINE) uint8_t line[ESP_KEY_LINE];
};

/*
 * How a back end's expanded key lies in memory, so that what a packet will read of it can be fetched ahead:
 * ESP_KEY_FRONT bytes at the front (round keys), and of each run (powers of a hash key), from its end
 * backwards, about as many as the packet has itself.
 */
struct esp_key_shape {
    uint16_t end;        /* bytes before the salt; a multiple of 4, at least ESP_KEY_FRONT */
    uint16_t run_bytes;  /* of a run */
    uint16_t run_end[2]; /* the second is 0 where there is one only */
};

/* One packet. What is named user is the caller's. */
struct esp_op {
    uint8_t *data; /* payload behind the IV; ICV follows the payload */
    const struct esp_key *key;
    uint8_t
        iv[12];   /* AEAD nonce: salt | explicit IV; it begins later where the salt is shorter than 4 bytes */
    uint16_t len; /* payload bytes, ICV not counted */
    uint8_t aad_len; /* 8 or 12 */
    uint8_t user8;
    uint8_t aad[12]; /* SPI | seq, with ESN: SPI | seq high | seq low (RFC 4106 5) */
    uint8_t failed;  /* open: 1 when the ICV is wrong; seal: 1 when it was refused. The payload is not to be
                        used */
    uint8_t zero;    /* so that failed and user16 are tested at once */
    uint16_t user16;
};

/* Packets of one class: an array with `stride` bytes from one to the next. */
struct esp_burst {
    struct esp_op *ops;
    size_t stride;
    size_t count;  /* at most ESP_BURST_MAX */
    bool is_mixed; /* neighbours have different keys, so each is fetched ahead; changes only the time it takes
                    */
};

struct esp_ops {
    const char *name;
    struct esp_key_shape key;

    /*
     * A thread's state, owned by the caller (free). is_one_of_many: other threads seal and open with theirs
     * at the same time, and memory may be spent so that none waits for another. NULL: the CPU lacks what is
     * needed, or no memory.
     */
    struct esp_ctx *(*create)(bool is_one_of_many);
    void (*free)(struct esp_ctx *ctx); /* NULL is fine */

    /* The suite of two rows; integ is NULL with an AEAD. 0, or -ENOTSUP when this back end lacks it. */
    int (*suite_find)(const struct crypt_alg *encr, const struct crypt_alg *integ, struct esp_suite *out);

    /*
     * Expands keys for one direction into esp_key_bytes(), and puts the salt in its place. encr is key |
     * salt, lengths as in the suite. 0, or -EINVAL when a length is wrong, -ENOTSUP. Thread: any, with its
     * own ctx.
     */
    int (*key_expand)(struct esp_ctx *ctx, const struct crypt_alg *encr, const struct crypt_alg *integ,
                      const uint8_t *encr_key, size_t encr_len, const uint8_t *integ_key, size_t integ_len,
                      struct esp_key *out);

    /*
     * Seals / opens packets in place, in order. Returns how many failed, and sets their op.failed; that of
     * the others is as it was (seal) or 0 (open). ICVs are compared in constant time.
     */
    size_t (*seal)(struct esp_ctx *ctx, uint8_t cls, const struct esp_burst *b);
    size_t (*open)(struct esp_ctx *ctx, uint8_t cls, const struct esp_burst *b);
};

/* Whole lines that an expanded key takes, salt included. */
static inline size_t esp_key_bytes(const struct esp_key_shape *s)
{
    return ((size_t)s->end + 4 + ESP_KEY_LINE - 1) & ~(size_t)(ESP_KEY_LINE - 1);
}

/*
 * The salt of an AEAD, as it lies in memory: on a line that every packet reads anyhow. One of fewer than 4
 * bytes (AES-CCM's has 3, RFC 4309 4) stands behind zeros, so that the explicit IV follows it in every nonce.
 */
static inline uint32_t esp_key_salt(const struct esp_key *key, const struct esp_key_shape *s)
{
    uint32_t salt;
    memcpy(&salt, (const uint8_t *)key + s->end, sizeof salt);
    return salt;
}

/* Where a packet of len bytes begins to read a run that ends at `end`: a multiple of ESP_KEY_LINE. */
static inline uint32_t esp_key_run_begin(uint32_t run_bytes, uint32_t end, uint32_t len)
{
    const uint32_t back = len < run_bytes ? (len + ESP_KEY_LINE - 1) & ~(ESP_KEY_LINE - 1u) : run_bytes;
    return (end - back) & ~(ESP_KEY_LINE - 1u);
}

/*
 * Starts fetching what a packet of len bytes will read of its key, into the second-level cache: for the stage
 * that finds the SA, so that many SAs' keys are under way at once. Thread: any. (asm and not
 * __builtin_prefetch(): gcc takes a function that does nothing else for one without effect and drops it.)
 */
static inline void esp_key_prefetch(const struct esp_key *key, const struct esp_key_shape *s, uint32_t len)
{
    const uint8_t *bytes = (const uint8_t *)key;
    for (uint32_t at = 0; at < ESP_KEY_FRONT; at += ESP_KEY_LINE)
        __asm__ volatile("prefetcht1 %0" ::"m"(bytes[at]));
    for (uint32_t at = esp_key_run_begin(s->run_bytes, s->run_end[0], len); at < s->run_end[0];
         at += ESP_KEY_LINE)
        __asm__ volatile("prefetcht1 %0" ::"m"(bytes[at]));
    if (s->run_end[1])
        for (uint32_t at = esp_key_run_begin(s->run_bytes, s->run_end[1], len); at < s->run_end[1];
             at += ESP_KEY_LINE)
            __asm__ volatile("prefetcht1 %0" ::"m"(bytes[at]));
}
