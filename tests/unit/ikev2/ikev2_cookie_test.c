/* SPDX-License-Identifier: BSD-3-Clause */
/* The cookie challenge. */
#include "ike_pair.h"

static void a_cookie_is_asked_for_and_given_back(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->cookie_threshold = 0;
    pair_start(p);
    pair_connect(p);
    struct ike_stats s;
    ike_stats(p->h[1].ike, &s);
    assert_int_equal(s.cookies_sent, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    pair_free(p);
}

static void a_copy_that_slips_in_without_the_cookie_does_not_spoil_the_call(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->cookie_threshold = 0;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    const struct pair_packet first = p->queue[p->head];
    pair_deliver_one(p); /* the cookie is asked for */
    pair_deliver_one(p); /* and sent */
    p->h[1].conf->cookie_threshold = 1000;
    ike_on_packet(p->h[1].ike, p->now, &first.path, base_span(first.bytes, first.len));
    pair_drain(p); /* the copy was answered */
    p->hold = false;
    pair_run(p, 3);
    pair_check_one(p);
    pair_free(p);
}

static void an_old_cookie_or_one_of_another_address_is_worth_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->cookie_threshold = 0;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    pair_deliver_one(p);
    struct pair_packet with_cookie = p->queue[p->head];
    struct ike_path elsewhere = with_cookie.path;
    elsewhere.remote.addr = pair_addr("203.0.113.66");
    ike_on_packet(p->h[1].ike, p->now, &elsewhere, base_span(with_cookie.bytes, with_cookie.len));
    assert_int_equal(pair_stats(p, 1).cookies_sent, 2);
    p->now = base_time_add(p->now, 500 * BASE_NS_PER_S);
    ike_on_packet(p->h[1].ike, p->now, &with_cookie.path, base_span(with_cookie.bytes, with_cookie.len));
    assert_int_equal(pair_stats(p, 1).cookies_sent, 3);
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    pair_free(p);
}

static void an_answer_is_never_longer_than_an_unproved_request(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].follow_redirect = false; /* of which it would say a word, too */
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    /* the request with its two NAT detection notifies (28 bytes each) and the one of fragments cut off */
    struct pair_packet k = p->queue[p->head];
    k.len -= 64;
    k.bytes[27] = (uint8_t)k.len;
    k.bytes[26] = (uint8_t)(k.len >> 8);
    size_t at = 28, last = 0;
    while (at < k.len) {
        last = at;
        at += (size_t)(k.bytes[at + 2] << 8 | k.bytes[at + 3]);
    }
    k.bytes[last] = 0;
    p->tail = p->head;
    ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
    pair_drain(p);
    assert_true(p->tail == p->head + 1 && p->queue[p->head].len <= k.len);
    pair_free(p);
}

/* n calls, each of an SPI and a port of its own, whose proposals nobody here has. */
static void refused_calls(struct pair *p, const struct pair_packet *first, uint16_t n)
{
    static uint16_t number;
    for (uint16_t i = 0; i < n; i++, number++) {
        struct pair_packet k = *first;
        k.bytes[0] = (uint8_t)(number >> 8);
        k.bytes[1] = (uint8_t)number;
        k.path.remote.port = (uint16_t)(1024 + number);
        ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
        pair_drain(p);
        p->tail = p->head;
    }
}

static void a_flood_of_proposals_that_nobody_takes_gets_cookies(void **state)
{
    (void)state;
    char why[200];
    struct pair *p = pair_new();
    struct ike_conn_conf *c = p->h[1].conf->conns;
    c->n_proposals = 1;
    assert_int_equal(
        crypt_proposal_parse("aes256-sha512-modp8192", CRYPT_PROTOCOL_IKE, c->proposals, why, sizeof why), 0);
    p->h[1].conf->cookie_threshold = 100;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    const struct pair_packet first = p->queue[p->head];
    refused_calls(p, &first, 1000);
    assert_int_equal(pair_stats(p, 1).failed, 100); /* proposals that were looked at */
    assert_int_equal(pair_stats(p, 1).cookies_sent, 900);
    /* A second later half of it is forgotten, and long after all. */
    p->now = base_time_add(p->now, BASE_NS_PER_S);
    refused_calls(p, &first, 1000);
    assert_int_equal(pair_stats(p, 1).failed, 150);
    p->now = base_time_add(p->now, 3600 * BASE_NS_PER_S);
    refused_calls(p, &first, 1000);
    assert_int_equal(pair_stats(p, 1).failed, 250);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_is_asked_for_and_given_back),
        cmocka_unit_test(a_copy_that_slips_in_without_the_cookie_does_not_spoil_the_call),
        cmocka_unit_test(an_old_cookie_or_one_of_another_address_is_worth_nothing),
        cmocka_unit_test(a_flood_of_proposals_that_nobody_takes_gets_cookies),
        cmocka_unit_test(an_answer_is_never_longer_than_an_unproved_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
