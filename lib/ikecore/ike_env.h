/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The engine's surroundings: all that it needs of the world is asked for by these functions. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "crypt_ike_ops.h"
#include "ike_path.h"

enum ike_rng_purpose {
    IKE_RNG_SPI,
    IKE_RNG_NONCE,
    IKE_RNG_IV,
    IKE_RNG_COOKIE,
    IKE_RNG_JITTER,
    IKE_RNG_HASH_SEED
};

/* What a child SA carried: inner packets and their bytes. */
struct ike_traffic {
    uint64_t in_pkts, in_bytes, out_pkts, out_bytes;
};

/* The engine's surroundings. All functions are called from within ike_on_*() and must not call back. */
struct ike_env {
    void *ctx;
    /* Fills buf with random bytes; may not fail. */
    void (*rng)(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len);
    const struct crypt_ike_ops *crypto;
    /* Reserves an inbound ESP SPI (not 0..255, slot of the SA table in it). 0, or -ENOSPC. */
    int (*spi_alloc)(void *ctx, uint32_t *spi);
    /* Gives back a reserved SPI that was never installed. */
    void (*spi_free)(void *ctx, uint32_t spi);
    /*
     * Our own address that packets to `remote` leave from; asked when a connection without local address
     * is initiated. 0, or -ENETUNREACH.
     */
    int (*local_for)(void *ctx, const struct base_addr *remote, struct base_addr *local);
    /*
     * A number for a connection, which its child SAs carry (esp_pair.conn). It stays as long as a connection
     * of this name is configured; then it is given back. 0: there is none. NULL: no connection has one.
     */
    uint32_t (*conn_open)(void *ctx);
    void (*conn_close)(void *ctx, uint32_t number);
    /*
     * MTU of the port that packets to `remote` leave by, 0: there is no way there. NULL: it is not known, and
     * paths are not probed.
     */
    uint16_t (*mtu_for)(void *ctx, const struct base_addr *remote);
    /* An IKE SPI of ours belongs to an SA that lives, or to none any more: its messages go before those of
     * strangers. NULL: nobody asks. */
    void (*spi_known)(void *ctx, uint64_t ike_spi, bool is_known);
    /*
     * Asks for the addresses of a host name, on behalf of a connection: IKE_EV_RESOLVED tells them. 0, or
     * negative: it cannot be asked now. NULL: there is no resolver.
     */
    int (*resolve)(void *ctx, const char *conn, const char *host);
    /* Whether `local` is an address of ours on a port that has a link, and packets to `remote` leave by it.
     * NULL: always. */
    bool (*is_usable)(void *ctx, const struct base_addr *local, const struct base_addr *remote);
    /* Our addresses on outside ports, up to `max` of them; how many. NULL: they are not known. */
    size_t (*own_addrs)(void *ctx, struct base_addr *out, size_t max);
    /* What the child SA with this inbound SPI carried since it was installed; zeros: it is not installed.
     * NULL: nobody counts. */
    struct ike_traffic (*traffic)(void *ctx, uint32_t spi_in);
    /*
     * Opens a connection of TCP from path->local.addr to path->remote, and fills path->local.port. What is
     * sent on it waits until it is up; that it did not come up, or is no more, IKE_EV_STREAM_ENDED tells. 0,
     * or -errno. NULL: there is no TCP.
     */
    int (*stream_open)(void *ctx, struct ike_path *path);
    /* One more, or one less, IKE SA goes by this connection. What none goes by is closed. With stream_open.
     */
    void (*stream_hold)(void *ctx, const struct ike_path *path, bool holds);
    /* Seconds since 1970, which certificates are held against. NULL: it is 1970. */
    int64_t (*calendar)(void *ctx);
};
