/* SPDX-License-Identifier: BSD-3-Clause */
/* EAP-MSCHAPv2's rounds: wrong passwords, other tries, proofs of the server that are none. */
#include "eap_two.h"

static void a_wrong_password_and_an_unknown_user_look_alike(void **state)
{
    (void)state;
    struct eap *s = two_server(), *c = two_client("", "ann", "wrong");
    struct eap *s2 = two_server(), *c2 = two_client("", "eve", "wrong");
    const struct two_end end = two_talk(s, c), end2 = two_talk(s2, c2);
    assert_int_equal(end.server, EAP_FAILS);
    assert_int_equal(end.client, EAP_FAILS);
    assert_int_equal(end2.requests, end.requests);
    assert_true(base_span_equal(eap_packet(s), eap_packet(s2)));
    assert_int_equal(s->fault, EAP_FAULT_PASSWORD);
    assert_int_equal(s2->fault, EAP_FAULT_USER);
    assert_int_equal(c->fault, EAP_FAULT_PASSWORD);
    assert_string_equal(c->words, "E=691");
    assert_false(s->has_msk || c->has_msk);
    assert_true(base_span_equal(eap_name_span(&s2->user), text_of("eve"))); /* who it said it was */
    eap_free(s);
    eap_free(c);
    eap_free(s2);
    eap_free(c2);
}

/* A server that has asked, and the challenge that it sent. */
static struct eap *asked(struct wire_mschap *challenge)
{
    struct eap *s = two_server();
    eap_begin(s);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, BASE_SPAN_NONE), EAP_SENDS);
    assert_true(wire_mschap_parse(two_heard(s).data, true, challenge));
    return s;
}

static enum eap_step respond(struct eap *s, const char *name, const char *password,
                             const uint8_t challenge[16])
{
    uint8_t response[24], buf[128];
    struct base_writer w = base_writer(buf, sizeof buf);
    struct eap_mschap m = {.peer = {1}, .name = text_of(name)};
    memcpy(m.authenticator, challenge, 16);
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, text_of(password), m.hash), 0);
    assert_int_equal(eap_mschap_response(&ossl_eap_ops, &m, response), 0);
    wire_mschap_put_response(&w, 1, m.peer, response, text_of(name));
    return two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_MSCHAPV2, base_writer_span(&w));
}

static struct wire_mschap_failure refused(struct eap *s)
{
    struct wire_mschap p;
    struct wire_mschap_failure f;
    assert_true(wire_mschap_parse(two_heard(s).data, true, &p));
    assert_int_equal(p.op, WIRE_MSCHAP_FAILURE);
    wire_mschap_read_failure(p.message, &f);
    assert_int_equal(f.error, 691);
    assert_true(f.has_challenge);
    return f;
}

static void another_try_needs_the_new_challenge(void **state)
{
    (void)state;
    struct wire_mschap c;
    struct eap *s = asked(&c);
    uint8_t first[16];
    memcpy(first, c.challenge, 16);
    assert_int_equal(respond(s, "ann", "wrong", first), EAP_SENDS);
    assert_true(refused(s).can_retry);
    assert_memory_not_equal(refused(s).challenge, first, 16);
    assert_int_equal(respond(s, "ann", "secret", first), EAP_SENDS); /* right, for the old one */
    const struct wire_mschap_failure f = refused(s);
    assert_true(f.can_retry);
    assert_int_equal(respond(s, "ann", "secret", f.challenge), EAP_SENDS);
    assert_true(wire_mschap_parse(two_heard(s).data, true, &c));
    assert_int_equal(c.op, WIRE_MSCHAP_SUCCESS);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_MSCHAPV2, BYTES(WIRE_MSCHAP_SUCCESS)),
                     EAP_SUCCEEDS);
    assert_int_equal(s->fault, EAP_FAULT_NONE);
    eap_free(s);
}

static void the_third_wrong_response_is_the_last(void **state)
{
    (void)state;
    struct wire_mschap c;
    struct eap *s = asked(&c);
    struct wire_mschap_failure f = {.can_retry = true};
    memcpy(f.challenge, c.challenge, 16);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(f.can_retry);
        assert_int_equal(respond(s, "ann", "wrong", f.challenge), EAP_SENDS);
        f = refused(s);
    }
    assert_false(f.can_retry);
    assert_int_equal(respond(s, "ann", "secret", f.challenge), EAP_FAILS);
    assert_int_equal(s->fault, EAP_FAULT_PASSWORD);
    eap_free(s);
}

static void a_success_that_nobody_asked_for_ends_it(void **state)
{
    (void)state;
    struct wire_mschap c;
    struct eap *s = asked(&c);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_MSCHAPV2, BYTES(WIRE_MSCHAP_SUCCESS)), EAP_FAILS);
    assert_int_equal(s->fault, EAP_FAULT_MALFORMED);
    assert_false(s->has_msk);
    eap_free(s);
    s = asked(&c);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_MSCHAPV2, BYTES(2, 1, 0)), EAP_FAILS);
    eap_free(s);
}

static void a_proved_peer_that_says_failure_is_not_in(void **state)
{
    (void)state;
    struct wire_mschap c;
    struct eap *s = asked(&c);
    assert_int_equal(respond(s, "ann", "secret", c.challenge), EAP_SENDS);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_MSCHAPV2, BYTES(WIRE_MSCHAP_FAILURE)), EAP_FAILS);
    assert_false(s->has_msk);
    eap_free(s);
}

static void a_client_does_not_take_a_server_without_the_password(void **state)
{
    (void)state;
    static const uint8_t challenge[16] = {5};
    uint8_t buf[128];
    struct eap *c = two_client("", "ann", "secret");
    struct base_writer w = base_writer(buf, sizeof buf);
    wire_mschap_put_challenge(&w, 1, challenge, text_of("gw"));
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_MSCHAPV2, base_writer_span(&w)), EAP_SENDS);
    w = base_writer(buf, sizeof buf);
    wire_mschap_put_message(&w, WIRE_MSCHAP_SUCCESS, 1,
                            text_of("S=0000000000000000000000000000000000000000 M=OK"));
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_MSCHAPV2, base_writer_span(&w)), EAP_FAILS);
    assert_int_equal(c->fault, EAP_FAULT_SERVER);
    assert_false(c->has_msk);
    eap_free(c);
}

static void a_client_is_not_asked_twice(void **state)
{
    (void)state;
    static const uint8_t challenge[16] = {5};
    uint8_t buf[128];
    struct eap *c = two_client("", "ann", "secret");
    struct base_writer w = base_writer(buf, sizeof buf);
    wire_mschap_put_challenge(&w, 1, challenge, text_of("gw"));
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_MSCHAPV2, base_writer_span(&w)), EAP_SENDS);
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_MSCHAPV2, base_writer_span(&w)), EAP_FAILS);
    eap_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_password_and_an_unknown_user_look_alike),
        cmocka_unit_test(another_try_needs_the_new_challenge),
        cmocka_unit_test(the_third_wrong_response_is_the_last),
        cmocka_unit_test(a_success_that_nobody_asked_for_ends_it),
        cmocka_unit_test(a_proved_peer_that_says_failure_is_not_in),
        cmocka_unit_test(a_client_does_not_take_a_server_without_the_password),
        cmocka_unit_test(a_client_is_not_asked_twice),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_eap_fini();
    ossl_fini();
    return failed;
}
