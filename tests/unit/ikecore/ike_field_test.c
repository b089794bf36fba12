/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields: numbers of each width, lists, and what counts as equal for each kind of value. */
#include "ike_pair.h"

#include "ike_field.h"

/* What a sample points to. */
struct far {
    uint32_t numbers[3];
    char name[8];
};

struct sample {
    uint8_t byte;
    uint16_t half;
    uint32_t word;
    uint64_t wide;
    size_t n;
    uint32_t list[3];
    char text[8];
    struct base_addr addr;
    struct base_prefix prefix;
    struct ike_id id;
    struct crypt_proposal proposal;
    struct base_ts_list *ts;
    size_t n_numbers;
    uint32_t *numbers;
    char *name;
};

static const struct ike_field word = IKE_FIELD(UINT, struct sample, word);
static const struct ike_field list = IKE_FIELD_LIST(UINT, struct sample, n, list);

static void a_number_is_set_in_its_own_width(void **state)
{
    static const struct ike_field fields[] = {
        IKE_FIELD(UINT, struct sample, byte), IKE_FIELD(UINT, struct sample, half),
        IKE_FIELD(UINT, struct sample, word), IKE_FIELD(UINT, struct sample, wide)};
    struct sample s = {0};
    for (size_t i = 0; i < 4; i++)
        ike_field_set_uint(&fields[i], &s, 0, 0x1112131415161718);
    assert_int_equal(s.byte, 0x18);
    assert_int_equal(s.half, 0x1718);
    assert_int_equal(s.word, 0x15161718);
    assert_int_equal(s.wide, 0x1112131415161718);
    assert_int_equal(s.n, 0);
    assert_int_equal(ike_field_count(&word, &s), 1);
    (void)state;
}

static void a_list_has_a_count_and_slots(void **state)
{
    struct sample s = {0};
    assert_int_equal(list.max, 3);
    assert_int_equal(list.size, 4);
    ike_field_set_uint(&list, &s, 2, 7);
    ike_field_set_count(&list, &s, 3);
    assert_int_equal(s.list[2], 7);
    assert_int_equal(s.n, 3);
    assert_int_equal(ike_field_count(&list, &s), 3);
    assert_ptr_equal(ike_field_slot(&list, &s, 1), &s.list[1]);
    (void)state;
}

static void far_values_are_those_that_the_object_points_to(void **state)
{
    static const struct ike_field numbers =
                                      IKE_FIELD_FAR_LIST(UINT, struct sample, n_numbers, numbers, struct far),
                                  text = IKE_FIELD_FAR(TEXT, struct sample, name, struct far);
    struct far x = {.name = "ab"}, y = {.name = "ab"};
    struct sample a = {.numbers = x.numbers, .name = x.name}, b = {.numbers = y.numbers, .name = y.name};
    assert_int_equal(numbers.max, 3);
    assert_int_equal(numbers.size, 4);
    assert_int_equal(text.size, 8);
    ike_field_set_uint(&numbers, &a, 2, 7);
    ike_field_set_count(&numbers, &a, 3);
    assert_int_equal(x.numbers[2], 7);
    assert_ptr_equal(ike_field_slot(&numbers, &a, 1), &x.numbers[1]);
    ike_field_set_count(&numbers, &b, 3);
    assert_false(ike_field_equal(&numbers, &a, &b));
    y.numbers[2] = 7;
    assert_true(ike_field_equal(&numbers, &a, &b));
    assert_true(ike_field_equal(&text, &a, &b));
    y.name[1] = 'x';
    assert_false(ike_field_equal(&text, &a, &b));
    (void)state;
}

static void lists_are_equal_as_far_as_they_are_filled(void **state)
{
    struct sample a = {.n = 2, .list = {1, 2, 3}}, b = {.n = 2, .list = {1, 2, 4}};
    assert_true(ike_field_equal(&list, &a, &b));
    b.list[1] = 3;
    assert_false(ike_field_equal(&list, &a, &b));
    b.list[1] = 2;
    b.n = 1;
    assert_false(ike_field_equal(&list, &a, &b));
    (void)state;
}

static void each_kind_compares_what_it_means(void **state)
{
    static const struct ike_field text = IKE_FIELD(TEXT, struct sample, text),
                                  addr = IKE_FIELD(ADDR, struct sample, addr),
                                  prefix = IKE_FIELD(PREFIX, struct sample, prefix),
                                  id = IKE_FIELD(ID, struct sample, id),
                                  proposal = IKE_FIELD(PROPOSAL, struct sample, proposal),
                                  ts = IKE_FIELD(TS_LIST, struct sample, ts);
    struct sample a = {.text = "ab\0c", .addr = pair_addr("10.0.0.1"), .id = pair_id("@Foo")};
    struct sample b = {.text = "ab\0d", .addr = pair_addr("10.0.0.1"), .id = pair_id("@foo")};
    a.proposal.count = b.proposal.count = 1;
    pair_ts(&a.ts, "10.1.0.0/16");
    pair_ts(&b.ts, "10.1.0.0/16");
    a.proposal.transforms[1].id = 5; /* behind the count */
    const struct ike_field *all[] = {&text, &addr, &prefix, &id, &proposal, &ts};
    for (size_t i = 0; i < 6; i++)
        assert_true(ike_field_equal(all[i], &a, &b));
    b.text[1] = 'x';
    b.addr = pair_addr("10.0.0.2");
    b.prefix.len = 1;
    b.id = pair_id("@bar");
    b.proposal.transforms[0].key_bits = 256;
    b.ts->list[0].port_hi = 1;
    for (size_t i = 0; i < 6; i++)
        assert_false(ike_field_equal(all[i], &a, &b));
    b.proposal = a.proposal;
    b.ts->list[0] = a.ts->list[0];
    assert_true(ike_field_equal(&ts, &a, &b));
    b.proposal.protocol = CRYPT_PROTOCOL_ESP;
    a.proposal.protocol = CRYPT_PROTOCOL_IKE;
    b.ts->list[0].lo = a.addr;
    assert_false(ike_field_equal(&proposal, &a, &b));
    assert_false(ike_field_equal(&ts, &a, &b));
    pair_ts_only(&b.ts, "10.1.0.0/16");
    pair_ts(&b.ts, "10.2.0.0/16");
    assert_false(ike_field_equal(&ts, &a, &b));
    (void)base_ts_set(&b.ts, NULL);
    assert_false(ike_field_equal(&ts, &a, &b));
    (void)base_ts_set(&a.ts, NULL);
    assert_true(ike_field_equal(&ts, &a, &b));
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_set_in_its_own_width),
        cmocka_unit_test(a_list_has_a_count_and_slots),
        cmocka_unit_test(far_values_are_those_that_the_object_points_to),
        cmocka_unit_test(lists_are_equal_as_far_as_they_are_filled),
        cmocka_unit_test(each_kind_compares_what_it_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
