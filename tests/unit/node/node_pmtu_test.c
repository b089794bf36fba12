/* SPDX-License-Identifier: BSD-3-Clause */
/* Which ICMP errors are believed, and what becomes of a tunnel's MTU. The tables are one pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include "host_log.h"
#include "node_int.h"

#define SPI_IN  0x100
#define SPI_OUT 0x01020304

static struct node node;
static uint16_t outer_mtu, route_mtu;
static int sets;
static bool is_ip6;
static uint8_t message[128];

static struct base_addr at(uint8_t last)
{
    struct base_addr a = is_ip6 ? (struct base_addr){.family = BASE_AF_IP6, .bytes = {0x20, 1, 0xd, 0xb8}}
                                : base_addr_ip4(0xc0000200);
    a.bytes[is_ip6 ? 15 : 3] = last;
    return a;
}

bool sad_next(const struct sad *sad, uint32_t *cursor, struct sad_stats *out)
{
    *out = (struct sad_stats){
        .spi_in = SPI_IN, .spi_out = SPI_OUT, .outer_mtu = outer_mtu, .path = {{at(1), 4500}, {at(2), 4500}}};
    return (*cursor)++ == 0;
}

int sad_set_mtu(struct sad *sad, uint32_t spi_in, uint16_t mtu)
{
    assert_int_equal(spi_in, SPI_IN);
    outer_mtu = mtu;
    sets++;
    return 0;
}

int dp_route_find(const struct dp *dp, const struct base_addr *to, struct base_addr *local, uint16_t *mtu)
{
    *mtu = route_mtu;
    return 0;
}

static int setup(void **state)
{
    host_log_set_level(HOST_ERR);
    memset(&node, 0, sizeof node);
    node.now = (base_time){1000 * BASE_NS_PER_S};
    node.pmtu.restore_at = BASE_TIME_NEVER;
    outer_mtu = route_mtu = 1500;
    sets = 0;
    is_ip6 = false;
    return 0;
}

static void word(size_t where, uint32_t v)
{
    for (size_t i = 0; i < 4; i++)
        message[where + i] = (uint8_t)(v >> 8 * (3 - i));
}

/* An error that asks for an MTU and quotes our ESP in UDP from address 1 to this one. */
static void error_comes(uint32_t mtu, uint8_t to, uint32_t spi)
{
    const size_t head = is_ip6 ? 40 : 20, quote = 8;
    const struct base_addr src = at(1), dst = at(to);
    memset(message, 0, sizeof message);
    message[0] = is_ip6 ? 2 : 3;
    message[1] = is_ip6 ? 0 : 4;
    word(4, mtu);
    message[quote] = is_ip6 ? 0x60 : 0x45;
    if (is_ip6) {
        message[quote + 5] = 100;
        message[quote + 6] = 17;
        memcpy(message + quote + 8, src.bytes, 16);
        memcpy(message + quote + 24, dst.bytes, 16);
    } else {
        message[quote + 3] = 120;
        message[quote + 9] = 17;
        memcpy(message + quote + 12, src.bytes, 4);
        memcpy(message + quote + 16, dst.bytes, 4);
    }
    word(quote + head + 8, spi);
    const struct dp_punt punt = {.reason = DP_PUNT_ICMP_ERR,
                                 .src.addr = at(9),
                                 .dst.addr = at(1),
                                 .payload = base_span(message, quote + head + 8 + 8)};
    node_pmtu_error(&node, &punt);
}

static void an_error_about_our_packet_lowers_the_mtu(void **state)
{
    error_comes(1400, 2, SPI_OUT);
    assert_int_equal(outer_mtu, 1400);
    error_comes(1450, 2, SPI_OUT); /* never up */
    assert_int_equal(outer_mtu, 1400);
    error_comes(68, 2, SPI_OUT); /* never below what every path carries */
    assert_int_equal(outer_mtu, 576);
    assert_int_equal(sets, 2);
}

static void over_ip6_the_floor_is_1280(void **state)
{
    is_ip6 = true;
    error_comes(1400, 2, SPI_OUT);
    assert_int_equal(outer_mtu, 1400);
    error_comes(600, 2, SPI_OUT);
    assert_int_equal(outer_mtu, 1280);
}

static void what_quotes_no_packet_of_ours_changes_nothing(void **state)
{
    error_comes(1400, 2, SPI_OUT ^ 1);
    error_comes(1400, 3, SPI_OUT);
    error_comes(0, 2, SPI_OUT);
    assert_int_equal(sets, 0);
    struct dp_punt punt = {.src.addr = at(9), .dst.addr = at(1), .payload = base_span(message, 4)};
    node_pmtu_error(&node, &punt); /* cut short */
    error_comes(1400, 2, SPI_OUT);
    assert_int_equal(sets, 1);
    message[1] = 3; /* port unreachable */
    outer_mtu = 1500;
    punt.payload = base_span(message, 44);
    node_pmtu_error(&node, &punt);
    assert_int_equal(sets, 1);
}

static void ten_errors_a_second_are_looked_at(void **state)
{
    for (uint32_t i = 0; i < 20; i++)
        error_comes(1400 - i, 2, SPI_OUT);
    assert_int_equal(sets, 10);
    node.now = base_time_add(node.now, BASE_NS_PER_S);
    error_comes(1300, 2, SPI_OUT);
    assert_int_equal(sets, 11);
}

static void ten_minutes_after_the_last_error_the_full_mtu_is_tried(void **state)
{
    node_pmtu_tick(&node);
    assert_int_equal(sets, 0);
    error_comes(1400, 2, SPI_OUT);
    node.now = base_time_add(node.now, 599 * BASE_NS_PER_S);
    node_pmtu_tick(&node);
    assert_int_equal(outer_mtu, 1400);
    node.now = base_time_add(node.now, BASE_NS_PER_S);
    node_pmtu_tick(&node);
    assert_int_equal(outer_mtu, 1500);
    node_pmtu_tick(&node);
    assert_int_equal(sets, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_error_about_our_packet_lowers_the_mtu, setup),
        cmocka_unit_test_setup(over_ip6_the_floor_is_1280, setup),
        cmocka_unit_test_setup(what_quotes_no_packet_of_ours_changes_nothing, setup),
        cmocka_unit_test_setup(ten_errors_a_second_are_looked_at, setup),
        cmocka_unit_test_setup(ten_minutes_after_the_last_error_the_full_mtu_is_tried, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
