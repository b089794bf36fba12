/* SPDX-License-Identifier: BSD-3-Clause */
/* EAP-TLS, server and client face to face in fragments, and packets that have no place in it. */
#include "eap_two.h"
#include "pki_files.h"
#include "tls_two.h"

static const struct tls_side gateway = {.chain = "gw-rsa.crt", .key = "gw-rsa.key", .ca = "ca.crt"};
static const struct tls_side user = {.chain = "user.crt", .key = "user.key", .ca = "ca-rsa.crt"};

static struct eap *tls_end(bool is_server, const struct tls_side *side)
{
    struct eap_setup s = two_setup(is_server);
    s.types[0] = WIRE_EAP_TLS;
    s.tls_ops = &ossl_tls_ops;
    s.tls = side ? tls_open_side(is_server, side) : NULL;
    struct eap *e = eap_new(&s);
    assert_non_null(e);
    return e;
}

static void both_have_the_same_key_and_the_server_a_name(void **state)
{
    struct tls_side client = user;
    (void)state;
    for (int only_12 = 0; only_12 < 2; only_12++) {
        client.only_12 = only_12;
        struct eap *s = tls_end(true, &gateway), *c = tls_end(false, &client);
        const struct two_end end = two_talk(s, c);
        assert_string_equal(s->words, "");
        assert_int_equal(end.server, EAP_SUCCEEDS);
        assert_int_equal(end.client, EAP_SUCCEEDS);
        assert_true(s->has_msk && c->has_msk);
        assert_memory_equal(s->msk, c->msk, sizeof s->msk);
        assert_true(base_span_equal(eap_name_span(&s->user), text_of("user@example.org")));
        assert_true(end.requests > 5); /* the server's flight was in fragments */
        eap_free(s);
        eap_free(c);
    }
}

static void a_chain_takes_many_fragments_both_ways(void **state)
{
    static const struct tls_side long_server = {.chain = "deep.chain", .key = "deep.key", .ca = "ca.crt"};
    static const struct tls_side long_user = {.chain = "deep.chain", .key = "deep.key", .ca = "ca.crt"};
    (void)state;
    struct eap *s = tls_end(true, &long_server), *c = tls_end(false, &long_user);
    const struct two_end end = two_talk(s, c);
    assert_int_equal(end.client, EAP_SUCCEEDS);
    assert_int_equal(s->shown.n, 3); /* all that a list may name */
    assert_int_equal(c->shown.n, 3);
    assert_true(end.requests > 6); /* one more where OpenSSL's first message takes two packets */
    eap_free(s);
    eap_free(c);
}

static void who_is_refused_is_told(void **state)
{
    struct tls_side bad = {.chain = "expired.crt", .key = "expired.key", .ca = "ca-rsa.crt"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        bad.only_12 = i & 1;
        if (i & 2)
            bad.chain = NULL;
        struct eap *s = tls_end(true, &gateway), *c = tls_end(false, &bad);
        const struct two_end end = two_talk(s, c);
        assert_int_equal(end.server, EAP_FAILS);
        assert_int_equal(end.client, EAP_FAILS);
        assert_int_equal(s->fault, EAP_FAULT_CERT);
        assert_non_null(strstr(s->words, i & 2 ? "no certificate" : "expired"));
        assert_int_equal(c->fault, EAP_FAULT_ALERT);
        assert_false(s->has_msk || c->has_msk);
        assert_int_equal(two_heard(s).code, WIRE_EAP_FAILURE);
        eap_free(s);
        eap_free(c);
    }
}

static void a_client_refuses_a_server_and_says_so(void **state)
{
    struct tls_side client = user;
    (void)state;
    client.ca = "stranger.crt";
    for (int only_12 = 0; only_12 < 2; only_12++) {
        client.only_12 = only_12;
        struct eap *s = tls_end(true, &gateway), *c = tls_end(false, &client);
        const struct two_end end = two_talk(s, c);
        assert_int_equal(end.client, EAP_FAILS);
        assert_int_equal(c->fault, EAP_FAULT_CERT);
        assert_int_equal(s->fault, EAP_FAULT_ALERT);
        assert_string_equal(s->words, "unknown CA");
        eap_free(s);
        eap_free(c);
    }
}

/* A server that has sent Start. */
static struct eap *started(void)
{
    struct eap *s = tls_end(true, &gateway);
    eap_begin(s);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, text_of("x")), EAP_SENDS);
    assert_true(base_span_equal(two_heard(s).data, BYTES(0x20)));
    return s;
}

static void a_flight_has_an_end(void **state)
{
    const struct base_span bad[] = {
        BYTES(0xc0, 0, 1, 0, 1, 22), /* 65,537 bytes are announced */
        BYTES(0x80, 0, 0, 0, 2, 22), /* less came than was announced */
        BYTES(0x80, 0, 0, 0, 1, 22, 3),
        BYTES(0x40), /* a fragment of nothing, for ever */
        BYTES(0x80, 0, 0),
        {NULL, 0},
    };
    uint8_t fragment[513] = {0x40};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct eap *s = started();
        assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_TLS, bad[i]), EAP_FAILS);
        assert_int_equal(s->fault, EAP_FAULT_MALFORMED);
        eap_free(s);
    }
    struct eap *s = started();
    unsigned n = 0;
    while (two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_TLS, base_span(fragment, sizeof fragment)) == EAP_SENDS) {
        assert_true(base_span_equal(two_heard(s).data, BYTES(0)));
        n++;
    }
    assert_int_equal(n, 96);
    eap_free(s);
}

static void what_is_not_due_ends_it(void **state)
{
    struct tls_side old_user = user;
    old_user.only_12 = true;
    (void)state;
    struct eap *s = started();
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_TLS, text_of("\1hello")), EAP_FAILS);
    assert_int_equal(s->fault, EAP_FAULT_TLS);
    assert_true(s->words[0]);
    eap_free(s);
    /* An alert where a fragment is to be acknowledged. */
    s = started();
    struct eap *c = tls_end(false, &old_user);
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_TLS, BYTES(0x20)), EAP_SENDS);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_TLS, two_heard(c).data), EAP_SENDS);
    assert_int_equal(two_heard(s).data.ptr[0], 0xc0);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_TLS, BYTES(0, 21, 3, 3, 0, 2, 2, 48)), EAP_FAILS);
    assert_int_equal(s->fault, EAP_FAULT_ALERT);
    assert_string_equal(s->words, "unknown CA");
    eap_free(s);
    eap_free(c);
    /* A client wants one Start, at the beginning. */
    c = tls_end(false, &user);
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_TLS, BYTES(0)), EAP_FAILS);
    eap_free(c);
    c = tls_end(false, &user);
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_TLS, BYTES(0x20)), EAP_SENDS);
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_TLS, BYTES(0x20)), EAP_FAILS);
    eap_free(c);
    /* Nobody succeeds before TLS has. */
    c = tls_end(false, &user);
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_TLS, BYTES(0x20)), EAP_SENDS);
    assert_int_equal(two_say(c, WIRE_EAP_SUCCESS, 0, BASE_SPAN_NONE), EAP_FAILS);
    assert_int_equal(c->fault, EAP_FAULT_EARLY);
    eap_free(c);
}

static void without_tls_it_fails_here(void **state)
{
    (void)state;
    struct eap *s = tls_end(true, NULL), *c = tls_end(false, NULL);
    eap_begin(s);
    assert_int_equal(two_say(s, WIRE_EAP_RESPONSE, WIRE_EAP_IDENTITY, text_of("x")), EAP_FAILS);
    assert_int_equal(s->error, ENOTSUP);
    assert_int_equal(two_say(c, WIRE_EAP_REQUEST, WIRE_EAP_TLS, BYTES(0x20)), EAP_FAILS);
    assert_int_equal(c->fault, EAP_FAULT_HERE);
    eap_free(s);
    eap_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_have_the_same_key_and_the_server_a_name),
        cmocka_unit_test(a_chain_takes_many_fragments_both_ways),
        cmocka_unit_test(who_is_refused_is_told),
        cmocka_unit_test(a_client_refuses_a_server_and_says_so),
        cmocka_unit_test(a_flight_has_an_end),
        cmocka_unit_test(what_is_not_due_ends_it),
        cmocka_unit_test(without_tls_it_fails_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
