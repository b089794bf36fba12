/* SPDX-License-Identifier: BSD-3-Clause */
/* From UDP to TCP, and back (RFC 9329 5.1, 7.1). */
#include "stream_pair.h"

static void nobody_by_udp_leads_to_tcp_once_and_the_next_call_begins_with_udp(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_FALLBACK);
    p->h[0].conf->conns[0].retransmit_tries = 5;
    p->drop_udp = true;
    pair_start(p);
    pair_connect(p);
    const uint64_t spi = view(p, 0).spi_i;
    pair_run(p, 5);
    assert_int_equal(p->n_streams, 0);
    pair_run(p, 3);
    assert_int_equal(p->n_streams, 1);
    assert_true(view(p, 0).spi_i != spi); /* RFC 9329 5.1 */
    assert_true(view(p, 0).path.tcp);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_TCP)->why,
                        "nobody answered by UDP, 3 times, so the peer is called by TCP");
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT), 0);
    p->drop_udp = false;
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    assert_int_equal(p->streams[0].holds[0] + p->streams[0].holds[1], 0);
    pair_connect(p);
    assert_int_equal(p->n_streams, 1);
    assert_false(view(p, 0).path.tcp);
    pair_free(p);
}

static void without_an_answer_to_ike_auth_it_leads_there_too(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_FALLBACK);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_drain(p);
    pair_deliver_one(p); /* IKE_SA_INIT */
    p->drop_udp = true;
    p->hold = false;
    pair_settle(p);
    pair_run(p, 30);
    assert_int_equal(p->n_streams, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void a_call_that_may_not_go_by_tcp_does_not(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_OFF);
    p->drop_udp = true;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 60);
    assert_int_equal(p->n_streams, 0);
    assert_true(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT) > 0);
    pair_free(p);
}

/* RFC 9329 7.1: who called by UDP moves to where only TCP passes, and the same request is sent that way. */
static void mobike_leads_from_udp_to_tcp_without_a_proof_of_the_place(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_OFF);
    p->h[0].conf->conns[0].mobike = p->h[1].conf->conns[0].mobike = true;
    pair_start(p);
    pair_connect(p);
    assert_true(view(p, 1).is_mobile);
    struct ike_path other = {
        .remote = {p->h[1].addr, 4500}, .local.addr = pair_addr("192.0.2.9"), .natt = true, .tcp = true};
    pair_stream_open(&p->h[0], &other);
    p->hold = true;
    p->h[0].addr = other.local.addr;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_PLACES});
    assert_int_equal(p->tail - p->head, 1); /* UPDATE_SA_ADDRESSES */
    p->queue[p->head].path = p->streams[0].path[1];
    p->hold = false;
    pair_settle(p);
    assert_true(is_at(p, 1, &p->streams[0].path[1]));
    assert_int_equal(view(p, 1).way, ESP_WAY_TCP);
    assert_true(ike_path_equal(&p->h[1].children[0].path, &p->streams[0].path[1]));
    assert_int_equal(p->h[1].children[0].way, ESP_WAY_TCP);
    assert_int_equal(p->streams[0].holds[1], 1);
    pair_free(p);
}

/* Up by UDP, and then UDP dies. */
static struct pair *udp_dies(bool has_mobike)
{
    struct pair *p = tcp_new(IKE_TCP_FALLBACK);
    for (int i = 0; i < 2; i++) {
        p->h[i].conf->conns[0].mobike = has_mobike;
        p->h[i].conf->conns[0].dpd_s = 10;
        p->h[i].conf->conns[0].retransmit_ms = 1000;
        p->h[i].conf->conns[0].retransmit_tries = 5;
    }
    p->h[0].conf->conns[0].start = IKE_START_START;
    p->has_nat = true;
    pair_start(p);
    pair_run(p, 1);
    assert_int_equal(view(p, 0).way, ESP_WAY_UDP);
    p->drop_udp = true;
    return p;
}

static void udp_that_dies_later_is_left_for_tcp_by_mobike(void **state)
{
    (void)state;
    struct pair *p = udp_dies(true);
    const uint64_t id = view(p, 0).id;
    pair_run(p, 11);
    assert_int_equal(p->n_streams, 0); /* not at the first silence */
    pair_run(p, 9);
    assert_int_equal(p->n_streams, 1);
    for (int i = 0; i < 2; i++) {
        assert_true(is_at(p, i, &p->streams[0].path[i]));
        assert_int_equal(view(p, i).way, ESP_WAY_TCP);
        assert_true(ike_path_equal(&p->h[i].children[0].path, &p->streams[0].path[i]));
        assert_int_equal(p->h[i].children[0].way, ESP_WAY_TCP);
        assert_int_equal(p->streams[0].holds[i], 1);
    }
    assert_true(view(p, 0).id == id); /* the same IKE SA */
    pair_run(p, 60);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN) + pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
    pair_free(p);
}

static void udp_that_comes_back_meanwhile_is_kept(void **state)
{
    (void)state;
    struct pair *p = udp_dies(true);
    p->drop[0] = true; /* by TCP neither */
    for (int s = 0; s < 40 && !p->n_streams; s++)
        pair_run(p, 1);
    assert_int_equal(p->streams[0].holds[0], 1);
    p->drop_udp = p->drop[0] = false;
    p->streams[0].is_gone = true; /* the connection leads nowhere */
    pair_run(p, 15);
    assert_int_equal(p->streams[0].holds[0], 0);
    assert_false(view(p, 0).path.tcp || view(p, 1).path.tcp);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 0);
    pair_free(p);
}

static void a_connection_beside_udp_that_ends_is_forgotten(void **state)
{
    (void)state;
    struct pair *p = udp_dies(true);
    p->drop[0] = true;
    for (int s = 0; s < 40 && !p->n_streams; s++)
        pair_run(p, 1);
    pair_event(p, 0,
               (struct ike_event){.type = IKE_EV_STREAM_ENDED,
                                  .path = p->streams[0].path[0],
                                  .is_ours = true,
                                  .error = -ECONNREFUSED,
                                  .why = "Connection refused"});
    assert_int_equal(p->streams[0].holds[0], 0);
    assert_int_equal(pair_live(&p->h[0]), 1);
    pair_free(p);
}

static void without_mobike_the_next_call_begins_with_tcp(void **state)
{
    (void)state;
    struct pair *p = udp_dies(false);
    pair_run(p, 60);
    assert_int_equal(p->n_streams, 1);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_true(view(p, 0).path.tcp);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 1);
    pair_free(p);
}

/* Called by UDP, which nobody answers, and so up by TCP, with MOBIKE. */
static struct pair *up_by_fallback(void)
{
    struct pair *p = tcp_new(IKE_TCP_FALLBACK);
    for (int i = 0; i < 2; i++) {
        p->h[i].conf->conns[0].mobike = true;
        p->h[i].conf->conns[0].retransmit_ms = 1000;
        p->h[i].conf->conns[0].retransmit_tries = 5;
    }
    p->h[0].conf->conns[0].start = IKE_START_START;
    p->has_nat = p->drop_udp = true;
    pair_start(p);
    pair_run(p, 20);
    for (int i = 0; i < 2; i++) {
        assert_true(view(p, i).path.tcp && view(p, i).is_mobile);
        assert_int_equal(view(p, i).way, ESP_WAY_TCP);
    }
    return p;
}

static void assert_by_udp(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        assert_false(view(p, i).path.tcp);
        assert_int_equal(view(p, i).path.remote.port, i ? view(p, i).path.remote.port : 4500);
        assert_int_equal(view(p, i).way, ESP_WAY_UDP);
        assert_false(p->h[i].children[0].path.tcp);
        assert_int_equal(p->h[i].children[0].way, ESP_WAY_UDP);
        assert_int_equal(pair_live(&p->h[i]), 1);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_IKE_DOWN), 0);
        for (size_t s = 0; s < p->n_streams; s++)
            assert_int_equal(p->streams[s].holds[i], 0);
    }
}

/* RFC 9329 9: TCP is the last resort, also of a tunnel that began by it. */
static void udp_that_passes_again_is_found_and_taken(void **state)
{
    (void)state;
    struct pair *p = up_by_fallback();
    const uint64_t id = view(p, 0).id;
    const unsigned before = p->udp;
    pair_run(p, 200);
    assert_int_equal(p->udp, before + 3 * 2); /* two copies a minute */
    for (int i = 0; i < 2; i++) {
        assert_true(is_at(p, i, &p->streams[0].path[i])); /* as long as nothing passes */
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_IKE_DOWN), 0);
    }
    assert_int_equal(p->n_streams, 1);
    p->drop_udp = false;
    pair_run(p, 65);
    assert_by_udp(p);
    assert_true(view(p, 0).id == id);
    p->drop_udp = true; /* and dies again */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 20);
    assert_true(is_at(p, 0, &p->streams[1].path[0]) && is_at(p, 1, &p->streams[1].path[1]));
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED), 1);
    pair_free(p);
}

static void who_has_tcp_alone_never_asks_by_udp(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    pair_run(p, 300);
    assert_int_equal(p->udp, 0);
    pair_free(p);
}

/* RFC 9329 6.1: the same SA with MOBIKE, by the next connection, with what is authentic and no more. */
static void with_mobike_the_next_connection_is_followed_at_once(void **state)
{
    (void)state;
    struct pair *p = up_by_fallback();
    pair_break(p, &p->streams[0]);
    pair_run(p, 1);
    for (int i = 0; i < 2; i++) {
        assert_true(is_at(p, i, &p->streams[1].path[i]));
        assert_true(ike_path_equal(&p->h[i].children[0].path, &p->streams[1].path[i]));
        assert_int_equal(p->streams[0].holds[i], 0);
    }
    pair_free(p);
}

/* RFC 9329 7.1: in another network UDP comes first, and TCP when nobody answers by that. */
static void an_address_that_goes_leads_to_udp_and_where_that_is_dead_to_tcp(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        const bool is_dead = k == 1, is_planned = k == 2;
        struct pair *p = up_by_fallback();
        p->drop_udp = is_dead;
        if (is_planned) { /* the connection is gone with it, and another one tried in vain */
            p->tcp_error = -ENETUNREACH;
            pair_break(p, &p->streams[0]);
        }
        p->h[0].addr = pair_addr("192.0.2.9");
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_PLACES});
        pair_run(p, is_dead ? 15 : 1);
        p->tcp_error = 0;
        if (is_planned)
            pair_run(p, 40);
        if (!is_dead)
            assert_by_udp(p);
        for (int i = 0; is_dead && i < 2; i++) {
            assert_true(is_at(p, i, &p->streams[1].path[i]));
            assert_true(ike_path_equal(&p->h[i].children[0].path, &p->streams[1].path[i]));
        }
        pair_free(p);
    }
}

static void where_no_connection_comes_up_any_more_udp_is_tried(void **state)
{
    (void)state;
    for (int is_dead = 0; is_dead < 2; is_dead++) {
        struct pair *p = up_by_fallback();
        p->tcp_error = -ECONNREFUSED;
        p->drop_udp = is_dead;
        p->h[0].conf->conns[0].start = IKE_START_NONE;
        pair_break(p, &p->streams[0]);
        pair_run(p, 40);
        if (!is_dead)
            assert_by_udp(p);
        pair_run(p, 60);
        assert_int_equal(pair_live(&p->h[0]), !is_dead);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_by_udp_leads_to_tcp_once_and_the_next_call_begins_with_udp),
        cmocka_unit_test(without_an_answer_to_ike_auth_it_leads_there_too),
        cmocka_unit_test(a_call_that_may_not_go_by_tcp_does_not),
        cmocka_unit_test(mobike_leads_from_udp_to_tcp_without_a_proof_of_the_place),
        cmocka_unit_test(udp_that_dies_later_is_left_for_tcp_by_mobike),
        cmocka_unit_test(udp_that_comes_back_meanwhile_is_kept),
        cmocka_unit_test(a_connection_beside_udp_that_ends_is_forgotten),
        cmocka_unit_test(udp_that_passes_again_is_found_and_taken),
        cmocka_unit_test(who_has_tcp_alone_never_asks_by_udp),
        cmocka_unit_test(with_mobike_the_next_connection_is_followed_at_once),
        cmocka_unit_test(an_address_that_goes_leads_to_udp_and_where_that_is_dead_to_tcp),
        cmocka_unit_test(where_no_connection_comes_up_any_more_udp_is_tried),
        cmocka_unit_test(without_mobike_the_next_call_begins_with_tcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
