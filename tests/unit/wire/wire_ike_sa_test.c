/* SPDX-License-Identifier: BSD-3-Clause */
/* SA payloads: agreement of the three levels of nesting, caps, attributes, round trip. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

/* Two proposals: ESP with AES-GCM-16-128 and ESN; AH with an HMAC. Octets by hand, RFC 7296 3.3. */
static const uint8_t TWO[] = {
    2, 0, 0, 32, 1, 3, 4, 2,  0xc1, 2,  3, 4,   /* 0: proposal 1, ESP, SPI, 2 transforms */
    3, 0, 0, 12, 1, 0, 0, 20, 0x80, 14, 0, 128, /* 12: ENCR 20, 128 bits */
    0, 0, 0, 8,  5, 0, 0, 1,                    /* 24: ESN */
    0, 0, 0, 20, 2, 2, 4, 1,  0xc1, 2,  3, 5,   /* 32: proposal 2, AH */
    0, 0, 0, 8,  3, 0, 0, 12,                   /* 44: INTEG 12 */
};
#define PROPOSAL_2 32

static struct wire_ike_sa sa;

static bool accepts_sa(struct base_span bytes)
{
    return wire_ike_sa_parse(bytes, &sa) == WIRE_IKE_OK;
}

/* The verdict on TWO with one octet replaced. */
static enum wire_ike_err with(size_t at, uint8_t value)
{
    uint8_t bytes[sizeof TWO];
    memcpy(bytes, TWO, sizeof TWO);
    bytes[at] = value;
    return wire_ike_sa_parse(base_span(bytes, sizeof bytes), &sa);
}

static void proposals_and_transforms_are_read(void **state)
{
    assert_true(accepts_sa(base_span(TWO, sizeof TWO)));
    assert_int_equal(sa.count, 2);
    assert_int_equal(sa.list[0].number, 1);
    assert_int_equal(sa.list[0].protocol, WIRE_IKE_PROTO_ESP);
    assert_int_equal(sa.list[0].spi_len, 4);
    assert_true(sa.list[0].spi == 0xc1020304);
    assert_int_equal(sa.list[0].count, 2);
    assert_int_equal(sa.list[0].list[0].type, 1);
    assert_int_equal(sa.list[0].list[0].id, 20);
    assert_int_equal(sa.list[0].list[0].key_bits, 128);
    assert_false(sa.list[0].list[0].is_unknown);
    assert_int_equal(sa.list[0].list[1].key_bits, 0);
    assert_int_equal(sa.list[1].protocol, WIRE_IKE_PROTO_AH);
}

static void a_truncated_sa_is_refused_at_every_byte(void **state)
{
    assert_only_whole_accepted(accepts_sa, base_span(TWO, sizeof TWO));
}

static void flips_in_an_sa_do_no_harm(void **state)
{
    const size_t accepted = count_accepted_flips(accepts_sa, base_span(TWO, sizeof TWO));
    assert_in_range(accepted, 1, sizeof TWO * 8 - 1);
}

static void octets_that_say_whether_more_follows_must_agree(void **state)
{
    assert_int_equal(with(0, 0), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(with(0, 3), WIRE_IKE_BAD_FIELD);
    assert_int_equal(with(PROPOSAL_2, 2), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(with(12, 0), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(with(12, 2), WIRE_IKE_BAD_FIELD);
    assert_int_equal(with(24, 3), WIRE_IKE_BAD_LENGTH);
}

static void lengths_must_agree_at_each_level(void **state)
{
    assert_int_equal(with(3, 7), WIRE_IKE_BAD_LENGTH);  /* proposal below its head */
    assert_int_equal(with(3, 31), WIRE_IKE_SHORT);      /* cuts the last transform */
    assert_int_equal(with(3, 200), WIRE_IKE_SHORT);     /* past the payload */
    assert_int_equal(with(15, 7), WIRE_IKE_BAD_LENGTH); /* transform below its head */
    assert_int_equal(with(15, 11), WIRE_IKE_SHORT);     /* cuts the attribute */
    assert_int_equal(with(7, 1), WIRE_IKE_BAD_LENGTH);  /* transform count too small: not the last */
    assert_int_equal(with(7, 3), WIRE_IKE_BAD_LENGTH);  /* too large: last came early */
    assert_int_equal(with(PROPOSAL_2 + 7, 0), WIRE_IKE_BAD_LENGTH); /* bytes without a transform */
}

static void a_proposal_number_is_not_zero_and_an_spi_has_4_or_8_bytes(void **state)
{
    assert_int_equal(with(4, 0), WIRE_IKE_BAD_FIELD);
    assert_int_equal(with(4, 7), WIRE_IKE_OK);
    assert_int_equal(with(6, 3), WIRE_IKE_BAD_FIELD);
    assert_int_equal(with(6, 16), WIRE_IKE_BAD_FIELD);
}

static void unknown_protocols_and_transform_types_parse(void **state)
{
    assert_int_equal(with(5, 77), WIRE_IKE_OK);
    assert_int_equal(with(16, 241), WIRE_IKE_OK);
    assert_false(sa.list[0].list[0].is_unknown);
}

static void attributes_other_than_one_key_length_mark_the_transform(void **state)
{
    assert_int_equal(with(21, 15), WIRE_IKE_OK); /* another fixed attribute */
    assert_true(sa.list[0].list[0].is_unknown);
    assert_int_equal(with(23, 0), WIRE_IKE_OK); /* key length of 0 bits */
    assert_true(sa.list[0].list[0].is_unknown);
    const struct base_span twice = BYTES(0, 0, 0, 24, 1, 1, 0, 1, 0, 0, 0, 16, 1, 0, 0, 20, //
                                         0x80, 14, 0, 128, 0x80, 14, 1, 0);
    assert_true(accepts_sa(twice));
    assert_true(sa.list[0].list[0].is_unknown);
    const struct base_span variable = BYTES(0, 0, 0, 22, 1, 1, 0, 1, 0, 0, 0, 14, 1, 0, 0, 20, //
                                            0, 14, 0, 2, 0, 128);
    assert_true(accepts_sa(variable));
    assert_true(sa.list[0].list[0].is_unknown);
    assert_only_whole_accepted(accepts_sa, variable);
}

static void an_empty_sa_is_refused(void **state)
{
    assert_int_equal(wire_ike_sa_parse(BASE_SPAN_NONE, &sa), WIRE_IKE_SHORT);
}

static void a_proposal_without_transforms_parses(void **state)
{
    assert_true(accepts_sa(BYTES(0, 0, 0, 8, 1, 3, 0, 0)));
    assert_int_equal(sa.list[0].count, 0);
}

static void more_proposals_or_transforms_than_the_caps_are_refused(void **state)
{
    static struct wire_ike_sa many;
    static uint8_t buf[8 * (WIRE_IKE_PROPS_MAX + 1)];
    for (size_t i = 0; i <= WIRE_IKE_PROPS_MAX; i++)
        memcpy(buf + 8 * i, (const uint8_t[]){2, 0, 0, 8, 1, 3, 0, 0}, 8);
    buf[sizeof buf - 16] = 0;
    assert_int_equal(wire_ike_sa_parse(base_span(buf, sizeof buf - 8), &many), WIRE_IKE_OK);
    assert_int_equal(many.count, WIRE_IKE_PROPS_MAX);
    buf[sizeof buf - 16] = 2;
    buf[sizeof buf - 8] = 0;
    assert_int_equal(wire_ike_sa_parse(base_span(buf, sizeof buf), &many), WIRE_IKE_TOO_MANY);
    assert_int_equal(with(7, WIRE_IKE_TRANS_MAX + 1), WIRE_IKE_TOO_MANY);
}

static struct base_span build(const struct wire_ike_sa *from, struct wire_ike_builder *b)
{
    static uint8_t buf[16384];
    *b = wire_ike_build_chain(buf, sizeof buf);
    wire_ike_put_sa(b, from);
    return wire_ike_chain_bytes(b);
}

static void a_built_sa_has_the_same_octets(void **state)
{
    struct wire_ike_builder b;
    assert_true(accepts_sa(base_span(TWO, sizeof TWO)));
    const struct base_span bytes = build(&sa, &b);
    assert_int_equal(wire_ike_chain_first(&b), WIRE_IKE_P_SA);
    assert_true(base_span_equal(bytes, base_span(b.w.buf + 1, sizeof TWO + 4)));
    assert_memory_equal(bytes.ptr + 4, TWO, sizeof TWO);
}

static void the_largest_sa_survives_a_round_trip(void **state)
{
    static struct wire_ike_sa big = {.count = WIRE_IKE_PROPS_MAX}, again;
    struct wire_ike_builder b;
    for (size_t i = 0; i < big.count; i++) {
        big.list[i] = (struct wire_ike_proposal){
            .number = (uint8_t)(i + 1), .protocol = 1, .spi_len = 8, .spi = UINT64_MAX - i};
        big.list[i].count = i == 0 ? WIRE_IKE_TRANS_MAX : 2;
        for (size_t j = 0; j < big.list[i].count; j++)
            big.list[i].list[j] = (struct wire_ike_transform){1, (uint16_t)j, (uint16_t)(j * 8), false};
    }
    const struct base_span bytes = build(&big, &b);
    assert_int_equal(wire_ike_sa_parse(base_span(bytes.ptr + 4, bytes.len - 4), &again), WIRE_IKE_OK);
    assert_int_equal(again.count, big.count);
    assert_int_equal(again.list[0].count, WIRE_IKE_TRANS_MAX);
    assert_int_equal(again.list[0].list[WIRE_IKE_TRANS_MAX - 1].key_bits, (WIRE_IKE_TRANS_MAX - 1) * 8);
    assert_true(again.list[31].spi == UINT64_MAX - 31);
}

static void an_sa_that_could_not_be_parsed_back_is_not_built(void **state)
{
    struct wire_ike_builder b;
    static const struct wire_ike_sa none = {.count = 0};
    static const struct wire_ike_sa odd_spi = {.count = 1, .list = {{.number = 1, .spi_len = 5}}};
    static const struct wire_ike_sa unknown = {
        .count = 1, .list = {{.number = 1, .count = 1, .list = {{.type = 1, .is_unknown = true}}}}};
    assert_int_equal(build(&none, &b).len, 0);
    assert_int_equal(build(&odd_spi, &b).len, 0);
    assert_int_equal(build(&unknown, &b).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proposals_and_transforms_are_read),
        cmocka_unit_test(a_truncated_sa_is_refused_at_every_byte),
        cmocka_unit_test(flips_in_an_sa_do_no_harm),
        cmocka_unit_test(octets_that_say_whether_more_follows_must_agree),
        cmocka_unit_test(lengths_must_agree_at_each_level),
        cmocka_unit_test(a_proposal_number_is_not_zero_and_an_spi_has_4_or_8_bytes),
        cmocka_unit_test(unknown_protocols_and_transform_types_parse),
        cmocka_unit_test(attributes_other_than_one_key_length_mark_the_transform),
        cmocka_unit_test(an_empty_sa_is_refused),
        cmocka_unit_test(a_proposal_without_transforms_parses),
        cmocka_unit_test(more_proposals_or_transforms_than_the_caps_are_refused),
        cmocka_unit_test(a_built_sa_has_the_same_octets),
        cmocka_unit_test(the_largest_sa_survives_a_round_trip),
        cmocka_unit_test(an_sa_that_could_not_be_parsed_back_is_not_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
