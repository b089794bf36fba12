/* SPDX-License-Identifier: BSD-3-Clause */
/* The framing of EAP-TLS, byte by byte. */
#include "wire_eap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define BYTES(...) base_span((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void flags_length_and_data(void **state)
{
    struct wire_eap_tls p;
    (void)state;
    assert_true(wire_eap_tls_parse(BYTES(0x20), &p));
    assert_true(p.is_start && !p.has_more && !p.has_total && p.data.len == 0);
    assert_true(wire_eap_tls_parse(BYTES(0xc0, 0, 0, 1, 2, 7, 8), &p));
    assert_true(!p.is_start && p.has_more && p.has_total);
    assert_int_equal(p.total, 258);
    assert_true(base_span_equal(p.data, BYTES(7, 8)));
    assert_true(wire_eap_tls_parse(BYTES(0x1f, 9), &p)); /* reserved flags */
    assert_true(!p.is_start && !p.has_more && !p.has_total && p.data.len == 1);
}

static void what_ends_in_its_header_is_refused(void **state)
{
    struct wire_eap_tls p;
    (void)state;
    assert_false(wire_eap_tls_parse(BASE_SPAN_NONE, &p));
    assert_false(wire_eap_tls_parse(BYTES(0x80, 0, 0, 1), &p));
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 8; bits++) {
        uint8_t buf[16];
        struct wire_eap_tls got,
            p = {.is_start = bits & 1, .has_more = bits & 2, .has_total = bits & 4, .data = BYTES(1, 2, 3)};
        struct base_writer w = base_writer(buf, sizeof buf);
        p.total = p.has_total ? 70000 : 0;
        wire_eap_tls_put(&w, &p);
        assert_false(w.failed);
        assert_true(wire_eap_tls_parse(base_writer_span(&w), &got));
        assert_true(got.is_start == p.is_start && got.has_more == p.has_more && got.has_total == p.has_total);
        assert_int_equal(got.total, p.total);
        assert_true(base_span_equal(got.data, p.data));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_length_and_data),
        cmocka_unit_test(what_ends_in_its_header_is_refused),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
