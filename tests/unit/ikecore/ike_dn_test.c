/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that are equal by the library's comparison have equal hashes, and others mostly do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ike_dn.h"
#include "ossl_ops.h"

#define O(type, len)  0x31, (len) + 9, 0x30, (len) + 7, 0x06, 0x03, 0x55, 0x04, 0x0a, type, len
#define CN(type, len) 0x31, (len) + 9, 0x30, (len) + 7, 0x06, 0x03, 0x55, 0x04, 0x03, type, len
#define SPAN(...)     base_span((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static uint32_t hash(struct base_span der)
{
    return ike_dn_hash(1, der);
}

static void equal_names_have_equal_hashes_in_every_encoding(void **state)
{
    (void)state;
    const struct base_span same[] = {
        SPAN(0x30, 16, CN(0x13, 5), 'a', ' ', 'B', 'c', '1'),                           /* printable */
        SPAN(0x30, 16, CN(0x0c, 5), 'A', ' ', 'b', 'C', '1'),                           /* UTF-8 */
        SPAN(0x30, 18, CN(0x16, 7), ' ', 'a', ' ', ' ', 'b', 'c', '1'),                 /* blanks */
        SPAN(0x30, 21, CN(0x1e, 10), 0, 'a', 0, ' ', 0, 'b', 0, 'c', 0, '1'),           /* two bytes each */
        SPAN(0x30, 31, CN(0x1c, 20), 0, 0, 0, 'A', 0, 0, 0, ' ', 0, 0, 0, 'B', 0, 0, 0, /* four */
             'c', 0, 0, 0, '1'),
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(ossl_ike_ops.dn_equal(same[0], same[i]), 1);
        assert_int_equal(hash(same[i]), hash(same[0]));
    }
    /* beyond ASCII: e acute as UTF-8, as Latin-1 in a T61String, and in two bytes */
    const struct base_span acute[] = {SPAN(0x30, 13, CN(0x0c, 2), 0xc3, 0xa9),
                                      SPAN(0x30, 12, CN(0x14, 1), 0xe9),
                                      SPAN(0x30, 13, CN(0x1e, 2), 0x00, 0xe9)};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ossl_ike_ops.dn_equal(acute[0], acute[i]), 1);
        assert_int_equal(hash(acute[i]), hash(acute[0]));
    }
}

static void other_names_have_other_hashes(void **state)
{
    (void)state;
    const struct base_span others[] = {
        SPAN(0x30, 13, CN(0x13, 2), 'a', 'b'),
        SPAN(0x30, 13, CN(0x13, 2), 'a', 'c'),
        SPAN(0x30, 12, CN(0x13, 1), 'a'),
        SPAN(0x30, 13, O(0x13, 2), 'a', 'b'),
        SPAN(0x30, 25, CN(0x13, 1), 'a', O(0x13, 2), 'b', 'b'),
        SPAN(0x30, 25, CN(0x13, 2), 'b', 'b', O(0x13, 1), 'a'), /* the same words of other attributes */
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(hash(others[i]), hash(others[j]));
}

static void what_is_no_der_has_some_hash_of_its_bytes_alone(void **state)
{
    (void)state;
    uint8_t der[] = {0x30, 0x82, 0xff, 0xff, 0x06, 0x85, 1, 2, 3, 0x0c, 0x20, 0xf0, 0x9f};
    for (size_t len = 0; len <= sizeof der; len++)
        assert_int_equal(hash(base_span(der, len)), hash(base_span(der, len)));
    for (unsigned i = 0; i < 256; i++) {
        der[4] = (uint8_t)i;
        assert_int_equal(hash(base_span(der, sizeof der)), hash(base_span(der, sizeof der)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_names_have_equal_hashes_in_every_encoding),
        cmocka_unit_test(other_names_have_other_hashes),
        cmocka_unit_test(what_is_no_der_has_some_hash_of_its_bytes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
