/* SPDX-License-Identifier: BSD-3-Clause */
/* Identities as operators write them, and as peers send them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ike_conf.h"

static struct ike_id parse(const char *text)
{
    struct ike_id id = {0};
    char why[200];
    assert_int_equal(ike_id_parse(text, &id, why, sizeof why), 0);
    return id;
}

static void each_form_gives_its_type_and_comes_back_as_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint8_t type, len;
        const char *again;
    } rows[] = {
        {"192.0.2.1", WIRE_IKE_ID_IP4, 4, "192.0.2.1"},
        {"2001:db8::1", WIRE_IKE_ID_IP6, 16, "2001:db8::1"},
        {"@foo", WIRE_IKE_ID_FQDN, 3, "@foo"},
        {"gw.example.org", WIRE_IKE_ID_FQDN, 14, "gw.example.org"},
        {"@gw.example.org", WIRE_IKE_ID_FQDN, 14, "gw.example.org"},
        {"@192.0.2.1", WIRE_IKE_ID_FQDN, 9, "@192.0.2.1"},
        {"me@example.org", WIRE_IKE_ID_EMAIL, 14, "me@example.org"},
        {"keyid:branch", WIRE_IKE_ID_KEY, 6, "keyid:branch"},
        {"0xDEADbeef", WIRE_IKE_ID_KEY, 4, "0xdeadbeef"},
        {"@#00ff", WIRE_IKE_ID_KEY, 2, "0x00ff"},
        {"dn:3000", WIRE_IKE_ID_DN, 2, "dn:3000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[IKE_ID_TEXT_MAX];
        const struct ike_id id = parse(rows[i].text);
        assert_int_equal(id.type, rows[i].type);
        assert_int_equal(id.len, rows[i].len);
        assert_string_equal(ike_id_text(&id, NULL, text), rows[i].again);
        const struct ike_id again = parse(text);
        assert_true(ike_id_equal(&id, &again));
    }
}

static void what_is_no_identity_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "foo", "0x1", "0xzz", "@", "keyid:", "dn:", "@#", "C=NZ, CN=a.b", "a b.c", "10.0.0.0/8"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ike_id id;
        char why[200] = "";
        assert_int_equal(ike_id_parse(bad[i], &id, why, sizeof why), -EINVAL);
        assert_true(strlen(why) > 10);
    }
}

static void names_ignore_case_and_raw_bytes_do_not(void **state)
{
    (void)state;
    const struct ike_id a = parse("@GW.example.org"), b = parse("gw.Example.ORG");
    const struct ike_id k = parse("keyid:Foo"), l = parse("keyid:foo"), f = parse("@foo");
    assert_true(ike_id_equal(&a, &b));
    assert_false(ike_id_equal(&k, &l));
    assert_false(ike_id_equal(&l, &f));
}

static void bytes_that_a_peer_chose_cannot_break_out_of_a_line(void **state)
{
    (void)state;
    char text[IKE_ID_TEXT_MAX];
    struct ike_id id = {.type = WIRE_IKE_ID_FQDN, .len = 5};
    memcpy(id.bytes, "a\n\"b\0", 5);
    assert_string_equal(ike_id_text(&id, NULL, text), "@a\\x0a\\x22b\\x00");
    id = (struct ike_id){.type = 200, .len = 1, .bytes = {7}};
    assert_string_equal(ike_id_text(&id, NULL, text), "(type 200) 0x07");
    id = (struct ike_id){0};
    assert_string_equal(ike_id_text(&id, NULL, text), "(none)");
    /* the longest one fits */
    id = (struct ike_id){.type = WIRE_IKE_ID_EMAIL, .len = 255};
    assert_int_equal(strlen(ike_id_text(&id, NULL, text)), 4 * 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_gives_its_type_and_comes_back_as_written),
        cmocka_unit_test(what_is_no_identity_is_refused_with_a_sentence),
        cmocka_unit_test(names_ignore_case_and_raw_bytes_do_not),
        cmocka_unit_test(bytes_that_a_peer_chose_cannot_break_out_of_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
