/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_SA_INIT of the initiator: errors in clear, which anybody may have sent. */
#include "ike_pair.h"
#include "ikev2_init.h"

/* Tells a, in clear and in the name of b, that its request is refused. */
static void refuse(struct pair *p, const struct pair_packet *request, uint16_t notify, struct base_span data)
{
    struct wire_ike_hdr hdr;
    uint8_t buf[256];
    assert_int_equal(wire_ike_hdr_parse(base_span(request->bytes, request->len), &hdr), WIRE_IKE_OK);
    hdr.flags = WIRE_IKE_F_RESPONSE;
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &hdr);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = notify, .data = data});
    const struct ike_path path = {.local = request->path.remote, .remote = request->path.local};
    ike_on_packet(p->h[0].ike, p->now, &path, wire_ike_finish(&b));
    pair_settle(p);
}

/* A pair in which a has called, and b has not been reached. */
static struct pair *pair_called(struct pair_packet *request, bool is_lost)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    *request = p->queue[p->head];
    p->drop[0] = is_lost;
    if (is_lost)
        p->head = p->tail = 0;
    return p;
}

static const uint8_t unknown_group[] = {0, 2}, same_group[] = {0, 31};

static void an_error_in_clear_ends_nothing_when_the_true_answer_comes(void **state)
{
    (void)state;
    static const uint8_t too_long[IKEV2_COOKIE_MAX + 1];
    static const struct {
        uint16_t notify;
        struct base_span data;
    } forged[] = {
        {WIRE_IKE_N_NO_PROPOSAL_CHOSEN, {NULL, 0}},
        {WIRE_IKE_N_INVALID_SYNTAX, {NULL, 0}},
        {WIRE_IKE_N_AUTHENTICATION_FAILED, {NULL, 0}},
        {WIRE_IKE_N_INVALID_KE_PAYLOAD, {NULL, 0}},
        {WIRE_IKE_N_INVALID_KE_PAYLOAD, {unknown_group, 2}},
        {WIRE_IKE_N_INVALID_KE_PAYLOAD, {same_group, 2}},
        {WIRE_IKE_N_COOKIE, {NULL, 0}},
        {WIRE_IKE_N_COOKIE, {too_long, sizeof too_long}},
    };
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        struct pair_packet request;
        struct pair *p = pair_called(&request, false);
        refuse(p, &request, forged[i].notify, forged[i].data);
        refuse(p, &request, forged[i].notify, forged[i].data);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_DOUBTED), 1);
        p->hold = false;
        pair_settle(p);
        pair_check_one(p);
        assert_int_equal(p->h[0].sends, 2);
        pair_run(p, 60);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 0);
        pair_free(p);
    }
}

static void an_error_is_told_when_nothing_better_came_until_the_timeout(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request, true);
    struct ike_sa_view v;
    refuse(p, &request, WIRE_IKE_N_INVALID_SYNTAX, BASE_SPAN_NONE);
    refuse(p, &request, WIRE_IKE_N_NO_PROPOSAL_CHOSEN, BASE_SPAN_NONE);
    assert_true(ike_show_next(p->h[0].ike, 0, &v));
    assert_int_equal(v.refusal, WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    pair_run(p, 60);
    assert_int_equal(p->h[0].sends, 4);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(a);
    assert_int_equal(a->notify, WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
    assert_non_null(strstr(a->why, "none of our IKE algorithms"));
    assert_non_null(strstr(a->why, "in clear"));
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT));
    assert_int_equal(pair_stats(p, 0).failed, 1);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

static void an_operator_who_ends_the_attempt_hears_what_refused_it(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request, true);
    refuse(p, &request, WIRE_IKE_N_NO_PROPOSAL_CHOSEN, BASE_SPAN_NONE);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

/* Each of these makes us compute or send: the forger's cost is one packet, so ours must not be without end.
 */
static void other_groups_and_cookies_are_followed_a_few_times_only(void **state)
{
    (void)state;
    static const uint8_t x25519[] = {0, 31}, ecp256[] = {0, 19};
    struct pair_packet request;
    for (int what = 0; what < 2; what++) {
        char why[200];
        struct pair *p = pair_new();
        struct ike_conn_conf *c = &p->h[0].conf->conns[0];
        crypt_proposal_parse("aes128gcm16-prfsha256-x25519-ecp256", CRYPT_PROTOCOL_IKE, &c->proposals[0], why,
                             sizeof why);
        c->n_proposals = 1;
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        request = p->queue[p->head];
        for (unsigned i = 0; i < 600; i++) {
            const uint8_t cookie[] = {1, (uint8_t)i};
            refuse(p, &request, what ? WIRE_IKE_N_COOKIE : WIRE_IKE_N_INVALID_KE_PAYLOAD,
                   base_span(what     ? cookie
                             : i & 1u ? x25519
                                      : ecp256,
                             2));
        }
        assert_int_equal(p->h[0].sends, what ? 2 : 4);
        p->drop[0] = true;
        pair_run(p, 60);
        const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
        assert_non_null(a);
        assert_int_equal(a->notify, what ? WIRE_IKE_N_COOKIE : WIRE_IKE_N_INVALID_KE_PAYLOAD);
        assert_int_equal(pair_stats(p, 0).ike_sas, 0);
        pair_free(p);
    }
}

/* RFC 7296 2.6: the same request, with a cookie in front; also one with a hash that is not to match. */
static void a_request_with_a_cookie_is_else_the_same(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].encap = IKE_ENCAP_FORCE;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    const struct pair_packet first = p->queue[p->head];
    refuse(p, &first, WIRE_IKE_N_COOKIE, base_span("cookie", 6));
    const struct pair_packet *again = &p->queue[p->tail - 1];
    const size_t cookie = 8 + 6;
    assert_int_equal(again->len, first.len + cookie);
    assert_memory_equal(again->bytes + 28 + cookie, first.bytes + 28, first.len - 28);
    p->hold = false;
    pair_free(p);
}

/* RFC 7296 3.10.1: an unknown error is a failure, whatever stands beside it. */
static void an_answer_with_an_unknown_error_is_no_answer(void **state)
{
    (void)state;
    static const uint16_t types[] = {99, 8192, 16383, 16384 + 99, 40960};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct pair_packet request;
        struct pair *p = pair_called(&request, false);
        const bool is_error = types[i] < 16384;
        pair_deliver_one(p);
        struct pair_packet *k = &p->queue[p->tail - 1];
        /* One more payload at the front of b's answer. */
        const uint8_t notify[8] = {k->bytes[16], 0, 0, 8, 0, 0, (uint8_t)(types[i] >> 8), (uint8_t)types[i]};
        memmove(k->bytes + 36, k->bytes + 28, k->len - 28);
        memcpy(k->bytes + 28, notify, 8);
        k->bytes[16] = WIRE_IKE_P_NOTIFY;
        k->len += 8;
        k->bytes[27] = (uint8_t)k->len;
        k->bytes[26] = (uint8_t)(k->len >> 8);
        pair_deliver_one(p);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_DOUBTED), is_error);
        assert_int_equal(p->h[0].sends, is_error ? 1 : 2);
        p->hold = false;
        pair_free(p);
    }
}

static const uint8_t forged_cookie[] = "forged, or late";

/* b has answered what came without the cookie, and forgets that a sent another one, as other peers do. */
static void our_proof_covers_the_request_that_was_answered_or_it_is_called_again(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request, false);
    refuse(p, &request, WIRE_IKE_N_COOKIE, base_span(forged_cookie, sizeof forged_cookie));
    assert_int_equal(p->tail - p->head, 2); /* one with the cookie is out as well */
    p->tail--;                              /* and is lost */
    p->hold = false;
    pair_settle(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY), 1);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    assert_non_null(strstr(pair_audit(&p->h[0], IKE_AUDIT_DOUBTED)->why, "COOKIE"));
    p->hold = true;
    pair_run(p, 1); /* it calls again by itself, and now a cookie has to wait */
    request = p->queue[p->head];
    const size_t out = p->tail;
    refuse(p, &request, WIRE_IKE_N_COOKIE, base_span(forged_cookie, sizeof forged_cookie));
    assert_int_equal(p->tail, out);
    p->hold = false;
    pair_run(p, 6); /* the refused one is forgotten */
    pair_check_one(p);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    pair_free(p);
}

/* Both came to b, in any order: it takes a proof that covers either. */
static void a_proof_may_cover_the_same_call_with_another_cookie(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request, false);
    refuse(p, &request, WIRE_IKE_N_COOKIE, base_span(forged_cookie, sizeof forged_cookie));
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    pair_free(p);
}

static void a_second_cookie_has_its_turn_when_the_first_one_was_not_answered(void **state)
{
    (void)state;
    static const uint8_t true_cookie[] = "the true one";
    struct pair_packet request;
    struct pair *p = pair_called(&request, true);
    refuse(p, &request, WIRE_IKE_N_COOKIE, base_span(forged_cookie, sizeof forged_cookie));
    p->drop[0] = false;
    p->hold = true;
    refuse(p, &request, WIRE_IKE_N_COOKIE, base_span(true_cookie, sizeof true_cookie));
    assert_int_equal(p->head, p->tail);
    pair_run(p, 1);
    assert_int_equal(p->tail - p->head, 1);
    const struct pair_packet *k = &p->queue[p->head];
    assert_non_null(memmem(k->bytes, k->len, true_cookie, sizeof true_cookie));
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_in_clear_ends_nothing_when_the_true_answer_comes),
        cmocka_unit_test(an_error_is_told_when_nothing_better_came_until_the_timeout),
        cmocka_unit_test(an_operator_who_ends_the_attempt_hears_what_refused_it),
        cmocka_unit_test(other_groups_and_cookies_are_followed_a_few_times_only),
        cmocka_unit_test(a_request_with_a_cookie_is_else_the_same),
        cmocka_unit_test(an_answer_with_an_unknown_error_is_no_answer),
        cmocka_unit_test(our_proof_covers_the_request_that_was_answered_or_it_is_called_again),
        cmocka_unit_test(a_proof_may_cover_the_same_call_with_another_cookie),
        cmocka_unit_test(a_second_cookie_has_its_turn_when_the_first_one_was_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
