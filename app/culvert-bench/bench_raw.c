/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cycles per packet of direct GCM calls. The window is 512 packets over a ring of 1,024 buffers, so that
 * payloads come from the second-level cache as they would from a NIC. IVs and AADs are written a pass before
 * the call that reads them: written right before, they would wait in the store buffer and add tens of cycles.
 * What is opened was sealed just before, outside the timed part, and each ICV is compared.
 */
#include "bench_raw.h"

#include <errno.h>
#include <intel-ipsec-mb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench_mix.h"

#define RING_PKTS   1024u
#define WINDOW_PKTS 512u
#define AHEAD_PKTS  4u
#define AAD_BYTES   12 /* SPI and 64-bit sequence number, RFC 4106 5 */
#define ICV_BYTES   16
#define KEY_STRIDE  ((sizeof(struct gcm_key_data) + 63) & ~63ul)

/* As far apart as DPDK's default mbufs are: a power of two would crowd a few cache sets. */
struct raw_pkt {
    uint8_t iv[16];
    uint8_t aad[16];
    uint8_t icv[ICV_BYTES];
    uint8_t icv_seen[ICV_BYTES];
    uint8_t payload[2368 - 64];
};

struct raw_bench {
    const struct bench_raw_case *c;
    IMB_MGR *mgr;
    uint8_t *keys; /* c->sas schedules, KEY_STRIDE apart */
    size_t keys_bytes;
    struct raw_pkt *ring; /* RING_PKTS */
    uint32_t len[RING_PKTS];
    uint32_t sa[RING_PKTS];
    uint64_t seq;
    uint64_t rng;
    uint32_t bad_icvs;
    uint32_t at; /* where the payload begins, past a multiple of 64 bytes */
};

static uint32_t rng_below(struct raw_bench *b, uint32_t n)
{
    b->rng ^= b->rng << 13;
    b->rng ^= b->rng >> 7;
    b->rng ^= b->rng << 17;
    return (uint32_t)((b->rng >> 32) * n >> 32);
}

static const struct gcm_key_data *key_of(const struct raw_bench *b, uint32_t i)
{
    return (const struct gcm_key_data *)(b->keys + (size_t)b->sa[i] * KEY_STRIDE);
}

/* The round keys lie at the front of a schedule and the low hash powers at its end. Not __builtin_prefetch():
 * gcc takes a function that does nothing else for one without effect, and drops its calls. */
static void key_prefetch(const struct raw_bench *b, uint32_t i)
{
    const uint8_t *key = (const uint8_t *)key_of(b, i);
    uint32_t front = b->c->key_bits == 128 ? 192 : 256;
    uint32_t hash = (b->len[i] + 63) & ~63u;
    size_t back = (sizeof(struct gcm_key_data) - (hash < 768 ? hash : 768)) & ~63ul;
    for (size_t at = 0; at < front; at += 64)
        __asm__ volatile("prefetcht0 %0" ::"m"(key[at]));
    for (size_t at = back > front ? back : front; at < sizeof(struct gcm_key_data); at += 64)
        __asm__ volatile("prefetcht0 %0" ::"m"(key[at]));
}

static void ring_prepare(struct raw_bench *b, uint32_t from)
{
    for (uint32_t i = from; i < from + WINDOW_PKTS; i++) {
        struct raw_pkt *p = &b->ring[i];
        uint64_t seq = ++b->seq;
        b->sa[i] = b->c->sas > 1 ? rng_below(b, b->c->sas) : 0;
        memcpy(p->iv + 4, &seq, 8);
        memcpy(p->aad + 4, &seq, 8);
    }
}

static inline __attribute__((always_inline)) void seal_window(struct raw_bench *b, aes_gcm_enc_dec_t gcm,
                                                              uint32_t from, bool ahead)
{
    struct gcm_context_data ctx;
    for (uint32_t i = from; i < from + WINDOW_PKTS; i++) {
        struct raw_pkt *p = &b->ring[i];
        if (ahead)
            key_prefetch(b, (i + AHEAD_PKTS) % RING_PKTS);
        gcm(key_of(b, i), &ctx, p->payload + b->at, p->payload + b->at, b->len[i], p->iv, p->aad, AAD_BYTES,
            p->icv, ICV_BYTES);
    }
}

static inline __attribute__((always_inline)) void open_window(struct raw_bench *b, aes_gcm_enc_dec_t gcm,
                                                              uint32_t from, bool ahead)
{
    struct gcm_context_data ctx;
    for (uint32_t i = from; i < from + WINDOW_PKTS; i++) {
        struct raw_pkt *p = &b->ring[i];
        if (ahead)
            key_prefetch(b, (i + AHEAD_PKTS) % RING_PKTS);
        gcm(key_of(b, i), &ctx, p->payload + b->at, p->payload + b->at, b->len[i], p->iv, p->aad, AAD_BYTES,
            p->icv_seen, ICV_BYTES);
        b->bad_icvs += memcmp(p->icv, p->icv_seen, ICV_BYTES) != 0;
    }
}

/* One turn of the ring: two timed windows. */
static void ring_turn(struct raw_bench *b, aes_gcm_enc_dec_t seal, aes_gcm_enc_dec_t open,
                      struct bench_series *s)
{
    for (uint32_t from = 0; from < RING_PKTS; from += WINDOW_PKTS)
        ring_prepare(b, from);
    bench_series_start(s);
    for (uint32_t from = 0; from < RING_PKTS; from += WINDOW_PKTS) {
        uint64_t tsc = bench_tsc();
        if (b->c->is_prefetched)
            seal_window(b, seal, from, true);
        else
            seal_window(b, seal, from, false);
        if (!b->c->is_open)
            bench_series_window(s, bench_tsc() - tsc, WINDOW_PKTS);
    }
    bench_series_start(s);
    for (uint32_t from = 0; b->c->is_open && from < RING_PKTS; from += WINDOW_PKTS) {
        uint64_t tsc = bench_tsc();
        if (b->c->is_prefetched)
            open_window(b, open, from, true);
        else
            open_window(b, open, from, false);
        bench_series_window(s, bench_tsc() - tsc, WINDOW_PKTS);
    }
}

static void keys_expand(struct raw_bench *b)
{
    for (uint32_t k = 0; k < b->c->sas; k++) {
        uint8_t key[32];
        struct gcm_key_data *at = (struct gcm_key_data *)(b->keys + (size_t)k * KEY_STRIDE);
        for (uint32_t i = 0; i < sizeof(key); i++)
            key[i] = (uint8_t)rng_below(b, 256);
        if (b->c->key_bits == 128)
            IMB_AES128_GCM_PRE(b->mgr, key, at);
        else
            IMB_AES256_GCM_PRE(b->mgr, key, at);
    }
}

/* Returns zeroed memory on 2 MiB boundaries, in huge pages if the kernel has them to give; NULL if it has
 * not. */
static void *huge_alloc(size_t *bytes)
{
    *bytes = (*bytes + (2ul << 20) - 1) & ~((2ul << 20) - 1);
    void *p = aligned_alloc(2ul << 20, *bytes);
    if (!p)
        return NULL;
    madvise(p, *bytes, MADV_HUGEPAGE);
    return memset(p, 0, *bytes);
}

static int raw_init(struct raw_bench *b)
{
    size_t ring_bytes = RING_PKTS * sizeof(struct raw_pkt);
    if (b->c->is_frame) /* behind Ethernet, and when opened behind IP, UDP, ESP and IV too: never aligned */
        b->at = b->c->is_open ? 58 : 14;
    b->rng = 0x9e3779b97f4a7c15ull;
    b->keys_bytes = b->c->sas * KEY_STRIDE;
    b->mgr = alloc_mb_mgr(0);
    b->keys = huge_alloc(&b->keys_bytes);
    b->ring = huge_alloc(&ring_bytes);
    if (!b->mgr || !b->keys || !b->ring)
        return -ENOMEM;
    init_mb_mgr_auto(b->mgr, NULL);
    keys_expand(b);
    for (uint32_t i = 0; i < RING_PKTS; i++) {
        uint32_t size = bench_mix_frame(b->c->size, i);
        b->len[i] = b->c->is_frame ? bench_mix_sealed(size) : size;
        b->ring[i].iv[15] = 1; /* the first counter block, RFC 4106 4 */
    }
    return 0;
}

static void raw_tell(const struct bench_raw_case *c, int rc)
{
    if (rc == -EBADMSG)
        fprintf(stderr, "culvert-bench: AES-GCM alone: intel-ipsec-mb refuses what it sealed itself: the "
                        "library is broken, and no figure of it counts\n");
    else
        fprintf(stderr, "culvert-bench: AES-GCM alone, %u key schedules: %s\n", c->sas, strerror(-rc));
}

int bench_raw_run(const struct bench_raw_case *c, struct bench_result *out)
{
    struct raw_bench b = {.c = c};
    struct bench_series s;
    int rc = raw_init(&b);
    bench_series_init(&s, c->windows);
    for (uint32_t run = 0; !rc && !bench_series_is_done(&s, c->runs); run++) {
        bool is_wide = c->key_bits == 256;
        for (uint32_t w = 0; w < c->windows; w += 2)
            ring_turn(&b, is_wide ? b.mgr->gcm256_enc : b.mgr->gcm128_enc,
                      is_wide ? b.mgr->gcm256_dec : b.mgr->gcm128_dec, &s);
        if (run == 0)
            s.count = 0; /* warm-up */
        bench_series_run_end(&s);
    }
    *out = bench_series_result(&s);
    if (!rc && b.bad_icvs)
        rc = -EBADMSG;
    if (rc)
        raw_tell(c, rc);
    bench_series_fini(&s);
    free(b.ring);
    free(b.keys);
    if (b.mgr)
        free_mb_mgr(b.mgr);
    return rc;
}
