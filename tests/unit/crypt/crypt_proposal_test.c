/* SPDX-License-Identifier: BSD-3-Clause */
/* Proposals: what is read, what is completed, and that a refusal tells what to write instead. */
#include "crypt_proposal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* The completed proposal of a text, in text. */
static const char *read_back(const char *text, enum crypt_protocol protocol)
{
    static char out[CRYPT_PROPOSAL_TEXT_MAX];
    char why[256] = "";
    struct crypt_proposal p;
    if (crypt_proposal_parse(text, protocol, &p, why, sizeof why) != 0)
        fail_msg("%s refused: %s", text, why);
    assert_int_equal(p.protocol, protocol);
    return crypt_proposal_text(&p, out);
}

static void assert_refused(const char *text, enum crypt_protocol protocol, const char *want)
{
    char why[256] = "";
    struct crypt_proposal p = {.count = 99};
    assert_int_equal(crypt_proposal_parse(text, protocol, &p, why, sizeof why), -EINVAL);
    assert_int_equal(p.count, 99);
    if (!strstr(why, want))
        fail_msg("for \"%s\" expected \"…%s…\", got \"%s\"", text, want, why);
}

static void words_are_grouped_by_type_and_keep_their_preference(void **state)
{
    assert_string_equal(
        read_back("x25519-prfsha512-aes256gcm16-ecp256-prfsha256-aes128gcm16", CRYPT_PROTOCOL_IKE),
        "aes256gcm16-aes128gcm16-prfsha512-prfsha256-x25519-ecp256");
    assert_string_equal(read_back("noesn-aes256gcm16-aes128gcm16", CRYPT_PROTOCOL_ESP),
                        "aes256gcm16-aes128gcm16-noesn");
}

static void ike_gets_the_prf_that_matches(void **state)
{
    assert_string_equal(read_back("aes128gcm16-x25519", CRYPT_PROTOCOL_IKE), "aes128gcm16-prfsha256-x25519");
    assert_string_equal(read_back("aes256-sha512-sha384-modp2048", CRYPT_PROTOCOL_IKE),
                        "aes256-prfsha512-prfsha384-sha512-sha384-modp2048");
    assert_string_equal(read_back("aes256-sha512-prfsha256-ecp384", CRYPT_PROTOCOL_IKE),
                        "aes256-prfsha256-sha512-ecp384");
    assert_string_equal(read_back("aes192-sha256-sha1-modp2048", CRYPT_PROTOCOL_IKE),
                        "aes192-prfsha256-prfsha1-sha256-sha1-modp2048");
    assert_string_equal(read_back("chacha20poly1305-ecp521", CRYPT_PROTOCOL_IKE),
                        "chacha20poly1305-prfsha256-ecp521");
}

static void esp_prefers_extended_sequence_numbers_and_accepts_short_ones(void **state)
{
    assert_string_equal(read_back("aes128gcm16", CRYPT_PROTOCOL_ESP), "aes128gcm16-esn-noesn");
    assert_string_equal(read_back("aes128gcm16-x25519-esn", CRYPT_PROTOCOL_ESP), "aes128gcm16-x25519-esn");
    assert_string_equal(read_back("aes128gcm16-noesn-esn", CRYPT_PROTOCOL_ESP), "aes128gcm16-noesn-esn");
    assert_string_equal(read_back("aes256-sha256-sha1", CRYPT_PROTOCOL_ESP), "aes256-sha256-sha1-esn-noesn");
    assert_string_equal(read_back("null-sha256", CRYPT_PROTOCOL_ESP), "null-sha256-esn-noesn");
}

static void other_spellings_of_strongswan_are_read(void **state)
{
    assert_string_equal(read_back("AES128GCM128-curve25519", CRYPT_PROTOCOL_IKE),
                        "aes128gcm16-prfsha256-x25519");
    assert_string_equal(read_back("aes192gcm-esn", CRYPT_PROTOCOL_ESP), "aes192gcm16-esn");
    assert_string_equal(read_back("aes128ccm64-aes256ccm96-aes128ccm-aes256ccm128", CRYPT_PROTOCOL_ESP),
                        "aes128ccm8-aes256ccm12-aes128ccm16-aes256ccm16-esn-noesn");
    assert_string_equal(read_back("3des-sha1-modp1024", CRYPT_PROTOCOL_IKE), "3des-prfsha1-sha1-modp1024");
    assert_string_equal(read_back("aes-sha-modp3072", CRYPT_PROTOCOL_IKE), "aes128-prfsha1-sha1-modp3072");
    assert_string_equal(read_back("aes-sha2_256-modp3072", CRYPT_PROTOCOL_IKE),
                        "aes128-prfsha256-sha256-modp3072");
}

static void every_keyword_is_read_where_it_may_stand(void **state)
{
    size_t count;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char text[96], why[256];
        struct crypt_proposal p;
        const bool is_integ = rows[i].type == CRYPT_TYPE_INTEG, is_encr = rows[i].type == CRYPT_TYPE_ENCR;
        const bool is_plain = is_encr && !rows[i].is_aead;
        snprintf(text, sizeof text, "%s%s%s", rows[i].keyword, is_plain ? "-sha256" : "",
                 is_integ  ? "-aes128"
                 : is_encr ? ""
                           : "-aes128gcm16");
        assert_int_equal(crypt_proposal_parse(text, CRYPT_PROTOCOL_ESP, &p, why, sizeof why) == 0,
                         rows[i].for_esp);
        if (rows[i].type != CRYPT_TYPE_DH)
            strcat(text, "-x25519");
        assert_int_equal(crypt_proposal_parse(text, CRYPT_PROTOCOL_IKE, &p, why, sizeof why) == 0,
                         rows[i].for_ike);
    }
}

static void unknown_words_are_named_with_the_nearest_known_one(void **state)
{
    assert_refused("aes128gmc16-x25519", CRYPT_PROTOCOL_IKE,
                   "\"aes128gmc16\" in IKE proposal; did you mean \"aes128gcm16\"?");
    assert_refused("aes128gcm16-x25591", CRYPT_PROTOCOL_IKE, "did you mean \"x25519\"?");
    assert_refused("aes128gcm16-enc", CRYPT_PROTOCOL_ESP, "did you mean \"esn\"?");
    assert_refused("rijndaelforever-x25519", CRYPT_PROTOCOL_IKE, "words are like aes256gcm16");
    assert_refused("aes128gcm16--x25519", CRYPT_PROTOCOL_IKE, "empty word");
    assert_refused("", CRYPT_PROTOCOL_ESP, "write for example aes128gcm16-esn");
    assert_refused("aes128gcm16-x25519-", CRYPT_PROTOCOL_IKE, "empty word");
    assert_refused("a\x01\x7f\xff\"b", CRYPT_PROTOCOL_ESP, "a\\x01\\x7f\\xff\\x22b");
    assert_refused("aes128gcm16 x25519", CRYPT_PROTOCOL_IKE, "unknown word");
    assert_refused("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", CRYPT_PROTOCOL_IKE,
                   "unknown word");
}

static void nothing_weak_is_suggested(void **state)
{
    assert_refused("aes256-sha256-modp1034", CRYPT_PROTOCOL_IKE, "did you mean \"modp2048\"?");
    assert_refused("4des-sha256", CRYPT_PROTOCOL_ESP, "words are like");
}

static void words_from_elsewhere_get_their_own_answer(void **state)
{
    assert_refused("des-sha1-modp1024", CRYPT_PROTOCOL_ESP, "write aes256");
    assert_refused("aes192ccm16", CRYPT_PROTOCOL_ESP, "128 and 256");
    assert_refused("aes256-md5-modp2048", CRYPT_PROTOCOL_IKE, "write sha256");
    assert_refused("aes256-sha256-modp768", CRYPT_PROTOCOL_IKE, "group is too small");
    assert_refused("aes256-sha256-modp1024s160", CRYPT_PROTOCOL_IKE, "group is too small");
    assert_refused("aes192gcm8", CRYPT_PROTOCOL_ESP, "write aes192gcm16");
    assert_refused("aes128gcm8", CRYPT_PROTOCOL_ESP, "write aes128gcm16");
    assert_refused("aes256gcm16-x25519!", CRYPT_PROTOCOL_IKE, "leave out the '!'");
    assert_refused("esp-aes128gcm16", CRYPT_PROTOCOL_ESP, "leave out \"esp-\"");
}

static void words_of_the_other_protocol_are_sent_there(void **state)
{
    assert_refused("aes128gcm16-x25519-esn", CRYPT_PROTOCOL_IKE, "belongs into the ESP proposal");
    assert_refused("aes128gcm16-prfsha256", CRYPT_PROTOCOL_ESP, "belongs into the IKE proposal");
    assert_refused("null-sha256-x25519", CRYPT_PROTOCOL_IKE, "always encrypted");
}

static void ciphers_and_integrity_must_fit(void **state)
{
    assert_refused("aes128gcm16-sha256-x25519", CRYPT_PROTOCOL_IKE, "write prfsha256 in place of sha256");
    assert_refused("aes128gcm16-sha256", CRYPT_PROTOCOL_ESP, "has its own integrity");
    assert_refused("aes256-x25519", CRYPT_PROTOCOL_IKE, "add sha256");
    assert_refused("aes256", CRYPT_PROTOCOL_ESP, "add sha256");
    assert_refused("null", CRYPT_PROTOCOL_ESP, "needs an integrity algorithm");
    assert_refused("aes128gcm16-aes128-sha256", CRYPT_PROTOCOL_ESP, "split this one into two");
    assert_refused("x25519-prfsha256", CRYPT_PROTOCOL_IKE, "no cipher");
    assert_refused("aes128gcm16-aes128gcm16", CRYPT_PROTOCOL_ESP, "twice");
    assert_refused("aes128gcm16-prfsha256", CRYPT_PROTOCOL_IKE, "needs a Diffie-Hellman group");
}

static void ah_is_refused_with_the_reason_that_nat_breaks_it(void **state)
{
    assert_refused("ah-sha256", CRYPT_PROTOCOL_ESP, "NAT always breaks it");
    assert_refused("AH-sha256-x25519", CRYPT_PROTOCOL_IKE, "NAT always breaks it");
    assert_refused("sha256", CRYPT_PROTOCOL_AH, "NAT always breaks it");
    assert_refused("sha384-x25519", CRYPT_PROTOCOL_ESP, "null-sha384");
}

static void additional_key_exchanges_are_written_by_their_place(void **state)
{
    assert_string_equal(read_back("ke1_mlkem768-aes256gcm16-prfsha384-x25519", CRYPT_PROTOCOL_IKE),
                        "aes256gcm16-prfsha384-x25519-ke1_mlkem768");
    assert_string_equal(
        read_back("aes256-sha256-x25519-KE7_ecp384-ke2_none-ke2_mlkem1024-ke2_modp2048", CRYPT_PROTOCOL_IKE),
        "aes256-prfsha256-sha256-x25519-ke2_none-ke2_mlkem1024-ke2_modp2048-ke7_ecp384");
    assert_string_equal(read_back("aes128gcm16-x25519-ke1_mlkem512-esn", CRYPT_PROTOCOL_ESP),
                        "aes128gcm16-x25519-esn-ke1_mlkem512");
    assert_refused("aes128gcm16-ke1_mlkem512", CRYPT_PROTOCOL_ESP,
                   "needs a first one; add for example -x25519");
    assert_refused("aes128gcm16-modpnone-ke1_mlkem512", CRYPT_PROTOCOL_ESP, "needs a first one");
    assert_refused("aes256gcm16-x25519-ke1_aes256", CRYPT_PROTOCOL_IKE, "write for example ke1_mlkem768");
    assert_refused("aes256gcm16-x25519-ke8_mlkem768", CRYPT_PROTOCOL_IKE, "unknown word \"ke8_mlkem768\"");
    assert_refused("aes256gcm16-x25519-ke1_x25519", CRYPT_PROTOCOL_IKE, "x25519 stands there for two");
    assert_refused("aes256gcm16-x25519-ke1_mlkem768-ke2_mlkem768", CRYPT_PROTOCOL_IKE,
                   "mlkem768 stands there for");
    assert_refused("aes256gcm16-x25519-ke1_mlkem768-ke1_mlkem768", CRYPT_PROTOCOL_IKE, "stands there twice");
}

static void what_may_be_left_out_meets_what_lacks_it(void **state)
{
    static const struct {
        const char *a, *b;
        bool meets;
    } rows[] = {
        {"x25519-ke1_mlkem768", "x25519-ke1_mlkem768", true},
        {"x25519-ke1_mlkem768", "x25519", false},
        {"x25519-ke1_mlkem768-ke1_none", "x25519", true},
        {"x25519-ke1_mlkem768-ke1_none", "x25519-ke1_mlkem768", true},
        {"x25519-ke1_mlkem768-ke1_none", "x25519-ke1_ecp384-ke1_none", true},
        {"x25519-ke1_mlkem768", "x25519-ke2_mlkem768", false},
        {"x25519-ke1_mlkem768", "x25519-ke1_ecp384", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct crypt_proposal p[2];
        char text[64], why[256];
        snprintf(text, sizeof text, "aes256gcm16-%s", rows[i].a);
        assert_int_equal(crypt_proposal_parse(text, CRYPT_PROTOCOL_IKE, &p[0], why, sizeof why), 0);
        snprintf(text, sizeof text, "aes256gcm16-%s", rows[i].b);
        assert_int_equal(crypt_proposal_parse(text, CRYPT_PROTOCOL_IKE, &p[1], why, sizeof why), 0);
        assert_int_equal(crypt_proposals_meet(&p[0], 1, &p[1], 1), rows[i].meets);
        assert_int_equal(crypt_proposals_meet(&p[1], 1, &p[0], 1), rows[i].meets);
        assert_int_equal(crypt_proposal_has_addke(&p[1]), strchr(rows[i].b, '_') != NULL);
    }
}

static void a_short_buffer_for_the_reason_is_not_overrun(void **state)
{
    char why[8];
    struct crypt_proposal p;
    memset(why, 'x', sizeof why);
    assert_int_equal(crypt_proposal_parse("ah-sha256", CRYPT_PROTOCOL_ESP, &p, why, 4), -EINVAL);
    assert_memory_equal(why, "AH \0xxxx", 8);
    assert_int_equal(crypt_proposal_parse("zzz", CRYPT_PROTOCOL_ESP, &p, NULL, 0), -EINVAL);
}

static void the_built_in_proposals_read_as_documented(void **state)
{
    char got[CRYPT_PROPOSAL_TEXT_MAX];
    size_t count;
    const struct crypt_proposal *p = crypt_proposal_defaults(CRYPT_PROTOCOL_IKE, &count);
    assert_int_equal(count, 2);
    assert_string_equal(crypt_proposal_text(&p[0], got), CRYPT_DEFAULT_IKE_1);
    assert_string_equal(read_back(got, CRYPT_PROTOCOL_IKE), CRYPT_DEFAULT_IKE_1);
    assert_string_equal(crypt_proposal_text(&p[1], got), CRYPT_DEFAULT_IKE_2);
    assert_string_equal(read_back(got, CRYPT_PROTOCOL_IKE), CRYPT_DEFAULT_IKE_2);
    p = crypt_proposal_defaults(CRYPT_PROTOCOL_ESP, &count);
    assert_int_equal(count, 2);
    assert_string_equal(crypt_proposal_text(&p[0], got), CRYPT_DEFAULT_ESP_1);
    assert_string_equal(read_back(got, CRYPT_PROTOCOL_ESP), CRYPT_DEFAULT_ESP_1);
    assert_string_equal(crypt_proposal_text(&p[1], got), CRYPT_DEFAULT_ESP_2);
    assert_string_equal(read_back(got, CRYPT_PROTOCOL_ESP), CRYPT_DEFAULT_ESP_2);
    assert_int_equal(p[0].protocol, CRYPT_PROTOCOL_ESP);
    crypt_proposal_defaults(CRYPT_PROTOCOL_AH, &count);
    assert_int_equal(count, 0);
}

static void the_longest_proposals_fit_their_text(void **state)
{
    const char *all =
        "aes128gcm16-aes192gcm16-aes256gcm16-chacha20poly1305-aes128ccm16-aes256ccm16-aes128ccm12-"
        "aes256ccm12-aes128ccm8-aes256ccm8-prfsha256-prfsha384-prfsha512-"
        "prfsha1-x25519-ecp256-ecp384-"
        "ecp521-modp2048-modp3072-modp4096-modp6144-modp8192-modp1024";
    assert_string_equal(read_back(all, CRYPT_PROTOCOL_IKE), all);
    const char *plain = "aes128-aes192-aes256-3des-null-sha256-sha384-sha512-sha1-x25519-ecp256-ecp384-"
                        "ecp521-modp2048-modp3072-"
                        "modp4096-modp6144-modp8192-modp1024-esn-noesn";
    assert_string_equal(read_back(plain, CRYPT_PROTOCOL_ESP), plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_grouped_by_type_and_keep_their_preference),
        cmocka_unit_test(ike_gets_the_prf_that_matches),
        cmocka_unit_test(esp_prefers_extended_sequence_numbers_and_accepts_short_ones),
        cmocka_unit_test(other_spellings_of_strongswan_are_read),
        cmocka_unit_test(every_keyword_is_read_where_it_may_stand),
        cmocka_unit_test(unknown_words_are_named_with_the_nearest_known_one),
        cmocka_unit_test(nothing_weak_is_suggested),
        cmocka_unit_test(words_from_elsewhere_get_their_own_answer),
        cmocka_unit_test(words_of_the_other_protocol_are_sent_there),
        cmocka_unit_test(ciphers_and_integrity_must_fit),
        cmocka_unit_test(ah_is_refused_with_the_reason_that_nat_breaks_it),
        cmocka_unit_test(additional_key_exchanges_are_written_by_their_place),
        cmocka_unit_test(what_may_be_left_out_meets_what_lacks_it),
        cmocka_unit_test(a_short_buffer_for_the_reason_is_not_overrun),
        cmocka_unit_test(the_built_in_proposals_read_as_documented),
        cmocka_unit_test(the_longest_proposals_fit_their_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
