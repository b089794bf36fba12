/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of EAP-MSCHAPv2, and what a failure says. */
#include "wire_test_bytes.h"
#include "wire_eap.h"

static struct wire_mschap p;
static const uint8_t challenge[16] = {1, 2, 3}, response[24] = {9, 8, 7};

static bool accepts_request(struct base_span bytes)
{
    return wire_mschap_parse(bytes, true, &p);
}

static bool accepts_response(struct base_span bytes)
{
    return wire_mschap_parse(bytes, false, &p);
}

static void a_challenge_is_read_back(void **state)
{
    (void)state;
    uint8_t buf[64];
    struct base_writer w = base_writer(buf, sizeof buf);
    wire_mschap_put_challenge(&w, 5, challenge, base_span("gw", 2));
    assert_int_equal(w.pos, 4 + 1 + 16 + 2);
    assert_int_equal(buf[3], w.pos);
    assert_only_whole_accepted(accepts_request, base_writer_span(&w));
    assert_true(accepts_request(base_writer_span(&w)));
    assert_int_equal(p.op, WIRE_MSCHAP_CHALLENGE);
    assert_int_equal(p.id, 5);
    assert_memory_equal(p.challenge, challenge, 16);
    assert_true(base_span_equal(p.name, base_span("gw", 2)));
    assert_false(accepts_response(base_writer_span(&w))); /* a peer asks nothing */
    count_accepted_flips(accepts_request, base_writer_span(&w));
}

static void a_response_is_read_back(void **state)
{
    (void)state;
    uint8_t buf[80];
    struct base_writer w = base_writer(buf, sizeof buf);
    wire_mschap_put_response(&w, 5, challenge, response, base_span("ann", 3));
    assert_only_whole_accepted(accepts_response, base_writer_span(&w));
    assert_true(accepts_response(base_writer_span(&w)));
    assert_memory_equal(p.challenge, challenge, 16);
    assert_memory_equal(p.response, response, 24);
    assert_true(base_span_equal(p.name, base_span("ann", 3)));
    assert_false(accepts_request(base_writer_span(&w)));
    count_accepted_flips(accepts_response, base_writer_span(&w));
}

static void results_of_a_peer_are_one_byte(void **state)
{
    (void)state;
    assert_true(accepts_response(BYTES(3)));
    assert_int_equal(p.op, WIRE_MSCHAP_SUCCESS);
    assert_true(accepts_response(BYTES(4, 1, 2)));
    assert_false(accepts_response(BASE_SPAN_NONE));
    assert_false(accepts_request(BYTES(3)));
    assert_false(accepts_request(BYTES(7, 1, 0, 4)));
}

static void a_message_is_read_back(void **state)
{
    (void)state;
    uint8_t buf[80];
    struct base_writer w = base_writer(buf, sizeof buf);
    wire_mschap_put_message(&w, WIRE_MSCHAP_SUCCESS, 5, base_span("S=AB", 4));
    assert_true(accepts_request(base_writer_span(&w)));
    assert_true(base_span_equal(p.message, base_span("S=AB", 4)));
}

static void read_failure(const char *text, struct wire_mschap_failure *f)
{
    char *copy = malloc(strlen(text) + 1);
    memcpy(copy, text, strlen(text));
    wire_mschap_read_failure(base_span(copy, strlen(text)), f);
    free(copy);
}

static void a_failure_says_what_it_says(void **state)
{
    (void)state;
    struct wire_mschap_failure f;
    read_failure("E=691 R=1 C=000102030405060708090a0B0c0d0e0F V=3 M=E=1 no", &f);
    assert_int_equal(f.error, 691);
    assert_true(f.can_retry);
    assert_true(f.has_challenge);
    for (uint8_t i = 0; i < 16; i++)
        assert_int_equal(f.challenge[i], i);
    read_failure("E=648 R=0", &f);
    assert_int_equal(f.error, 648);
    assert_false(f.can_retry);
    assert_false(f.has_challenge);
    read_failure("E=99999999999999999999", &f);
    assert_int_equal(f.error, 999999999);
    read_failure("C=00 =", &f);
    assert_false(f.has_challenge);
    read_failure("", &f);
    assert_int_equal(f.error, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_challenge_is_read_back),       cmocka_unit_test(a_response_is_read_back),
        cmocka_unit_test(results_of_a_peer_are_one_byte), cmocka_unit_test(a_message_is_read_back),
        cmocka_unit_test(a_failure_says_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
