/* SPDX-License-Identifier: BSD-3-Clause */
/* What is a bypass's by another packet: ICMP errors by the one that they quote, fragments by their first one.
 */
#include "dp_beside.h"

#define ROUTER "198.51.100.1" /* of no selector */

static void port_2000_is_named(struct rig *r)
{
    printers.list[0].protocol = ours.list[0].protocol = WIRE_PROTO_UDP;
    printers.list[0].port_lo = printers.list[0].port_hi = 2000;
    policies_set(r, "10.1.0.0/24");
}

/* An ICMP error of this type and code to src about a packet from there to dst. */
static struct rte_mbuf *error_frame(uint8_t mac, const char *router, const char *src, const char *dst,
                                    uint16_t type_code)
{
    struct rte_mbuf *m = rig_frame(mac, router, src, 28 + 60), *quoted = rig_frame(0, src, dst, 60);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = WIRE_PROTO_ICMP4;
    memset(ip + 20, 0, 8);
    dp_put16(ip + 20, type_code);
    memcpy(ip + 28, rte_pktmbuf_mtod(quoted, const uint8_t *) + 14, 60);
    rte_pktmbuf_free(quoted);
    rig_ip4_fix(m);
    return m;
}

#define TOO_BIG (WIRE_ICMP4_UNREACHABLE << 8 | WIRE_ICMP4_FRAG_NEEDED)

static void an_error_of_a_router_comes_in_by_the_packet_that_it_quotes(void **state)
{
    static const struct {
        const char *router, *src, *dst;
        uint16_t type_code;
        bool is_let_in;
    } rows[] = {
        {ROUTER, HOST, PRINTER, TOO_BIG, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_UNREACHABLE << 8 | WIRE_ICMP4_HOST, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_TIME_EXCEEDED << 8, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_PARAMETER << 8, true},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_REDIRECT << 8, false},
        {ROUTER, HOST, PRINTER, WIRE_ICMP4_ECHO_REPLY << 8, false},
        {ROUTER, HOST, STRANGER, TOO_BIG, false},    /* about what the tunnel has */
        {"10.1.0.7", HOST, PRINTER, TOO_BIG, false}, /* in the name of somebody inside */
        {ROUTER, PRINTER, HOST, TOO_BIG, false},     /* to where it came from */
        {ROUTER, PRINTER, STRANGER, TOO_BIG, false},
    };
    struct rig r = story();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rte_mbuf *m = error_frame(0x21, rows[i].router, rows[i].src, rows[i].dst, rows[i].type_code);
        const uint64_t before = bypassed(&r);
        if (rows[i].is_let_in) {
            rig_in(&r, &r.a, RIG_OUTSIDE, m);
            assert_error(&r, RIG_INSIDE, rows[i].src, rows[i].type_code);
        } else {
            const bool is_ours = strcmp(rows[i].src, HOST) == 0;
            rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, is_ours ? DP_DROP_clear_text : DP_DROP_no_policy);
        }
        assert_int_equal(bypassed(&r), before + rows[i].is_let_in);
    }
    /* What it quotes was sent by another one than whom it is for, or cannot be told. */
    struct rte_mbuf *m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 28 + 15]++;
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 2, 28 + 19);
    rig_ip4_fix(m);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    /* With the row gone, nobody is told any more. */
    assert_int_equal(sad_policies_set(r.a.sad, NULL, 0), 0);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG),
                       DP_DROP_clear_text);
    rig_free(&r);
}

static void an_error_quotes_the_ports_of_the_row(void **state)
{
    struct rig r = story();
    port_2000_is_named(&r);
    rig_in(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG));
    assert_error(&r, RIG_INSIDE, HOST, TOO_BIG);
    struct rte_mbuf *m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 28 + 22, 2001);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    m = error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 28 + 6, 2); /* a later fragment: it has no ports */
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
    rig_free(&r);
}

/* Of what never left by the outside, nobody there tells anything; a router inside does. */
static void an_error_comes_from_the_side_that_its_packet_went_to(void **state)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 1500);
    policies_set(&r, "10.1.0.0/24");
    const struct dp_route routes[] = {{{.addr.family = BASE_AF_IP4}, RIG_OUTSIDE, rig_ip("192.0.2.2")},
                                      {{rig_ip("10.9.0.0"), 24}, RIG_INSIDE, rig_ip(HOST)}};
    assert_int_equal(dp_routes_set(r.a.dp, routes, 2), 0);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, "10.1.0.7", PRINTER, TOO_BIG),
                       DP_DROP_clear_text);
    rig_in(&r, &r.a, RIG_INSIDE, error_frame(0x11, "10.7.0.1", HOST, PRINTER, TOO_BIG));
    assert_error(&r, RIG_INSIDE, HOST, TOO_BIG);
    /* And outside again: of what came from there, a router inside tells its sender, */
    assert_int_equal(dp_routes_set(r.a.dp, routes, 1), 0);
    rig_in(&r, &r.a, RIG_INSIDE, error_frame(0x11, "10.7.0.1", PRINTER, HOST, TOO_BIG));
    assert_error(&r, RIG_OUTSIDE, PRINTER, TOO_BIG);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, error_frame(0x11, "10.7.0.1", PRINTER, "10.1.1.9", TOO_BIG),
                       DP_DROP_no_policy);
    assert_int_equal(bypassed(&r), 2);
    /* and by a one-armed port all of it comes in. */
    r.a.dp->ports[RIG_OUTSIDE].params.role = DP_ROLE_BOTH;
    rig_in(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, PRINTER, TOO_BIG));
    assert_error(&r, RIG_INSIDE, HOST, TOO_BIG);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, HOST, STRANGER, TOO_BIG),
                       DP_DROP_clear_text);
    rig_free(&r);
}

static void an_error_to_an_address_of_ours_is_heard_of(void **state)
{
    struct rig r = bypass_rig("192.0.2.1/32", "192.0.2.1/32", 1500);
    struct dp_punt punt;
    policies_set(&r, "192.0.2.1/32");
    rig_in(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, "192.0.2.1", PRINTER, TOO_BIG));
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_ICMP_ERR);
    rte_pktmbuf_free(punt.mbuf);
    assert_int_equal(bypassed(&r), 1);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, error_frame(0x21, ROUTER, "192.0.2.1", STRANGER, TOO_BIG),
                       DP_DROP_clear_text);
    assert_false(dp_punt_pop(r.a.dp, &punt));
    rig_free(&r);
}

/* Of our own ESP and IKE, which no SA ever has, also where all that is ours belongs into a tunnel. */
static void an_error_about_the_tunnel_itself_is_heard_of(void **state)
{
    static const struct {
        uint8_t proto;
        uint16_t our_port;
        bool is_heard;
    } rows[] = {{WIRE_PROTO_ESP, 0, true},
                {WIRE_PROTO_UDP, WIRE_NATT_PORT, true},
                {WIRE_PROTO_UDP, WIRE_IKE_PORT, true},
                {WIRE_PROTO_UDP, 4501, false},
                {WIRE_PROTO_TCP, WIRE_NATT_PORT, false}};
    struct rig r = bypass_rig("192.0.2.1/32", "192.0.2.1/32", 1500);
    policies_set(&r, "192.0.2.1/32");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rte_mbuf *m = error_frame(0x21, ROUTER, "192.0.2.1", STRANGER, TOO_BIG);
        uint8_t *quoted = rte_pktmbuf_mtod(m, uint8_t *) + 14 + 28;
        struct dp_punt punt;
        quoted[9] = rows[i].proto;
        dp_put16(quoted + 20, rows[i].our_port);
        if (!rows[i].is_heard) {
            rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
            continue;
        }
        rig_in(&r, &r.a, RIG_OUTSIDE, m);
        assert_true(dp_punt_pop(r.a.dp, &punt));
        assert_int_equal(punt.reason, DP_PUNT_ICMP_ERR);
        rte_pktmbuf_free(punt.mbuf);
    }
    assert_int_equal(bypassed(&r), 0);
    rig_free(&r);
}

static void an_error_of_ipv6_comes_in_as_one_of_ipv4(void **state)
{
    struct rig r = bypass_rig("10.1.0.0/24", "10.1.0.0/24", 1500);
    const struct dp_route out = {{.addr.family = BASE_AF_IP6}, RIG_OUTSIDE, rig_ip("2001:db8::2")};
    assert_int_equal(dp_routes_set(r.a.dp, &out, 1), 0);
    const struct sad_policy set[] = {{RIG_TS("fd00:1::/64"), RIG_TS("::/0")},
                                     {RIG_TS("fd00:1::/64"), RIG_TS("fd00:9::/64"), .is_bypass = true}};
    assert_int_equal(sad_policies_set(r.a.sad, set, 2), 0);
    static const char *const about[] = {"fd00:9::9", "fd00:8::9"};
    for (int i = 0; i < 2; i++) {
        struct rte_mbuf *m = rig_frame6(0x21, "2001:db8:5::1", "fd00:1::9", 48 + 100);
        struct rte_mbuf *quoted = rig_frame6(0, "fd00:1::9", about[i], 100);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        ip[WIRE_IP6_AT_NEXT] = WIRE_PROTO_ICMP6;
        memset(ip + 40, 0, 8);
        ip[40] = WIRE_ICMP6_TOO_BIG;
        memcpy(ip + 48, rte_pktmbuf_mtod(quoted, const uint8_t *) + 14, 100);
        rte_pktmbuf_free(quoted);
        if (i) {
            rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_clear_text);
            continue;
        }
        rig_in(&r, &r.a, RIG_OUTSIDE, m);
        m = rig_out(&r.a, RIG_INSIDE);
        assert_non_null(m);
        assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[14 + 40], WIRE_ICMP6_TOO_BIG);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

/* A fragment of UDP packet `id`; with place WIRE_IP4_MF its first one, which has the ports. */
static struct rte_mbuf *piece(bool is_back, uint16_t id, uint16_t place, uint16_t their_port)
{
    struct rte_mbuf *m = is_back ? rig_frame(0x21, PRINTER, HOST, 100) : rig_frame(0x11, HOST, PRINTER, 100);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    dp_put16(ip + 4, id);
    dp_put16(ip + 6, place);
    dp_put16(ip + 20 + (is_back ? 0 : 2), place == WIRE_IP4_MF ? their_port : 0xffff);
    rig_ip4_fix(m);
    return m;
}

/* That it goes on in clear as it is, but for its TTL, towards the printer or back. */
static void assert_passes(struct rig *r, bool is_back, struct rte_mbuf *m)
{
    const uint64_t before = bypassed(r);
    const uint16_t place = dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 6);
    rig_in(r, &r->a, is_back ? RIG_OUTSIDE : RIG_INSIDE, m);
    m = rig_out(&r->a, is_back ? RIG_INSIDE : RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[14 + 9], WIRE_PROTO_UDP);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 6), place);
    assert_int_equal(bypassed(r), before + 1);
    rte_pktmbuf_free(m);
}

static void later_fragments_go_by_behind_their_first_one_where_ports_are_named(void **state)
{
    for (int is_back = 0; is_back < 2; is_back++) {
        const uint16_t in = is_back ? RIG_OUTSIDE : RIG_INSIDE;
        struct rig r = story();
        assert_passes(&r, is_back, piece(is_back, 6, 2, 0));
        assert_passes(&r, is_back, piece(is_back, 6, WIRE_IP4_MF, 2000));
        port_2000_is_named(&r);
        /* Where no ports are named, those outside fill no table. */
        if (is_back)
            rig_assert_dropped(&r, &r.a, in, piece(is_back, 6, 10, 0), DP_DROP_fragment_ports);
        rig_assert_dropped(&r, &r.a, in, piece(is_back, 7, 10 | WIRE_IP4_MF, 0), DP_DROP_fragment_ports);
        assert_passes(&r, is_back, piece(is_back, 7, WIRE_IP4_MF, 2000));
        assert_passes(&r, is_back, piece(is_back, 7, 10 | WIRE_IP4_MF, 0));
        assert_passes(&r, is_back, piece(is_back, 7, 20, 0));
        rig_assert_dropped(&r, &r.a, in, piece(is_back, 8, 10, 0), DP_DROP_fragment_ports);
        /* The first one of another side tells nothing. */
        rig_assert_dropped(&r, &r.a, is_back ? RIG_INSIDE : RIG_OUTSIDE, piece(!is_back, 7, 10, 0),
                           DP_DROP_fragment_ports);
        r.tsc += 6 * RIG_HZ;
        rig_assert_dropped(&r, &r.a, in, piece(is_back, 7, 10, 0), DP_DROP_fragment_ports);
        rig_free(&r);
    }
}

/* Of two packets with one number, the first fragment that came last tells. */
static void fragments_of_what_the_tunnel_has_stay_there(void **state)
{
    struct rig r = story();
    port_2000_is_named(&r);
    for (uint16_t at = 0; at < 20; at += 10) {
        rig_in(&r, &r.a, RIG_INSIDE, piece(false, 77, at ? at : WIRE_IP4_MF, 2001));
        assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    }
    assert_passes(&r, false, piece(false, 77, WIRE_IP4_MF, 2000));
    assert_passes(&r, false, piece(false, 77, 10, 0));
    rig_in(&r, &r.a, RIG_INSIDE, piece(false, 77, WIRE_IP4_MF, 2001));
    assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    rig_in(&r, &r.a, RIG_INSIDE, piece(false, 77, 10, 0));
    assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    /* From outside neither kind is let in for another port, nor what goes out there. */
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, piece(true, 78, WIRE_IP4_MF, 2001), DP_DROP_clear_text);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, piece(true, 78, 10, 0), DP_DROP_fragment_ports);
    assert_passes(&r, false, piece(false, 79, WIRE_IP4_MF, 2000));
    struct rte_mbuf *m = piece(false, 79, 10, 0);
    rig_mac(rte_pktmbuf_mtod(m, uint8_t *), 0x21);
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, m, DP_DROP_fragment_ports);
    /* Nor does one from outside speak for somebody inside with the same addresses. */
    assert_passes(&r, true, piece(true, 80, WIRE_IP4_MF, 2000));
    m = piece(true, 80, 10, 0);
    rig_mac(rte_pktmbuf_mtod(m, uint8_t *), 0x11);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, m, DP_DROP_fragment_ports);
    /* The row goes: what is left of its packets is the tunnel's, and nobody outside's. */
    assert_int_equal(sad_policies_set(r.a.sad, NULL, 0), 0);
    rig_in(&r, &r.a, RIG_INSIDE, piece(false, 79, 10, 0));
    assert_sealed(rig_out(&r.a, RIG_OUTSIDE));
    rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, piece(true, 80, 10, 0), DP_DROP_clear_text);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_of_a_router_comes_in_by_the_packet_that_it_quotes),
        cmocka_unit_test(an_error_quotes_the_ports_of_the_row),
        cmocka_unit_test(an_error_comes_from_the_side_that_its_packet_went_to),
        cmocka_unit_test(an_error_to_an_address_of_ours_is_heard_of),
        cmocka_unit_test(an_error_about_the_tunnel_itself_is_heard_of),
        cmocka_unit_test(an_error_of_ipv6_comes_in_as_one_of_ipv4),
        cmocka_unit_test(later_fragments_go_by_behind_their_first_one_where_ports_are_named),
        cmocka_unit_test(fragments_of_what_the_tunnel_has_stay_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
