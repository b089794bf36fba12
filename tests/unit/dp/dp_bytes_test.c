/* SPDX-License-Identifier: BSD-3-Clause */
/* Header bytes that are counted down and summed, against RFC 1071 and a sum byte by byte. */

#include "dp_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* One's complement sum as RFC 1071 1 says it: 16-bit big-endian words, a last odd byte filled up with zero.
 */
static uint16_t slow_sum(const uint8_t *p, size_t len, uint32_t sum)
{
    for (size_t i = 0; i < len; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

static uint16_t fast_sum(const uint8_t *p, size_t len)
{
    return (uint16_t)dp_swap16(dp_cksum_fold(wire_csum_add(0, base_span(p, len))));
}

static void the_example_of_the_rfc(void **state)
{
    const uint8_t p[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    assert_int_equal(fast_sum(p, sizeof p), 0xddf2);
}

static void every_length_up_to_100_bytes(void **state)
{
    uint8_t p[100];
    for (size_t i = 0; i < sizeof p; i++)
        p[i] = (uint8_t)(i * 151 + 200);
    for (size_t len = 0; len <= sizeof p; len++)
        assert_int_equal(fast_sum(p, len), slow_sum(p, len, 0));
}

static void carries_are_not_lost(void **state)
{
    static uint8_t p[65536];
    memset(p, 0xff, sizeof p);
    assert_int_equal(fast_sum(p, sizeof p), 0xffff);
    p[65535] = 0xfe;
    assert_int_equal(fast_sum(p, sizeof p), 0xfffe);
}

static void a_sum_goes_on_where_another_ended(void **state)
{
    uint8_t p[60];
    for (size_t i = 0; i < sizeof p; i++)
        p[i] = (uint8_t)(255 - i * 3);
    for (size_t at = 0; at <= sizeof p; at += 2) {
        const uint64_t sum =
            wire_csum_add(wire_csum_add(0, base_span(p, at)), base_span(p + at, sizeof p - at));
        assert_int_equal(dp_swap16(dp_cksum_fold(sum)), slow_sum(p, sizeof p, 0));
    }
}

static void udp_over_ip6_sums_to_all_ones(void **state)
{
    for (uint32_t payload = 0; payload < 40; payload++) {
        uint8_t ip[40 + 8 + 40] = {0x60, 0, 0, 0, 0, 0, 17, 64};
        const uint32_t len = 48 + payload;
        for (uint32_t i = 8; i < len; i++)
            ip[i] = (uint8_t)(i * 37 + payload);
        dp_put16(ip + 44, (uint16_t)(8 + payload));
        dp_put16(ip + 46, 0);
        dp_udp6_cksum_fill(ip, len);
        /* RFC 8200 8.1: addresses, length and protocol, then the datagram. */
        const uint32_t pseudo = slow_sum(ip + 8, 32, 17 + 8 + payload);
        assert_int_equal(slow_sum(ip + 40, 8 + payload, pseudo), 0xffff);
    }
}

/* RFC 768: zero is sent as all ones, since zero means that there is none. */
static void a_udp_sum_of_zero_is_sent_as_all_ones(void **state)
{
    uint8_t ip[48] = {0x60, 0, 0, 0, 0, 8, 17, 64};
    dp_put16(ip + 44, 8);
    const uint16_t rest = slow_sum(ip + 8, 40, 17 + 8);
    dp_put16(ip + 40, (uint16_t)~rest); /* a source port that makes the sum 0xffff */
    dp_udp6_cksum_fill(ip, sizeof ip);
    assert_int_equal(dp_get16(ip + 46), 0xffff);
}

/* RFC 1624 3: what is repaired is what is summed anew, for each TTL and whatever else is in the header. */
static void a_ttl_that_is_counted_down_leaves_the_checksum_right(void **state)
{
    for (unsigned ttl = 1; ttl < 256; ttl++)
        for (unsigned id = 0; id < 65536; id += 257) {
            uint8_t ip[20] = {0x45, 0, 0, 60, 0, 0, 0x40, 0, 0, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2};
            ip[8] = (uint8_t)ttl;
            dp_put16(ip + 4, (uint16_t)id);
            dp_ip4_cksum_fill(ip, 20);
            assert_int_equal(slow_sum(ip, 20, 0), 0xffff);
            dp_ip4_ttl_dec(ip);
            assert_int_equal(ip[8], ttl - 1);
            assert_int_equal(slow_sum(ip, 20, 0), 0xffff);
        }
}

static void numbers_go_both_ways_in_network_order(void **state)
{
    uint8_t p[8];
    dp_put16(p, 0x1234);
    assert_memory_equal(p, "\x12\x34", 2);
    assert_int_equal(dp_get16(p), 0x1234);
    dp_put32(p, 0x12345678);
    assert_memory_equal(p, "\x12\x34\x56\x78", 4);
    assert_int_equal(dp_get32(p), 0x12345678);
    dp_put64(p, 0x123456789abcdef0);
    assert_memory_equal(p, "\x12\x34\x56\x78\x9a\xbc\xde\xf0", 8);
    assert_int_equal(dp_swap16(0xff00), 0x00ff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_rfc),
        cmocka_unit_test(every_length_up_to_100_bytes),
        cmocka_unit_test(carries_are_not_lost),
        cmocka_unit_test(a_sum_goes_on_where_another_ended),
        cmocka_unit_test(udp_over_ip6_sums_to_all_ones),
        cmocka_unit_test(a_ttl_that_is_counted_down_leaves_the_checksum_right),
        cmocka_unit_test(numbers_go_both_ways_in_network_order),
        cmocka_unit_test(a_udp_sum_of_zero_is_sent_as_all_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
