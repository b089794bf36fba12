/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv1's payload chain: its own numbers, single occurrence, padding; and the header of that version. */
#include "wire_test_bytes.h"
#include "wire_v1.h"

static struct wire_v1_plds plds;

/* HASH(8), then NONCE, then two IDs, each of two bytes. */
static const uint8_t chain[] = {10, 0, 0, 6, 1, 2, 5, 0, 0, 6, 3, 4, 5, 0, 0, 6, 5, 6, 0, 0, 0, 6, 7, 8};

static bool accepts_chain(struct base_span bytes)
{
    return wire_v1_plds_parse(WIRE_V1_P_HASH, bytes, false, &plds) == WIRE_IKE_OK;
}

static void a_chain_is_split_and_every_other_length_is_refused(void **state)
{
    (void)state;
    assert_only_whole_accepted(accepts_chain, base_span(chain, sizeof chain));
    assert_true(accepts_chain(base_span(chain, sizeof chain)));
    assert_int_equal(plds.count, 4);
    assert_int_equal(plds.list[1].type, WIRE_V1_P_NONCE);
    assert_true(base_span_equal(plds.list[1].body, BYTES(3, 4)));
    assert_true(wire_v1_plds_find(&plds, WIRE_V1_P_ID, 1) == &plds.list[3]);
    assert_null(wire_v1_plds_find(&plds, WIRE_V1_P_ID, 2));
    count_accepted_flips(accepts_chain, base_span(chain, sizeof chain));
}

static void what_is_behind_a_payload_has_no_padding(void **state)
{
    uint8_t padded[sizeof chain + 5];
    (void)state;
    memcpy(padded, chain, sizeof chain);
    memset(padded + sizeof chain, 0xa5, 5);
    assert_int_equal(wire_v1_plds_parse(WIRE_V1_P_HASH, base_span(padded, sizeof padded), false, &plds),
                     WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_v1_plds_parse(WIRE_V1_P_HASH, base_span(padded, sizeof padded), true, &plds),
                     WIRE_IKE_OK);
    assert_int_equal(plds.used.len, sizeof chain);
    assert_true(base_span_equal(wire_v1_plds_behind(&plds, 0), base_span(chain + 6, sizeof chain - 6)));
    assert_int_equal(wire_v1_plds_behind(&plds, 3).len, 0);
}

/* CVE-2015-3991: numbers of one version in a message of the other. */
static void only_numbers_of_this_version_are_taken(void **state)
{
    static const uint8_t body[] = {0, 0, 0, 4};
    (void)state;
    for (unsigned type = 1; type < 256; type++) {
        const bool is_ours = type == 1 || (type >= 4 && type <= 22) || type >= 128;
        assert_int_equal(wire_v1_plds_parse((uint8_t)type, base_span(body, sizeof body), false, &plds),
                         is_ours ? WIRE_IKE_OK : WIRE_IKE_BAD_FIELD);
    }
}

static void what_occurs_once_occurs_once(void **state)
{
    (void)state;
    static const uint8_t once[] = {WIRE_V1_P_SA,  WIRE_V1_P_KE,    WIRE_V1_P_HASH,
                                   WIRE_V1_P_SIG, WIRE_V1_P_NONCE, WIRE_V1_P_CONFIG};
    for (size_t i = 0; i < sizeof once; i++)
        assert_int_equal(wire_v1_plds_parse(once[i], BYTES(once[i], 0, 0, 4, 0, 0, 0, 4), false, &plds),
                         WIRE_IKE_DUPLICATE);
    assert_int_equal(wire_v1_plds_parse(5, BYTES(5, 0, 0, 4, 5, 0, 0, 4, 0, 0, 0, 4), false, &plds),
                     WIRE_IKE_DUPLICATE);
    assert_int_equal(wire_v1_plds_parse(13, BYTES(13, 0, 0, 4, 13, 0, 0, 4, 0, 0, 0, 4), false, &plds),
                     WIRE_IKE_OK);
}

static void more_payloads_than_the_cap_are_refused(void **state)
{
    uint8_t many[(WIRE_V1_PLDS_MAX + 1) * 4];
    (void)state;
    for (size_t i = 0; i <= WIRE_V1_PLDS_MAX; i++)
        memcpy(many + 4 * i, (const uint8_t[]){i == WIRE_V1_PLDS_MAX ? 0 : WIRE_V1_P_VENDOR, 0, 0, 4}, 4);
    assert_int_equal(wire_v1_plds_parse(WIRE_V1_P_VENDOR, base_span(many, sizeof many), false, &plds),
                     WIRE_IKE_TOO_MANY);
}

static void a_header_is_of_this_version_and_has_a_cookie(void **state)
{
    struct wire_ike_hdr hdr;
    uint8_t msg[28] = {1, 2, 3, 4, 5, 6, 7, 8, [16] = 1, [17] = 0x10, [18] = 2, [27] = 28};
    (void)state;
    assert_int_equal(wire_v1_hdr_parse(base_span(msg, sizeof msg), &hdr), WIRE_IKE_OK);
    assert_int_equal(hdr.spi_i, 0x0102030405060708);
    assert_int_equal(hdr.exchange, WIRE_V1_MAIN);
    assert_int_equal(wire_ike_hdr_parse(base_span(msg, sizeof msg), &hdr), WIRE_IKE_BAD_VERSION);
    msg[17] = 0x20;
    assert_int_equal(wire_v1_hdr_parse(base_span(msg, sizeof msg), &hdr), WIRE_IKE_BAD_VERSION);
    msg[17] = 0x10;
    msg[27] = 29;
    assert_int_equal(wire_v1_hdr_parse(base_span(msg, sizeof msg), &hdr), WIRE_IKE_BAD_LENGTH);
    msg[27] = 28;
    memset(msg, 0, 8);
    assert_int_equal(wire_v1_hdr_parse(base_span(msg, sizeof msg), &hdr), WIRE_IKE_BAD_FIELD);
}

static void a_hash_is_filled_afterwards_and_the_end_is_padded(void **state)
{
    uint8_t buf[128];
    struct wire_ike_hdr hdr = {.spi_i = 1, .version = WIRE_V1_VERSION, .exchange = WIRE_V1_QUICK};
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &hdr);
    (void)state;
    uint8_t *hash = wire_v1_put_room(&b, WIRE_V1_P_HASH, 3);
    assert_non_null(hash);
    wire_ike_put_raw(&b, WIRE_V1_P_NONCE, BYTES(9));
    memset(hash, 7, 3);
    wire_v1_pad(&b, 16);
    const struct base_span msg = wire_ike_finish(&b);
    assert_int_equal(msg.len, 28 + 16);
    assert_int_equal(wire_v1_hdr_parse(msg, &hdr), WIRE_IKE_OK);
    assert_int_equal(wire_v1_plds_parse(hdr.next, base_span(buf + 28, 16), true, &plds), WIRE_IKE_OK);
    assert_int_equal(plds.count, 2);
    assert_true(base_span_equal(plds.list[0].body, BYTES(7, 7, 7)));
    b = wire_ike_build(buf, 30, &hdr);
    assert_null(wire_v1_put_room(&b, WIRE_V1_P_HASH, 20));
    wire_v1_pad(&b, 16); /* ends */
    assert_int_equal(wire_ike_finish(&b).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_split_and_every_other_length_is_refused),
        cmocka_unit_test(what_is_behind_a_payload_has_no_padding),
        cmocka_unit_test(only_numbers_of_this_version_are_taken),
        cmocka_unit_test(what_occurs_once_occurs_once),
        cmocka_unit_test(more_payloads_than_the_cap_are_refused),
        cmocka_unit_test(a_header_is_of_this_version_and_has_a_cookie),
        cmocka_unit_test(a_hash_is_filled_afterwards_and_the_end_is_padded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
