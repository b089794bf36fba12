/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that are equal by the library's comparison have equal hashes, and others mostly do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

static void a_masked_name_has_stars_where_its_shape_has(void **state)
{
    (void)state;
    const struct base_span name = SPAN(0x30, 26, O(0x13, 2), 'a', 'b', CN(0x0c, 2), 'c', 'd');
    const struct base_span want = SPAN(0x30, 25, O(0x13, 2), 'a', 'b', CN(0x0c, 1), '*');
    const struct ike_dn_shape second = {2, 2}, three = {3, 2};
    struct ike_dn_shape shape;
    uint8_t out[64];
    size_t len;
    assert_true(ike_dn_mask(name, &second, out, sizeof out, &len));
    assert_true(base_span_equal(base_span(out, len), want));
    assert_true(ike_dn_shape(want, &shape));
    assert_int_equal(shape.wild, 2);
    assert_false(ike_dn_mask(name, &three, out, sizeof out, &len));
    assert_int_equal(len, 0);
    for (size_t cap = 0; cap < want.len; cap++)
        assert_false(ike_dn_mask(name, &second, out, cap, &len));
    /* Whatever a peer sends: no byte beyond what it is. */
    for (size_t cut = 0; cut < name.len; cut++) {
        uint8_t *copy = malloc(cut + 1);
        memcpy(copy, name.ptr, cut);
        assert_false(ike_dn_shape(base_span(copy, cut), &shape));
        assert_false(ike_dn_mask(base_span(copy, cut), &second, out, sizeof out, &len));
        free(copy);
    }
}

static void a_part_of_several_attributes_is_no_wild_one(void **state)
{
    (void)state;
    const struct base_span both = SPAN(0x30, 22, 0x31, 20, 0x30, 8, 0x06, 3, 0x55, 4, 3, 0x0c, 1, '*', 0x30,
                                       8, 0x06, 3, 0x55, 4, 10, 0x0c, 1, '*');
    const struct ike_dn_shape first = {1, 1};
    struct ike_dn_shape shape;
    uint8_t out[64];
    size_t len;
    assert_true(ike_dn_shape(both, &shape));
    assert_int_equal(shape.wild, 0);
    assert_false(ike_dn_mask(both, &first, out, sizeof out, &len));
}

static void shapes_with_less_that_is_wild_come_first_and_are_not_many(void **state)
{
    (void)state;
    struct ike_dn_shapes all = {0};
    const struct ike_dn_shape wide = {4, 7}, close = {4, 1};
    assert_true(ike_dn_shapes_add(&all, &wide));
    assert_true(ike_dn_shapes_add(&all, &close));
    assert_true(ike_dn_shapes_add(&all, &wide));
    assert_int_equal(all.n, 2);
    assert_int_equal(all.list[0].wild, 1);
    for (uint8_t n = 5; all.n < IKE_DN_SHAPES_MAX; n++)
        assert_true(ike_dn_shapes_add(&all, &(struct ike_dn_shape){n, 1}));
    assert_false(ike_dn_shapes_add(&all, &(struct ike_dn_shape){4, 2}));
    assert_true(ike_dn_shapes_add(&all, &close));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_masked_name_has_stars_where_its_shape_has),
        cmocka_unit_test(a_part_of_several_attributes_is_no_wild_one),
        cmocka_unit_test(shapes_with_less_that_is_wild_come_first_and_are_not_many),
        cmocka_unit_test(equal_names_have_equal_hashes_in_every_encoding),
        cmocka_unit_test(other_names_have_other_hashes),
        cmocka_unit_test(what_is_no_der_has_some_hash_of_its_bytes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
