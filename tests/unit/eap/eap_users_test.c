/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of users and the table made of it. */
#include "eap_users.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HASH_A "00112233445566778899aabbccddeeff"
#define HASH_B "44EBBA8D5312B8D611474411F56989AE"

static struct base_span text_of(const char *text)
{
    return base_span(text, strlen(text));
}

static struct eap_users *load(const char *text)
{
    size_t line;
    const char *why;
    return eap_users_load(text_of(text), &line, &why);
}

static void a_user_is_found_by_name(void **state)
{
    (void)state;
    struct eap_users *u = load("# staff\n\nann:" HASH_A "\r\nBob Roe@example.org:" HASH_B);
    assert_non_null(u);
    assert_int_equal(eap_users_count(u), 2);
    const struct eap_user *ann = eap_users_find(u, text_of("ann"));
    assert_non_null(ann);
    assert_int_equal(ann->hash[1], 0x11);
    assert_int_equal(eap_users_find(u, text_of("Bob Roe@example.org"))->hash[0], 0x44);
    assert_null(eap_users_find(u, text_of("Ann")));
    assert_null(eap_users_find(u, text_of("an")));
    assert_null(eap_users_find(u, BASE_SPAN_NONE));
    assert_null(eap_users_find(NULL, text_of("ann")));
    eap_users_put(u);
}

static void a_domain_in_front_is_matched_or_passed_over(void **state)
{
    (void)state;
    struct eap_users *u = load("ann:" HASH_A "\nCORP\\ann:" HASH_B "\n");
    assert_int_equal(eap_users_find(u, text_of("CORP\\ann"))->hash[0], 0x44);
    assert_int_equal(eap_users_find(u, text_of("OTHER\\ann"))->hash[0], 0x00);
    assert_null(eap_users_find(u, text_of("CORP\\")));
    eap_users_put(u);
}

static void refuses(const char *text, size_t at, const char *want)
{
    size_t line;
    const char *why;
    assert_null(eap_users_load(text_of(text), &line, &why));
    assert_int_equal(line, at);
    assert_non_null(strstr(why, want));
}

static void a_bad_row_is_named_by_its_line(void **state)
{
    (void)state;
    refuses("ann:" HASH_A "\nbob\n", 2, "a row is");
    refuses("ann:secret\n", 1, "32 hexadecimal digits");
    refuses("ann:" HASH_A "0\n", 1, "32 hexadecimal digits");
    refuses("ann:0011223344556677889gaabbccddeeff\n", 1, "32 hexadecimal digits");
    refuses(":" HASH_A "\n", 1, "empty");
    refuses(" ann:" HASH_A "\n", 1, "blank");
    refuses("a\tb:" HASH_A "\n", 1, "control");
    refuses("ann:" HASH_A "\nx:" HASH_A "\nann:" HASH_B "\n", 3, "above");
}

static void a_row_that_is_printed_is_read_back(void **state)
{
    (void)state;
    uint8_t hash[16];
    char row[EAP_USER_ROW_MAX + 1] = {0};
    struct eap_user user;
    const char *why;
    for (uint8_t i = 0; i < 16; i++)
        hash[i] = (uint8_t)(i * 17);
    assert_int_equal(eap_user_print(text_of("ann"), hash, row), 4 + 32 + 1);
    assert_string_equal(row, "ann:" HASH_A "\n");
    assert_int_equal(eap_user_parse(base_span(row, strlen(row) - 1), &user, &why), 1);
    assert_memory_equal(user.hash, hash, 16);
}

static void names_that_a_row_cannot_have_are_refused(void **state)
{
    (void)state;
    char name[EAP_NAME_MAX + 1];
    const char *why;
    memset(name, 'x', sizeof name);
    assert_true(eap_user_is_name(base_span(name, EAP_NAME_MAX), &why));
    assert_false(eap_user_is_name(base_span(name, EAP_NAME_MAX + 1), &why));
    assert_false(eap_user_is_name(text_of("a:b"), &why));
    assert_false(eap_user_is_name(text_of("#a"), &why));
    assert_false(eap_user_is_name(text_of("a "), &why));
}

static void tables_are_compared_by_rows_and_not_by_order(void **state)
{
    (void)state;
    struct eap_users *a = load("x:" HASH_A "\ny:" HASH_B "\n"), *b = load("y:" HASH_B "\nx:" HASH_A "\n");
    struct eap_users *c = load("y:" HASH_B "\nx:" HASH_B "\n"), *none = load("#\n");
    assert_true(eap_users_equal(a, b));
    assert_false(eap_users_equal(a, c));
    assert_false(eap_users_equal(a, none));
    assert_true(eap_users_equal(NULL, none));
    assert_int_equal(eap_users_removed(a, b), 0);
    assert_int_equal(eap_users_removed(a, none), eap_users_count(a));
    assert_int_equal(eap_users_removed(a, NULL), eap_users_count(a));
    assert_int_equal(eap_users_removed(NULL, a), 0);
    assert_int_equal(eap_users_renewed(a, b), 0);
    assert_int_equal(eap_users_renewed(a, c), 1);
    assert_int_equal(eap_users_renewed(a, none), 0);
    assert_int_equal(eap_users_renewed(NULL, a), 0);
    eap_users_put(a);
    eap_users_put(b);
    eap_users_put(c);
    eap_users_put(none);
    eap_users_put(NULL);
}

static void a_reference_keeps_a_table(void **state)
{
    (void)state;
    struct eap_users *u = load("x:" HASH_A "\n");
    assert_ptr_equal(eap_users_get(u), u);
    eap_users_put(u);
    assert_non_null(eap_users_find(u, text_of("x")));
    eap_users_put(u);
    assert_null(eap_users_get(NULL));
}

/* The row beyond the last is refused by number, and the last is found. */
static void a_file_has_a_hundred_thousand_users(void **state)
{
    (void)state;
    const size_t room = (EAP_USERS_MAX + 1) * 64;
    char *text = malloc(room);
    size_t len = 0, line;
    const char *why;
    for (unsigned i = 0; i < EAP_USERS_MAX; i++)
        len += (size_t)sprintf(text + len, "user%u@example.org:%032x\n", i, i);
    struct eap_users *u = eap_users_load(base_span(text, len), &line, &why);
    assert_int_equal(eap_users_count(u), EAP_USERS_MAX);
    const struct eap_user *last = eap_users_find(u, text_of("user99999@example.org"));
    assert_non_null(last);
    assert_int_equal(last->hash[15], 99999 & 255);
    eap_users_put(u);
    len += (size_t)sprintf(text + len, "onemore:%032x\n", 1);
    assert_null(eap_users_load(base_span(text, len), &line, &why));
    assert_int_equal(line, EAP_USERS_MAX + 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_found_by_name),
        cmocka_unit_test(a_domain_in_front_is_matched_or_passed_over),
        cmocka_unit_test(a_bad_row_is_named_by_its_line),
        cmocka_unit_test(a_row_that_is_printed_is_read_back),
        cmocka_unit_test(names_that_a_row_cannot_have_are_refused),
        cmocka_unit_test(tables_are_compared_by_rows_and_not_by_order),
        cmocka_unit_test(a_reference_keeps_a_table),
        cmocka_unit_test(a_file_has_a_hundred_thousand_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
