/* SPDX-License-Identifier: BSD-3-Clause */
/* The conversation: identity, Nak, results, and what is not due. */
#include "eap_two.h"

static void a_login_takes_four_requests_and_gives_both_one_key(void **state)
{
    (void)state;
    struct eap *s = two_server(), *c = two_client("ann@home", "ann", "secret");
    const struct two_end end = two_talk(s, c);
    assert_int_equal(end.server, EAP_SUCCEEDS);
    assert_int_equal(end.client, EAP_SUCCEEDS);
    assert_int_equal(end.requests, 4); /* identity, challenge, success of the method, Success */
    assert_true(s->has_msk && c->has_msk);
    assert_memory_equal(s->msk, c->msk, EAP_MSK_MAX);
    assert_true(base_span_equal(eap_name_span(&s->user), text_of("ann")));
    assert_true(base_span_equal(eap_name_span(&s->identity), text_of("ann@home")));
    eap_free(s);
    eap_free(c);
}

static void an_empty_identity_is_no_fault(void **state)
{
    (void)state;
    struct eap *s = two_server(), *c = two_client("", "CORP\\ann", "secret");
    assert_int_equal(two_talk(s, c).server, EAP_SUCCEEDS);
    assert_int_equal(s->identity.len, 0);
    assert_true(base_span_equal(eap_name_span(&s->user), text_of("ann"))); /* as the row has it */
    eap_free(s);
    eap_free(c);
}

static void a_nak_without_a_method_of_ours_ends_it(void **state)
{
    (void)state;
    struct eap *s = two_server();
    eap_begin(s);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, text_of("x")), EAP_SENDS);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_NAK, BYTES(WIRE_EAP_PEAP, 0)), EAP_FAILS);
    assert_int_equal(s->fault, EAP_FAULT_METHOD);
    assert_int_equal(s->wanted, WIRE_EAP_PEAP);
    assert_int_equal(two_heard(s).code, WIRE_EAP_FAILURE);
    eap_free(s);
}

static void a_client_names_what_it_has(void **state)
{
    (void)state;
    struct eap *c = two_client("", "ann", "secret");
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_PEAP, BYTES(0x20)), EAP_SENDS);
    assert_int_equal(two_heard(c).type, WIRE_EAP_NAK);
    assert_true(base_span_equal(two_heard(c).data, BYTES(WIRE_EAP_MSCHAPV2)));
    assert_int_equal(two_say(c, WIRE_EAP_FAILURE, 0, BASE_SPAN_NONE), EAP_FAILS);
    assert_int_equal(c->fault, EAP_FAULT_METHOD);
    assert_int_equal(c->wanted, WIRE_EAP_PEAP);
    eap_free(c);
}

static void a_success_before_the_method_is_none(void **state)
{
    (void)state;
    struct eap *c = two_client("", "ann", "secret");
    assert_int_equal(two_say(c, WIRE_EAP_SUCCESS, 0, BASE_SPAN_NONE), EAP_FAILS);
    assert_int_equal(c->fault, EAP_FAULT_EARLY);
    eap_free(c);
    c = two_client("", "ann", "secret");
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_IDENTITY, BASE_SPAN_NONE), EAP_SENDS);
    assert_int_equal(two_say(c, WIRE_EAP_SUCCESS, 0, BASE_SPAN_NONE), EAP_FAILS);
    assert_false(c->has_msk);
    eap_free(c);
}

static void a_failure_without_a_reason_is_told_as_such(void **state)
{
    (void)state;
    struct eap *c = two_client("", "ann", "secret");
    assert_int_equal(two_say(c, WIRE_EAP_FAILURE, 0, BASE_SPAN_NONE), EAP_FAILS);
    assert_int_equal(c->fault, EAP_FAULT_REFUSED);
    eap_free(c);
}

static void a_notification_is_acknowledged(void **state)
{
    (void)state;
    struct eap *c = two_client("", "ann", "secret");
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_NOTIFICATION, text_of("hello")), EAP_SENDS);
    assert_int_equal(two_heard(c).type, WIRE_EAP_NOTIFICATION);
    assert_int_equal(two_heard(c).data.len, 0);
    eap_free(c);
}

static void what_is_not_due_ends_a_server(void **state)
{
    (void)state;
    const struct {
        uint8_t code, type;
    } bad[] = {{WIRE_EAP_REQUEST, WIRE_EAP_IDENTITY},
               {WIRE_EAP_RESPONSE, WIRE_EAP_MSCHAPV2},
               {WIRE_EAP_RESPONSE, WIRE_EAP_NAK},
               {WIRE_EAP_SUCCESS, 0},
               {WIRE_EAP_FAILURE, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct eap *s = two_server();
        eap_begin(s);
        assert_int_equal(two_say(s, bad[i].code, bad[i].type, BASE_SPAN_NONE), EAP_FAILS);
        assert_int_equal(s->fault, EAP_FAULT_MALFORMED);
        assert_int_equal(two_heard(s).code, WIRE_EAP_FAILURE);
        /* Nothing begins it again. */
        assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, BASE_SPAN_NONE), EAP_FAILS);
        eap_free(s);
    }
}

static void another_id_is_not_ours(void **state)
{
    (void)state;
    struct eap *s = two_server();
    eap_begin(s);
    s->id++;
    const struct base_span packet = eap_packet(s);
    uint8_t answer[] = {2, packet.ptr[1], 0, 5, 1};
    assert_int_equal(eap_take(s, base_span(answer, sizeof answer)), EAP_FAILS);
    eap_free(s);
    s = two_server();
    eap_begin(s);
    assert_int_equal(eap_take(s, BYTES(2, 1, 0)), EAP_FAILS);
    eap_free(s);
}

static void a_nak_comes_once(void **state)
{
    (void)state;
    struct eap *s = two_server();
    eap_begin(s);
    two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, BASE_SPAN_NONE);
    s->is_first = false;
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_NAK, BYTES(WIRE_EAP_MSCHAPV2)), EAP_FAILS);
    assert_int_equal(s->fault, EAP_FAULT_MALFORMED);
    eap_free(s);
}

static void an_identity_that_is_too_long_is_refused(void **state)
{
    (void)state;
    uint8_t name[EAP_NAME_MAX + 1];
    memset(name, 'n', sizeof name);
    struct eap *s = two_server();
    eap_begin(s);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, base_span(name, sizeof name)),
                     EAP_FAILS);
    eap_free(s);
    s = two_server();
    eap_begin(s);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, base_span(name, EAP_NAME_MAX)),
                     EAP_SENDS);
    eap_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_takes_four_requests_and_gives_both_one_key),
        cmocka_unit_test(an_empty_identity_is_no_fault),
        cmocka_unit_test(a_nak_without_a_method_of_ours_ends_it),
        cmocka_unit_test(a_client_names_what_it_has),
        cmocka_unit_test(a_success_before_the_method_is_none),
        cmocka_unit_test(a_failure_without_a_reason_is_told_as_such),
        cmocka_unit_test(a_notification_is_acknowledged),
        cmocka_unit_test(what_is_not_due_ends_a_server),
        cmocka_unit_test(another_id_is_not_ours),
        cmocka_unit_test(a_nak_comes_once),
        cmocka_unit_test(an_identity_that_is_too_long_is_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_eap_fini();
    ossl_fini();
    return failed;
}
