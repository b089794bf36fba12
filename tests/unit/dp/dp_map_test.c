/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Transport mode between the hosts of two gateways, each of which sees the other behind a NAT: what one host
 * sends is what the other gets, with addresses and checksums as its own stack wants them.
 */
#include "dp_worker.h"
#include "dp_map.h"
#include "dp_rig.h"
#include "wire_icmp.h"

#define L2     14
#define PORT_A 1701
#define PORT_B 7000

/* Who is where: A and B as they are, and as the other one sees them. */
struct names {
    const char *a, *b, *a_seen, *b_seen;
};
static const struct names names4 = {"192.0.2.1", "192.0.2.2", "192.0.2.77", "192.0.2.88"};
static const struct names names6 = {"2001:db8::1", "2001:db8::2", "2001:db8::77", "2001:db8::88"};

static bool rig_is6;

static const struct names *names_of(void)
{
    return rig_is6 ? &names6 : &names4;
}

static struct esp_pair transport_pair(unsigned n, enum esp_way way)
{
    const struct names *e = names_of();
    struct esp_pair p = rig_pair(n, &rig_gcm128, NULL, true, way == ESP_WAY_UDP);
    const char *own = n == 1 ? e->a : e->b, *peer = n == 1 ? e->b_seen : e->a_seen;
    p.mode = ESP_MODE_TRANSPORT;
    p.ends = (struct esp_ends){rig_ip(own), rig_ip(peer)};
    p.ends_in = n == 1 ? (struct esp_ends){rig_ip(e->a_seen), rig_ip(e->b)}
                       : (struct esp_ends){rig_ip(e->b_seen), rig_ip(e->a)};
    p.local_ts = rig_ts(rig_text(rig_is6 ? "2001:db8::%u/128" : "192.0.2.%u/32", n));
    p.remote_ts = rig_ts(rig_text(rig_is6 ? "2001:db8::%u/128" : "192.0.2.%u/32",
                                  n == 1 ? (rig_is6 ? 0x88 : 88) : (rig_is6 ? 0x77 : 77)));
    p.remote_ts.list[0].lo = p.remote_ts.list[0].hi = p.ends.remote;
    p.path.local.addr = p.ends.local;
    p.path.remote.addr = p.ends.remote;
    return p;
}

static struct rig transport_rig_with(struct esp_pair *a, struct esp_pair *b)
{
    const struct names *e = names_of();
    struct rig r = {.tsc = RIG_HZ};
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    rig_neighbour(r.a.dp, RIG_OUTSIDE, e->b_seen, 0x22);
    rig_neighbour(r.b.dp, RIG_OUTSIDE, e->a_seen, 0x21);
    r.a.dp->ports[RIG_OUTSIDE].params.has_host = r.b.dp->ports[RIG_OUTSIDE].params.has_host = true;
    rig_connect(&r, a, b);
    return r;
}

static struct rig transport_rig(enum esp_way way)
{
    rig_eal();
    struct esp_pair a = transport_pair(1, way), b = transport_pair(2, way);
    return transport_rig_with(&a, &b);
}

static uint16_t full_csum(const uint8_t *ip, uint32_t len)
{
    const bool is6 = ip[0] >> 4 == 6;
    const uint32_t at = wire_ip_bytes(is6);
    const uint8_t proto = ip[wire_ip_proto_at(is6)];
    uint64_t sum =
        proto == WIRE_PROTO_ICMP4 ? 0
        : is6                     ? wire_csum_pseudo6(ip + 8, ip + 24, proto, len - at)
              : wire_csum_pseudo4(dp_load32(ip + 12), dp_load32(ip + 16), proto, (uint16_t)(len - at));
    return wire_csum_fold(wire_csum_add(sum, base_span(ip + at, len - at)));
}

static uint32_t csum_place(uint8_t proto)
{
    return proto == WIRE_PROTO_TCP ? 16 : proto == WIRE_PROTO_UDP ? 6 : 2;
}

/* An IP packet of len bytes as a host's stack makes it. */
static struct rte_mbuf *host_packet(const char *from, const char *to, uint8_t proto, uint32_t len)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    const struct base_addr src = rig_ip(from), dst = rig_ip(to);
    const uint32_t at = wire_ip_bytes(rig_is6);
    assert_non_null(m);
    uint8_t *ip = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)len);
    assert_non_null(ip);
    memset(ip, 0, at);
    for (uint32_t i = at; i < len; i++)
        ip[i] = (uint8_t)(i * 7 + proto);
    if (rig_is6) {
        ip[0] = 0x60;
        dp_put16(ip + 4, (uint16_t)(len - at));
        ip[6] = proto;
        ip[7] = 64;
    } else {
        ip[0] = 0x45;
        dp_put16(ip + 2, (uint16_t)len);
        ip[8] = 64;
        ip[9] = proto;
    }
    memcpy(ip + wire_ip_src_at(rig_is6), src.bytes, wire_ip_addr_bytes(rig_is6));
    memcpy(ip + wire_ip_dst_at(rig_is6), dst.bytes, wire_ip_addr_bytes(rig_is6));
    if (!rig_is6)
        dp_ip4_cksum_fill(ip, 20);
    if (proto == WIRE_PROTO_ICMP4 || proto == WIRE_PROTO_ICMP6) {
        ip[at] = rig_is6 ? 129 : 0; /* an echo reply, which nobody answers */
        ip[at + 1] = 0;
    } else {
        dp_put16(ip + at, strcmp(from, names_of()->a) == 0 ? PORT_A : PORT_B);
        dp_put16(ip + at + 2, strcmp(from, names_of()->a) == 0 ? PORT_B : PORT_A);
        if (proto == WIRE_PROTO_UDP)
            dp_put16(ip + at + 4, (uint16_t)(len - at));
    }
    dp_store16(ip + at + csum_place(proto), 0);
    dp_store16(ip + at + csum_place(proto), full_csum(ip, len));
    return m;
}

/* Both NATs: the frame gets the other end's addresses, as it is known there. */
static void nats_pass(struct rte_mbuf *m, bool from_a)
{
    const struct names *e = names_of();
    const struct base_addr src = rig_ip(from_a ? e->a_seen : e->b_seen), dst = rig_ip(from_a ? e->b : e->a);
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, L2);
    const bool is6 = ip[0] >> 4 == 6;
    if (is6) { /* the checksum of the UDP around it */
        const uint8_t *had = ip + 8;
        uint64_t sum = (uint16_t)~dp_load16(ip + 46);
        for (int i = 0; i < 32; i += 2)
            sum += (uint16_t)~dp_load16(had + i);
        sum = wire_csum_add(wire_csum_add(sum, base_span(src.bytes, 16)), base_span(dst.bytes, 16));
        if (ip[6] == WIRE_PROTO_UDP)
            dp_store16(ip + 46, wire_csum_fold(sum));
    }
    memcpy(ip + wire_ip_src_at(is6), src.bytes, wire_ip_addr_bytes(is6));
    memcpy(ip + wire_ip_dst_at(is6), dst.bytes, wire_ip_addr_bytes(is6));
    if (!is6)
        dp_ip4_cksum_fill(ip, 20);
}

/* What the host of a gateway sends goes through both NATs to the other gateway. Returns how many frames that
 * took. */
static unsigned carry(struct rig *r, bool from_a, struct rte_mbuf *packet)
{
    struct rig_gateway *from = from_a ? &r->a : &r->b, *to = from_a ? &r->b : &r->a;
    unsigned n = 0;
    assert_true(dp_host_send(from->dp, packet));
    dp_turn(from->w);
    for (struct rte_mbuf *m; (m = rig_out(from, RIG_OUTSIDE)); n++) {
        nats_pass(m, from_a);
        rig_in(r, to, RIG_OUTSIDE, m);
    }
    return n;
}

/* It has these addresses, and its checksum is right (0: or is zero). */
static void assert_host_got(struct rig_gateway *g, const char *from, const char *to, uint32_t len,
                            bool has_csum)
{
    uint16_t port;
    struct rte_mbuf *m = dp_host_pop(g->dp, &port);
    const struct base_addr src = rig_ip(from), dst = rig_ip(to);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    const uint32_t at = wire_ip_bytes(rig_is6);
    assert_int_equal(m->pkt_len, len);
    assert_int_equal(wire_ip_len(ip, rig_is6), len);
    assert_memory_equal(ip + wire_ip_src_at(rig_is6), src.bytes, wire_ip_addr_bytes(rig_is6));
    assert_memory_equal(ip + wire_ip_dst_at(rig_is6), dst.bytes, wire_ip_addr_bytes(rig_is6));
    if (!rig_is6)
        assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
    if (has_csum)
        assert_int_equal(full_csum(ip, len), 0);
    else
        assert_int_equal(dp_get16(ip + at + csum_place(ip[wire_ip_proto_at(rig_is6)])), 0);
    rte_pktmbuf_free(m);
}

static void each_protocol_arrives_with_the_receivers_addresses_and_checksum(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        rig_is6 = i & 1;
        const struct names *e = names_of();
        const uint8_t protos[] = {WIRE_PROTO_TCP, WIRE_PROTO_UDP,
                                  rig_is6 ? WIRE_PROTO_ICMP6 : WIRE_PROTO_ICMP4};
        struct rig r = transport_rig(i & 2 ? ESP_WAY_UDP : ESP_WAY_ESP);
        for (size_t k = 0; k < sizeof protos; k++)
            for (uint32_t len = 80; len < 88; len++) {
                assert_int_equal(carry(&r, true, host_packet(e->a, e->b_seen, protos[k], len)), 1);
                assert_host_got(&r.b, e->a_seen, e->b, len, true);
                assert_int_equal(carry(&r, false, host_packet(e->b, e->a_seen, protos[k], len)), 1);
                assert_host_got(&r.a, e->b_seen, e->a, len, true);
            }
        rig_free(&r);
    }
}

/* The peer told none of its addresses (RFC 3948 3.1.2), so the sum that came tells nothing. */
static void a_checksum_over_unknown_addresses_is_made_anew(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        rig_eal();
        rig_is6 = i;
        const struct names *e = names_of();
        const uint8_t protos[] = {WIRE_PROTO_TCP, WIRE_PROTO_UDP,
                                  rig_is6 ? WIRE_PROTO_ICMP6 : WIRE_PROTO_ICMP4};
        struct esp_pair a = transport_pair(1, ESP_WAY_UDP), b = transport_pair(2, ESP_WAY_UDP);
        b.ends_in = b.ends;
        b.sums_anew = true;
        struct rig r = transport_rig_with(&a, &b);
        for (size_t k = 0; k < sizeof protos; k++)
            for (uint32_t len = 80; len < 84; len++) {
                assert_int_equal(carry(&r, true, host_packet(e->a, e->b_seen, protos[k], len)), 1);
                assert_host_got(&r.b, e->a_seen, e->b, len, true);
            }
        struct rte_mbuf *m = host_packet(e->a, e->b_seen, WIRE_PROTO_UDP, 90);
        dp_store16(rte_pktmbuf_mtod_offset(m, uint8_t *, wire_ip_bytes(rig_is6) + 6), 0);
        assert_int_equal(carry(&r, true, m), 1);
        assert_host_got(&r.b, e->a_seen, e->b, 90, false);
        m = host_packet(e->a, e->b_seen, WIRE_PROTO_UDP, 90); /* with padding of RFC 4303 2.7 */
        dp_put16(rte_pktmbuf_mtod_offset(m, uint8_t *, wire_ip_bytes(rig_is6) + 4), 20);
        assert_int_equal(carry(&r, true, m), 1);
        uint16_t port;
        m = dp_host_pop(r.b.dp, &port);
        assert_non_null(m);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        assert_int_equal(full_csum(ip, wire_ip_bytes(rig_is6) + 20), 0);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

static void a_datagram_without_a_checksum_stays_without_one(void **state)
{
    (void)state;
    rig_is6 = false;
    struct rig r = transport_rig(ESP_WAY_UDP);
    struct rte_mbuf *m = host_packet(names4.a, names4.b_seen, WIRE_PROTO_UDP, 90);
    dp_store16(rte_pktmbuf_mtod(m, uint8_t *) + 26, 0);
    assert_int_equal(carry(&r, true, m), 1);
    assert_host_got(&r.b, names4.a_seen, names4.b, 90, false);
    rig_free(&r);
}

/* The header is the packet's own: what of it says how far it came (RFC 5082), and its marks, arrive. */
static void the_hop_limit_and_the_marks_go_along(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        uint16_t port;
        rig_is6 = i & 1;
        const struct names *e = names_of();
        struct rig r = transport_rig(i & 2 ? ESP_WAY_UDP : ESP_WAY_ESP);
        struct rte_mbuf *m = host_packet(e->a, e->b_seen, WIRE_PROTO_TCP, 90);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        ip[wire_ip_ttl_at(rig_is6)] = 255;
        if (rig_is6) {
            ip[0] = 0x6c;
            ip[1] = 0x10;
        } else {
            ip[WIRE_IP4_AT_TOS] = 0xc1;
            dp_ip4_cksum_fill(ip, 20);
        }
        assert_int_equal(carry(&r, true, m), 1);
        m = dp_host_pop(r.b.dp, &port);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod(m, uint8_t *);
        assert_int_equal(ip[wire_ip_ttl_at(rig_is6)], 255);
        assert_int_equal(rig_is6 ? ip[0] << 4 | ip[1] >> 4 : ip[WIRE_IP4_AT_TOS], rig_is6 ? 0x6c1 : 0xc1);
        if (!rig_is6)
            assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

/* The outer header's checksum holds with any TTL. */
static void the_outer_checksum_holds_with_any_ttl(void **state)
{
    (void)state;
    rig_is6 = false;
    struct rig r = transport_rig(ESP_WAY_UDP);
    for (unsigned ttl = 1; ttl < 256; ttl += 2) {
        struct rte_mbuf *m = host_packet(names4.a, names4.b_seen, WIRE_PROTO_TCP, 90);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        ip[WIRE_IP4_AT_TTL] = (uint8_t)ttl;
        dp_ip4_cksum_fill(ip, 20);
        assert_true(dp_host_send(r.a.dp, m));
        dp_turn(r.a.w);
        m = rig_out(&r.a, RIG_OUTSIDE);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod_offset(m, uint8_t *, L2);
        assert_int_equal(ip[WIRE_IP4_AT_TTL], ttl);
        assert_int_equal(dp_cksum_fold(dp_ip4_sum20(ip)), 0xffff);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

/* Mended, not made anew: the receiver's stack is to see what happened on the way. */
static void a_damaged_packet_stays_damaged(void **state)
{
    (void)state;
    uint16_t port;
    rig_is6 = false;
    struct rig r = transport_rig(ESP_WAY_UDP);
    struct rte_mbuf *m = host_packet(names4.a, names4.b_seen, WIRE_PROTO_TCP, 90);
    rte_pktmbuf_mtod(m, uint8_t *)[70] ^= 1;
    assert_int_equal(carry(&r, true, m), 1);
    m = dp_host_pop(r.b.dp, &port);
    assert_non_null(m);
    assert_int_not_equal(full_csum(rte_pktmbuf_mtod(m, const uint8_t *), 90), 0);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* The IP header is not inside: so much less is sealed than in tunnel mode. */
static void the_sealed_packet_has_one_ip_header(void **state)
{
    (void)state;
    rig_is6 = false;
    struct rig r = transport_rig(ESP_WAY_UDP);
    assert_true(dp_host_send(r.a.dp, host_packet(names4.a, names4.b_seen, WIRE_PROTO_UDP, 70)));
    dp_turn(r.a.w);
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(m->pkt_len, L2 + 20 + 8 + 8 + 8 + 52 + 16); /* 50 behind the header, and the trailer */
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* Transport mode seals whole packets (RFC 4303 3.3.4): pieces are joined first, and the sealed one is cut. */
static void what_the_host_cut_is_sealed_whole_and_cut_anew(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        rig_is6 = i;
        const struct names *e = names_of();
        const uint32_t hdr = wire_ip_bytes(rig_is6), frag = rig_is6 ? 8 : 0, len = 3000, cut = 1440;
        struct rig r = transport_rig(ESP_WAY_UDP);
        struct rte_mbuf *whole = host_packet(e->a, e->b_seen, WIRE_PROTO_UDP, len);
        const uint8_t *from = rte_pktmbuf_mtod(whole, const uint8_t *);
        unsigned frames = 0;
        for (uint32_t at = 0; hdr + at < len; at += cut) {
            const uint32_t n = len - hdr - at < cut ? len - hdr - at : cut;
            const bool more = hdr + at + n < len;
            struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
            uint8_t *ip = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(hdr + frag + n));
            memcpy(ip, from, hdr);
            if (rig_is6) {
                dp_put16(ip + 4, (uint16_t)(frag + n));
                ip[6] = WIRE_IP6_FRAGMENT;
                memset(ip + hdr, 0, 8);
                ip[hdr] = WIRE_PROTO_UDP;
                dp_put16(ip + hdr + 2, (uint16_t)(at | more));
                dp_put32(ip + hdr + 4, 77);
            } else {
                dp_put16(ip + 2, (uint16_t)(hdr + n));
                dp_put16(ip + 4, 77);
                dp_put16(ip + 6, (uint16_t)((more ? WIRE_IP4_MF : 0) | at / 8));
                dp_ip4_cksum_fill(ip, 20);
            }
            memcpy(ip + hdr + frag, from + hdr + at, n);
            frames += carry(&r, true, m);
        }
        assert_int_equal(frames, 3);
        assert_host_got(&r.b, e->a_seen, e->b, len, true);
        rte_pktmbuf_free(whole);
        rig_free(&r);
    }
}

static void a_packet_above_the_mtu_that_may_not_be_cut_is_told(void **state)
{
    (void)state;
    uint16_t port;
    struct sad_stats s;
    rig_is6 = false;
    struct rig r = transport_rig(ESP_WAY_UDP);
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    assert_int_equal(s.inner_mtu, 20 + (1500 - 20 - 8 - 8 - 8 - 16) / 4 * 4 - 2);
    struct rte_mbuf *m = host_packet(names4.a, names4.b_seen, WIRE_PROTO_TCP, s.inner_mtu + 1u);
    rte_pktmbuf_mtod(m, uint8_t *)[6] = 0x40;
    assert_int_equal(carry(&r, true, m), 0);
    m = dp_host_pop(r.a.dp, &port);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    assert_int_equal(ip[9], WIRE_PROTO_ICMP4);
    assert_int_equal(ip[20], WIRE_ICMP4_UNREACHABLE);
    assert_int_equal(dp_get16(ip + 26), s.inner_mtu);
    rte_pktmbuf_free(m);
    assert_int_equal(carry(&r, true, host_packet(names4.a, names4.b_seen, WIRE_PROTO_TCP, s.inner_mtu)), 1);
    assert_host_got(&r.b, names4.a_seen, names4.b, s.inner_mtu, true);
    /* Without DF it is cut, but not before it is sealed. */
    assert_int_equal(carry(&r, true, host_packet(names4.a, names4.b_seen, WIRE_PROTO_TCP, s.inner_mtu + 1u)),
                     2);
    assert_host_got(&r.b, names4.a_seen, names4.b, s.inner_mtu + 1u, true);
    rig_free(&r);
}

static void what_transport_mode_does_not_carry_is_dropped_by_name(void **state)
{
    (void)state;
    rig_is6 = false;
    struct rig r = transport_rig(ESP_WAY_UDP);
    struct rte_mbuf *m = host_packet(names4.a, names4.b_seen, WIRE_PROTO_UDP, 90);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
    ip[0] = 0x46;
    dp_ip4_cksum_fill(ip, 24);
    assert_int_equal(carry(&r, true, m), 0);
    assert_int_equal(rig_drops(&r.a, DP_DROP_transport_header), 1);
    rig_free(&r);
}

/* Ports that this SA is not for, which the peer sends all the same. */
static void selectors_hold_for_what_was_opened(void **state)
{
    (void)state;
    rig_eal();
    rig_is6 = false;
    struct esp_pair a = transport_pair(1, ESP_WAY_UDP), b = transport_pair(2, ESP_WAY_UDP);
    b.remote_ts.list[0].protocol = WIRE_PROTO_UDP;
    b.remote_ts.list[0].port_lo = b.remote_ts.list[0].port_hi = PORT_A;
    struct rig r = transport_rig_with(&a, &b);
    assert_int_equal(carry(&r, true, host_packet(names4.a, names4.b_seen, WIRE_PROTO_UDP, 90)), 1);
    assert_host_got(&r.b, names4.a_seen, names4.b, 90, true);
    assert_int_equal(carry(&r, true, host_packet(names4.a, names4.b_seen, WIRE_PROTO_TCP, 90)), 1);
    struct rte_mbuf *m = host_packet(names4.a, names4.b_seen, WIRE_PROTO_UDP, 90);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 20, 1702);
    assert_int_equal(carry(&r, true, m), 1);
    assert_int_equal(rig_drops(&r.b, DP_DROP_inner_policy), 2);
    rig_free(&r);
}

/* An error about what A sent quotes it as B got it; A's stack must find its own packet in there. */
static void the_packet_in_an_icmp_error_is_as_its_sender_knows_it(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        rig_is6 = i;
        uint16_t port;
        const struct names *e = names_of();
        const uint32_t hdr = wire_ip_bytes(rig_is6), len = 120;
        struct rig r = transport_rig(ESP_WAY_UDP);
        struct rte_mbuf *sent = host_packet(e->a, e->b_seen, WIRE_PROTO_UDP, len);
        struct rte_mbuf *quoted = host_packet(e->a_seen, e->b, WIRE_PROTO_UDP, len);
        struct rte_mbuf *m =
            host_packet(e->b, e->a_seen, rig_is6 ? WIRE_PROTO_ICMP6 : WIRE_PROTO_ICMP4, hdr + 8 + len);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        /* As B's stack saw it: its addresses, the ports of A's packet, and a checksum for those. */
        uint8_t *q = rte_pktmbuf_mtod(quoted, uint8_t *);
        memcpy(q + hdr, rte_pktmbuf_mtod(sent, uint8_t *) + hdr, len - hdr);
        dp_store16(q + hdr + 6, 0);
        dp_store16(q + hdr + 6, full_csum(q, len));
        memset(ip + hdr, 0, 8);
        ip[hdr] = rig_is6 ? WIRE_ICMP6_UNREACHABLE : WIRE_ICMP4_UNREACHABLE;
        ip[hdr + 1] = rig_is6 ? WIRE_ICMP6_PORT : WIRE_ICMP4_PORT;
        memcpy(ip + hdr + 8, q, len);
        dp_store16(ip + hdr + 2, full_csum(ip, hdr + 8 + len));
        assert_int_equal(carry(&r, false, m), 1);
        m = dp_host_pop(r.a.dp, &port);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod(m, uint8_t *);
        assert_int_equal(full_csum(ip, hdr + 8 + len), 0);
        assert_memory_equal(ip + hdr + 8, rte_pktmbuf_mtod(sent, uint8_t *), len);
        rte_pktmbuf_free(m);
        rte_pktmbuf_free(sent);
        rte_pktmbuf_free(quoted);
        rig_free(&r);
    }
}

/* A peer that leaves quotes as its own stack has them: with its own addresses, and the checksum that came. */
static void a_quote_as_the_peers_stack_has_it_is_mended_too(void **state)
{
    (void)state;
    rig_is6 = false;
    struct esp_pair a = transport_pair(1, ESP_WAY_UDP);
    struct sad_map *map = sad_map_make(&a);
    struct rte_mbuf *sent = host_packet(names4.a, names4.b_seen, WIRE_PROTO_TCP, 60);
    struct rte_mbuf *m = host_packet(names4.b, names4.a_seen, WIRE_PROTO_ICMP4, 28 + 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *), *q = ip + 28;
    const struct base_addr src = rig_ip(names4.a_seen), dst = rig_ip(names4.b);
    memcpy(q, rte_pktmbuf_mtod(sent, uint8_t *), 60);
    memcpy(q + 12, src.bytes, 4);
    memcpy(q + 16, dst.bytes, 4);
    dp_ip4_cksum_fill(q, 20);
    memset(ip + 20, 0, 8);
    ip[20] = WIRE_ICMP4_UNREACHABLE;
    dp_store16(ip + 22, full_csum(ip, 88));
    assert_true(dp_map_in(map, ip, 88, false));
    assert_int_equal(full_csum(ip, 88), 0);
    assert_memory_equal(q, rte_pktmbuf_mtod(sent, uint8_t *), 60);
    rte_pktmbuf_free(m);
    rte_pktmbuf_free(sent);
    free(map);
}

/* IKE in TCP, whose packets no SA may take that they are to move. */
static void the_streams_of_ike_pass_beside_the_sa(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const bool is_own = i & 2;
        rig_is6 = i & 1;
        const struct names *e = names_of();
        struct rig r = transport_rig(ESP_WAY_UDP);
        dp_stream_port(r.a.dp, PORT_A, is_own);
        assert_true(dp_host_send(r.a.dp, host_packet(e->a, e->b_seen, WIRE_PROTO_TCP, 90)));
        dp_turn(r.a.w);
        struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
        assert_non_null(m);
        assert_int_equal(*rte_pktmbuf_mtod_offset(m, uint8_t *, L2 + wire_ip_proto_at(rig_is6)),
                         is_own ? WIRE_PROTO_TCP : WIRE_PROTO_UDP);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

/* What a peer or another host of the link says to A in clear, by a port that is inside, too. */
static void clear_text_comes_in(struct rig *r, const char *from)
{
    struct rte_mbuf *m = host_packet(from, names_of()->a, WIRE_PROTO_UDP, 90);
    uint8_t *p = (uint8_t *)rte_pktmbuf_prepend(m, L2);
    assert_non_null(p);
    rig_mac(p, 0x21);
    rig_mac(p + 6, 0x77);
    dp_put16(p + 12, rig_is6 ? 0x86dd : 0x0800);
    rig_in(r, &r->a, RIG_OUTSIDE, m);
}

static void a_peer_on_an_inside_link_is_not_heard_in_clear(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        uint16_t port;
        rig_is6 = i;
        struct rig r = transport_rig(ESP_WAY_UDP);
        r.a.dp->ports[RIG_OUTSIDE].params.role = DP_ROLE_BOTH;
        clear_text_comes_in(&r, names_of()->b_seen);
        assert_null(dp_host_pop(r.a.dp, &port));
        assert_int_equal(rig_drops(&r.a, DP_DROP_clear_text), 1);
        clear_text_comes_in(&r, rig_is6 ? "2001:db8::99" : "192.0.2.99");
        struct rte_mbuf *m = dp_host_pop(r.a.dp, &port);
        assert_non_null(m);
        rte_pktmbuf_free(m);
        rig_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_protocol_arrives_with_the_receivers_addresses_and_checksum),
        cmocka_unit_test(a_checksum_over_unknown_addresses_is_made_anew),
        cmocka_unit_test(a_datagram_without_a_checksum_stays_without_one),
        cmocka_unit_test(the_hop_limit_and_the_marks_go_along),
        cmocka_unit_test(the_outer_checksum_holds_with_any_ttl),
        cmocka_unit_test(a_damaged_packet_stays_damaged),
        cmocka_unit_test(the_sealed_packet_has_one_ip_header),
        cmocka_unit_test(what_the_host_cut_is_sealed_whole_and_cut_anew),
        cmocka_unit_test(a_packet_above_the_mtu_that_may_not_be_cut_is_told),
        cmocka_unit_test(what_transport_mode_does_not_carry_is_dropped_by_name),
        cmocka_unit_test(selectors_hold_for_what_was_opened),
        cmocka_unit_test(the_packet_in_an_icmp_error_is_as_its_sender_knows_it),
        cmocka_unit_test(a_quote_as_the_peers_stack_has_it_is_mended_too),
        cmocka_unit_test(the_streams_of_ike_pass_beside_the_sa),
        cmocka_unit_test(a_peer_on_an_inside_link_is_not_heard_in_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
