/* SPDX-License-Identifier: BSD-3-Clause */
/* What selectors see of a packet: sides by direction, ports where there are any, chains of extension headers.
 */
#include "dp_flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "dp_bytes.h"
#include "wire_icmp.h"

static void ip4_make(uint8_t ip[60], uint8_t proto)
{
    memset(ip, 0, 60);
    ip[0] = 0x45;
    ip[9] = proto;
    memcpy(ip + 12, "\x0a\x01\x00\x09\x0a\x02\x00\x09", 8);
    dp_put16(ip + 20, 1000);
    dp_put16(ip + 22, 2000);
}

static void sides_are_by_direction(void **state)
{
    uint8_t ip[60];
    struct sad_flow in, out;
    ip4_make(ip, WIRE_PROTO_UDP);
    dp_flow_fill(&out, ip, 28, false, false);
    dp_flow_fill(&in, ip, 28, false, true);
    assert_int_equal(out.family, BASE_AF_IP4);
    assert_int_equal(out.proto, WIRE_PROTO_UDP);
    assert_true(out.has_ports && in.has_ports);
    assert_memory_equal(out.local, "\x0a\x01\x00\x09", 4);
    assert_memory_equal(out.remote, "\x0a\x02\x00\x09", 4);
    assert_int_equal(out.local_port, 1000);
    assert_int_equal(out.remote_port, 2000);
    assert_memory_equal(in.local, "\x0a\x02\x00\x09", 4);
    assert_memory_equal(in.remote, "\x0a\x01\x00\x09", 4);
    assert_int_equal(in.local_port, 2000);
    assert_int_equal(in.remote_port, 1000);
}

static void protocols_with_ports_are_these(void **state)
{
    for (unsigned proto = 0; proto < 256; proto++) {
        uint8_t ip[60];
        struct sad_flow flow;
        ip4_make(ip, (uint8_t)proto);
        dp_flow_fill(&flow, ip, 28, false, false);
        const bool has = proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
        const bool is_icmp = proto == 1 || proto == 58;
        assert_int_equal(flow.proto, proto);
        assert_int_equal(flow.has_ports, has || is_icmp);
        assert_int_equal(flow.remote_port, has ? 2000 : is_icmp ? 1000 : 0);
    }
}

/* RFC 7296 3.13.1: type and code of ICMP stand where ports do, on both sides alike. */
static void icmp_has_type_and_code_for_ports(void **state)
{
    uint8_t ip[60];
    struct sad_flow flow;
    ip4_make(ip, WIRE_PROTO_ICMP4);
    ip[20] = 8;
    ip[21] = 3;
    dp_flow_fill(&flow, ip, 22, false, true);
    assert_true(flow.has_ports);
    assert_int_equal(flow.local_port, 0x0803);
    assert_int_equal(flow.remote_port, 0x0803);
    dp_flow_fill(&flow, ip, 21, false, true);
    assert_false(flow.has_ports);
}

static void a_header_cut_short_has_no_ports(void **state)
{
    uint8_t ip[60];
    struct sad_flow flow;
    ip4_make(ip, WIRE_PROTO_TCP);
    for (uint32_t len = 20; len < 24; len++) {
        dp_flow_fill(&flow, ip, len, false, false);
        assert_false(flow.has_ports);
        assert_int_equal(flow.local_port, 0);
        assert_int_equal(flow.remote_port, 0);
    }
}

static void a_later_fragment_has_none_and_the_first_has(void **state)
{
    uint8_t ip[60];
    struct sad_flow flow;
    ip4_make(ip, WIRE_PROTO_UDP);
    dp_put16(ip + 6, 0x2001);
    dp_flow_fill(&flow, ip, 28, false, false);
    assert_false(flow.has_ports);
    assert_true(flow.is_later);
    assert_true(dp_flow_widen(&flow) && flow.any_ports);
    dp_put16(ip + 6, 0x2000);
    dp_flow_fill(&flow, ip, 28, false, false);
    assert_true(flow.has_ports);
    assert_false(dp_flow_widen(&flow) || flow.any_ports);
}

static void ip_options_are_stepped_over(void **state)
{
    uint8_t ip[60];
    struct sad_flow flow;
    ip4_make(ip, WIRE_PROTO_UDP);
    ip[0] = 0x46;
    dp_put16(ip + 24, 77);
    dp_put16(ip + 26, 88);
    dp_flow_fill(&flow, ip, 32, false, false);
    assert_int_equal(flow.local_port, 77);
    assert_int_equal(flow.remote_port, 88);
}

/* An IPv6 packet with these headers before UDP; returns its length. */
static uint32_t ip6_make(uint8_t ip[200], const uint8_t *headers, unsigned n)
{
    uint32_t at = 40;
    memset(ip, 0, 200);
    ip[0] = 0x60;
    ip[6] = n ? headers[0] : WIRE_PROTO_UDP;
    memset(ip + 8, 0xaa, 16);
    memset(ip + 24, 0xbb, 16);
    for (unsigned i = 0; i < n; i++) {
        ip[at] = i + 1 < n ? headers[i + 1] : WIRE_PROTO_UDP;
        at += 8;
    }
    dp_put16(ip + at, 1000);
    dp_put16(ip + at + 2, 2000);
    return at + 8;
}

static void ip6_extension_headers_are_walked(void **state)
{
    static const uint8_t all[] = {0, 60, 43, 44, 60, 135};
    for (unsigned n = 0; n <= sizeof all; n++) {
        uint8_t ip[200];
        struct sad_flow flow;
        const uint32_t len = ip6_make(ip, all, n);
        dp_flow_fill(&flow, ip, len, true, false);
        assert_int_equal(flow.family, BASE_AF_IP6);
        assert_int_equal(flow.proto, WIRE_PROTO_UDP);
        assert_int_equal(flow.local_port, 1000);
        assert_int_equal(flow.remote_port, 2000);
        assert_int_equal(flow.local[15], 0xaa);
        assert_int_equal(flow.remote[0], 0xbb);
    }
}

/* What a packet of len bytes has for ports: 0 for none. */
static uint16_t port_seen(const uint8_t *ip, uint32_t len, uint8_t proto)
{
    struct sad_flow flow;
    dp_flow_fill(&flow, ip, len, true, false);
    assert_int_equal(flow.proto, proto);
    assert_int_equal(flow.has_ports, flow.local_port != 0);
    return flow.local_port;
}

static void a_long_extension_header_is_stepped_over_whole(void **state)
{
    uint8_t ip[200] = {0x60};
    ip[6] = WIRE_IP6_DEST_OPTIONS;
    ip[40] = WIRE_PROTO_TCP;
    ip[41] = 2; /* 24 bytes */
    dp_put16(ip + 64, 11);
    dp_put16(ip + 66, 22);
    assert_int_equal(port_seen(ip, 100, WIRE_PROTO_TCP), 11);
    assert_int_equal(port_seen(ip, 68, WIRE_PROTO_TCP), 11);
    assert_int_equal(port_seen(ip, 67, WIRE_PROTO_TCP), 0);
    assert_int_equal(port_seen(ip, 63, WIRE_PROTO_TCP), 0); /* the header itself is cut short */
    assert_int_equal(port_seen(ip, 47, WIRE_IP6_DEST_OPTIONS), 0);
}

static void eight_extension_headers_are_too_many(void **state)
{
    const uint8_t many[8] = {60, 60, 60, 60, 60, 60, 60, 60};
    uint8_t ip[200];
    uint32_t len = ip6_make(ip, many, 7);
    assert_int_equal(port_seen(ip, len, WIRE_PROTO_UDP), 1000);
    len = ip6_make(ip, many, 8);
    assert_int_equal(port_seen(ip, len, WIRE_PROTO_UDP), 0);
}

static void a_later_ip6_fragment_ends_the_walk(void **state)
{
    const uint8_t fragment[] = {WIRE_IP6_FRAGMENT};
    uint8_t ip[200];
    const uint32_t len = ip6_make(ip, fragment, 1);
    dp_put16(ip + 42, 1 << 3 | 1);
    assert_int_equal(port_seen(ip, len, WIRE_PROTO_UDP), 0);
    dp_put16(ip + 42, 1); /* the first, with more to come */
    assert_int_equal(port_seen(ip, len, WIRE_PROTO_UDP), 1000);
}

/* An ICMP error from a router to 10.1.0.9 about what that sent to 10.2.0.9; ip has 100 bytes. */
static void error_make(uint8_t ip[100])
{
    memset(ip, 0, 100);
    ip4_make(ip + 28, WIRE_PROTO_UDP);
    ip[0] = 0x45;
    ip[9] = WIRE_PROTO_ICMP4;
    memcpy(ip + 12, "\xac\x10\x00\x01\x0a\x01\x00\x09", 8);
    ip[20] = WIRE_ICMP4_TIME_EXCEEDED;
}

static void what_an_error_quotes_went_the_other_way(void **state)
{
    uint8_t ip[100];
    struct sad_flow flow;
    error_make(ip);
    assert_true(dp_flow_fill_quoted(&flow, ip, 56, false, true)); /* it comes in: ours was quoted */
    assert_memory_equal(flow.local, "\x0a\x01\x00\x09", 4);
    assert_memory_equal(flow.remote, "\x0a\x02\x00\x09", 4);
    assert_true(flow.has_ports);
    assert_int_equal(flow.local_port, 1000);
    assert_true(dp_flow_fill_quoted(&flow, ip, 56, false, false)); /* it goes out: theirs was */
    assert_memory_equal(flow.local, "\x0a\x02\x00\x09", 4);
    assert_int_equal(flow.remote_port, 1000);
}

static void what_is_no_whole_error_to_the_sender_quotes_nothing(void **state)
{
    /* A byte of it, and what stands there instead. */
    static const struct {
        uint32_t at;
        uint8_t is;
    } wrong[] = {{9, WIRE_PROTO_UDP},
                 {9, WIRE_PROTO_ICMP6},
                 {20, WIRE_ICMP4_ECHO},
                 {20, WIRE_ICMP4_REDIRECT},
                 {6, 0x20},
                 {7, 1},
                 {28, 0x65},
                 {28, 0x44},
                 {28, 0x4f},
                 {19, 8}};
    uint8_t ip[100];
    struct sad_flow flow;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error_make(ip);
        ip[wrong[i].at] = wrong[i].is;
        assert_false(dp_flow_fill_quoted(&flow, ip, 56, false, true));
    }
    error_make(ip);
    for (uint32_t len = 20; len < 48; len++)
        assert_false(dp_flow_fill_quoted(&flow, ip, len, false, true));
    for (uint32_t len = 48; len < 52; len++) { /* without ports */
        assert_true(dp_flow_fill_quoted(&flow, ip, len, false, true));
        assert_false(flow.has_ports);
    }
}

static void an_error_of_ipv6_quotes_as_well(void **state)
{
    uint8_t ip[140] = {0x60};
    struct sad_flow flow;
    ip[6] = WIRE_PROTO_ICMP6;
    memset(ip + 8, 0xfe, 16);
    memset(ip + 24, 0x11, 16);
    ip[40] = WIRE_ICMP6_TOO_BIG;
    ip[48] = 0x60;
    ip[54] = WIRE_PROTO_TCP;
    memset(ip + 56, 0x11, 16);
    memset(ip + 72, 0x22, 16);
    dp_put16(ip + 88, 443);
    assert_true(dp_flow_fill_quoted(&flow, ip, sizeof ip, true, true));
    assert_memory_equal(flow.local, ip + 56, 16);
    assert_memory_equal(flow.remote, ip + 72, 16);
    assert_int_equal(flow.local_port, 443);
    for (uint32_t len = 40; len < 88; len++)
        assert_false(dp_flow_fill_quoted(&flow, ip, len, true, true));
    ip[40] = WIRE_ICMP6_ECHO;
    assert_false(dp_flow_fill_quoted(&flow, ip, sizeof ip, true, true));
    ip[40] = WIRE_ICMP6_TOO_BIG;
    ip[56] ^= 1; /* somebody else's */
    assert_false(dp_flow_fill_quoted(&flow, ip, sizeof ip, true, true));
}

static void a_packet_has_the_dscp_that_its_sender_chose(void **state)
{
    uint8_t ip[60], ip6[60] = {0x6b, 0x9f}, error[100];
    struct sad_flow flow;
    ip4_make(ip, WIRE_PROTO_UDP);
    for (unsigned tos = 0; tos < 256; tos++) {
        ip[1] = (uint8_t)tos;
        dp_flow_fill(&flow, ip, 28, false, false);
        assert_true(flow.dscp == UINT64_C(1) << (tos >> 2));
        dp_flow_fill(&flow, ip, 28, false, true);
        assert_true(flow.dscp == 0); /* the peer's choice, which is not judged */
    }
    dp_flow_fill(&flow, ip6, 40, true, false);
    assert_true(flow.dscp == UINT64_C(1) << 46);
    /* An error goes by its own, not by that of the packet that it quotes. */
    error_make(error);
    error[1] = 48 << 2;
    error[29] = 46 << 2;
    assert_true(dp_flow_fill_quoted(&flow, error, 56, false, false));
    assert_true(flow.dscp == UINT64_C(1) << 48);
    assert_true(dp_flow_fill_quoted(&flow, error, 56, false, true));
    assert_true(flow.dscp == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_are_by_direction),
        cmocka_unit_test(what_an_error_quotes_went_the_other_way),
        cmocka_unit_test(what_is_no_whole_error_to_the_sender_quotes_nothing),
        cmocka_unit_test(an_error_of_ipv6_quotes_as_well),
        cmocka_unit_test(protocols_with_ports_are_these),
        cmocka_unit_test(icmp_has_type_and_code_for_ports),
        cmocka_unit_test(a_header_cut_short_has_no_ports),
        cmocka_unit_test(a_later_fragment_has_none_and_the_first_has),
        cmocka_unit_test(ip_options_are_stepped_over),
        cmocka_unit_test(ip6_extension_headers_are_walked),
        cmocka_unit_test(a_long_extension_header_is_stepped_over_whole),
        cmocka_unit_test(eight_extension_headers_are_too_many),
        cmocka_unit_test(a_later_ip6_fragment_ends_the_walk),
        cmocka_unit_test(a_packet_has_the_dscp_that_its_sender_chose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
