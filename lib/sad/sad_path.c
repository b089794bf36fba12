/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From parameters to the forms that workers read: a pair of selectors, outer header templates, inner MTU.
 * Pure functions over their arguments.
 */
#include "sad_path.h"

#include <emmintrin.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "wire_esp.h"
#include "wire_ip.h"

#define IP4_DF_WORD 0x0040 /* flags and offset as they lie in memory */
#define MTU_MAX     9216
#define SHAPE_FLAGS (SAD_F_ENCAP | SAD_F_OUTER6 | SAD_F_FAST | SAD_F_STREAM)

/*
 * What TCP with its usual option (RFC 7323) and the message's length have more than UDP: so a packet fits
 * into a segment. TCP would take longer ones, in pieces (RFC 9329 9.4).
 */
#define STREAM_MORE (20 + 12 + 2 - WIRE_UDP_BYTES)

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void sad_sel4_fill(const struct sad_range *local, const struct sad_range *remote, struct sad_sel4 *out)
{
    *out = (struct sad_sel4){
        .local_lo = load32(local->lo),
        .local_span = load32(local->hi) - load32(local->lo),
        .remote_lo = load32(remote->lo),
        .remote_span = load32(remote->hi) - load32(remote->lo),
        .local_port_lo = local->port_lo,
        .local_port_hi = local->port_hi,
        .remote_port_lo = remote->port_lo,
        .remote_port_hi = remote->port_hi,
        .local_proto = local->proto,
        .remote_proto = remote->proto,
    };
}

/* The mask of an IPv4 range that is a prefix for all protocols and ports, host order. */
static bool mask_find(const struct sad_range *r, uint32_t *mask)
{
    const uint32_t lo = load32(r->lo), free = lo ^ load32(r->hi);
    *mask = ~free;
    return r->family == BASE_AF_IP4 && r->proto == 0 && r->port_lo == 0 && r->port_hi == UINT16_MAX &&
           (free & (free + 1)) == 0 && (lo & free) == 0;
}

bool sad_addrs4_fill(const struct sad_range *src, const struct sad_range *dst, struct sad_addrs4 *out)
{
    uint32_t src_mask, dst_mask;
    if (!mask_find(src, &src_mask) || !mask_find(dst, &dst_mask))
        return false;
    out->care = __builtin_bswap64((uint64_t)src_mask << 32 | dst_mask);
    out->want = __builtin_bswap64((uint64_t)load32(src->lo) << 32 | load32(dst->lo));
    return true;
}

int sad_path_check(const struct esp_path *path, uint16_t outer_mtu)
{
    uint8_t family = path->local.addr.family;
    if (family != path->remote.addr.family || (family != BASE_AF_IP4 && family != BASE_AF_IP6))
        return -EINVAL;
    if (outer_mtu < (family == BASE_AF_IP4 ? WIRE_IP4_MIN_MTU : WIRE_IP6_MIN_MTU) || outer_mtu > MTU_MAX)
        return -EINVAL;
    return 0;
}

static uint8_t hdr_bytes_of(const struct esp_path *path, enum esp_way way)
{
    return (uint8_t)wire_esp_outer_len(path->local.addr.family, way != ESP_WAY_ESP);
}

/* In transport mode an inner packet's own header is the outer one. */
uint16_t sad_pair_inner_mtu(const struct sad_pair *pair, const struct sad_out *out, uint16_t outer_mtu)
{
    const struct esp_suite *suite = &pair->suite;
    const struct wire_esp_geom geom = {suite->iv_bytes, suite->icv_bytes, suite->align_bytes};
    const size_t before = out->hdr_bytes + (out->flags & SAD_F_STREAM ? STREAM_MORE : 0);
    return (uint16_t)(wire_esp_max_inner(&geom, outer_mtu, before) +
                      (pair->mode == ESP_MODE_TRANSPORT ? wire_ip_bytes(pair->map->is6) : 0));
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* What the outer IP header says that it carries. */
static uint8_t proto_of(enum esp_way way)
{
    return way == ESP_WAY_ESP ? WIRE_PROTO_ESP : WIRE_PROTO_UDP;
}

static void tmpl_ip4(struct sad_tmpl *t, const struct esp_path *path, enum esp_way way)
{
    uint8_t *ip = t->bytes;
    ip[0] = 0x45;
    ip[WIRE_IP4_AT_FRAG] = WIRE_IP4_DF >> 8;
    ip[WIRE_IP4_AT_TTL] = SAD_OUTER_TTL;
    ip[WIRE_IP4_AT_PROTO] = proto_of(way);
    memcpy(ip + WIRE_IP4_AT_SRC, path->local.addr.bytes, 4);
    memcpy(ip + WIRE_IP4_AT_DST, path->remote.addr.bytes, 4);
    for (size_t i = 0; i < WIRE_IP4_BYTES; i += 2) {
        uint16_t word;
        memcpy(&word, ip + i, 2);
        t->cksum += word;
    }
}

static void tmpl_ip6(struct sad_tmpl *t, const struct esp_path *path, enum esp_way way, uint32_t spi_out)
{
    uint8_t *ip = t->bytes;
    ip[0] = 0x60;
    /* One flow label per SA (RFC 6437 3): routers can spread SAs, and learn nothing about flows inside. */
    const uint32_t label = spi_out * 0x9e3779b1u >> 12;
    ip[1] = (uint8_t)(label >> 16);
    put16(ip + 2, (uint16_t)label);
    ip[WIRE_IP6_AT_NEXT] = proto_of(way);
    ip[WIRE_IP6_AT_HOPS] = SAD_OUTER_TTL;
    memcpy(ip + WIRE_IP6_AT_SRC, path->local.addr.bytes, 16);
    memcpy(ip + WIRE_IP6_AT_DST, path->remote.addr.bytes, 16);
}

void sad_tmpl_fill(struct sad_tmpl *t, const struct esp_path *path, enum esp_way way, uint32_t spi_out)
{
    memset(t, 0, sizeof *t);
    bool is6 = path->local.addr.family == BASE_AF_IP6;
    if (is6)
        tmpl_ip6(t, path, way, spi_out);
    else
        tmpl_ip4(t, path, way);
    uint8_t *p = t->bytes + (is6 ? WIRE_IP6_BYTES : WIRE_IP4_BYTES);
    if (way != ESP_WAY_ESP) {
        put16(p, path->local.port);
        put16(p + 2, path->remote.port);
        p += WIRE_UDP_BYTES;
    }
    put16(p, (uint16_t)(spi_out >> 16));
    put16(p + 2, (uint16_t)spi_out);
}

static uint16_t be16(uint16_t v)
{
    return __builtin_bswap16(v);
}

void sad_out_set_path(struct sad_out *out, const struct esp_path *path)
{
    struct sad_path4 p = {0};
    struct sad_tmpl t = {0};
    if (path->local.addr.family != BASE_AF_IP4)
        return;
    tmpl_ip4(&t, path, ESP_WAY_UDP);
    memcpy(&p.local_be, path->local.addr.bytes, 4);
    memcpy(&p.remote_be, path->remote.addr.bytes, 4);
    p.local_port_be = be16(path->local.port);
    p.remote_port_be = be16(path->remote.port);
    p.cksum = t.cksum - IP4_DF_WORD;
    _mm_store_si128((__m128i *)(void *)&out->path, _mm_load_si128((const __m128i *)(const void *)&p));
}

/* What the fast path is made for (SAD_F_FAST). */
static bool is_fast(const struct esp_path *path, const struct esp_suite *suite)
{
    return path->local.addr.family == BASE_AF_IP4 && suite->iv_bytes == 8 && suite->icv_bytes == 16 &&
           suite->align_bytes == 4;
}

static uint16_t shape_flags(const struct esp_path *path, enum esp_way way)
{
    return (uint16_t)((way != ESP_WAY_ESP ? SAD_F_ENCAP : 0) | (way == ESP_WAY_TCP ? SAD_F_STREAM : 0) |
                      (path->local.addr.family == BASE_AF_IP6 ? SAD_F_OUTER6 : 0));
}

void sad_out_set_shape(struct sad_out *out, const struct esp_path *path, enum esp_way way,
                       const struct esp_suite *suite)
{
    const bool fast = way == ESP_WAY_UDP && is_fast(path, suite) && !(out->flags & SAD_F_MAPPED);
    out->hdr_bytes = hdr_bytes_of(path, way);
    out->front_bytes = (uint16_t)(out->hdr_bytes + out->esp_bytes + SAD_L2_ROOM);
    out->flags = (uint16_t)((out->flags & ~SHAPE_FLAGS) | shape_flags(path, way) | (fast ? SAD_F_FAST : 0));
}

/* Plain ESP comes without ports, whatever those of IKE are. */
static void in_set_addrs(struct sad_in *in, const struct esp_path *path, enum esp_way way)
{
    const uint16_t port = way != ESP_WAY_ESP ? path->remote.port : 0;
    const uint8_t *remote = path->remote.addr.bytes;
    if (path->local.addr.family == BASE_AF_IP4) {
        uint32_t remote4;
        memcpy(&remote4, remote, 4);
        memcpy(&in->local4, path->local.addr.bytes, 4);
        atomic_store_explicit(&in->remote_key, sad_remote_key(remote4, be16(port)), memory_order_relaxed);
        return;
    }
    /* A worker that reads a half-written address reports a move that control then finds to be none. */
    memcpy(in->local6, path->local.addr.bytes, 16);
    memcpy(in->remote6, remote, 16);
    in->remote6_port = port;
}

void sad_in_set_path(struct sad_in *in, const struct esp_path *path, enum esp_way way,
                     const struct esp_suite *suite)
{
    const uint16_t kept = (uint16_t)(in->flags & ~SHAPE_FLAGS);
    in_set_addrs(in, path, way);
    /* The addresses of each family have fields of their own, so they are there before a worker looks at them.
     */
    __atomic_store_n(
        &in->flags,
        (uint16_t)(kept | shape_flags(path, way) |
                   (way != ESP_WAY_TCP && is_fast(path, suite) && !(kept & SAD_F_MAPPED) ? SAD_F_FAST : 0)),
        __ATOMIC_RELEASE);
}
