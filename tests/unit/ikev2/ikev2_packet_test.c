/* SPDX-License-Identifier: BSD-3-Clause */
/* A message on its way to a row. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_request_that_comes_again_gets_the_same_answer(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    const struct pair_packet request = p->queue[p->head];
    pair_deliver_one(p);
    const struct pair_packet first = p->queue[p->tail - 1];
    ike_on_packet(p->h[1].ike, p->now, &request.path, base_span(request.bytes, request.len));
    pair_drain(p);
    const struct pair_packet *again = &p->queue[p->tail - 1];
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    assert_int_equal(again->len, first.len);
    assert_memory_equal(again->bytes, first.bytes, first.len);
    p->hold = false;
    pair_run(p, 6);
    pair_check_one(p);
    pair_free(p);
}

static void what_fits_no_sa_and_no_icv_changes_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    struct pair_packet bad = p->queue[p->head];
    const uint32_t expected = p->h[1].ike->v2->first->seq.peer;
    bad.bytes[bad.len - 1] ^= 1;
    ike_on_packet(p->h[1].ike, p->now, &bad.path, base_span(bad.bytes, bad.len));
    assert_int_equal(pair_stats(p, 1).dropped_bad_icv, 1);
    bad.bytes[0] ^= 1;
    ike_on_packet(p->h[1].ike, p->now, &bad.path, base_span(bad.bytes, bad.len));
    assert_int_equal(pair_stats(p, 1).dropped_unknown_spi, 1);
    assert_int_equal(p->h[1].ike->v2->first->seq.peer, expected);
    p->hold = false;
    pair_run(p, 6);
    pair_check_one(p);
    pair_free(p);
}

/* Versions that are not spoken, and what is too short to have one. */
static void another_version_is_dropped_and_counted(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    struct pair_packet k = p->queue[p->head];
    for (unsigned major = 0; major < 16; major++) {
        k.bytes[17] = (uint8_t)(major << 4);
        if (major != 2)
            ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
    }
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, 15);
    pair_drain(p);
    /* Later ones are told which one is spoken (RFC 7296 2.5), within limits. */
    assert_int_equal(pair_stats(p, 1).strays_told, 4);
    const struct pair_packet *told = &p->queue[p->tail - 1];
    assert_int_equal(told->len, 36);
    assert_memory_equal(told->bytes, k.bytes, 8);
    assert_int_equal(told->bytes[17], 0x20);
    assert_int_equal(told->bytes[18], WIRE_IKE_SA_INIT);
    assert_int_equal(told->bytes[19], WIRE_IKE_F_RESPONSE);
    assert_int_equal(told->bytes[35], WIRE_IKE_N_INVALID_MAJOR_VERSION);
    ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, 17));
    ike_on_packet(p->h[1].ike, p->now, &k.path, BASE_SPAN_NONE);
    assert_int_equal(pair_stats(p, 1).dropped_malformed, 2);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_that_comes_again_gets_the_same_answer),
        cmocka_unit_test(what_fits_no_sa_and_no_icv_changes_nothing),
        cmocka_unit_test(another_version_is_dropped_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
