/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_SA_INIT of the responder: a request that comes again, before and after its answer. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void repeat(struct pair *p, const struct pair_packet *request)
{
    ike_on_packet(p->h[1].ike, p->now, &request->path, base_span(request->bytes, request->len));
    pair_drain(p);
}

/* a has called, b works on it, and nothing of b's gets through. */
static struct pair *pair_working(struct pair_packet *request)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[1].hold_jobs = p->hold = true;
    p->drop[1] = true;
    pair_connect(p);
    *request = p->queue[p->head];
    pair_deliver_one(p);
    assert_int_equal(p->h[1].n_jobs, 1);
    return p;
}

static void a_request_that_comes_again_is_worked_on_once_and_answered_each_time(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_working(&request);
    repeat(p, &request);
    assert_int_equal(p->h[1].n_jobs, 1);
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, 1);
    assert_int_equal(p->h[1].sends, 0);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    pair_drain(p);
    assert_int_equal(p->h[1].sends, 1);
    repeat(p, &request);
    assert_int_equal(p->h[1].sends, 2);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    assert_int_equal(pair_stats(p, 1).half_open, 1);
    pair_free(p);
}

static void another_request_under_the_same_spi_is_nobodys(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_working(&request);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    pair_drain(p);
    request.bytes[request.len - 1] ^= 1; /* of a NAT detection hash */
    repeat(p, &request);
    assert_int_equal(p->h[1].sends, 1);
    assert_int_equal(p->h[1].n_jobs, 0);
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_free(p);
}

static void nobody_is_let_in_while_shutting_down(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    pair_connect(p);
    assert_int_equal(p->h[1].sends, 0);
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void set_ike(struct ike_conn_conf *c, const char *first, const char *second)
{
    char why[200] = "";
    c->n_proposals = second ? 2 : 1;
    if (crypt_proposal_parse(first, CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why) ||
        (second && crypt_proposal_parse(second, CRYPT_PROTOCOL_IKE, &c->proposals[1], why, sizeof why)))
        fail_msg("%s", why);
}

/* b has three connections; the first is for somebody else, and the one of a is the last. */
static struct pair *pair_of_three(const char *first, const char *second, const char *of_a)
{
    struct pair *p = pair_new();
    struct ike_conf *conf = p->h[1].conf;
    struct ike_conn_conf *c = calloc(3, sizeof *c);
    const char *const names[] = {"one", "two"};
    for (size_t i = 0; i < 2; i++) {
        ike_conn_conf_defaults(&c[i]);
        snprintf(c[i].name, sizeof c[i].name, "%s", names[i]);
        c[i].local_id = pair_id("@b");
        c[i].remote_id = pair_id(i ? "@y" : "@x");
        set_ike(&c[i], i ? second : first, NULL);
    }
    c[2] = conf->conns[0];
    set_ike(&c[2], of_a, NULL);
    free(conf->conns);
    conf->conns = c;
    conf->n_conns = 3;
    set_ike(&p->h[0].conf->conns[0], "aes256-sha512-modp2048", "aes128gcm16-prfsha256-x25519");
    pair_start(p);
    pair_connect(p);
    return p;
}

static void algorithms_are_what_suits_most_who_could_be_meant(void **state)
{
    (void)state;
    /* the first connection alone would take the CBC that the caller prefers and its own connection refuses */
    struct pair *p = pair_of_three("aes256-sha512-modp2048", "aes128gcm16-prfsha256-x25519",
                                   "aes128gcm16-prfsha256-x25519");
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_int_equal(p->h[1].ike->v2->first->algs.dh, CRYPT_DH_X25519);
    pair_free(p);
}

static void a_connection_that_asks_for_others_is_named_with_what_was_agreed(void **state)
{
    (void)state;
    struct pair *p =
        pair_of_three("aes256-sha512-modp2048", "aes256-sha512-modp2048", "aes128gcm16-prfsha256-x25519");
    assert_int_equal(pair_live(&p->h[1]), 0);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_PROPOSAL);
    assert_non_null(a);
    assert_string_equal(a->conn, "a");
    assert_string_equal(
        a->what, "the peer is that of connection a, and the IKE SA has aes256-prfsha512-sha512-modp2048");
    assert_string_equal(a->nearest, "connection a asks for aes128gcm16-prfsha256-x25519");
    assert_non_null(strstr(a->why, "suits most connections that allow the peer's address"));
    assert_non_null(
        strstr(a->fix_here, "connections.a.ike_proposals: add \"aes256-prfsha512-sha512-modp2048\""));
    a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "asks for other IKE algorithms"));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(algorithms_are_what_suits_most_who_could_be_meant),
        cmocka_unit_test(a_connection_that_asks_for_others_is_named_with_what_was_agreed),
        cmocka_unit_test(a_request_that_comes_again_is_worked_on_once_and_answered_each_time),
        cmocka_unit_test(another_request_under_the_same_spi_is_nobodys),
        cmocka_unit_test(nobody_is_let_in_while_shutting_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
