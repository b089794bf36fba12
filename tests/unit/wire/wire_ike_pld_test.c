/* SPDX-License-Identifier: BSD-3-Clause */
/* The payload chain, and the payloads that are a number and a rest. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static struct wire_ike_plds plds;
static uint8_t chain_first;

static bool accepts_chain(struct base_span bytes)
{
    return wire_ike_plds_parse(chain_first, bytes, &plds) == WIRE_IKE_OK;
}

static enum wire_ike_err parse(uint8_t first, struct base_span bytes)
{
    return wire_ike_plds_parse(first, bytes, &plds);
}

static void an_empty_chain_is_an_empty_list(void **state)
{
    assert_int_equal(parse(WIRE_IKE_P_NONE, BASE_SPAN_NONE), WIRE_IKE_OK);
    assert_int_equal(plds.count, 0);
}

static void bytes_behind_the_last_payload_are_refused(void **state)
{
    assert_int_equal(parse(WIRE_IKE_P_NONE, BYTES(0)), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(parse(WIRE_IKE_P_NONCE, BYTES(0, 0, 0, 5, 9, 9)), WIRE_IKE_BAD_LENGTH);
}

static void payloads_are_found_by_type_and_order(void **state)
{
    const struct base_span chain = BYTES(41, 0, 0, 5, 1, 41, 0, 0, 6, 2, 2, 0, 0, 0, 7, 3, 3, 3);
    assert_int_equal(parse(WIRE_IKE_P_KE, chain), WIRE_IKE_OK);
    assert_int_equal(plds.count, 3);
    assert_int_equal(wire_ike_plds_find(&plds, WIRE_IKE_P_KE, 0)->body.len, 1);
    assert_int_equal(wire_ike_plds_find(&plds, WIRE_IKE_P_NOTIFY, 0)->body.len, 2);
    assert_int_equal(wire_ike_plds_find(&plds, WIRE_IKE_P_NOTIFY, 1)->body.len, 3);
    assert_int_equal(wire_ike_plds_find(&plds, WIRE_IKE_P_NOTIFY, 1)->whole.len, 7);
    assert_null(wire_ike_plds_find(&plds, WIRE_IKE_P_NOTIFY, 2));
    assert_null(wire_ike_plds_find(&plds, WIRE_IKE_P_SA, 0));
}

static void a_truncated_chain_is_refused_at_every_byte(void **state)
{
    chain_first = WIRE_IKE_P_KE;
    assert_only_whole_accepted(accepts_chain,
                               BYTES(41, 0, 0, 5, 1, 41, 0, 0, 6, 2, 2, 46, 0, 0, 7, 3, 3, 3, //
                                     35, 0, 0, 8, 1, 2, 3, 4));
}

static void flips_in_a_chain_do_no_harm(void **state)
{
    chain_first = WIRE_IKE_P_KE;
    const struct base_span chain = BYTES(41, 0, 0, 5, 1, 46, 0, 0, 6, 2, 2, 35, 0, 0, 8, 1, 2, 3, 4);
    assert_true(count_accepted_flips(accepts_chain, chain) >= 7 * 8);
}

static void a_length_below_its_own_header_is_refused(void **state)
{
    assert_int_equal(parse(WIRE_IKE_P_NONCE, BYTES(0, 0, 0, 3)), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(parse(WIRE_IKE_P_NONCE, BYTES(0, 0, 0, 0)), WIRE_IKE_BAD_LENGTH);
}

static void unknown_payloads_are_kept_unless_critical(void **state)
{
    assert_int_equal(parse(200, BYTES(200, 0, 0, 4, 0, 0, 0, 5, 1)), WIRE_IKE_OK);
    assert_int_equal(plds.count, 2);
    assert_int_equal(plds.list[1].type, 200);
    assert_int_equal(parse(WIRE_IKE_P_NONCE, BYTES(201, 0, 0, 4, 0, 0x80, 0, 4)), WIRE_IKE_CRITICAL);
    assert_int_equal(plds.critical_type, 201);
}

static void payload_types_of_version_1_are_unknown(void **state)
{
    for (uint8_t type = 1; type <= 32; type++)
        assert_int_equal(parse(type, BYTES(0, 0x80, 0, 4)), WIRE_IKE_CRITICAL);
}

static void the_critical_bit_is_ignored_on_known_payloads(void **state)
{
    assert_int_equal(parse(WIRE_IKE_P_NONCE, BYTES(0, 0x80, 0, 4)), WIRE_IKE_OK);
    assert_true(plds.list[0].critical);
}

static void reserved_bits_are_ignored(void **state)
{
    assert_int_equal(parse(200, BYTES(0, 0x7f, 0, 4)), WIRE_IKE_OK);
    assert_false(plds.list[0].critical);
}

static void single_payloads_must_not_repeat_and_others_may(void **state)
{
    static const uint8_t once[] = {33, 34, 35, 36, 39, 40, 44, 45, 48};
    static const uint8_t often[] = {37, 38, 41, 42, 43, 47, 99};
    for (size_t i = 0; i < sizeof once; i++)
        assert_int_equal(parse(once[i], BYTES(once[i], 0, 0, 4, 0, 0, 0, 4)), WIRE_IKE_DUPLICATE);
    for (size_t i = 0; i < sizeof often; i++)
        assert_int_equal(parse(often[i], BYTES(often[i], 0, 0, 4, 0, 0, 0, 4)), WIRE_IKE_OK);
}

static void sk_and_skf_end_the_chain_and_name_the_inner_type(void **state)
{
    assert_int_equal(parse(WIRE_IKE_P_SK, BYTES(35, 0, 0, 6, 1, 2)), WIRE_IKE_OK);
    assert_int_equal(plds.sk_first, 35);
    assert_int_equal(plds.count, 1);
    assert_int_equal(parse(WIRE_IKE_P_SKF, BYTES(35, 0, 0, 6, 1, 2)), WIRE_IKE_OK);
    assert_int_equal(plds.sk_first, 35);
    assert_int_equal(parse(WIRE_IKE_P_SK, BYTES(40, 0, 0, 4, 0, 0, 0, 4)), WIRE_IKE_BAD_LENGTH);
}

static void more_payloads_than_the_cap_are_refused(void **state)
{
    uint8_t chain[(WIRE_IKE_PLDS_MAX + 1) * 4];
    for (size_t i = 0; i <= WIRE_IKE_PLDS_MAX; i++)
        memcpy(chain + 4 * i, (const uint8_t[]){43, 0, 0, 4}, 4);
    chain[sizeof chain - 8] = 0;
    assert_int_equal(parse(43, base_span(chain, sizeof chain - 4)), WIRE_IKE_OK);
    chain[sizeof chain - 8] = 43;
    chain[sizeof chain - 4] = 0;
    assert_int_equal(parse(43, base_span(chain, sizeof chain)), WIRE_IKE_TOO_MANY);
}

static void ke_and_auth_need_their_fixed_part(void **state)
{
    struct wire_ike_ke ke;
    struct wire_ike_auth auth;
    const struct base_span body = BYTES(2, 31, 0, 0, 7, 8);
    for (size_t len = 0; len < 4; len++) {
        assert_int_equal(wire_ike_ke_parse(base_span(body.ptr, len), &ke), WIRE_IKE_SHORT);
        assert_int_equal(wire_ike_auth_parse(base_span(body.ptr, len), &auth), WIRE_IKE_SHORT);
    }
    assert_int_equal(wire_ike_ke_parse(body, &ke), WIRE_IKE_OK);
    assert_int_equal(ke.group, 2 << 8 | 31);
    assert_true(base_span_equal(ke.value, BYTES(7, 8)));
    assert_int_equal(wire_ike_auth_parse(body, &auth), WIRE_IKE_OK);
    assert_int_equal(auth.method, WIRE_IKE_AUTH_PSK);
    assert_true(base_span_equal(auth.data, BYTES(7, 8)));
}

static void a_nonce_has_16_to_256_bytes(void **state)
{
    static const uint8_t zero[257];
    struct base_span nonce;
    assert_int_equal(wire_ike_nonce_parse(base_span(zero, 15), &nonce), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_ike_nonce_parse(base_span(zero, 16), &nonce), WIRE_IKE_OK);
    assert_int_equal(nonce.len, 16);
    assert_int_equal(wire_ike_nonce_parse(base_span(zero, 256), &nonce), WIRE_IKE_OK);
    assert_int_equal(wire_ike_nonce_parse(base_span(zero, 257), &nonce), WIRE_IKE_BAD_LENGTH);
}

static void skf_needs_its_numbers_and_they_must_fit(void **state)
{
    struct wire_ike_skf skf;
    const struct base_span body = BYTES(0, 2, 1, 3, 7, 8);
    for (size_t len = 0; len < WIRE_IKE_SKF_BYTES; len++)
        assert_int_equal(wire_ike_skf_parse(base_span(body.ptr, len), &skf), WIRE_IKE_SHORT);
    assert_int_equal(wire_ike_skf_parse(body, &skf), WIRE_IKE_OK);
    assert_int_equal(skf.number, 2);
    assert_int_equal(skf.total, 0x103);
    assert_true(base_span_equal(skf.body, BYTES(7, 8)));
    assert_int_equal(wire_ike_skf_parse(BYTES(0, 0, 0, 1), &skf), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_skf_parse(BYTES(0, 1, 0, 0), &skf), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_skf_parse(BYTES(0, 3, 0, 2), &skf), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_skf_parse(BYTES(255, 255, 255, 255), &skf), WIRE_IKE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_chain_is_an_empty_list),
        cmocka_unit_test(bytes_behind_the_last_payload_are_refused),
        cmocka_unit_test(payloads_are_found_by_type_and_order),
        cmocka_unit_test(a_truncated_chain_is_refused_at_every_byte),
        cmocka_unit_test(flips_in_a_chain_do_no_harm),
        cmocka_unit_test(a_length_below_its_own_header_is_refused),
        cmocka_unit_test(unknown_payloads_are_kept_unless_critical),
        cmocka_unit_test(payload_types_of_version_1_are_unknown),
        cmocka_unit_test(the_critical_bit_is_ignored_on_known_payloads),
        cmocka_unit_test(reserved_bits_are_ignored),
        cmocka_unit_test(single_payloads_must_not_repeat_and_others_may),
        cmocka_unit_test(sk_and_skf_end_the_chain_and_name_the_inner_type),
        cmocka_unit_test(more_payloads_than_the_cap_are_refused),
        cmocka_unit_test(ke_and_auth_need_their_fixed_part),
        cmocka_unit_test(skf_needs_its_numbers_and_they_must_fit),
        cmocka_unit_test(a_nonce_has_16_to_256_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
