/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv1's SA payloads of both phases. */
#include "wire_test_bytes.h"
#include "wire_v1.h"

static struct wire_v1_sa sa, again;
static uint8_t buf[8192];

static bool accepts_phase1(struct base_span bytes)
{
    return wire_v1_sa_parse(bytes, false, &sa) == WIRE_IKE_OK;
}

static bool accepts_phase2(struct base_span bytes)
{
    return wire_v1_sa_parse(bytes, true, &sa) == WIRE_IKE_OK;
}

/* What strongSwan 5.9.8 sends for aes128-sha256-modp2048, pre-shared key, rekey_time 0. */
static const uint8_t swan_sa[] = {0,    0,    0,    1,    0, 0,    0,    1, 0, 0,    0,    0x2c, 1,
                                  1,    0,    1,    0,    0, 0,    0x24, 1, 1, 0,    0,    0x80, 1,
                                  0,    7,    0x80, 0x0e, 0, 0x80, 0x80, 2, 0, 4,    0x80, 4,    0,
                                  0x0e, 0x80, 3,    0,    1, 0x80, 0x0b, 0, 1, 0x80, 0x0c, 0,    0};

static struct base_span body_of(const struct wire_v1_sa *of, bool is_phase2)
{
    static struct wire_v1_plds plds;
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_sa(&b, of, is_phase2);
    assert_false(b.w.failed);
    assert_int_equal(wire_v1_plds_parse(WIRE_V1_P_SA, wire_ike_chain_bytes(&b), false, &plds), WIRE_IKE_OK);
    return plds.list[0].body;
}

static void what_strongswan_offers_is_read_and_echoed_byte_for_byte(void **state)
{
    (void)state;
    assert_only_whole_accepted(accepts_phase1, base_span(swan_sa, sizeof swan_sa));
    assert_true(accepts_phase1(base_span(swan_sa, sizeof swan_sa)));
    assert_int_equal(sa.count, 1);
    assert_int_equal(sa.list[0].protocol, WIRE_V1_PROTO_ISAKMP);
    assert_int_equal(sa.list[0].count, 1);
    const struct wire_v1_transform *t = &sa.list[0].list[0];
    assert_int_equal(t->id, WIRE_V1_KEY_IKE);
    assert_int_equal(t->encr, WIRE_V1_ENCR_AES_CBC);
    assert_int_equal(t->key_bits, 128);
    assert_int_equal(t->hash, WIRE_V1_HASH_SHA2_256);
    assert_int_equal(t->group, 14);
    assert_int_equal(t->auth, WIRE_V1_AUTH_PSK);
    assert_int_equal(t->life_s, 0);
    assert_false(t->is_unknown);
    assert_true(base_span_equal(body_of(&sa, false), base_span(swan_sa, sizeof swan_sa)));
    count_accepted_flips(accepts_phase1, base_span(swan_sa, sizeof swan_sa));
}

/* Two proposals; the second of ESP with every attribute that means something. */
static void an_offer_of_phase_2_is_written_and_read(void **state)
{
    (void)state;
    struct wire_v1_sa *out = &again;
    memset(out, 0, sizeof *out);
    out->count = 2;
    for (size_t i = 0; i < 2; i++)
        out->list[i] = (struct wire_v1_proposal){.number = (uint8_t)(i + 1),
                                                 .protocol = WIRE_V1_PROTO_ESP,
                                                 .spi_len = 4,
                                                 .spi = 0xc0000001 + i,
                                                 .count = 1};
    out->list[0].list[0] = (struct wire_v1_transform){.number = 1,
                                                      .id = WIRE_V1_ESP_AES_GCM_16,
                                                      .key_bits = 256,
                                                      .encap = WIRE_V1_ENCAP_UDP_TUNNEL_DRAFT,
                                                      .life_s = 3600};
    out->list[1].list[0] = (struct wire_v1_transform){.number = 1,
                                                      .id = WIRE_V1_ESP_AES_CBC,
                                                      .key_bits = 128,
                                                      .integ = WIRE_V1_INTEG_HMAC_SHA2_256,
                                                      .encap = WIRE_V1_ENCAP_UDP_TRANSPORT,
                                                      .group = 14,
                                                      .esn = 1,
                                                      .life_s = 86400,
                                                      .life_kb = 4608000};
    const struct base_span body = body_of(out, true);
    assert_only_whole_accepted(accepts_phase2, body);
    assert_true(accepts_phase2(body));
    assert_int_equal(sa.count, 2);
    assert_int_equal(sa.list[1].spi, 0xc0000002);
    const struct wire_v1_transform *t = &sa.list[0].list[0];
    assert_int_equal(t->id, WIRE_V1_ESP_AES_GCM_16);
    assert_int_equal(t->key_bits, 256);
    assert_int_equal(t->encap, 61443);
    assert_int_equal(t->integ, 0);
    t = &sa.list[1].list[0];
    assert_int_equal(t->encap, 4);
    assert_int_equal(t->integ, 5);
    assert_int_equal(t->group, 14);
    assert_int_equal(t->esn, 1);
    assert_int_equal(t->life_s, 86400);
    assert_int_equal(t->life_kb, 4608000);
    assert_false(t->is_unknown);
}

/* A proposal of one transform with these attributes. */
static const struct wire_v1_transform *transform_with(struct base_span attrs, bool is_phase2)
{
    uint8_t body[512] = {0, 0, 0, 1, 0, 0, 0, 1};
    struct base_writer w = base_writer(body, sizeof body);
    w.pos = 8;
    base_write_u16(&w, 0);
    base_write_u16(&w, (uint16_t)(16 + attrs.len));
    base_write_u32(&w, is_phase2 ? 0x01030001 : 0x01010001);
    base_write_u16(&w, 0);
    base_write_u16(&w, (uint16_t)(8 + attrs.len));
    base_write_u32(&w, 0x010c0000);
    base_write_span(&w, attrs);
    assert_int_equal(wire_v1_sa_parse(base_writer_span(&w), is_phase2, &sa), WIRE_IKE_OK);
    return &sa.list[0].list[0];
}

static void what_is_not_read_makes_a_transform_that_matches_nothing(void **state)
{
    (void)state;
    assert_true(transform_with(BYTES(0x80, 99, 0, 1), false)->is_unknown); /* an unknown class */
    assert_true(transform_with(BYTES(0x80, 1, 0, 7, 0x80, 1, 0, 5), false)->is_unknown); /* one twice */
    assert_false(transform_with(BYTES(0x80, 1, 0, 7, 0x80, 1, 0, 7), false)->is_unknown);
    assert_true(transform_with(BYTES(0x80, 1, 0, 0), false)->is_unknown);  /* of no value */
    assert_true(transform_with(BYTES(0x80, 12, 0, 9), false)->is_unknown); /* a duration of nothing */
    assert_true(
        transform_with(BYTES(0x80, 11, 0, 3, 0x80, 12, 0, 9), false)->is_unknown);   /* of another kind */
    assert_true(transform_with(BYTES(0, 1, 0, 5, 0, 0, 0, 0, 7), false)->encr == 7); /* long, with zeros */
    assert_true(transform_with(BYTES(0, 1, 0, 3, 1, 0, 7), false)->is_unknown);      /* beyond 16 bits */
    assert_int_equal(transform_with(BYTES(0x80, 11, 0, 1, 0, 12, 0, 5, 1, 0, 0, 0, 0), false)->life_s,
                     UINT32_MAX);
    /* The same numbers mean other things in phase 2. */
    assert_int_equal(transform_with(BYTES(0x80, 4, 0, 3), true)->encap, 3);
    assert_int_equal(transform_with(BYTES(0x80, 1, 0, 2, 0x80, 2, 0, 9), true)->life_kb, 9);
}

static void nested_lengths_that_contradict_are_refused(void **state)
{
    uint8_t bad[sizeof swan_sa];
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        enum wire_ike_err want;
    } cases[] = {
        {3, 2, WIRE_IKE_BAD_FIELD},      /* DOI */
        {7, 2, WIRE_IKE_BAD_FIELD},      /* situation */
        {8, 2, WIRE_IKE_BAD_LENGTH},     /* another proposal is announced */
        {8, 3, WIRE_IKE_BAD_FIELD},      /* a transform in its place */
        {11, 7, WIRE_IKE_BAD_LENGTH},    /* shorter than its head */
        {11, 0x2d, WIRE_IKE_SHORT},      /* longer than what there is */
        {14, 17, WIRE_IKE_BAD_FIELD},    /* SPI of 17 bytes */
        {15, 0, WIRE_IKE_BAD_FIELD},     /* no transform */
        {15, 2, WIRE_IKE_SHORT},         /* two, of which one is there */
        {15, 65, WIRE_IKE_TOO_MANY},     /* */
        {16, 3, WIRE_IKE_BAD_LENGTH},    /* another transform is announced */
        {19, 0x23, WIRE_IKE_SHORT},      /* cuts an attribute */
        {19, 0x20, WIRE_IKE_BAD_LENGTH}, /* leaves four bytes */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(bad, swan_sa, sizeof bad);
        bad[cases[i].at] = cases[i].value;
        if (wire_v1_sa_parse(base_span(bad, sizeof bad), false, &sa) != cases[i].want)
            fail_msg("case %zu", i);
    }
}

static void an_spi_of_cookies_is_passed_over(void **state)
{
    (void)state;
    static const uint8_t body[] = {0,  0,  0, 1, 0, 0,  0, 1, 0, 0, 0,    36, 1,  1,  16,
                                   1,  1,  2, 3, 4, 5,  6, 7, 8, 9, 10,   11, 12, 13, 14,
                                   15, 16, 0, 0, 0, 12, 1, 1, 0, 0, 0x80, 1,  0,  7};
    assert_true(accepts_phase1(base_span(body, sizeof body)));
    assert_int_equal(sa.list[0].spi_len, 16);
    assert_int_equal(sa.list[0].spi, 0);
    assert_int_equal(sa.list[0].list[0].encr, 7);
}

static void what_no_parser_takes_is_not_written(void **state)
{
    (void)state;
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_sa(&b, &(const struct wire_v1_sa){.count = 0}, false);
    assert_true(b.w.failed);
    memset(&again, 0, sizeof again);
    again.count = 1;
    again.list[0] = (struct wire_v1_proposal){.number = 1, .protocol = WIRE_V1_PROTO_ESP, .spi_len = 4};
    b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_sa(&b, &again, true); /* no transform */
    assert_true(b.w.failed);
    again.list[0].count = 1;
    again.list[0].spi_len = 16;
    b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_sa(&b, &again, true);
    assert_true(b.w.failed);
    again.list[0].spi_len = 4;
    again.list[0].list[0].is_unknown = true;
    b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_sa(&b, &again, true);
    assert_true(b.w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_strongswan_offers_is_read_and_echoed_byte_for_byte),
        cmocka_unit_test(an_offer_of_phase_2_is_written_and_read),
        cmocka_unit_test(what_is_not_read_makes_a_transform_that_matches_nothing),
        cmocka_unit_test(nested_lengths_that_contradict_are_refused),
        cmocka_unit_test(an_spi_of_cookies_is_passed_over),
        cmocka_unit_test(what_no_parser_takes_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
