/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv1's notifications, deletes and certificates. */
#include "wire_test_bytes.h"
#include "wire_v1.h"

static struct wire_v1_notification note;
static struct wire_v1_delete del;

static bool accepts_note(struct base_span bytes)
{
    return wire_v1_notify_parse(bytes, &note) == WIRE_IKE_OK;
}

static bool accepts_delete(struct base_span bytes)
{
    return wire_v1_delete_parse(bytes, &del) == WIRE_IKE_OK;
}

static struct base_span only_body(struct wire_ike_builder *b, uint8_t type)
{
    static struct wire_v1_plds plds;
    assert_int_equal(wire_ike_chain_first(b), type);
    assert_int_equal(wire_v1_plds_parse(type, wire_ike_chain_bytes(b), false, &plds), WIRE_IKE_OK);
    return plds.list[0].body;
}

/* R-U-THERE names the SA by both cookies (RFC 3706 5.3). */
static void a_sign_of_life_is_asked_for_by_both_cookies(void **state)
{
    static const uint8_t dpd[] = {0, 0, 0, 1,  1,  16, 0x8d, 0x28, 1,  2,  3, 4, 5, 6,
                                  7, 8, 9, 10, 11, 12, 13,   14,   15, 16, 0, 0, 1, 2};
    uint8_t buf[64];
    (void)state;
    assert_true(accepts_note(base_span(dpd, sizeof dpd)));
    assert_int_equal(note.type, WIRE_V1_N_DPD_ASK);
    assert_int_equal(note.protocol, WIRE_V1_PROTO_ISAKMP);
    assert_int_equal(note.spi.len, WIRE_V1_COOKIES_BYTES);
    assert_true(base_span_equal(note.data, BYTES(0, 0, 1, 2)));
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_notify(&b, &note);
    assert_true(base_span_equal(only_body(&b, WIRE_V1_P_NOTIFY), base_span(dpd, sizeof dpd)));
    for (size_t len = 0; len < 24; len++)
        assert_false(accepts_copy(accepts_note, dpd, len));
}

static void a_notify_of_another_doi_or_with_a_long_spi_is_refused(void **state)
{
    (void)state;
    assert_true(accepts_note(BYTES(0, 0, 0, 0, 0, 0, 0, 14)));
    assert_int_equal(wire_v1_notify_parse(BYTES(0, 0, 0, 2, 0, 0, 0, 14), &note), WIRE_IKE_BAD_FIELD);
    uint8_t long_spi[8 + 17] = {0, 0, 0, 1, 1, 17, 0, 14};
    assert_int_equal(wire_v1_notify_parse(base_span(long_spi, sizeof long_spi), &note), WIRE_IKE_BAD_FIELD);
}

static void deletes_have_the_width_of_their_protocol(void **state)
{
    static const uint8_t esp[] = {0, 0, 0, 1, 3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t buf[64];
    (void)state;
    assert_only_whole_accepted(accepts_delete, base_span(esp, sizeof esp));
    assert_true(accepts_delete(base_span(esp, sizeof esp)));
    assert_int_equal(del.count, 2);
    assert_true(base_span_equal(wire_v1_delete_spi(&del, 1), BYTES(5, 6, 7, 8)));
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_delete(&b, &del);
    assert_true(base_span_equal(only_body(&b, WIRE_V1_P_DELETE), base_span(esp, sizeof esp)));
    assert_int_equal(wire_v1_delete_parse(BYTES(0, 0, 0, 1, 3, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8), &del),
                     WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_v1_delete_parse(BYTES(0, 0, 0, 1, 1, 4, 0, 1, 1, 2, 3, 4), &del),
                     WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_v1_delete_parse(BYTES(0, 0, 0, 1, 9, 0, 0, 0), &del), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_v1_delete_parse(BYTES(0, 0, 0, 2, 3, 4, 0, 0), &del), WIRE_IKE_BAD_FIELD);
    del.count = 3; /* more than there are bytes */
    wire_v1_put_delete(&b, &del);
    assert_true(b.w.failed);
}

static void a_certificate_has_the_form_of_ikev2s(void **state)
{
    const struct wire_ike_cert cert = {.encoding = WIRE_IKE_CERT_X509, .data = BYTES(0x30, 0)};
    struct wire_ike_cert again;
    uint8_t buf[16];
    (void)state;
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_cert(&b, WIRE_V1_P_CERT, &cert);
    assert_int_equal(wire_ike_cert_parse(only_body(&b, WIRE_V1_P_CERT), &again), WIRE_IKE_OK);
    assert_int_equal(again.encoding, 4);
    assert_true(base_span_equal(again.data, cert.data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sign_of_life_is_asked_for_by_both_cookies),
        cmocka_unit_test(a_notify_of_another_doi_or_with_a_long_spi_is_refused),
        cmocka_unit_test(deletes_have_the_width_of_their_protocol),
        cmocka_unit_test(a_certificate_has_the_form_of_ikev2s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
