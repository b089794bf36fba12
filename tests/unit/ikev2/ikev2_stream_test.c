/* SPDX-License-Identifier: BSD-3-Clause */
/* From one connection of TCP to the next, and what goes otherwise by TCP (RFC 9329). */
#include "stream_pair.h"

#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_call_by_tcp_needs_no_udp_and_does_without_what_udp_needs(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_ALWAYS);
    p->has_nat = p->drop_udp = true;
    p->h[0].port_mtu = p->h[1].port_mtu = 1500;
    p->h[0].conf->conns[0].mobike = p->h[1].conf->conns[0].mobike = true;
    p->h[1].conf->cookie_threshold = 0;
    pair_start(p);
    pair_connect(p);
    for (int i = 0; i < 2; i++) {
        assert_true(view(p, i).way == ESP_WAY_TCP && view(p, i).path.tcp);
        assert_int_equal(p->h[i].children[0].i.pair.way, ESP_WAY_TCP);
        assert_false(view(p, i).is_mobile);
        assert_int_equal(p->streams[0].holds[i], 1);
    }
    assert_true(view(p, 0).local_nat && view(p, 1).remote_nat);
    assert_int_equal(pair_stats(p, 1).cookies_sent, 0);
    pair_run(p, 200);
    assert_int_equal(p->h[0].keepalives + p->h[1].keepalives, 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_PATH_MTU) + pair_count(&p->h[0], IKE_AUDIT_RETRANSMIT),
                     0);
    assert_int_equal(view(p, 0).path.remote.port, 4500);
    pair_free(p);
}

static void a_long_message_goes_whole(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_ALWAYS);
    p->h[0].conf->fragment_bytes = p->h[1].conf->fragment_bytes = 576;
    pair_start(p);
    pair_connect(p);
    const unsigned sends = p->h[0].sends;
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    assert_true(sa->frag.is_agreed);
    assert_int_equal(sends, 2); /* IKE_SA_INIT and IKE_AUTH */
    pair_free(p);
}

static void a_request_by_tcp_is_sent_once(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    const unsigned before = p->h[0].sends;
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 5);
    assert_int_equal(p->h[0].sends, before + 1);
    assert_int_equal(pair_live(&p->h[0]), 1);
    pair_run(p, 20);
    assert_int_equal(p->h[0].sends, before + 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 1);
    assert_non_null(
        strstr(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT)->why, "The TCP connection was there"));
    pair_free(p);
}

static void a_refusal_by_tcp_ends_the_call_at_once(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_ALWAYS);
    const char *const texts[] = {"aes128gcm16-prfsha256-x25519", "aes256gcm16-prfsha384-ecp384"};
    char why[200];
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        c->n_proposals = 1;
        assert_int_equal(
            crypt_proposal_parse(texts[i], CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why), 0);
    }
    pair_start(p);
    pair_connect(p);
    pair_run(p, 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
    assert_int_equal(p->streams[0].holds[0], 0);
    pair_free(p);
}

static void what_breaks_off_is_opened_anew_and_the_peer_follows_what_is_authentic(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    pair_break(p, &p->streams[0]);
    pair_run(p, 1);
    assert_int_equal(p->n_streams, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(p->streams[0].holds[i], 0);
        assert_int_equal(p->streams[1].holds[i], 1);
        assert_true(ike_path_equal(&p->h[i].children[0].path, &p->streams[1].path[i]));
        assert_int_equal(p->h[i].children[0].way, ESP_WAY_TCP);
        assert_int_equal(pair_live(&p->h[i]), 1);
    }
    assert_non_null(
        strstr(pair_audit(&p->h[0], IKE_AUDIT_TCP)->why, "Connection reset by peer); another one"));
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_TCP)->why, "the peer opens another one"));
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), 1);
    pair_free(p);
}

/* RFC 9329 6.2: also of the side that cannot open one. */
static void what_was_out_goes_again_by_the_next_connection(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = tcp_up();
        p->drop[0] = p->drop[1] = true;
        pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b"});
        p->drop[0] = p->drop[1] = false;
        pair_break(p, &p->streams[0]);
        pair_run(p, 1);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_CHILD_REKEYED), 1);
        pair_free(p);
    }
}

static void a_message_that_is_not_authentic_leads_nowhere(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    struct ike_path other = {
        .remote = {p->h[1].addr, 4500}, .local.addr = p->h[0].addr, .natt = true, .tcp = true};
    pair_stream_open(&p->h[0], &other);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    struct pair_packet *k = &p->queue[p->head];
    k->path = p->streams[1].path[1];
    k->bytes[k->len - 1] ^= 1;
    p->hold = false;
    pair_settle(p);
    assert_true(is_at(p, 1, &p->streams[0].path[1]));
    assert_int_equal(p->streams[1].holds[1], 0);
    pair_free(p);
}

static void esp_leads_from_stream_to_stream_and_not_between_udp_and_tcp(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    struct ike_path other = {
        .remote = {p->h[1].addr, 4500}, .local.addr = p->h[0].addr, .natt = true, .tcp = true};
    pair_stream_open(&p->h[0], &other);
    const struct ike_path from = p->streams[1].path[1], was = p->streams[0].path[1];
    struct ike_event ev = {.type = IKE_EV_PEER_MOVED,
                           .spi_in = p->h[1].children[0].i.pair.spi_in,
                           .remote = {pair_addr("203.0.113.8"), 4500}};
    pair_event(p, 1, ev);
    assert_true(is_at(p, 1, &was));
    ev.remote = from.remote;
    ev.path = (struct ike_path){.local.port = 4500, .remote = from.remote, .natt = true, .tcp = true};
    pair_event(p, 1, ev);
    assert_true(is_at(p, 1, &from));
    assert_true(ike_path_equal(&p->h[1].children[0].path, &from));
    pair_free(p);
    p = pair_up();
    ev.spi_in = p->h[1].children[0].i.pair.spi_in;
    pair_event(p, 1, ev);
    assert_false(view(p, 1).path.tcp);
    pair_free(p);
}

static void a_peer_that_takes_no_connection_any_more_is_given_up(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    p->tcp_error = -ECONNREFUSED;
    pair_break(p, &p->streams[0]);
    pair_run(p, 10);
    assert_int_equal(pair_live(&p->h[0]), 1);
    pair_run(p, 40);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_non_null(strstr(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN)->why, "no other came up"));
    pair_free(p);
}

static void pair_close(struct pair *p, struct pair_stream *s)
{
    s->is_gone = true;
    pair_event(
        p, 0,
        (struct ike_event){
            .type = IKE_EV_STREAM_ENDED, .path = s->path[0], .is_ours = true, .why = "the peer closed it"});
}

/* As libreswan does with INVALID_KE_PAYLOAD. */
static void a_peer_that_closes_amid_ike_sa_init_is_called_once_more(void **state)
{
    (void)state;
    for (int closes = 1; closes <= 2; closes++) {
        struct pair *p = tcp_new(IKE_TCP_ALWAYS);
        pair_start(p);
        p->drop[0] = true;
        pair_connect(p);
        p->drop[0] = closes == 2;
        for (int i = 0; i < closes; i++)
            pair_close(p, &p->streams[i]);
        assert_int_equal(p->n_streams, 2);
        assert_int_equal(pair_live(&p->h[0]), closes == 1);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TCP), closes == 2);
        assert_int_equal(p->streams[0].holds[0], 0);
        pair_free(p);
    }
}

static void a_call_that_gets_no_connection_says_why(void **state)
{
    (void)state;
    struct pair *p = tcp_new(IKE_TCP_ALWAYS);
    pair_start(p);
    p->tcp_error = -EMFILE;
    pair_connect(p);
    assert_non_null(strstr(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TCP)->fix_here, "tcp.connections"));
    p->tcp_error = 0;
    p->drop[0] = true;
    pair_run(p, 20);
    pair_connect(p);
    pair_event(p, 0,
               (struct ike_event){.type = IKE_EV_STREAM_ENDED,
                                  .path = p->streams[0].path[0],
                                  .is_ours = true,
                                  .error = -ECONNREFUSED,
                                  .why = "Connection refused"});
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_TCP);
    assert_string_equal(a->what, "IKE over TCP (RFC 9329) with 198.51.100.1:4500: Connection refused");
    assert_int_equal(p->streams[0].holds[0], 0);
    pair_free(p);
}

static void an_authentication_that_is_repeated_has_a_connection_of_its_own(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    pair_run(p, 20);
    assert_int_equal(p->n_streams, 2);
    assert_int_equal(pair_live(&p->h[0]), 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(p->streams[0].holds[i], 0);
        assert_int_equal(p->streams[1].holds[i], 1);
    }
    pair_free(p);
}

static void an_heir_by_rekeying_goes_by_the_connection_of_before(void **state)
{
    (void)state;
    struct pair *p = tcp_up();
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_run(p, 1);
    assert_int_equal(p->n_streams, 1);
    assert_int_equal(p->streams[0].holds[0], 1);
    assert_int_equal(p->streams[0].holds[1], 1);
    pair_break(p, &p->streams[0]);
    pair_run(p, 1);
    assert_int_equal(p->streams[1].holds[0], 1); /* who called first still opens it */
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_by_tcp_needs_no_udp_and_does_without_what_udp_needs),
        cmocka_unit_test(a_long_message_goes_whole),
        cmocka_unit_test(a_request_by_tcp_is_sent_once),
        cmocka_unit_test(a_refusal_by_tcp_ends_the_call_at_once),
        cmocka_unit_test(what_breaks_off_is_opened_anew_and_the_peer_follows_what_is_authentic),
        cmocka_unit_test(what_was_out_goes_again_by_the_next_connection),
        cmocka_unit_test(a_message_that_is_not_authentic_leads_nowhere),
        cmocka_unit_test(esp_leads_from_stream_to_stream_and_not_between_udp_and_tcp),
        cmocka_unit_test(a_peer_that_takes_no_connection_any_more_is_given_up),
        cmocka_unit_test(a_peer_that_closes_amid_ike_sa_init_is_called_once_more),
        cmocka_unit_test(a_call_that_gets_no_connection_says_why),
        cmocka_unit_test(an_authentication_that_is_repeated_has_a_connection_of_its_own),
        cmocka_unit_test(an_heir_by_rekeying_goes_by_the_connection_of_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
