/* SPDX-License-Identifier: BSD-3-Clause */
/* Identities as strongSwan reads them; the bytes of each were made by its own parser (5.9.8) from this text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "explain_swan.h"
#include "ossl_ops.h"

static void each_identity_is_what_its_parser_takes_for_it(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, len;
        const char *bytes, *text;
    } rows[] = {
        {WIRE_IKE_ID_IP4, 4, "\xc0\x00\x02\x01", "192.0.2.1"},
        {WIRE_IKE_ID_FQDN, 3, "foo", "@foo"},
        {WIRE_IKE_ID_FQDN, 14, "gw.example.org", "gw.example.org"},
        {WIRE_IKE_ID_FQDN, 3, "a=b", "\"fqdn:#613d62\""},
        {WIRE_IKE_ID_FQDN, 3, "a#b", "\"fqdn:#612362\""},
        {WIRE_IKE_ID_EMAIL, 14, "me@example.org", "me@example.org"},
        {WIRE_IKE_ID_EMAIL, 4, "a b@", "\"email:#61206240\""},
        {WIRE_IKE_ID_KEY, 6, "branch", "keyid:branch"},
        {WIRE_IKE_ID_KEY, 2, "\x00\xff", "\"@#00ff\""},
        {WIRE_IKE_ID_KEY, 3, "a b", "\"@#612062\""},
        {WIRE_IKE_ID_DN, 27,
         "0\x19\x31\x0a"
         "0\x08\x06\x03U\x04\x03\x13\x01x\x31\x0b"
         "0\x09\x06\x03U\x04\x05\x13\x02"
         "12",
         "\"CN=x, serialNumber=12\""},
        /* A comma in a value: its parser knows no escapes. */
        {WIRE_IKE_ID_DN, 16,
         "0\x0e\x31\x0c"
         "0\x0a\x06\x03U\x04\x03\x13\x03"
         "a,b",
         "\"asn1dn:#300e310c300a06035504031303612c62\""},
        /* OpenSSL calls a surname what strongSwan calls a serial number. */
        {WIRE_IKE_ID_DN, 14,
         "0\x0c\x31\x0a"
         "0\x08\x06\x03U\x04\x04\x13\x01x",
         "\"asn1dn:#300c310a30080603550404130178\""},
        {WIRE_IKE_ID_DN, 2, "\x30\x7f", "\"asn1dn:#307f\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[IKE_ID_TEXT_MAX];
        struct ike_id id = {.type = rows[i].type, .len = rows[i].len};
        memcpy(id.bytes, rows[i].bytes, id.len);
        assert_string_equal(explain_swan_id(&id, &ossl_ike_ops, text), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_identity_is_what_its_parser_takes_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
