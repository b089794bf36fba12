/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages and ESP packets without an SA: what is told of them, and what is made of being told. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "wire_ike.h"

#define ESP_BYTES 100

static struct pair_packet sent; /* what is given to an engine by hand */

/* A message in clear to a host, with one notify. */
static void clear_notify(struct pair *p, int to, struct wire_ike_hdr hdr, uint16_t type,
                         struct base_span data)
{
    const struct wire_ike_notification n = {.type = type, .data = data};
    const struct ike_path path = {.local = {p->h[to].addr, 500}, .remote = {p->h[!to].addr, 500}};
    hdr.version = 0x20;
    struct wire_ike_builder b = wire_ike_build(sent.bytes, sizeof sent.bytes, &hdr);
    wire_ike_put_notify(&b, &n);
    sent.len = wire_ike_finish(&b).len;
    sent.path = path;
}

static void give(struct pair *p, int to)
{
    ike_on_packet(p->h[to].ike, p->now, &sent.path, base_span(sent.bytes, sent.len));
    pair_settle(p);
}

static void invalid_spi(struct pair *p, int to, uint32_t spi)
{
    const uint8_t data[4] = {(uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8), (uint8_t)spi};
    clear_notify(p, to, (struct wire_ike_hdr){.exchange = WIRE_IKE_INFORMATIONAL, .flags = 0x08},
                 WIRE_IKE_N_INVALID_SPI, base_span(data, sizeof data));
}

/* ESP comes to a host from the other one. */
static void esp_comes(struct pair *p, int to, uint32_t spi, uint16_t len)
{
    const struct ike_path path = {.local = {p->h[to].addr, 500}, .remote = {p->h[!to].addr, 500}};
    pair_event(p, to,
               (struct ike_event){.type = IKE_EV_UNKNOWN_SPI, .spi_in = spi, .path = path, .len = len});
}

static struct ikev2_sa *first_sa(struct pair *p, int i)
{
    return p->h[i].ike->v2->first;
}

/* The last child that a host installed. */
static const struct pair_child *newest(const struct pair *p, int i)
{
    return &p->h[i].children[p->h[i].n_children - 1];
}

static struct pair *up_for(uint64_t seconds, bool keep_a, bool keep_b)
{
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = keep_a;
    p->h[0].conf->conns[0].dpd_s = p->h[1].conf->conns[0].dpd_s = 0;
    p->h[1].conf->conns[0].start = keep_b;
    pair_start(p);
    pair_run(p, 1);
    if (!keep_a && !keep_b)
        pair_connect(p);
    pair_run(p, seconds);
    pair_check_one(p);
    return p;
}

/* No side has DPD: the first ESP packet brings the tunnel back. */
static void a_peer_that_crashed_is_called_again_within_seconds(void **state)
{
    (void)state;
    struct pair *p = up_for(60, true, false);
    pair_crash(p, 1);
    pair_run(p, 30);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    esp_comes(p, 1, newest(p, 0)->i.pair.spi_out, ESP_BYTES);
    assert_int_equal(pair_stats(p, 1).strays_told, 2); /* of ESP, and of the liveness check */
    assert_int_equal(pair_stats(p, 0).hints_taken, 1);
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    pair_run(p, 6);
    pair_check_one(p);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN)->why, "the peer does not know it any more");
    assert_non_null(strstr(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT)->why, "INVALID_IKE_SPI"));
    pair_free(p);
}

static void a_forged_hint_costs_one_check_and_ends_nothing(void **state)
{
    (void)state;
    struct pair *p = up_for(60, false, false);
    const unsigned before = p->h[0].sends;
    invalid_spi(p, 0, newest(p, 0)->i.pair.spi_out);
    for (int i = 0; i < 10; i++)
        give(p, 0);
    assert_int_equal(p->h[0].sends, before + 1);
    assert_int_equal(pair_stats(p, 0).hints_taken, 1);
    pair_run(p, 5);
    give(p, 0);
    assert_int_equal(p->h[0].sends, before + 2);
    pair_run(p, 60);
    pair_check_one(p);
    pair_free(p);
}

/* Of another child, from elsewhere, in an answer, of another length. */
static void what_is_no_hint_is_dropped(void **state)
{
    (void)state;
    struct pair *p = up_for(60, false, false);
    const unsigned before = p->h[0].sends;
    const uint32_t spi = newest(p, 0)->i.pair.spi_out;
    invalid_spi(p, 0, spi + 1);
    give(p, 0);
    invalid_spi(p, 0, spi);
    sent.path.remote.port++;
    give(p, 0);
    invalid_spi(p, 0, spi);
    sent.bytes[19] |= WIRE_IKE_F_RESPONSE;
    give(p, 0);
    invalid_spi(p, 0, spi);
    sent.bytes[18] = WIRE_IKE_CREATE_CHILD_SA;
    give(p, 0);
    assert_int_equal(pair_stats(p, 0).hints_taken, 0);
    assert_int_equal(pair_stats(p, 0).dropped_unknown_spi, 4);
    /* Two of them are requests of an IKE SA 0/0, which is told. */
    assert_int_equal(p->h[0].sends, before + pair_stats(p, 0).strays_told);
    pair_check_one(p);
    pair_free(p);
}

/* INVALID_IKE_SPI with all that is right about it, from somebody who sees our requests. */
static void forged_denials_do_not_outweigh_one_true_answer(void **state)
{
    (void)state;
    struct pair *p = up_for(60, false, false);
    const struct ikev2_sa *sa = first_sa(p, 0);
    p->drop[1] = true;
    invalid_spi(p, 0, newest(p, 0)->i.pair.spi_out);
    give(p, 0);
    const struct wire_ike_hdr hdr = {.spi_i = sa->spi_i,
                                     .spi_r = sa->spi_r,
                                     .exchange = WIRE_IKE_INFORMATIONAL,
                                     .flags = WIRE_IKE_F_RESPONSE,
                                     .msgid = sa->seq.own};
    clear_notify(p, 0, hdr, WIRE_IKE_N_INVALID_IKE_SPI, BASE_SPAN_NONE);
    for (int copy = 0; copy < 3; copy++) {
        for (int i = 0; i < 10; i++)
            give(p, 0);
        assert_int_equal(sa->req.denied, copy + 1);
        p->drop[1] = copy < 2; /* the fourth copy is answered, whatever comes beside it */
        pair_run(p, 1);
        assert_int_equal(sa->req.tries, copy < 2 ? copy + 1 : 0);
    }
    pair_run(p, 60);
    pair_check_one(p);
    pair_free(p);
}

/* The peer rekeyed the IKE SA and does not get our answer: it is right to deny the new one, and no reason. */
static void an_sa_that_the_peer_may_still_come_to_know_is_not_given_up(void **state)
{
    (void)state;
    struct pair *p = up_for(60, false, false);
    p->drop[0] = true;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    const struct ikev2_sa *heir = p->h[0].ike->v2->last;
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"}), 0);
    const struct wire_ike_hdr hdr = {.spi_i = heir->spi_i,
                                     .spi_r = heir->spi_r,
                                     .exchange = WIRE_IKE_CREATE_CHILD_SA,
                                     .flags = WIRE_IKE_F_RESPONSE | WIRE_IKE_F_INITIATOR,
                                     .msgid = heir->seq.own};
    clear_notify(p, 0, hdr, WIRE_IKE_N_INVALID_IKE_SPI, BASE_SPAN_NONE);
    for (int second = 0; second < 25; second++) {
        give(p, 0);
        assert_int_equal(heir->req.denied, 0);
        assert_true(heir->req.tries <= 2);
        pair_run(p, 1);
    }
    for (int second = 0; second < 20; second++) { /* but not for ever */
        give(p, 0);
        pair_run(p, 1);
    }
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 1);
    pair_free(p);
}

static void an_answer_is_never_longer_than_what_came_nor_answers_an_answer(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    /* A request of 36 bytes gets 36. */
    clear_notify(p, 1, (struct wire_ike_hdr){.spi_i = 1, .spi_r = 2, .exchange = 36, .flags = 8, .msgid = 7},
                 WIRE_IKE_N_REKEY_SA, BASE_SPAN_NONE);
    give(p, 1);
    struct wire_ike_hdr h;
    const struct pair_packet *k = &p->queue[p->tail - 1];
    assert_int_equal(k->len, sent.len);
    assert_int_equal(wire_ike_hdr_parse(base_span(k->bytes, k->len), &h), WIRE_IKE_OK);
    assert_int_equal(h.spi_i, 1);
    assert_int_equal(h.spi_r, 2);
    assert_int_equal(h.exchange, 36);
    assert_int_equal(h.flags, WIRE_IKE_F_RESPONSE);
    assert_int_equal(h.msgid, 7);
    assert_int_equal(k->bytes[31], 8);
    assert_int_equal(k->bytes[35], WIRE_IKE_N_INVALID_IKE_SPI);
    sent.bytes[19] |= WIRE_IKE_F_RESPONSE;
    give(p, 1);
    /* One of 32 gets none. */
    const struct wire_ike_hdr small = {.spi_i = 1, .spi_r = 2, .version = 0x20, .exchange = 36, .flags = 8};
    struct wire_ike_builder b = wire_ike_build(sent.bytes, sizeof sent.bytes, &small);
    wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, BASE_SPAN_NONE);
    sent.len = wire_ike_finish(&b).len;
    give(p, 1);
    assert_int_equal(pair_stats(p, 1).strays_told, 1);
    /* ESP of 48 bytes gets 8 of UDP and 40 of IKE, whose data is its SPI. */
    esp_comes(p, 1, 0x01020304, 47);
    assert_int_equal(pair_stats(p, 1).strays_told, 1);
    esp_comes(p, 1, 0x01020304, 48);
    assert_int_equal(pair_stats(p, 1).strays_told, 2);
    k = &p->queue[p->tail - 1];
    assert_int_equal(k->len, 40);
    assert_memory_equal(k->bytes + 36, "\1\2\3\4", 4);
    assert_int_equal(p->tail - p->head, 2);
    p->head = p->tail = 0;
    p->hold = false;
    pair_free(p);
}

static void a_network_has_a_share_and_all_have_a_limit(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->drop[1] = true;
    clear_notify(p, 1, (struct wire_ike_hdr){.spi_i = 1, .spi_r = 2, .exchange = 36, .flags = 8},
                 WIRE_IKE_N_REKEY_SA, BASE_SPAN_NONE);
    for (int i = 0; i < 20; i++) {
        sent.path.remote.addr.bytes[3] = (uint8_t)i; /* all of one /24 */
        give(p, 1);
    }
    assert_int_equal(pair_stats(p, 1).strays_told, 4);
    for (int i = 0; i < 60000; i++) {
        sent.path.remote.addr.bytes[1] = (uint8_t)(i >> 8);
        sent.path.remote.addr.bytes[2] = (uint8_t)i;
        give(p, 1);
    }
    assert_int_equal(pair_stats(p, 1).strays_told, 200);
    pair_run(p, 1);
    give(p, 1);
    assert_int_equal(pair_stats(p, 1).strays_told, 201);
    pair_free(p);
}

/* A child that one side alone has: it is told so under the IKE SA, and makes another one. */
static void a_child_that_the_peer_lost_is_replaced(void **state)
{
    (void)state;
    struct pair *p = up_for(60, false, true);
    struct ikev2_child *lost = first_sa(p, 0)->children;
    const uint32_t spi = lost->spi_in;
    ikev2_child_remove(p->h[0].ike, lost, NULL);
    pair_settle(p);
    esp_comes(p, 0, spi, ESP_BYTES);
    assert_int_equal(pair_stats(p, 0).strays_told, 0); /* nothing in clear */
    pair_run(p, 2);
    pair_check_one(p);
    assert_int_not_equal(newest(p, 1)->i.pair.spi_out, spi);
    pair_free(p);
}

/* The same in a child's first seconds: packets may have overtaken the answer that makes it. */
static void a_child_in_its_first_seconds_is_kept(void **state)
{
    (void)state;
    struct pair *p = up_for(1, false, true);
    const uint32_t spi = newest(p, 1)->i.pair.spi_out;
    struct ikev2_child *hidden = first_sa(p, 0)->children;
    const uint32_t mine = hidden->spi_in;
    assert_int_equal(spi, mine);
    esp_comes(p, 0, spi, ESP_BYTES); /* it is there: not a word */
    assert_int_equal(first_sa(p, 0)->want.stray_spi, 0);
    ikev2_child_remove(p->h[0].ike, hidden, NULL);
    pair_settle(p);
    esp_comes(p, 0, spi, ESP_BYTES);
    pair_run(p, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_int_equal(newest(p, 1)->i.pair.spi_out, spi);
    pair_free(p);
}

/* A message that comes before the keys are there belongs to an SA. */
static void an_sa_without_keys_is_not_denied(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->h[1].hold_jobs = true;
    pair_connect(p);
    struct ikev2_sa *sa = first_sa(p, 1);
    const struct wire_ike_hdr hdr = {.spi_i = sa->spi_i,
                                     .spi_r = sa->spi_r,
                                     .exchange = WIRE_IKE_AUTH,
                                     .flags = WIRE_IKE_F_INITIATOR,
                                     .msgid = 1};
    clear_notify(p, 1, hdr, WIRE_IKE_N_INITIAL_CONTACT, BASE_SPAN_NONE);
    give(p, 1);
    assert_int_equal(pair_stats(p, 1).strays_told, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_crashed_is_called_again_within_seconds),
        cmocka_unit_test(a_forged_hint_costs_one_check_and_ends_nothing),
        cmocka_unit_test(what_is_no_hint_is_dropped),
        cmocka_unit_test(forged_denials_do_not_outweigh_one_true_answer),
        cmocka_unit_test(an_sa_that_the_peer_may_still_come_to_know_is_not_given_up),
        cmocka_unit_test(an_answer_is_never_longer_than_what_came_nor_answers_an_answer),
        cmocka_unit_test(a_network_has_a_share_and_all_have_a_limit),
        cmocka_unit_test(a_child_that_the_peer_lost_is_replaced),
        cmocka_unit_test(a_child_in_its_first_seconds_is_kept),
        cmocka_unit_test(an_sa_without_keys_is_not_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
