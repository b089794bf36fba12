/* SPDX-License-Identifier: BSD-3-Clause */
/* Logins that a RADIUS server decides: what goes to it, which answers count, keys and grants. */
#include "eap_two.h"
#include "eap_radius.h"
#include "radius_server.h"

static uint8_t request[WIRE_RADIUS_MAX], answer[WIRE_RADIUS_MAX];
static size_t request_len;

static struct eap_radius_ask ask_of(uint8_t id)
{
    struct eap_radius_ask a = {.ops = &ossl_eap_ops,
                               .secret = text_of(RADIUS_SECRET),
                               .id = id,
                               .nas_id = "gw",
                               .calling = "192.0.2.1:4500",
                               .called = "192.0.2.2:4500"};
    memset(a.authenticator, 0x11 + id, sizeof a.authenticator);
    return a;
}

/* A login whose identity is on its way to the server. */
static struct eap *asked(const struct eap_radius_ask *ask, const char *identity)
{
    struct eap *e = two_server();
    uint8_t packet[100];
    struct base_writer w = base_writer(packet, sizeof packet);
    eap_begin(e);
    wire_eap_begin(&w, WIRE_EAP_RESPONSE, e->id, WIRE_EAP_IDENTITY);
    base_write_span(&w, text_of(identity));
    wire_eap_end(&w);
    assert_int_equal(eap_radius_request(e, base_writer_span(&w), ask, request, &request_len), 0);
    return e;
}

static void a_request_is_signed_and_names_the_user(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = asked(&ask, "ann");
    struct wire_radius p;
    struct base_span value;
    uint8_t mac[16], got[16];
    assert_true(wire_radius_parse(base_span(request, request_len), &p));
    assert_int_equal(p.code, WIRE_RADIUS_REQUEST);
    assert_int_equal(p.id, 5);
    assert_true(wire_radius_find(&p, WIRE_RADIUS_USER_NAME, 0, &value));
    assert_true(base_span_equal(value, text_of("ann")));
    assert_true(wire_radius_find(&p, WIRE_RADIUS_EAP_MESSAGE, 0, &value));
    assert_int_equal(value.len, 5 + 3);
    assert_int_equal(request[20], WIRE_RADIUS_MESSAGE_AUTHENTICATOR); /* first of all */
    memcpy(got, request + 22, 16);
    memset(request + 22, 0, 16);
    const struct base_span all = base_span(request, request_len);
    assert_int_equal(ossl_eap_ops.hmac_md5(ask.secret, &all, 1, mac), 0);
    assert_memory_equal(mac, got, 16);
    eap_free(e);
}

static void an_empty_identity_has_no_name(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = asked(&ask, "");
    struct wire_radius p;
    struct base_span value;
    assert_true(wire_radius_parse(base_span(request, request_len), &p));
    assert_false(wire_radius_find(&p, WIRE_RADIUS_USER_NAME, 0, &value));
    eap_free(e);
}

static int take(struct eap *e, const struct radius_answer *a, const struct eap_radius_ask *ask,
                enum eap_step *step)
{
    const size_t len = radius_answer(a, request, answer);
    return eap_radius_take(e, base_span(answer, len), ask, step);
}

static void put_state(struct base_writer *w, const uint8_t authenticator[16])
{
    (void)authenticator;
    wire_radius_put(w, WIRE_RADIUS_STATE, text_of("state of the server"));
}

static void a_challenge_goes_to_the_peer_and_its_state_comes_back(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5), next = ask_of(6);
    struct eap *e = asked(&ask, "ann");
    const uint8_t question[] = {WIRE_EAP_REQUEST, 77, 0, 6, WIRE_EAP_MSCHAPV2, 1};
    const struct radius_answer a = {WIRE_RADIUS_CHALLENGE, base_span(question, sizeof question), put_state};
    enum eap_step step;
    assert_int_equal(take(e, &a, &ask, &step), 0);
    assert_int_equal(step, EAP_SENDS);
    assert_true(base_span_equal(eap_packet(e), a.eap));
    const uint8_t reply[] = {WIRE_EAP_RESPONSE, 77, 0, 6, WIRE_EAP_MSCHAPV2, 2};
    struct wire_radius p;
    struct base_span value;
    assert_int_equal(eap_radius_request(e, base_span(reply, sizeof reply), &next, request, &request_len), 0);
    assert_true(wire_radius_parse(base_span(request, request_len), &p));
    assert_true(wire_radius_find(&p, WIRE_RADIUS_STATE, 0, &value));
    assert_true(base_span_equal(value, text_of("state of the server")));
    assert_true(wire_radius_find(&p, WIRE_RADIUS_USER_NAME, 0, &value));
    eap_free(e);
}

/* A key of 16 bytes of value `fill`. */
static void put_key(struct base_writer *w, uint8_t type, uint8_t fill, const uint8_t authenticator[16])
{
    uint8_t key[16];
    memset(key, fill, sizeof key);
    radius_put_key(w, type, base_span(key, sizeof key), authenticator);
}

static void put_grant(struct base_writer *w, const uint8_t authenticator[16])
{
    put_key(w, WIRE_RADIUS_MS_SEND_KEY, 0xcc, authenticator);
    put_key(w, WIRE_RADIUS_MS_RECV_KEY, 0xaa, authenticator);
    wire_radius_put_u32(w, WIRE_RADIUS_FRAMED_IP, 0x0a4d0005);
    wire_radius_put_u32(w, WIRE_RADIUS_SESSION_TIMEOUT, 600);
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_INTERIM_INTERVAL, 300);
    wire_radius_put(w, WIRE_RADIUS_CLASS, text_of("staff"));
    wire_radius_put(w, WIRE_RADIUS_FILTER_ID, text_of("a\nb"));
    wire_radius_put(w, WIRE_RADIUS_CLASS, text_of("night"));
    wire_radius_put(w, WIRE_RADIUS_USER_NAME, text_of("ann@home"));
}

static const uint8_t success[] = {WIRE_EAP_SUCCESS, 9, 0, 4};

static void an_accept_has_keys_and_grants(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = asked(&ask, "ann");
    const struct radius_answer a = {WIRE_RADIUS_ACCEPT, base_span(success, 4), put_grant};
    enum eap_step step;
    uint8_t msk[EAP_MSK_MAX] = {0};
    memset(msk, 0xaa, 16);
    memset(msk + 16, 0xcc, 16);
    assert_int_equal(take(e, &a, &ask, &step), 0);
    assert_int_equal(step, EAP_SUCCEEDS);
    assert_true(e->has_msk);
    assert_memory_equal(e->msk, msk, sizeof msk);
    assert_int_equal(e->grant.ip4, 0x0a4d0005);
    assert_int_equal(e->grant.session_s, 600);
    assert_int_equal(e->grant.interim_s, 300);
    assert_true(base_span_equal(base_span(e->grant.class_bytes, e->grant.class_len), text_of("staff")));
    assert_true(base_span_equal(eap_name_span(&e->user), text_of("ann@home")));
    eap_free(e);
}

static void an_accept_names_groups(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = asked(&ask, "ann");
    const struct radius_answer a = {WIRE_RADIUS_ACCEPT, base_span(success, 4), put_grant};
    char text[64];
    struct base_text t = base_text(text, sizeof text);
    enum eap_step step;
    assert_false(eap_radius_is_of(e, text_of("staff")));
    assert_int_equal(take(e, &a, &ask, &step), 0);
    assert_true(eap_radius_is_of(e, text_of("staff")));
    assert_true(eap_radius_is_of(e, text_of("night")));
    assert_true(eap_radius_is_of(e, text_of("a\nb")));
    assert_false(eap_radius_is_of(e, text_of("staf")));
    assert_false(eap_radius_is_of(e, text_of("staff2")));
    assert_false(eap_radius_is_of(e, text_of("")));
    eap_radius_add_groups(e, &t);
    assert_string_equal(text, "\"staff\", \"night\", \"a\\x0ab\"");
    eap_radius_refuse(e, EAP_FAULT_GROUP);
    assert_int_equal(e->fault, EAP_FAULT_GROUP);
    assert_false(e->has_msk);
    assert_int_equal(two_heard(e).code, WIRE_EAP_FAILURE);
    eap_free(e);
}

static void put_many(struct base_writer *w, const uint8_t authenticator[16])
{
    uint8_t value[250];
    (void)authenticator;
    for (uint8_t i = 0; i < 10; i++) {
        memset(value, 'a' + i, sizeof value);
        wire_radius_put(w, WIRE_RADIUS_CLASS, base_span(value, sizeof value));
    }
    wire_radius_put(w, WIRE_RADIUS_CLASS, text_of("short"));
}

static void more_groups_than_fit_are_left_out(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = asked(&ask, "ann");
    const struct radius_answer a = {WIRE_RADIUS_ACCEPT, base_span(success, 4), put_many};
    enum eap_step step;
    uint8_t value[250];
    assert_int_equal(take(e, &a, &ask, &step), 0);
    for (uint8_t i = 0; i < 10; i++) {
        memset(value, 'a' + i, sizeof value);
        assert_int_equal(eap_radius_is_of(e, base_span(value, sizeof value)), i < 4);
    }
    assert_true(eap_radius_is_of(e, text_of("short"))); /* there is room for it */
    eap_free(e);
}

static void an_accept_without_keys_or_success(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = asked(&ask, "ann");
    struct radius_answer a = {WIRE_RADIUS_ACCEPT, base_span(success, 4), NULL};
    enum eap_step step;
    assert_int_equal(take(e, &a, &ask, &step), 0);
    assert_int_equal(step, EAP_SUCCEEDS);
    assert_false(e->has_msk);
    assert_true(base_span_equal(eap_name_span(&e->user), text_of("ann")));
    eap_free(e);
    e = asked(&ask, "ann");
    a.eap = BASE_SPAN_NONE;
    assert_int_equal(take(e, &a, &ask, &step), 0);
    assert_int_equal(step, EAP_FAILS);
    assert_int_equal(e->fault, EAP_FAULT_MALFORMED);
    eap_free(e);
}

static void put_words(struct base_writer *w, const uint8_t authenticator[16])
{
    (void)authenticator;
    wire_radius_put(w, WIRE_RADIUS_REPLY_MESSAGE, text_of("not\ntoday"));
}

static void a_reject_ends_it_with_the_servers_words(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = asked(&ask, "ann");
    const struct radius_answer a = {WIRE_RADIUS_REJECT, BASE_SPAN_NONE, put_words};
    enum eap_step step;
    assert_int_equal(take(e, &a, &ask, &step), 0);
    assert_int_equal(step, EAP_FAILS);
    assert_int_equal(e->fault, EAP_FAULT_RADIUS);
    assert_string_equal(e->words, "not\\x0atoday");
    assert_int_equal(two_heard(e).code, WIRE_EAP_FAILURE);
    eap_free(e);
}

/* CVE-2024-3596: what has no right Message-Authenticator has not come. */
static void an_answer_that_is_not_signed_twice_over_is_none(void **state)
{
    (void)state;
    const struct radius_answer bad[] = {
        {WIRE_RADIUS_ACCEPT, base_span(success, 4), .lacks_authenticator = true},
        {WIRE_RADIUS_ACCEPT, base_span(success, 4), .is_wrong = true},
        {WIRE_RADIUS_ACCEPT, base_span(success, 4), .has_two = true},
        {WIRE_RADIUS_ACCEPT, base_span(success, 4), .secret = "another"},
        {WIRE_RADIUS_REQUEST, base_span(success, 4)},
    };
    const struct eap_radius_ask ask = ask_of(5);
    enum eap_step step;
    struct eap *e = asked(&ask, "ann");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(take(e, &bad[i], &ask, &step), -EBADMSG);
    const struct radius_answer good = {WIRE_RADIUS_ACCEPT, base_span(success, 4)};
    const size_t len = radius_answer(&good, request, answer);
    for (size_t i = 0; i < len; i++) {
        answer[i] ^= 1;
        assert_int_equal(eap_radius_take(e, base_span(answer, len), &ask, &step), -EBADMSG);
        answer[i] ^= 1;
    }
    const struct eap_radius_ask other = ask_of(6);
    assert_int_equal(eap_radius_take(e, base_span(answer, len), &other, &step), -EBADMSG);
    assert_int_equal(eap_radius_take(e, base_span(answer, len), &ask, &step), 0);
    eap_free(e);
}

static void what_a_peer_may_not_send_goes_nowhere(void **state)
{
    (void)state;
    const struct eap_radius_ask ask = ask_of(5);
    struct eap *e = two_server();
    eap_begin(e);
    const uint8_t wrong_id[] = {WIRE_EAP_RESPONSE, (uint8_t)(e->id + 1), 0, 5, WIRE_EAP_IDENTITY};
    const uint8_t early[] = {WIRE_EAP_RESPONSE, e->id, 0, 5, WIRE_EAP_MSCHAPV2};
    const uint8_t asks[] = {WIRE_EAP_REQUEST, e->id, 0, 5, WIRE_EAP_IDENTITY};
    assert_int_equal(eap_radius_request(e, base_span(wrong_id, 5), &ask, request, &request_len), -EINVAL);
    assert_int_equal(eap_radius_request(e, base_span(early, 5), &ask, request, &request_len), -EINVAL);
    assert_int_equal(eap_radius_request(e, base_span(asks, 5), &ask, request, &request_len), -EINVAL);
    eap_free(e);
}

static void an_account_is_signed_and_answered(void **state)
{
    (void)state;
    struct eap_radius_session s = {
        .id = "abc", .seconds = 9, .status = EAP_RADIUS_STOP, .grant.ip4 = 0x0a4d0005};
    struct eap_radius_ask ask = ask_of(8);
    uint8_t digest[16];
    static const uint8_t zeros[16];
    eap_name_set(&s.user, text_of("ann"));
    assert_int_equal(eap_radius_account(&s, &ask, request, &request_len), 0);
    const struct base_span parts[] = {base_span(request, 4), base_span(zeros, 16),
                                      base_span(request + 20, request_len - 20), ask.secret};
    assert_int_equal(ossl_eap_ops.md5(parts, 4, digest), 0);
    assert_memory_equal(request + 4, digest, 16);
    const struct radius_answer a = {WIRE_RADIUS_ACCT_RESPONSE, BASE_SPAN_NONE, .lacks_authenticator = true};
    const size_t len = radius_answer(&a, request, answer);
    assert_int_equal(eap_radius_accounted(base_span(answer, len), &ask), 0);
    answer[5] ^= 1;
    assert_int_equal(eap_radius_accounted(base_span(answer, len), &ask), -EBADMSG);
}

static uint32_t accounted(uint8_t type)
{
    struct wire_radius p;
    struct base_span value;
    assert_true(wire_radius_parse(base_span(request, request_len), &p));
    assert_true(wire_radius_find(&p, type, 0, &value));
    assert_int_equal(value.len, 4);
    struct base_reader r = base_reader(value);
    return base_read_u32(&r);
}

static void an_account_tells_what_was_carried(void **state)
{
    (void)state;
    struct eap_radius_session s = {.id = "abc",
                                   .seconds = 9,
                                   .status = EAP_RADIUS_INTERIM,
                                   .in = {.pkts = 5, .bytes = 0x300000007},
                                   .out = {.pkts = 0x100000000, .bytes = 8}};
    struct eap_radius_ask ask = ask_of(8);
    assert_int_equal(eap_radius_account(&s, &ask, request, &request_len), 0);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_STATUS), 3);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_SESSION_TIME), 9);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_INPUT_OCTETS), 7);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_INPUT_GIGAWORDS), 3);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_INPUT_PACKETS), 5);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_OUTPUT_OCTETS), 8);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_OUTPUT_GIGAWORDS), 0);
    assert_int_equal(accounted(WIRE_RADIUS_ACCT_OUTPUT_PACKETS), UINT32_MAX);
    s.status = EAP_RADIUS_START;
    struct wire_radius p;
    struct base_span value;
    assert_int_equal(eap_radius_account(&s, &ask, request, &request_len), 0);
    assert_true(wire_radius_parse(base_span(request, request_len), &p));
    assert_false(wire_radius_find(&p, WIRE_RADIUS_ACCT_SESSION_TIME, 0, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_signed_and_names_the_user),
        cmocka_unit_test(an_empty_identity_has_no_name),
        cmocka_unit_test(a_challenge_goes_to_the_peer_and_its_state_comes_back),
        cmocka_unit_test(an_accept_has_keys_and_grants),
        cmocka_unit_test(an_accept_names_groups),
        cmocka_unit_test(more_groups_than_fit_are_left_out),
        cmocka_unit_test(an_accept_without_keys_or_success),
        cmocka_unit_test(a_reject_ends_it_with_the_servers_words),
        cmocka_unit_test(an_answer_that_is_not_signed_twice_over_is_none),
        cmocka_unit_test(what_a_peer_may_not_send_goes_nowhere),
        cmocka_unit_test(an_account_is_signed_and_answered),
        cmocka_unit_test(an_account_tells_what_was_carried),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_eap_fini();
    ossl_fini();
    return failed;
}
