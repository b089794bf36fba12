/* SPDX-License-Identifier: BSD-3-Clause */
/* Algorithms in others' words. */
#include "explain_pair.h"
#include "explain_reader.h"

static struct explain_site site;
static char why[256];

static void expect(const char *words, enum crypt_protocol protocol, const char *proposal)
{
    struct explain_reader r = {.site = &site, .why = why, .why_size = sizeof why};
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    memset(&site, 0, sizeof site);
    if (!explain_read_proposals(&r, base_span(words, strlen(words)), protocol))
        fail_msg("%s: %s", words, why);
    const bool is_ike = protocol == CRYPT_PROTOCOL_IKE;
    assert_string_equal(crypt_proposal_text(is_ike ? &site.ike[0] : &site.esp[0], text), proposal);
}

static void each_vendors_words(void **state)
{
    (void)state;
    expect("aes256gcm16-prfsha384-ecp384", CRYPT_PROTOCOL_IKE, "aes256gcm16-prfsha384-ecp384");
    expect("aes_gcm256-sha2_512;dh14", CRYPT_PROTOCOL_IKE, "aes256gcm16-prfsha512-modp2048");
    expect("aes128-sha1;modp1024", CRYPT_PROTOCOL_IKE, "aes128-prfsha1-sha1-modp1024");
    expect("aes192-sha2_256-dh19!", CRYPT_PROTOCOL_IKE, "aes192-prfsha256-sha256-ecp256");
    expect("aes128gcm128-sha256", CRYPT_PROTOCOL_ESP, "aes128gcm16-esn-noesn");
    expect("chacha20_poly1305-x25519", CRYPT_PROTOCOL_ESP, "chacha20poly1305-x25519-esn-noesn");
    expect("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP, "aes128gcm16-noesn");
}

static void parts_make_a_proposal(void **state)
{
    (void)state;
    const struct explain_parts ike = {"aes-128-cbc", "sha2-256", "group14"},
                               gcm = {"aes-gcm-256", "", "none"};
    struct explain_reader r = {.site = &site, .why = why, .why_size = sizeof why};
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    memset(&site, 0, sizeof site);
    assert_true(explain_read_parts(&r, &ike, CRYPT_PROTOCOL_IKE));
    assert_string_equal(crypt_proposal_text(&site.ike[0], text), "aes128-prfsha256-sha256-modp2048");
    assert_true(explain_read_parts(&r, &gcm, CRYPT_PROTOCOL_ESP));
    assert_string_equal(crypt_proposal_text(&site.esp[0], text), "aes256gcm16-esn-noesn");
    assert_true(explain_read_parts(&r, &(struct explain_parts){0}, CRYPT_PROTOCOL_ESP));
    assert_int_equal(site.n_esp, 1);
}

static void a_word_that_means_nothing(void **state)
{
    (void)state;
    struct explain_reader r = {.site = &site, .why = why, .why_size = sizeof why, .line = 4};
    assert_false(explain_read_proposals(&r, base_span("rot13-sha256", 12), CRYPT_PROTOCOL_ESP));
    assert_memory_equal(why, "line 4: the algorithms \"rot13-sha256\" cannot be had: ", 50);
}

static void more_than_there_is_room_for_are_left_out(void **state)
{
    (void)state;
    struct explain_reader r = {.site = &site, .why = why, .why_size = sizeof why};
    memset(&site, 0, sizeof site);
    for (int i = 0; i < 2 * IKE_PROPOSALS_MAX; i++)
        assert_true(explain_read_proposals(&r, base_span("aes128gcm16", 11), CRYPT_PROTOCOL_ESP));
    assert_int_equal(site.n_esp, IKE_PROPOSALS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vendors_words),
        cmocka_unit_test(parts_make_a_proposal),
        cmocka_unit_test(a_word_that_means_nothing),
        cmocka_unit_test(more_than_there_is_room_for_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
