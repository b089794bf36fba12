/* SPDX-License-Identifier: BSD-3-Clause */
/* Which frames are measured, and the copies that are kept of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "meter_flow.h"
#include "meter_frame.h"
#include "meter_hold.h"

#define IP  14
#define UDP (IP + 20)

static const uint8_t keymat[20] = {1, 2, 3};

/* The next frame of a flow of this kind. Returns its length. */
static uint32_t frame_make(enum meter_kind kind, uint8_t *data)
{
    struct meter_flow f = {.kind = kind, .size = 64, .sas = 1, .outer_port = 40000, .spi = 0x1000};
    assert_int_equal(meter_flow_init(&f, keymat, sizeof(keymat)), 0);
    uint32_t bytes = meter_flow_next(&f, data);
    meter_flow_fini(&f);
    return bytes;
}

static void esp_is_told_from_everything_else_on_its_port(void **state)
{
    uint8_t data[METER_PKT_MAX];
    uint32_t bytes = frame_make(METER_NATT, data);
    assert_ptr_equal(meter_frame_esp(data, bytes), data + UDP + 8);
    assert_int_equal(meter_frame_seq(data + UDP + 8), 1);
    assert_false(meter_frame_is_clear(data, bytes));
    memset(data + UDP + 8, 0, 4); /* the mark of IKE, RFC 3948 2.2 */
    assert_null(meter_frame_esp(data, bytes));
    data[UDP + 5] = 9; /* a keepalive has one byte */
    data[UDP + 4] = 0;
    data[UDP + 8] = 0xff;
    assert_null(meter_frame_esp(data, bytes));
    bytes = frame_make(METER_ESP, data);
    assert_ptr_equal(meter_frame_esp(data, bytes), data + UDP);
}

static void clear_packets_are_those_to_the_discard_port(void **state)
{
    uint8_t data[METER_PKT_MAX];
    uint32_t bytes = frame_make(METER_PLAIN, data);
    assert_true(meter_frame_is_clear(data, bytes));
    assert_null(meter_frame_esp(data, bytes));
    data[UDP + 3] = 10;
    assert_false(meter_frame_is_clear(data, bytes));
}

static void a_damaged_cut_or_fragmented_header_is_no_esp(void **state)
{
    uint8_t data[METER_PKT_MAX], good[METER_PKT_MAX];
    uint32_t bytes = frame_make(METER_NATT, good);
    for (uint32_t at = IP; at < UDP; at++) {
        memcpy(data, good, bytes);
        data[at] ^= 1;
        assert_null(meter_frame_esp(data, bytes));
    }
    for (uint32_t cut = 0; cut < bytes; cut++)
        assert_null(meter_frame_esp(good, cut));
    memcpy(data, good, bytes);
    data[IP + 6] = 0x20; /* more fragments, and the checksum for it */
    data[IP + 10] = (uint8_t)(data[IP + 10] - 0x20);
    assert_null(meter_frame_esp(data, bytes));
}

static void kept_frames_come_back_in_order_and_once(void **state)
{
    struct meter_hold h;
    uint8_t data[METER_PKT_MAX] = {0};
    assert_int_equal(meter_hold_init(&h, 3), 0);
    for (uint8_t i = 1; i <= 3; i++) {
        memset(data, i, sizeof(data));
        assert_true(meter_hold_add(&h, data, i == 2 ? METER_PKT_MAX : i));
    }
    assert_false(meter_hold_add(&h, data, 1));
    for (uint8_t i = 1; i <= 3; i++) {
        assert_int_equal(meter_hold_next(&h, data), i == 2 ? METER_PKT_MAX : i);
        assert_int_equal(data[0], i);
    }
    assert_int_equal(meter_hold_next(&h, data), 0);
    meter_hold_fini(&h);
}

static void a_frame_that_is_too_long_is_not_kept(void **state)
{
    struct meter_hold h;
    static const uint8_t data[METER_PKT_MAX + 1];
    assert_int_equal(meter_hold_init(&h, 1), 0);
    assert_false(meter_hold_add(&h, data, sizeof(data)));
    assert_int_equal(h.count, 0);
    meter_hold_fini(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(esp_is_told_from_everything_else_on_its_port),
        cmocka_unit_test(clear_packets_are_those_to_the_discard_port),
        cmocka_unit_test(a_damaged_cut_or_fragmented_header_is_no_esp),
        cmocka_unit_test(kept_frames_come_back_in_order_and_once),
        cmocka_unit_test(a_frame_that_is_too_long_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
