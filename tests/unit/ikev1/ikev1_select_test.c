/* SPDX-License-Identifier: BSD-3-Clause */
/* Offers and choices: what one side offers the other side with the same configuration takes, and no more. */
#include "ikev1_select.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct wire_v1_sa offer, answer;

static struct crypt_proposal proposal(const char *text, enum crypt_protocol protocol)
{
    struct crypt_proposal p;
    char why[200];
    if (crypt_proposal_parse(text, protocol, &p, why, sizeof why) != 0)
        fail_msg("%s: %s", text, why);
    return p;
}

static void an_offer_has_each_combination(void **state)
{
    const struct crypt_proposal p = proposal("aes256-aes128-sha256-sha1-modp2048-ecp256", CRYPT_PROTOCOL_IKE);
    (void)state;
    ikev1_select_offer_ike(&p, 1, WIRE_V1_AUTH_PSK, 3600, &offer);
    assert_int_equal(offer.count, 1);
    assert_int_equal(offer.list[0].count, 8);
    assert_int_equal(offer.list[0].list[0].encr, WIRE_V1_ENCR_AES_CBC);
    assert_int_equal(offer.list[0].list[0].key_bits, 256);
    assert_int_equal(offer.list[0].list[0].hash, WIRE_V1_HASH_SHA2_256);
    assert_int_equal(offer.list[0].list[0].group, 14);
    assert_int_equal(offer.list[0].list[7].number, 8);
    assert_int_equal(offer.list[0].list[7].key_bits, 128);
    assert_int_equal(offer.list[0].list[7].hash, WIRE_V1_HASH_SHA1);
    assert_int_equal(offer.list[0].list[7].group, 19);
}

static void a_choice_is_the_first_of_theirs_that_is_ours_with_the_method(void **state)
{
    const struct crypt_proposal a = proposal("aes256-aes128-sha256-modp2048", CRYPT_PROTOCOL_IKE);
    const struct crypt_proposal b = proposal("aes128-sha256-modp2048", CRYPT_PROTOCOL_IKE);
    struct ikev1_choice c;
    (void)state;
    ikev1_select_offer_ike(&a, 1, WIRE_V1_AUTH_PSK, 3600, &offer);
    assert_false(ikev1_select_ike(&b, 1, &offer, WIRE_V1_AUTH_RSA_SIG, &c));
    assert_true(ikev1_select_ike(&b, 1, &offer, WIRE_V1_AUTH_PSK, &c));
    assert_int_equal(c.encr->key_bits, 128);
    assert_int_equal(c.transform, 2);
    assert_int_equal(c.life_s, 3600);
    ikev1_select_answer(&offer, &c, 0, &answer);
    assert_int_equal(answer.count, 1);
    assert_int_equal(answer.list[0].count, 1);
    assert_int_equal(answer.list[0].list[0].number, 2);
    offer.list[0].list[1].is_unknown = true;
    assert_false(ikev1_select_ike(&b, 1, &offer, WIRE_V1_AUTH_PSK, &c));
}

static void groups_that_ikev1_has_no_number_for_are_not_offered(void **state)
{
    const struct crypt_proposal p = proposal("aes256-sha256-x25519-modp2048", CRYPT_PROTOCOL_IKE);
    (void)state;
    ikev1_select_offer_ike(&p, 1, WIRE_V1_AUTH_PSK, 0, &offer);
    assert_int_equal(offer.list[0].count, 1);
    assert_int_equal(ikev1_select_group(&p, 1), CRYPT_DH_MODP_2048);
}

static void a_child_has_its_mode_and_its_group_or_none(void **state)
{
    const struct crypt_proposal pfs[] = {proposal("aes128gcm16-modp2048-noesn", CRYPT_PROTOCOL_ESP),
                                         proposal("aes256-sha256-modp2048-noesn", CRYPT_PROTOCOL_ESP)};
    const struct crypt_proposal none = proposal("aes256-sha256-noesn", CRYPT_PROTOCOL_ESP);
    struct ikev1_wants w = {.encap = WIRE_V1_ENCAP_UDP_TUNNEL, .dh = CRYPT_DH_MODP_2048};
    struct ikev1_choice c;
    (void)state;
    assert_int_equal(ikev1_select_pfs(pfs, 2), CRYPT_DH_MODP_2048);
    assert_int_equal(ikev1_select_pfs(&none, 1), CRYPT_DH_NONE);
    ikev1_select_offer_esp(pfs, 2, 0x1234, &w, 600, &offer);
    assert_int_equal(offer.list[0].count, 2);
    assert_int_equal(offer.list[0].spi, 0x1234);
    assert_true(ikev1_select_esp(pfs, 2, &offer, &w, &c));
    assert_int_equal(c.spi, 0x1234);
    assert_null(c.integ);
    assert_false(ikev1_select_esp(&none, 1, &offer, &w, &c));
    w.encap = WIRE_V1_ENCAP_TUNNEL;
    assert_false(ikev1_select_esp(pfs, 2, &offer, &w, &c));
    w = (struct ikev1_wants){.encap = WIRE_V1_ENCAP_UDP_TUNNEL};
    assert_false(ikev1_select_esp(pfs, 2, &offer, &w, &c));
}

static void esp_beside_another_protocol_is_passed_over(void **state)
{
    const struct crypt_proposal p = proposal("aes256-sha256-noesn", CRYPT_PROTOCOL_ESP);
    const struct ikev1_wants w = {.encap = WIRE_V1_ENCAP_TUNNEL};
    struct ikev1_choice c;
    (void)state;
    ikev1_select_offer_esp(&p, 1, 0x1234, &w, 600, &offer);
    assert_false(ikev1_select_asks_ah(&offer));
    offer.list[1] = offer.list[0];
    offer.list[1].protocol = WIRE_V1_PROTO_AH;
    offer.count = 2;
    assert_true(ikev1_select_asks_ah(&offer));
    assert_false(ikev1_select_esp(&p, 1, &offer, &w, &c));
    offer.list[1].number = 2;
    assert_true(ikev1_select_esp(&p, 1, &offer, &w, &c));
}

static void words(void **state)
{
    const struct crypt_proposal p = proposal("aes256-sha256-modp2048", CRYPT_PROTOCOL_IKE);
    struct ikev1_choice c;
    char text[200];
    (void)state;
    ikev1_select_offer_ike(&p, 1, WIRE_V1_AUTH_PSK, 0, &offer);
    assert_true(ikev1_select_ike(&p, 1, &offer, WIRE_V1_AUTH_PSK, &c));
    assert_string_equal(ikev1_select_text(&c, text, sizeof text), "AES-CBC-256/PRF-HMAC-SHA2-256/MODP-2048");
    assert_string_equal(ikev1_select_theirs(&offer, false, text, sizeof text), "aes256-sha256-modp2048");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_has_each_combination),
        cmocka_unit_test(a_choice_is_the_first_of_theirs_that_is_ours_with_the_method),
        cmocka_unit_test(groups_that_ikev1_has_no_number_for_are_not_offered),
        cmocka_unit_test(a_child_has_its_mode_and_its_group_or_none),
        cmocka_unit_test(esp_beside_another_protocol_is_passed_over),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
