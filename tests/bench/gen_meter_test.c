/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets as the generator makes them and as its meter tells them apart: clear, sealed, forged, of many SAs,
 * IKE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gen_ike.h"
#include "gen_meter.h"
#include "gen_stamp.h"

#define TRIAL  5
#define STREAM 1
#define UDP_AT 34

static const uint8_t keymat[20] = {1, 2, 3};
static const uint32_t spis[3] = {0x70000001, 0x100, 0xfffffff0};
static struct meter_flow flow;
static struct gen_meter meter;
static struct gen_stamp stamp;
static uint8_t data[METER_PKT_MAX];

static void stamp_fill(void *ctx, uint8_t *payload, uint32_t bytes, uint32_t sa)
{
    memset(payload, METER_FILL, bytes);
    gen_stamp_write(&stamp, payload);
    stamp.number++;
}

/* A flow of three SAs of this kind, and a meter that expects it. */
static void rig_open(enum meter_kind kind)
{
    stamp = (struct gen_stamp){.trial = TRIAL, .stream = STREAM, .tsc = 1000};
    flow = (struct meter_flow){.kind = kind,
                               .size = 64,
                               .sas = 3,
                               .inner_src = 0x0a010001,
                               .inner_dst = 0x0a020001,
                               .is_in_turn = true,
                               .fill = stamp_fill,
                               .outer_port = 4500,
                               .spis = spis};
    assert_int_equal(meter_flow_init(&flow, keymat, sizeof(keymat)), 0);
    assert_int_equal(gen_meter_init(&meter, 3), 0);
    gen_meter_begin(&meter, &(struct gen_expect){.trial = TRIAL,
                                                 .stream = STREAM,
                                                 .sa_base = 0x0a020001,
                                                 .is_sealed = kind != METER_PLAIN,
                                                 .key = &flow});
}

static void rig_close(void)
{
    gen_meter_fini(&meter);
    meter_flow_fini(&flow);
}

static void clear_packets_are_known_by_their_stamps(void **state)
{
    rig_open(METER_PLAIN);
    for (uint32_t i = 0; i < 9; i++)
        gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1000 + 10 * i);
    gen_meter_take(&meter, data, 64, 1080); /* the last one again */
    assert_int_equal(gen_meter_received(&meter), 9);
    assert_int_equal(meter.clear, 10);
    assert_int_equal(meter.clear_bytes, 640);
    assert_int_equal(meter.seq.duplicates, 1);
    assert_int_equal(meter.seq.reordered, 0);
    assert_int_equal(meter.seq.silent, 0);
    assert_int_equal(meter.latency.max, 80);
    assert_int_equal(meter.gap, 10);
    rig_close();
}

static void the_smallest_frame_holds_a_stamp_and_the_largest_its_pattern(void **state)
{
    static const uint32_t sizes[] = {64, 65, 570, 1500};
    for (uint32_t i = 0; i < 4; i++) {
        rig_open(METER_PLAIN);
        flow.size = sizes[i];
        uint32_t bytes = meter_flow_next(&flow, data);
        assert_int_equal(bytes, sizes[i]);
        data[bytes - 1] ^= i > 0; /* the smallest has no byte but the stamp's */
        gen_meter_take(&meter, data, bytes, 1000);
        assert_int_equal(meter.damaged, i > 0);
        assert_int_equal(gen_meter_received(&meter), i == 0);
        rig_close();
    }
}

static void packets_of_another_trial_or_stream_are_stale(void **state)
{
    rig_open(METER_PLAIN);
    stamp.trial = TRIAL + 1;
    gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1000);
    stamp.trial = TRIAL;
    stamp.stream = STREAM + 1;
    gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1000);
    assert_int_equal(meter.stale, 2);
    assert_int_equal(gen_meter_received(&meter), 0);
    rig_close();
}

static void no_cut_frame_is_read_beyond_its_end(void **state)
{
    rig_open(METER_PLAIN);
    flow.size = 200;
    uint32_t whole = meter_flow_next(&flow, data);
    for (uint32_t bytes = 0; bytes < whole; bytes++) {
        uint8_t *cut = malloc(bytes ? bytes : 1); /* for a sanitizer */
        memcpy(cut, data, bytes);
        gen_meter_take(&meter, cut, bytes, 1000);
        free(cut);
    }
    assert_int_equal(gen_meter_received(&meter), 0);
    assert_int_equal(meter.other, whole);
    rig_close();
}

static void sealed_packets_are_counted_and_some_opened(void **state)
{
    static const enum meter_kind kinds[] = {METER_ESP, METER_NATT};
    for (uint32_t k = 0; k < 2; k++) {
        rig_open(kinds[k]);
        for (uint32_t i = 0; i < 2 * GEN_OPEN_EVERY; i++)
            gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1500);
        assert_int_equal(meter.sealed, 2 * GEN_OPEN_EVERY);
        assert_int_equal(meter.opened, 2);
        assert_int_equal(meter.unopened, 0);
        assert_int_equal(meter.latency.max, 500);
        flow.is_forged = true;
        for (uint32_t i = 0; i < GEN_OPEN_EVERY; i++)
            gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1500);
        assert_int_equal(meter.opened, 2);
        assert_int_equal(meter.unopened, 1);
        rig_close();
    }
}

static void sealed_packets_of_another_trial_or_where_clear_ones_are_to_come_do_not_count(void **state)
{
    rig_open(METER_NATT);
    stamp.trial = TRIAL - 1;
    for (uint32_t i = 0; i < 3; i++)
        gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1500);
    assert_int_equal(meter.stale, 3);
    assert_int_equal(gen_meter_received(&meter), 0);
    stamp.trial = TRIAL;
    gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1500);
    assert_int_equal(gen_meter_received(&meter), 1);
    meter.expect.is_sealed = false;
    gen_meter_take(&meter, data, meter_flow_next(&flow, data), 1500);
    assert_int_equal(gen_meter_received(&meter), 1);
    assert_int_equal(meter.other, 1);
    rig_close();
}

static void each_sa_has_the_spi_of_the_file_and_numbers_of_its_own(void **state)
{
    rig_open(METER_NATT);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t esp_bytes, bytes = meter_flow_next(&flow, data);
        const uint8_t *esp = meter_flow_esp(data, bytes, &esp_bytes);
        assert_non_null(esp);
        assert_int_equal((uint32_t)esp[0] << 24 | esp[1] << 16 | esp[2] << 8 | esp[3], spis[i % 3]);
        assert_int_equal(esp[7], 1 + i / 3);
    }
    rig_close();
}

static void numbers_do_not_begin_again(void **state)
{
    rig_open(METER_NATT);
    flow.sas = 1;
    flow.seq[0] = UINT32_MAX - 2;
    assert_true(meter_flow_next(&flow, data) > 0);
    assert_false(flow.is_spent);
    assert_int_equal(meter_flow_next(&flow, data), 0);
    assert_true(flow.is_spent);
    flow.is_spent = false;
    flow.is_esn = true;
    assert_true(meter_flow_next(&flow, data) > 0);
    rig_close();
}

static void a_forged_packet_differs_in_one_bit_of_its_icv(void **state)
{
    uint8_t good[METER_PKT_MAX], clear[METER_PKT_MAX];
    uint32_t esp_bytes, differ = 0;
    for (int forged = 0; forged < 2; forged++) {
        rig_open(METER_NATT);
        flow.is_forged = forged;
        uint32_t bytes = meter_flow_next(&flow, forged ? data : good);
        const uint8_t *esp = meter_flow_esp(forged ? data : good, bytes, &esp_bytes);
        assert_int_equal(meter_flow_open(&flow, esp, esp_bytes, clear), forged ? 0 : 50);
        for (uint32_t i = 0; forged && i < bytes; i++)
            differ += (uint32_t)__builtin_popcount(good[i] ^ data[i]);
        rig_close();
    }
    assert_int_equal(differ, 1);
}

/* As the gateway seals whose keys were made by hand: one key, and a salt that counts with the SPI. */
static void each_sa_of_the_gateway_has_a_salt_of_its_own(void **state)
{
    static const uint32_t consecutive[3] = {0x1000, 0x1001, 0x1002};
    uint8_t clear[METER_PKT_MAX], next[20];
    struct meter_flow opener = {.kind = METER_SINK, .sas = 1, .is_salted = true, .spi = 0x1000};
    memcpy(next, keymat, sizeof(next));
    memset(next + 16, 0xff, 4); /* from the second SA on it has wrapped */
    assert_int_equal(meter_flow_init(&opener, next, sizeof(next)), 0);
    for (uint32_t sa = 0; sa < 3; sa++) {
        uint32_t esp_bytes;
        rig_open(METER_NATT);
        flow.spis = consecutive;
        flow.sa_turn = sa;
        memset(flow.salt, 0, 4);
        if (sa)
            flow.salt[3] = (uint8_t)(sa - 1);
        else
            memset(flow.salt, 0xff, 4);
        const uint8_t *esp = meter_flow_esp(data, meter_flow_next(&flow, data), &esp_bytes);
        assert_int_equal(meter_flow_open(&opener, esp, esp_bytes, clear), 50);
        opener.is_salted = false;
        assert_int_equal(meter_flow_open(&opener, esp, esp_bytes, clear), sa ? 0 : 50);
        opener.is_salted = true;
        rig_close();
    }
    meter_flow_fini(&opener);
}

static void ike_is_told_from_esp_on_its_port(void **state)
{
    static const uint8_t mac[6] = {2};
    rig_open(METER_PLAIN);
    memset(data, 0, sizeof(data)); /* the mark of IKE, RFC 3948 2.2 */
    gen_meter_take(&meter, data, meter_flow_udp(data, mac, mac, 1, 2, 4500, 4500, 40), 1000);
    gen_meter_take(&meter, data, meter_flow_udp(data, mac, mac, 1, 2, 500, 1024, 40), 1000);
    assert_int_equal(meter.ike, 2);
    gen_meter_take(&meter, data, meter_flow_udp(data, mac, mac, 1, 2, 53, 53, 40), 1000);
    data[23] = 1; /* ICMP; the meter does not look at its checksum */
    data[UDP_AT] = 3;
    data[UDP_AT + 1] = 4;
    gen_meter_take(&meter, data, 82, 1000);
    assert_int_equal(meter.other, 1);
    assert_int_equal(meter.icmp, 1);
    assert_true(meter.icmp_type == 3 && meter.icmp_code == 4);
    rig_close();
}

/* RFC 7296 3.1 to 3.4, as far as a responder reads it before it answers. */
static void an_ike_request_is_well_formed_and_each_is_another(void **state)
{
    struct gen_ike g = {.src = 0x0a000001, .sources = 2, .dst = 0x0a0000fe, .rng = 77};
    uint8_t before[8] = {0};
    for (uint32_t n = 0; n < 4; n++) {
        uint32_t bytes = gen_ike_next(&g, data), at = METER_UDP_AT + 28, next = data[METER_UDP_AT + 16],
                 payloads = 0;
        const uint8_t *msg = data + METER_UDP_AT;
        assert_int_equal(bytes, GEN_IKE_FRAME);
        assert_int_equal(data[29], 1 + n % 2); /* source */
        assert_int_equal(msg[17], 0x20);
        assert_int_equal(msg[18], 34);
        assert_int_equal((uint32_t)msg[26] << 8 | msg[27], bytes - METER_UDP_AT);
        for (; next; payloads++) {
            assert_in_range(next, 33, 40);
            next = data[at];
            at += (uint32_t)data[at + 2] << 8 | data[at + 3];
            assert_true(at <= bytes);
        }
        assert_int_equal(at, bytes);
        assert_int_equal(payloads, 3);
        assert_memory_not_equal(msg, before, 8);
        memcpy(before, msg, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_packets_are_known_by_their_stamps),
        cmocka_unit_test(the_smallest_frame_holds_a_stamp_and_the_largest_its_pattern),
        cmocka_unit_test(packets_of_another_trial_or_stream_are_stale),
        cmocka_unit_test(no_cut_frame_is_read_beyond_its_end),
        cmocka_unit_test(sealed_packets_are_counted_and_some_opened),
        cmocka_unit_test(sealed_packets_of_another_trial_or_where_clear_ones_are_to_come_do_not_count),
        cmocka_unit_test(each_sa_has_the_spi_of_the_file_and_numbers_of_its_own),
        cmocka_unit_test(numbers_do_not_begin_again),
        cmocka_unit_test(a_forged_packet_differs_in_one_bit_of_its_icv),
        cmocka_unit_test(each_sa_of_the_gateway_has_a_salt_of_its_own),
        cmocka_unit_test(ike_is_told_from_esp_on_its_port),
        cmocka_unit_test(an_ike_request_is_well_formed_and_each_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
