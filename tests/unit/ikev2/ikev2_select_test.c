/* SPDX-License-Identifier: BSD-3-Clause */
/* Choice of proposals. */
#include "ike_pair.h"
#include "ikev2_msg.h"
#include "ikev2_select.h"

static struct wire_ike_sa theirs;

static struct crypt_proposal parse(const char *text, enum crypt_protocol protocol)
{
    struct crypt_proposal p;
    char why[200] = "";
    if (crypt_proposal_parse(text, protocol, &p, why, sizeof why) != 0)
        fail_msg("%s: %s", text, why);
    return p;
}

/* What a peer with this configuration would offer. */
static void offer(const char *text, enum crypt_protocol protocol)
{
    const struct crypt_proposal p = parse(text, protocol);
    const bool esp = protocol == CRYPT_PROTOCOL_ESP;
    ikev2_select_offer(&p, 1, esp ? 0x1234 : 0, esp ? 4 : 0, IKEV2_DH_WANTED, &theirs);
}

static bool choose_esp(const char *ours, struct ikev2_choice *c)
{
    const struct crypt_proposal p = parse(ours, CRYPT_PROTOCOL_ESP);
    return ikev2_select(&p, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, CRYPT_DH_NONE, c);
}

static bool choose_ike(const char *ours, enum crypt_dh hint, struct ikev2_choice *c)
{
    const struct crypt_proposal p = parse(ours, CRYPT_PROTOCOL_IKE);
    return ikev2_select(&p, 1, &theirs, WIRE_IKE_PROTO_IKE, IKEV2_DH_WANTED, hint, c);
}

static void our_order_decides(void **state)
{
    (void)state;
    struct ikev2_choice c;
    offer("aes128gcm16-aes256gcm16-prfsha256-prfsha512-x25519-ecp256", CRYPT_PROTOCOL_IKE);
    assert_true(choose_ike("aes256gcm16-aes128gcm16-prfsha512-prfsha256-ecp256-x25519", CRYPT_DH_NONE, &c));
    assert_int_equal(c.encr->key_bits, 256);
    assert_int_equal(c.prf->id, CRYPT_PRF_HMAC_SHA2_512);
    assert_int_equal(c.dh, CRYPT_DH_ECP_256);
    /* but a group for which the peer has a value already saves a round trip */
    assert_true(choose_ike("aes256gcm16-prfsha256-ecp256-x25519", CRYPT_DH_X25519, &c));
    assert_int_equal(c.dh, CRYPT_DH_X25519);
}

static void assert_addke(const struct ikev2_choice *c, uint16_t first, uint16_t second, uint16_t third)
{
    assert_int_equal(c->addke[0], first);
    assert_int_equal(c->addke[1], second);
    assert_int_equal(c->addke[2], third);
}

/* RFC 9370 2.2.1 */
static void additional_exchanges_are_chosen_by_type_and_each_method_once(void **state)
{
    (void)state;
    struct ikev2_choice c;
    const char *ours = "aes256gcm16-x25519-ke1_mlkem768-ke1_ecp384-ke2_mlkem768-ke2_modp2048";
    offer("aes256gcm16-x25519-ke1_ecp384-ke1_mlkem768-ke2_modp2048-ke2_mlkem768", CRYPT_PROTOCOL_IKE);
    assert_true(choose_ike(ours, CRYPT_DH_X25519, &c));
    assert_addke(&c, CRYPT_DH_ML_KEM_768, CRYPT_DH_MODP_2048, CRYPT_DH_NONE);
    /* The first choice would leave nothing for the second exchange, so it is taken back. */
    offer("aes256gcm16-x25519-ke1_ecp384-ke1_mlkem768-ke2_mlkem768", CRYPT_PROTOCOL_IKE);
    assert_true(choose_ike(ours, CRYPT_DH_X25519, &c));
    assert_addke(&c, CRYPT_DH_ECP_384, CRYPT_DH_ML_KEM_768, CRYPT_DH_NONE);
    /* Nor is the method of the first exchange one. */
    offer("aes256gcm16-ecp384-x25519-ke1_ecp384-ke1_mlkem768-ke2_modp2048", CRYPT_PROTOCOL_IKE);
    assert_true(choose_ike("aes256gcm16-ecp384-ke1_ecp384-ke1_mlkem768-ke2_modp2048", CRYPT_DH_ECP_384, &c));
    assert_addke(&c, CRYPT_DH_ML_KEM_768, CRYPT_DH_MODP_2048, CRYPT_DH_NONE);
    offer("aes256gcm16-x25519-ke1_mlkem768", CRYPT_PROTOCOL_IKE);
    assert_false(choose_ike("aes256gcm16-x25519", CRYPT_DH_X25519, &c));
    assert_false(choose_ike("aes256gcm16-x25519-ke2_mlkem768", CRYPT_DH_X25519, &c));
    assert_false(choose_ike("aes256gcm16-x25519-ke1_mlkem512", CRYPT_DH_X25519, &c));
    assert_true(choose_ike("aes256gcm16-x25519-ke1_mlkem768-ke3_none-ke3_ecp384", CRYPT_DH_X25519, &c));
    assert_addke(&c, CRYPT_DH_ML_KEM_768, CRYPT_DH_NONE, CRYPT_DH_NONE);
    assert_int_equal(c.addke_is_none, 0);
    assert_int_equal(ikev2_select_addke_from(&c, CRYPT_TYPE_ADDKE1), CRYPT_TYPE_ADDKE1);
    assert_int_equal(ikev2_select_addke_from(&c, CRYPT_TYPE_ADDKE1 + 1), 0);
}

static void one_that_may_be_left_out_is_answered_with_none(void **state)
{
    (void)state;
    struct ikev2_choice c;
    struct crypt_proposal p = parse("aes256gcm16-x25519-ke1_none-ke1_mlkem768", CRYPT_PROTOCOL_IKE);
    offer("aes256gcm16-x25519-ke1_mlkem768-ke1_none", CRYPT_PROTOCOL_IKE);
    assert_true(choose_ike("aes256gcm16-x25519-ke1_none-ke1_mlkem768", CRYPT_DH_X25519, &c));
    assert_false(ikev2_select_has_addke(&c));
    assert_int_equal(c.addke_is_none, 1);
    assert_true(choose_ike("aes256gcm16-x25519", CRYPT_DH_X25519, &c));
    assert_int_equal(c.addke_is_none, 1);
    assert_true(ikev2_select_covers(&p, 1, &c));
    p = parse("aes256gcm16-x25519-ke1_mlkem768", CRYPT_PROTOCOL_IKE);
    assert_false(ikev2_select_covers(&p, 1, &c));
    c.addke[0] = CRYPT_DH_ML_KEM_768;
    assert_true(ikev2_select_covers(&p, 1, &c));
    c.addke[0] = CRYPT_DH_ML_KEM_512;
    assert_false(ikev2_select_covers(&p, 1, &c));
}

static void with_a_peer_that_cannot_do_more_such_proposals_are_passed_over(void **state)
{
    (void)state;
    struct ikev2_choice c;
    const struct crypt_proposal ours = parse("aes256gcm16-x25519-ke1_mlkem768-ke1_none", CRYPT_PROTOCOL_IKE);
    offer("aes256gcm16-x25519-ke1_mlkem768-ke1_none", CRYPT_PROTOCOL_IKE);
    assert_false(ikev2_select(&ours, 1, &theirs, WIRE_IKE_PROTO_IKE, IKEV2_DH_SINGLE, CRYPT_DH_X25519, &c));
    offer("aes256gcm16-x25519", CRYPT_PROTOCOL_IKE);
    assert_true(ikev2_select(&ours, 1, &theirs, WIRE_IKE_PROTO_IKE, IKEV2_DH_SINGLE, CRYPT_DH_X25519, &c));
}

static void a_child_with_more_has_a_first_exchange(void **state)
{
    (void)state;
    struct ikev2_choice c;
    const struct crypt_proposal p = parse("aes128gcm16-x25519-modpnone-ke1_mlkem768", CRYPT_PROTOCOL_ESP);
    assert_false(ikev2_select_allows_none(&p, 1));
    offer("aes128gcm16-x25519-modpnone-ke1_mlkem768-ke1_none", CRYPT_PROTOCOL_ESP);
    assert_true(choose_esp("aes128gcm16-x25519-ke1_mlkem768", &c));
    assert_int_equal(c.dh, CRYPT_DH_X25519);
    assert_addke(&c, CRYPT_DH_ML_KEM_768, CRYPT_DH_NONE, CRYPT_DH_NONE);
    assert_true(choose_esp("aes128gcm16", &c));
    assert_int_equal(c.dh, CRYPT_DH_NONE);
    assert_false(ikev2_select_has_addke(&c));
}

static void an_answer_with_the_same_method_twice_is_none(void **state)
{
    (void)state;
    struct ikev2_choice c;
    const struct crypt_proposal p =
        parse("aes256gcm16-x25519-ke1_mlkem768-ke1_ecp384-ke2_mlkem768-ke2_ecp384", CRYPT_PROTOCOL_IKE);
    offer("aes256gcm16-x25519-ke1_mlkem768-ke2_ecp384", CRYPT_PROTOCOL_IKE);
    assert_true(ikev2_select_answer(&p, 1, &theirs, WIRE_IKE_PROTO_IKE, IKEV2_DH_WANTED, &c));
    struct wire_ike_proposal *a = &theirs.list[0];
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].type == CRYPT_TYPE_ADDKE1 + 1)
            a->list[i].id = CRYPT_DH_ML_KEM_768;
    assert_false(ikev2_select_answer(&p, 1, &theirs, WIRE_IKE_PROTO_IKE, IKEV2_DH_WANTED, &c));
    /* Nor is one with two of a type. */
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].type == CRYPT_TYPE_ADDKE1 + 1)
            a->list[i] = (struct wire_ike_transform){.type = CRYPT_TYPE_ADDKE1, .id = CRYPT_DH_ECP_384};
    assert_false(ikev2_select_answer(&p, 1, &theirs, WIRE_IKE_PROTO_IKE, IKEV2_DH_WANTED, &c));
}

static void esn_is_preferred_and_its_absence_accepted(void **state)
{
    (void)state;
    struct ikev2_choice c;
    offer("aes128gcm16-esn-noesn", CRYPT_PROTOCOL_ESP);
    assert_true(choose_esp("aes128gcm16", &c) && c.esn);
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_true(choose_esp("aes128gcm16", &c) && !c.esn);
    assert_false(choose_esp("aes128gcm16-esn", &c));
    /* no transform of that type at all */
    theirs.list[0].count--;
    assert_true(choose_esp("aes128gcm16", &c) && !c.esn);
    assert_false(choose_esp("aes128gcm16-esn", &c));
}

static void fresh_key_exchange_is_used_where_the_peer_offers_it(void **state)
{
    (void)state;
    struct ikev2_choice c;
    offer("aes128gcm16-noesn-x25519", CRYPT_PROTOCOL_ESP);
    assert_true(choose_esp("aes128gcm16-x25519", &c) && c.dh == CRYPT_DH_X25519);
    assert_false(choose_esp("aes128gcm16", &c));
    /* one that we demand and the peer does not offer is no agreement */
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_false(choose_esp("aes128gcm16-x25519", &c));
    offer("aes128gcm16-noesn-ecp256", CRYPT_PROTOCOL_ESP);
    assert_false(choose_esp("aes128gcm16-x25519", &c));
}

/* Two proposals of ours, the first with a group and the second without. */
static struct crypt_proposal both[2];

static void doing_without_a_group_is_a_choice_of_both_sides(void **state)
{
    (void)state;
    struct ikev2_choice c;
    both[0] = parse("aes128gcm16-x25519", CRYPT_PROTOCOL_ESP);
    both[1] = parse("aes128gcm16", CRYPT_PROTOCOL_ESP);
    assert_true(ikev2_select_allows_none(both, 2));
    assert_false(ikev2_select_allows_none(both, 1));
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_true(ikev2_select(both, 2, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, CRYPT_DH_NONE, &c));
    assert_int_equal(c.dh, CRYPT_DH_NONE);
    offer("aes128gcm16-noesn-x25519", CRYPT_PROTOCOL_ESP);
    assert_true(ikev2_select(both, 2, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, CRYPT_DH_X25519, &c));
    assert_int_equal(c.dh, CRYPT_DH_X25519);
    /* NONE among others (RFC 7296 3.3.3): what came with the request decides */
    theirs.list[0].list[theirs.list[0].count++] = (struct wire_ike_transform){.type = CRYPT_TYPE_DH};
    both[0].transforms[both[0].count++] = (struct crypt_transform){.type = CRYPT_TYPE_DH};
    assert_true(ikev2_select(both, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, CRYPT_DH_X25519, &c));
    assert_int_equal(c.dh, CRYPT_DH_X25519);
    assert_true(ikev2_select(both, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, CRYPT_DH_NONE, &c));
    assert_int_equal(c.dh, CRYPT_DH_NONE);
    /* a group that only they know is not ours, and doing without is */
    assert_true(ikev2_select(both, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, CRYPT_DH_ECP_521, &c));
    assert_int_equal(c.dh, CRYPT_DH_X25519);
}

static void a_request_without_ke_offers_only_what_can_do_without(void **state)
{
    (void)state;
    struct ikev2_choice c;
    struct wire_ike_sa offered;
    both[0] = parse("aes256gcm16-x25519-noesn", CRYPT_PROTOCOL_ESP);
    both[1] = parse("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    ikev2_select_offer(both, 2, 0x1234, 4, IKEV2_DH_NONE, &offered);
    assert_int_equal(offered.count, 1);
    assert_int_equal(offered.list[0].number, 1); /* numbers begin with 1 and have no gap (RFC 7296 3.3.1) */
    assert_int_equal(offered.list[0].list[0].key_bits, 128);
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_true(ikev2_select_answer(both, 2, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_NONE, &c));
    assert_int_equal(c.encr->key_bits, 128);
    offer("aes256gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_false(ikev2_select_answer(both, 2, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_NONE, &c));
    /* an answer with a group to a question without one, and without one where one is demanded */
    offer("aes128gcm16-noesn-x25519", CRYPT_PROTOCOL_ESP);
    assert_false(ikev2_select_answer(both, 2, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_NONE, &c));
    offer("aes256gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_false(ikev2_select_answer(both, 2, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, &c));
}

static void what_has_an_unknown_part_never_matches(void **state)
{
    (void)state;
    struct ikev2_choice c;
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    theirs.list[0].list[0].is_unknown = true;
    assert_false(choose_esp("aes128gcm16", &c));
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    theirs.list[0].list[theirs.list[0].count++] = (struct wire_ike_transform){.type = 6, .id = 1};
    assert_false(choose_esp("aes128gcm16", &c));
}

static void an_esp_proposal_needs_a_real_spi(void **state)
{
    (void)state;
    struct ikev2_choice c;
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    theirs.list[0].spi = 255;
    assert_false(choose_esp("aes128gcm16", &c));
    theirs.list[0].spi = 256;
    assert_true(choose_esp("aes128gcm16", &c));
    theirs.list[0].spi_len = 0;
    assert_false(choose_esp("aes128gcm16", &c));
}

static void an_answer_must_be_one_of_ours_with_one_algorithm_each(void **state)
{
    (void)state;
    struct ikev2_choice c;
    const struct crypt_proposal ours = parse("aes128gcm16-aes256gcm16-noesn", CRYPT_PROTOCOL_ESP);
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_true(ikev2_select_answer(&ours, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, &c));
    theirs.list[0].number = 2;
    assert_false(ikev2_select_answer(&ours, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, &c));
    offer("aes128gcm16-aes256gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_false(ikev2_select_answer(&ours, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, &c));
    theirs.count = 2;
    assert_false(ikev2_select_answer(&ours, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, &c));
}

static void ah_is_seen(void **state)
{
    (void)state;
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_false(ikev2_select_asks_ah(&theirs));
    theirs.list[0].protocol = WIRE_IKE_PROTO_AH;
    assert_true(ikev2_select_asks_ah(&theirs));
}

static void a_choice_is_covered_by_lists_that_contain_it(void **state)
{
    (void)state;
    struct ikev2_choice c;
    const struct crypt_proposal same = parse("aes128gcm16-prfsha256-x25519", CRYPT_PROTOCOL_IKE);
    const struct crypt_proposal other = parse("aes256gcm16-prfsha256-x25519", CRYPT_PROTOCOL_IKE);
    offer("aes128gcm16-prfsha256-x25519", CRYPT_PROTOCOL_IKE);
    assert_true(choose_ike("aes128gcm16-prfsha256-x25519", CRYPT_DH_NONE, &c));
    assert_true(ikev2_select_covers(&same, 1, &c));
    assert_false(ikev2_select_covers(&other, 1, &c));
}

/* The types of the answer to what was offered, and what it says of one; -1: nothing. */
static int answered(struct pair *p, const struct ikev2_choice *c, uint8_t type)
{
    static uint8_t buf[512];
    static struct wire_ike_sa sa;
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    ikev2_msg_put_choice(p->h[0].ike, &b, c, 0x1234);
    const struct base_span chain = wire_ike_chain_bytes(&b);
    assert_int_equal(wire_ike_sa_parse(base_span(chain.ptr + 4, chain.len - 4), &sa), WIRE_IKE_OK);
    for (size_t i = 0; i < sa.list[0].count; i++)
        if (sa.list[0].list[i].type == type)
            return sa.list[0].list[i].id;
    return -1;
}

static void add_none(uint8_t type)
{
    theirs.list[0].list[theirs.list[0].count++] = (struct wire_ike_transform){.type = type};
}

/* RFC 7296 3.3.6: one transform of each type that was offered, and of no other. */
static void what_was_offered_as_none_is_answered_as_none(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ikev2_choice c;
    pair_start(p);
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    assert_true(choose_esp("aes128gcm16", &c));
    assert_int_equal(answered(p, &c, CRYPT_TYPE_INTEG), -1);
    assert_int_equal(answered(p, &c, CRYPT_TYPE_DH), -1);
    assert_int_equal(answered(p, &c, CRYPT_TYPE_ESN), CRYPT_ESN_OFF);
    add_none(CRYPT_TYPE_INTEG);
    add_none(CRYPT_TYPE_DH);
    assert_true(choose_esp("aes128gcm16", &c));
    assert_int_equal(answered(p, &c, CRYPT_TYPE_INTEG), CRYPT_INTEG_NONE);
    assert_int_equal(answered(p, &c, CRYPT_TYPE_DH), CRYPT_DH_NONE);
    /* In IKE_AUTH, too, where groups count for nothing. */
    const struct crypt_proposal ours = parse("aes128gcm16", CRYPT_PROTOCOL_ESP);
    assert_true(ikev2_select(&ours, 1, &theirs, WIRE_IKE_PROTO_ESP, IKEV2_DH_IGNORE, CRYPT_DH_NONE, &c));
    assert_int_equal(answered(p, &c, CRYPT_TYPE_DH), CRYPT_DH_NONE);
    /* Old peers do not name the type. */
    offer("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP);
    theirs.list[0].count--;
    assert_true(choose_esp("aes128gcm16", &c));
    assert_int_equal(answered(p, &c, CRYPT_TYPE_ESN), -1);
    offer("aes128gcm16-prfsha256-x25519", CRYPT_PROTOCOL_IKE);
    add_none(CRYPT_TYPE_INTEG);
    assert_true(choose_ike("aes128gcm16-prfsha256-x25519", CRYPT_DH_NONE, &c));
    assert_int_equal(answered(p, &c, CRYPT_TYPE_INTEG), CRYPT_INTEG_NONE);
    assert_int_equal(answered(p, &c, CRYPT_TYPE_DH), CRYPT_DH_X25519);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_order_decides),
        cmocka_unit_test(additional_exchanges_are_chosen_by_type_and_each_method_once),
        cmocka_unit_test(one_that_may_be_left_out_is_answered_with_none),
        cmocka_unit_test(with_a_peer_that_cannot_do_more_such_proposals_are_passed_over),
        cmocka_unit_test(a_child_with_more_has_a_first_exchange),
        cmocka_unit_test(an_answer_with_the_same_method_twice_is_none),
        cmocka_unit_test(esn_is_preferred_and_its_absence_accepted),
        cmocka_unit_test(fresh_key_exchange_is_used_where_the_peer_offers_it),
        cmocka_unit_test(doing_without_a_group_is_a_choice_of_both_sides),
        cmocka_unit_test(a_request_without_ke_offers_only_what_can_do_without),
        cmocka_unit_test(what_has_an_unknown_part_never_matches),
        cmocka_unit_test(an_esp_proposal_needs_a_real_spi),
        cmocka_unit_test(an_answer_must_be_one_of_ours_with_one_algorithm_each),
        cmocka_unit_test(ah_is_seen),
        cmocka_unit_test(a_choice_is_covered_by_lists_that_contain_it),
        cmocka_unit_test(what_was_offered_as_none_is_answered_as_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
