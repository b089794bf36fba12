/* SPDX-License-Identifier: BSD-3-Clause */
/* Silences of a NAT that keeps mappings for so long, until the end is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "ike_core.h"
#include "ike_mapping.h"

#define S BASE_NS_PER_S

static struct base_addr nat_of(uint8_t n)
{
    struct base_addr a = {.family = BASE_AF_IP4, .bytes = {192, 0, 2, n}};
    return a;
}

static uint64_t next(const struct ike *ike, bool *is_try)
{
    const struct base_addr nat = nat_of(1);
    return ike_mapping_next(ike_mapping_find(ike, &nat), 20 * S, is_try);
}

/* Tries until nothing is to be tried any more; how many silences the NAT did not bear. */
static unsigned search(struct ike *ike, uint64_t life_ns, unsigned *tries)
{
    const struct base_addr nat = nat_of(1);
    unsigned lost = 0;
    bool is_try;
    for (*tries = 0; *tries < 50; (*tries)++) {
        const uint64_t ns = next(ike, &is_try);
        if (!is_try)
            break;
        ike->now = base_time_add(ike->now, ns);
        if (ns > life_ns) {
            ike_mapping_lost(ike, &nat, ns, false);
            lost++;
        } else {
            ike_mapping_held(ike, &nat, ns);
        }
    }
    return lost;
}

static void the_end_is_found_with_a_few_tries(void **state)
{
    (void)state;
    for (uint64_t life_s = 6; life_s < 700; life_s += 1 + life_s / 9) {
        struct ike ike = {.now = {1000 * S}};
        unsigned tries;
        bool is_try;
        const unsigned lost = search(&ike, life_s * S, &tries);
        const uint64_t ns = next(&ike, &is_try);
        assert_false(is_try);
        assert_true(tries <= 12 && lost <= 5);
        assert_true(ns <= life_s * S && ns <= IKE_MAPPING_MOST_S * S);
        const uint64_t most = life_s < IKE_MAPPING_MOST_S ? life_s : IKE_MAPPING_MOST_S;
        assert_true(ns >= most * S * 3 / 4 || ns >= (most - 2) * S);
        assert_int_equal(
            ike_mapping_safe(
                ike_mapping_find(&ike, &(struct base_addr){.family = BASE_AF_IP4, .bytes = {192, 0, 2, 1}}),
                5 * S),
            ns);
        ike_mappings_free(&ike.mappings);
    }
}

static void what_is_not_known_begins_where_it_is_told(void **state)
{
    (void)state;
    bool is_try = false;
    assert_int_equal(ike_mapping_next(NULL, 20 * S, &is_try), 20 * S);
    assert_true(is_try);
    assert_int_equal(ike_mapping_next(NULL, 1 * S, &is_try), IKE_MAPPING_LEAST_S * S);
    assert_int_equal(ike_mapping_next(NULL, 3600 * S, &is_try), IKE_MAPPING_MOST_S * S);
}

static void what_can_be_relied_on_is_what_was_borne_or_the_first_silence(void **state)
{
    (void)state;
    struct ike ike = {.now = {1000 * S}};
    const struct base_addr nat = nat_of(1);
    assert_int_equal(ike_mapping_safe(NULL, 20 * S), 20 * S);
    ike_mapping_held(&ike, &nat, 16 * S);
    assert_int_equal(ike_mapping_safe(ike_mapping_find(&ike, &nat), 20 * S), 20 * S);
    ike_mapping_held(&ike, &nat, 32 * S);
    assert_int_equal(ike_mapping_safe(ike_mapping_find(&ike, &nat), 20 * S), 30 * S);
    ike_mapping_lost(&ike, &nat, 48 * S, false);
    assert_int_equal(ike_mapping_safe(ike_mapping_find(&ike, &nat), 20 * S), 30 * S);
    assert_false(ike_mapping_find(&ike, &nat)->gives_others);
    const struct base_addr other = nat_of(2);
    ike_mapping_lost(&ike, &other, 20 * S, true); /* which is longer than it bears */
    assert_true(ike_mapping_find(&ike, &other)->gives_others);
    assert_int_equal(ike_mapping_safe(ike_mapping_find(&ike, &other), 20 * S), IKE_MAPPING_LEAST_S * S);
    ike_mappings_free(&ike.mappings);
}

/* A NAT that is started anew forgets at any time: that says nothing of how long it keeps mappings. */
static void one_loss_of_what_it_bore_before_is_doubted_and_the_second_believed(void **state)
{
    (void)state;
    struct ike ike = {.now = {1000 * S}};
    const struct base_addr nat = nat_of(1);
    unsigned tries;
    bool is_try;
    search(&ike, 1000 * S, &tries);
    const uint64_t settled = next(&ike, &is_try);
    ike_mapping_lost(&ike, &nat, 2 * S, false); /* under traffic */
    ike_mapping_lost(&ike, &nat, 60 * S, false);
    assert_int_equal(next(&ike, &is_try), settled);
    ike_mapping_held(&ike, &nat, 60 * S);
    ike_mapping_lost(&ike, &nat, 60 * S, false);
    assert_int_equal(next(&ike, &is_try), settled);
    ike_mapping_lost(&ike, &nat, 50 * S, false); /* it is another NAT by now */
    assert_int_equal(next(&ike, &is_try), 25 * S);
    assert_true(is_try);
    ike_mappings_free(&ike.mappings);
}

static void what_was_lost_once_is_tried_again_after_an_hour(void **state)
{
    (void)state;
    struct ike ike = {.now = {1000 * S}};
    const struct base_addr nat = nat_of(1);
    unsigned tries;
    bool is_try;
    search(&ike, 60 * S, &tries);
    next(&ike, &is_try);
    assert_false(is_try);
    ike.now = base_time_add(ike.now, 3601 * S);
    ike_mapping_held(&ike, &nat, 50 * S);
    assert_true(next(&ike, &is_try) > 60 * S);
    assert_true(is_try);
    ike_mappings_free(&ike.mappings);
}

static void of_many_nats_those_heard_of_last_are_known(void **state)
{
    (void)state;
    struct ike ike = {.now = {1000 * S}};
    struct base_addr nat = {.family = BASE_AF_IP6};
    for (unsigned i = 0; i < 100000; i++) {
        nat.bytes[15] = (uint8_t)i;
        nat.bytes[14] = (uint8_t)(i >> 8);
        nat.bytes[13] = (uint8_t)(i >> 16);
        ike.now.ns++;
        ike_mapping_held(&ike, &nat, 10 * S);
        assert_non_null(ike_mapping_find(&ike, &nat));
    }
    const struct base_addr none = {0};
    ike_mapping_held(&ike, &none, 10 * S);
    assert_null(ike_mapping_find(&ike, &none));
    ike_mappings_free(&ike.mappings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_is_found_with_a_few_tries),
        cmocka_unit_test(what_is_not_known_begins_where_it_is_told),
        cmocka_unit_test(what_can_be_relied_on_is_what_was_borne_or_the_first_silence),
        cmocka_unit_test(one_loss_of_what_it_bore_before_is_doubted_and_the_second_believed),
        cmocka_unit_test(what_was_lost_once_is_tried_again_after_an_hour),
        cmocka_unit_test(of_many_nats_those_heard_of_last_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
