/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificate payloads, and requests for them. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static struct wire_ike_cert cert;

static bool accepts_cert(struct base_span bytes)
{
    return wire_ike_cert_parse(bytes, &cert) == WIRE_IKE_OK;
}

static void an_encoding_is_all_that_must_be_there(void **state)
{
    (void)state;
    assert_only_whole_accepted(accepts_cert, BYTES(WIRE_IKE_CERT_X509));
    assert_int_equal(cert.data.len, 0);
    assert_true(accepts_cert(BYTES(WIRE_IKE_CERT_RAW_KEY, 0x30, 0)));
    assert_int_equal(cert.encoding, WIRE_IKE_CERT_RAW_KEY);
    assert_true(base_span_equal(cert.data, BYTES(0x30, 0)));
}

/* Windows sends 53, strongSwan on Android 135; none at all means any authority. */
static void a_request_names_any_number_of_authorities(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 53, 135};
    static uint8_t body[1 + 135 * WIRE_IKE_CA_HASH_BYTES + 7];
    body[0] = WIRE_IKE_CERT_X509;
    for (size_t i = 0; i < 135; i++)
        memset(body + 1 + i * WIRE_IKE_CA_HASH_BYTES, (int)i, WIRE_IKE_CA_HASH_BYTES);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        assert_true(accepts_cert(base_span(body, 1 + counts[i] * WIRE_IKE_CA_HASH_BYTES)));
        assert_int_equal(wire_ike_certreq_count(&cert), counts[i]);
        for (size_t j = 0; j < counts[i]; j++) {
            assert_int_equal(wire_ike_certreq_hash(&cert, j).len, WIRE_IKE_CA_HASH_BYTES);
            assert_int_equal(wire_ike_certreq_hash(&cert, j).ptr[19], j);
        }
    }
}

static void a_piece_of_a_hash_is_none(void **state)
{
    (void)state;
    static const uint8_t body[1 + WIRE_IKE_CA_HASH_BYTES + 19] = {WIRE_IKE_CERT_X509};
    assert_true(accepts_cert(base_span(body, sizeof body)));
    assert_int_equal(wire_ike_certreq_count(&cert), 1);
    cert.encoding = WIRE_IKE_CERT_HASH_URL;
    assert_int_equal(wire_ike_certreq_count(&cert), 0);
}

static void both_payloads_survive_a_round_trip(void **state)
{
    (void)state;
    static const uint8_t payloads[] = {WIRE_IKE_P_CERT, WIRE_IKE_P_CERTREQ};
    for (size_t i = 0; i < sizeof payloads; i++) {
        uint8_t buf[64];
        const struct wire_ike_cert in = {WIRE_IKE_CERT_X509, BYTES(1, 2, 3)};
        struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
        wire_ike_put_cert(&b, payloads[i], &in);
        assert_int_equal(wire_ike_chain_first(&b), payloads[i]);
        const struct base_span bytes = wire_ike_chain_bytes(&b);
        assert_true(accepts_cert(base_span(bytes.ptr + 4, bytes.len - 4)));
        assert_int_equal(cert.encoding, in.encoding);
        assert_true(base_span_equal(cert.data, in.data));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_encoding_is_all_that_must_be_there),
        cmocka_unit_test(a_request_names_any_number_of_authorities),
        cmocka_unit_test(a_piece_of_a_hash_is_none),
        cmocka_unit_test(both_payloads_survive_a_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
