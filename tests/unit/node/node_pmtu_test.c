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
#include "node_event.h"
#include "node_int.h"
#include "wire_icmp.h"

#define SPI_IN  0x100
#define SPI_OUT 0x01020304

#define PAIRS   3 /* two of one path, and one of the same addresses with another port or as plain ESP */

static struct node node;
static uint16_t outer_mtu[PAIRS];
static uint64_t sent; /* sequence number of the last packet of each */
static int sets;
static bool is_ip6, third_is_plain;
static uint8_t message[160];
static struct node_event news;
static bool is_news;

static struct base_addr at(uint8_t last)
{
    struct base_addr a = is_ip6 ? (struct base_addr){.family = BASE_AF_IP6, .bytes = {0x20, 1, 0xd, 0xb8}}
                                : base_addr_ip4(0xc0000200);
    a.bytes[is_ip6 ? 15 : 3] = last;
    return a;
}

bool sad_next(const struct sad *sad, uint32_t *cursor, struct sad_stats *out)
{
    const uint32_t i = *cursor;
    if (i == PAIRS)
        return false;
    *out = (struct sad_stats){.out.seq = sent,
                              .spi_in = SPI_IN + i,
                              .spi_out = SPI_OUT + i,
                              .outer_mtu = outer_mtu[i],
                              .encap = i < 2 || !third_is_plain,
                              .path = {{at(1), 4500}, {at(2), i < 2 ? 4500 : 4501}}};
    ++*cursor;
    return true;
}

int sad_set_mtu(struct sad *sad, uint32_t spi_in, uint16_t mtu)
{
    assert_in_range(spi_in, SPI_IN, SPI_IN + PAIRS - 1);
    outer_mtu[spi_in - SPI_IN] = mtu;
    sets++;
    return 0;
}

static void mtus_set(uint16_t mtu)
{
    for (size_t i = 0; i < PAIRS; i++)
        outer_mtu[i] = mtu;
}

static void mtus_are(uint16_t first, uint16_t second, uint16_t third)
{
    assert_int_equal(outer_mtu[0], first);
    assert_int_equal(outer_mtu[1], second);
    assert_int_equal(outer_mtu[2], third);
}

static int setup(void **state)
{
    host_log_set_level(HOST_ERR);
    memset(&node, 0, sizeof node);
    node.now = (base_time){1000 * BASE_NS_PER_S};
    mtus_set(1500);
    sent = 1000;
    sets = 0;
    is_ip6 = third_is_plain = false;
    return 0;
}

static void word(size_t where, uint32_t v)
{
    for (size_t i = 0; i < 4; i++)
        message[where + i] = (uint8_t)(v >> 8 * (3 - i));
}

/* What a router quotes, and what it asks for. */
struct error {
    uint32_t mtu, spi;
    uint32_t seq;                /* 0: the last one */
    uint16_t from_port, to_port; /* 0: 4500 */
    uint8_t to;                  /* address; 0: 2 */
    uint8_t proto;               /* 0: UDP */
    uint8_t quoted;              /* bytes behind the IP header; 0: 16 */
    bool has_wrong_sum;
};

static size_t error_write(const struct error *e)
{
    const size_t head = is_ip6 ? 40 : 20, quote = 8, upper = quote + head;
    const struct base_addr src = at(1), dst = at(e->to ? e->to : 2);
    memset(message, 0, sizeof message);
    message[0] = is_ip6 ? 2 : 3;
    message[1] = is_ip6 ? 0 : 4;
    word(4, e->mtu);
    message[quote] = is_ip6 ? 0x60 : 0x45;
    message[quote + (is_ip6 ? 5 : 3)] = 120;
    message[quote + (is_ip6 ? 6 : 9)] = e->proto ? e->proto : 17;
    memcpy(message + quote + (is_ip6 ? 8 : 12), src.bytes, is_ip6 ? 16 : 4);
    memcpy(message + quote + (is_ip6 ? 24 : 16), dst.bytes, is_ip6 ? 16 : 4);
    if (e->proto == WIRE_PROTO_ESP) {
        word(upper, e->spi);
        word(upper + 4, e->seq ? e->seq : (uint32_t)sent);
    } else {
        const uint32_t from = e->from_port ? e->from_port : 4500, to = e->to_port ? e->to_port : 4500;
        word(upper, from << 16 | to);
        word(upper + 8, e->spi);
        word(upper + 12, e->seq ? e->seq : (uint32_t)sent);
    }
    return upper + (e->quoted ? e->quoted : 16);
}

static void message_comes(size_t len, bool has_wrong_sum)
{
    const struct base_addr from = at(9), to = at(1);
    uint64_t sum = is_ip6 ? wire_csum_pseudo6(from.bytes, to.bytes, WIRE_PROTO_ICMP6, (uint32_t)len) : 0;
    const uint16_t csum = wire_csum_fold(wire_csum_add(sum, base_span(message, len)));
    memcpy(message + 2, &csum, 2);
    message[3] ^= has_wrong_sum;
    const struct dp_punt punt = {
        .reason = DP_PUNT_ICMP_ERR, .src.addr = from, .dst.addr = to, .payload = base_span(message, len)};
    is_news = node_pmtu_error(&node, &punt, &news);
}

static void error_is(struct error e)
{
    message_comes(error_write(&e), e.has_wrong_sum);
}

/* An error that asks for an MTU and quotes our ESP in UDP from address 1 to this one. */
static void error_comes(uint32_t mtu, uint8_t to, uint32_t spi)
{
    error_is((struct error){.mtu = mtu, .to = to, .spi = spi});
}

static void an_error_about_our_packet_lowers_the_mtu(void **state)
{
    error_comes(1400, 2, SPI_OUT);
    mtus_are(1400, 1500, 1500);
    error_comes(1450, 2, SPI_OUT); /* never up */
    mtus_are(1400, 1500, 1500);
    error_comes(68, 2, SPI_OUT); /* never below what every path carries */
    mtus_are(576, 1500, 1500);
    assert_int_equal(sets, 2);
    assert_int_equal(node.own.pmtu_lowered, 2);
    assert_int_equal(node.own.pmtu_known, 1);
}

static void over_ip6_the_floor_is_1280(void **state)
{
    is_ip6 = true;
    error_comes(1400, 2, SPI_OUT);
    mtus_are(1400, 1500, 1500);
    error_comes(600, 2, SPI_OUT);
    mtus_are(1280, 1500, 1500);
    error_is((struct error){.mtu = 600, .quoted = 8});
    mtus_are(1280, 1280, 1500);
}

static void what_quotes_no_packet_of_ours_changes_nothing(void **state)
{
    error_is((struct error){.mtu = 1400, .spi = SPI_OUT ^ 0x80, .to_port = 4502});
    error_comes(1400, 3, SPI_OUT);
    error_comes(0, 2, SPI_OUT);
    error_is((struct error){.mtu = 1400, .spi = SPI_OUT, .proto = 6});              /* TCP */
    error_is((struct error){.mtu = 1400, .spi = SPI_OUT, .proto = WIRE_PROTO_ESP}); /* not in UDP */
    assert_int_equal(node.own.pmtu_unknown, 5);
    error_is((struct error){.mtu = 1400, .spi = SPI_OUT, .has_wrong_sum = true});
    memset(message, 0, 4);
    message_comes(4, false); /* cut short */
    assert_int_equal(node.own.icmp_broken, 2);
    const struct error e = {.mtu = 1400, .spi = SPI_OUT};
    const size_t len = error_write(&e);
    message[1] = 3; /* port unreachable */
    message_comes(len, false);
    assert_int_equal(node.own.icmp_other, 1);
    assert_int_equal(sets, 0);
    error_is(e);
    assert_int_equal(sets, 1);
}

/* RFC 792: IP header and 8 bytes, which of ESP in UDP are the UDP header. */
static void of_a_short_quote_addresses_and_ports_must_be_an_sas(void **state)
{
    static const struct error wrong[] = {{.mtu = 1400, .quoted = 8, .to = 3},
                                         {.mtu = 1400, .quoted = 8, .from_port = 500, .to_port = 500},
                                         {.mtu = 1400, .quoted = 8, .to_port = 4502},
                                         {.mtu = 1400, .quoted = 11, .from_port = 4501}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        error_is(wrong[i]);
    assert_int_equal(node.own.pmtu_unknown, 4);
    assert_int_equal(sets, 0);
    error_is((struct error){.mtu = 1400, .quoted = 8});
    mtus_are(1400, 1400, 1500); /* all that go this way */
    error_is((struct error){.mtu = 1300, .quoted = 8, .to_port = 4501});
    mtus_are(1400, 1400, 1300);
    error_is((struct error){.mtu = 68, .quoted = 8});
    mtus_are(576, 576, 1300);
    error_is((struct error){.mtu = 68, .quoted = 8});
    assert_int_equal(node.own.pmtu_lowered, 3);
    assert_int_equal(node.own.pmtu_known, 1);
    error_is((struct error){.mtu = 1400, .quoted = 7});
    assert_int_equal(node.own.pmtu_unknown, 5);
}

/* Who knows the SPI alone, from a capture long ago or a guess, is not believed. */
static void who_knows_the_spi_must_know_ports_and_a_sequence_number_too(void **state)
{
    static const struct error wrong[] = {{.mtu = 1400, .spi = SPI_OUT, .from_port = 1, .to_port = 2},
                                         {.mtu = 1400, .spi = SPI_OUT, .to_port = 4501},
                                         {.mtu = 1400, .spi = SPI_OUT, .quoted = 12, .to_port = 4501},
                                         {.mtu = 1400, .spi = SPI_OUT, .seq = 1001},
                                         {.mtu = 1400, .spi = SPI_OUT, .seq = UINT32_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error_is(wrong[i]);
        assert_int_equal(sets, 0);
        assert_false(is_news && news.path_mtu.is_sure);
    }
    error_is((struct error){.mtu = 1400, .spi = SPI_OUT, .seq = 1});
    assert_int_equal(sets, 1);
    sent = (UINT64_C(1) << 33) + 5; /* beyond what the header shows */
    error_is((struct error){.mtu = 1390, .spi = SPI_OUT, .seq = UINT32_MAX - 100});
    assert_int_equal(sets, 2);
    error_is((struct error){.mtu = 1380, .spi = SPI_OUT, .seq = UINT32_MAX - (1 << 18)});
    assert_int_equal(sets, 2);
    assert_int_equal(node.own.pmtu_unknown, 4);
    error_is((struct error){.mtu = 1380, .spi = SPI_OUT, .quoted = 12});
    assert_int_equal(sets, 3);
    node.now = base_time_add(node.now, BASE_NS_PER_S);
    sent = 0; /* nothing was sent */
    error_is((struct error){.mtu = 1370, .spi = SPI_OUT, .seq = 0});
    error_is((struct error){.mtu = 1370, .spi = SPI_OUT, .seq = 5});
    third_is_plain = true;
    error_is((struct error){.mtu = 1370, .spi = SPI_OUT + 2, .proto = WIRE_PROTO_ESP, .quoted = 8, .seq = 9});
    assert_int_equal(sets, 3);
}

/* Eight bytes of plain ESP have the SPI, and ports are none of its own. */
static void of_plain_esp_a_short_quote_tells_the_spi(void **state)
{
    third_is_plain = true;
    error_is((struct error){.mtu = 1400, .quoted = 8, .to_port = 4501});
    error_is((struct error){.mtu = 1400, .quoted = 8, .proto = WIRE_PROTO_ESP, .spi = SPI_OUT});
    assert_int_equal(sets, 0);
    error_is((struct error){.mtu = 1400, .quoted = 8, .proto = WIRE_PROTO_ESP, .spi = SPI_OUT + 2});
    mtus_are(1500, 1500, 1400);
}

static void ten_errors_a_second_are_looked_at_and_short_ones_keep_no_other_out(void **state)
{
    for (uint32_t i = 0; i < 20; i++)
        error_is((struct error){.mtu = 1480 - i, .quoted = 8});
    mtus_are(1471, 1471, 1500);
    assert_int_equal(node.own.pmtu_limited, 10);
    for (uint32_t i = 0; i < 20; i++)
        error_comes(1400 - i, 2, SPI_OUT);
    mtus_are(1391, 1471, 1500);
    assert_int_equal(node.own.pmtu_limited, 20);
    node.now = base_time_add(node.now, BASE_NS_PER_S);
    error_comes(1300, 2, SPI_OUT);
    error_is((struct error){.mtu = 1290, .quoted = 8});
    mtus_are(1290, 1290, 1500);
}

static void news_are(uint32_t spi_in, uint16_t mtu, bool is_sure)
{
    assert_true(is_news);
    assert_int_equal(news.type, NODE_EV_PATH_MTU);
    assert_int_equal(news.spi_in, spi_in);
    assert_int_equal(news.path_mtu.mtu, mtu);
    assert_int_equal(news.path_mtu.is_sure, is_sure);
}

static void control_hears_what_is_believed_and_what_may_be_about_a_probe(void **state)
{
    error_comes(1400, 2, SPI_OUT + 1);
    news_are(SPI_IN + 1, 1400, true);
    error_is((struct error){.mtu = 68, .quoted = 8, .to_port = 4501});
    news_are(SPI_IN + 2, 576, true);
    error_comes(1400, 3, SPI_OUT);
    assert_false(is_news);
    error_is((struct error){.mtu = 1400, .spi = 0}); /* the non-ESP marker */
    news_are(SPI_IN, 1400, false);
    mtus_are(1500, 1400, 576);
    assert_int_equal(node.own.pmtu_other, 1);
    third_is_plain = true; /* its IKE goes in UDP all the same */
    error_is((struct error){.mtu = 1400, .spi = 7, .to_port = 4501});
    news_are(SPI_IN + 2, 1400, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_error_about_our_packet_lowers_the_mtu, setup),
        cmocka_unit_test_setup(over_ip6_the_floor_is_1280, setup),
        cmocka_unit_test_setup(what_quotes_no_packet_of_ours_changes_nothing, setup),
        cmocka_unit_test_setup(of_a_short_quote_addresses_and_ports_must_be_an_sas, setup),
        cmocka_unit_test_setup(who_knows_the_spi_must_know_ports_and_a_sequence_number_too, setup),
        cmocka_unit_test_setup(of_plain_esp_a_short_quote_tells_the_spi, setup),
        cmocka_unit_test_setup(ten_errors_a_second_are_looked_at_and_short_ones_keep_no_other_out, setup),
        cmocka_unit_test_setup(control_hears_what_is_believed_and_what_may_be_about_a_probe, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
