/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to the MSS option of a SYN, whose checksum must stay right, and to all other packets: nothing.
 */
#include "dp_mss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "dp_bytes.h"

#define MTU   1400
#define MOST4 (MTU - 40)
#define MOST6 (MTU - 60)

/* A packet with TCP whose options are given; checksum right. */
struct packet {
    uint8_t ip[128];
    uint32_t len, l3;
    bool is6;
};

static uint16_t tcp_sum(const struct packet *p)
{
    const uint32_t tcp_len = p->len - p->l3;
    uint64_t sum =
        p->is6 ? wire_csum_add(0, base_span(p->ip + 8, 32)) : wire_csum_add(0, base_span(p->ip + 12, 8));
    sum += __builtin_bswap16((uint16_t)tcp_len) + __builtin_bswap16(WIRE_PROTO_TCP);
    return dp_cksum_fold(wire_csum_add(sum, base_span(p->ip + p->l3, tcp_len)));
}

static struct packet packet_make(bool is6, uint8_t flags, const uint8_t *options, uint32_t n)
{
    struct packet p = {.is6 = is6, .l3 = is6 ? 40 : 20};
    p.len = p.l3 + 20 + n;
    for (uint32_t i = 0; i < p.len; i++)
        p.ip[i] = (uint8_t)(i * 11 + 1);
    p.ip[0] = is6 ? 0x60 : 0x45;
    p.ip[6] = is6 ? WIRE_PROTO_TCP : 0;
    p.ip[7] = 0;
    p.ip[9] = is6 ? p.ip[9] : WIRE_PROTO_TCP;
    uint8_t *tcp = p.ip + p.l3;
    tcp[12] = (uint8_t)((20 + n) / 4 << 4);
    tcp[13] = flags;
    memcpy(tcp + 20, options, n);
    dp_put16(tcp + 16, 0);
    dp_store16(tcp + 16, (uint16_t)~tcp_sum(&p));
    assert_int_equal(tcp_sum(&p), 0xffff);
    return p;
}

static void assert_untouched(struct packet p, uint16_t mtu)
{
    const struct packet before = p;
    dp_mss_clamp(p.ip, p.len, p.is6, mtu);
    assert_memory_equal(p.ip, before.ip, sizeof p.ip);
}

static void a_large_one_is_lowered_in_both_families(void **state)
{
    const uint8_t options[] = {2, 4, 0x05, 0xb4}; /* 1460 */
    for (int is6 = 0; is6 < 2; is6++) {
        struct packet p = packet_make(is6, 0x02, options, sizeof options);
        dp_mss_clamp(p.ip, p.len, is6, MTU);
        assert_int_equal(dp_get16(p.ip + p.l3 + 22), is6 ? MOST6 : MOST4);
        assert_int_equal(tcp_sum(&p), 0xffff);
    }
}

static void a_syn_that_answers_is_lowered_too(void **state)
{
    const uint8_t options[] = {2, 4, 0xff, 0xff};
    struct packet p = packet_make(false, 0x12, options, sizeof options);
    dp_mss_clamp(p.ip, p.len, false, MTU);
    assert_int_equal(dp_get16(p.ip + p.l3 + 22), MOST4);
    assert_int_equal(tcp_sum(&p), 0xffff);
}

static void one_that_fits_stays(void **state)
{
    const uint8_t fits[] = {2, 4, MOST4 >> 8, MOST4 & 0xff}, small[] = {2, 4, 0, 1};
    assert_untouched(packet_make(false, 0x02, fits, 4), MTU);
    assert_untouched(packet_make(false, 0x02, small, 4), MTU);
    struct packet p = packet_make(false, 0x02, fits, 4);
    dp_mss_clamp(p.ip, p.len, false, MTU - 1);
    assert_int_equal(dp_get16(p.ip + p.l3 + 22), MOST4 - 1);
}

/* Behind one NOP the value lies across two words of the checksum. */
static void at_an_odd_offset_the_checksum_stays_right(void **state)
{
    const uint8_t options[] = {1, 2, 4, 0x23, 0x28, 1, 1, 0}; /* 9000 */
    for (int is6 = 0; is6 < 2; is6++) {
        struct packet p = packet_make(is6, 0x02, options, sizeof options);
        dp_mss_clamp(p.ip, p.len, is6, MTU);
        assert_int_equal(dp_get16(p.ip + p.l3 + 23), is6 ? MOST6 : MOST4);
        assert_int_equal(tcp_sum(&p), 0xffff);
    }
}

static void it_is_found_behind_other_options(void **state)
{
    const uint8_t options[] = {4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 0x23, 0x28, 3, 3, 7, 0};
    struct packet p = packet_make(false, 0x02, options, sizeof options);
    dp_mss_clamp(p.ip, p.len, false, MTU);
    assert_int_equal(dp_get16(p.ip + p.l3 + 20 + 14), MOST4);
    assert_int_equal(tcp_sum(&p), 0xffff);
}

static void behind_ip_options_it_is_found(void **state)
{
    const uint8_t options[] = {2, 4, 0x23, 0x28};
    struct packet p = packet_make(false, 0x02, options, sizeof options);
    memmove(p.ip + 24, p.ip + 20, 24);
    memset(p.ip + 20, 1, 4);
    p.ip[0] = 0x46;
    p.l3 = 24;
    p.len += 4;
    dp_mss_clamp(p.ip, p.len, false, MTU);
    assert_int_equal(dp_get16(p.ip + 24 + 22), MOST4);
    assert_int_equal(tcp_sum(&p), 0xffff);
}

static void what_is_no_syn_stays(void **state)
{
    const uint8_t options[] = {2, 4, 0x23, 0x28};
    assert_untouched(packet_make(false, 0x10, options, sizeof options), MTU);
    assert_untouched(packet_make(true, 0x04, options, sizeof options), MTU);
}

static void later_fragments_have_no_header_to_look_at(void **state)
{
    const uint8_t options[] = {2, 4, 0x23, 0x28};
    struct packet p = packet_make(false, 0x02, options, sizeof options);
    dp_put16(p.ip + 6, 0x2001);
    assert_untouched(p, MTU);
    dp_put16(p.ip + 6, 0x2000); /* the first one has it */
    dp_mss_clamp(p.ip, p.len, false, MTU);
    assert_int_equal(dp_get16(p.ip + p.l3 + 22), MOST4);
}

static void broken_options_end_the_search(void **state)
{
    static const uint8_t broken[][8] = {
        {5, 0, 2, 4, 0x23, 0x28, 0, 0},   /* a length of nothing */
        {0, 2, 4, 0x23, 0x28, 0, 0, 0},   /* behind the end */
        {2, 3, 0x23, 0x28, 0, 0, 0, 0},   /* an MSS of another length */
        {5, 200, 2, 4, 0x23, 0x28, 0, 0}, /* longer than the header */
        {1, 1, 1, 1, 1, 2, 4, 0x23},      /* cut short by the header's end */
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_untouched(packet_make(false, 0x02, broken[i], 8), MTU);
}

static void every_truncation_is_left_alone(void **state)
{
    const uint8_t options[] = {2, 4, 0x23, 0x28};
    for (int is6 = 0; is6 < 2; is6++) {
        const struct packet whole = packet_make(is6, 0x02, options, sizeof options);
        for (uint32_t len = whole.l3; len < whole.len; len++) {
            struct packet p = whole;
            p.len = len;
            assert_untouched(p, MTU);
        }
    }
}

static void a_header_shorter_than_tcp_has_no_options(void **state)
{
    const uint8_t options[] = {2, 4, 0x23, 0x28};
    struct packet p = packet_make(false, 0x02, options, sizeof options);
    p.ip[p.l3 + 12] = 0x40;
    assert_untouched(p, MTU);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_one_is_lowered_in_both_families),
        cmocka_unit_test(a_syn_that_answers_is_lowered_too),
        cmocka_unit_test(one_that_fits_stays),
        cmocka_unit_test(at_an_odd_offset_the_checksum_stays_right),
        cmocka_unit_test(it_is_found_behind_other_options),
        cmocka_unit_test(behind_ip_options_it_is_found),
        cmocka_unit_test(what_is_no_syn_stays),
        cmocka_unit_test(later_fragments_have_no_header_to_look_at),
        cmocka_unit_test(broken_options_end_the_search),
        cmocka_unit_test(every_truncation_is_left_alone),
        cmocka_unit_test(a_header_shorter_than_tcp_has_no_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
