/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments of IKEv1 messages: cut, joined in any order, and bounded. */
#include "ikev1_pair.h"

#include "ike_core.h"
#include "ikev1_frag.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"

static struct ikev1_sa *sa_of(struct pair *p)
{
    return p->h[1].ike->v1->first;
}

/* A datagram with a fragment for b's SA. */
static struct base_span frag_datagram(struct pair *p, const struct wire_v1_fragment *f)
{
    static uint8_t buf[60000];
    const struct wire_ike_hdr hdr = {.spi_i = sa_of(p)->spi_i,
                                     .spi_r = sa_of(p)->spi_r,
                                     .version = WIRE_V1_VERSION,
                                     .exchange = WIRE_V1_QUICK,
                                     .msgid = 77};
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &hdr);
    wire_v1_put_fragment(&b, f);
    return wire_ike_finish(&b);
}

static bool take(struct pair *p, uint16_t id, uint8_t number, bool is_last, struct base_span data,
                 struct ike_blob *whole)
{
    const struct wire_v1_fragment f = {.id = id, .number = number, .is_last = is_last, .data = data};
    return ikev1_frag_take(p->h[1].ike, sa_of(p), &sa_of(p)->path, frag_datagram(p, &f), whole);
}

#define TEXT(s) base_span(s, sizeof(s) - 1)

static void fragments_are_joined_in_any_order(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct ike_blob whole = {0};
    assert_false(take(p, 1, 3, true, TEXT("ghi"), &whole));
    assert_false(take(p, 1, 1, false, TEXT("abc"), &whole));
    assert_false(take(p, 1, 1, false, TEXT("xxx"), &whole)); /* once more */
    assert_true(take(p, 1, 2, false, TEXT("def"), &whole));
    assert_true(base_span_equal(ike_blob_span(&whole), TEXT("abcdefghi")));
    assert_int_equal(p->h[1].ike->v1->frag_bytes, 0);
    ike_blob_free(&whole);
    pair_free(p);
}

static void another_message_takes_the_place_of_one_that_is_not_whole(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct ike_blob whole = {0};
    assert_false(take(p, 1, 1, false, TEXT("abc"), &whole));
    assert_true(take(p, 2, 1, true, TEXT("whole"), &whole));
    assert_true(base_span_equal(ike_blob_span(&whole), TEXT("whole")));
    ike_blob_free(&whole);
    pair_free(p);
}

static void what_contradicts_or_is_too_much_empties_it(void **state)
{
    (void)state;
    static uint8_t much[13000];
    struct pair *p = pair_v1_up();
    struct ike_blob whole = {0};
    const struct ike *b = p->h[1].ike;
    assert_false(take(p, 1, IKEV1_FRAGS_MAX + 1, false, TEXT("abc"), &whole));
    assert_int_equal(b->v1->frag_bytes, 0);
    assert_false(take(p, 1, 4, false, TEXT("abc"), &whole));
    assert_false(take(p, 1, 2, true, TEXT("abc"), &whole)); /* an end before what is there */
    assert_int_equal(b->v1->frag_bytes, 0);
    assert_false(take(p, 1, 2, true, TEXT("abc"), &whole));
    assert_false(take(p, 1, 3, true, TEXT("abc"), &whole)); /* another end */
    assert_int_equal(b->v1->frag_bytes, 0);
    assert_false(take(p, 1, 1, false, base_span(much, sizeof much), &whole));
    assert_int_equal(b->v1->frag_bytes, sizeof much);
    assert_false(take(p, 1, 2, false, base_span(much, sizeof much), &whole)); /* beyond the SA's */
    assert_int_equal(b->v1->frag_bytes, 0);
    p->h[1].ike->v1->frag_bytes = IKEV1_FRAG_ALL_MAX - 2;
    assert_false(take(p, 1, 1, false, TEXT("abc"), &whole)); /* beyond that of all */
    assert_int_equal(b->v1->frag_bytes, IKEV1_FRAG_ALL_MAX - 2);
    p->h[1].ike->v1->frag_bytes = 0;
    assert_int_equal(whole.len, 0);
    pair_free(p);
}

static void from_another_address_none_is_taken(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct ike_blob whole = {0};
    const struct wire_v1_fragment f = {.id = 1, .number = 1, .is_last = true, .data = TEXT("abc")};
    struct ike_path path = sa_of(p)->path;
    path.remote.port++;
    assert_true(ikev1_frag_take(p->h[1].ike, sa_of(p), &path, frag_datagram(p, &f), &whole));
    ike_blob_free(&whole);
    path.remote.addr.bytes[3] ^= 1;
    assert_false(ikev1_frag_take(p->h[1].ike, sa_of(p), &path, frag_datagram(p, &f), &whole));
    pair_free(p);
}

static void nobody_sends_them_who_did_not_say_so(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct ike_blob whole = {0};
    sa_of(p)->vendors &= ~(1u << WIRE_V1_V_FRAGMENTATION);
    assert_false(take(p, 1, 1, true, TEXT("abc"), &whole));
    assert_null(sa_of(p)->frag);
    pair_free(p);
}

static void what_is_not_whole_in_time_is_given_up(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct ike_blob whole = {0};
    assert_false(take(p, 1, 1, false, TEXT("abc"), &whole));
    assert_int_equal(p->h[1].ike->v1->frag_bytes, 3);
    ike_on_timer(p->h[1].ike, p->now); /* the end of a dispatch, which sets the timer */
    pair_run(p, 29);
    assert_int_equal(p->h[1].ike->v1->frag_bytes, 3);
    pair_run(p, 2);
    assert_int_equal(p->h[1].ike->v1->frag_bytes, 0);
    pair_free(p);
}

/* Public values of 1024 bytes, and a path that carries no long packet. */
static void long_messages_go_in_fragments_where_the_path_is_narrow(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new("aes256-sha256-modp8192", PAIR_V1_ESP);
    for (int i = 0; i < 2; i++)
        p->h[i].conf->fragment_bytes = 700;
    p->carries = 700;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_true(p->h[0].sends > 5);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_are_joined_in_any_order),
        cmocka_unit_test(another_message_takes_the_place_of_one_that_is_not_whole),
        cmocka_unit_test(what_contradicts_or_is_too_much_empties_it),
        cmocka_unit_test(from_another_address_none_is_taken),
        cmocka_unit_test(nobody_sends_them_who_did_not_say_so),
        cmocka_unit_test(what_is_not_whole_in_time_is_given_up),
        cmocka_unit_test(long_messages_go_in_fragments_where_the_path_is_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
