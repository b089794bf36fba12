/* SPDX-License-Identifier: BSD-3-Clause */
/* How large a back end's key is, where its salt lies, and what of it is fetched ahead. */
#include "esp_ops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "xor_esp.h"

#define END 1008

static void a_key_is_whole_lines_with_room_for_its_salt(void **state)
{
    for (uint16_t end = ESP_KEY_FRONT; end < 2000; end += 4) {
        const struct esp_key_shape s = {.end = end};
        const size_t bytes = esp_key_bytes(&s);
        assert_int_equal(bytes % ESP_KEY_LINE, 0);
        assert_true(bytes >= end + 4u && bytes < end + 4u + ESP_KEY_LINE);
    }
    /* What the library's versions 1 and 2 have. */
    assert_int_equal(esp_key_bytes(&(struct esp_key_shape){.end = 1008}), 1024);
    assert_int_equal(esp_key_bytes(&(struct esp_key_shape){.end = 1264}), 1280);
}

static void a_salt_is_read_as_it_lies_behind_the_key(void **state)
{
    static struct esp_key key[17];
    const struct esp_key_shape s = {.end = END};
    const uint32_t salt = 0x11223344;
    memset(key, 0xee, sizeof key);
    memcpy((uint8_t *)key + END, &salt, sizeof salt);
    assert_int_equal(esp_key_salt(key, &s), salt);
}

static void a_run_is_fetched_from_its_end_as_far_as_the_packet_is_long(void **state)
{
    assert_int_equal(esp_key_run_begin(768, END, 0), 960); /* the line in which it ends */
    for (uint32_t len = 1; len < 3000; len++) {
        const uint32_t begin = esp_key_run_begin(768, END, len);
        assert_int_equal(begin % ESP_KEY_LINE, 0);
        assert_true(begin <= END - (len < 768 ? len : 768));                   /* all that is read */
        assert_true(begin + 2 * ESP_KEY_LINE > END - (len < 768 ? len : 768)); /* and hardly more */
        assert_true(begin >= ESP_KEY_FRONT);
    }
}

static void fetching_ahead_reads_nothing_and_faults_nowhere(void **state)
{
    static struct esp_key key[32];
    for (uint32_t len = 0; len < 9000; len += 61)
        esp_key_prefetch(key, &xor_esp_ops.key, len);
    for (size_t i = 0; i < sizeof key; i++)
        assert_int_equal(((const uint8_t *)key)[i], 0);
}

static void what_the_caller_has_in_an_operation_is_apart_from_what_is_read(void **state)
{
    assert_int_equal(sizeof(struct esp_op), 48);
    assert_int_equal(offsetof(struct esp_op, user8), offsetof(struct esp_op, len) + 3);
    assert_int_equal(offsetof(struct esp_op, user16), offsetof(struct esp_op, failed) + 2);
    assert_int_equal(sizeof(((struct esp_op *)0)->user16), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_whole_lines_with_room_for_its_salt),
        cmocka_unit_test(a_salt_is_read_as_it_lies_behind_the_key),
        cmocka_unit_test(a_run_is_fetched_from_its_end_as_far_as_the_packet_is_long),
        cmocka_unit_test(fetching_ahead_reads_nothing_and_faults_nowhere),
        cmocka_unit_test(what_the_caller_has_in_an_operation_is_apart_from_what_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
