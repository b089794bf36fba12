/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Path MTU discovery for tunnels. An error is believed when it quotes an SPI that we send with, between the
 * addresses that we send it between: somebody who does not see our packets cannot know it. It never lowers an
 * MTU below what every path carries.
 */
#include "node_pmtu.h"

#include "host_log.h"
#include "node_int.h"
#include "wire_icmp.h"

#define ERRORS_PER_SECOND 10 /* each costs a walk over the SAs */
#define RESTORE_NS        (600 * BASE_NS_PER_S)
#define UDP_HEADER_BYTES  8

/* Reads which MTU an error asks for, 0 when it is about something else, and which SPI it quotes. */
static uint32_t pmtu_read_error(const struct dp_punt *punt, struct wire_icmp_quote *quote, uint32_t *spi)
{
    struct base_reader r = base_reader(punt->payload);
    const bool is_ip4 = punt->dst.addr.family == BASE_AF_IP4;
    const uint8_t type = base_read_u8(&r), code = base_read_u8(&r);
    base_read_u16(&r); /* checksum: verified where the packet was classified, or the quote will not match */
    const uint32_t arg = base_read_u32(&r);
    const struct base_span body = base_read_rest(&r);
    if (r.failed || (is_ip4 ? type != WIRE_ICMP4_UNREACHABLE || code != WIRE_ICMP4_FRAG_NEEDED
                            : type != WIRE_ICMP6_TOO_BIG))
        return 0;
    if ((is_ip4 ? wire_icmp4_quote_parse(body, quote) : wire_icmp6_quote_parse(body, quote)) != WIRE_PKT_OK)
        return 0;
    struct base_reader u = base_reader(quote->upper);
    if (quote->proto == WIRE_PROTO_UDP)
        base_read_span(&u, UDP_HEADER_BYTES);
    *spi = base_read_u32(&u);
    return u.failed ? 0 : is_ip4 ? arg & 0xffff : arg;
}

static bool pmtu_find(const struct node *node, const struct wire_icmp_quote *quote, uint32_t spi,
                      struct sad_stats *out)
{
    uint32_t cursor = 0;
    while (sad_next(node->sad, &cursor, out))
        if (out->spi_out == spi && base_addr_equal(&out->path.local.addr, &quote->src) &&
            base_addr_equal(&out->path.remote.addr, &quote->dst))
            return true;
    return false;
}

static bool is_within_rate(struct node *node)
{
    if (base_time_since(node->now, node->pmtu.window) >= BASE_NS_PER_S) {
        node->pmtu.window = node->now;
        node->pmtu.errors = 0;
    }
    return node->pmtu.errors++ < ERRORS_PER_SECOND;
}

void node_pmtu_error(struct node *node, const struct dp_punt *punt)
{
    const uint32_t floor = punt->dst.addr.family == BASE_AF_IP4 ? 576 : 1280;
    struct wire_icmp_quote quote;
    struct sad_stats sa;
    uint32_t spi;
    uint32_t mtu = pmtu_read_error(punt, &quote, &spi);
    if (mtu == 0 || !is_within_rate(node) || !pmtu_find(node, &quote, spi, &sa))
        return;
    if (mtu < floor)
        mtu = floor;
    if (mtu >= sa.outer_mtu || sad_set_mtu(node->sad, sa.spi_in, (uint16_t)mtu) < 0)
        return;
    node->pmtu.restore_at = base_time_add(node->now, RESTORE_NS);
    char router[BASE_ADDR_TEXT_MAX];
    host_log(HOST_NOTICE, "event=path_mtu spi_in=0x%08x outer_mtu=%u was=%u told_by=%s", sa.spi_in, mtu,
             sa.outer_mtu, base_addr_text(&punt->src.addr, router));
}

void node_pmtu_tick(struct node *node)
{
    struct sad_stats sa;
    uint32_t cursor = 0;
    if (!base_time_reached(node->pmtu.restore_at, node->now))
        return;
    node->pmtu.restore_at = BASE_TIME_NEVER;
    while (sad_next(node->sad, &cursor, &sa)) {
        struct base_addr local;
        uint16_t mtu;
        if (dp_route_find(node->dp, &sa.path.remote.addr, &local, &mtu) == 0 && mtu > sa.outer_mtu)
            sad_set_mtu(node->sad, sa.spi_in, mtu);
    }
}
