/* SPDX-License-Identifier: BSD-3-Clause */
/* Sealing and opening with the product's cryptography, in every form that an SK payload has. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_children.h"
#include "ikev2_move.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ossl_ops.h"

static void run_with(const char *proposal)
{
    struct pair *p = pair_new();
    char why[200] = "";
    p->ops = &ossl_ike_ops;
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        if (crypt_proposal_parse(proposal, CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why) != 0)
            fail_msg("%s: %s", proposal, why);
        c->n_proposals = 1;
    }
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true}), 0);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"}), 0);
    pair_run(p, 6);
    pair_check_one(p);
    pair_free(p);
}

static void both_sides_understand_each_other_with_every_kind_of_cipher(void **state)
{
    (void)state;
    run_with("aes128gcm16-prfsha256-x25519");
    run_with("aes256gcm16-prfsha384-ecp384");
    run_with("chacha20poly1305-prfsha512-ecp256");
    run_with("aes128-sha256-x25519");
    run_with("aes256-sha512-modp2048");
}

static void a_flipped_bit_anywhere_is_dropped_and_counted(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->ops = &ossl_ike_ops;
    pair_start(p);
    pair_connect(p);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(p->tail - p->head, 1);
    const struct pair_packet *k = &p->queue[p->head];
    for (size_t i = 0; i < k->len * 8; i++) {
        uint8_t bytes[WIRE_IKE_MSG_MAX];
        memcpy(bytes, k->bytes, k->len);
        bytes[i / 8] ^= (uint8_t)(1u << i % 8);
        ike_on_packet(p->h[1].ike, p->now, &k->path, base_span(bytes, k->len));
    }
    const struct ike_stats s = pair_stats(p, 1);
    assert_int_equal(s.children, 1);
    assert_int_equal(s.ike_sas, 1);
    assert_int_equal(s.dropped_bad_icv + s.dropped_malformed + s.dropped_unknown_spi + s.dropped_unexpected,
                     k->len * 8);
    p->hold = false;
    pair_run(p, 6);
    pair_check_one(p);
    pair_free(p);
}

/* Messages of this pair are some 300 bytes: with packets of 200 nearly all of them go in fragments. */
static struct pair *pair_in_fragments(void)
{
    struct pair *p = pair_new();
    p->ops = &ossl_ike_ops;
    p->h[0].conf->fragment_bytes = p->h[1].conf->fragment_bytes = 200;
    pair_start(p);
    return p;
}

static void two_sides_that_cut_everything_understand_each_other(void **state)
{
    (void)state;
    struct pair *p = pair_in_fragments();
    pair_connect(p);
    pair_check_one(p);
    assert_true(p->h[0].sends >= 1 + 2 && p->h[1].sends >= 1 + 2);
    assert_true(p->last.len + 20 + 8 <= 200);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 6);
    pair_check_one(p);
    assert_int_equal(pair_stats(p, 0).rekeyed_ike, 1);
    assert_int_equal(pair_stats(p, 0).dropped_fragment + pair_stats(p, 1).dropped_fragment, 0);
    assert_int_equal(pair_stats(p, 0).fragment_bytes + pair_stats(p, 1).fragment_bytes, 0);
    pair_free(p);
}

static void a_peer_that_cannot_join_them_gets_messages_whole(void **state)
{
    (void)state;
    struct pair *p = pair_in_fragments();
    p->h[1].conf->fragment_bytes = 0;
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].sends, 2);
    pair_free(p);
}

/* The path eats what is longer than 576 bytes: the second repetition is cut to pass. */
static void a_request_that_does_not_arrive_is_cut_smaller(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    static const uint8_t zeros[1500];
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_msg_put_notify(&b, 40969, base_span(zeros, sizeof zeros));
    p->hold = true;
    ikev2_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
    pair_drain(p);
    assert_int_equal(p->tail, 2); /* 1280 and the rest */
    assert_int_equal(p->queue[0].len + 20 + 8, 1280);
    ikev2_msg_repeat(ike, sa);
    pair_drain(p);
    assert_int_equal(p->tail, 4);
    assert_memory_equal(p->queue[2].bytes, p->queue[0].bytes, p->queue[0].len);
    ikev2_msg_repeat(ike, sa);
    pair_drain(p);
    assert_int_equal(p->tail, 4 + 4);
    for (size_t i = 4; i < p->tail; i++)
        assert_true(p->queue[i].len + 20 + 8 <= 576);
    assert_null(sa->req.chain.ptr);
    p->head = 4; /* only these arrive */
    p->hold = false;
    const uint32_t own = sa->seq.own;
    pair_settle(p);
    assert_int_equal(sa->seq.own, own + 1);
    assert_int_equal(pair_stats(p, 1).dropped_fragment, 0);
    /* What follows is small at once, until the path is another one. */
    p->hold = true;
    p->head = p->tail = 0;
    ikev2_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
    pair_drain(p);
    assert_int_equal(p->tail, 4);
    ikev2_move_ike(ike, sa, &sa->path, true);
    ikev2_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
    pair_drain(p);
    assert_int_equal(p->tail, 4 + 2);
    p->head = p->tail = 0;
    pair_free(p);
}

/* The same for an answer, of which its asker says nothing but that it has not come. */
static void an_answer_that_does_not_arrive_is_cut_smaller(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ikev2_sa *a = p->h[0].ike->v2->first, *b = p->h[1].ike->v2->first;
    struct wire_ike_builder ask = ikev2_msg_begin(p->h[0].ike);
    const uint32_t own = a->seq.own;
    static const uint8_t zeros[1500];
    p->hold = true;
    ikev2_msg_request(p->h[0].ike, a, WIRE_IKE_INFORMATIONAL, &ask);
    pair_drain(p);
    pair_deliver_one(p); /* b's answer to it was short; it is a long one from here on */
    struct wire_ike_builder answer = ikev2_msg_begin(p->h[1].ike);
    ikev2_msg_put_notify(&answer, 40969, base_span(zeros, sizeof zeros));
    ikev2_msg_respond(p->h[1].ike, b, &b->path, WIRE_IKE_INFORMATIONAL, own, &answer);
    pair_drain(p);
    p->head = p->tail = 0; /* nothing of it arrives */
    static const size_t pieces[] = {2, 4, 4};
    for (size_t i = 0; i < 3; i++) {
        p->head = p->tail = 0;
        ikev2_msg_repeat(p->h[0].ike, a);
        pair_drain(p);
        pair_deliver_one(p);
        assert_int_equal(p->tail - p->head, pieces[i]);
    }
    assert_true(b->frag.is_small);
    for (size_t i = p->head; i < p->tail; i++)
        assert_true(p->queue[i].len + 20 + 8 <= 576);
    p->hold = false;
    pair_settle(p);
    assert_int_equal(a->seq.own, own + 1);
    pair_free(p);
}

/* A long answer of b's, and how many datagrams it is in when it is asked for the second time again, so many
 * seconds later. */
static size_t pieces_later(struct pair *p, uint64_t seconds)
{
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *b = ike->v2->first;
    struct wire_ike_builder answer = ikev2_msg_begin(ike);
    static const uint8_t zeros[1500];
    ikev2_msg_put_notify(&answer, 40969, base_span(zeros, sizeof zeros));
    ikev2_msg_respond(ike, b, &b->path, WIRE_IKE_INFORMATIONAL, b->seq.peer - 1, &answer);
    ike->now = base_time_add(ike->now, seconds * BASE_NS_PER_S);
    ikev2_msg_answer_rest(ike, b);
    for (size_t i = 0; i < 2; i++)
        ikev2_msg_respond_again(ike, b, &b->path, true);
    return b->resp.count;
}

static void an_answer_goes_as_it_was_when_it_is_asked_for_late_and_then_rests(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    assert_int_equal(pieces_later(p, 59), 4);
    p->h[1].ike->v2->first->frag.is_small = false;
    assert_int_equal(pieces_later(p, 61), 2);
    assert_int_equal(pieces_later(p, 300), 0);
    assert_null(p->h[1].ike->v2->first->resp.bytes);
    pair_drain(p);
    p->head = p->tail = 0;
    pair_free(p);
}

/* The answer to IKE_AUTH is large with certificates; one that comes later may be under way when we ask. */
static void what_shows_that_the_answer_to_ike_auth_arrived_frees_it(void **state)
{
    (void)state;
    for (size_t by_traffic = 0; by_traffic < 2; by_traffic++) {
        struct pair *p = pair_up();
        struct ike *ike = p->h[1].ike;
        struct ikev2_sa *a = p->h[0].ike->v2->first, *b = ike->v2->first;
        assert_int_equal(b->resp.count, 1);
        const struct ike_event traffic = {
            .type = IKE_EV_TRAFFIC, .spi_in = b->children->spi_in, .last_in = p->now, .last_out = p->now};
        if (by_traffic)
            ike_on_event(ike, p->now, &traffic);
        b->want.dpd = !by_traffic;
        ikev2_sa_touch(ike, b);
        ike_on_timer(ike, p->now);
        pair_settle(p);
        assert_int_equal(b->resp.count, 0);
        a->want.dpd = true;
        ikev2_sa_touch(p->h[0].ike, a);
        ike_on_timer(p->h[0].ike, p->now);
        pair_settle(p);
        assert_int_equal(b->resp.count, 1);
        b->want.dpd = true;
        ikev2_sa_touch(ike, b);
        ike_on_timer(ike, p->now);
        pair_settle(p);
        assert_int_equal(b->resp.count, 1);
        pair_free(p);
    }
}

/* Whoever cuts small has a reason to. */
static void an_answer_is_cut_no_larger_than_its_request_was(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->fragment_bytes = 160;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (p->head < p->tail) {
        pair_deliver_one(p);
        if (p->last.to == 0 && p->last.bytes[18] == WIRE_IKE_AUTH)
            assert_true(p->last.len + 20 + 8 <= 160);
    }
    pair_check_one(p);
    assert_true(p->h[1].sends > 2);
    p->head = p->tail = 0;
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_sides_that_cut_everything_understand_each_other),
        cmocka_unit_test(a_peer_that_cannot_join_them_gets_messages_whole),
        cmocka_unit_test(a_request_that_does_not_arrive_is_cut_smaller),
        cmocka_unit_test(an_answer_that_does_not_arrive_is_cut_smaller),
        cmocka_unit_test(an_answer_goes_as_it_was_when_it_is_asked_for_late_and_then_rests),
        cmocka_unit_test(what_shows_that_the_answer_to_ike_auth_arrived_frees_it),
        cmocka_unit_test(an_answer_is_cut_no_larger_than_its_request_was),
        cmocka_unit_test(both_sides_understand_each_other_with_every_kind_of_cipher),
        cmocka_unit_test(a_flipped_bit_anywhere_is_dropped_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
