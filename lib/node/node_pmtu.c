/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Path MTU discovery for tunnels. Which errors are believed, and why, is told in node_pmtu.h; each ends in
 * one counter.
 */
#include "node_pmtu.h"

#include "host_log.h"
#include "node_event.h"
#include "node_int.h"
#include "wire_icmp.h"

#define ERRORS_PER_SECOND 10 /* of each kind */
#define UDP_REST_BYTES    4  /* behind the ports */
/* Packets of an SA that an error may be about, the newest ones: a third of a second of large ones at 10
 * Gbit/s, and of a number that is guessed one in 16,384. */
#define SENT_LATELY       (1u << 18)

/* What an error says: a packet between these two did not fit. */
struct pmtu_claim {
    struct base_endpoint from, to; /* ports: of UDP, else 0 */
    uint32_t mtu;
    uint32_t spi; /* has_spi */
    uint32_t seq; /* has_seq; lower half, as sent */
    bool is_udp, has_spi, has_seq;
};

static bool pmtu_sum_is_right(const struct dp_punt *punt)
{
    if (punt->dst.addr.family == BASE_AF_IP4)
        return wire_csum(punt->payload) == 0;
    const uint64_t sum = wire_csum_pseudo6(punt->src.addr.bytes, punt->dst.addr.bytes, WIRE_PROTO_ICMP6,
                                           (uint32_t)punt->payload.len);
    return wire_csum_fold(wire_csum_add(sum, punt->payload)) == 0;
}

/* What is quoted of our packet. False: nothing that could be ours. */
static bool pmtu_read_quote(struct base_span body, bool is_ip4, struct pmtu_claim *claim)
{
    struct wire_icmp_quote quote;
    if ((is_ip4 ? wire_icmp4_quote_parse(body, &quote) : wire_icmp6_quote_parse(body, &quote)) != WIRE_PKT_OK)
        return false;
    struct base_reader u = base_reader(quote.upper);
    claim->from.addr = quote.src;
    claim->to.addr = quote.dst;
    claim->is_udp = quote.proto == WIRE_PROTO_UDP;
    if (claim->is_udp) {
        claim->from.port = base_read_u16(&u);
        claim->to.port = base_read_u16(&u);
        base_read_span(&u, UDP_REST_BYTES);
    }
    claim->spi = base_read_u32(&u);
    claim->has_spi = !u.failed;
    claim->seq = base_read_u32(&u);
    claim->has_seq = !u.failed;
    return claim->is_udp || quote.proto == WIRE_PROTO_ESP;
}

/* The counter of an error that is no claim; NULL: it is one. A claim for nothing is one, too. */
static uint64_t *pmtu_read(struct node_own_counters *count, const struct dp_punt *punt,
                           struct pmtu_claim *claim)
{
    struct base_reader r = base_reader(punt->payload);
    const bool is_ip4 = punt->dst.addr.family == BASE_AF_IP4;
    const uint8_t type = base_read_u8(&r), code = base_read_u8(&r);
    base_read_u16(&r); /* checksum */
    const uint32_t arg = base_read_u32(&r);
    if (r.failed || !pmtu_sum_is_right(punt))
        return &count->icmp_broken;
    if (is_ip4 ? type != WIRE_ICMP4_UNREACHABLE || code != WIRE_ICMP4_FRAG_NEEDED
               : type != WIRE_ICMP6_TOO_BIG)
        return &count->icmp_other;
    *claim = (struct pmtu_claim){.mtu = is_ip4 ? arg & 0xffff : arg};
    return pmtu_read_quote(base_read_rest(&r), is_ip4, claim) && claim->mtu ? NULL : &count->pmtu_unknown;
}

static bool pmtu_is_between(const struct pmtu_claim *claim, const struct esp_path *path)
{
    return base_addr_equal(&path->local.addr, &claim->from.addr) &&
           base_addr_equal(&path->remote.addr, &claim->to.addr) &&
           (!claim->is_udp || (path->local.port == claim->from.port && path->remote.port == claim->to.port));
}

static bool pmtu_was_sent_lately(const struct pmtu_claim *claim, uint64_t sent)
{
    const uint32_t age = (uint32_t)sent - claim->seq;
    return !claim->has_seq || (age < sent && age < SENT_LATELY);
}

/* All that is quoted must be as in a packet of the SA. */
static bool pmtu_is_about(const struct pmtu_claim *claim, const struct sad_stats *sa)
{
    return pmtu_is_between(claim, &sa->path) && sa->encap == claim->is_udp &&
           (!claim->has_spi || (sa->spi_out == claim->spi && pmtu_was_sent_lately(claim, sa->out.seq)));
}

static bool pmtu_is_within_rate(struct node *node, const struct pmtu_claim *claim)
{
    struct node_pmtu *p = &node->pmtu;
    if (base_time_since(node->now, p->window) >= BASE_NS_PER_S) {
        p->window = node->now;
        p->errors = p->guesses = 0;
    }
    return (claim->has_spi ? p->errors++ : p->guesses++) < ERRORS_PER_SECOND;
}

/* A pair whose IKE goes between the ends of what is quoted, which may be a packet of that; 0: there is none.
 */
static uint32_t pmtu_between(const struct node *node, const struct pmtu_claim *claim)
{
    struct sad_stats sa;
    uint32_t cursor = 0, spi_in = 0;
    while (claim->is_udp && sad_next(node->sad, &cursor, &sa)) {
        if (!pmtu_is_between(claim, &sa.path))
            continue;
        /* What has an SA's SPI and was not that SA's is no IKE. */
        if (claim->has_spi && sa.encap && sa.spi_out == claim->spi)
            return 0;
        spi_in = spi_in ? spi_in : sa.spi_in;
    }
    return spi_in;
}

/* What a claim came to: the counter for it, and the pair that control is to hear of; 0: none. */
struct pmtu_outcome {
    uint64_t *count;
    uint32_t spi_in;
    bool is_sure;
};

/* Lowers what the claim is about. */
static struct pmtu_outcome pmtu_apply(struct node *node, const struct pmtu_claim *claim, uint32_t mtu,
                                      const struct dp_punt *punt)
{
    struct sad_stats sa, first;
    uint32_t cursor = 0, seen = 0, lowered = 0;
    while (sad_next(node->sad, &cursor, &sa) && !(seen && claim->has_spi)) {
        if (!pmtu_is_about(claim, &sa))
            continue;
        seen = seen ? seen : sa.spi_in;
        if (mtu >= sa.outer_mtu || sad_set_mtu(node->sad, sa.spi_in, (uint16_t)mtu) < 0)
            continue;
        if (lowered++ == 0)
            first = sa;
    }
    if (!seen) {
        const uint32_t spi_in = pmtu_between(node, claim);
        return (struct pmtu_outcome){spi_in ? &node->own.pmtu_other : &node->own.pmtu_unknown, spi_in, false};
    }
    if (!lowered)
        return (struct pmtu_outcome){&node->own.pmtu_known, seen, true};
    char router[BASE_ADDR_TEXT_MAX];
    host_log(HOST_NOTICE, "event=path_mtu spi_in=0x%08x outer_mtu=%u was=%u sas=%u quoted=%s told_by=%s",
             first.spi_in, mtu, first.outer_mtu, lowered, claim->has_spi ? "spi" : "ports",
             base_addr_text(&punt->src.addr, router));
    return (struct pmtu_outcome){&node->own.pmtu_lowered, first.spi_in, true};
}

bool node_pmtu_error(struct node *node, const struct dp_punt *punt, struct node_event *out)
{
    const uint32_t floor = punt->dst.addr.family == BASE_AF_IP4 ? WIRE_IP4_MIN_MTU : WIRE_IP6_MIN_MTU;
    struct pmtu_claim claim = {0};
    struct pmtu_outcome o = {.count = pmtu_read(&node->own, punt, &claim)};
    const uint32_t mtu = claim.mtu < floor ? floor : claim.mtu < UINT16_MAX ? claim.mtu : UINT16_MAX;
    if (!o.count && !pmtu_is_within_rate(node, &claim))
        o.count = &node->own.pmtu_limited;
    if (!o.count)
        o = pmtu_apply(node, &claim, mtu, punt);
    ++*o.count;
    out->type = NODE_EV_PATH_MTU;
    out->spi_in = o.spi_in;
    out->path_mtu = (struct node_path_mtu){(uint16_t)mtu, o.is_sure};
    return o.spi_in != 0;
}
