/* SPDX-License-Identifier: BSD-3-Clause */
/* The framing of RFC 9329: whole, in pieces at each byte, and wrong. */
#include "wire_test_bytes.h"
#include "wire_stream.h"

/* Of a copy whose end is the end of its memory, so that the sanitizer sees each byte too many. */
static enum wire_stream_kind take(struct base_span bytes, size_t *msg_len, size_t *left)
{
    uint8_t *copy = malloc(bytes.len ? bytes.len : 1);
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    struct base_span in = base_span(copy, bytes.len), msg;
    const enum wire_stream_kind k = wire_stream_take(&in, &msg);
    *msg_len = msg.len;
    *left = in.len;
    free(copy);
    return k;
}

static void the_prefix_is_taken_once_all_of_it_is_there(void **state)
{
    static const char text[] = "IKETCP\0\3\xff";
    for (size_t n = 0; n < 6; n++) {
        struct base_span in = base_span(text, n);
        assert_int_equal(wire_stream_take_prefix(&in), WIRE_STREAM_MORE);
        assert_int_equal(in.len, n);
    }
    struct base_span in = base_span(text, sizeof text - 1);
    assert_int_equal(wire_stream_take_prefix(&in), WIRE_STREAM_IGNORE);
    assert_int_equal(in.len, 3);
}

static void another_protocol_is_known_by_its_first_wrong_byte(void **state)
{
    for (size_t i = 0; i < 6; i++) {
        char text[7] = "IKETCP";
        text[i] ^= 1;
        struct base_span in = base_span(text, i + 1);
        assert_int_equal(wire_stream_take_prefix(&in), WIRE_STREAM_PREFIX_WRONG);
    }
}

static void a_message_in_two_pieces_is_taken_when_both_are_there(void **state)
{
    static const uint8_t bytes[] = {0, 8, 0, 0, 0, 0, 7, 8, 0, 7, 1, 2, 3, 4, 5};
    size_t len, left;
    for (size_t n = 0; n < sizeof bytes; n++) {
        const enum wire_stream_kind k = take(base_span(bytes, n), &len, &left);
        assert_int_equal(k, n < 8 ? WIRE_STREAM_MORE : WIRE_STREAM_IKE);
        assert_int_equal(left, n < 8 ? n : n - 8);
        assert_int_equal(len, n < 2 ? 0 : n < 8 ? 6 : 2);
    }
    assert_int_equal(take(base_span(bytes + 8, 7), &len, &left), WIRE_STREAM_ESP);
    assert_int_equal(len, 5);
}

static void a_length_that_counts_not_even_itself_is_bad(void **state)
{
    size_t len, left;
    assert_int_equal(take(BYTES(0, 0), &len, &left), WIRE_STREAM_BAD);
    assert_int_equal(take(BYTES(0, 1, 5), &len, &left), WIRE_STREAM_BAD);
}

static void nothing_and_keepalives_are_ignored_and_other_shorts_are_told(void **state)
{
    size_t len, left;
    assert_int_equal(take(BYTES(0, 2), &len, &left), WIRE_STREAM_IGNORE);
    assert_int_equal(take(BYTES(0, 3, 0xff, 9), &len, &left), WIRE_STREAM_IGNORE);
    assert_int_equal(left, 1);
    assert_int_equal(take(BYTES(0, 3, 0xfe), &len, &left), WIRE_STREAM_SHORT);
    assert_int_equal(take(BYTES(0, 5, 1, 2, 3), &len, &left), WIRE_STREAM_SHORT);
    assert_int_equal(take(BYTES(0, 6, 0, 0, 0, 0), &len, &left), WIRE_STREAM_SHORT);
}

static void what_is_written_is_read(void **state)
{
    static uint8_t bytes[2 + WIRE_STREAM_MSG_MAX];
    size_t len, left;
    const size_t lens[] = {1, 28, 1400, WIRE_STREAM_MSG_MAX - 4};
    for (size_t i = 0; i < 8; i++) {
        const enum wire_stream_kind kind = i < 4 ? WIRE_STREAM_IKE : WIRE_STREAM_ESP;
        const size_t want = kind == WIRE_STREAM_ESP && lens[i % 4] < 4 ? 4 : lens[i % 4];
        memset(bytes, 0x11, sizeof bytes);
        const size_t head = wire_stream_head(bytes, kind, want);
        assert_int_equal(head, kind == WIRE_STREAM_IKE ? 6 : 2);
        assert_int_equal(take(base_span(bytes, head + want), &len, &left), kind);
        assert_int_equal(len, want);
        assert_int_equal(left, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_prefix_is_taken_once_all_of_it_is_there),
        cmocka_unit_test(another_protocol_is_known_by_its_first_wrong_byte),
        cmocka_unit_test(a_message_in_two_pieces_is_taken_when_both_are_there),
        cmocka_unit_test(a_length_that_counts_not_even_itself_is_bad),
        cmocka_unit_test(nothing_and_keepalives_are_ignored_and_other_shorts_are_told),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
