/* SPDX-License-Identifier: BSD-3-Clause */
/* A message on its way to a row. */
#include "ike_pair.h"
#include "ike_core.h"
#include "wire_ike.h"
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

/* A first message of IKEv1 is told with the way out; what is no first one is not. */
static void a_peer_that_speaks_ikev1_is_told_so(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct pair_packet k = {.path = {{p->h[1].addr, 500}, {p->h[0].addr, 500}, false}, .len = 60};
    k.bytes[0] = 1;
    k.bytes[17] = 0x10;
    k.bytes[18] = 5; /* informational */
    ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
    pair_settle(p);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_VERSION));
    k.bytes[18] = 2; /* main mode */
    ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
    pair_settle(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_VERSION);
    assert_non_null(a);
    assert_string_equal(a->what, "192.0.2.1:500 speaks IKEv1");
    assert_non_null(strstr(a->fix_peer, "version = 2"));
    assert_string_equal(a->conn, "");
    assert_int_equal(pair_stats(p, 1).strays_told, 0);
    pair_free(p);
}

/* RFC 7296 2.5: also where nothing is protected yet. */
static void a_call_with_an_unknown_critical_payload_is_refused_by_its_type(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    struct pair_packet k = p->queue[p->head];
    struct wire_ike_hdr h;
    /* One more payload in front; first without the critical bit, which is skipped. */
    memmove(k.bytes + 32, k.bytes + 28, k.len - 28);
    k.len += 4;
    k.bytes[26] = (uint8_t)(k.len >> 8);
    k.bytes[27] = (uint8_t)k.len;
    const uint8_t unknown[4] = {k.bytes[16], 0x80, 0, 4};
    memcpy(k.bytes + 28, unknown, 4);
    k.bytes[16] = 203;
    ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
    pair_drain(p);
    const struct pair_packet *told = &p->queue[p->tail - 1];
    assert_int_equal(told->to, 0);
    assert_int_equal(wire_ike_hdr_parse(base_span(told->bytes, told->len), &h), WIRE_IKE_OK);
    assert_int_equal(h.exchange, WIRE_IKE_SA_INIT);
    assert_int_equal(h.flags, WIRE_IKE_F_RESPONSE);
    assert_int_equal(told->len, 37);
    assert_int_equal(told->bytes[35], WIRE_IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD);
    assert_int_equal(told->bytes[36], 203);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_CRITICAL)->what, "type 203"));
    k.bytes[29] = 0;
    ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    p->hold = false;
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_that_comes_again_gets_the_same_answer),
        cmocka_unit_test(what_fits_no_sa_and_no_icv_changes_nothing),
        cmocka_unit_test(another_version_is_dropped_and_counted),
        cmocka_unit_test(a_peer_that_speaks_ikev1_is_told_so),
        cmocka_unit_test(a_call_with_an_unknown_critical_payload_is_refused_by_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
