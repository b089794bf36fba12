/* SPDX-License-Identifier: BSD-3-Clause */
/* Text building: appending, cutting, escaping of what a peer chose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base_text.h"

static void pieces_are_appended(void **state)
{
    char buf[32];
    struct base_text t = base_text(buf, sizeof buf);
    assert_string_equal(buf, "");
    base_text_add(&t, "spi=0x%08x", 0xc1u);
    base_text_add(&t, " %s", "up");
    assert_string_equal(buf, "spi=0x000000c1 up");
    assert_int_equal(t.len, strlen(buf));
}

static void a_text_that_fits_exactly_is_not_cut(void **state)
{
    char buf[6];
    struct base_text t = base_text(buf, sizeof buf);
    base_text_add(&t, "12345");
    assert_string_equal(buf, "12345");
}

static void a_text_that_does_not_fit_ends_in_dots_at_every_size(void **state)
{
    static const char text[] = "0123456789abcdef";
    for (size_t cap = 4; cap < sizeof text; cap++) {
        char *buf = malloc(cap); /* exact size: a stray write is seen */
        struct base_text t = base_text(buf, cap);
        base_text_add(&t, "%s", text);
        assert_int_equal(strlen(buf), cap - 1);
        assert_memory_equal(buf, text, cap - 4);
        assert_string_equal(buf + cap - 4, "...");
        assert_int_equal(t.len, cap - 1);
        base_text_add(&t, "more");
        assert_string_equal(buf + cap - 4, "...");
        free(buf);
    }
}

static void bytes_of_a_peer_cannot_break_a_log_line(void **state)
{
    static const uint8_t bytes[] = {'a', ' ', '"', '\\', '\n', 0, 0x1b, 0x7e, 0x7f, 0xff, '%', 's'};
    char buf[64];
    struct base_text t = base_text(buf, sizeof buf);
    base_text_add_escaped(&t, base_span(bytes, sizeof bytes));
    assert_string_equal(buf, "a \\x22\\x5c\\x0a\\x00\\x1b~\\x7f\\xff%s");
}

static void every_escaped_byte_is_printable(void **state)
{
    for (unsigned b = 0; b < 256; b++) {
        const uint8_t byte = (uint8_t)b;
        char buf[16];
        struct base_text t = base_text(buf, sizeof buf);
        base_text_add_escaped(&t, base_span(&byte, 1));
        assert_true(t.len == 1 || t.len == 4);
        for (size_t i = 0; i < t.len; i++)
            assert_in_range(buf[i], 0x20, 0x7e);
    }
}

static void hexadecimal_is_lower_case_and_is_cut_like_text(void **state)
{
    static const uint8_t bytes[] = {0x00, 0xab, 0xff, 0x10};
    char buf[16], small[6];
    struct base_text t = base_text(buf, sizeof buf), s = base_text(small, sizeof small);
    base_text_add_hex(&t, base_span(bytes, sizeof bytes));
    assert_string_equal(buf, "00abff10");
    base_text_add_hex(&s, base_span(bytes, sizeof bytes));
    assert_string_equal(small, "00...");
}

static void text_for_a_manual_page_holds_no_commands(void **state)
{
    char buf[128];
    struct base_text t = base_text(buf, sizeof buf);
    base_text_add_roff(&t, ".SH a-b.\n'x' \\fB\n--json");
    assert_string_equal(buf, "\\&.SH a\\-b.\n\\&'x' \\efB\n\\-\\-json");
    t = base_text(buf, sizeof buf);
    base_text_add_roff(&t, "a aes-12345678901234567890-prf-x a-b");
    assert_string_equal(buf, "a aes\\-12345678901234567890\\-\\:prf\\-\\:x a\\-b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_appended),
        cmocka_unit_test(a_text_that_fits_exactly_is_not_cut),
        cmocka_unit_test(a_text_that_does_not_fit_ends_in_dots_at_every_size),
        cmocka_unit_test(bytes_of_a_peer_cannot_break_a_log_line),
        cmocka_unit_test(every_escaped_byte_is_printable),
        cmocka_unit_test(hexadecimal_is_lower_case_and_is_cut_like_text),
        cmocka_unit_test(text_for_a_manual_page_holds_no_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
