/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates of several rounds: each place has its own, in the room that they take. */
#include "ikev2_shown.h"

#include "ike_pair.h"

static struct crypt_marks marks_of(uint8_t n, uint64_t first)
{
    struct crypt_marks m = {.n = n};
    for (uint8_t i = 0; i < n; i++)
        m.at[i] = first + i;
    return m;
}

static void assert_place(const struct ikev2_shown *s, size_t place, const struct crypt_marks *want)
{
    const struct crypt_marks got = ikev2_shown_of(s, place);
    assert_int_equal(got.n, want->n);
    assert_memory_equal(got.at, want->at, sizeof got.at);
}

static void each_place_has_its_own_in_whatever_order_they_come(void **state)
{
    (void)state;
    static const size_t orders[][2] = {{0, IKEV2_SHOWN_LOGIN}, {1, 0}, {IKEV2_SHOWN_LOGIN, 1}};
    for (size_t k = 0; k < sizeof orders / sizeof *orders; k++) {
        struct ikev2_shown *s = NULL, *copy;
        struct crypt_marks want[IKEV2_SHOWN_PLACES] = {{0}};
        for (size_t i = 0; i < 2; i++) {
            const size_t place = orders[k][i];
            want[place] = marks_of(i ? 2 : CRYPT_MARKS_MAX, 100 * place + 1);
            assert_true(ikev2_shown_add(&s, place, &want[place]));
        }
        s->login = 1;
        assert_true(ikev2_shown_copy(&copy, s));
        free(s);
        assert_int_equal(copy->login, 1);
        for (size_t i = 0; i < IKEV2_SHOWN_PLACES; i++)
            assert_place(copy, i, &want[i]);
        free(copy);
    }
}

static void none_take_no_memory(void **state)
{
    (void)state;
    struct ikev2_shown *s = NULL, *copy = NULL;
    const struct crypt_marks none = {0};
    assert_true(ikev2_shown_add(&s, 0, &none));
    assert_null(s);
    assert_int_equal(ikev2_shown_of(s, 1).n, 0);
    assert_true(ikev2_shown_copy(&copy, s));
    assert_null(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_has_its_own_in_whatever_order_they_come),
        cmocka_unit_test(none_take_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
